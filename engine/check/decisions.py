"""The decisions that diagrams ask are there, and use only names that the diagrams know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from engine.catalogue import Catalogue
from engine.check.bundle import DECISIONS, FORMS, Bundle, read_bundle
from engine.check.model import Diagram
from engine.check.reading import read_diagram
from engine.check.vocabulary import OF_DECISIONS, vocabulary
from engine.decisions import Decision, DecisionError, Table, findings, read_dmn
from engine.errors import Problem

FOLDER, MAIN = "decisions", "strategy.bpmn"


def decisions(
    diagram: Diagram, files: Mapping[str, bytes], bundle: Bundle, names: frozenset[str], catalogue: Catalogue
) -> Iterator[Problem]:
    """Read the files of the decisions that are asked once more, with the names that they will find."""
    asked = {node.decision for node in diagram.nodes.values()}
    for file in _files_of(asked, bundle):
        yield from _with_names(file, files[file], names, catalogue)


def check_decisions(
    files: Mapping[str, bytes],
    catalogue: Catalogue,
    strategies: Mapping[str, Mapping[str, bytes]] | None = None,
) -> list[Problem]:
    """Give every problem of the tables that strategies share; those of severity "error" forbid deployment.

    `strategies` are the files, by what people call it, of each strategy that may ask for the latest of these tables.
    """
    bundle = read_bundle({path: data for path, data in files.items() if _is_table(path)}, catalogue)
    problems = [*bundle.problems, *_strays(files)]
    for name in catalogue.decisions:
        problems += _missing(name, "Duly itself asks the", bundle)
    for file in sorted(set(bundle.decisions.values())):
        problems += _doubts(file, read_dmn(files[file], file, functions=catalogue.functions).values())
    for name, theirs in (strategies or {}).items():
        problems += _asked_by(name, theirs, files, bundle, catalogue)
    return sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line, each.element, each.code))


def _is_table(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.parts[:-1] == (FOLDER,) and pure.suffix == DECISIONS


def _strays(files: Mapping[str, bytes]) -> Iterator[Problem]:
    for path in files:
        if not _is_table(path):
            message = f"This is no decision table: shared decisions are files {FOLDER}/NAME.dmn. Remove it."
            yield Problem(path, "", 1, "no_table", "error", message)
    if not files:
        yield Problem(FOLDER, "", 1, "no_table", "error", "There is no decision table here; add one as NAME.dmn.")


def _asked_by(
    strategy: str,
    theirs: Mapping[str, bytes],
    files: Mapping[str, bytes],
    bundle: Bundle,
    catalogue: Catalogue,
) -> Iterator[Problem]:
    """Check what a strategy asks for the latest of: it is there, and finds in the strategy's cases what it uses."""
    diagram = read_diagram(theirs[MAIN], MAIN)
    asked = {node.decision: node.id for node in diagram.nodes.values() if node.asks_latest}
    if not asked:
        return
    for name, step in sorted(asked.items()):
        yield from _missing(name, f"{strategy} at {step!r} asks for the latest of", bundle)
    forms = {path: data for path, data in theirs.items() if PurePosixPath(path).parts[0] == FORMS}
    known = vocabulary(diagram, read_bundle(forms, catalogue), catalogue)
    for file in _files_of(asked, bundle):
        for problem in _with_names(file, files[file], known, catalogue):
            if problem.severity == "error":
                yield replace(problem, message=f"{strategy} asks it: {problem.message}")


def _missing(name: str, asks: str, bundle: Bundle) -> Iterator[Problem]:
    unreadable = {PurePosixPath(problem.file).stem for problem in bundle.problems}  # that much is said of it already
    if name not in bundle.decisions and name not in unreadable:
        message = f"{asks} decision {name!r}, which would be missing; keep it."
        yield Problem(f"{FOLDER}/{name}{DECISIONS}", name, 1, "asked_decision", "error", message)


def _files_of(asked: Collection[str], bundle: Bundle) -> list[str]:
    return sorted({bundle.decisions[name] for name in asked if name in bundle.decisions})


def _with_names(file: str, data: bytes, names: frozenset[str], catalogue: Catalogue) -> Iterator[Problem]:
    """Read a file with the names that its decisions will find; a file that can be used has doubts at most."""
    try:
        yield from _doubts(
            file, read_dmn(data, file, functions=catalogue.functions, names=names | OF_DECISIONS).values()
        )
    except DecisionError as error:
        yield Problem(file, error.element, max(error.line, 1), "bad_expression", "error", str(error))


def _doubts(file: str, decisions: Iterable[Decision]) -> Iterator[Problem]:
    """Warn of inputs that no rule covers, and of rules that hit together where one alone may."""
    tables = {one.id: one.logic for one in decisions if isinstance(one.logic, Table)}
    for identity, table in tables.items():
        for finding in findings(table):
            code = "table_overlap" if finding.rules else "table_gap"
            yield Problem(file, identity, 1, code, "warning", f"decision `{table.name}`: {finding}")
