"""Read and write the profile that says which column is which field; touches no data file."""

import codecs
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from connectors.receivable_files.fields import FIELDS, REQUIRED, nearest
from receivables.errors import UnusableFile
from receivables.money import known_currency

MODES = ("delta", "snapshot")
FORMATS = ("csv", "xlsx")
DECIMALS = (".", ",")
PLACEHOLDER = re.compile(r"{([^{}]*)}")
BARE = re.compile("[A-Za-z0-9_-]+")
TRIAL = date(2013, 4, 25)


@dataclass(frozen=True)
class Profile:
    """Say how a file of receivables is to be read; None where that is to be found out from the file."""

    columns: Mapping[str, str]
    """Our field -> the file's column."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Our field -> what stands for an empty or missing cell; may use {debtor_ref} and {number}."""
    mode: str = "delta"
    max_vanished: float = 0.2
    """The share (0 to 1) of open receivables that a snapshot may settle by their absence."""
    format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    date_format: str | None = None
    decimal: str | None = None
    true: tuple[str, ...] | None = None
    stages: Mapping[str, str] = field(default_factory=dict)
    """The file's word for a stage of dunning -> the strategies' name of it."""

    def __post_init__(self) -> None:
        for name in ("mode", "max_vanished", "format", "delimiter", "encoding", "date_format", "decimal", "true"):
            value = getattr(self, name)
            if value is not None:
                CHECKS[name](value)
        _check_columns(self.columns)
        _check_defaults(self.defaults)
        _check_texts("stages", self.stages)
        _check_required(self)

    def as_dict(self) -> dict[str, Any]:
        """Return what is set, as JSON can hold it; `profile_from` reads it back."""
        found = {name: value for name, value in asdict(self).items() if value is not None and value != {}}
        found = {"columns": {}, "defaults": {}} | found
        return found | ({"true": list(self.true)} if self.true is not None else {})

    def as_toml(self) -> str:
        """Return the profile as the text that `parse_profile` reads."""
        plain = self.as_dict()
        tables = {name: plain.pop(name) for name in ("columns", "defaults", "stages") if name in plain}
        lines = [f"{name} = {_toml(value)}" for name, value in plain.items()]
        for name, table in tables.items():
            lines += [f"\n[{name}]", *(f"{_key(key)} = {_toml(value)}" for key, value in table.items())]
        return "\n".join(lines) + "\n"


def read_profile(path: Path) -> Profile:
    """Read a profile from a TOML file; raise UnusableFile where it cannot be used."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableFile(f"The profile {path.name} cannot be read: {error}") from error
    return parse_profile(text)


def parse_profile(text: str) -> Profile:
    """Read a profile from TOML; raise UnusableFile naming the key that is wrong."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableFile(f"The profile is not TOML: {error}") from error
    return profile_from(found)


def profile_from(found: Mapping[str, Any]) -> Profile:
    """Build a profile from plain values; raise UnusableFile naming the key that is wrong."""
    known = [entry.name for entry in fields(Profile)]
    for key in found:
        if key not in known:
            raise UnusableFile(f"Profile: {key!r} is not a key of a profile{nearest(key, known)}")
    if not isinstance(found.get("columns"), Mapping):
        raise UnusableFile("Profile: the table [columns] is missing; it says which column is which field")
    values = dict(found)
    if isinstance(values.get("true"), list):
        values["true"] = tuple(values["true"])
    return Profile(**values)


def _key(text: str) -> str:
    return text if BARE.fullmatch(text) else _toml(text)


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _choice(key: str, *allowed: str) -> Any:
    def check(value: object) -> None:
        if value not in allowed:
            raise UnusableFile(f"Profile: {key} is {value!r}, but may be {' or '.join(map(repr, allowed))}")

    return check


def _check_share(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UnusableFile(f"Profile: max_vanished is {value!r}, but must be a share from 0 to 1")


def _check_delimiter(value: object) -> None:
    if not isinstance(value, str) or len(value) != 1 or value in '"\r\n\0':
        raise UnusableFile(f"Profile: delimiter is {value!r}, but must be one character such as ';'")


def _check_encoding(value: object) -> None:
    try:
        codecs.lookup(str(value))
        "".encode(str(value))
    except (LookupError, ValueError):
        raise UnusableFile(f"Profile: encoding {value!r} is not known; try 'utf-8' or 'cp1252'") from None


def _check_date_format(value: object) -> None:
    try:
        trial = TRIAL.strftime(str(value))
        fits = datetime.strptime(trial, str(value)).date() == TRIAL  # noqa: DTZ007  # only its date is used
    except (ValueError, re.error):
        fits = False
    if not fits:
        raise UnusableFile(
            f"Profile: date_format {value!r} does not name day, month and four-digit year, as '%d.%m.%Y' does"
        )


def _check_words(value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(word, str) for word in value):
        raise UnusableFile(f'Profile: true is {value!r}, but must be a list of texts such as ["yes", "1"]')


CHECKS = {
    "mode": _choice("mode", *MODES),
    "format": _choice("format", *FORMATS),
    "decimal": _choice("decimal", *DECIMALS),
    "max_vanished": _check_share,
    "delimiter": _check_delimiter,
    "encoding": _check_encoding,
    "date_format": _check_date_format,
    "true": _check_words,
}


def _check_columns(columns: Mapping[str, str]) -> None:
    _check_table("columns", columns)
    for key, value in columns.items():
        if not value.strip():
            raise UnusableFile(f"Profile: columns.{key} is empty; name a column of the file or leave the line out")


def _check_table(table: str, found: Mapping[str, str]) -> None:
    _check_texts(table, found)
    for key in found:
        if key not in FIELDS:
            raise UnusableFile(f"Profile: {table}.{key} is not a field{nearest(key, FIELDS)}")


def _check_texts(table: str, found: Mapping[str, str]) -> None:
    if not isinstance(found, Mapping):
        raise UnusableFile(f"Profile: {table} must be a table, written [{table}]")
    for key, value in found.items():
        if not isinstance(value, str):
            raise UnusableFile(f"Profile: {table}.{key} is {value!r}, but must be a text in quotation marks")


def _check_defaults(defaults: Mapping[str, str]) -> None:
    _check_table("defaults", defaults)
    for key, value in defaults.items():
        for name in PLACEHOLDER.findall(value):
            if name not in ("debtor_ref", "number"):
                raise UnusableFile(
                    f"Profile: defaults.{key} uses {{{name}}}; only {{debtor_ref}} and {{number}} may stand there"
                )
    currency = defaults.get("currency")
    if currency is not None and not known_currency(currency.strip().upper()):
        raise UnusableFile(f"Profile: defaults.currency {currency!r} is not a currency; use a code such as EUR")


def _check_required(profile: Profile) -> None:
    for name in REQUIRED:
        if name not in profile.columns:
            raise UnusableFile(f"Profile: columns.{name} is missing; say which column of the file holds it")
    if "currency" not in {*profile.columns, *profile.defaults}:
        raise UnusableFile('Profile: no currency; name its column in [columns] or set [defaults] currency = "EUR"')
