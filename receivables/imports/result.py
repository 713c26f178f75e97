"""Say what an import did, or would do."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from receivables.imports.incoming import RefusedRow
from receivables.money import to_texts


@dataclass
class ImportResult:
    """Count what an import did; accepted = created + updated + unchanged. Amounts in minor units per currency."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    """Rows that changed a receivable known before, or first told something new about a debtor."""
    unchanged: int = 0
    settled: int = 0
    """Receivables that this import left with nothing open, those missing from a snapshot included."""
    debtors: int = 0
    rounded: int = 0
    total_amount: Counter[str] = field(default_factory=Counter)
    open_amount: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedRow] = field(default_factory=list)
    rejected_file: str | None = None
    vanished: int = 0
    """How many receivables a snapshot settled because they were missing from it."""
    run_id: int | None = None
    """The import's number; None where it was only tried."""
    paid_cases: list[int] = field(default_factory=list)
    """Numbers of open cases that this import left with nothing to pay."""
    lowered_cases: list[int] = field(default_factory=list)
    """Numbers of other open cases with an item of which less is open now."""
    raised_cases: list[int] = field(default_factory=list)
    """Numbers of open cases with an item of which more is open now."""
    warnings: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def rejected(self) -> int:
        return len(self.refused)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as the command line prints them."""
        counted = ("rows", "accepted", "rejected", "created", "updated", "unchanged", "settled", "debtors", "rounded")
        return {name: getattr(self, name) for name in counted} | {
            "total_amount": to_texts(self.total_amount),
            "open_amount": to_texts(self.open_amount),
            "rejected_file": self.rejected_file,
        }
