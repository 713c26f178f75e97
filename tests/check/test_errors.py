"""Every business error that an operator declares is caught, and what catches has something to catch."""

from __future__ import annotations

from tests.check.diagrams import (
    boundary,
    chain,
    declared_error,
    diagram,
    end,
    error_inner,
    flow,
    node,
    service,
    start,
    subprocess,
)
from tests.check.toys import codes, found

NO_ADDRESS = declared_error("no_address")
SEND = service("x", "send", "", template='"reminder_1"', level="1")
ANY = "<bpmn:errorEventDefinition/>"


def sending(*events: str, declared: str = NO_ADDRESS) -> bytes:
    flows = chain("start", "x", "end") + "".join(flow(name, "end") for name in "bc"[: len(events)])
    return diagram(start(), SEND, *events, end(), flows, declared=declared)


def test_an_uncaught_business_error_is_refused() -> None:
    (problem,) = found(sending())
    assert (problem.code, problem.element, problem.severity) == ("uncaught_error", "x", "error")
    assert problem.message == (
        "Operator 'send' may refuse with 'no_address', which nothing catches; attach a boundary error event for it."
    )


def test_it_may_be_caught_on_the_task_by_its_code_or_by_any() -> None:
    assert found(sending(boundary("b", "x", error_inner("e_no_address")))) == []
    assert found(sending(boundary("b", "x", ANY))) == []


def test_it_may_be_caught_on_a_sub_process_around() -> None:
    inner = subprocess("inner", start("s2"), SEND, end("e2"), chain("s2", "x", "e2"))
    outer = subprocess("outer", start("s1"), inner, end("e1"), chain("s1", "inner", "e1"))
    caught = boundary("b", "outer", error_inner("e_no_address"))
    whole = diagram(
        start(), outer, caught, end(), chain("start", "outer", "end"), flow("b", "end"), declared=NO_ADDRESS
    )
    assert found(whole) == []


def test_another_code_does_not_catch_it_and_is_never_thrown() -> None:
    whole = sending(boundary("b", "x", error_inner("e_other")), declared=declared_error("other"))
    assert codes(whole) == {("uncaught_error", "x"), ("never_thrown", "b")}


def test_an_error_that_is_not_declared() -> None:
    assert ("unknown_error", "b") in codes(sending(boundary("b", "x", error_inner("e_gone"))))


def test_an_error_end_event_must_be_caught_on_the_very_sub_process_around_it() -> None:
    bad = node("endEvent", "bad", error_inner("e_no_address"))
    assert ("uncaught_error", "bad") in codes(diagram(start(), bad, chain("start", "bad"), declared=NO_ADDRESS))
    inner = subprocess("inner", start("s2"), bad, chain("s2", "bad"))
    near, far = (boundary("b", host, error_inner("e_no_address")) for host in ("inner", "outer"))
    flows = chain("start", "outer", "end")
    close = subprocess("outer", start("s1"), inner, near, end("e1"), chain("s1", "inner", "e1"), flow("b", "e1"))
    assert found(diagram(start(), close, end(), flows, declared=NO_ADDRESS)) == []
    remote = subprocess("outer", start("s1"), inner, end("e1"), chain("s1", "inner", "e1"))
    whole = diagram(start(), remote, far, end(), flows, flow("b", "end"), declared=NO_ADDRESS)
    assert ("uncaught_error", "bad") in codes(whole)
