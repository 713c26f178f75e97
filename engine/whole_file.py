"""Write a file whole or not at all: a crash leaves no half of it under its name."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from engine.lease import is_dead, this_process

UNFINISHED = ".part"


def write_whole(path: Path, content: bytes) -> None:
    """Write beside `path`, flush to the disk, then rename; raises OSError and leaves nothing then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{this_process().replace(':', '~')}-"
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(unfinished).unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove what processes of this machine that were killed while writing left behind in a folder."""
    for unfinished in folder.rglob(f".*{UNFINISHED}"):
        writer = unfinished.name[1:].rpartition("-")[0].replace("~", ":")
        if writer.count(":") >= 2 and is_dead(writer):  # noqa: PLR2004 - host, process, a random part
            unfinished.unlink(missing_ok=True)
