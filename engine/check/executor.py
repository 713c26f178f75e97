"""The last word: the executor's own parser reads what the checks passed, so that nothing fails later."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem
from engine.spiff.parsing import parse


def executor(data: bytes, file: str) -> Iterator[Problem]:
    """Parse the diagram as a worker will; whatever the executor stumbles over becomes a finding."""
    try:
        parse(data, file)
    except Exception as error:  # noqa: BLE001 - the library raises anything from KeyError to RecursionError here
        element = getattr(error, "id", None) or ""
        line = getattr(error, "line_number", None) or 1
        said = str(error).strip(" .") or type(error).__name__
        message = f"The executor cannot read this diagram: {said}. Change what it names, or report it as a bug."
        yield Problem(file, str(element), line, "not_executable", "error", message)
