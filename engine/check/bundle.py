"""The files that are deployed beside the diagram: forms, decisions, letter templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from engine.catalogue import Catalogue
from engine.decisions import DecisionError, read_dmn
from engine.errors import DulyError, Problem
from engine.forms import check_schema, field_types

FORMS, TEMPLATES, DECISIONS = "forms", "letter_templates", ".dmn"
IN_A_LANGUAGE = 2  # letter_templates/LANG/NAME; what lies above is no template


@dataclass(slots=True)
class Bundle:
    """What the files offer, by the names under which diagrams know it, and what is wrong with them."""

    forms: dict[str, dict[str, str]] = field(default_factory=dict)  # key of the form -> FEEL types of its fields
    decisions: dict[str, str] = field(default_factory=dict)  # name or id -> its file
    templates: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def blame(self, file: str, code: str, message: str, line: int = 1, element: str = "") -> None:
        self.problems.append(Problem(file, element, line, code, "error", message))


def read_bundle(files: Mapping[str, bytes], catalogue: Catalogue) -> Bundle:
    """Read everything but the diagram; what cannot be read is reported and still known by its name."""
    bundle = Bundle()
    for path, data in sorted(files.items()):
        pure = PurePosixPath(path)
        if pure.parts[0] == FORMS and pure.suffix == ".json":
            bundle.forms[pure.stem] = _form(bundle, path, data)
        elif pure.parts[0] == TEMPLATES and len(pure.parts) > IN_A_LANGUAGE:
            bundle.templates.add(pure.name.partition(".")[0])
            for message in catalogue.check_template(data, path):
                bundle.blame(path, "bad_template", message)
        elif pure.suffix == DECISIONS:
            _decisions(bundle, path, data, catalogue)
    return bundle


def _form(bundle: Bundle, path: str, data: bytes) -> dict[str, str]:
    try:
        schema: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        bundle.blame(path, "bad_form", f"This is no JSON: {error}. Save it from the form editor.", _json_line(error))
        return {}
    for message in (problems := check_schema(schema)):
        bundle.blame(path, "bad_form", message)
    return {} if problems else field_types(schema)


def _json_line(error: Exception) -> int:
    return error.lineno if isinstance(error, json.JSONDecodeError) else 1


def _decisions(bundle: Bundle, path: str, data: bytes, catalogue: Catalogue) -> None:
    try:
        found = read_dmn(data, path, functions=catalogue.functions)
        for name in sorted({one.id for one in found.values()} & bundle.decisions.keys()):
            message = f"The decision {name!r} is in {bundle.decisions[name]} too; keep one of them."
            bundle.blame(path, "two_decisions", message, element=name)
        bundle.decisions |= dict.fromkeys(found, path)
    except DecisionError as error:
        bundle.blame(path, "bad_decision", str(error), max(error.line, 1), error.element)
    except DulyError as error:
        bundle.blame(path, "bad_decision", str(error))
