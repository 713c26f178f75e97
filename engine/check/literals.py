"""Tell the type of a FEEL expression that is a plain literal."""

from __future__ import annotations

import re

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
NUMBER = re.compile(r"-?\s*(?:\d+(?:\.\d+)?|\.\d+)")
WORDS = {"true": "boolean", "false": "boolean", "null": "null"}
AT = re.compile(r'@"([^"]*)"')
TEMPORAL = (
    (re.compile(r"-?\d{4,}-\d\d-\d\d"), "date"),
    (re.compile(r"-?\d{4,}-\d\d-\d\dT.+"), "date and time"),
    (re.compile(r"\d\d:\d\d.*"), "time"),
    (re.compile(r"-?P(?!$|T$)(?:\d+Y)?(?:\d+M)?"), "years and months duration"),
    (re.compile(r"-?P(?!$)(?:\d+D)?(?:T(?!$)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"), "days and time duration"),
)


def literal_type(text: str) -> str:
    """Give the FEEL type of a literal, or "" for any other expression."""
    text = text.strip()
    if STRING.fullmatch(text):
        return "string"
    if NUMBER.fullmatch(text):
        return "number"
    at = AT.fullmatch(text)
    return temporal_type(at[1]) if at else WORDS.get(text, "")


def temporal_type(text: str) -> str:
    """Give the type of what stands within @"...", or "" where it is no date, time or duration."""
    return next((kind for pattern, kind in TEMPORAL if pattern.fullmatch(text)), "")


def string_value(text: str) -> str | None:
    """Give the text of a string literal without escapes, else None."""
    text = text.strip()
    return text[1:-1] if STRING.fullmatch(text) and "\\" not in text else None
