"""Turn .docx letters into PDF by LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import TemporaryError

PROGRAMS = ("soffice", "libreoffice")
START_SECONDS = 60.0  # a first start with a fresh profile, on a busy machine
SECONDS_EACH = 10.0


def office() -> str | None:
    """Return the path of LibreOffice; None where it is not installed."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def to_pdf(docx: bytes, *, seconds: float = START_SECONDS) -> bytes | None:
    """Return a letter as PDF; None where LibreOffice is not installed. Raises TemporaryError where it fails."""
    made = to_pdfs([docx], seconds=seconds)
    return made[0] if made else None


def to_pdfs(letters: Sequence[bytes], *, seconds: float | None = None) -> list[bytes] | None:
    """Return letters as PDF, in their order, by one start of LibreOffice, which costs more than a letter."""
    program = office()
    if program is None:
        return None
    if not letters:
        return []
    with tempfile.TemporaryDirectory(prefix="duly-pdf-") as name:
        folder = Path(name)
        sources = [folder / f"{place}.docx" for place in range(len(letters))]
        for source, letter in zip(sources, letters, strict=True):
            source.write_bytes(letter)
        _convert(program, folder, sources, seconds or START_SECONDS + SECONDS_EACH * len(letters))
        return [_result(source.with_suffix(".pdf")) for source in sources]


def _convert(program: str, folder: Path, sources: Sequence[Path], seconds: float) -> None:
    """Run LibreOffice with a profile of its own: two of them on one profile hand over to each other and fail."""
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault"),
        *("--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder)),
        *map(str, sources),
    ]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True) as process:  # noqa: S603  # found on the path, own arguments
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TemporaryError(f"LibreOffice did not make the PDF within {seconds:g} s") from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice and the children it started, which outlive it otherwise."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _result(path: Path) -> bytes:
    if not path.exists():
        raise TemporaryError("LibreOffice made no PDF; see whether it can open the letter by hand")
    return path.read_bytes()
