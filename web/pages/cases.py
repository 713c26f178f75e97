"""The case pages, put together."""

from __future__ import annotations

from web.pages import cases_actions, cases_files, cases_filters, cases_list, cases_show
from web.pages.cases_blueprint import pages

PARTS = (cases_filters, cases_list, cases_show, cases_files, cases_actions)
"""Importing them adds their addresses to the blueprint."""

__all__ = ["PARTS", "pages"]
