"""Find in the office what a test works on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.tables import Instance, TaskRow
from receivables.case import Case
from receivables.debtor import Debtor
from receivables.letter import Letter
from service_tasks.keys import key_of
from tests.browser.conftest import Office


@dataclass(frozen=True)
class Task:
    """An open task, the case it is about and whose it is."""

    id: int
    number: int
    debtor: str
    assignee: str


def tasks(office: Office, form: str, *, status: str = "open") -> list[Task]:
    """List the tasks of a form, the oldest first; the open ones unless said otherwise."""
    query = select(TaskRow, Case.number, Debtor.name).join(Debtor, Debtor.id == Case.debtor_id)
    query = query.join(TaskRow, TaskRow.business_key == "case:" + Case.number.cast(TaskRow.business_key.type))
    query = query.where(TaskRow.status == status, TaskRow.form == form).order_by(TaskRow.id)
    with office.parts.reading() as session:
        return [Task(row.id, number, name, row.assignee or "") for row, number, name in session.execute(query)]


def letters(office: Office, status: str = "drafted") -> list[int]:
    """List the letters of a status, the oldest first."""
    with office.parts.reading() as session:
        return list(session.scalars(select(Letter.id).where(Letter.status == status).order_by(Letter.id)))


def letter_status(office: Office, number: int) -> str:
    with office.parts.reading() as session:
        return session.get_one(Letter, number).status


def stage(office: Office, number: int) -> tuple[str, str]:
    """Give how the process of a case stands: its status and stage."""
    with office.parts.reading() as session:
        query = select(Instance).where(Instance.business_key == key_of(number)).order_by(Instance.id.desc())
        found = session.scalars(query).first()
        assert found is not None
        return found.status, found.stage or ""
