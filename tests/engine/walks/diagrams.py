"""Diagrams drawn to be hard: forks, joins, races, repetitions and sub-processes, most of them inside loops."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.toys import PAID, REFUSED, Drawing, after

SENT = '<bpmn:messageEventDefinition messageRef="m_sent"/>'


class Hard(Drawing):
    """A drawing with gateways, repetitions and events beside what toys need."""

    def gateway(self, kind: str, name: str, *, default: str = "") -> None:
        chosen = f' default="{name}_{default}"' if default else ""
        self.add(f'<bpmn:{kind}Gateway id="{name}"{chosen}/>')

    def ask_each(self, name: str, repeated: str, **more: str) -> None:
        self.ask(name, **more)
        self.nodes[-1] = self.nodes[-1].replace("</bpmn:userTask>", f"{repeated}</bpmn:userTask>")

    def say_each(self, name: str, text: str, repeated: str, *, operator: str = "say") -> None:
        self.say(name, text, operator)
        self.nodes[-1] = self.nodes[-1].replace("</bpmn:serviceTask>", f"{repeated}</bpmn:serviceTask>")

    def sub_each(self, name: str, inner: Drawing, repeated: str) -> None:
        self.add(f'<bpmn:subProcess id="{name}">{repeated}{inner.body()}</bpmn:subProcess>')

    def hear(self, name: str, definition: str = PAID) -> None:
        self.add(f'<bpmn:intermediateCatchEvent id="{name}">{definition}</bpmn:intermediateCatchEvent>')

    def again(self, source: str, back: str, onward: str) -> None:
        """Go back from the gateway `source` until an answer says stop."""
        self.gateway("exclusive", source, default=back)
        self.flow(source, back)
        self.flow_if(source, onward, "stop")


def times(number: str, *, one_by_one: bool = False, item: str = "", until: str = "") -> str:
    """Repeat as often as a FEEL expression says; `item` is the variable that counts from 0."""
    return _repeated(f"<bpmn:loopCardinality>{number}</bpmn:loopCardinality>{_item(item)}", one_by_one, until)


def each(variable: str, item: str, *, one_by_one: bool = False, gathered: tuple[str, str] | None = None) -> str:
    """Repeat for each member of a list; `gathered` names the list of answers and the answer taken from each."""
    inner = f"<bpmn:loopDataInputRef>{variable}</bpmn:loopDataInputRef>"
    inner += f"<bpmn:loopDataOutputRef>{gathered[0]}</bpmn:loopDataOutputRef>" if gathered else ""
    inner += _item(item)
    inner += f'<bpmn:outputDataItem id="{gathered[1]}"/>' if gathered else ""
    return _repeated(inner, one_by_one, "")


def _item(name: str) -> str:
    return f'<bpmn:inputDataItem id="{name}"/>' if name else ""


def _repeated(inner: str, one_by_one: bool, until: str) -> str:
    ends = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else ""
    order = str(one_by_one).lower()
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{order}">{inner}{ends}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def every(cycle: str) -> str:
    return f'<bpmn:timerEventDefinition><bpmn:timeCycle>"{cycle}"</bpmn:timeCycle></bpmn:timerEventDefinition>'


def forks() -> Hard:
    """Branches within branches, a race in one of them, no loop."""
    drawing = Hard()
    drawing.start()
    drawing.say("begin")
    for name in ("fork", "fork2", "join", "join2"):
        drawing.gateway("parallel", name)
    drawing.ask("a")
    drawing.boundary("a_late", "a", after('@"P3D"'))
    drawing.say("nag")
    drawing.gateway("exclusive", "a_done")
    drawing.gateway("eventBased", "race")
    drawing.wait("too_late", '@"P4D"')
    drawing.hear("heard")
    drawing.say("thanks")
    drawing.gateway("exclusive", "raced")
    drawing.ask("b")
    drawing.wait("c", '@"P1DT6H"')
    drawing.ask("last")
    drawing.end()
    drawing.flow("start", "begin", "fork", "a", "a_done", "join", "last", "end")
    drawing.flow("a_late", "nag", "a_done")
    drawing.flow("fork", "race", "too_late", "raced", "join")
    drawing.flow("race", "heard", "thanks", "raced")
    drawing.flow("fork", "fork2", "b", "join2", "join")
    drawing.flow("fork2", "c", "join2")
    return drawing


def forks_in_a_loop() -> Hard:
    """The same fork and join again and again, arriving in another order each time."""
    drawing = Hard()
    drawing.start()
    drawing.say("begin")
    drawing.gateway("parallel", "fork")
    drawing.gateway("parallel", "join")
    drawing.ask("a")
    drawing.ask("b")
    drawing.wait("c", '@"P2D"')
    drawing.say("joined")
    drawing.end()
    drawing.flow("start", "begin", "fork", "a", "join", "joined", "more")
    drawing.flow("fork", "b", "join")
    drawing.flow("fork", "c", "join")
    drawing.again("more", "begin", "end")
    return drawing


def around_a_sub_process() -> Hard:
    """A sub-process left by a timer, a message beside it, or a refusal from within; then once more."""
    deepest = Hard()
    deepest.start("deep_s")
    deepest.ask("deep_ask")
    deepest.end("deep_e")
    deepest.flow("deep_s", "deep_ask", "deep_e")
    inner = Hard()
    inner.start("s")
    inner.ask("inside")
    inner.boundary("inside_late", "inside", after('@"P1D"'), interrupting=False)
    inner.say("hurry")
    inner.end("hurried")
    inner.say("attempt", "answer", operator="refuse_if")
    inner.wait("pause", '@"P2D"')
    inner.sub("deep", deepest)
    inner.boundary("deep_late", "deep", after('@"P3D"'))
    inner.end("e")
    inner.end("e2")
    inner.flow("s", "inside", "attempt", "pause", "deep", "e")
    inner.flow("inside_late", "hurry", "hurried")
    inner.flow("deep_late", "e2")
    drawing = Hard()
    drawing.start()
    drawing.say("begin")
    drawing.sub("work", inner)
    drawing.boundary("late", "work", after('@"P6D"'))
    drawing.boundary("paid", "work", PAID, interrupting=False)
    drawing.boundary("refused", "work", REFUSED)
    for name in ("told", "escalated", "excused"):
        drawing.say(name)
    drawing.wait("hold", '@"P1D"')
    drawing.gateway("exclusive", "after")
    drawing.end("told_end")
    drawing.end()
    drawing.flow("start", "begin", "work", "after", "more")
    drawing.flow("late", "escalated", "after")
    drawing.flow("refused", "excused", "after")
    drawing.flow("paid", "hold", "told", "told_end")
    drawing.again("more", "begin", "end")
    return drawing


def side_by_side() -> Hard:
    """Parallel multi-instances of people's and the machine's steps, in a loop, with a boundary event on one."""
    drawing = Hard()
    drawing.start()
    drawing.say("list", "string(round)", operator="items")
    drawing.say_each("write", "string(item)", each("list_result", "item"))
    drawing.ask_each("call", each("list_result", "item", gathered=("answers", "reply")))
    drawing.boundary("call_late", "call", after('@"P5D"'))
    drawing.say("gave_up")
    drawing.gateway("exclusive", "called")
    drawing.ask_each("three", times("3", item="counter", until='answer = "yes"'))
    drawing.say("done", "string(count(list_result))")
    drawing.end()
    drawing.flow("start", "list", "write", "call", "called", "three", "done", "more")
    drawing.flow("call_late", "gave_up", "called")
    drawing.again("more", "list", "end")
    return drawing


def one_after_the_other() -> Hard:
    """Sequential multi-instances of people's and the machine's steps, in a loop."""
    drawing = Hard()
    drawing.start()
    drawing.say("list", "string(round)", operator="items")
    drawing.say_each("write", "string(item)", each("list_result", "item", one_by_one=True))
    drawing.ask_each("call", each("list_result", "item", one_by_one=True, gathered=("answers", "reply")))
    drawing.boundary("call_late", "call", after('@"P5D"'), interrupting=False)
    drawing.say("nag")
    drawing.end("nagged")
    drawing.ask_each("twice", times("1 + 1", one_by_one=True, item="counter"))
    drawing.wait("pause", '@"P1D"')
    drawing.end()
    drawing.flow("start", "list", "write", "call", "twice", "pause", "more")
    drawing.flow("call_late", "nag", "nagged")
    drawing.again("more", "list", "end")
    return drawing


def sub_processes_side_by_side() -> Hard:
    """Each member of a list gets a sub-process of its own with a person, a wait and a boundary event."""
    inner = Hard()
    inner.start("s")
    inner.ask("inside")
    inner.boundary("inside_late", "inside", after('@"P2D"'))
    inner.say("remind")
    inner.wait("pause", '@"P1D"')
    inner.end("e")
    inner.end("e2")
    inner.flow("s", "inside", "pause", "e")
    inner.flow("inside_late", "remind", "e2")
    drawing = Hard()
    drawing.start()
    drawing.say("list", "string(round)", operator="items")
    drawing.sub_each("each", inner, each("list_result", "item"))
    drawing.boundary("paid", "each", PAID)
    drawing.say("thanks")
    drawing.gateway("exclusive", "after")
    drawing.ask("last")
    drawing.end()
    drawing.flow("start", "list", "each", "after", "last", "more")
    drawing.flow("paid", "thanks", "after")
    drawing.again("more", "list", "end")
    return drawing


def some_of_several() -> Hard:
    """An inclusive gateway chooses by the answers; its join waits for what was chosen, also for a sub-process."""
    inner = Hard()
    inner.start("s")
    inner.ask("inside")
    inner.end("e")
    inner.flow("s", "inside", "e")
    drawing = Hard()
    drawing.start()
    drawing.ask("choose")
    drawing.gateway("inclusive", "split", default="third")
    drawing.gateway("inclusive", "join")
    drawing.ask("first")
    drawing.sub("second", inner)
    drawing.wait("third", '@"P1D"')
    drawing.say("fourth")
    drawing.say("joined")
    drawing.end()
    drawing.flow("start", "choose", "split", "third", "join", "joined", "more")
    for name, condition in (("first", "go"), ("second", 'answer = "yes"'), ("fourth", "number &gt; 3")):
        drawing.flow_if("split", name, condition)
        drawing.flow(name, "join")
    drawing.again("more", "choose", "end")
    return drawing


def again_and_again() -> Hard:
    """Timers that repeat beside a task, a few times and without end, in a loop."""
    drawing = Hard()
    drawing.start()
    drawing.say("begin")
    drawing.ask("a")
    drawing.boundary("thrice", "a", every("R3/P1D"), interrupting=False, missed="each")
    drawing.say("nag")
    drawing.end("nagged")
    drawing.boundary("ever", "a", every("R/P2DT3H"), interrupting=False, missed="each")
    drawing.wait("soon", '@"PT5H"')
    drawing.say("nudge")
    drawing.end("nudged")
    drawing.wait("pause", '@"P1D"')
    drawing.end()
    drawing.flow("start", "begin", "a", "pause", "more")
    drawing.flow("thrice", "nag", "nagged")
    drawing.flow("ever", "soon", "nudge", "nudged")
    drawing.again("more", "begin", "end")
    return drawing


def races() -> Hard:
    """Event-based gateways in a loop: two messages and a timer, and a receive task."""
    drawing = Hard()
    drawing.start()
    drawing.say("begin")
    drawing.gateway("eventBased", "race")
    drawing.hear("paid")
    drawing.hear("sent", SENT)
    drawing.wait("late", '@"P3D"')
    for name in ("thanks", "noted", "reminded"):
        drawing.say(name)
    drawing.gateway("exclusive", "over")
    drawing.add('<bpmn:receiveTask id="receive" messageRef="m_sent"/>')
    drawing.boundary("receive_late", "receive", after('@"P2D"'))
    drawing.ask("ask")
    drawing.end()
    drawing.flow("start", "begin", "race", "paid", "thanks", "over")
    drawing.flow("race", "sent", "noted", "over")
    drawing.flow("race", "late", "reminded", "over", "receive", "ask", "more")
    drawing.flow("receive_late", "ask")
    drawing.again("more", "begin", "end")
    return drawing


def behind_boundary_events() -> Hard:
    """Multi-instances directly behind boundary events, on a branch beside another, in a loop."""
    drawing = Hard()
    drawing.start()
    drawing.say("list", "string(round)", operator="items")
    drawing.gateway("parallel", "fork")
    drawing.gateway("parallel", "join")
    drawing.gateway("exclusive", "merge")
    drawing.ask("a")
    drawing.boundary("late", "a", after('@"P2D"'))
    drawing.boundary("paid", "a", PAID)
    drawing.ask_each("call", each("list_result", "item"))
    drawing.ask_each("check", times("2", one_by_one=True))
    drawing.boundary("check_late", "check", after('@"P2D"'))
    drawing.say_each("write", "item", each("list_result", "item", one_by_one=True))
    drawing.ask("b")
    drawing.end()
    drawing.flow("start", "list", "fork", "a", "merge", "join", "more")
    drawing.flow("late", "call", "merge")
    drawing.flow("paid", "check", "merge")
    drawing.flow("check_late", "write", "merge")
    drawing.flow("fork", "b", "join")
    drawing.again("more", "list", "end")
    return drawing


def two_inside() -> Hard:
    """A fork within: one person's step beside two instances of another."""
    inner = Hard()
    inner.start("s")
    inner.gateway("parallel", "in_fork")
    inner.gateway("parallel", "in_join")
    inner.ask("x")
    inner.ask_each("y", times("2", item="counter"))
    inner.end("e")
    inner.flow("s", "in_fork", "x", "in_join", "e")
    inner.flow("in_fork", "y", "in_join")
    return inner


def all_at_once() -> Hard:
    """Beside a sub-process with a fork of its own: repeating timers whose paths fork too, instances, a choice."""
    drawing = Hard()
    drawing.start()
    drawing.say("begin")
    for name in ("fork", "join", "tick_fork", "tick_join"):
        drawing.gateway("parallel", name)
    drawing.sub("work", two_inside())
    drawing.boundary("tick", "work", every("R4/P1D"), interrupting=False, missed="each")
    drawing.boundary("refused", "work", PAID)
    drawing.say("left")
    drawing.gateway("exclusive", "worked")
    drawing.say("p")
    drawing.wait("q", '@"PT30H"')
    drawing.end("ticked")
    drawing.gateway("inclusive", "some", default="third")
    drawing.gateway("inclusive", "all")
    drawing.ask("first")
    drawing.wait("second", '@"P1D"')
    drawing.say("third")
    drawing.end()
    drawing.flow("start", "begin", "fork", "work", "worked", "join", "more")
    drawing.flow("refused", "left", "worked")
    drawing.flow("tick", "tick_fork", "p", "tick_join", "ticked")
    drawing.flow("tick_fork", "q", "tick_join")
    drawing.flow("fork", "some", "third", "all", "join")
    drawing.flow_if("some", "first", "go")
    drawing.flow_if("some", "second", "number &gt; 2")
    drawing.flow_if("some", "all", 'answer = "yes"')
    drawing.flow("first", "all")
    drawing.flow("second", "all")
    drawing.again("more", "begin", "end")
    return drawing


ALL: dict[str, tuple[Callable[[], Hard], tuple[str, ...]]] = {
    "forks": (forks, ()),
    "forks in a loop": (forks_in_a_loop, ("joins in loops",)),
    "around a sub-process": (around_a_sub_process, ()),
    "side by side": (side_by_side, ("instances",)),
    "one after the other": (one_after_the_other, ("instances",)),
    "sub-processes side by side": (sub_processes_side_by_side, ("instances",)),
    "some of several": (some_of_several, ("inclusive joins",)),
    "again and again": (again_and_again, ()),
    "races": (races, ()),
    "behind boundary events": (behind_boundary_events, ("instances", "joins in loops")),
    "all at once": (all_at_once, ("instances", "joins in loops", "inclusive joins")),
}
