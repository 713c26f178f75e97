"""What a database says when it cannot go on just now, in plain words: what, which, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from engine.errors import DatabaseTrouble

NOTHING_KEPT = "Nothing of the last step was kept."
SQLITE = {
    "locked": "another program holds the database for itself; stop it, or wait until it is done.",
    "full": "the disk is full; free some space.",
    "disk I/O error": "the disk does not answer as it should; look at the machine's log.",
    "unable to open": "the file cannot be opened; look whether its folder is there and may be written.",
    "readonly": "the file may only be read; look at its owner and rights.",
}
GETS_IN_THE_WAY = ("40001", "40P01")  # serialization failure, deadlock: between two of us, not the server's trouble
DISK_FULL = "53100"


@contextmanager
def said_plainly(where: str) -> Iterator[None]:
    """Raise DatabaseTrouble, naming the database `where`, for what passes or an administrator can mend."""
    try:
        yield
    except DBAPIError as error:
        if words := _words(error):
            raise DatabaseTrouble(f"The database {where}: {words} {NOTHING_KEPT}") from error
        raise


def _words(error: DBAPIError) -> str:
    if not isinstance(error, OperationalError) and not error.connection_invalidated:
        return ""
    said = str(error.orig)
    if type(error.orig).__module__ == "sqlite3":
        return next((words for sign, words in SQLITE.items() if sign in said), "")
    state = getattr(error.orig, "sqlstate", None)
    if state in GETS_IN_THE_WAY:
        return ""
    if state == DISK_FULL:
        return "the server's disk is full; free some space there."
    return f"the server does not answer ({said.splitlines()[0] if said else 'no reason given'}); start it again."
