"""Understand the words that files use for yes, for kinds of documents and debtors, for countries and languages."""

import re
import unicodedata
from functools import cache

from babel import Locale

TRUE = frozenset(
    {"1", "y", "yes", "true", "t", "x", "on", "j", "ja", "tak", "ano", "áno", "a", "oui", "sí", "si", "sim", "igen"}
)
CREDIT_NOTE = frozenset(
    {
        *("credit_note", "credit note", "creditnote", "credit", "credit memo", "credit-note", "cn", "cm", "cr", "381"),
        *(
            "gutschrift",
            "gs",
            "dobropis",
            "nota kredytowa",
            "korekta",
            "faktura korygująca",
            "avoir",
            "nota di credito",
        ),
        *("nota de crédito", "abono", "creditnota", "kreditnota", "kreditnote", "rechnungskorrektur", "storno"),
    }
)
CONSUMER = frozenset(
    {
        *("consumer", "private", "individual", "person", "natural person", "b2c", "c", "p", "privat", "privatperson"),
        *("konsument", "osoba fizyczna", "spotrebiteľ", "spotřebitel", "verbraucher", "particulier", "consumidor"),
    }
)
BUSINESS = frozenset(
    {
        *("business", "company", "corporate", "b2b", "b", "firm", "organisation", "organization", "legal person"),
        *("firma", "spółka", "spoločnosť", "společnost", "unternehmen", "entreprise", "empresa", "public", "sme"),
    }
)
LANGUAGES = ("en", "de", "pl", "sk", "cs", "fr", "es", "it", "nl")
FLOATED = re.compile(r"(-?[0-9]+)\.0+")
CUT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")


def identifier(text: str) -> str:
    """Return an identifier without the fraction of a whole number printed as a float."""
    found = FLOATED.fullmatch(text) if "." in text else None
    return found[1] if found else text


def is_cut(text: str) -> bool:
    """Tell whether a spreadsheet replaced an identifier's digits by a power of ten, as in 2.96062E+09."""
    return "E+" in text.upper() and CUT.fullmatch(text) is not None


def tidy(text: str) -> str:
    """Return text without outer and repeated white space, in composed letters."""
    joined = " ".join(text.split())
    return joined if joined.isascii() else unicodedata.normalize("NFC", joined).strip("\u200b\ufeff ")


def debtor_type(text: str) -> str | None:
    """Return business or consumer, None for a word that says neither."""
    word = text.casefold()
    return "consumer" if word in CONSUMER else "business" if word in BUSINESS else None


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code of a country given by code or name, None for an unknown one."""
    return _countries().get(text.casefold())


def language_code(text: str) -> str | None:
    """Return the ISO 639 code of a language given by code (also as in de-AT) or name, None for an unknown one."""
    word = text.casefold()
    return _languages().get(word) or _languages().get(re.split(r"[-_]", word)[0])


@cache
def _countries() -> dict[str, str]:
    known = {
        name.casefold(): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ")  # noqa: PLR2004
    }
    codes = {code.casefold(): code for code in known.values()}
    return known | codes | {"uk": "GB", "usa": "US"}


@cache
def _languages() -> dict[str, str]:
    known = {
        name.casefold(): code
        for language in LANGUAGES
        for code, name in Locale(language).languages.items()
        if len(code) == 2  # noqa: PLR2004
    }
    return known | {code: code for code in known.values()}
