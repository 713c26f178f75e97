"""Look one step ahead: which processes do a certain thing as soon as they go on."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.check.reading import read_diagram
from engine.deployments import MAIN, unpacked
from engine.tables import Deployment, Instance


def about_to(session: Session, keys: Collection[str], operator: str) -> set[str]:
    """Give the keys of the processes that stand at an element from which a flow leads to a step of `operator`."""
    standing = session.execute(
        select(Instance.business_key, Instance.deployment_id, Instance.element).where(
            Instance.business_key.in_(keys), Instance.ended_at.is_(None)
        )
    ).all()
    before = {number: _before(session, number, operator) for number in {row.deployment_id for row in standing}}
    return {row.business_key for row in standing if row.element in before[row.deployment_id]}


def _before(session: Session, deployment_id: int, operator: str) -> set[str]:
    files = unpacked(session.get_one(Deployment, deployment_id).files)
    diagram = read_diagram(files[MAIN], MAIN)
    steps = {node.id for node in diagram.nodes.values() if node.operation and node.operation.name == operator}
    return {flow.source for flow in diagram.flows if flow.target in steps}
