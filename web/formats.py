"""How money, dates and people read on a page: in the reader's locale, with the hint that saves counting days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from receivables.money import exponent, spaced
from web.context import context


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units of an ISO currency."""

    minor: int
    currency: str

    @property
    def amount(self) -> Decimal:
        """The amount as an exact decimal number."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))


def moneys(balances: dict[str, int]) -> list[Money]:
    """Give balances per currency as a list, the largest first."""
    return sorted((Money(minor, currency) for currency, minor in balances.items()), reverse=True)


def money_text(money: Money) -> str:
    """Write an amount: €12,480.00; PLN 12,480.00."""
    return spaced(str(format_currency(money.amount, money.currency, locale=_locale())))


def money(minor: int | Money | None, currency: str = "") -> Markup:
    """Show an amount in tabular figures that never break; a dash where there is none."""
    if minor is None:
        return Markup('<span class="text-secondary">–</span>')
    amount = minor if isinstance(minor, Money) else Money(minor, currency)
    return Markup('<span class="money">{}</span>').format(money_text(amount))


def money_list(balances: dict[str, int] | Iterable[Money] | None) -> Markup:
    """Show balances per currency, one a line."""
    amounts = moneys(balances) if isinstance(balances, dict) else list(balances or ())
    return Markup("<br>").join(money(amount) for amount in amounts) if amounts else money(None)


def number(value: Decimal | float | None) -> str:
    """Write a number with the locale's separators."""
    return "–" if value is None else str(format_decimal(value, locale=_locale()))


def day(value: date | datetime | None) -> Markup:
    """Show a day: 27 Nov 2026, with the weekday on hover."""
    if value is None:
        return Markup('<span class="text-secondary">–</span>')
    when = local(value).date() if isinstance(value, datetime) else value
    return Markup('<time datetime="{}" title="{}" class="text-nowrap">{}</time>').format(
        when.isoformat(), format_date(when, "full", locale=_locale()), day_text(when)
    )


def day_text(value: date) -> str:
    """Write a day in the locale's medium form."""
    return str(format_date(value, "medium", locale=_locale()))


def moment(value: datetime | None) -> Markup:
    """Show a moment in the business time zone."""
    if value is None:
        return Markup('<span class="text-secondary">–</span>')
    when = local(value)
    text = f"{format_skeleton('yMMMd', when, locale=_locale())} {format_datetime(when, 'HH:mm', locale=_locale())}"
    return Markup('<time datetime="{}" class="text-nowrap">{}</time>').format(when.isoformat(timespec="seconds"), text)


def hint(value: date | datetime | None) -> str:
    """Say how far a day is: today, in 3 days, 2 days ago."""
    days = _days_away(value)
    if days is None:
        return ""
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if days in near:
        return str(near[days])
    if days > 0:
        return str(ngettext("in %(num)s day", "in %(num)s days", days))
    return str(ngettext("%(num)s day ago", "%(num)s days ago", -days))


def due(value: date | datetime | None) -> Markup:
    """Show a day by which something is due: the day and 'in 3 days', 'today' or '2 days late'."""
    days = _days_away(value)
    if value is None or days is None:
        return day(None)
    text = hint(value) if days >= 0 else ngettext("%(num)s day late", "%(num)s days late", -days)
    colour = "text-danger fw-medium" if days < 0 else "text-warning-emphasis" if days == 0 else "text-secondary"
    return Markup('{} <span class="{} text-nowrap">{}</span>').format(day(value), colour, text)


def link(address: str | None, text: object) -> Markup:
    """Link a text, where there is somewhere to go."""
    return Markup('<a href="{}">{}</a>').format(address, text) if address else escape(text)


def local(value: datetime) -> datetime:
    """Give a moment in the business time zone."""
    return value.astimezone(context().settings.zone)


def install(app: Flask) -> None:
    """Offer the formats to every template, as filters and as functions."""
    for name, show in {
        "money": money,
        "money_list": money_list,
        "number": number,
        "day": day,
        "moment": moment,
        "due": due,
        "hint": hint,
        "link": link,
    }.items():
        app.jinja_env.globals[name] = show
        app.jinja_env.filters[name] = show


def _days_away(value: date | datetime | None) -> int | None:
    if value is None:
        return None
    when = local(value).date() if isinstance(value, datetime) else value
    return (when - context().today()).days


def _locale() -> str:
    return str(get_locale() or "en")
