"""What people do to a case from its page: each is one unit of work with its line in the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine import history, instances, worklist
from engine.errors import InvalidForm
from engine.tables import TaskRow
from receivables.closing import bring_back
from receivables.dispute import Dispute
from receivables.disputes import close_dispute, open_dispute
from receivables.notes import NewCall, add_note, note_call
from receivables.promise_payments import judged_after
from receivables.promises import NewPromise, open_promises, record_promise, withdraw_promise
from receivables.staffing import assign_case
from service_tasks import events
from service_tasks.keys import key_of
from web.context import context
from web.entries import amount_in, currency_in, day_in, optional_day_in, text_in
from web.formats import Money, day_text, money_text
from web.queries.case_head import CaseHead
from web.queries.items import total
from web.queries.words import SUSPENSIONS

PROMISED = "Waits for a promise to pay"
MOST_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Doing:
    """One deed in progress: on which case, what was filled in, by whom, when."""

    session: Session
    head: CaseHead
    form: MultiDict[str, str]
    by: str
    now: datetime
    today: date

    @property
    def key(self) -> str:
        """The case's business key."""
        return key_of(self.head.case.number)

    def record(self, kind: str, text: str, **detail: Any) -> None:
        """Put the deed on record."""
        history.record(self.session, self.key, who=self.by, kind=kind, text=text, detail=detail or None, now=self.now)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do: its title, the button's verb, its picture, and what does it and says what came of it."""

    title: Any
    verb: Any
    icon: str
    perform: Callable[[Doing], str]


def note(doing: Doing) -> str:
    """Keep a note."""
    text = text_in(doing.form, "text", _("Write what others should know."))
    add_note(doing.session, doing.head.case, text, by=doing.by, now=doing.now)
    doing.record("note", text)
    return str(_("Noted."))


def call(doing: Doing) -> str:
    """Keep a call that no task asked for."""
    outcome = text_in(doing.form, "outcome", _("Say how the call went."))
    reached = outcome not in {"no_answer", "wrong_number"}
    text = doing.form.get("text", "").strip() or None
    note_call(doing.session, doing.head.case, NewCall(reached, outcome, None, text), by=doing.by, now=doing.now)
    doing.record("call", text or "", outcome=outcome)
    return str(_("The call was noted."))


def promise(doing: Doing) -> str:
    """Record a promise and let the case wait for it."""
    case, form = doing.head.case, doing.form
    currency = currency_in(form, "currency")
    wish = NewPromise(day_in(form, "promised_on"), amount_in(form, "amount", currency), currency)
    if wish.promised_on < doing.today:
        raise InvalidForm({"promised_on": _("A promise names a day to come.")})
    made = record_promise(doing.session, case, wish, by=doing.by, now=doing.now, today=doing.today)
    country = doing.head.debtor.country
    judged_on = judged_after(wish.promised_on, wish.tolerance_days, country) + timedelta(days=1)
    amount = money_text(Money(wish.amount, currency))
    doing.record("promise", f"{amount} by {wish.promised_on}", promise=made.id)
    _wait_for(doing, made.id, judged_on)
    return str(_("The case waits for %(amount)s until %(day)s.", amount=amount, day=day_text(wish.promised_on)))


def withdraw(doing: Doing) -> str:
    """Take back what was promised; the case goes on."""
    standing = open_promises(doing.session, doing.head.case)
    for each in standing:
        withdraw_promise(doing.session, each, now=doing.now)
    doing.record("promise_withdrawn", doing.form.get("reason", "").strip())
    view = doing.head.view
    if view is not None and view.status == "suspended" and view.suspend_reason == PROMISED:
        instances.resume(doing.session, key=doing.key, by=doing.by, reason="Promise withdrawn", now=doing.now)
    return str(_("The promise was withdrawn; the case goes on."))


def dispute(doing: Doing) -> str:
    """Take items out of what is asked for, because the debtor complains about them."""
    reason = text_in(doing.form, "reason", _("Say what the debtor complains about."))
    chosen = _chosen(doing, [item.id for item in doing.head.held if item.dispute_id is None])
    for receivable_id in chosen:
        open_dispute(doing.session, receivable_id, reason, by=doing.by, today=doing.today)
    doing.record("dispute_opened", reason, items=len(chosen))
    rested, _resumed = events.settle_disputes(doing.session, today=doing.today, now=doing.now)
    said = ngettext(
        "%(num)s item is disputed and not asked for: %(owed)s.",
        "%(num)s items are disputed and not asked for: %(owed)s.",
        len(chosen),
        owed=_amounts(doing, chosen),
    )
    rests = _("Everything is disputed, so the case rests.")
    return f"{said} {rests}" if rested else str(said)


def settle(doing: Doing) -> str:
    """Close disputes; the items are asked for again."""
    resolution = text_in(doing.form, "reason", _("Say how it was settled."))
    disputed = {item.id: item.dispute_id for item in doing.head.items if item.dispute_id is not None}
    chosen = _chosen(doing, list(disputed))
    for receivable_id in chosen:
        found = doing.session.get_one(Dispute, disputed[receivable_id])
        close_dispute(doing.session, found, resolution, by=doing.by, today=doing.today)
    doing.record("dispute_closed", resolution, items=len(chosen))
    events.settle_disputes(doing.session, today=doing.today, now=doing.now)
    return str(_("Settled; %(owed)s is asked for again.", owed=_amounts(doing, chosen)))


def suspend(doing: Doing) -> str:
    """Freeze the case's clocks."""
    code, reason = _why_suspended(doing.form)
    until = optional_day_in(doing.form, "until")
    if until is not None and until <= doing.today:
        raise InvalidForm({"until": _("Choose a day to come, or leave it empty.")})
    end = None if until is None else start_of(until)
    why = {"code": code, "reason": reason}
    instances.suspend(doing.session, key=doing.key, by=doing.by, now=doing.now, until=end, **why)
    return str(
        _("Suspended: nothing is sent and no deadline runs.")
        if until is None
        else _("Suspended until %(day)s.", day=day_text(until))
    )


def _why_suspended(form: MultiDict[str, str]) -> tuple[str, str]:
    """Give the reason's word and the note; a reason that has no word needs one."""
    code, note = form.get("code") or instances.OTHER, form.get("reason", "").strip()
    if code not in SUSPENSIONS:
        raise InvalidForm({"code": _("Choose one of the reasons.")})
    if code == instances.OTHER and not note:
        raise InvalidForm({"reason": _("Say why: colleagues will read it on the case.")})
    return code, note


def resume(doing: Doing) -> str:
    """Let the clocks go on."""
    reason = doing.form.get("reason", "").strip() or _("Resumed by hand")
    instances.resume(doing.session, key=doing.key, by=doing.by, reason=reason, now=doing.now)
    return str(_("The case goes on with the time its waits had left."))


def owner(doing: Doing) -> str:
    """Give the case to somebody, with their open tasks, and set its priority."""
    case, form = doing.head.case, doing.form
    priority = form.get("priority", "")
    if not priority.isdecimal() or len(priority) > len(str(MOST_PRIORITY)) or int(priority) > MOST_PRIORITY:
        raise InvalidForm({"priority": _("A whole number from 0 to 100.")})
    before, to = case.owner, form.get("owner", "")
    changes = {"priority": int(priority)} if int(priority) != case.priority else {}
    case.priority = int(priority)
    if to and to != before:
        assign_case(doing.session, case, to)
        _pass_tasks(doing, doing.head.standing.tasks, before, to)
    said = (
        [f"{doing.head.names.get(before or '', before or '–')} → {doing.head.names.get(to, to)}"]
        if to != (before or "")
        else []
    )
    said += [f"priority {each}" for each in changes.values()]
    doing.record("case_changed", ", ".join(said))
    return str(_("Saved."))


def back(doing: Doing) -> str:
    """Let the items of an unpaid closed case be collected again."""
    bring_back(doing.session, doing.head.case, doing.today)
    doing.record("brought_back", doing.form.get("reason", "").strip())
    return str(_("The next day run opens a new case for what is still owed."))


def start_of(day: date) -> datetime:
    """Give the moment at which a business day begins."""
    return datetime.combine(day, time(0), tzinfo=context().settings.zone)


def _wait_for(doing: Doing, promise_id: int, judged_on: date) -> None:
    """Let the open call task hear of the promise, or rest the case until the promise is judged."""
    view, key = doing.head.view, doing.key
    if view is not None and view.status == "running" and doing.head.call_task is not None:
        payload: dict[str, object] = {"judged_on": judged_on.isoformat()}
        number = doing.head.case.number
        events.announce(doing.session, "promise_recorded", number, payload, unique=str(promise_id), now=doing.now)
    elif view is not None and view.status in {"running", "new", "stuck"}:
        until = start_of(judged_on)
        why = {"code": "promise", "reason": PROMISED}
        instances.suspend(doing.session, key=key, by=doing.by, now=doing.now, until=until, **why)
    elif view is not None and view.suspend_reason == PROMISED:
        until = start_of(judged_on)
        instances.prolong(doing.session, key=key, by=doing.by, reason=PROMISED, now=doing.now, until=until)


def _chosen(doing: Doing, offered: Sequence[int]) -> list[int]:
    chosen = [each for each in offered if str(each) in doing.form.getlist("item")]
    if not chosen:
        raise InvalidForm({"item": _("Choose at least one item.")})
    return chosen


def _amounts(doing: Doing, ids: Sequence[int]) -> str:
    owed = total(item for item in doing.head.items if item.id in ids)
    return ", ".join(money_text(Money(minor, currency)) for currency, minor in owed.items()) or "0"


def _pass_tasks(doing: Doing, tasks: Sequence[TaskRow], before: str | None, to: str) -> None:
    for task in tasks:
        if task.assignee == before:
            worklist.pass_on(doing.session, task.id, to=to, by=doing.by, now=doing.now)


DEEDS: dict[str, Deed] = {
    "call": Deed(_l("Call"), _l("Keep the call"), "phone", call),
    "note": Deed(_l("Note"), _l("Keep the note"), "note", note),
    "promise": Deed(_l("Promise to pay"), _l("Record the promise"), "calendar-event", promise),
    "withdraw": Deed(_l("Withdraw the promise"), _l("Withdraw"), "arrow-back-up", withdraw),
    "dispute": Deed(_l("Dispute"), _l("Mark as disputed"), "scale", dispute),
    "settle": Deed(_l("Settle a dispute"), _l("Ask for it again"), "check", settle),
    "suspend": Deed(_l("Suspend"), _l("Suspend"), "player-pause", suspend),
    "resume": Deed(_l("Resume"), _l("Resume"), "player-play", resume),
    "owner": Deed(_l("Owner and priority"), _l("Save"), "user-check", owner),
    "bring-back": Deed(_l("Bring back"), _l("Bring back"), "refresh", back),
}
