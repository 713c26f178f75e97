"""The words and functions of expressions, for whoever writes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypedDict

from flask_babel import gettext as _

from engine.catalogue import PARAMETER_TYPES, Catalogue
from engine.feel.functions import BUILTINS
from engine.feel.functions.registry import Parameter
from web.queries.feel_words import FEEL_WORDS


class Word(TypedDict):
    """A name with its FEEL type."""

    name: str
    type: str
    description: str


class Given(TypedDict):
    """A parameter; `type` names its kinds, `any` where all will do."""

    name: str
    type: str
    optional: bool


class Offered(TypedDict):
    """A function in one of the ways in which it may be called."""

    name: str
    parameters: list[Given]
    description: str


def words(catalogue: Catalogue) -> list[Word]:
    """Give the names that expressions know of a case, and what decisions know beside them."""
    stage = Word(name="stage", type="string", description=_("the stage of the step that asks (decision tables alone)"))
    return [*(_word(name, told) for name, told in catalogue.vocabulary.items()), stage]


def _word(name: str, told: str) -> Word:
    type_, _colon, description = told.partition(": ")
    return Word(name=name, type=type_, description=description)


def functions(catalogue: Catalogue) -> list[Offered]:
    """Give the functions of FEEL, each way of calling them, and those that Duly adds."""
    built_in = [
        _offered(name, map(_parameter, signature.parameters), str(FEEL_WORDS.get(name, "")))
        for name, function in BUILTINS.items()
        for signature in function.signatures
    ]
    return [*built_in, *(_own(name, function) for name, function in catalogue.functions.items())]


def _offered(name: str, parameters: Iterable[Given], description: str) -> Offered:
    return Offered(name=name, parameters=list(parameters), description=description)


def _parameter(parameter: Parameter) -> Given:
    kinds = "any" if "any" in parameter.kinds else " | ".join(sorted(parameter.kinds))
    return Given(name=parameter.name, type=kinds, optional=parameter.optional)


def _own(name: str, function: Callable[..., Any]) -> Offered:
    hints = inspect.get_annotations(function, eval_str=True)
    given = [
        Given(
            name=parameter.name,
            type=PARAMETER_TYPES.get(hints.get(parameter.name), "any"),
            optional=parameter.default is not inspect.Parameter.empty,
        )
        for parameter in inspect.signature(function).parameters.values()
    ]
    return _offered(name, given, inspect.getdoc(function) or "")
