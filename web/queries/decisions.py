"""The decision tables that all strategies share: the version that is asked, the earlier ones, and who asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import deployments
from engine.catalogue import Catalogue
from engine.check.reading import read_diagram
from engine.decisions import Decision, read_dmn
from engine.deployments import DECISIONS, MAIN
from engine.errors import NotFound
from engine.tables import Deployment
from service_tasks.choosing import ASSIGNMENT, STRATEGY
from web.bundles import shipped_tables
from web.queries.decision_sheets import Sheet, sheets

LATEST, FIXED, OPENING = "latest", "version", "opening"
"""How a table is asked: the active version, the copy kept with the strategy's version, when a case opens."""


@dataclass(frozen=True, slots=True)
class Edition:
    """All shared tables as they stand together; `number` 0 is what comes with Duly, before anything is deployed."""

    files: Mapping[str, bytes]
    """By the table's name, the file's without its ending."""
    number: int = 0
    active: bool = True
    by: str = ""
    at: datetime | None = None
    note: str = ""

    def file(self, name: str) -> bytes:
        """Give a table's file; raise NotFound."""
        if name not in self.files:
            raise NotFound(f"There is no decision table {name!r} in this version.")
        return self.files[name]


@dataclass(frozen=True, slots=True)
class Use:
    """A strategy that asks a decision in its active version; `steps` are the names of where it asks."""

    strategy: str
    version: int
    binding: str
    steps: tuple[str, ...] = ()
    differs: bool = False
    """Whether the copy it asks is not the shared table of now."""

    @property
    def places(self) -> list[tuple[str, int]]:
        """Where it asks, each name with how many steps have it."""
        return list(Counter(self.steps).items())


def shipped() -> Edition:
    """Give the tables that come with Duly."""
    return Edition(_by_name(shipped_tables()))


def editions(session: Session) -> list[Edition]:
    """Give every deployed version, the newest first; what comes with Duly where there is none."""
    found = [_edition(each) for each in deployments.history_of(session, DECISIONS)]
    return found[::-1] or [shipped()]


def edition(session: Session, number: int | None = None) -> Edition:
    """Give a version, by default the active one; raise NotFound."""
    if number is None:
        running = deployments.active(session, DECISIONS)
        return _edition(running) if running else shipped()
    query = select(Deployment).where(Deployment.key == DECISIONS, Deployment.version == number)
    found = session.scalar(query)
    if found is None and number:
        raise NotFound(f"There is no version {number} of the decision tables.")
    return _edition(found) if found else shipped()


def _edition(row: Deployment) -> Edition:
    return Edition(_by_name(deployments.unpacked(row.files)), row.version, row.active, row.by, row.at, row.note)


def _by_name(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {PurePosixPath(path).stem: data for path, data in sorted(files.items())}


def sheet_of(content: bytes, identity: str = "", name: str = "") -> Sheet:
    """Give the decision of a file by its id; by default the one named like the file, else the last: it rests on others.

    Raises NotFound.
    """
    found = sheets(content)
    wanted = identity or name
    chosen = [each for each in found if wanted in {each.id, each.name}]
    if (not chosen and identity) or not found:
        raise NotFound(f"There is no decision {wanted!r} in this table.")
    return (chosen or found)[-1]


@lru_cache(maxsize=64)
def _read(content: bytes, name: str, functions: tuple[tuple[str, object], ...]) -> dict[str, Decision]:
    return read_dmn(content, f"{name}.dmn", functions=dict(functions))  # type: ignore[arg-type]


def decision_of(content: bytes, name: str, identity: str, catalogue: Catalogue) -> Decision:
    """Give a decision ready to be asked; raise DecisionError where the file is broken."""
    return _read(content, name, tuple(catalogue.functions.items()))[identity]


def uses(session: Session, files: Mapping[str, bytes]) -> dict[str, list[Use]]:
    """Say by a decision's id or name which strategies ask it in their active versions, beside the opening of cases."""
    found: dict[str, list[Use]] = {name: [Use("", 0, OPENING)] for name in (STRATEGY, ASSIGNMENT)}
    for row in deployments.active_strategies(session):
        own = {PurePosixPath(path).stem: text for path, text in row.files.items() if path.endswith(".dmn")}
        for (decision, binding), steps in _calls(deployments.unpacked({MAIN: row.files[MAIN]})[MAIN]).items():
            copy, shared = own.get(_file_with(decision, files)), files.get(_file_with(decision, files))
            differs = binding == FIXED and copy is not None and shared is not None and copy.encode() != shared
            found.setdefault(decision, []).append(Use(row.key, row.version, binding, steps, differs))
    return found


def _file_with(decision: str, files: Mapping[str, bytes]) -> str:
    """Give the name of the shared file that holds a decision, or nothing."""
    return next(
        (name for name, data in files.items() if any(decision in {each.id, each.name} for each in sheets(data))), ""
    )


@lru_cache(maxsize=64)
def _calls(diagram: bytes) -> dict[tuple[str, str], tuple[str, ...]]:
    """Give what a diagram asks by (decision, binding), each with the names of the steps that ask."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for decision, binding, step in _asked(diagram):
        found[decision, binding] = (*found.get((decision, binding), ()), step)
    return found


def _asked(diagram: bytes) -> Iterator[tuple[str, str, str]]:
    for node in read_diagram(diagram, MAIN).nodes.values():
        if node.decision:
            yield node.decision, LATEST if node.asks_latest else FIXED, node.name or node.id
