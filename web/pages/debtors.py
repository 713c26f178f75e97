"""The debtor pages, put together."""

from __future__ import annotations

from web.pages import debtors_changes, debtors_show
from web.pages.debtors_blueprint import pages

PARTS = (debtors_show, debtors_changes)
"""Importing them adds their addresses to the blueprint."""

__all__ = ["PARTS", "pages"]
