"""Built-in functions on lists."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key, reduce
from typing import Any

from engine.feel.arithmetic import ARITHMETIC
from engine.feel.budget import sized, spend
from engine.feel.functions.registry import Signature, define
from engine.feel.numbers import CONTEXT
from engine.feel.operators import equal, less
from engine.feel.values import Function, frozen, kind


def _only(values: list[Any]) -> list[Any]:
    """Return the list itself when it is the only argument; null alone is no list."""
    if values == [None]:
        raise ValueError(values)
    return values[0] if len(values) == 1 and isinstance(values[0], list) else values


def variadic(call: Callable[[list[Any]], Any]) -> list[Signature]:
    """Return the signatures of a function that takes a list, or its items one by one."""
    return [define("list: list", call), define("*items: any?", lambda values: call(_only(values)))]


def least(values: list[Any], *, last: bool = False) -> Any:
    """Return the smallest (or, if `last`, the largest) item; null when they cannot be compared."""
    if not values:
        return None
    best = values[0]
    for value in values:
        smaller = less(best, value) if last else less(value, best)
        if smaller is None:
            return None
        best = value if smaller else best
    return best


def total(values: list[Any]) -> Any:
    """Return the sum of numbers or of durations of one kind; null for anything else and for nothing."""
    if not values or kind(values[0]) in {"string", "date", "time", "date and time", "list", "context", "boolean"}:
        return None
    return reduce(ARITHMETIC["+"], values)


def mean(values: list[Any]) -> Any:
    """Return the average."""
    return ARITHMETIC["/"](total(values), Decimal(len(values))) if values else None


def _numbers(values: list[Any]) -> bool:
    return bool(values) and all(kind(value) == "number" for value in values)


def product(values: list[Any]) -> Any:
    """Return the product of the numbers."""
    return reduce(CONTEXT.multiply, values) if _numbers(values) else None


def median(values: list[Any]) -> Any:
    """Return the middle number, or the mean of the two in the middle."""
    if not _numbers(values):
        return None
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else CONTEXT.divide(ordered[half - 1] + ordered[half], 2)


def stddev(values: list[Any]) -> Any:
    """Return the sample standard deviation; null for fewer than two numbers."""
    if not _numbers(values) or len(values) == 1:
        return None
    average = mean(values)
    squares = [CONTEXT.power(CONTEXT.subtract(value, average), 2) for value in values]
    return CONTEXT.sqrt(CONTEXT.divide(total(squares), len(values) - 1))


def mode(values: list[Any]) -> Any:
    """Return the most frequent numbers, ascending."""
    if not values:
        return []
    if not _numbers(values):
        return None
    counts: dict[Decimal, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return sorted(value for value, count in counts.items() if count == max(counts.values()))


def every(values: list[Any]) -> bool | None:
    """Return whether all items are true."""
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


def some(values: list[Any]) -> bool | None:
    """Return whether any item is true."""
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def sublist(values: list[Any], start: Decimal, length: Decimal | None) -> list[Any] | None:
    """Return the part from `start`, 1-based, or -1 for the last."""
    begin = int(start)
    if begin == 0 or abs(begin) > len(values):
        return None
    begin = begin - 1 if begin > 0 else len(values) + begin
    if length is None:
        return values[begin:]
    return values[begin : begin + int(length)] if length >= 1 and begin + length <= len(values) else None


def _place(values: list[Any], position: Decimal) -> int:
    index = int(position)
    if index == 0 or abs(index) > len(values) or index != position:
        raise ValueError(index)
    return index - 1 if index > 0 else len(values) + index


def insert(values: list[Any], position: Decimal, item: Any) -> list[Any]:
    """Return the list with the item before that position."""
    index = _place(values, position)
    return [*values[:index], item, *values[index:]]


def remove(values: list[Any], position: Decimal) -> list[Any]:
    """Return the list without the item at that position."""
    index = _place(values, position)
    return [*values[:index], *values[index + 1 :]]


def replace_at(values: list[Any], position: Decimal, item: Any) -> list[Any]:
    """Return the list with another item at that position."""
    index = _place(values, position)
    return [*values[:index], item, *values[index + 1 :]]


def replace_where(values: list[Any], match: Function, item: Any) -> list[Any]:
    """Return the list with another item wherever `match(item, new)` holds."""
    answers = [(value, match.call(value, item)) for value in values]
    if not all(isinstance(answer, bool) for _value, answer in answers):
        raise ValueError(match)
    return [item if answer else value for value, answer in answers]


def concatenated(lists: list[Any]) -> list[Any]:
    """Return one list after the other; what is no list counts as a list of itself, null as an error."""
    if None in lists:
        raise ValueError(lists)
    sized(range(sum(len(one) if isinstance(one, list) else 1 for one in lists)))
    return [item for one in lists for item in (one if isinstance(one, list) else [one])]


def unique(values: list[Any]) -> list[Any]:
    """Return each item once, in order."""
    seen: dict[Any, Any] = {}
    for value in values:
        seen.setdefault(frozen(value), value)
    return list(seen.values())


def duplicates(values: list[Any]) -> list[Any]:
    """Return each item that is there more than once, once."""
    seen: dict[Any, int] = {}
    for value in values:
        key = frozen(value)
        seen[key] = seen.get(key, 0) + 1
    return [value for value in unique(values) if seen[frozen(value)] > 1]


def flattened(values: list[Any]) -> list[Any]:
    """Return the items of lists within lists."""
    result: list[Any] = []
    for value in values:
        spend()
        result += flattened(value) if isinstance(value, list) else [value]
        sized(result)
    return result


def positions(values: list[Any], match: Any) -> list[Any]:
    """Return where the item stands."""
    return [Decimal(index) for index, value in enumerate(values, 1) if equal(value, match)]


def holds(values: list[Any], element: Any) -> bool:
    """Return whether the item is in the list."""
    return any(equal(value, element) is True for value in values)


def ordered(values: list[Any], precedes: Function | None) -> list[Any] | None:
    """Return the list sorted by `precedes(a, b)`, or by `<`."""
    before = precedes.call if precedes else less

    def compare(left: Any, right: Any) -> int:
        spend()
        first, second = before(left, right), None
        if first is not True:
            second = before(right, left)
        if first is None and second is None:
            raise ValueError(left)
        return -1 if first is True else int(second is True)

    return sorted(values, key=cmp_to_key(compare))


FUNCTIONS = {
    "list contains": [define("list: list, element: any?", holds)],
    "count": variadic(len),
    "min": variadic(least),
    "max": variadic(lambda values: least(values, last=True)),
    "sum": variadic(total),
    "mean": variadic(mean),
    "product": variadic(product),
    "median": variadic(median),
    "stddev": variadic(stddev),
    "mode": variadic(mode),
    "all": variadic(every),
    "and": variadic(every),
    "any": variadic(some),
    "or": variadic(some),
    "sublist": [define("list: list, start position: number, length?: number", sublist)],
    "append": [define("list: list, *item: any?", lambda values, items: [*values, *items])],
    "concatenate": [define("*list: any?", concatenated)],
    "insert before": [define("list: list, position: number, newItem: any?", insert)],
    "remove": [define("list: list, position: number", remove)],
    "list replace": [
        define("list: list, position: number, newItem: any?", replace_at),
        define("list: list, match: function, newItem: any?", replace_where),
    ],
    "reverse": [define("list: list", lambda values: values[::-1])],
    "index of": [define("list: list, match: any?", positions)],
    "union": [define("*list: any?", lambda lists: unique(concatenated(lists)))],
    "distinct values": [define("list: list", unique)],
    "duplicate values": [define("list: list", duplicates)],
    "flatten": [define("list: list", flattened)],
    "sort": [define("list: list, precedes?: function?", ordered)],
}
