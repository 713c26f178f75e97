"""Guard that four eyes see a letter where its product group asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.tables import TaskRow
from receivables.case import Case, CaseItem
from receivables.letter import Letter
from receivables.product import Product, ProductGroup
from receivables.receivable import Receivable
from service_tasks.keys import number_of


def four_eyes(session: Session, task: TaskRow, by: str, answers: Mapping[str, Any]) -> None:
    """Raise Conflict where the letter's last editor would approve it; to be given to `engine.worklist.complete`."""
    if task.four_eyes != "letter" or answers.get("decision") != "approve":
        return
    number = number_of(task.business_key)
    if _last_editor(session, number) == by and _asked_for(session, number):
        raise Conflict(f"{by} edited this letter last; somebody else has to approve it")


def _last_editor(session: Session, number: int) -> str | None:
    query = select(Letter.edited_by).join(Case, Case.id == Letter.case_id)
    drafted = query.where(Case.number == number, Letter.status.in_(("drafted", "approved")))
    return session.scalar(drafted.order_by(Letter.id.desc()).limit(1))


def _asked_for(session: Session, number: int) -> bool:
    query = (
        select(ProductGroup.id)
        .join(Product, Product.product_group_id == ProductGroup.id)
        .join(Receivable, Receivable.product_id == Product.id)
        .join(CaseItem, CaseItem.receivable_id == Receivable.id)
        .join(Case, Case.id == CaseItem.case_id)
        .where(Case.number == number, CaseItem.left_on.is_(None), ProductGroup.four_eyes.is_(True))
    )
    return session.scalar(query.limit(1)) is not None
