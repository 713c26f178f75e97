"""What is wrong with a decision, and where in it."""

from __future__ import annotations

from engine.errors import Unusable


class DecisionError(Unusable):
    """A decision that cannot be read or decided; `element` is the DMN id, `line` counts from 1, 0 if unknown."""

    def __init__(self, message: str, element: str = "", line: int = 0) -> None:
        self.element = element
        self.line = line
        super().__init__(message)
