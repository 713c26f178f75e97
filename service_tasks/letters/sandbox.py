"""Run Jinja templates over plain data: no calls, no attributes of Python objects, no arithmetic, no endless work."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import do_capitalize, do_default, do_first, do_last, do_lower, do_title, do_trim, do_upper
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context

from service_tasks.letters.budget import Budget

BUDGET = "_budget"
LOOP_FACTS = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
WHITE = re.compile(r"[\t\r\n\u2028\u2029]+")
FILTERS: dict[str, Callable[..., Any]] = {
    "capitalize": do_capitalize,
    "default": do_default,
    "first": do_first,
    "last": do_last,
    "length": len,
    "lower": do_lower,
    "title": do_title,
    "trim": do_trim,
    "upper": do_upper,
}
TESTS = frozenset({"defined", "undefined", "none", "true", "false", "odd", "even", "eq", "ne", "in"})
ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**"})


@pass_context
def _counted(context: Context, iterable: Any) -> Any:
    """Charge a loop to the rendering's budget; refuse what has no length, such as a generator."""
    if isinstance(iterable, Undefined):
        return iter(iterable)  # raises, and says which name it is
    if not hasattr(iterable, "__len__"):
        raise SecurityError(f"a template may loop over lists only, not over {type(iterable).__name__}")
    return context.parent[BUDGET].loop(iterable, len(iterable))


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment in which a template can read plain data, choose and repeat, and nothing else."""

    intercepted_binops = ARITHMETIC  # not folded when compiled: 'x' * 10**9 would be
    intercepted_unops = frozenset({"+", "-"})

    def __init__(self, finalize: Callable[[Any], str], *, autoescape: bool) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=autoescape, finalize=finalize, cache_size=0)
        self.trim_blocks = self.lstrip_blocks = not autoescape  # a text's {% %} lines leave no empty line behind
        self.keep_trailing_newline = True
        self.globals.clear()
        self.filters = {**FILTERS, "_counted": _counted}
        self.tests = {name: test for name, test in self.tests.items() if name in TESTS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse a template and count the turns of each of its loops."""
        tree = super()._parse(source, name, filename)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None, lineno=loop.lineno)
        tree.set_environment(self)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read a key of a mapping or a fact of a loop; an attribute of anything else is never read."""
        if isinstance(obj, LoopContext):
            return getattr(obj, attribute) if attribute in LOOP_FACTS else _forbidden(f"loop.{attribute}")
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Read a key of a mapping or a place of a list."""
        if isinstance(obj, Undefined):
            return iter(obj)  # raises, and says which name it is
        if not isinstance(obj, Mapping | Sequence) or isinstance(obj, str):
            return _forbidden(f"{argument} of a {type(obj).__name__}")
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)

    def call(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse every call."""
        _forbidden("a call")

    def call_binop(self, _context: Context, operator: str, _left: Any, _right: Any) -> NoReturn:
        """Refuse arithmetic: figures come ready, and 'x' * 10**9 fills the memory."""
        _forbidden(f"the operator {operator}")

    def call_unop(self, _context: Context, operator: str, _arg: Any) -> NoReturn:
        """Refuse signs, as arithmetic."""
        _forbidden(f"the operator {operator}")


def _forbidden(what: str) -> NoReturn:
    raise SecurityError(f"a template may not use {what}")


def printable(value: Any) -> str:
    """Return a value as one line without characters that XML or a mail cannot carry."""
    if isinstance(value, Undefined):
        return str(value)
    text = str(value)
    return UNPRINTABLE.sub("", WHITE.sub(" ", text))


def cell(value: Any) -> str:
    """Return a value for a plain text: as printable, and never taken for the bar between two columns."""
    return printable(value).replace("|", "¦")


def letter_sandbox() -> Sandbox:
    """Make the environment for the XML of a .docx letter."""
    return Sandbox(printable, autoescape=True)


def text_sandbox() -> Sandbox:
    """Make the environment for a plain-text message."""
    return Sandbox(cell, autoescape=False)


def render(template: Any, context: Mapping[str, Any], budget: Budget | None = None) -> str:
    """Render a compiled template over plain data within a budget."""
    budget = budget or Budget()
    return "".join(budget.written(template.generate({**context, BUDGET: budget})))
