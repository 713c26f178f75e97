"""Keep what was said to a debtor, or noted about a case."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from receivables.base import Key, ReceivablesBase, one_of


class CallNote(ReceivablesBase):
    """Keep one call or note."""

    __tablename__ = "contact_note"
    __table_args__ = (one_of("kind", "call", "note"), Index(None, "case_id", "at"))

    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    kind: Mapped[str] = mapped_column(default="note")
    reached: Mapped[bool | None]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    text: Mapped[str | None]
