"""Search over everything: grouped results, a short list below the box, a jump where there is only one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from receivables.search import Hit, find
from web.context import context
from web.links import address
from web.security.access import requires
from web.security.rights import Right

pages = Blueprint("search", __name__, url_prefix="/search")
AT_MOST, QUICK = 25, 4
KINDS: dict[str, tuple[Any, str]] = {
    "case": (_l("Cases"), "briefcase"),
    "debtor": (_l("Debtors"), "users"),
    "receivable": (_l("Receivables"), "receipt"),
    "contact": (_l("Contacts"), "id"),
    "payment": (_l("Payments"), "cash"),
    "account": (_l("Our bank accounts"), "building-bank"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One result with where it leads."""

    title: str
    detail: str
    href: str
    case: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """The results of a kind."""

    title: str
    icon: str
    found: Sequence[Found]


@pages.get("", strict_slashes=False)
@requires(Right.SEE_CASES)
def index() -> ResponseReturnValue:
    """Show what fits, or go there where only one thing does."""
    text = request.args.get("q", "").strip()
    with context().reading() as session:
        groups = _groups(session, text, AT_MOST)
    only = _only(groups)
    if only is not None:
        return redirect(only)
    return render_template("search/index.html", groups=groups, text=text, most=AT_MOST)


@pages.get("/quick")
@requires(Right.SEE_CASES)
def quick() -> ResponseReturnValue:
    """Show the first results below the box."""
    text = request.args.get("q", "").strip()
    with context().reading() as session:
        return render_template("search/quick.html", groups=_groups(session, text, QUICK), text=text)


def _groups(session: Session, text: str, most: int) -> list[Group]:
    hits = find(session, text, limit=most) if text else []
    groups = []
    for kind, (title, icon) in KINDS.items():
        leading = [(hit, _address(hit)) for hit in hits if hit.kind == kind]
        found = [Found(hit.title, hit.detail, href, _case(hit)) for hit, href in leading if href]
        if found:
            groups.append(Group(str(title), icon, found))
    return groups


def _only(groups: Sequence[Group]) -> str | None:
    """Give the address where all results lead, if it is one."""
    addresses = {found.href for group in groups for found in group.found}
    return addresses.pop() if len(addresses) == 1 else None


def _case(hit: Hit) -> int | None:
    return None if hit.kind == "case" else hit.case_number


def _address(hit: Hit) -> str | None:
    leads: dict[str, Callable[[Hit], str | None]] = {
        "case": lambda each: url_for("cases.show", number=each.id),
        "debtor": lambda each: url_for("debtors.show", number=each.id),
        "receivable": _of_receivable,
        "contact": lambda each: url_for("debtors.show", number=each.debtor_id) + "#contacts",
        "payment": lambda each: address("payments.show", number=each.id),
        "account": lambda _each: address("creditor.show"),
    }
    return leads[hit.kind](hit)


def _of_receivable(hit: Hit) -> str:
    if hit.case_number is not None:
        return url_for("cases.receivables", number=hit.case_number, q=hit.title)
    return url_for("debtors.receivables", number=hit.debtor_id, q=hit.title)
