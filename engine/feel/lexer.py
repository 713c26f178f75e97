"""Cut an expression into tokens: names with spaces, keys, types, and which bracket opens or closes what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from lark import Token

from engine.feel.errors import FeelError

DEEPEST = 60  # brackets within brackets
KEYWORDS = {
    word: word.upper()
    for word in (
        *("true", "false", "null", "if", "then", "else", "for", "return", "some", "every"),
        *("satisfies", "function", "in", "and", "or", "between"),
    )
}
SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
START = r"[^\W\d]|[?\U00010000-\U000EFFFF]"
WORD = re.compile(rf"(?:{START})(?:{START}|[\w\u00b7\u200d])*")
KEY = re.compile(rf"((?:{START})[^:{{}}\"(),\[\]@\n]*?)\s*(?=:)")
SIGNED = rf"(?:{START})[\w?\U00010000-\U000EFFFF\u00b7\u200d\s.+*/'-]*?"
ITERATED = re.compile(rf"({SIGNED})\s+in\b")
PARAMETER = re.compile(rf"({SIGNED})\s*(?=[:,)])")
IMPORTED = re.compile(rf"\.(?:{START})(?:{START}|[\w\u00b7\u200d])*")
INSTANCE_OF = re.compile(r"instance\s+of\b")
EXTERNAL = re.compile(r"external(?=\s*\{)")
GENERIC = re.compile(r"(list|range|context|function)\s*<")
TYPE_NAME = re.compile(r"(?:date and time|(?:years and months|days and time) duration)\b".replace(" ", r"\s+"))
FUNCTION_NAME = re.compile(r"(?:date and time|years and months duration)(?=\s*\()".replace(" ", r"\s+"))
SYMBOLS = {
    "..": "DOTS", "**": "POWER", "<=": "LE", ">=": "GE", "!=": "NE", "->": "ARROW", "=": "EQ", "<": "LT", ">": "GT",
    "+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "DIVIDE", ".": "DOT", ",": "COMMA", ":": "COLON",
    "(": "LPAR", ")": "RPAR", "[": "LBRACK", "]": "RBRACK", "{": "LBRACE", "}": "RBRACE",
}  # fmt: skip
SYMBOL = re.compile("|".join(re.escape(text) for text in SYMBOLS))
OPERAND_ENDS = {
    "NAME",
    "NUMBER",
    "STRING",
    "AT",
    "TRUE",
    "FALSE",
    "NULL",
    "RPAR",
    "RBRACK",
    "RBRACE",
    "OUT_RIGHT",
    "TYPE_END",
}
AFTER_RANGE = re.compile(r"\s*(?:$|[)\],}+*/=<>!.]|(?:and|or|then|else|return|satisfies|in|between|instance)\b)")


@lru_cache(maxsize=512)
def _special_names(names: frozenset[str]) -> re.Pattern[str] | None:
    """Return what finds the longest of those names that do not tell themselves (`Loan-to-value`, `a in b`)."""
    unclear = (name for name in names if name and not tells_itself(name) and name not in KEYWORDS)
    special = sorted(unclear, key=len, reverse=True)
    if not special:
        return None
    return re.compile("|".join(_flexible(name) + (r"(?!\w)" if WORD.match(name[-1]) else "") for name in special))


def tells_itself(name: str) -> bool:
    """Return whether the name is read as one even where it is not known: plain words with spaces between them."""
    words = name.split()
    return bool(words) and all(WORD.fullmatch(word) and word not in KEYWORDS for word in words)


def _flexible(name: str) -> str:
    """Return a pattern of the name with any space where a space is, and possibly some around its signs."""
    words = [r"\s*".join(re.escape(piece) for piece in re.findall(r"\w+|\W", word)) for word in name.split()]
    return r"\s+".join(words)


class Tokens:
    """The tokens of one text; `names` are those in scope."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text
        self.at = 0
        self.names = set(names)
        self.special = _special_names(frozenset(names))
        self.stack: list[str] = []
        self.last = ""
        self.line, self.line_start = 1, 0

    def __iter__(self) -> Iterator[Token]:
        while self._skip_space():
            token = self._next()
            ends_type = token.type == "GT" and self.stack[-1:] == ["<"]
            self._follow_brackets(token)
            self.last = "TYPE_END" if ends_type else token.type
            yield token
        if self.stack:
            raise self.error(f"`{self.stack[-1]}` is not closed")

    def error(self, message: str) -> FeelError:
        return FeelError(message, self.line, self.at - self.line_start + 1)

    def _skip_space(self) -> bool:
        space = SPACE.match(self.text, self.at)
        if space:
            self._advance(space.end())
        return self.at < len(self.text)

    def _advance(self, end: int) -> None:
        newlines = self.text.count("\n", self.at, end)
        if newlines:
            self.line += newlines
            self.line_start = self.text.rindex("\n", self.at, end) + 1
        self.at = end

    def _token(self, kind: str, end: int, value: str | None = None) -> Token:
        text = self.text[self.at : end] if value is None else value
        token = Token(kind, text, self.at, self.line, self.at - self.line_start + 1)
        self._advance(end)
        return token

    def _next(self) -> Token:
        character = self.text[self.at]
        if character == '"' or self.text.startswith('@"', self.at):
            return self._quoted(character)
        number = NUMBER.match(self.text, self.at)
        if number:
            return self._token("NUMBER", number.end())
        word = WORD.match(self.text, self.at)
        if word:
            return self._word(word)
        return self._symbol()

    def _quoted(self, character: str) -> Token:
        string = STRING.match(self.text, self.at + (character == "@"))
        if not string:
            raise self.error("the string is not closed")
        if character == '"' and self._key_may_stand_here() and re.match(r"\s*:", self.text[string.end() :]):
            self._declare(" ".join(string.group()[1:-1].split()))
            return self._token("KEY", string.end())
        return self._token("AT" if character == "@" else "STRING", string.end(), string.group())

    def _key_may_stand_here(self) -> bool:
        return self.stack[-1:] == ["{"] and self.last in {"LBRACE", "COMMA"}

    def _type_may_stand_here(self) -> bool:
        inside = self.stack[-1] if self.stack else ""
        return self.last in {"INSTANCE_OF", "ARROW", "LIST_OF", "RANGE_OF", "FUNCTION_OF"} or (
            (inside == "function(" and self.last == "COLON") or (inside == "<" and self.last in {"COLON", "COMMA"})
        )

    def _word(self, word: re.Match[str]) -> Token:
        key = self._key_may_stand_here() and KEY.match(self.text, self.at)
        fresh = key or self._declared_here(word)
        if fresh:
            return self._new_name("KEY" if key else "NAME", fresh.end(1))
        for pattern, kind in ((INSTANCE_OF, "INSTANCE_OF"), (EXTERNAL, "EXTERNAL")):
            found = pattern.match(self.text, self.at)
            if found:
                return self._token(kind, found.end(), found.group())
        if self._type_may_stand_here():
            return self._type(word)
        special = (self.special and self.special.match(self.text, self.at)) or FUNCTION_NAME.match(self.text, self.at)
        if special and special.end() >= word.end():
            return self._name(special.end())
        if word.group() in KEYWORDS and self.last != "DOT":
            return self._token(KEYWORDS[word.group()], word.end())
        return self._name(self._end_of_words(word))

    def _declared_here(self, word: re.Match[str]) -> re.Match[str] | None:
        """Return the name of an iterator or parameter where one begins."""
        if word.group() in KEYWORDS:
            return None
        if self.last in {"FOR", "SOME", "EVERY"}:
            return ITERATED.match(self.text, self.at)
        inside = self.stack[-1:] == ["function("] and self.last in {"LPAR", "COMMA"}
        return PARAMETER.match(self.text, self.at) if inside else None

    def _type(self, word: re.Match[str]) -> Token:
        generic = GENERIC.match(self.text, self.at)
        if generic:
            return self._token(f"{generic.group(1).upper()}_OF", generic.end(), generic.group(1))
        special = TYPE_NAME.match(self.text, self.at)
        if special:
            return self._name(special.end())
        end = self._end_of_words(word)
        while imported := IMPORTED.match(self.text, end):
            end = self._end_of_words(imported)
        return self._name(end)

    def _end_of_words(self, word: re.Match[str]) -> int:
        """Return where a name ends: words follow each other in FEEL only within a name."""
        while True:
            space = SPACE.match(self.text, word.end())
            following = WORD.match(self.text, space.end()) if space else None
            if not following or following.group() in KEYWORDS or INSTANCE_OF.match(self.text, following.start()):
                return word.end()
            word = following

    def _name(self, end: int) -> Token:
        return self._token("NAME", end, " ".join(SPACE.sub(" ", self.text[self.at : end]).split()))

    def _new_name(self, kind: str, end: int) -> Token:
        name = " ".join(self.text[self.at : end].split())
        self._declare(name)
        return self._token(kind, end, name)

    def _declare(self, name: str) -> None:
        """Know the name of a key from here on, if it is one that does not tell itself."""
        if name and name not in self.names and not tells_itself(name):
            self.names.add(name)
            self.special = _special_names(frozenset(self.names))

    def _symbol(self) -> Token:
        symbol = SYMBOL.match(self.text, self.at)
        if not symbol:
            raise self.error(f"`{self.text[self.at]}` has no meaning here")
        return self._token(self._bracket_kind(SYMBOLS[symbol.group()], symbol.end()), symbol.end())

    def _bracket_kind(self, kind: str, end: int) -> str:
        """Tell `]1..5[` from lists and filters by what stands before and after."""
        if kind == "RBRACK" and self.last not in OPERAND_ENDS and self.last != "LBRACK":
            return "OUT_LEFT"
        if kind == "LBRACK" and self.last in OPERAND_ENDS and self.stack[-1:] == [".."]:
            return "OUT_RIGHT" if AFTER_RANGE.match(self.text, end) else kind
        return kind

    def _follow_brackets(self, token: Token) -> None:
        if token.type in {"LPAR", "LBRACK", "LBRACE", "OUT_LEFT"}:
            self.stack.append("function(" if self.last == "FUNCTION" else str(token))
        elif token.type in {"LIST_OF", "RANGE_OF", "CONTEXT_OF", "FUNCTION_OF"}:
            self.stack.append("<")
        elif token.type == "DOTS" and self.stack and self.stack[-1] in {"(", "[", "]"}:
            self.stack[-1] = ".."
        elif token.type in {"RETURN", "SATISFIES", "COMMA"} and self.stack[-1:] == [".."]:
            self.stack[-1] = "("  # the dots were those of an iteration
        elif token.type in {"RPAR", "RBRACK", "RBRACE", "OUT_RIGHT"} or (
            token.type == "GT" and self.stack[-1:] == ["<"]
        ):
            self._close(token)
        if len(self.stack) > DEEPEST:
            raise self.error(f"brackets are nested deeper than {DEEPEST}")

    def _close(self, token: Token) -> None:
        if not self.stack:
            raise FeelError(f"`{token}` closes nothing", token.line or 1, token.column or 1)
        self.stack.pop()
