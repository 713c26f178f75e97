"""DMN: decision tables and graphs read once, evaluated often, each answer with its reasons."""

from __future__ import annotations

from engine.decisions.analysis import Finding, findings
from engine.decisions.errors import DecisionError
from engine.decisions.model import Decision
from engine.decisions.reader import read_all, read_dmn
from engine.decisions.table import Outcome, Table, Verdict

__all__ = ["Decision", "DecisionError", "Finding", "Outcome", "Table", "Verdict", "findings", "read_all", "read_dmn"]
