"""Forms that people fill in (form-js schemas): checked when deployed, answers validated by the server too."""

from __future__ import annotations

from engine.forms.schema import check_schema, field_types
from engine.forms.validation import as_json, validate

__all__ = ["as_json", "check_schema", "field_types", "validate"]
