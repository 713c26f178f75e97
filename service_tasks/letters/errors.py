"""What can be wrong with a template, and what a rendering one is stopped for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import DulyError, Unusable


class TemplateRefused(Unusable):
    """A template that may not be used; `problems` lists all of it at once."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{name}: {problem}" for problem in problems))


class RenderingStopped(DulyError):
    """A template that would not end, or would fill the memory."""
