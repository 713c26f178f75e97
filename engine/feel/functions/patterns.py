"""Regular expressions of XPath, which FEEL uses, as RE2 has them: in linear time, and never Python's own."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

LONGEST = 1000  # characters of a pattern
# What an escape stands for inside a character class; `\W` and its kin are the classes' complements.
CLASSES = {
    "d": r"\p{Nd}", "D": r"\P{Nd}", "s": r" \t\n\r", "S": None,
    "w": r"\p{L}\p{M}\p{N}\p{S}", "W": r"\p{P}\p{Z}\p{C}",
    "i": r"\p{L}_:", "I": None, "c": r"\p{L}\p{M}\p{N}_:.\-·", "C": None,
}  # fmt: skip
LITERAL_ESCAPES = frozenset("\\|.?*+(){}-[]^$")
CONTROL_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
SPACE = frozenset(" \t\n\r")
HIGHEST_IN_DIFFERENCE = 0x250  # Latin: a class taken from another is told apart character by character
BLOCKS = {
    "BasicLatin": (0x0, 0x7F), "Latin-1Supplement": (0x80, 0xFF), "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F), "Greek": (0x370, 0x3FF), "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF), "Hebrew": (0x590, 0x5FF), "Arabic": (0x600, 0x6FF), "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF), "GeneralPunctuation": (0x2000, 0x206F), "CurrencySymbols": (0x20A0, 0x20CF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
}  # fmt: skip
"""The blocks of Unicode that `\\p{IsBasicLatin}` and its kin stand for."""


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Any:
    """Return the RE2 pattern; raise ValueError for what is no pattern or no flag."""
    if len(pattern) > LONGEST or not set(flags) <= set("smixq"):
        raise ValueError(pattern)
    text = re2.escape(pattern) if "q" in flags else _Translation(pattern, spaced="x" in flags).whole()
    modes = "".join(flag for flag in "smi" if flag in flags)
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(f"(?{modes}){text}" if modes else text, options)
    except re2.error as error:
        raise ValueError(str(error)) from None


def _block(character: str, category: str, *, within_class: bool) -> str:
    """Return the class of characters of a block, or nothing where the category is none."""
    name = category[3:-1] if category.startswith("{Is") else ""
    if name not in BLOCKS:
        return ""
    low, high = BLOCKS[name]
    inside = f"\\x{{{low:x}}}-\\x{{{high:x}}}"
    if character == "P":
        start = f"\\x{{0}}-\\x{{{low - 1:x}}}" if low else ""
        inside = f"{start}\\x{{{high + 1:x}}}-\\x{{10ffff}}"
    return inside if within_class else f"[{inside}]"


class _Translation:
    """One pattern on its way; `spaced` leaves out white space outside of character classes."""

    def __init__(self, pattern: str, *, spaced: bool) -> None:
        self.pattern = pattern
        self.spaced = spaced
        self.at = 0

    def whole(self) -> str:
        """Return the pattern for RE2."""
        parts = []
        while self.at < len(self.pattern):
            parts.append(self._next())
        return "".join(parts)

    def _take(self) -> str:
        if self.at >= len(self.pattern):
            raise ValueError(self.pattern)
        self.at += 1
        return self.pattern[self.at - 1]

    def _next(self) -> str:
        character = self._take()
        if character == "\\":
            return self._escape(within_class=False)
        if character == "[":
            return self._class()
        if character == "(" and self.pattern[self.at : self.at + 1] == "?" and self.pattern[self.at + 1 :][:1] != ":":
            raise ValueError(self.pattern)
        return "" if self.spaced and character in SPACE else character

    def _escape(self, *, within_class: bool) -> str:
        while self.spaced and not within_class and self.pattern[self.at : self.at + 1] in SPACE:
            self.at += 1
        character = self._take()
        if character in CONTROL_ESCAPES:
            return CONTROL_ESCAPES[character]
        if character in "pP":
            end = self.pattern.find("}", self.at)
            category, self.at = self.pattern[self.at : end + 1], end + 1
            return _block(character, category, within_class=within_class) or f"\\{character}{category}"
        if character in CLASSES:
            return self._class_escape(character, within_class=within_class)
        if character not in LITERAL_ESCAPES:
            raise ValueError(self.pattern)
        return "\\" + character

    def _class_escape(self, character: str, *, within_class: bool) -> str:
        inside = CLASSES[character]
        if inside is not None:
            return inside if within_class else f"[{inside}]"
        if within_class:
            raise ValueError(self.pattern)
        return f"[^{CLASSES[character.lower()]}]"

    def _class(self) -> str:
        """Read a class to its end; `[a-z-[aeiou]]` takes one class from another."""
        parts = ["^"] if self.pattern[self.at : self.at + 1] == "^" else []
        self.at += len(parts)
        while (character := self._take()) != "]":
            if character == "-" and self.pattern[self.at : self.at + 1] == "[":
                return self._difference("".join(parts))
            if character == "[":
                raise ValueError(self.pattern)
            parts.append(self._escape(within_class=True) if character == "\\" else character)
        return f"[{''.join(parts)}]"

    def _difference(self, kept: str) -> str:
        self.at += 1
        taken = self._class()
        if self._take() != "]":
            raise ValueError(self.pattern)
        keep, take = re2.compile(f"[{kept}]"), re2.compile(taken)
        runs: list[list[int]] = []
        for code in range(HIGHEST_IN_DIFFERENCE):
            if keep.fullmatch(chr(code)) and not take.fullmatch(chr(code)):
                if runs and runs[-1][1] == code - 1:
                    runs[-1][1] = code
                else:
                    runs.append([code, code])
        return "[" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in runs) + "]"
