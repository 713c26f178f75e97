"""Addresses of pages that may not exist, or that the reader may not open."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from web.security.access import access_of
from web.security.viewer import viewer


def address(endpoint: str, **values: Any) -> str | None:
    """Give the address of a page, None where the reader could not open it."""
    person = viewer()
    if endpoint not in current_app.view_functions or person is None:
        return None
    access = access_of(current_app, endpoint)
    if access is None or (access.rights and not access.rights & person.rights):
        return None
    return url_for(endpoint, **values)
