"""Receivables that another system has dunned already: the stage to which it has brought them, and since when."""

from datetime import date

import pytest

from connectors.receivable_files import parse_profile
from receivables.errors import UnusableFile
from receivables.receivable import Receivable
from tests.imports.importer import Importer

HEADER = "number,debtor_ref,amount,currency,due_date,stage,stage_since"
KNOWN = {"first_reminder", "demand"}


def row(number: str = "A-1", stage: str = "demand", since: str = "2024-05-20") -> str:
    return f"{number},C1,100.00,EUR,2024-01-10,{stage},{since}"


def staged(importer: Importer) -> dict[str, tuple[str | None, date | None]]:
    return {each.number: (each.stage, each.stage_since) for each in importer.all(Receivable)}


def test_a_stage_is_kept_with_the_day_however_it_is_written(importer: Importer) -> None:
    rows = (row(), row("A-2", "First reminder"), row("A-3", "FIRST-REMINDER", ""), row("A-4", "", "2024-05-20"))
    result = importer.rows(*rows, header=HEADER, known_stages=KNOWN)
    assert (result.created, result.rejected) == (4, 0)
    day = date(2024, 5, 20)
    first = "first_reminder"
    assert staged(importer) == {
        "A-1": ("demand", day),
        "A-2": (first, day),
        "A-3": (first, None),
        "A-4": (None, None),
    }


def test_a_stage_that_no_strategy_has_and_a_day_to_come_are_refused(importer: Importer) -> None:
    rows = (row(), row("A-2", "court"), row("A-3", since="2099-01-01"))
    result = importer.rows(*rows, header=HEADER, known_stages=KNOWN)
    assert [refused.reason for refused in result.refused] == [
        "no strategy has the stage 'court'; they have demand, first_reminder",
        "stage_since 2099-01-01 lies after the day of the file, 2024-06-01",
    ]
    assert list(staged(importer)) == ["A-1"]


def test_where_no_strategy_is_deployed_yet_every_stage_is_taken(importer: Importer) -> None:
    assert importer.rows(row(stage="court"), header=HEADER).created == 1


def test_the_same_file_again_changes_nothing_and_one_without_the_columns_takes_nothing_away(importer: Importer) -> None:
    importer.rows(row(), header=HEADER)
    assert importer.rows(row(), header=HEADER).unchanged == 1
    importer.rows("A-1,C1,90.00,EUR,2024-01-10", header="number,debtor_ref,amount,currency,due_date")
    assert staged(importer)["A-1"] == ("demand", date(2024, 5, 20))
    assert importer.rows(row(stage="first_reminder"), header=HEADER).updated == 1
    assert staged(importer)["A-1"] == ("first_reminder", date(2024, 5, 20))


def test_the_words_of_the_other_system_are_translated_by_the_profile(importer: Importer) -> None:
    settings = {"stages": {"Mahnstufe 2": "demand"}}
    result = importer.rows(row(stage="MAHNSTUFE 2"), header=HEADER, settings=settings, known_stages=KNOWN)
    assert (result.created, staged(importer)["A-1"][0]) == (1, "demand")


def test_a_profile_with_stages_is_read_from_what_it_writes() -> None:
    columns = 'number = "a"\ndebtor_ref = "b"\namount = "c"\nstage = "d"\n'
    text = f'[columns]\n{columns}[defaults]\ncurrency = "EUR"\n[stages]\n"Mahnstufe 2" = "demand"\n'
    profile = parse_profile(text)
    assert profile.stages == {"Mahnstufe 2": "demand"}
    assert parse_profile(profile.as_toml()) == profile
    with pytest.raises(UnusableFile, match=r"stages\.x is 1, but must be a text"):
        parse_profile(text + "x = 1\n")


def test_undoing_the_import_takes_the_stage_back(importer: Importer) -> None:
    importer.rows(row(), header=HEADER)
    second = importer.rows(row(stage="first_reminder", since="2024-05-30"), header=HEADER)
    importer.undo(second.run_id)
    assert staged(importer)["A-1"] == ("demand", date(2024, 5, 20))
