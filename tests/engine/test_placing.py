"""A token is taken away and put elsewhere: it goes on from there as if it had come by itself, or it is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.catalogue import Call, Facts
from engine.errors import NotFound, Unusable
from engine.spiff.advance import Advanced, Parked, Stimulus
from engine.spiff.codec import load_shape
from engine.spiff.execution import Execution
from engine.spiff.parsing import Specification, parse
from engine.spiff.placing import check, place, places
from engine.spiff.scripting import Programme, Tables
from engine.spiff.workflow import at_rest, is_open, settle
from engine.write_buffer import WriteBuffer
from tests.engine.toys import CATALOGUE, MONDAY, PAID, ZONE, Drawing, after

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Instance:
    """One instance of a toy, saved and restored whenever time passes."""

    def __init__(self, drawing: Drawing) -> None:
        self.specification: Specification = parse(drawing.xml(), "toy")
        self.programme = Programme(CATALOGUE, self.specification.elements(), Tables(1, {}))
        self.now, self.parked = MONDAY, Advanced()
        self.execution = self._new()
        self.execution.start()

    def _new(self) -> Execution:
        write = WriteBuffer("case:1", self.now)
        call = Call("case:1", Facts({}), {}, "", "", f"t{self.now}", self.now, self.now.date(), write)
        return Execution(self.specification, self.programme, call, ZONE)

    def put(self, element: str, **data: object) -> list[str]:
        taken = place(self.execution.workflow, element, data or None)
        settle(self.execution.workflow, lambda _task: None)
        return taken

    def later(self, days: float = 0, message: str = "") -> Advanced:
        """Save, let time pass, restore, deliver, fire."""
        before = self.execution._open_tokens()
        self.parked = self.execution.park(before)
        if self.parked.ended:
            return self.parked
        assert self.parked.shape is not None
        assert self.parked.bindings is not None
        self.now += timedelta(days=days)
        self.execution = self._new()
        self.execution.resume(Parked(load_shape(self.parked.shape), self.parked.bindings))
        if message:
            self.execution.take(Stimulus(1, message, {}), suspended=False)
        self.execution.fire()
        return self.parked

    @property
    def stands(self) -> set[str]:
        return {task.task_spec.bpmn_id for task in at_rest(self.execution.workflow)}

    @property
    def data(self) -> dict[str, object]:
        return next(dict(task.data) for task in at_rest(self.execution.workflow) if is_open(task))

    @property
    def said(self) -> list[str]:
        return [row["payload"]["text"] for row in self.execution.call.write.outgoing]

    def ended(self) -> bool:
        return bool(self.execution.workflow.is_completed())


def line() -> Drawing:
    """First: a wait of a week; then: a question that is withdrawn when paid; last: something said."""
    drawing = Drawing()
    drawing.start()
    drawing.say("before", '"b"')
    drawing.wait("week")
    drawing.ask("ask")
    drawing.boundary("paid", "ask", PAID)
    drawing.boundary("late", "ask", after('@"P3D"'), interrupting=False)
    drawing.say("nag", '"nag"')
    drawing.say("last", '"l"')
    for end in ("end", "all_paid", "nagged"):
        drawing.end(end)
    drawing.flow("start", "before", "week", "ask", "last", "end")
    drawing.flow("paid", "all_paid")
    drawing.flow("late", "nag", "nagged")
    return drawing


def nested() -> Drawing:
    """A wait of its own around two stages, thirty days at most."""
    inner = Drawing()
    inner.start("s")
    inner.wait("one")
    inner.wait("two")
    inner.end("e")
    inner.flow("s", "one", "two", "e")
    middle = Drawing()
    middle.start("ms")
    middle.sub("deep", inner)
    middle.ask("after_deep")
    middle.end("me")
    middle.flow("ms", "deep", "after_deep", "me")
    drawing = Drawing()
    drawing.start()
    drawing.sub("collect", middle)
    drawing.boundary("paid", "collect", PAID)
    drawing.boundary("limit", "collect", after('@"P30D"'))
    drawing.wait("outside")
    for end in ("end", "all_paid", "over"):
        drawing.end(end)
    drawing.flow("start", "collect", "outside", "end")
    drawing.flow("paid", "all_paid")
    drawing.flow("limit", "over")
    return drawing


def forked(kind: str = "parallelGateway") -> Drawing:
    """Two branches between a fork and a join, then a question; and a way back to before the fork."""
    drawing = Drawing()
    drawing.start()
    drawing.add('<bpmn:exclusiveGateway id="merge"/>')
    drawing.add(f'<bpmn:{kind} id="fork"/>')
    drawing.ask("left")
    drawing.ask("right")
    drawing.add(f'<bpmn:{kind} id="join"/>')
    drawing.ask("behind")
    drawing.add('<bpmn:exclusiveGateway id="again" default="again_end"/>')
    drawing.end()
    drawing.flow("start", "merge", "fork")
    for branch in ("left", "right"):
        drawing.flow_if("fork", branch, "true")
        drawing.flow(branch, "join")
    drawing.flow("join", "behind", "again", "end")
    drawing.flow_if("again", "merge", "once_more = true")
    return drawing


def test_forward_over_a_user_task_and_back_with_the_variables_kept() -> None:
    each = Instance(line())
    assert each.put("ask") == ["week"]
    assert each.stands == {"ask", "paid", "late"}
    assert each.data == {"before_result": "b"}
    each.later(4)
    assert each.said == ["nag"]
    assert each.put("week") == ["ask"]
    assert each.stands == {"week"}
    assert each.later().due_at == each.now + 7 * DAY


def test_boundary_events_of_the_new_place_are_armed_and_those_of_the_old_are_gone() -> None:
    each = Instance(line())
    each.put("ask")
    each.later(message="paid")
    assert each.ended()
    other = Instance(line())
    other.put("ask")
    other.later()
    other.put("week")
    other.later(message="paid")
    assert other.stands == {"week"}
    other.later(5)
    assert other.said == []
    assert other.stands == {"week"}


def test_a_service_task_is_run_and_goes_on() -> None:
    each = Instance(line())
    each.put("last")
    assert each.said == ["b", "l"]
    assert each.ended()


def test_a_token_put_inside_a_sub_process_enters_it_with_its_boundary_events() -> None:
    each = Instance(nested())
    each.put("outside")
    each.later(10)
    each.put("two", colour="red")
    assert each.stands == {"two", "paid", "limit"}
    each.later(7)
    assert each.stands == {"after_deep", "paid", "limit"}
    assert each.data["colour"] == "red"
    each.later(23)
    assert each.ended()
    assert each.later().element == "over"


def test_within_a_running_sub_process_its_own_limit_runs_on() -> None:
    each = Instance(nested())
    each.later(5)
    assert each.put("after_deep") == ["one"]
    assert each.later(24).due_at == MONDAY + 30 * DAY - HOUR  # summer time has begun
    assert each.stands == {"after_deep", "paid", "limit"}
    each.put("one")
    each.later(1)
    assert each.ended()


def test_a_sub_process_as_a_whole_is_begun_anew() -> None:
    each = Instance(nested())
    each.later(5)
    each.put("after_deep")
    each.put("collect")
    assert each.stands == {"one", "paid", "limit"}
    assert each.later().due_at == each.now + 7 * DAY
    each.later(8)
    each.later(8)
    assert each.stands == {"after_deep", "paid", "limit"}


def test_a_token_put_behind_a_join_takes_both_branches_away() -> None:
    each = Instance(forked())
    assert set(each.put("behind")) == {"left", "right"}
    assert each.stands == {"behind"}
    each.later()
    each.put("fork")
    assert each.stands == {"left", "right"}


@pytest.mark.parametrize("element", ["left", "join"])
def test_a_single_token_before_a_parallel_join_is_refused(element: str) -> None:
    each = Instance(forked())
    with pytest.raises(Unusable, match="would wait for the others for ever"):
        each.put(element)
    assert each.stands == {"left", "right"}


def test_a_way_round_the_fork_does_not_save_a_single_branch() -> None:
    drawing = forked()
    drawing.add('<bpmn:exclusiveGateway id="redo" default="redo_join"/>')
    drawing.flows = [flow for flow in drawing.flows if 'id="left_join"' not in flow]
    drawing.flow("left", "redo", "join")
    drawing.flow_if("redo", "merge", "redo = true")
    with pytest.raises(Unusable, match="would wait for the others for ever"):
        Instance(drawing).put("left")


def test_a_single_token_before_an_inclusive_join_goes_on() -> None:
    each = Instance(forked("inclusiveGateway"))
    each.put("left")
    (task,) = (task for task in at_rest(each.execution.workflow) if is_open(task))
    task.run()
    settle(each.execution.workflow, lambda _task: None)
    assert each.stands == {"behind"}


def test_what_cannot_hold_a_token_alone_is_refused_in_words() -> None:
    drawing = line()
    drawing.add('<bpmn:eventBasedGateway id="first_of"/>')
    drawing.wait("timeout")
    drawing.flow("nag", "first_of", "timeout", "nagged")
    drawing.flows = [flow for flow in drawing.flows if 'id="nag_nagged"' not in flow]
    each = Instance(drawing)
    for element, why in {
        "start": "choose the step after it",
        "paid": "choose that step",
        "timeout": "choose the gateway before it",
    }.items():
        with pytest.raises(Unusable, match=why):
            check(each.specification, element)
    with pytest.raises(NotFound, match="no element 'nothing'"):
        check(each.specification, "nothing")
    assert each.stands == {"week"}
    each.put("first_of")
    assert each.stands == {"first_of"}


def test_the_inside_of_a_repeated_sub_process_is_refused() -> None:
    drawing = Drawing()
    drawing.start()
    inner = Drawing()
    inner.start("s")
    inner.ask("inside")
    inner.end("e")
    inner.flow("s", "inside", "e")
    drawing.add(
        f'<bpmn:subProcess id="many"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2'
        f"</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>{inner.body()}</bpmn:subProcess>"
    )
    drawing.wait("before")
    drawing.end()
    drawing.flow("start", "before", "many", "end")
    each = Instance(drawing)
    with pytest.raises(Unusable, match="not inside it"):
        each.put("inside")
    each.put("end")
    assert each.ended()


def test_the_places_that_are_offered_are_those_that_are_taken() -> None:
    for drawing in (line(), nested(), forked()):
        each = Instance(drawing)
        offered = set(places(each.specification))
        for element in each.specification.elements():
            fresh = Instance(drawing)
            if element in offered:
                fresh.put(element)
                fresh.later()
            else:
                with pytest.raises(Unusable):
                    fresh.put(element)


def test_inside_a_branch_a_running_sub_process_may_be_walked_about_in() -> None:
    inner = Drawing()
    inner.start("s")
    inner.wait("one")
    inner.wait("two")
    inner.end("e")
    inner.flow("s", "one", "two", "e")
    drawing = forked()
    drawing.nodes = [node for node in drawing.nodes if 'id="left"' not in node]
    drawing.sub("left", inner)
    each = Instance(drawing)
    check(each.specification, "two", standing="one")
    assert each.put("two") == ["one"]
    assert each.stands == {"two", "right"}
    with pytest.raises(Unusable, match="would wait for the others for ever"):
        check(each.specification, "two", standing="right")
