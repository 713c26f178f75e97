"""A case's record is chained: what is changed, lost or added is found, also after a debtor's data was erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine import history
from engine.tables import EngineBase, HistoryRow, Instance
from engine.unit_of_work import Database
from tests.engine.test_running import reminders
from tests.engine.toys import MONDAY, World

KINDS = ("note", "message", "timer", "task_done", "stage", "started", "call")
TEXTS = st.text(max_size=20)
DETAILS = st.none() | st.dictionaries(st.text(max_size=5), st.integers(-(2**63), 2**63 - 1) | TEXTS, max_size=3)
RECORDS = st.lists(st.tuples(st.sampled_from(KINDS), TEXTS, DETAILS), min_size=1, max_size=8)
COLUMNS = ("who", "kind", "element", "stage", "text", "detail", "at", "digest", "salt")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('history')}/history.sqlite")
    EngineBase.metadata.create_all(made.engine)
    World(made).deploy(reminders())
    return made


def write(
    session: Session, records: list[tuple[str, str, dict[str, Any] | None]], erasures: list[int]
) -> list[HistoryRow]:
    """Put records on file, erase the personal data at some points between."""
    session.execute(delete(HistoryRow))
    session.execute(delete(Instance))
    session.add(Instance(business_key="case:1", deployment_id=1, status="running", started_at=MONDAY, history_seq=0))
    session.flush()
    for number, (kind, text, detail) in enumerate(records):
        now = MONDAY + timedelta(hours=number)
        history.record(session, "case:1", who="anna", kind=kind, text=text, detail=detail, now=now)
        if number in erasures:
            history.erase(session, "case:1", by="adam", reason="asked for it", now=now)
    return history.read(session, "case:1")


def changed(column: str, row: HistoryRow) -> object:
    """Give another value for a column of a row."""
    old = getattr(row, column)
    if isinstance(old, datetime):
        return old + timedelta(seconds=1)
    if column == "detail":
        return {**(old or {}), "more": 1}
    return "x" if column == "salt" and not old else f"{old}x"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, erasures=st.lists(st.integers(0, 7), max_size=3), data=st.data())
def test_whatever_is_changed_lost_or_added_is_found(
    database: Database, records: list[Any], erasures: list[int], data: st.DataObject
) -> None:
    with database.reading() as session:
        rows = write(session, records, erasures)
        assert history.verify(session, "case:1") == []
        emptied = [row for row in rows if row.salt == ""]
        assert all((row.text, row.detail) == ("", None) for row in emptied)
        row = data.draw(st.sampled_from(emptied) | st.sampled_from(rows) if emptied else st.sampled_from(rows), "row")
        seq = row.seq
        column = data.draw(st.sampled_from((*COLUMNS, "lost", "emptied")), "column")
        if column == "lost":
            session.execute(delete(HistoryRow).where(HistoryRow.seq == seq))
        elif column == "emptied" and row.salt and (row.text or row.detail):
            session.execute(update(HistoryRow).where(HistoryRow.seq == seq).values(text="", detail=None, salt=""))
        elif column != "emptied":
            session.execute(update(HistoryRow).where(HistoryRow.seq == seq).values(**{column: changed(column, row)}))
        else:
            return
        session.expire_all()
        assert history.verify(session, "case:1") != []


def test_the_record_still_holds_after_personal_data_was_erased(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    with world.database.unit_of_work() as session:
        history.record(session, "case:1", who="anna", kind="note", text="Mr Novák is ill", now=world.clock.now())
    with world.database.unit_of_work() as session:
        assert history.erase(session, "case:1", by="adam", reason="art. 17 GDPR", now=world.clock.now()) == 1
        assert history.erase(session, "case:1", by="adam", reason="again", now=world.clock.now()) == 0
    world.pass_days(7)
    with world.database.unit_of_work() as session:
        assert history.verify(session, "case:1") == []
        note, said = (
            session.scalars(select(HistoryRow).where(HistoryRow.kind == kind)).one() for kind in ("note", "erased")
        )
        assert (note.text, note.who, note.salt) == ("", "anna", "")
        assert (said.who, said.text) == ("adam", "art. 17 GDPR")
        note.who = "ben"
        session.flush()
        assert history.verify(session, "case:1") == [f"case:1: record {note.seq} was changed"]
