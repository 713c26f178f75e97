"""SpiffWorkflow untouched: its own engine, parser, serializer; the specification with each instance; no database.

Each case is brought to its fifth turn of the diagram; then the turn is measured: restore, let the timer fire, run,
save; restore, give the answer `sent`, run, save.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from diagram import PROCESS, PYTHON, diagram
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState
from world import message_text

FIFTH = 5


class _Services(TaskDataEnvironment):
    """Calls the same operator as Duly's contestant."""

    def call_service(self, context: dict[str, Any], **call: Any) -> str:
        given = {name: value["value"] for name, value in call["operation_params"].items()}
        message_text(given["template"], context["key"], given["amount"])
        return json.dumps(given["template"])


class Stock:
    """Cases as serialized text, and the ways to move one on."""

    def __init__(self) -> None:
        parser = SpiffBpmnParser()
        parser.add_bpmn_io(BytesIO(diagram(PYTHON)))
        self.spec = parser.get_spec(PROCESS)
        self.subprocesses = parser.get_subprocess_specs(PROCESS)
        self.engine = PythonScriptEngine(environment=_Services({"Decimal": Decimal}))
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))

    def start(self, key: str) -> str:
        workflow = BpmnWorkflow(self.spec, self.subprocesses, script_engine=self.engine)
        workflow.get_next_task(spec_name="Start").data.update(key=key, case={"amount": "1234.50"}, promised=False)
        workflow.do_engine_steps()
        return self._saved(workflow)

    def hear_sent(self, saved: str) -> str:
        workflow = self._restored(saved)
        workflow.send_event(BpmnEvent(MessageEventDefinition("sent"), payload={}))
        workflow.do_engine_steps()
        return self._saved(workflow)

    def fire(self, saved: str) -> str:
        workflow = self._restored(saved)
        workflow.refresh_waiting_tasks()
        workflow.do_engine_steps()
        return self._saved(workflow)

    def overdue(self, saved: str) -> str:
        """Make the running timer due: seven days have passed."""
        workflow = self._restored(saved)
        for task in workflow.get_tasks(state=TaskState.WAITING):
            if "event_value" in task.internal_data:
                task.internal_data["event_value"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        return self._saved(workflow)

    def _restored(self, saved: str) -> BpmnWorkflow:
        workflow = self.serializer.deserialize_json(saved)
        workflow.script_engine = self.engine
        return workflow

    def _saved(self, workflow: BpmnWorkflow) -> str:
        text: str = self.serializer.serialize_json(workflow)
        return text


def main(count: int) -> None:
    stock = Stock()
    saved = [stock.hear_sent(stock.start(f"case:{number}")) for number in range(count)]
    for _ in range(FIFTH - 2):
        saved = [stock.hear_sent(stock.fire(stock.overdue(each))) for each in saved]
    saved = [stock.overdue(each) for each in saved]
    started = time.process_time()
    after = [stock.hear_sent(stock.fire(each)) for each in saved]
    spent = time.process_time() - started
    assert all(before != each for before, each in zip(saved, after, strict=True))
    print(json.dumps({"stock_cases_per_s": count / spent, "bytes_per_case": sum(map(len, after)) / count}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
