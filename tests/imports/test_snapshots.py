"""Snapshots: the file is all that is open; what is missing was settled, within reason."""

from datetime import date

import pytest

from receivables.errors import UnusableFile
from receivables.posting import Posting
from receivables.receivable import Receivable
from tests.imports.importer import TODAY, Importer

OPEN = "number,debtor_ref,amount,open_amount"
TEN = [f"F{place},D{place % 3},100,{place * 10}" for place in range(1, 11)]
JULY = date(2024, 7, 1)
SNAPSHOT = {"mode": "snapshot"}


def snapshot(importer: Importer, *rows: str, **how: object) -> dict[str, int]:
    importer.rows(*rows, header=OPEN, settings=SNAPSHOT, **{"as_of": JULY} | how)
    return importer.open(JULY)


def test_what_is_missing_was_settled(importer: Importer) -> None:
    importer.rows(*TEN, header=OPEN)
    result = importer.rows(*TEN[2:], header=OPEN, settings=SNAPSHOT, as_of=JULY)
    assert (result.rows, result.unchanged, result.settled, result.vanished) == (8, 8, 2, 2)
    assert importer.open(JULY) == {f"F{place}": place * 1_000 if place > 2 else 0 for place in range(1, 11)}
    assert importer.open(TODAY)["F2"] == 2_000
    assert {each.source for each in importer.all(Posting, booked_on=JULY)} == {"erp"}


def test_too_much_missing_changes_nothing_unless_accepted(importer: Importer) -> None:
    importer.rows(*TEN, header=OPEN)
    before = importer.contents()
    with pytest.raises(UnusableFile, match=r"3 of 10 open receivables.*--accept-vanished"):
        snapshot(importer, *TEN[3:])
    assert importer.contents() == before
    assert snapshot(importer, *TEN[3:], accept_vanished=True)["F3"] == 0


def test_what_is_settled_or_was_never_imported_cannot_vanish(importer: Importer) -> None:
    importer.rows(*TEN, "F11,D1,100,0", header=OPEN)
    snapshot(importer, *TEN)
    assert len(importer.all(Posting, booked_on=JULY)) == 0


def test_a_refused_row_is_not_missing(importer: Importer) -> None:
    importer.rows(*TEN, header=OPEN)
    assert snapshot(importer, "F1,D1,x,10", *TEN[1:])["F1"] == 1_000
    assert snapshot(importer, "F1,D1,100", *TEN[1:])["F1"] == 1_000


def test_a_second_snapshot_settles_nothing_again(importer: Importer) -> None:
    importer.rows(*TEN, header=OPEN)
    snapshot(importer, *TEN[1:])
    before = importer.contents()
    snapshot(importer, *TEN[1:])
    assert importer.contents() == before


def test_an_older_snapshot_leaves_alone_what_came_later(importer: Importer) -> None:
    importer.rows(*TEN, header=OPEN)
    importer.rows("F12,D1,2024-07-10,5", header="number,debtor_ref,issue_date,amount", as_of=date(2024, 7, 20))
    assert snapshot(importer, *TEN, as_of=JULY).get("F12") is None
    assert importer.open(date(2024, 7, 20))["F12"] == 500
    importer.rows("F1,D1,100,0", header=OPEN, as_of=date(2024, 7, 20))
    snapshot(importer, *TEN[1:], as_of=JULY)
    assert importer.open(date(2024, 7, 20))["F1"] == importer.open(JULY)["F1"] == 0


def test_what_vanished_may_come_back(importer: Importer) -> None:
    importer.rows(*TEN, header=OPEN)
    snapshot(importer, *TEN[1:])
    assert snapshot(importer, *TEN, as_of=JULY)["F1"] == 1_000
    assert len(importer.all(Receivable)) == 10
