"""Everything where a case stands says in which stage it is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.model import Diagram
from engine.errors import Problem

RESTING = ("userTask", "serviceTask", "receiveTask", "businessRuleTask", "intermediateCatchEvent")


def stages(diagram: Diagram) -> Iterator[Problem]:
    """Warn of steps without the property `stage`: reports would count the case in the stage before."""
    for node in diagram.of(*RESTING):
        if not node.properties.get("stage", "").strip():
            message = "It says not in which stage the case is here; set the property 'stage'."
            yield diagram.warning(node, "no_stage", message)
