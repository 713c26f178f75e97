"""The blueprint that the files of the payment pages share."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("payments", __name__, url_prefix="/payments")
