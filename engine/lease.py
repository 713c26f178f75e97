"""Leases on rows: who holds one, for how long, and whether that process still lives."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import timedelta
from functools import cache

LEASE = timedelta(seconds=60)


def new_token() -> str:
    """Name a claim: host, process, and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def this_process() -> str:
    """Name this process: one token for as long as it lives; a fork is a process of its own."""
    return _token_of(os.getpid())


@cache
def _token_of(_process: int) -> str:
    return new_token()


def is_dead(token: str) -> bool:
    """Tell whether the process that made the token ran on this host and is no more."""
    host, process, _ = token.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
