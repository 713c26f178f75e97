"""Built-in functions on strings; positions count characters (code points) from 1, or from -1 backwards."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from engine.feel.budget import grown, sized, spend
from engine.feel.functions.patterns import compiled
from engine.feel.functions.registry import define

SPECIAL = re.compile(r"\\[\\$]|\$\d|[\\$]")
"""What is more than itself in a replacement: `\\\\`, `\\$`, `$1`."""


def substring(text: str, start: Decimal, length: Decimal | None) -> str | None:
    """Return the part from `start`; a start of 0 or beyond the text gives null."""
    begin = int(start)
    if begin == 0 or abs(begin) > len(text):
        return None
    begin = begin - 1 if begin > 0 else len(text) + begin
    if length is None:
        return text[begin:]
    return text[begin : begin + int(length)] if length >= 1 else None


def before(text: str, match: str) -> str:
    """Return what stands before the first `match`, or nothing."""
    head, found, _tail = text.partition(match) if match else ("", "", "")
    return head if found else ""


def after(text: str, match: str) -> str:
    """Return what stands after the first `match`, or nothing."""
    return text.partition(match)[2] if match else text


def matches(text: str, pattern: str, flags: str | None) -> bool:
    """Return whether the pattern is found anywhere in the text."""
    return compiled(pattern, flags or "").search(text) is not None


def replace(text: str, pattern: str, replacement: str, flags: str | None) -> str | None:
    """Replace all that matches; `$1` stands for the first group."""
    regex = compiled(pattern, flags or "")
    if regex.search("") is not None:
        return None
    if regex.search(text) is None:
        return text
    pieces = [replacement] if "q" in (flags or "") else _pieces(replacement)
    parts, end, size = [], 0, 0
    for found in regex.finditer(text):
        filled = "".join(each if isinstance(each, str) else _group(found, each) for each in pieces)
        spend(len(pieces))
        size = grown(size + found.start() - end + len(filled))
        parts += [text[end : found.start()], filled]
        end = found.end()
    return sized("".join([*parts, text[end:]]))


def _pieces(replacement: str) -> list[str | int]:
    """Return a replacement's texts and the numbers of its groups; a lone dollar sign or backslash is an error."""
    pieces: list[str | int] = []
    end = 0
    for found in SPECIAL.finditer(replacement):
        what = found[0]
        if len(what) < len("$1"):
            raise ValueError(replacement)
        pieces += [replacement[end : found.start()], what[1] if what[0] == "\\" else int(what[1])]
        end = found.end()
    return [*pieces, replacement[end:]]


def _group(found: Any, number: int) -> str:
    return (found.group(number) or "") if number <= found.re.groups else ""


def split(text: str, delimiter: str) -> list[str]:
    """Return the parts between what matches the delimiter, a pattern."""
    regex = compiled(delimiter, "")
    if regex.search("") is not None:
        raise ValueError(delimiter)
    parts, end = [], 0
    for found in regex.finditer(text):
        spend()
        parts.append(text[end : found.start()])
        end = found.end()
    return [*parts, text[end:]]


def extract(text: str, pattern: str, flags: str | None) -> list[str]:
    """Return all that matches."""
    return [found.group() for found in compiled(pattern, flags or "").finditer(text)]


def join(texts: list[Any], delimiter: str | None, prefix: str | None, suffix: str | None) -> str | None:
    """Return the strings of the list, nulls left out, with the delimiter between them."""
    given = [text for text in texts if text is not None]
    if not all(isinstance(text, str) for text in given):
        return None
    sized(range(sum(map(len, given)) + len(delimiter or "") * len(given)))
    return (prefix or "") + (delimiter or "").join(given) + (suffix or "") if given else ""


FUNCTIONS = {
    "substring": [define("string: string, start position: number, length?: number", substring)],
    "string length": [define("string: string", len)],
    "upper case": [define("string: string", str.upper)],
    "lower case": [define("string: string", str.lower)],
    "trim": [define("string: string", str.strip)],
    "substring before": [define("string: string, match: string", before)],
    "substring after": [define("string: string, match: string", after)],
    "contains": [define("string: string, match: string", lambda string, match: match in string)],
    "starts with": [define("string: string, match: string", str.startswith)],
    "ends with": [define("string: string, match: string", str.endswith)],
    "matches": [define("input: string, pattern: string, flags?: string?", matches)],
    "replace": [define("input: string, pattern: string, replacement: string, flags?: string?", replace)],
    "split": [define("string: string, delimiter: string", split)],
    "extract": [define("input: string, pattern: string, flags?: string?", extract)],
    "string join": [define("list: list, delimiter?: string?, prefix?: string?, suffix?: string?", join)],
}
