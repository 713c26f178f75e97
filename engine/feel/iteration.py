"""Compile `for`, `some`, `every` and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import syntax
from engine.feel.budget import sized, spend
from engine.feel.compiler import Compiler, Run, Step
from engine.feel.numbers import CONTEXT
from engine.feel.operators import both, either
from engine.feel.scope import Scope
from engine.feel.values import Range, kind

ONE = Decimal(1)
Source = Callable[[Scope], Any]


def _source(node: syntax.Iteration, compile_: Compiler) -> Source:
    source = compile_(node.source)
    if node.end is None:
        return source
    end = compile_(node.end)
    return lambda scope: _steps(source(scope), end(scope))


def _items(value: Any) -> Iterable[Any] | None:
    if isinstance(value, Range):
        return _range_items(value)
    if value is None:
        return None
    return value if isinstance(value, (list, Iterator)) else [value]


def _range_items(value: Range) -> Iterable[Any] | None:
    items = _steps(value.start, value.end)
    if items is None:
        return None
    left_out = [end for end, kept in ((value.start, value.start_included), (value.end, value.end_included)) if not kept]
    return (item for item in items if item not in left_out)


def _steps(start: Any, end: Any) -> Iterator[Any] | None:
    """Return the integers or days from start to end, forwards or backwards; None when there are none such."""
    if kind(start) == kind(end) == "number":
        return _numbers(start, end) if start == int(start) and end == int(end) else None
    if type(start) is date and type(end) is date:
        return _days(start, end)
    return None


def _numbers(start: Decimal, end: Decimal) -> Iterator[Decimal]:
    step = ONE if start <= end else -ONE
    current = start
    while (current <= end) if step > 0 else (current >= end):
        yield current
        current = CONTEXT.add(current, step)


def _days(start: date, end: date) -> Iterator[date]:
    step = 1 if start <= end else -1
    for days in range(0, (end - start).days + step, step):
        yield start + timedelta(days=days)


class _Unusable(Exception):
    """What to iterate over is null."""


def _scopes(names: list[str], sources: list[Source], scope: Scope, values: dict[str, Any]) -> Iterator[Scope]:
    """Yield a scope for each combination; a later source sees the names before it."""
    inner = Scope(dict(values), scope)
    if not names:
        spend()
        yield inner
        return
    items = _items(sources[0](inner))
    if items is None:
        raise _Unusable
    for item in items:
        spend()
        yield from _scopes(names[1:], sources[1:], scope, {**values, names[0]: item})


def _parts(iterations: tuple[syntax.Iteration, ...], compile_: Compiler) -> tuple[list[str], list[Source]]:
    return [one.name for one in iterations], [_source(one, compile_) for one in iterations]


def loop(node: syntax.Loop, compile_: Compiler) -> Run:
    """Compile `for`."""
    return loop_over(*_parts(node.iterations, compile_), compile_(node.body))


def loop_over(names: list[str], sources: list[Source], body: Run) -> Run:
    """Return what gives the list of `body` for each combination of the sources' items; null when a source is null."""

    def run(scope: Scope) -> list[Any] | None:
        results: list[Any] = []
        try:
            for inner in _scopes(names, sources, scope, {"partial": results}):
                results.append(_unshared(body(inner), results))
                sized(results)
        except _Unusable:
            return None
        return results

    return run


def _unshared(value: Any, results: list[Any]) -> Any:
    """Return the value, or a copy where `return partial` would make the list contain itself."""
    return [*results] if value is results else value


def quantified(node: syntax.Quantified, compile_: Compiler) -> Run:
    """Compile `some` and `every`."""
    return quantify(node.quantifier, *_parts(node.iterations, compile_), compile_(node.condition))


def quantify(quantifier: str, names: list[str], sources: list[Source], condition: Run) -> Run:
    """Return what tells whether the condition holds for some or for every combination of the sources' items."""
    combine, start = (either, False) if quantifier == "some" else (both, True)

    def run(scope: Scope) -> bool | None:
        result: bool | None = start
        try:
            for inner in _scopes(names, sources, scope, {}):
                result = combine(result, condition(inner))
        except _Unusable:
            return None
        return result

    return run


def filtered(node: syntax.Filter, compile_: Compiler) -> Run:
    """Compile `list[condition]`."""
    source, condition = compile_(node.source), compile_(node.condition)
    return lambda scope: filter_items(source(scope), condition, scope)


def filter_items(value: Any, condition: Run, scope: Scope) -> Any:
    """Return the item at an index, or the list of those for which the condition is true; a value counts as a list."""
    items = value if isinstance(value, list) else [value]
    if value is None or not items:
        return None if _index(condition(scope)) else []
    return _chosen(items, condition, scope)


def _index(value: Any) -> bool:
    return kind(value) == "number"


def _chosen(items: list[Any], condition: Run, scope: Scope) -> Any:
    """Return the item at an index, or all items for which the condition is true; null where it is neither."""
    first = condition(_item_scope(items[0], scope))
    if not isinstance(first, bool) and first is not None:
        return _at(items, first) if kind(first) == "number" else None
    chosen = [items[0]] if first is True else []
    for item in items[1:]:
        spend()
        if condition(_item_scope(item, scope)) is True:
            chosen.append(item)
    return chosen


def _item_scope(item: Any, scope: Scope) -> Scope:
    return Scope({"item": item, **item} if isinstance(item, dict) else {"item": item}, scope)


def _at(items: list[Any], index: Decimal) -> Any:
    position = int(index)
    if position != index or position == 0 or abs(position) > len(items):
        return None
    return items[position - 1 if position > 0 else position]


STEPS: Mapping[type[syntax.Node], Step] = {
    syntax.Loop: loop,
    syntax.Quantified: quantified,
    syntax.Filter: filtered,
}
