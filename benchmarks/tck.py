"""Run test files of the DMN TCK: `python benchmarks/tck.py FOLDER`; counts per folder, exit 1 unless all pass."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.decisions.model import Decision, InputData, Knowledge, Model, Need, Run, Service
from engine.decisions.reader import read_model
from engine.errors import DulyError
from engine.feel import Limits, admit, allowance
from engine.feel.calls import by_name
from engine.feel.operators import offset_of
from engine.feel.temporal import read_date, read_date_time, read_duration, read_time

T = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
Element = etree._Element  # noqa: SLF001  lxml has no public name for it
PRECISION = Decimal("0.00000001")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
KINDS: dict[str, type] = {"decisionService": Service, "bkm": Knowledge}
CLOCK = {"now": lambda: datetime(2024, 2, 29, 12, tzinfo=UTC), "today": lambda: date(2024, 2, 29)}
READ: dict[str, Any] = {
    "string": str,
    "decimal": Decimal,
    "double": Decimal,
    "integer": Decimal,
    "int": Decimal,
    "long": Decimal,
    "float": Decimal,
    "boolean": lambda text: text.strip() in {"true", "1"},
    "date": read_date,
    "time": read_time,
    "dateTime": read_date_time,
    "duration": read_duration,
}


def value_of(node: Element | None) -> Any:
    """Return the value in an inputNode, expected, item or component element."""
    if node is None or node.get(f"{XSI}nil") == "true":
        return None
    items = node.find(f"{T}list")
    if items is not None:
        return None if items.get(f"{XSI}nil") == "true" else [value_of(item) for item in items.findall(f"{T}item")]
    components = node.findall(f"{T}component")
    if components:
        return {component.get("name"): value_of(component) for component in components}
    return simple(node.find(f"{T}value"))


def simple(value: Element | None) -> Any:
    if value is None or value.get(f"{XSI}nil") == "true":
        return None
    kind = (value.get(f"{XSI}type") or "").rpartition(":")[2]
    if len(value):
        return value_of(value)
    text = value.text or ""
    if not kind:
        return _guess(text)
    return READ.get(kind, str)(text if kind == "string" else text.strip())


def _guess(text: str) -> Any:
    """Return what a value without a type means: a truth, a number or a text."""
    if text.strip() in {"true", "false"}:
        return text.strip() == "true"
    return Decimal(text.strip()) if NUMBER.fullmatch(text.strip()) else text


def agrees(got: Any, wanted: Any) -> bool:
    """Return whether the two are the same; numbers to 8 digits, as the TCK's other runners do."""
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(agrees, got, wanted))
    if isinstance(wanted, dict):
        return isinstance(got, dict) and got.keys() == wanted.keys() and all(agrees(got[k], wanted[k]) for k in wanted)
    if isinstance(wanted, Decimal):
        return isinstance(got, Decimal) and abs(got - wanted) <= PRECISION * max(Decimal(1), abs(wanted))
    if isinstance(wanted, (time, datetime)):
        return type(got) is type(wanted) and _clock(got) == _clock(wanted)
    return type(got) is type(wanted) and got == wanted


def _clock(value: time | datetime) -> tuple[time | datetime, timedelta | None]:
    """Return the time on the wall and its offset, however the zone is written."""
    return value.replace(tzinfo=None), offset_of(value)


def cases(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield `passed`, `failed` or `unsupported` for each case of a folder, with a line saying which and why."""
    for path in sorted(folder.glob("*.xml")):
        root = root_of(path)
        if root is None or root.tag != f"{T}testCases":
            continue
        file = folder / (root.findtext(f"{T}modelName") or "").strip()
        try:
            model = read_model(file.read_bytes(), file.name, CLOCK, imports=neighbours(folder), lenient=True)
        except Exception as error:  # noqa: BLE001  a bug of ours fails its own file alone
            for case in root.findall(f"{T}testCase"):
                yield "unsupported", f"{path.name} {case.get('id')}: {error}"
            continue
        for case in root.findall(f"{T}testCase"):
            yield judged(case, model, f"{path.name} {case.get('id')}")


def root_of(path: Path) -> Element | None:
    """Return the file's root element, or None where it is no XML."""
    try:
        return etree.parse(path).getroot()
    except etree.XMLSyntaxError:
        return None


def neighbours(folder: Path) -> Callable[[str], bytes | None]:
    """Return what finds the file of a namespace in the folder."""
    roots = {path: root_of(path) for path in folder.glob("*.dmn")}
    by_namespace = {root.get("namespace") or "": path for path, root in roots.items() if root is not None}
    return lambda namespace: by_namespace[namespace].read_bytes() if namespace in by_namespace else None


def judged(case: Element, model: Model, name: str) -> tuple[str, str]:
    variables = {node.get("name") or "": value_of(node) for node in case.findall(f"{T}inputNode")}
    invocable = case.get("invocableName")
    for result in case.findall(f"{T}resultNode"):
        wanted, may_fail = value_of(result.find(f"{T}expected")), result.get("errorResult") in {"true", "1"}
        target = found(model, invocable or result.get("name") or "", case.get("type") or "")
        if target is None:
            return "unsupported", f"{name}: there is no {invocable or result.get('name')}"
        try:
            got = answer(model, target, variables, result.get("name") or "")
        except DulyError as error:
            if wanted is not None and not may_fail:
                return "failed", f"{name} {target}: {error}"
            got = None
        except Exception as error:  # noqa: BLE001  a bug of ours fails its own case alone
            return "failed", f"{name} {target}: {type(error).__name__}: {error}"
        if not agrees(admit(got), wanted) and not (may_fail and got is None):
            return "failed", f"{name} {result.get('name')}: wanted {wanted!r}, got {got!r}"
    return "passed", name


def found(model: Model, name: str, kind: str = "") -> str | None:
    """Return the key of the element of that name and kind, one of the file itself before one it imports."""
    named = {key: one for key, one in model.elements.items() if one.name == name and not isinstance(one, InputData)}
    wanted = [key for key, one in named.items() if isinstance(one, KINDS.get(kind, Decision))]
    return next(reversed(wanted or [*named]), None)


def answer(model: Model, key: str, variables: dict[str, Any], name: str) -> Any:
    """Return the decision's value, or what the function gives for the variables as its arguments."""
    with allowance(Limits(steps=5_000_000, seconds=5)):
        run = Run(model, variables)
        element = model.elements[key]
        if isinstance(element, Decision):
            return run.value(Need(key))
        if isinstance(element, Service):
            return service_answer(model, element, variables, name)
        return by_name(run.value(Need(key)), variables)


def service_answer(model: Model, service: Service, variables: dict[str, Any], name: str) -> Any:
    """Return the service's answer; a result may also be one of its decisions by name."""
    arguments = {key: variables.get(model.elements[key].name) for key in service.parameters}
    value = service.answer(Run(model, {}), arguments)
    outputs = [model.elements[key].name for key in service.outputs]
    return value[name] if len(outputs) > 1 and name in outputs and isinstance(value, dict) else value


def main(folders: list[str]) -> int:
    total: Counter[str] = Counter()
    for folder in sorted({path.parent for top in folders for path in Path(top).rglob("*.dmn")}):
        counts: Counter[str] = Counter()
        for verdict, line in cases(folder):
            counts[verdict] += 1
            if verdict != "passed":
                print(f"  {verdict}: {line}")
        print(f"{folder.name}: {told(counts)}")
        total += counts
    print(told(total))
    return 0 if total and total["passed"] == sum(total.values()) else 1


def told(counts: Counter[str]) -> str:
    return f"passed {counts['passed']} failed {counts['failed']} unsupported {counts['unsupported']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
