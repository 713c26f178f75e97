"""From errors to answers: the only file that knows HTTP status codes."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from engine.errors import (
    BusinessError,
    Conflict,
    DatabaseTrouble,
    DiagramError,
    DulyError,
    InvalidForm,
    NotFound,
    TemporaryError,
    Unusable,
)
from receivables import errors as receivables
from web.context import context

log = logging.getLogger("duly.web")


class Forbidden(DulyError):
    """The person may not open this."""


class NotReady(DulyError):
    """Something that is needed to work is missing just now."""


STATUS: dict[type[Exception], HTTPStatus] = {  # the first class an error belongs to decides
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    InvalidForm: HTTPStatus.UNPROCESSABLE_ENTITY,
    DiagramError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BusinessError: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unusable: HTTPStatus.UNPROCESSABLE_ENTITY,
    TemporaryError: HTTPStatus.SERVICE_UNAVAILABLE,
    DulyError: HTTPStatus.BAD_REQUEST,
    receivables.NotKnown: HTTPStatus.NOT_FOUND,
    receivables.AlreadyDone: HTTPStatus.CONFLICT,
    receivables.FourEyes: HTTPStatus.FORBIDDEN,
    receivables.ReceivablesError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def install(app: Flask) -> None:
    """Answer every error in the form it was asked in: a page, a fragment for htmx, or JSON."""
    app.register_error_handler(DulyError, _known)
    app.register_error_handler(DatabaseTrouble, _no_database)
    app.register_error_handler(OperationalError, _no_database)  # of a library's own session
    app.register_error_handler(NotReady, _not_ready)
    app.register_error_handler(receivables.ReceivablesError, _known)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _known(error: Exception) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    text = str(error) or _explained(status)
    fields = error.errors if isinstance(error, InvalidForm) else {}
    return _answer(status, text, fields)


def _no_database(error: Exception) -> Response:
    """Answer without what asks the database: the frame around pages, and who reads in which language."""
    log.error("%s %s: %s", request.method, request.path, error)
    with force_locale(context().settings.locale):
        return _plain(_("Duly's database does not answer just now. Nothing was changed: try again in a minute."))


def _not_ready(error: NotReady) -> Response:
    return _plain(str(error))


def _plain(text: str) -> Response:
    return make_response(f"{text}\n", HTTPStatus.SERVICE_UNAVAILABLE, {"Content-Type": "text/plain; charset=utf-8"})


def _expired(_error: CSRFError) -> Response:
    text = _(
        "This page was open for too long or the session ended. Nothing was changed: load the page again and repeat."
    )
    return _answer(HTTPStatus.BAD_REQUEST, text)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    status = HTTPStatus(error.code)
    return _answer(status, _explained(status))


def _bug(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, _explained(HTTPStatus.INTERNAL_SERVER_ERROR))


def _explained(status: HTTPStatus) -> str:
    texts = {
        HTTPStatus.NOT_FOUND: _("There is nothing at this address. It may have been moved or closed."),
        HTTPStatus.FORBIDDEN: _("Your role does not open this. Ask an administrator if you need it."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _(
            "The file is too large. Split it or ask an administrator to raise the limit."
        ),
        HTTPStatus.INTERNAL_SERVER_ERROR: _(
            "Something went wrong on our side. Nothing was changed; it has been noted."
        ),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This address cannot be opened this way. Go back and use the button."),
    }
    return str(texts.get(status, status.description or status.phrase))


def _title(status: HTTPStatus) -> str:
    titles = {
        HTTPStatus.NOT_FOUND: _("Not found"),
        HTTPStatus.FORBIDDEN: _("Not allowed"),
        HTTPStatus.CONFLICT: _("Somebody was faster"),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("Please check the entries"),
        HTTPStatus.SERVICE_UNAVAILABLE: _("Not available just now"),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("That did not work"),
    }
    return str(titles.get(status, _("That was not possible")))


def _answer(status: HTTPStatus, text: str, fields: dict[str, str] | None = None) -> Response:
    title = _title(status)
    if request.accept_mimetypes.best == "application/json" or request.is_json:
        message = "" if fields else text  # the form shows each text at its field
        return make_response(jsonify(title=title, message=message, errors=fields or {}), status)
    if request.headers.get("HX-Request"):
        said = json.dumps({"toast": {"text": f"{title}: {text}", "tone": "danger"}})
        return make_response("", status, {"HX-Trigger": said, "HX-Reswap": "none"})
    return make_response(render_template("error.html", title=title, text=text, status=int(status)), status)
