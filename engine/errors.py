"""Every error the engine raises on purpose; each says what, which, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class DulyError(Exception):
    """Anything that went wrong in a way a person can act on."""


class Unusable(DulyError):
    """Input that cannot be used at all: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a diagram or what it uses: `element` is the BPMN id, `line` counts from 1."""

    file: str
    element: str
    line: int
    code: str
    severity: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.element or '(diagram)'}: {self.message} [{self.code}]"


class DiagramError(DulyError):
    """A diagram that may not be deployed; `problems` lists all of it at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BusinessError(DulyError):
    """An expected refusal, caught by a boundary event of that code."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        super().__init__(message or code)


class TemporaryError(DulyError):
    """The outside is not there just now: tried again later."""


class DatabaseTrouble(TemporaryError):
    """The database cannot answer or keep anything now; what was begun in it was rolled back whole."""


class Conflict(DulyError):
    """Somebody else was faster, or the thing is no longer in the state it was."""


class NotFound(DulyError):
    """There is no such thing (any more)."""


class InvalidForm(DulyError):
    """A form with wrong or missing answers; `errors` is keyed by the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{key}: {message}" for key, message in self.errors.items()))
