"""Gather what is deployed together: a strategy's diagram with the forms, texts, letters and tables it names.

The tables that strategies share are a bundle of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy.orm import Session

from engine import deployments
from engine.check import check, check_decisions
from engine.check.reading import read_diagram
from engine.deployments import DECISIONS, MAIN
from engine.errors import Problem, Unusable
from engine.tables import Deployment
from web import schema
from web.context import Context

PROJECT = Path(__file__).resolve().parent.parent
SHARED = {"forms": "forms", "letter_templates": "letter_templates", "decisions": "processes/decisions"}
TABLE = ".dmn"
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Bundle:
    """A strategy, or the decisions that strategies share, ready to be checked or deployed.

    `own` are its files by the path they are deployed under; shared tables come to them as they are at that moment,
    except where `whole` says that nothing is lacking.
    """

    key: str
    own: dict[str, bytes]
    whole: bool = False

    @property
    def files(self) -> dict[str, bytes]:
        """Give all files, with the shared tables as they come with Duly."""
        return self.files_with(shipped_tables())

    def files_with(self, tables: Mapping[str, bytes]) -> dict[str, bytes]:
        """Give all files: a strategy takes the shared tables it asks and lacks; a lone table is put among them."""
        if self.key == DECISIONS:
            return dict(self.own) if self.whole else {**tables, **self.own}
        own = {path: data for path, data in self.own.items() if path.endswith(TABLE)}
        lacking = {name for name in _asked(self.own.get(MAIN, b"")) if not _holding(own, {name})}
        return {**_holding(tables, lacking), **self.own}


def _asked(diagram: bytes) -> set[str]:
    """Give the decisions that a diagram asks; none where it cannot be read, which the check says."""
    try:
        return {node.decision for node in read_diagram(diagram, MAIN).nodes.values()} - {""}
    except Unusable:
        return set()


def _holding(tables: Mapping[str, bytes], decisions: set[str]) -> dict[str, bytes]:
    """Give the tables in which a decision of one of those ids or names may be."""
    quoted = [f'"{decision}"'.encode() for decision in decisions]
    return {
        path: data
        for path, data in tables.items()
        if PurePosixPath(path).stem in decisions or any(name in data for name in quoted)
    }


def shipped() -> list[Path]:
    """Give the folders of the shared decisions and of the strategies that come with Duly, as they are deployed."""
    strategies = sorted(path.parent for path in (PROJECT / "processes").glob(f"*/{MAIN}"))
    return [PROJECT / SHARED[DECISIONS], *strategies]


def shipped_tables() -> dict[str, bytes]:
    """Give the shared tables that come with Duly, by the path they are deployed under."""
    return _tables(PROJECT / SHARED[DECISIONS])


def shared_tables(session: Session) -> dict[str, bytes]:
    """Give the shared tables of the active version, or those that come with Duly where none was deployed."""
    active = deployments.active(session, DECISIONS)
    return shipped_tables() if active is None else deployments.unpacked(active.files)


def _tables(folder: Path) -> dict[str, bytes]:
    return {f"{DECISIONS}/{path.name}": path.read_bytes() for path in sorted(folder.glob(f"*{TABLE}"))}


def read_bundle(path: Path) -> Bundle:
    """Read a strategy's folder, or its diagram alone; a folder of tables without a diagram, or one table alone.

    What lies beside the diagram (forms/, letter_templates/, decisions/) wins over what comes with Duly.
    Raises Unusable where there is nothing of the kind.
    """
    if path.suffix == TABLE and path.is_file():
        return Bundle(DECISIONS, {f"{DECISIONS}/{path.name}": _read(path)})
    diagram = path / MAIN if path.is_dir() else path
    if not diagram.is_file():
        if tables := _tables(path):
            return Bundle(DECISIONS, tables, whole=True)
        raise Unusable(
            f"{path}: there is no diagram; give a .bpmn file, or a folder with {MAIN} or tables (.dmn) in it."
        )
    data = _read(diagram)
    key = diagram.parent.name if diagram.name == MAIN else diagram.stem
    return Bundle(key, {MAIN: data, **used_by(data, diagram.parent)})


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise Unusable(f"{path} has {len(data):,} bytes; a diagram or table may have {MAX_BYTES:,}.")
    return data


def used_by(diagram: bytes, beside: Path | None = None) -> dict[str, bytes]:
    """Give the forms, texts, letters and tables of its own whose names stand in the diagram."""
    text = diagram.decode("utf-8", errors="replace")
    files = _holding(_tables(beside / DECISIONS), _asked(diagram)) if beside else {}
    for target in SHARED.keys() - {DECISIONS}:
        for root in (PROJECT / SHARED[target], *([beside / target] if beside else [])):
            files |= {f"{target}/{name}": data for name, data in _named(root, text)}
    return files


def _named(root: Path, text: str) -> list[tuple[str, bytes]]:
    found = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return [(path.relative_to(root).as_posix(), path.read_bytes()) for path in found if path.stem in text]


def check_bundle(parts: Context, bundle: Bundle) -> list[Problem]:
    """Give every problem of a bundle; beside what is deployed, where there is a database already."""
    try:
        schema.check(parts.database)
    except Unusable:
        return (check_decisions if bundle.key == DECISIONS else check)(bundle.files, parts.catalogue)
    with parts.reading() as session:
        files = bundle.files_with(shared_tables(session))
        return deployments.problems_of(session, bundle.key, files, parts.catalogue)


def deploy_bundle(parts: Context, bundle: Bundle, *, note: str, by: str) -> tuple[Deployment, bool]:
    """Deploy a bundle in a unit of work of its own; gives (version, whether it is new)."""
    with parts.unit_of_work() as session:
        return deployments.deploy(
            session,
            key=bundle.key,
            files=bundle.files_with(shared_tables(session)),
            name=bundle.key.replace("_", " ").capitalize(),
            by=by,
            note=note,
            now=parts.now(),
            catalogue=parts.catalogue,
        )
