from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from receivables.case import Case, CaseItem
from receivables.dispute import Dispute
from receivables.tables import ReceivablesBase
from tests.receivables.books import NOW, TODAY, Books

DATABASES = ("sqlite", "postgresql")


def test_every_constraint_has_a_name_and_every_table_fits_postgresql() -> None:
    for table in ReceivablesBase.metadata.sorted_tables:
        str(CreateTable(table).compile(dialect=PGDialect()))  # type: ignore[no-untyped-call]
        names = [str(each.name) for each in table.constraints] + [str(each.name) for each in table.indexes]
        assert all(name != "None" and len(name) <= 63 for name in names)


def test_moments_come_back_in_utc(books: Books, session: Session) -> None:
    debtor = books.debtor()
    debtor.created_at = datetime(2026, 5, 4, 12, tzinfo=timezone(timedelta(hours=2)))
    session.flush()
    session.expire(debtor)
    assert debtor.created_at == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert debtor.created_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(books: Books, session: Session) -> None:
    debtor = books.debtor()
    debtor.created_at = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="no time zone"), session.begin_nested():
        session.flush()


def test_the_database_keeps_what_must_never_be(books: Books, session: Session) -> None:
    debtor = books.debtor()
    item = books.invoice(debtor)
    case = books.open_case(debtor)
    twin = {"debtor_id": debtor.id, "case_group_id": case.case_group_id, "strategy": "s", "opened_on": TODAY}
    dispute = {"receivable_id": item.id, "reason": "r", "opened_on": TODAY, "opened_by": "anna"}
    session.add(Dispute(**dispute))
    session.flush()
    wrongs: list[ReceivablesBase] = [
        Case(number=2, **twin),
        Case(number=3, **twin, closed_on=TODAY),
        Case(number=4, **twin, closed_on=TODAY, outcome="paid", priority=101),
        CaseItem(case_id=case.id, receivable_id=item.id, joined_on=TODAY),
        Dispute(**dispute),
    ]
    for wrong in wrongs:
        with pytest.raises(IntegrityError):
            _keep(session, wrong)


def _keep(session: Session, row: ReceivablesBase) -> None:
    with session.begin_nested():
        session.add(row)
        session.flush()
