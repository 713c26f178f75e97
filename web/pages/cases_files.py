"""What a case's page fetches: its diagram, the way it took, messages as they were sent."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parseaddr
from typing import Any

from flask import Response, jsonify, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.mail.message import Sender, build_message
from engine.errors import NotFound
from engine.history import latest_instance
from engine.tables import HistoryRow, Instance, OutboxRow, TaskRow
from service_tasks.keys import key_of
from web.context import context
from web.formats import local
from web.pages.cases_blueprint import pages
from web.queries.diagrams import Diagram, diagram_of, source_of
from web.queries.words import people_names
from web.security.access import requires
from web.security.rights import Right


@pages.get("/<int:number>/course.bpmn")
@requires(Right.SEE_CASES)
def diagram(number: int) -> ResponseReturnValue:
    """Give the diagram of the version on which the case runs."""
    with context().reading() as session:
        source = source_of(session, latest_instance(session, key_of(number)).deployment_id)
    return _file(source, "application/xml")


@pages.get("/<int:number>/course.json")
@requires(Right.SEE_CASES)
def trail(number: int) -> ResponseReturnValue:
    """Give the steps that the case took and where it stands."""
    with context().reading() as session:
        instance = latest_instance(session, key_of(number))
        rows = session.scalars(
            select(HistoryRow).where(HistoryRow.instance_id == instance.id).order_by(HistoryRow.seq)
        ).all()
        visited = list(_visited(rows, people_names(session), diagram_of(session, instance.deployment_id)))
        return jsonify(visited=visited, current=_current(session, instance))


@pages.get("/<int:number>/messages/<int:row>.eml")
@requires(Right.SEE_CASES)
def message_file(number: int, row: int) -> ResponseReturnValue:
    """Give a message as it was sent, for any mail programme."""
    with context().reading() as session:
        sent = session.get(OutboxRow, row)
    if sent is None or sent.business_key != key_of(number) or not (sent.receipt or {}).get("body"):
        raise NotFound(_("There is no such message of case %(number)s.", number=number))
    answer = _file(_as_sent(sent), "message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="{sent.key}.eml"'
    return answer


def _visited(rows: Iterable[HistoryRow], names: dict[str, str], drawn: Diagram) -> Iterable[dict[str, Any]]:
    for row in rows:
        for element in (row.detail or {}).get("path") or ():
            if element in drawn.elements:
                who = names.get(row.who, row.who)
                yield {"element": element, "at": row.at.isoformat(), "who": who, "text": drawn.name(element)}


def _current(session: Session, instance: Instance) -> list[str]:
    if instance.status == "ended":
        return []
    tasks = select(TaskRow.element).where(TaskRow.instance_id == instance.id, TaskRow.status == "open")
    return sorted({instance.element, *session.scalars(tasks)} - {""})


def _as_sent(row: OutboxRow) -> bytes:
    """Give the very file of the mail folder where there is one, else the message with the same words."""
    receipt: dict[str, Any] = row.receipt or {}
    kept = context().settings.kept("mail") / str(receipt.get("file") or "")
    if receipt.get("file") and kept.is_file() and kept.parent == context().settings.kept("mail"):
        return kept.read_bytes()
    name, spec = parseaddr(context().settings.mail_from)
    message = build_message(
        key=row.delivery or row.key,
        sender=Sender(spec, name),
        recipient=receipt["to"],
        subject=receipt.get("subject", ""),
        body=receipt["body"],
        date=local(row.sent_at or row.created_at),
    )
    return message.as_bytes()


def _file(content: bytes, media_type: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    return answer
