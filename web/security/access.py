"""Deny by default: an endpoint that does not declare who may open it opens for nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from web.errors import Forbidden
from web.security.rights import Right
from web.security.viewer import viewer

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may open an endpoint: everybody (`public`), whoever is signed in, or holders of any of `rights`."""

    public: bool = False
    rights: frozenset[Right] = frozenset()


FOREIGN = {  # endpoints of libraries, which cannot be decorated
    "static": Access(public=True),
    "security.static": Access(public=True),
    "security.login": Access(public=True),
    "security.forgot_password": Access(public=True),
    "security.reset_password": Access(public=True),
    "security.logout": Access(public=True),
    "security.change_password": Access(),
    "security.verify": Access(),
}


def requires(*rights: Right) -> Callable[[View], View]:
    """Open a view to people who hold any of these rights."""
    return _declare(Access(rights=frozenset(rights)))


def signed_in(view: View) -> View:
    """Open a view to everyone with an account."""
    return _declare(Access())(view)


def public(view: View) -> View:
    """Open a view to the whole world."""
    return _declare(Access(public=True))(view)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Give who may open an endpoint; None where nobody said so."""
    declared: Access | None = getattr(app.view_functions[endpoint], "access", None)
    return declared or FOREIGN.get(endpoint)


def guard() -> ResponseReturnValue | None:
    """Stop a request that may not be answered; runs before every view."""
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access is not None and access.public:
        return None
    person = viewer()
    if person is None:
        return _to_sign_in()
    session.permanent = True  # ends PERMANENT_SESSION_LIFETIME after the last click
    if access is None or (access.rights and not access.rights & person.rights):
        raise Forbidden
    return None


def _to_sign_in() -> ResponseReturnValue:
    address = url_for("security.login", next=request.full_path.rstrip("?") if request.method == "GET" else "/")
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": address}
    return redirect(address)


def _declare(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare
