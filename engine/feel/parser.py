"""Text to typed tree, by the lark grammar beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path as File
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError
from lark.lexer import Lexer

from engine.feel.builder import Builder
from engine.feel.errors import FeelError
from engine.feel.lexer import Tokens
from engine.feel.syntax import Node, Tests

LONGEST = 20_000  # characters
MOST_TOKENS = 2_500
BUILDER = Builder()


class _Passing(Lexer):
    """Hand lark the tokens it is given."""

    def __init__(self, _configuration: object) -> None:
        pass

    def lex(self, lexer_state: Any, _parser_state: Any) -> Iterator[Token]:
        return iter(lexer_state.text)

    __future_interface__ = True


@cache
def _grammar(start: str) -> Lark:
    """Build the tables of a start rule when they are first needed: that takes half a second."""
    text = (File(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer=_Passing, start=start, maybe_placeholders=True)


def parse_expression(text: str, names: Collection[str] = ()) -> Node:
    """Return the tree of an expression; `names` are names in scope, needed for those with signs or keywords in them."""
    return _build(_grammar("expr"), text, names)


def parse_unary_tests(text: str, names: Collection[str] = ()) -> Tests:
    """Return the tests of a cell: `-`, `not(...)`, or some of which one must hold."""
    if text.strip() in {"-", ""}:
        return Tests(())
    tests = _build(_grammar("tests"), text, names)
    assert isinstance(tests, Tests)  # noqa: S101  the start rule yields nothing else
    return tests


def _build(grammar: Lark, text: str, names: Collection[str]) -> Node:
    if len(text) > LONGEST:
        raise FeelError(f"the expression has {len(text):,} characters; at most {LONGEST:,} are read")
    try:
        node = BUILDER.transform(_parse(grammar, text, names))
    except VisitError as error:
        raise error.orig_exc from None
    except RecursionError:
        raise FeelError("the expression is nested too deeply") from None
    assert isinstance(node, Node)  # noqa: S101  every rule builds one
    return node


def _parse(grammar: Lark, text: str, names: Collection[str]) -> Tree[Token]:
    interactive = grammar.parse_interactive("")
    tokens = Tokens(text, names)
    last = Token("$END", "", 0, 1, 1)
    try:
        for count, token in enumerate(tokens):
            if count == MOST_TOKENS:
                raise tokens.error(f"the expression has more than {MOST_TOKENS:,} words and signs; make it smaller")
            last = token
            interactive.feed_token(token)
        tree: Tree[Token] = interactive.feed_eof(last)  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        raise _unexpected(error, tokens) from None
    except UnexpectedInput as error:
        raise FeelError(str(error)) from None
    return tree


def _unexpected(error: UnexpectedToken, tokens: Tokens) -> FeelError:
    if error.token.type == "$END":
        if not tokens.text.strip():
            return FeelError("the expression is empty")
        return tokens.error("the expression ends too early")
    return FeelError(f"`{error.token}` is not expected here", error.token.line or 1, error.token.column or 1)
