"""Build the typed tree from what lark recognised."""

from __future__ import annotations

import decimal
import re
import sys
from typing import Any

from lark import Token, Transformer

from engine.feel import syntax
from engine.feel.errors import FeelError
from engine.feel.numbers import CONTEXT
from engine.feel.syntax import Node

ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
PLAIN = {"n": "\n", "t": "\t", "r": "\r"}
SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def unquote(token: str) -> str:
    """Return the string a literal stands for; two escaped surrogates are one character."""
    text = ESCAPE.sub(_unescape, token[1:-1])
    text = SURROGATES.sub(lambda pair: pair.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return text.encode("utf-8", "replace").decode("utf-8")


def _unescape(escape: re.Match[str]) -> str:
    four, six, one = escape.groups()
    if four or six:
        code = int(four or six, 16)
        if code > sys.maxunicode:
            raise FeelError(f"`{escape.group()}` is no character")
        return chr(code)
    return PLAIN.get(one, one if one in "\"'\\" else escape.group())


def _given(children: list[Any]) -> list[Any]:
    return [child for child in children if child is not None and not isinstance(child, Token)]


class Builder(Transformer[Token, Node]):
    """One method for each rule of the grammar."""

    def number(self, children: list[Token]) -> Node:
        try:
            number = CONTEXT.create_decimal(children[0])
        except decimal.DecimalException:
            raise FeelError(f"the number {children[0]} is too large", *_at(children).values()) from None
        return syntax.Literal(number, **_at(children))

    def string(self, children: list[Token]) -> Node:
        return syntax.Literal(unquote(children[0]), **_at(children))

    def true(self, children: list[Token]) -> Node:
        return syntax.Literal(True, **_at(children))

    def false(self, children: list[Token]) -> Node:
        return syntax.Literal(False, **_at(children))

    def null(self, children: list[Token]) -> Node:
        return syntax.Literal(None, **_at(children))

    def at_literal(self, children: list[Token]) -> Node:
        return syntax.At(unquote(children[0]), **_at(children))

    def name(self, children: list[Token]) -> Node:
        return syntax.Name(str(children[0]), **_at(children))

    def path(self, children: list[Any]) -> Node:
        return syntax.Path(children[0], str(children[2]), **_at(children))

    def filtered(self, children: list[Any]) -> Node:
        return syntax.Filter(children[0], children[2], **_at(children))

    def call(self, children: list[Any]) -> Node:
        function, *rest = _given(children)
        arguments = rest[0] if rest else []
        named = tuple(argument for argument in arguments if isinstance(argument, tuple))
        if named and len(named) != len(arguments):
            raise FeelError("arguments are either all named or none is", *_at(children).values())
        return syntax.Call(function, () if named else tuple(arguments), named, **_at(children))

    def arguments(self, children: list[Any]) -> list[Any]:
        return _given(children)

    def named(self, children: list[Any]) -> tuple[str, Node]:
        return (str(children[0]), children[2])

    def arithmetic(self, children: list[Any]) -> Node:
        return syntax.Arithmetic(str(children[1]), children[0], children[2], **_at(children))

    def negation(self, children: list[Any]) -> Node:
        return syntax.Negation(children[1], **_at(children))

    def compare_op(self, children: list[Token]) -> Token:
        return children[0]

    def compare(self, children: list[Any]) -> Node:
        return syntax.Comparison(str(children[1]), children[0], children[2], **_at(children))

    def open_test(self, children: list[Any]) -> Node:
        return syntax.OpenTest(str(children[0]), children[1], **_at(children))

    def between(self, children: list[Any]) -> Node:
        return _node(syntax.Between, children, *_given(children))

    def membership(self, children: list[Any]) -> Node:
        return syntax.Membership(children[0], children[2], **_at(children))

    def instance_of(self, children: list[Any]) -> Node:
        return _node(syntax.InstanceOf, children, *_given(children))

    def either(self, children: list[Any]) -> Node:
        return syntax.Logical("or", children[0], children[2], **_at(children))

    def both(self, children: list[Any]) -> Node:
        return syntax.Logical("and", children[0], children[2], **_at(children))

    def conditional(self, children: list[Any]) -> Node:
        return _node(syntax.Conditional, children, *_given(children))

    def iteration(self, children: list[Any]) -> syntax.Iteration:
        return syntax.Iteration(str(children[0]), *_given(children))

    def iterations(self, children: list[Any]) -> tuple[syntax.Iteration, ...]:
        return tuple(_given(children))

    def loop(self, children: list[Any]) -> Node:
        return _node(syntax.Loop, children, *_given(children))

    def quantified(self, children: list[Any]) -> Node:
        return _node(syntax.Quantified, children, str(children[0]), *_given(children))

    def parameter(self, children: list[Any]) -> syntax.Parameter:
        return syntax.Parameter(str(children[0]), *_given(children))

    def parameters(self, children: list[Any]) -> tuple[syntax.Parameter, ...]:
        return tuple(_given(children))

    def function(self, children: list[Any]) -> Node:
        external = any(isinstance(child, Token) and child.type == "EXTERNAL" for child in children)
        *parameters, body = _given(children)
        return syntax.FunctionDefinition(parameters[0] if parameters else (), body, external, **_at(children))

    def paren(self, children: list[Any]) -> Node:
        tests = _given(children)
        if len(tests) == 1 and not isinstance(tests[0], syntax.OpenTest):
            only: Node = tests[0]
            return only
        return _node(syntax.Tests, children, tuple(tests))

    def list_literal(self, children: list[Any]) -> Node:
        return syntax.ListOf(tuple(_given(children)), **_at(children))

    def entry(self, children: list[Any]) -> tuple[str, Node]:
        key = str(children[0])
        return (unquote(key) if key.startswith('"') else key, children[2])

    def context(self, children: list[Any]) -> Node:
        entries = tuple(_given(children))
        keys = [key for key, _value in entries]
        if len(set(keys)) < len(keys):
            raise FeelError("a context has one key twice", *_at(children).values())
        return syntax.ContextOf(entries, **_at(children))

    def range_literal(self, children: list[Any]) -> Node:
        start, end = _given(children)
        return syntax.RangeOf(start, end, children[0].type == "LBRACK", children[-1].type == "RBRACK", **_at(children))

    def tests(self, children: list[Any]) -> Node:
        tests = tuple(_given(children))
        only = tests[0]
        if len(tests) == 1 and isinstance(only, syntax.Call) and only.function == syntax.Name("not") and not only.named:
            return syntax.Tests(only.positional, negated=True, **_at(children))
        return _node(syntax.Tests, children, tests)

    def plain_type(self, children: list[Token]) -> syntax.Type:
        return syntax.Type(str(children[0]))

    def list_type(self, children: list[Any]) -> syntax.Type:
        return syntax.Type("list", tuple(_given(children)))

    def range_type(self, children: list[Any]) -> syntax.Type:
        return syntax.Type("range", tuple(_given(children)))

    def member(self, children: list[Any]) -> tuple[str, syntax.Type]:
        return (str(children[0]), children[2])

    def context_type(self, children: list[Any]) -> syntax.Type:
        members = _given(children)
        return syntax.Type("context", tuple(kind for _name, kind in members), tuple(name for name, _kind in members))

    def function_type(self, children: list[Any]) -> syntax.Type:
        return syntax.Type("function", tuple(_given(children)))


def _node(kind: type[Node], children: list[Any], *parts: Any) -> Node:
    return kind(*parts, **_at(children))


def _at(children: list[Any]) -> dict[str, int]:
    """Return where the first child stands, for tokens and nodes alike."""
    first = children[0]
    return {"line": first.line or 1, "column": first.column or 1}
