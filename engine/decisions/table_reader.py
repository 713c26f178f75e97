"""Read a decision table from its DMN element."""

from __future__ import annotations

from dataclasses import replace

from engine.decisions.sources import Element, Source, child, children, named, text_of
from engine.decisions.table import AGGREGATES, Input, Output, Rule, Table
from engine.feel import Expression, UnaryTests

POLICIES = {"UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"}


def read_table(element: Element, name: str, source: Source) -> Table:
    """Return the table of the decision `name`; raise DecisionError naming rule and column where it is wrong."""
    policy = element.get("hitPolicy") or "UNIQUE"
    aggregation = element.get("aggregation") or ""
    if policy not in POLICIES or (aggregation and aggregation not in AGGREGATES):
        raise source.error(f"there is no hit policy `{policy} {aggregation}`".rstrip(), element)
    inputs = tuple(_input(one, number, source) for number, one in enumerate(children(element, "input"), 1))
    ranked = policy in {"PRIORITY", "OUTPUT ORDER"}
    inputs = tuple(_unmistakable(inputs, number) for number in range(len(inputs)))
    outputs = tuple(
        _output(one, number, source, ranked=ranked) for number, one in enumerate(children(element, "output"), 1)
    )
    if not outputs:
        raise source.error("the table has no output column", element)
    rules = tuple(
        _rule(one, inputs, outputs, source.at(f"rule {number}"))
        for number, one in enumerate(children(element, "rule"), 1)
    )
    return Table(name, policy, aggregation if policy == "COLLECT" else "", inputs, outputs, rules)


def _input(element: Element, number: int, source: Source) -> Input:
    here = source.at(f"input column {number}")
    text = text_of(child(element, "inputExpression"))
    if not text:
        raise here.error("the column has no expression; say what it looks at", element)
    label = named(element.get("label")) or text
    return Input(label, here.expression(text, element), _allowed(child(element, "inputValues"), here))


def _unmistakable(inputs: tuple[Input, ...], number: int) -> Input:
    """Return the column, numbered in its label where an earlier one has the same."""
    own = inputs[number]
    earlier = sum(column.label == own.label for column in inputs[:number])
    return replace(own, label=f"{own.label} ({earlier + 1})") if earlier else own


def _allowed(element: Element | None, source: Source) -> UnaryTests | None:
    text = text_of(element)
    return source.tests(text, element) if text and element is not None else None


def _output(element: Element, number: int, source: Source, *, ranked: bool) -> Output:
    here = source.at(f"output column {number}")
    values, default = child(element, "outputValues"), child(element, "defaultOutputEntry")
    order = text_of(values) or source.types.allowed_text(element.get("typeRef"))
    ranking = here.expression(f"[{order}]", element) if ranked and order else None
    fallback = here.expression(text_of(default), element) if text_of(default) else None
    name = named(element.get("name")) or named(element.get("label")) or f"output {number}"
    return Output(name, fallback, ranking, source.types.coercion(element.get("typeRef")))


def _rule(element: Element, inputs: tuple[Input, ...], outputs: tuple[Output, ...], source: Source) -> Rule:
    cells = list(children(element, "inputEntry"))
    answers = list(children(element, "outputEntry"))
    if len(cells) != len(inputs) or len(answers) != len(outputs):
        raise source.error(
            f"it has {len(cells)} input and {len(answers)} output cells for {len(inputs)} and {len(outputs)} columns",
            element,
        )
    tests = tuple(
        (column, source.at(f"input column {column + 1} ({inputs[column].label})").tests(text_of(cell), cell))
        for column, cell in enumerate(cells)
        if text_of(cell) not in {"", "-"}
    )
    return Rule(tests, tuple(_answer(*pair, source) for pair in zip(answers, outputs, strict=True)), _note(element))


def _answer(element: Element, output: Output, source: Source) -> Expression:
    here = source.at(f"output column {output.name}")
    text = text_of(element)
    return here.expression("null" if text in {"", "-"} else text, element)


def _note(element: Element) -> str:
    """Return what the author wrote beside the rule."""
    description = child(element, "description")
    texts = [text_of(entry) for entry in children(element, "annotationEntry")]
    return "; ".join(filter(None, [*texts, named(description.text) if description is not None else ""]))
