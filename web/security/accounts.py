"""Let Flask-Security read and write people: the same tables, but its own classes and its own session."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_security import RoleMixin, SQLAlchemySessionUserDatastore, UserMixin
from sqlalchemy import create_engine, func, or_, select
from sqlalchemy.orm import registry, relationship, scoped_session, sessionmaker

from engine.unit_of_work import BUSY_TIMEOUT_MS, Database
from receivables.staff import Person, Role, person_role

mapping = registry()


class AccountRole(RoleMixin):
    """A role as Flask-Security sees it."""


class Account(UserMixin):
    """A person as Flask-Security sees it."""

    def get_security_payload(self) -> dict[str, Any]:
        """Show scripts no more than the name."""
        return {"username": self.username}


mapping.map_imperatively(AccountRole, Role.__table__)
mapping.map_imperatively(
    Account,
    Person.__table__,
    properties={"roles": relationship(AccountRole, secondary=person_role, lazy="selectin", viewonly=True)},
)


class Accounts(SQLAlchemySessionUserDatastore):
    """The people who may sign in; found by username or e-mail, whichever was typed."""

    def find_typed(self, text: str) -> Account | None:
        """Give the account with this username or e-mail, letter case aside."""
        wanted = text.strip().lower()
        columns = Person.__table__.c
        either = or_(func.lower(columns.username) == wanted, func.lower(columns.email) == wanted)
        found: Account | None = self.db.session.scalar(select(Account).where(either))
        return found


def accounts_on(database: Database, app: Flask) -> Accounts:
    """Open the accounts; every statement is its own transaction, so that nobody waits for a page."""
    options = {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}} if database.is_sqlite else {"pool_pre_ping": True}
    engine = create_engine(database.url, isolation_level="AUTOCOMMIT", **options)
    session = scoped_session(sessionmaker(engine, expire_on_commit=False))
    app.teardown_appcontext(lambda _error: session.remove())
    return Accounts(session, Account, AccountRole)
