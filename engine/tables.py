"""What the engine stores: deployments, instances, messages in and out, people's tasks, the record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from engine.types import Json, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
RUNNING = text("status IN ('new', 'running', 'suspended', 'stuck')")


class EngineBase(DeclarativeBase):
    """The engine's half of the schema."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, Any: Json, str: String}  # noqa: RUF012 - SQLAlchemy's hook


class Deployment(EngineBase):
    """An immutable version of a strategy with everything it uses, as it was (`files`: path to text or base64).

    The decisions that strategies share are versions too, under a key of their own (`engine.deployments.DECISIONS`).
    """

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    checksum: Mapped[str]
    files: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str]
    at: Mapped[datetime]
    active: Mapped[bool]  # new cases start on the active version of their key


class Shape(EngineBase):
    """The form of a parked instance's tree, stored once for all instances that stand alike."""

    __tablename__ = "shape"
    __table_args__ = (UniqueConstraint("deployment_id", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    digest: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Instance(EngineBase):
    """One run of a strategy; new -> running <-> suspended | stuck -> ended. Only what is due is ever loaded."""

    __tablename__ = "instance"
    __table_args__ = (
        Index("uq_instance_running", "business_key", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index(
            "ix_instance_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index("ix_instance_deployment_status", "deployment_id", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    business_key: Mapped[str] = mapped_column(index=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    status: Mapped[str]
    stage: Mapped[str] = mapped_column(default="")
    element: Mapped[str] = mapped_column(default="")  # where it waits, for people
    due_at: Mapped[datetime | None]
    shape_id: Mapped[int | None] = mapped_column(ForeignKey("shape.id"))
    bindings: Mapped[bytes | None] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    history_seq: Mapped[int] = mapped_column(default=0)
    history_head: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    suspend_code: Mapped[str | None]  # a word of the application, such as "insolvency"
    suspend_reason: Mapped[str | None]


class InboxRow(EngineBase):
    """A message for a case, written by anybody in their own transaction, handled once by a worker."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_open",
            "not_before",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    business_key: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    unique_key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    not_before: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    result: Mapped[str | None]  # delivered | not_awaited | ended | withdrawn


class OutboxRow(EngineBase):
    """Something that shall leave the process; waiting -> sending -> sent | handed -> sent | failed | withdrawn."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_status_not_before", "status", "not_before"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    business_key: Mapped[str] = mapped_column(index=True)
    channel: Mapped[str]
    payload: Mapped[dict[str, Any]]
    not_before: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    delivery: Mapped[str | None]  # the key of the delivery it left in: rows of one day may leave joined
    receipt: Mapped[dict[str, Any] | None]


class TaskRow(EngineBase):
    """What waits for a person: a mirror of the instance's user tasks; open -> done | withdrawn."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_status_group_key", "status", "group_key"),
        Index("ix_task_status_assignee", "status", "assignee"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    business_key: Mapped[str] = mapped_column(index=True)
    token: Mapped[str] = mapped_column(unique=True)  # names this visit of the element, also when the step is redone
    element: Mapped[str]
    name: Mapped[str]
    form: Mapped[str]
    role: Mapped[str]
    group_key: Mapped[str | None]
    assignee: Mapped[str | None]
    priority: Mapped[int] = mapped_column(default=0)
    instructions: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    annotation_required: Mapped[bool] = mapped_column(default=False)
    four_eyes: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="open")
    postponed_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    undo_until: Mapped[datetime | None]


class HistoryRow(EngineBase):
    """Who did what when and why: append-only, chained per case by salted digests."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("business_key", "seq"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    business_key: Mapped[str]
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    who: Mapped[str]
    kind: Mapped[str]  # started, entered, left, message, task_done, decision, timer, suspended, ... see engine.history
    element: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any] | None]
    salt: Mapped[str]
    digest: Mapped[str]


class Incident(EngineBase):
    """A case that could not go on: what failed, where, and what a person did about it."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_resolved_at", "resolved_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    business_key: Mapped[str] = mapped_column(index=True)
    element: Mapped[str]
    error: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any] | None]  # the variables at that moment
    attempts: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None] = mapped_column(Text)


class Duty(EngineBase):
    """What one of several worker processes does alone, and which holds it until when (by the machine's clock)."""

    __tablename__ = "duty"
    name: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    until: Mapped[datetime]


class WorkerProcess(EngineBase):
    """A worker that lives, or died a short while ago: `seen_at` by the machine's clock."""

    __tablename__ = "worker_process"
    token: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Total(EngineBase):
    """How often something happened since the beginning, counted in the transaction in which it happens."""

    __tablename__ = "total"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Setting(EngineBase):
    """One stored switch (sending, the demo's clock), with who set it and when."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    by: Mapped[str]
    at: Mapped[datetime]


class Hold(EngineBase):
    """Work of one queue that waits for a person after a gap: what was due up to `until`, let go in order of due dates.

    What is let go is a position in that order (due, id): neither cases nor messages are marked.
    """

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "uq_hold_open",
            "queue",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str]  # cases | messages
    gaps: Mapped[Any] = mapped_column(Json)  # [[since, until], ...] as ISO 8601: when nothing was done
    until: Mapped[datetime]
    released_to: Mapped[datetime | None]  # the last one that was let go: its due date and its id
    released_id: Mapped[int | None]
    per_day: Mapped[int | None]  # how many are let go each business day; None: all at once, or none yet
    portion_on: Mapped[date | None]  # the day whose portion was let go last
    total: Mapped[int | None]  # how many were held when a person let them go
    by: Mapped[str | None]  # who decided last, None: nobody yet
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
