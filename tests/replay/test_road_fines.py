"""Fines of every kind lived through by the drawn process, and what it did beside what the log says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.event_logs import read_road_fines
from engine import history
from engine.check import check
from engine.unit_of_work import Database
from service_tasks.examples.road_fine.catalogue import CATALOGUE
from tests.architecture.source import ROOT
from tests.imports.importer import shared_data
from tests.replay.logs import Fine, as_csv
from web.commands import duly
from web.replay.road_fines import Course, Replayed, courses, live_through, replay

FOLDER = ROOT / "processes/examples/road_fine"
LOG = "road_fines/events_created_before_2006.csv.gz"


def sent(case: str, amount: str = "50.0") -> Fine:
    """A fine of 10 January, sent for 10.00."""
    return Fine(case).made("2001-01-10", amount).sent("2001-01-20", "10.0")


def notified(case: str, amount: str = "50.0") -> Fine:
    """A fine that was notified on 1 February; day 60 is 2 April, after the change to summer time."""
    return sent(case, amount).notified("2001-02-01")


DAY_60, DAY_63, DAY_64 = "2001-04-02", "2001-04-05", "2001-04-06"
BATCH = "2002-04-10"
FINES = (
    Fine("paid at once").made("2001-01-10", "50.0").paid("2001-01-10", "50.0"),
    sent("never notified"),
    sent("paid without postage").paid("2001-02-01", "50.0"),
    sent("paid but for cents").paid("2001-02-01", "59.01"),
    sent("twice a day").paid("2001-02-01", "20.0").paid("2001-02-01", "40.0"),
    notified("all in a day").paid("2001-02-01", "60.0").penalty(DAY_60, "100.0"),
    notified("paid on day 60").penalty(DAY_60, "100.0").paid(DAY_60, "60.0"),
    notified("paid on day 63").penalty(DAY_60, "100.0").paid(DAY_63, "60.0"),
    notified("paid on day 64").penalty(DAY_60, "100.0").paid(DAY_64, "60.0").handed_over(BATCH),
    notified("paid late with penalty").penalty(DAY_60, "100.0").paid("2001-06-01", "110.0"),
    notified("paid but for postage").paid("2001-02-03", "50.0").penalty(DAY_60, "100.0").handed_over(BATCH),
    notified("postage paid late").paid("2001-02-03", "50.0").penalty(DAY_60, "100.0").paid("2001-08-01", "10.0"),
    notified("never paid").penalty(DAY_60, "101.5").handed_over(BATCH),
    sent("notified after payment").paid("2001-01-25", "60.0").notified("2001-02-01").penalty(DAY_60, "100.0"),
    Fine("sent after payment").made("2001-01-10", "50.0").paid("2001-01-12", "50.0").sent("2001-01-20", "10.0"),
    notified("spared by the log").penalty(DAY_60, "100.0"),
    notified("appeal accepted").lodged("2001-03-01").sent_on("2001-03-20", "#").penalty(DAY_60, "100.0"),
    notified("judge accepted").penalty(DAY_60, "100.0").judged("2001-05-01", "G"),
    notified("judge refused").judged("2001-03-01", "NIL").penalty(DAY_60, "100.0").handed_over(BATCH),
    notified("appeal unanswered").lodged("2001-03-01").sent_on("2001-03-20", "NIL").penalty(DAY_60, "100.0"),
    notified("appeal refused")
    .lodged("2001-03-01")
    .sent_on("2001-03-20", "NIL")
    .penalty(DAY_60, "100.0")
    .answered("2001-05-01")
    .told("2001-05-10")
    .handed_over(BATCH),
    sent("appeal without notification").lodged("2001-03-01").sent_on("2001-03-20", "#"),
)
LATER = (
    Fine("after the year's end").made("2001-02-01", "50.0").sent("2001-02-10", "10.0").notified("2001-04-01"),
    Fine("just in the year").made("2001-02-01", "50.0").sent("2001-02-10", "10.0").notified("2001-03-31"),
    Fine("last").made("2002-05-01", "50.0").sent("2002-05-03", "10.0").notified("2002-05-04"),
)
ENDS = {
    "paid at once": "paid",
    "never notified": "open",
    "paid without postage": "open",
    "paid but for cents": "paid",
    "twice a day": "paid",
    "all in a day": "paid",
    "paid on day 60": "paid",
    "paid on day 63": "paid",
    "paid on day 64": "handed_over",
    "paid late with penalty": "paid",
    "paid but for postage": "handed_over",
    "postage paid late": "paid",
    "never paid": "handed_over",
    "notified after payment": "paid",
    "sent after payment": "paid",
    "spared by the log": "handed_over",
    "appeal accepted": "dismissed",
    "judge accepted": "dismissed",
    "judge refused": "handed_over",
    "appeal unanswered": "open",
    "appeal refused": "handed_over",
    "appeal without notification": "dismissed",
    "just in the year": "handed_over",
    "after the year's end": "open",
    "last": "open",
}
Courses = Mapping[str, tuple[Course, Course]]


def log(path: Path, *fines: Fine) -> Path:
    path.write_bytes(as_csv(*fines))
    return path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Replayed]:
    folder = tmp_path_factory.mktemp("replay")
    database = Database(f"sqlite:///{folder / 'replay.sqlite'}")
    return database, live_through(database, read_road_fines(log(folder / "log.csv", *FINES, *LATER)))


@pytest.fixture(scope="module")
def went(lived: tuple[Database, Replayed]) -> Courses:
    with lived[0].reading() as session:
        return {duly.key.removeprefix("fine:"): (duly, logged) for duly, logged in courses(session)}


def test_the_diagram_passes_the_check_with_its_own_catalogue() -> None:
    files = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*.*") if path.is_file()}
    assert list(map(str, check(files, CATALOGUE))) == []


@pytest.mark.parametrize(("case", "outcome"), ENDS.items())
def test_a_fine_ends_as_the_process_decides(went: Courses, case: str, outcome: str) -> None:
    assert went[case][0].outcome == outcome


def test_every_notified_fine_gets_its_penalty_on_day_60_whatever_was_paid(went: Courses) -> None:
    in_log = {case for case, (_, logged) in went.items() if logged.penalty_on}
    assert len(in_log) == 15
    assert {went[case][0].penalty_on for case in in_log} == {date.fromisoformat(DAY_60)}


def test_fines_are_handed_over_on_the_log_s_own_days_only(went: Courses) -> None:
    assert {duly.handed_on for duly, _ in went.values()} == {None, date.fromisoformat(BATCH)}


def test_the_log_s_outcomes_are_its_own(went: Courses) -> None:
    assert went["spared by the log"][1].outcome == "open"
    assert went["paid without postage"][1].outcome == "paid"
    assert went["appeal accepted"][1].outcome == "dismissed"
    assert went["never paid"][1].outcome == "handed_over"


def test_the_comparison_counts_what_agrees(lived: tuple[Database, Replayed]) -> None:
    told = lived[1].as_json()
    assert told["cases"] == len(FINES) + len(LATER)
    assert told["outcomes"] == {
        "paid": {"duly": 10, "log": 11},
        "handed_over": {"duly": 7, "log": 5},
        "dismissed": {"duly": 3, "log": 3},
        "open": {"duly": 5, "log": 6},
    }
    # The two notified at the end of March have their penalty from the process alone: this log forgets it.
    penalties = {"duly": 17, "log": 15, "same_date": 15, "only_duly": 2, "only_log": 0}
    paid = {"paid_in_full_before": 3, "paid_in_full_on_the_day": 1, "fine_paid_before": 5}
    assert told["penalties"] == penalties | paid
    collection = told["collection"]
    assert (collection["both"], collection["only_duly"], collection["only_log"]) == (5, 2, 0)
    assert (collection["precision"], collection["recall"], collection["same_date"]) == (0.7143, 1.0, 5)
    assert told["incidents"] == 0


def test_the_record_of_a_fine_says_why_and_holds(lived: tuple[Database, Replayed]) -> None:
    with lived[0].reading() as session:
        record = history.read(session, "fine:paid on day 64")
        assert history.verify(session, "fine:paid on day 64") == []
    asked = [row.detail for row in record if row.kind == "decision" and row.detail]
    assert [(each["decision"], each["rules"], each["value"]) for each in asked] == [
        ("owed", [3], 11_000),
        ("owed", [3], 5_000),
        ("hand_over", [3], True),
    ]


def test_a_part_of_a_log_is_replayed(tmp_path: Path) -> None:
    told = replay(read_road_fines(log(tmp_path / "log.csv", *FINES[:3])), limit=2).as_json()
    assert (told["cases"], told["collection"]["precision"], told["collection"]["recall"]) == (2, None, None)


def test_the_command_prints_both_forms(tmp_path: Path) -> None:
    file = str(log(tmp_path / "log.csv", *FINES[:2]))
    told = json.loads(CliRunner().invoke(duly, ["replay", "road-fines", file, "--json"]).stdout)
    assert told["outcomes"]["paid"] == {"duly": 1, "log": 1}
    assert told["cases_per_s"] > 0
    assert told["peak_mb"] > 0
    shown = CliRunner().invoke(duly, ["replay", "road-fines", file]).stdout
    assert "2 cases" in shown
    assert "cases/s" in shown


def test_the_real_log_s_penalties_are_reproduced() -> None:
    replayed = replay(islice(read_road_fines(shared_data() / LOG), 1_000), limit=40)
    penalties = replayed.comparison.penalties
    assert penalties.log > 30
    assert (penalties.same_date, penalties.only_duly, penalties.only_log) == (penalties.log, 0, 0)
    assert replayed.comparison.collection.only_log == 0


@pytest.mark.soak
def test_the_whole_real_log() -> None:
    told = replay(read_road_fines(shared_data() / LOG)).as_json()
    penalties, collection = told["penalties"], told["collection"]
    assert (told["cases"], told["incidents"]) == (74_877, 0)
    assert penalties["duly"] == penalties["log"] == penalties["same_date"] == 44_167
    assert (penalties["paid_in_full_before"], penalties["paid_in_full_on_the_day"]) == (439, 424)
    assert collection["precision"] > 0.98
    assert collection["recall"] > 0.99
    assert told["peak_mb"] < 400
