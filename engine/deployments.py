"""Versions of strategies, and of the decisions they share: checked before they are stored, immutable afterwards.

One version of each key is active.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from engine.catalogue import Catalogue
from engine.check import check, check_decisions
from engine.errors import DiagramError, NotFound, Problem, Unusable
from engine.tables import Deployment, Instance

BASE64 = "base64:"
MAIN = "strategy.bpmn"
DECISIONS = "decisions"
"""The key under which the tables that strategies share are deployed: files decisions/NAME.dmn, no diagram."""


def deploy(
    session: Session,
    *,
    key: str,
    files: Mapping[str, bytes],
    name: str,
    by: str,
    note: str,
    now: datetime,
    catalogue: Catalogue,
) -> tuple[Deployment, bool]:
    """Store a new version and make it the active one; the very same files again change nothing.

    Gives (deployment, whether it is new). Raises DiagramError with every problem, and stores nothing then.
    """
    errors = [problem for problem in problems_of(session, key, files, catalogue) if problem.severity == "error"]
    if errors:
        raise DiagramError(errors)
    digest = checksum(files)
    running = active(session, key)
    if running is not None and running.checksum == digest:
        return running, False
    last = session.scalar(select(func.max(Deployment.version)).where(Deployment.key == key)) or 0
    deployment = Deployment(key=key, version=last + 1, name=name, checksum=digest, files=packed(files), note=note)
    deployment.by, deployment.at, deployment.active = by, now, False
    session.add(deployment)
    _activate(session, deployment)
    return deployment, True


def problems_of(session: Session, key: str, files: Mapping[str, bytes], catalogue: Catalogue) -> list[Problem]:
    """Give every problem of what is to be deployed under `key`; raises Unusable where it is something else."""
    if key != DECISIONS:
        if files and all(path.endswith(".dmn") for path in files):
            raise Unusable(f"These are decision tables and no strategy; they are deployed under the key {DECISIONS!r}.")
        return check(files, catalogue)
    if MAIN in files:
        raise Unusable(f"The name {DECISIONS!r} is kept for the tables that strategies share; name the strategy anew.")
    return check_decisions(files, catalogue, _in_use(session))


def _in_use(session: Session) -> dict[str, dict[str, bytes]]:
    """Give the files of the strategies on which new cases start or that have cases on the way."""
    on_the_way = select(Instance.deployment_id).where(Instance.status != "ended")
    used = or_(Deployment.active, Deployment.id.in_(on_the_way))
    query = select(Deployment).where(Deployment.key != DECISIONS, used).order_by(Deployment.key, Deployment.version)
    return {f"Strategy {each.key} version {each.version}": unpacked(each.files) for each in session.scalars(query)}


def rollback(session: Session, key: str, *, version: int | None = None) -> Deployment:
    """Make an earlier version (by default the one before the active) the one that new cases start on."""
    versions = [each for each in history_of(session, key) if version in (None, each.version)]
    running = active(session, key)
    earlier = [each for each in versions if running is None or version or each.version < running.version]
    if not earlier:
        what = "the shared decisions have" if key == DECISIONS else f"strategy {key!r} has"
        message = f"{what} no {'version ' + str(version) if version else 'earlier version'} to go back to"
        raise NotFound(message)
    _activate(session, earlier[-1])
    return earlier[-1]


def _activate(session: Session, deployment: Deployment) -> None:
    session.flush()
    others = (Deployment.key == deployment.key, Deployment.id != deployment.id)
    session.execute(update(Deployment).where(*others).values(active=False))
    deployment.active = True
    session.flush()


def active(session: Session, key: str) -> Deployment | None:
    """Give the version on which new cases of `key` start; of the decisions, the one that `latest` stands for."""
    return session.scalar(select(Deployment).where(Deployment.key == key, Deployment.active.is_(True)))


def active_strategies(session: Session) -> list[Deployment]:
    """Give of each strategy the version on which new cases start, by key."""
    wanted = (Deployment.active.is_(True), Deployment.key != DECISIONS)
    return list(session.scalars(select(Deployment).where(*wanted).order_by(Deployment.key)))


def history_of(session: Session, key: str) -> list[Deployment]:
    """Give all versions of a strategy, oldest first."""
    return list(session.scalars(select(Deployment).where(Deployment.key == key).order_by(Deployment.version)))


def checksum(files: Mapping[str, bytes]) -> str:
    """Give a digest over all paths and contents."""
    seal = hashlib.sha256()
    for path in sorted(files):
        seal.update(f"{path}\0{len(files[path])}\0".encode() + files[path])
    return seal.hexdigest()


def packed(files: Mapping[str, bytes]) -> dict[str, str]:
    """Store files as JSON: text as it is, the rest as base64."""
    return {path: _pack(data) for path, data in sorted(files.items())}


def _pack(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return BASE64 + base64.b64encode(data).decode()
    # A NUL is valid UTF-8 and yet no database's text.
    return BASE64 + base64.b64encode(data).decode() if "\0" in text or text.startswith(BASE64) else text


def unpacked(stored: Mapping[str, str]) -> dict[str, bytes]:
    """Give a deployment's files as they were."""
    return {
        path: base64.b64decode(text.removeprefix(BASE64)) if text.startswith(BASE64) else text.encode()
        for path, text in stored.items()
    }


def all_versions(session: Session) -> list[Deployment]:
    """Give every version of every strategy and of the shared decisions, by key and version."""
    return list(session.scalars(select(Deployment).order_by(Deployment.key, Deployment.version)))
