"""What goes wrong with an expression, and where in it."""

from __future__ import annotations

from engine.errors import DulyError


class FeelError(DulyError):
    """An expression that cannot be read, names what is not there, or exceeds its budget; line and column from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        self.message = message
        self.line = line
        self.column = column
        super().__init__(f"line {line}, column {column}: {message}")
