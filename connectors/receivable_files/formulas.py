"""Cells that a spreadsheet would run as formulas: marked with an apostrophe when written, unmarked when read back."""

import re

FORMULA = re.compile(r"'*(?:[=@\t\r]|[+-](?![\d\s.,()/'-]*$))")
"""A number may begin with a sign: it is no formula, and stays as it was."""


def marked(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unmarked(cell: str) -> str:
    """Return what a cell said before it was marked."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell, 1) else cell
