"""The payment pages, put together."""

from __future__ import annotations

from web.pages import payments_entry, payments_list
from web.pages.payments_blueprint import pages

PARTS = (payments_list, payments_entry)
"""Importing them adds their addresses to the blueprint."""

__all__ = ["PARTS", "pages"]
