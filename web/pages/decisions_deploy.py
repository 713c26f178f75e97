"""Putting an edited decision table in the place of the old one, and going back to an earlier version of them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine import deployments
from engine.decisions import read_dmn
from engine.deployments import DECISIONS
from engine.errors import DiagramError, Problem, Unusable
from web.bundles import MAX_BYTES, Bundle, check_bundle, deploy_bundle
from web.context import context
from web.entries import row_number
from web.pages.decisions_blueprint import all_of, pages
from web.queries.decision_sheets import sheets
from web.queries.decision_words import doubts
from web.queries.decisions import Edition, edition
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.uploaded_bundles import KEY


@pages.get("/-/deploy")
@requires(Right.DEPLOY_STRATEGIES)
def deploy() -> ResponseReturnValue:
    """Ask for the table."""
    return _page("")


@pages.post("/-/deploy")
@requires(Right.DEPLOY_STRATEGIES)
def upload() -> ResponseReturnValue:
    """Check the table and deploy it; with a problem nothing is stored and all of them are listed."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _page(_("Choose a file first."))
    content, note = given.read(MAX_BYTES), request.form.get("note", "").strip()
    only_check = "check" in request.form
    if not note and not only_check:
        return _page(_("Say why: it is kept with the version."))
    try:
        with context().reading() as session:
            name = _name(session, PurePosixPath(given.filename.replace("\\", "/")).name, content)
        return _checked(name, content, note, only_check=only_check)
    except Unusable as refused:
        return _page(str(refused))


def _checked(name: str, content: bytes, note: str, *, only_check: bool) -> ResponseReturnValue:
    bundle = Bundle(DECISIONS, {f"{DECISIONS}/{name}.dmn": content})
    problems = check_bundle(context(), bundle)
    if any(each.severity == "error" for each in problems):
        return _refused(problems, name, content)
    if only_check:
        return _page("", name=name, passed=True, doubts=_doubts(name, content))
    try:
        deployed, new = deploy_bundle(context(), bundle, note=note, by=current_person().username)
    except DiagramError as refused:
        return _refused(refused.problems, name, content)
    text = _("Version %(version)s of the decision tables is deployed and decides from now on.")
    same = _("Nothing changed: version %(version)s is the same and decides already.")
    flash((text if new else same) % {"version": deployed.version}, "success" if new else "info")
    return redirect(url_for("decisions.show", name=name))


@pages.post("/-/rollback")
@requires(Right.DEPLOY_STRATEGIES)
def rollback() -> ResponseReturnValue:
    """Let an earlier version decide again."""
    number = request.form.get("version", 0, type=row_number)
    with context().unit_of_work() as session:
        version = deployments.rollback(session, DECISIONS, version=number).version
    flash(_("Version %(version)s of the decision tables decides from now on.", version=version), "success")
    return redirect(url_for("decisions.index"))


def _name(session: Session, file_name: str, content: bytes) -> str:
    """Give the table whose place the file takes: the chosen one, that with its decisions, else as the file is called.

    Raises Unusable.
    """
    suffix = PurePosixPath(file_name).suffix.lower()
    if suffix not in {".dmn", ".xml"}:
        raise Unusable(_("%(name)s is no decision table: give a .dmn file.", name=file_name))
    running, chosen = edition(session), request.form.get("name", "")
    if chosen in running.files:
        return chosen
    name = _of_same_decision(running, content) or PurePosixPath(file_name).stem
    if not KEY.fullmatch(name):
        text = _("%(name)s cannot name a table: use small letters, digits and underscores, such as waits.dmn.")
        raise Unusable(text % {"name": file_name})
    return name


def _of_same_decision(running: Edition, content: bytes) -> str:
    brought = {each.id for each in sheets(content)}
    return next((shown.name for shown in all_of(running) if shown.sheet.id in brought), "")


def _refused(problems: Sequence[Problem], name: str, content: bytes) -> ResponseReturnValue:
    errors = [each for each in problems if each.severity == "error"]
    said = _("It cannot be deployed as it is; nothing was stored.")
    return _page(said, errors, name=name, doubts=_doubts(name, content))


def _doubts(name: str, content: bytes) -> list[tuple[str, str]]:
    """Give the gaps and overlaps in words; none where the table cannot be read."""
    try:
        found = read_dmn(content, f"{name}.dmn", functions=context().catalogue.functions)
    except Unusable:
        return []
    return doubts(found.values())


def _page(
    problem: str,
    problems: Sequence[Problem] = (),
    *,
    name: str = "",
    passed: bool = False,
    doubts: Sequence[tuple[str, str]] = (),
) -> ResponseReturnValue:
    with context().reading() as session:
        running = edition(session)
        return render_template(
            "decisions/deploy.html",
            problem_text=problem,
            problems=problems,
            passed=passed,
            doubts=doubts,
            name=name or request.values.get("name", ""),
            tables={shown.name: shown.title for shown in all_of(running)},
        )
