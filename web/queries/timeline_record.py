"""What the engine put on record about a case, in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from engine.instances import OTHER
from engine.tables import HistoryRow
from service_tasks.stages import stage_title
from web.queries.diagrams import Diagram
from web.queries.outlook import long_day
from web.queries.timeline_entry import Entry
from web.queries.words import SUSPENSIONS, outcome_name

Why = tuple[tuple[str, str], ...]
Reading = Callable[[HistoryRow], tuple[str, str, str, str]]
"""From a row to (chip, icon, colour, title)."""
TOLD_ELSEWHERE = frozenset(
    {
        "call",
        "note",
        "promise",
        "dispute_opened",
        "dispute_closed",
        "letter_drafted",
        "letter_queued",
        "letter_returned",
    }
    | {"message_queued", "payment", "payment_reversed", "promise_judged", "decision"}
)
CAUSES = frozenset({"timer", "message", "task_done", "started", "placed"})
"""What moves a case on: told as the reason of the stage that follows."""
ORDERS = frozenset({"stuck", "retried", "skipped", "moved", "variable_changed", "cancelled", "order_dropped"})
ANSWERS = frozenset({"sent", "not_needed", "undeliverable", "figures_changed"})


def places(rows: Iterable[HistoryRow]) -> dict[tuple[datetime, str], int]:
    """Give by moment and kind where in the record a row stands; what was heard goes by the message's name."""
    return {(row.at, row.text if row.kind == "message" else row.kind): row.seq for row in rows}


def recorded(rows: Iterable[HistoryRow], diagram: Diagram | None) -> list[Entry]:
    """Give the record as entries; what other sources tell better is left out."""
    entries, cause = [], None
    for row in rows:
        if row.kind in CAUSES:
            cause = row
        found = _entry(row, cause, diagram or Diagram())
        if found is not None:
            entries.append(found)
    return entries


def _entry(row: HistoryRow, cause: HistoryRow | None, diagram: Diagram) -> Entry | None:
    if row.kind in TOLD_ELSEWHERE or row.kind in {"timer", "started", "placed"}:
        return None
    if row.kind == "message" and row.text in ANSWERS - {"undeliverable"}:
        return None
    reading = READINGS.get(row.kind, _other)
    chip, icon, colour, title = reading(row)
    text = "" if row.kind in {"stage", "task_done", "message", "closed", "task_postponed", "taken_over"} else row.text
    why = _because(cause, diagram) if row.kind == "stage" and cause else _details(row, diagram)
    return Entry(
        at=row.at, chip=chip, icon=icon, colour=colour, title=title, who=row.who, text=text, why=why, order=row.seq
    )


def _stage(row: HistoryRow) -> tuple[str, str, str, str]:
    return "course", "flag", "blue", _("Stage: %(stage)s", stage=stage_title(row.text))


def _task_done(row: HistoryRow) -> tuple[str, str, str, str]:
    return "tasks", "check", "green", _("Done: %(task)s", task=row.text)


def _message(row: HistoryRow) -> tuple[str, str, str, str]:
    heard = {
        "paid": ("money", "cash", "green", _("Nothing is owed any more")),
        "payment_received": ("money", "cash", "green", _("Heard of a payment")),
        "payment_reversed": ("money", "arrow-back-up", "red", _("Heard that a payment was taken back")),
        "promise_recorded": ("promises", "calendar-event", "azure", _("Waits because of a promise")),
        "undeliverable": ("messages", "mail-off", "red", _("A message could not be delivered")),
        "contact_found": ("calls", "id", "blue", _("A way to reach the debtor was found")),
        "letter_returned": ("messages", "mail-off", "orange", _("A letter came back")),
    }
    return heard.get(row.text) or ("course", "message", "secondary", row.text.replace("_", " ").capitalize())


def _closed(row: HistoryRow) -> tuple[str, str, str, str]:
    return "course", "lock", "green", _("Closed: %(outcome)s", outcome=outcome_name(row.text))


def _suspended(row: HistoryRow) -> tuple[str, str, str, str]:
    code = (row.detail or {}).get("code", "")
    word = SUSPENSIONS.get(code) if code not in {"", OTHER, "promise"} else None
    return "course", "player-pause", "orange", _("Suspended: %(why)s", why=word) if word else _("Suspended")


def _postponed(row: HistoryRow) -> tuple[str, str, str, str]:
    return "tasks", "clock-pause", "secondary", _("Postponed: %(task)s", task=(row.detail or {}).get("task", ""))


def _deadlines_moved(row: HistoryRow) -> tuple[str, str, str, str]:
    days, hours = divmod(round((row.detail or {}).get("seconds", 0) / 3600), 24)
    text = ngettext("%(num)s day", "%(num)s days", days) if days else ngettext("%(num)s hour", "%(num)s hours", hours)
    return "tasks", "clock-pause", "secondary", _("Deadlines moved on by %(time)s: Duly stood still", time=text)


def _of_task(icon: str, title: Callable[[str], str]) -> Reading:
    def reading(row: HistoryRow) -> tuple[str, str, str, str]:
        return "tasks", icon, "secondary", title(str((row.detail or {}).get("task", row.text)))

    return reading


def _said(chip: str, icon: str, colour: str, title: Callable[[], str]) -> Reading:
    def reading(_row: HistoryRow) -> tuple[str, str, str, str]:
        return chip, icon, colour, title()

    return reading


def _taken_over(row: HistoryRow) -> tuple[str, str, str, str]:
    since, stage = (row.detail or {}).get("since"), stage_title(row.text)
    if since is None:
        return "course", "flag", "blue", _("Taken over at stage: %(stage)s", stage=stage)
    day = long_day(date.fromisoformat(since))
    return "course", "flag", "blue", _("Taken over at stage: %(stage)s, since %(day)s", stage=stage, day=day)


def _migrated(row: HistoryRow) -> tuple[str, str, str, str]:
    detail = row.detail or {}
    title = _("Moved from version %(old)s to %(new)s", old=detail.get("from", "?"), new=detail.get("to", "?"))
    return "course", "refresh", "blue", title


def _other(row: HistoryRow) -> tuple[str, str, str, str]:
    return "course", "info-circle", "secondary", row.kind.replace("_", " ").capitalize()


READINGS: dict[str, Reading] = {
    "stage": _stage,
    "task_done": _task_done,
    "message": _message,
    "closed": _closed,
    "task_taken": _of_task("hand-stop", lambda task: _("Took: %(task)s", task=task)),
    "task_passed_on": _of_task("user-check", lambda task: _("Passed on: %(task)s", task=task)),
    "task_postponed": _postponed,
    "task_undone": _of_task("arrow-back-up", lambda task: _("Taken back: %(task)s", task=task)),
    "deadlines_moved": _deadlines_moved,
    "suspended": _suspended,
    "resumed": _said("course", "player-play", "blue", lambda: _("Resumed")),
    "escalated": _said("tasks", "bell", "orange", lambda: _("The supervisor was told")),
    "referred": _said("course", "external-link", "blue", lambda: _("Referred")),
    "write_off_proposed": _said("course", "trash", "orange", lambda: _("Write-off proposed")),
    "contact_recorded": _said("calls", "id", "blue", lambda: _("Contact recorded")),
    "contact_changed": _said("calls", "id", "blue", lambda: _("Contact changed")),
    "debtor_changed": _said("course", "pencil", "secondary", lambda: _("Debtor's data changed")),
    "case_changed": _said("course", "user-check", "secondary", lambda: _("Owner or priority changed")),
    "promise_withdrawn": _said("promises", "arrow-back-up", "orange", lambda: _("Promise withdrawn")),
    "brought_back": _said("course", "refresh", "blue", lambda: _("Brought back")),
    "migrated": _migrated,
    "taken_over": _taken_over,
    "stuck": _said("course", "alert-circle", "red", lambda: _("Stuck")),
    "retried": _said("course", "refresh", "blue", lambda: _("Tried again")),
    "skipped": _said("course", "player-skip-forward", "orange", lambda: _("Step skipped")),
    "moved": _said("course", "route", "orange", lambda: _("Moved to another step")),
    "variable_changed": _said("course", "pencil", "orange", lambda: _("Variable changed")),
    "cancelled": _said("course", "player-stop", "red", lambda: _("The process was ended by hand")),
    "order_dropped": _said("course", "info-circle", "orange", lambda: _("What was ordered was not done")),
}


def _because(cause: HistoryRow, diagram: Diagram) -> Why:
    detail = cause.detail or {}
    reasons = {
        "started": _("The case was opened and its strategy began."),
        "timer": _("A wait was over: %(step)s.", step=diagram.name(cause.element)),
        "task_done": _("“%(task)s” was done.", task=cause.text),
        "placed": _("Somebody moved it there."),
        "message": _("Something was reported: %(what)s.", what=cause.text.replace("_", " ")),
    }
    return ((_("Because"), reasons[cause.kind]), *_steps(detail, diagram))


def _details(row: HistoryRow, diagram: Diagram) -> Why:
    detail = row.detail or {}
    answers = tuple((_label(name), _shown(value)) for name, value in (detail.get("result") or {}).items() if value)
    until = detail.get("until") if row.kind == "suspended" else None
    ends = ((_("Until"), long_day(datetime.fromisoformat(until))),) if until else ()
    return (*answers, *ends, *_ordered(row, diagram), *_steps(detail, diagram))


def _ordered(row: HistoryRow, diagram: Diagram) -> Why:
    """Say at which step a person interfered, and what was to come of it."""
    if row.kind not in ORDERS:
        return ()
    detail = row.detail or {}
    at = ((_("At"), diagram.name(row.element)),) if row.element else ()
    to = ((_("To"), diagram.name(detail["to"])),) if detail.get("to") else ()
    return (*at, *to, *(((detail["name"], json.dumps(detail.get("value"))),) if "name" in detail else ()))


def _steps(detail: Mapping[str, Any], diagram: Diagram) -> Why:
    taken = [diagram.name(step) for step in detail.get("path") or ()]
    waiting = [diagram.name(step) for step in detail.get("waiting") or ()]
    steps = ((_("Steps"), " → ".join(taken)),) if taken else ()
    return (*steps, *(((_("Then waits at"), ", ".join(waiting)),) if waiting else ()))


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _shown(value: Any) -> str:
    return _("yes") if value is True else str(value).replace("_", " ")
