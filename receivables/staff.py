"""Say who works here, with which rights, in which groups, and what they were told."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from receivables.base import Key, ReceivablesBase

person_role = Table(
    "person_role",
    ReceivablesBase.metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True, index=True),
)
group_member = Table(
    "group_member",
    ReceivablesBase.metadata,
    Column("group_id", ForeignKey("staff_group.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Role(ReceivablesBase):
    """Keep a set of rights by its name."""

    __tablename__ = "role"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))


class Person(ReceivablesBase):
    """Keep an account of a member of staff; the columns are those that Flask-Security asks for."""

    __tablename__ = "person"

    id: Mapped[Key]
    username: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(String(255), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    locale: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    create_datetime: Mapped[datetime | None]
    update_datetime: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]
    roles: Mapped[list[Role]] = relationship(secondary=person_role, order_by=Role.name)


class StaffGroup(ReceivablesBase):
    """Keep a team with its supervisor (a username)."""

    __tablename__ = "staff_group"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    supervisor: Mapped[str | None]
    members: Mapped[list[Person]] = relationship(secondary=group_member, order_by=Person.username)


class StaffNotice(ReceivablesBase):
    """Keep something a person or a whole group was told about a case."""

    __tablename__ = "staff_notice"
    __table_args__ = (Index(None, "username", "read_at"), Index(None, "group_key", "read_at"))

    id: Mapped[Key]
    group_key: Mapped[str | None]
    username: Mapped[str | None]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("collection_case.id"), index=True)
    text: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[str | None]
