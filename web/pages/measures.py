"""What watches over an installation asks: is it alive, is it ready, and how is it doing."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from engine import processes
from engine.clock import SystemClock
from engine.errors import DatabaseTrouble, Unusable
from engine.measures import measure
from web import schema
from web.context import context
from web.errors import Forbidden, NotReady
from web.measures import exposition
from web.security.access import public

pages = Blueprint("measures", __name__)
WALL = SystemClock()


@pages.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Say that the web answers."""
    return _text("alive\n")


@pages.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Say that the database answers, is of this version, and that a worker was seen within the last minute."""
    parts = context()
    try:
        schema.check(parts.database)
        with parts.reading() as session:
            workers = processes.alive(session, wall=WALL.now())
    except DatabaseTrouble as trouble:
        raise NotReady("not ready: the database does not answer") from trouble
    except Unusable as old:
        raise NotReady("not ready: the database is empty or of another version of Duly") from old
    if not workers:
        raise NotReady("not ready: no worker was seen within the last minute")
    return _text("ready\n")


@pages.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Give the measures to whoever has the token, or without one to this machine alone."""
    if not _may_measure():
        raise Forbidden
    parts = context()
    with parts.reading() as session:
        found = measure(session, now=parts.now(), wall=WALL.now())
    return _text(exposition(found), CONTENT_TYPE_LATEST)


def _may_measure() -> bool:
    settings = context().settings
    if settings.metrics_token:
        given = request.authorization.token if request.authorization else None
        return hmac.compare_digest((given or "").encode(), settings.metrics_token.encode())
    behind_a_proxy = bool(settings.base_url) and not int(settings.trusted_proxies)  # then everybody comes from here
    return not behind_a_proxy and ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104 - no address


def _text(body: str | bytes, kind: str = "text/plain; charset=utf-8") -> Response:
    return Response(body, content_type=kind, headers={"Cache-Control": "no-store"})
