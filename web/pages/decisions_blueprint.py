"""The blueprint that the files of the decision tables' pages share, and the table that an address names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session

from engine.decisions import Decision
from web.context import context
from web.entries import row_number
from web.queries.decision_sheets import Sheet, sheets
from web.queries.decision_words import decision_title, policy_words
from web.queries.decisions import Edition, decision_of, edition, sheet_of

pages = Blueprint("decisions", __name__, url_prefix="/strategies/decisions")


@dataclass(frozen=True)
class Shown:
    """A decision of one version of the shared tables; `name` is that of its file."""

    name: str
    edition: Edition
    sheet: Sheet

    @property
    def content(self) -> bytes:
        """The file."""
        return self.edition.file(self.name)

    @property
    def title(self) -> str:
        """What people read."""
        return decision_title(self.sheet.id, self.sheet.name)

    @property
    def policy(self) -> tuple[str, str]:
        """The hit policy in a few words and as a sentence."""
        return policy_words(self.sheet.policy, self.sheet.aggregation)

    @property
    def kept(self) -> dict[str, str | int]:
        """What names this decision in an address: the version where it is not the active one, the id among several."""
        several = len(sheets(self.content)) > 1
        return {
            **({"version": self.edition.number} if not self.edition.active else {}),
            **({"decision": self.sheet.id} if several else {}),
        }

    def address(self, page: str = "show", **more: object) -> str:
        """Give the address of one of its pages."""
        return url_for(f"decisions.{page}", name=self.name, **{**self.kept, **more})  # type: ignore[arg-type]

    @cached_property
    def decision(self) -> Decision:
        """The decision ready to be asked."""
        return decision_of(self.content, self.name, self.sheet.id, context().catalogue)


def shown_of(session: Session, name: str, number: int | None = None) -> Shown:
    """Give the decision that the address names, by default in the active version; raise NotFound."""
    wanted = number if number is not None else request.args.get("version", None, type=row_number)
    found = edition(session, wanted)
    return Shown(name, found, sheet_of(found.file(name), request.args.get("decision", ""), name))


def all_of(found: Edition) -> list[Shown]:
    """Give every decision of a version."""
    return [Shown(name, found, sheet) for name, content in found.files.items() for sheet in sheets(content)]
