"""Turn a case and a template into a letter or a text; deterministic, sandboxed; know no database and no HTTP."""
