"""Letters as people decide on them: what waits, whether its figures still agree with the ledger, what came before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine import worklist
from engine.tables import OutboxRow, TaskRow
from receivables.balance import open_amounts
from receivables.case import Case
from receivables.case_facts import CaseFacts
from receivables.debtor import Debtor
from receivables.facts import load_facts
from receivables.letter import Letter
from receivables.letters import last_editor
from service_tasks.keys import number_of
from service_tasks.letters.figures import CREDIT, figures_agree, listed_items
from web.formats import Money, moneys
from web.queries.tasks import CASE_NUMBER, LETTER, Reach, names_of

DRAFTED, APPROVED = "drafted", "approved"


@dataclass(frozen=True)
class Difference:
    """One item that the letter states otherwise than the ledger does today; `stated` is None where it does not."""

    number: str
    stated: Money | None
    today: Money


@dataclass(frozen=True)
class Waiting:
    """A letter that waits for a decision, with its task and case."""

    letter: Letter
    task: TaskRow
    number: int
    debtor_id: int
    debtor: str
    facts: CaseFacts | None

    @property
    def agrees(self) -> bool:
        """Whether everything it states is still so."""
        return self.facts is not None and figures_agree(self.letter.figures, self.facts)

    @property
    def totals(self) -> list[Money]:
        """What it asks for, with what is only also open."""
        return moneys(self.letter.figures.get("totals") or {})

    def barred(self, username: str) -> bool:
        """Say whether four eyes are asked for and the person wrote the letter as it stands."""
        return bool(self.facts and self.facts.four_eyes) and last_editor(self.letter) == username


@dataclass(frozen=True)
class LetterLine:
    """One letter of the list of all letters."""

    letter: Letter
    number: int
    debtor_id: int
    debtor: str
    who: Mapping[str, str]

    @property
    def totals(self) -> list[Money]:
        """What it asks for, with what is only also open."""
        return moneys(self.letter.figures.get("totals") or {})


def waiting(session: Session, reach: Reach, today: date, now: datetime) -> list[Waiting]:
    """Give what waits for a decision, by template; in each those whose figures differ first, then the oldest."""
    query = worklist.open_tasks(now).where(TaskRow.four_eyes == LETTER, reach.all)
    joined = query.join(Case, Case.number == CASE_NUMBER).join(Debtor, Debtor.id == Case.debtor_id)
    drafted = joined.join(Letter, Letter.case_id == Case.id).where(Letter.status == DRAFTED)
    columns = drafted.with_only_columns(Letter, TaskRow, Case.number, Debtor.id, Debtor.name)
    rows = session.execute(columns.order_by(Letter.drafted_at, Letter.id)).all()
    facts = load_facts(session, [row[2] for row in rows], today)
    found = [Waiting(*row, facts.get(row[2])) for row in rows]
    return sorted(found, key=lambda each: (each.letter.level, each.letter.template, each.agrees))


def by_template(found: Sequence[Waiting]) -> list[tuple[str, list[Waiting]]]:
    """Group what waits by template."""
    return [(template, list(some)) for template, some in groupby(found, key=lambda each: each.letter.template)]


def count_waiting(session: Session, reach: Reach, now: datetime) -> int:
    """Count the letters that wait for a decision, for the badge."""
    query = worklist.open_tasks(now).where(TaskRow.four_eyes == LETTER, reach.all)
    return len(session.execute(query.with_only_columns(TaskRow.id)).all())


def differences(session: Session, letter: Letter, facts: CaseFacts) -> list[Difference]:
    """Name what the letter states otherwise than the ledger does today."""
    owed = open_amounts(session, facts.today, [stated["receivable_id"] for stated in letter.figures["items"]])
    now = {each.item.receivable_id: each for each in listed_items(facts, int(letter.figures["level"]))}
    found = []
    for stated in letter.figures["items"]:
        each, money = now.pop(stated["receivable_id"], None), Money(stated["open"], stated["currency"])
        left = Money(owed.get(stated["receivable_id"], 0), stated["currency"])
        if each is None or Money(each.item.open, each.item.currency) != money:
            found.append(Difference(stated["number"], money, left))
    credits_ = [each.item for each in now.values() if each.part == CREDIT]
    return found + [Difference(item.number, None, Money(item.open, item.currency)) for item in credits_]


def approved_lately(session: Session, reach: Reach, now: datetime) -> list[Waiting]:
    """Give the letters whose approval can still be taken back, the latest first."""
    query = select(Letter, TaskRow, Case.number, Debtor.id, Debtor.name).select_from(TaskRow)
    joined = query.join(Case, Case.number == CASE_NUMBER).join(Debtor, Debtor.id == Case.debtor_id)
    open_still = (TaskRow.status == "done", TaskRow.undo_until > now, TaskRow.four_eyes == LETTER, reach.all)
    rows = joined.join(Letter, Letter.case_id == Case.id).where(Letter.status == APPROVED, *open_still)
    return [Waiting(*row, None) for row in session.execute(rows.order_by(TaskRow.done_at.desc(), TaskRow.id.desc()))]


def versions(session: Session, letter: Letter) -> list[Letter]:
    """Give the case's other letters of the same template, the newest first."""
    query = select(Letter).where(Letter.case_id == letter.case_id, Letter.template == letter.template)
    return list(session.scalars(query.where(Letter.id != letter.id).order_by(Letter.id.desc())))


def letter_rows() -> Select[Any]:
    """Give the query of all letters with case and debtor, the newest first; see `complete_letters`."""
    query: Any = select(Letter, Case.number, Debtor.id, Debtor.name).join(Case, Case.id == Letter.case_id)
    rows: Select[Any] = query.join(Debtor, Debtor.id == Case.debtor_id).order_by(Letter.id.desc())
    return rows


def complete_letters(session: Session, rows: Sequence[Any]) -> list[LetterLine]:
    """Add the names of who decided."""
    names = names_of(session, [row[0].decided_by for row in rows])
    return [LetterLine(row[0], row[1], row[2], row[3], names) for row in rows]


def handed_rows(session: Session, ids: Sequence[int] = ()) -> list[tuple[OutboxRow, Letter, int, int]]:
    """Give what lies on the print list as (row, letter, case number, debtor's id); all, or those of the ids."""
    query = select(OutboxRow).where(OutboxRow.channel == "letter", OutboxRow.status == "handed").order_by(OutboxRow.id)
    rows = [row for row in session.scalars(query) if not ids or row.id in ids]
    letters = select(Letter, Case.debtor_id).join(Case, Case.id == Letter.case_id)
    wanted = {row.payload["letter"] for row in rows}
    found = {letter.id: (letter, debtor) for letter, debtor in session.execute(letters.where(Letter.id.in_(wanted)))}
    known = [(row, *found[row.payload["letter"]]) for row in rows if row.payload["letter"] in found]
    return [(row, letter, number_of(row.business_key), debtor) for row, letter, debtor in known]
