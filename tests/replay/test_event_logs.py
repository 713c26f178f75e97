"""Logs as they come: CSV or XES, plain or gzip, and broken in every way."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.event_logs import FineEvent, read_events, read_road_fines
from engine.errors import Unusable
from engine.unit_of_work import Database
from tests.replay.logs import Fine, as_csv, as_xes
from web.commands import duly
from web.replay.road_fines import live_through

FINES = (
    Fine("A1").made("2001-05-05", "32.8").sent("2001-06-01", "11.0").paid("2001-06-02", "43.805"),
    Fine("A2").made("2000-12-31", "35").lodged("2001-01-02").sent_on("2001-01-05", "#").judged("2001-02-01", "NIL"),
)
GOOD = as_csv(*FINES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(Unusable) as refused:
        list(read_road_fines(path))
    return str(refused.value)


@pytest.mark.parametrize(
    "data", [GOOD, gzip.compress(GOOD, mtime=0), as_xes(*FINES), gzip.compress(as_xes(*FINES), mtime=0)]
)
def test_a_log_says_the_same_however_it_is_packed(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert list(read_road_fines(path)) == [
        FineEvent("A1", "made", date(2001, 5, 5), 3280),
        FineEvent("A1", "sent", date(2001, 6, 1), 1100),
        FineEvent("A1", "paid", date(2001, 6, 2), 4380),
        FineEvent("A2", "made", date(2000, 12, 31), 3500),
        FineEvent("A2", "appeal_lodged", date(2001, 1, 2)),
        FineEvent("A2", "appeal_accepted", date(2001, 1, 5)),
        FineEvent("A2", "judged", date(2001, 2, 1)),
    ]


def test_a_byte_order_mark_and_columns_in_another_order_are_no_harm(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbftimestamp,activity,amount,case_id\n2001-05-05T00:00:00+02:00,Create Fine,5,X\n\n")
    assert list(read_road_fines(path)) == [FineEvent("X", "made", date(2001, 5, 5), 500)]


def test_events_keep_every_attribute(path: Path) -> None:
    path.write_bytes(GOOD)
    first = next(read_events(path))
    assert (first.case, first.activity, first.place) == ("A1", "Create Fine", "log, line 2")
    assert first.attributes == {"event_idx": "0", "amount": "32.8"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "log is empty."),
        (b"\x1f\x8b", "log is broken: it cannot be unpacked to its end"),
        (gzip.compress(GOOD * 50, mtime=0)[:-200], "log is broken: it cannot be unpacked to its end"),
        (gzip.compress(GOOD, mtime=0)[:40] + b"\0" * 40, "log is broken: it cannot be unpacked to its end"),
        (b"a,b\n1,2\n", "the header lacks the column 'case_id', 'activity', 'timestamp'."),
        (b"case_id,activity,amount\nA,Create Fine,1\n", "the header lacks the column 'timestamp'."),
        (GOOD.replace(b"A1,1,Send Fine,", b"A1,1,"), "log, line 3: 7 columns where the header has 8."),
        (GOOD.replace(b"A1,1,", b",1,"), "log, line 3: 'case_id' is empty."),
        (GOOD.replace(b"Send Fine", b"Sned Fine"), "line 3: the log of road fines knows no activity 'Sned Fine'."),
        (GOOD.replace(b"32.8", b""), "log, line 2: 'Create Fine' of case A1 lacks 'amount'."),
        (GOOD.replace(b"expense", b"expenses"), "log, line 3: 'Send Fine' of case A1 lacks 'expense'."),
        (GOOD.replace(b"#", b""), "'Send Appeal to Prefecture' of case A2 lacks 'dismissal'."),
        (GOOD.replace(b"32.8", b"much"), "line 2: 'amount' of 'Create Fine' is 'much', which is no amount."),
        (GOOD.replace(b"32.8", b"-5"), "'amount' of 'Create Fine' is '-5', which is no amount."),
        (GOOD.replace(b"32.8", b"NaN"), "'amount' of 'Create Fine' is 'NaN', which is no amount."),
        (GOOD.replace(b"32.8", b"1e30"), "'amount' of 'Create Fine' is '1e30', which is no amount."),
        (GOOD.replace(b"2001-05-05T", b"05/05/2001 "), "line 2: '05/05/2001 00:00:00+02:00' is no time such as"),
        (GOOD.replace(b"A1,1,", b'"A1,1,'), "log, line 8: unexpected end of data."),
        (GOOD.replace(b"A1,1,", b"A\xff,1,"), "log is no text in UTF-8"),
        (GOOD + b"x" * 200_000, "log has a line of more than 100,000 characters"),
        (b"<log><trace>", "log is no well-formed XML"),
        (b"<html/>", "log is no XES log: its root is <html>, not <log>."),
        (b'<!DOCTYPE log [<!ENTITY a "b">]><log/>', "log declares a document type"),
        (as_xes(Fine("A1")).replace(b"concept:name", b"name"), "a trace lacks 'concept:name'."),
        (as_xes(*FINES).replace(b"time:", b""), "log, case A1, event 1: it lacks 'time:timestamp'."),
    ],
)
def test_a_broken_log_is_refused_with_place_and_reason(path: Path, data: bytes, message: str) -> None:
    assert message in refusal(path, data)


@pytest.mark.parametrize(
    ("fines", "message"),
    [
        ((Fine("A1").sent("2001-05-05", "1"),), "Case A1 of the log has no 'Create Fine'."),
        (
            (FINES[0], Fine("A1").made("2001-05-05", "1")),
            "Case A1 of the log has more than one event of the kind",
        ),
        ((), "The log holds no fine at all."),
    ],
)
def test_a_log_that_makes_no_sense_is_refused(path: Path, fines: tuple[Fine, ...], message: str) -> None:
    path.write_bytes(as_csv(*fines))
    with pytest.raises(Unusable, match=message):
        live_through(Database(f"sqlite:///{path}.sqlite"), read_road_fines(path))


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(duly, ["replay", "road-fines", str(tmp_path / "absent.csv")])
    assert isinstance(result.exception, Unusable)
    assert "absent.csv cannot be read: No such file or directory." in str(result.exception)


def test_traces_that_were_read_leave_the_rest_readable(path: Path) -> None:
    path.write_bytes(as_xes(*(Fine(f"A{number}").made("2001-05-05", "1") for number in range(2_000))))
    assert sum(1 for _event in read_road_fines(path)) == 2_000
