"""Cases that wait for the first of several events."""

from __future__ import annotations

from tests.engine.toys import Drawing, World

STAGE = '<s:properties><s:property name="stage" value="waiting"/></s:properties>'


def catching(name: str, message: str) -> str:
    event = f'<bpmn:messageEventDefinition messageRef="{message}"/>'
    return f'<bpmn:intermediateCatchEvent id="{name}">{event}</bpmn:intermediateCatchEvent>'


def test_a_case_at_an_event_gateway_is_in_the_stage_drawn_there(world: World) -> None:
    toy = Drawing()
    toy.start()
    extensions = f"<bpmn:extensionElements>{STAGE}</bpmn:extensionElements>"
    toy.add(f'<bpmn:eventBasedGateway id="race">{extensions}</bpmn:eventBasedGateway>')
    toy.add(catching("paid", "m_paid"))
    toy.add(catching("sent", "m_sent"))
    toy.end()
    toy.flow("start", "race", "paid", "end")
    toy.flow("race", "sent", "end")
    world.deploy(toy)
    world.begin("a")
    assert (world.instance("a").element, world.instance("a").stage) == ("race", "waiting")
    world.tell("a", "sent")
    world.pass_days(1)
    assert world.instance("a").status == "ended"
