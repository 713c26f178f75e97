"""How a built-in function is declared, found by its arguments, and called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.feel.arithmetic import midnight
from engine.feel.budget import sized, spend
from engine.feel.values import kind

CHARGED_PART = 16  # items or characters of an argument that cost one step


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: the kinds it takes (`any` for all), and whether null or nothing may stand for it."""

    name: str
    kinds: frozenset[str]
    optional: bool
    nullable: bool
    rest: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    parameters: tuple[Parameter, ...]
    call: Callable[..., Any]

    def by_position(self, arguments: Sequence[Any]) -> list[Any] | None:
        """Return the arguments as the function takes them, or None when they do not fit."""
        if self.parameters and self.parameters[-1].rest:
            fixed = len(self.parameters) - 1
            rest = [list(arguments[fixed:])] if len(arguments) > fixed else []
            arguments = [*arguments[:fixed], *rest]
        if len(arguments) > len(self.parameters):
            return None
        return self._cast(dict(zip((p.name for p in self.parameters), arguments, strict=False)))

    def by_name(self, arguments: Mapping[str, Any]) -> list[Any] | None:
        """Return the arguments in order, null for those not given; None when a name is not this signature's."""
        if not arguments.keys() <= {parameter.name for parameter in self.parameters}:
            return None
        rest = {one.name: [arguments[one.name]] for one in self.parameters if one.rest and one.name in arguments}
        return self._cast({**arguments, **rest}, by_name=True)

    def _cast(self, arguments: Mapping[str, Any], *, by_name: bool = False) -> list[Any] | None:
        values: list[Any] = []
        for parameter in self.parameters:
            if parameter.name not in arguments:
                if not parameter.optional and not (by_name and parameter.nullable and not parameter.rest):
                    return None
                values.append(None)
                continue
            fits, value = _fit(parameter, arguments[parameter.name])
            if not fits:
                return None
            values.append(value)
        return values


def _fit(parameter: Parameter, value: Any) -> tuple[bool, Any]:
    """Return whether the value fits, unwrapping or wrapping a list of one as the standard has it."""
    if value is None:
        return parameter.nullable, None
    given = kind(value)
    if "any" in parameter.kinds or given in parameter.kinds:
        return True, value
    if given == "list" and len(value) == 1 and value[0] is not None and kind(value[0]) in parameter.kinds:
        return True, value[0]
    if "list" in parameter.kinds and given != "list":
        return True, [value]
    if given == "date" and "date and time" in parameter.kinds:
        return True, midnight(value)
    return False, None


KIND_NAMES = {
    "datetime": "date and time",
    "days": "days and time duration",
    "months": "years and months duration",
}


def define(declaration: str, call: Callable[..., Any]) -> Signature:
    """Read `string: string, position: number, length?: number?`; `name?` may be left out, `kind?` may be null.

    Several kinds are joined by `|`; `*name: any` takes all arguments that remain.
    """
    return Signature(tuple(_parameter(part) for part in declaration.split(",") if part.strip()), call)


def _parameter(declaration: str) -> Parameter:
    name, _colon, kinds = (part.strip() for part in declaration.partition(":"))
    names = frozenset(KIND_NAMES.get(one, one) for one in kinds.removesuffix("?").split("|"))
    plain = name.removesuffix("?").removeprefix("*")
    return Parameter(plain, names, name.endswith("?"), kinds.endswith("?"), name[0] == "*")


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function with all its signatures."""

    name: str
    signatures: tuple[Signature, ...]

    def __call__(self, *arguments: Any) -> Any:
        """Call by position; null when no signature fits."""
        for signature in self.signatures:
            values = signature.by_position(arguments)
            if values is not None:
                return self._run(signature, values)
        return None

    def named(self, arguments: Mapping[str, Any]) -> Any:
        """Call by name; null when no signature fits."""
        for signature in self.signatures:
            values = signature.by_name(arguments)
            if values is not None:
                return self._run(signature, values)
        return None

    def _run(self, signature: Signature, values: list[Any]) -> Any:
        spend(1 + sum(len(value) // CHARGED_PART for value in values if isinstance(value, (list, str, dict))))
        try:
            result = signature.call(*values)
        except (ArithmeticError, ValueError, LookupError):
            return None
        if type(result) is int:
            return Decimal(result)
        return sized(result) if isinstance(result, (str, list)) else result
