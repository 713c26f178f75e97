"""The pages of the decision tables, put together."""

from __future__ import annotations

from web.pages import decisions_deploy, decisions_differences, decisions_list, decisions_show, decisions_try
from web.pages.decisions_blueprint import pages

PARTS = (decisions_list, decisions_deploy, decisions_show, decisions_differences, decisions_try)
"""Importing them adds their addresses to the blueprint."""

__all__ = ["PARTS", "pages"]
