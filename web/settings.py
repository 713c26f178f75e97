"""What an installation may set: one frozen dataclass, read once from the environment; knows nothing of what uses it."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import Unusable

PREFIX = "DULY_"
PRIVATE = 0o700
"""For the home folder: debtors' data and password hashes are nobody else's on the machine."""


def _option(default: str, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every option as text from the environment: `home` is DULY_HOME, `database_url` is DULY_DATABASE_URL and so on."""

    home: str = _option("./var", "Folder of everything that is kept: database, mail/, documents/, refused/, jobs/.")
    database_url: str = _option("", "SQLAlchemy URL; SQLite in the home folder unless set (postgresql+psycopg://...).")
    broker_url: str = _option("", "Kept for Redis or RabbitMQ; not used yet: start more `duly worker` instead.")
    smtp_url: str = _option("", "smtp://user:password@host:587 or smtps://...; empty: .eml files in home/mail.")
    mail_from: str = _option("Duly <duly@localhost>", "Sender of messages where the creditor states no reply address.")
    timezone: str = _option("Europe/Warsaw", "Business time zone: decides what day it is.")
    locale: str = _option("en", "Language of pages for people who chose none.")
    secret_key: str = _option("", "Signs sessions and reset links; empty: generated once and kept in home/secret.")
    host: str = _option("127.0.0.1", "Address the web server listens on.")
    port: str = _option("8765", "Port the web server listens on.")
    longest_pause_hours: str = _option(
        "24", "A longer pause of the worker, weekends not counted, is a gap: what fell due in it is held."
    )
    base_url: str = _option("", "Public address used in links of mails; empty: http://HOST:PORT.")
    trusted_proxies: str = _option("0", "How many reverse proxies in front say who asks (X-Forwarded-*).")
    threads: str = _option("8", "Threads of the web server.")
    secure_cookies: str = _option("", "1: cookies over HTTPS only; empty: follows DULY_BASE_URL's scheme.")
    metrics_token: str = _option("", "Bearer token of /metrics; empty: answered on this machine alone, see the docs.")
    max_upload_mb: str = _option("64", "Largest upload in megabytes.")

    @property
    def folder(self) -> Path:
        """The home folder, absolute."""
        return Path(self.home).expanduser().resolve()

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.folder / 'duly.sqlite'}"

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone."""
        return ZoneInfo(self.timezone)

    @property
    def public_url(self) -> str:
        """The address in links, without a slash at its end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def cookies_over_https(self) -> bool:
        """Whether cookies are marked secure."""
        return self.secure_cookies == "1" or (not self.secure_cookies and self.public_url.startswith("https://"))

    def kept(self, name: str) -> Path:
        """Give the folder `name` inside the home folder, made where it is missing."""
        self.folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read every DULY_* option; raise `Unusable` for an unknown one (naming the nearest) or an impossible value."""
    known = {PREFIX + option.name.upper(): option.name for option in fields(Settings)}
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    for name in given:
        if name not in known:
            raise Unusable(_unknown(name, list(known)))
    settings = Settings(**{known[name]: value for name, value in given.items()})
    _check(settings)
    return settings


def secret_key(settings: Settings) -> str:
    """Give the signing key; generate and keep it (mode 0600) where none is set."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.folder / "secret"
    if not path.exists():
        settings.folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def documented() -> list[tuple[str, str, str]]:
    """List every option as (variable, default, meaning), in the order people read them."""
    return [(PREFIX + f.name.upper(), str(f.default), f.metadata["help"]) for f in fields(Settings)]


def _unknown(name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(known)}."
    return f"{name} is no option of Duly: {hint} Correct or unset it."


def _check(settings: Settings) -> None:
    for name, least in {
        "port": 1,
        "threads": 1,
        "max_upload_mb": 1,
        "longest_pause_hours": 1,
        "trusted_proxies": 0,
    }.items():
        value = getattr(settings, name)
        if not value.isdigit() or int(value) < least:
            raise Unusable(f"{PREFIX}{name.upper()}={value!r} is not a whole number from {least} up.")
    if settings.broker_url:
        raise Unusable(f"{PREFIX}BROKER_URL is not used yet: unset it; any number of `duly worker` share a PostgreSQL.")
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError) as unknown:
        raise Unusable(
            f"{PREFIX}TIMEZONE={settings.timezone!r} is no time zone; write one like Europe/Warsaw."
        ) from unknown
