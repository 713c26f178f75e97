"""Deployments ready to run: parsed once per process, shared by all instances; shapes kept in an LRU cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.catalogue import Catalogue
from engine.decisions import read_all
from engine.deployments import DECISIONS, MAIN, unpacked
from engine.spiff.codec import load_shape
from engine.spiff.parsing import Specification, parse
from engine.spiff.scripting import Programme, Tables
from engine.spiff.transitions import Transitions
from engine.tables import Deployment, Shape

MAX_SHAPES = 5_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A deployment's specification and what its instances share while running."""

    specification: Specification
    programme: Programme
    transitions: Transitions = field(default_factory=Transitions)


class Programmes:
    """The cache of one process."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._loaded: dict[int, Loaded] = {}
        self._shared: dict[int, Tables] = {}
        self._shapes: OrderedDict[int, list[Any]] = OrderedDict()
        self._ids: OrderedDict[tuple[int, str], int] = OrderedDict()

    def of(self, session: Session, deployment_id: int) -> Loaded:
        """Give a deployment ready to run."""
        if deployment_id not in self._loaded:
            deployment = session.get_one(Deployment, deployment_id)
            files = unpacked(deployment.files)
            specification = parse(files[MAIN], MAIN)
            tables = self._tables(deployment.version, files)
            programme = Programme(self.catalogue, specification.elements(), tables)
            self._loaded[deployment_id] = Loaded(specification, programme)
        return self._loaded[deployment_id]

    def latest(self, session: Session) -> Tables | None:
        """Give the active version of the shared decisions; None where none was ever deployed."""
        wanted = (Deployment.key == DECISIONS, Deployment.active.is_(True))
        deployment_id = session.scalar(select(Deployment.id).where(*wanted))
        if deployment_id is not None and deployment_id not in self._shared:
            deployment = session.get_one(Deployment, deployment_id)
            self._shared[deployment_id] = self._tables(deployment.version, unpacked(deployment.files))
        return None if deployment_id is None else self._shared[deployment_id]

    def _tables(self, version: int, files: Mapping[str, bytes]) -> Tables:
        return Tables(version, read_all(files, self.catalogue.functions))

    def load_shapes(self, session: Session, wanted: set[int]) -> None:
        """Bring the shapes of a batch into the cache with one query."""
        if missing := sorted(wanted - self._shapes.keys()):
            for row in session.execute(select(Shape.id, Shape.body).where(Shape.id.in_(missing))):
                self._shapes[row.id] = load_shape(row.body)
        while len(self._shapes) > max(MAX_SHAPES, len(wanted)):
            self._shapes.popitem(last=False)

    def shape(self, shape_id: int) -> list[Any]:
        """Give a loaded shape (see `load_shapes`)."""
        self._shapes.move_to_end(shape_id)
        return self._shapes[shape_id]

    def shape_id(self, session: Session, deployment_id: int, body: bytes) -> int:
        """Give the id of a shape, storing it when it is new."""
        digest = blake2b(body, digest_size=16).hexdigest()
        key, fresh = (deployment_id, digest), session.info.setdefault("fresh_shapes", {})
        known: int | None = self._ids.get(key) or fresh.get(key)
        if known is not None:
            return known
        found = session.scalar(select(Shape.id).where(Shape.deployment_id == deployment_id, Shape.digest == digest))
        if found is not None:
            self._ids[key] = found
            return found
        shape = Shape(deployment_id=deployment_id, digest=digest, body=body)
        session.add(shape)
        session.flush()
        fresh[key] = shape.id  # for this session alone: only what is committed may be remembered
        return shape.id
