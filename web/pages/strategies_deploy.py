"""Deploying a strategy by upload, and going back to an earlier version."""

from __future__ import annotations

from pathlib import Path

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine import deployments
from engine.deployments import DECISIONS, MAIN
from engine.errors import DiagramError, Problem, Unusable
from web import refused_diagrams
from web.bundles import Bundle, deploy_bundle
from web.context import context
from web.entries import row_number
from web.pages.strategies import XML, pages
from web.queries.strategies import find_version
from web.queries.words import strategy_name
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.uploaded_bundles import read_upload

__all__ = ["pages"]


@pages.get("/deploy")
@requires(Right.DEPLOY_STRATEGIES)
def deploy() -> ResponseReturnValue:
    """Ask for the diagram."""
    return _page("", ())


@pages.post("/deploy")
@requires(Right.DEPLOY_STRATEGIES)
def upload() -> ResponseReturnValue:
    """Check the upload and deploy it; with a problem nothing is stored and all of them are listed."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _page(_("Choose a file first."), ())
    note = request.form.get("note", "").strip()
    if not note:
        return _page(_("Say why: it is kept with the version."), ())
    try:
        bundle = read_upload(Path(given.filename).name, given.read(), request.form.get("key", ""))
        return _deployed(bundle, note)
    except Unusable as refused:
        return _page(str(refused), ())


def _deployed(bundle: Bundle, note: str) -> ResponseReturnValue:
    try:
        deployed, new = deploy_bundle(context(), bundle, note=note, by=current_person().username)
    except DiagramError as refused:
        diagram = bundle.own.get(MAIN)
        token = refused_diagrams.keep(context().settings, diagram, refused.problems) if diagram else ""
        return _page(_("It cannot be deployed as it is; nothing was stored."), refused.problems, token)
    key = deployed.key
    text = _("Version %(version)s is deployed: new cases start on it, running ones finish on theirs.")
    if key == DECISIONS:
        text = _("Version %(version)s of the decision tables is deployed and decides from now on.")
    same = _("Nothing changed: version %(version)s is the same and runs already.")
    flash((text if new else same) % {"version": deployed.version}, "success" if new else "info")
    return redirect(url_for("strategies.show", key=key) if key != DECISIONS else url_for("decisions.index"))


@pages.get("/refused/<token>/diagram.bpmn")
@requires(Right.DEPLOY_STRATEGIES)
def refused_diagram(token: str) -> ResponseReturnValue:
    """Give a diagram that was refused."""
    return Response(refused_diagrams.diagram_of(context().settings, token), mimetype=XML)


@pages.get("/refused/<token>/problems.json")
@requires(Right.DEPLOY_STRATEGIES)
def refused_marks(token: str) -> ResponseReturnValue:
    """Say which of its elements have problems."""
    return jsonify(counts=refused_diagrams.marks_of(context().settings, token))


@pages.post("/<key>/rollback")
@requires(Right.DEPLOY_STRATEGIES)
def rollback(key: str) -> ResponseReturnValue:
    """Let new cases start on an earlier version again."""
    number = request.form.get("version", 0, type=row_number)
    with context().unit_of_work() as session:
        find_version(session, key, number)
        version = deployments.rollback(session, key, version=number).version
    text = _("New cases of %(name)s start on version %(version)s; running ones stay where they are.")
    flash(text % {"name": strategy_name(key), "version": version}, "success")
    return redirect(url_for("strategies.show", key=key))


def _page(problem: str, problems: tuple[Problem, ...], token: str = "") -> ResponseReturnValue:
    return render_template("strategies/deploy.html", problem_text=problem, problems=problems, token=token)
