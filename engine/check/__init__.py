"""The check before a deployment: everything that could go wrong later is said now, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalogue import Catalogue
from engine.check.boundaries import boundaries
from engine.check.bundle import Bundle, read_bundle
from engine.check.business_errors import business_errors
from engine.check.decisions import check_decisions, decisions
from engine.check.executor import executor
from engine.check.expressions import expressions
from engine.check.gateways import gateways
from engine.check.limits import limits
from engine.check.model import Diagram
from engine.check.names import names
from engine.check.operators import operators
from engine.check.reach import reach
from engine.check.reading import read_diagram
from engine.check.repeats import repeats
from engine.check.stages import stages
from engine.check.structure import structure
from engine.check.vocabulary import own_names, vocabulary
from engine.errors import Problem, Unusable

__all__ = ["check", "check_decisions"]


def check(files: Mapping[str, bytes], catalogue: Catalogue, *, main: str = "strategy.bpmn") -> list[Problem]:
    """Give every problem of a strategy's files, by file and line; those of severity "error" forbid deployment.

    Raises Unusable where `main` is missing, no BPMN at all, or dangerous XML.
    """
    if main not in files:
        raise Unusable(f"There is no {main} among the files; a strategy is one diagram of that name.")
    diagram = read_diagram(files[main], main)
    bundle = read_bundle(files, catalogue)
    problems = list(dict.fromkeys([*_of_diagram(diagram, files, bundle, catalogue), *bundle.problems]))
    if not any(problem.severity == "error" for problem in problems):
        problems += executor(files[main], main)
    return sorted(problems, key=lambda each: (each.file != main, each.file, each.line, each.element, each.code))


def _of_diagram(
    diagram: Diagram, files: Mapping[str, bytes], bundle: Bundle, catalogue: Catalogue
) -> Iterator[Problem]:
    known = vocabulary(diagram, bundle, catalogue)
    yield from structure(diagram)
    yield from boundaries(diagram)
    yield from reach(diagram)
    yield from gateways(diagram)
    yield from limits(diagram)
    yield from repeats(diagram, known)
    yield from operators(diagram, catalogue)
    yield from names(diagram, bundle, catalogue)
    yield from own_names(diagram, bundle, catalogue)
    yield from expressions(diagram, known, catalogue)
    yield from decisions(diagram, files, bundle, known, catalogue)
    yield from business_errors(diagram, catalogue)
    yield from stages(diagram)
