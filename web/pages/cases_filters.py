"""Words that templates of cases and debtors ask for."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_time
from flask_babel import get_locale
from flask_babel import gettext as _

from receivables.money import to_text
from service_tasks.stages import stage_title
from web.formats import local
from web.links import address
from web.pages.cases_blueprint import pages
from web.queries.cases import CaseRow
from web.queries.words import case_status, outcome_name, strategy_name, template_name
from web.tables import Badge


def clock_time(value: datetime) -> str:
    """Write the time of day of a moment."""
    return str(format_time(local(value), "short", locale=str(get_locale() or "en")))


def case_badge(row: CaseRow) -> Badge:
    """Show the state of a case."""
    return case_status(row.status, row.outcome)


def letter_status(status: str) -> str:
    """Name how far a letter is."""
    names = {
        "drafted": _("waits for approval"),
        "approved": _("approved"),
        "returned": _("sent back"),
        "queued": _("waits to leave"),
        "sent": _("sent"),
        "superseded": _("replaced"),
    }
    return str(names.get(status, status))


def plain_amount(minor: int | None, currency: str) -> str:
    """Write an amount as it is typed; nothing where there is none."""
    return to_text(minor, currency) if minor and minor > 0 else ""


for _word in (clock_time, case_badge, letter_status, plain_amount):
    pages.add_app_template_filter(_word)
pages.add_app_template_filter(outcome_name)
pages.add_app_template_filter(stage_title)
pages.add_app_template_filter(strategy_name)
pages.add_app_template_filter(template_name)
pages.add_app_template_global(address, "address_of")
