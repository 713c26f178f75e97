"""Built-in functions on contexts."""

from __future__ import annotations

from typing import Any

from engine.feel.budget import sized
from engine.feel.functions.registry import define


def entries(context: dict[str, Any]) -> list[Any]:
    """Return the entries as a list of key and value."""
    return [{"key": key, "value": value} for key, value in context.items()]


def get_value(context: dict[str, Any], key: str) -> Any:
    """Return the value of a key."""
    return context.get(key)


def get_deep(context: dict[str, Any], keys: list[Any]) -> Any:
    """Return the value at the end of a path of keys."""
    value: Any = context if keys else None
    for key in keys:
        value = value.get(key) if isinstance(value, dict) and isinstance(key, str) else None
    return value


def put(context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return the context with that entry."""
    return sized({**context, key: value})


def put_deep(context: dict[str, Any], keys: list[Any], value: Any) -> Any:
    """Return the context with the entry at the end of a path of keys."""
    if not keys or not isinstance(keys[0], str):
        raise ValueError(keys)
    if len(keys) == 1:
        return put(context, keys[0], value)
    inner = context.get(keys[0])
    if not isinstance(inner, dict):
        raise ValueError(keys)  # noqa: TRY004  a wrong value gives null like any other
    return put(context, keys[0], put_deep(inner, keys[1:], value))


def made(given: list[Any]) -> dict[str, Any]:
    """Return a context of entries with key and value; a key may come once."""
    result: dict[str, Any] = {}
    for entry in given:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("key"), str):
            raise ValueError(entry)
        if entry["key"] in result:
            raise ValueError(entry)
        result[entry["key"]] = entry["value"]
    return result


def merged(contexts: list[Any]) -> dict[str, Any]:
    """Return all entries in one context; later ones win."""
    if not all(isinstance(context, dict) for context in contexts):
        raise ValueError(contexts)
    return sized({key: value for context in contexts for key, value in context.items()})


FUNCTIONS = {
    "get entries": [define("m: context", entries)],
    "get value": [
        define("m: context, key: string", get_value),
        define("m: context, keys: list", get_deep),
        define("context: context, keys: list", get_deep),
    ],
    "context": [define("entries: list", made)],
    "context put": [
        define("context: context, key: string, value: any?", put),
        define("context: context, keys: list, value: any?", put_deep),
    ],
    "context merge": [define("contexts: list", merged)],
}
