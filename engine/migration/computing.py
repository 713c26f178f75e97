"""Compute the move of one case in memory: refused with every reason, or ready to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.catalogue import Call, Routing
from engine.clock import local_date, start_of_tomorrow
from engine.migration.plan import Outcome
from engine.migration.route import Move, Route, Standing
from engine.programmes import Programmes
from engine.spiff.advance import Event, OpenTask, Parked
from engine.spiff.migrating import Relocation
from engine.spiff.transfer import Refusal
from engine.tables import TaskRow
from engine.waiting_since import MIGRATED, waiting_since
from engine.write_buffer import WriteBuffer

FROM_DIAGRAM = ("element", "name", "form", "role", "annotation_required", "four_eyes")
SHOWN = ("name", "form", "role", "due_at")


class Computing:
    """The computing of one batch at one moment."""

    def __init__(self, route: Route, programmes: Programmes, now: datetime, zone: ZoneInfo) -> None:
        self.route, self.programmes, self.now, self.zone = route, programmes, now, zone

    def move(self, standing: Standing) -> Move:
        """Compute one case's move; every error of the attempt is caught here, and nowhere below."""
        instance = standing.instance
        before = Outcome(instance.business_key, instance.status, instance.element, instance.stage, instance.due_at)
        if standing.ordered:
            return _refused(standing, before, "busy", "what was ordered for it waits to be done; move it after that")
        if instance.shape_id is None or instance.bindings is None:  # it takes its first step on the new version
            outcome = replace(before, to_due_at=instance.due_at)
            row = {"at": self.now, "who": "", "kind": MIGRATED, "text": "", "element": "", "stage": instance.stage}
            return Move(standing, outcome, record=[{**row, "detail": self._detail()}])
        parked = Parked(self.programmes.shape(instance.shape_id), instance.bindings)
        if refusals := self.route.transfer.refusals(parked.shape):
            return Move(standing, replace(before, refusals=tuple(refusals)))
        try:
            return self._relocate(standing, before, parked)
        except Exception as error:  # noqa: BLE001 - one bad case never stops its neighbours: it stays, and says why
            return _refused(standing, before, "failed", f"it cannot be computed: {type(error).__name__}: {error}")

    def _relocate(self, standing: Standing, before: Outcome, parked: Parked) -> Move:
        instance, write = standing.instance, WriteBuffer(standing.instance.business_key, self.now)
        execution = self._execution(standing, write)
        tokens = execution.arrive(Parked(self.route.transfer.shape(parked.shape), parked.bindings))
        if not tokens <= standing.tasks.keys():  # the answer that is on its way belongs to the old version's form
            return _refused(standing, before, "busy", "a task of it was just finished; move it once it has gone on")
        self._recompute(standing, execution)
        tasks, changes = self._tasks(standing, execution)
        advanced = execution.settle_down(tokens, Event(MIGRATED, "", self._detail()))
        outcome = replace(
            before,
            to_element=advanced.element,
            to_stage=advanced.stage,
            to_due_at=advanced.due_at if instance.status == "running" else instance.due_at,
            changes=(*self.route.transfer.notes(parked.shape), *changes),
        )
        for row in write.record:
            if row["kind"] == MIGRATED:
                row |= {"element": advanced.element, "detail": {**row["detail"], **_told(outcome)}}
        return Move(standing, outcome, advanced, write.record, tasks)

    def _execution(self, standing: Standing, write: WriteBuffer) -> Relocation:
        instance, loaded = standing.instance, self.route.new.loaded
        call = Call(
            key=instance.business_key,
            facts=standing.facts,
            data={},
            element=instance.element,
            stage=instance.stage,
            token=f"{instance.business_key}/{instance.id}.{instance.history_seq}",
            now=self._frame(standing),
            today=local_date(self._frame(standing), self.zone),
            write=write,
        )
        return Relocation(loaded.specification, loaded.programme, call, self.zone, self.route.latest)

    def _frame(self, standing: Standing) -> datetime:
        """Give the moment as of which due dates are kept: a suspended case's are moved on when it goes on."""
        return standing.instance.suspended_at or self.now

    def _recompute(self, standing: Standing, execution: Relocation) -> None:
        for element, host in list(execution.timed()):
            if element in self.route.plan.recompute:
                execution.recompute(element, self._since(standing, host), self._tomorrow(standing))

    def _since(self, standing: Standing, element: str) -> datetime:
        frame = self._frame(standing)
        return waiting_since(standing.record, self.route.before(element), frame) or frame

    def _tomorrow(self, standing: Standing) -> datetime:
        return start_of_tomorrow(self._frame(standing), self.zone)

    def _tasks(self, standing: Standing, execution: Relocation) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """Give by token what changes in the rows of the open tasks, and the same in words."""
        changed: dict[str, dict[str, Any]] = {}
        words: list[str] = []
        for token, there in execution.open_tasks().items():
            row = standing.tasks[token]
            values = self._columns(standing, execution, row, there)
            values = {name: value for name, value in values.items() if getattr(row, name) != value}
            words += self._in_words(row, there, values)
            if "role" in values:
                routing = standing.facts.routing.get(there.role, Routing())
                values |= {"group_key": routing.group_key, "assignee": routing.assignee, "priority": routing.priority}
            changed[token] = values
        return changed, words

    def _columns(self, standing: Standing, execution: Relocation, row: TaskRow, there: OpenTask) -> dict[str, Any]:
        """Give a task's columns that come from the diagram; its instructions stay where the drawn text is the same."""
        values = {name: getattr(there, name) for name in FROM_DIAGRAM}
        values["stage"] = there.stage or row.stage
        if self._text(self.route.old.loaded.programme.elements, row.element) != self._text(
            self.route.new.loaded.programme.elements, there.element
        ):
            values["instructions"] = there.instructions
        if there.element in self.route.plan.recompute:
            since = self._since(standing, there.element)
            values["due_at"] = execution.task_due(there.element, since, self._tomorrow(standing))
        return values

    def _text(self, elements: Mapping[str, Mapping[str, Any]], element: str) -> Any:
        return (elements.get(element) or {}).get("instructionsForEndUser")

    def _in_words(self, row: TaskRow, there: OpenTask, values: Mapping[str, Any]) -> list[str]:
        words = [f"task {row.name!r}: {name} {getattr(row, name)} → {values[name]}" for name in SHOWN if name in values]
        other = [name for name in ("instructions", "annotation_required", "four_eyes") if name in values]
        words += [f"task {row.name!r}: other {name.replace('_', ' ')}" for name in other]
        if row.form == there.form and self.route.old.form(row.form) != self.route.new.form(there.form):
            words.append(f"task {row.name!r}: the form {row.form} has changed")
        return words

    def _detail(self) -> dict[str, Any]:
        plan = self.route.plan
        return {"from": plan.source, "to": plan.target, "elements": dict(self.route.elements)}


def _told(outcome: Outcome) -> dict[str, Any]:
    """Give what the record says of a move beside its plan."""
    if outcome.due_at == outcome.to_due_at:
        return {"changes": list(outcome.changes)}
    due = [None if each is None else each.isoformat() for each in (outcome.due_at, outcome.to_due_at)]
    return {"changes": list(outcome.changes), "due": due}


def _refused(standing: Standing, before: Outcome, code: str, message: str) -> Move:
    return Move(standing, replace(before, refusals=(Refusal(code, before.element, message),)))
