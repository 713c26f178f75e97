"""Read amounts as exact decimals and find out how a file writes them."""

import re
from decimal import Decimal
from functools import cache

LONGEST = 40  # characters; the ledger's 64 bits need 20 digits
PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
SPACES = "\u0020\u00a0\u2009\u202f'’"
SHAPE = re.compile(rf"[0-9][0-9.,{SPACES}]*|[.,][0-9]+")
AMBIGUOUS = "?"
EVIDENT = re.compile(r"-?[0-9]+\.[0-9]{1,2}")  # the commonest way, told at a glance


def parse_number(text: str, decimal: str) -> Decimal:
    """Read an amount written with this decimal sign; raise ValueError where it is none.

    Groups of thousands, a minus before or after (also as parentheses) are understood.
    """
    if len(text) > LONGEST:
        raise ValueError(text)
    if decimal == "." and PLAIN.fullmatch(text):
        return Decimal(text)
    minus, body = _sign(text)
    found = _pattern(decimal).fullmatch(body)
    if not found:
        raise ValueError(text)
    whole = re.sub(r"[^0-9]", "", found["whole"])
    return Decimal(f"{minus}{whole or '0'}.{found['fraction'] or '0'}")


def plain_minor(text: str, decimal: str, exponent: int) -> int | None:
    """Return a plainly written amount, such as 1234.5, in minor units; None where it takes a closer look."""
    whole, _, fraction = text.partition(decimal)
    if not (whole.isdigit() and text.isascii() and len(text) <= LONGEST and len(fraction) <= exponent):
        return None
    if fraction and not fraction.isdigit():
        return None
    return int(whole + fraction.ljust(exponent, "0"))


def decimal_sign(text: str) -> str | None:
    """Return the decimal sign an amount gives away, "?" where "1.234" could mean both, else None."""
    if EVIDENT.fullmatch(text):
        return "."
    body = _sign(text[: LONGEST + 1])[1]
    signs = [letter for letter in body if letter in ".,"]
    if not signs or len(body) > LONGEST or not SHAPE.fullmatch(body):
        return None
    candidates = [sign for sign in ".," if _pattern(sign).fullmatch(body)]
    return AMBIGUOUS if len(candidates) == 2 else next(iter(candidates), None)  # noqa: PLR2004


def _sign(text: str) -> tuple[str, str]:
    body = text.strip().replace("\u2212", "-")
    if body.startswith("(") and body.endswith(")"):
        return "-", body[1:-1].strip()
    for sign in "-+":
        if body.startswith(sign) or body.endswith(sign):
            return sign.strip("+"), body.removeprefix(sign) if body.startswith(sign) else body.removesuffix(sign)
    return "", body


@cache
def _pattern(decimal: str) -> re.Pattern[str]:
    other = re.escape("," if decimal == "." else ".")
    groups = rf"[1-9][0-9]{{0,2}}(?P<gap>[{other}{SPACES}])[0-9]{{3}}(?:(?P=gap)[0-9]{{3}})*"
    lakhs = rf"[0-9]{{1,2}}(?:{other}[0-9]{{2}})+{other}[0-9]{{3}}"
    return re.compile(
        rf"\s*(?=.*[0-9])(?P<whole>{groups}|{lakhs}|[0-9]*)(?:{re.escape(decimal)}(?P<fraction>[0-9]*))?\s*"
    )
