"""Catalogues of processes outside debt collection: what the engine needs to run them, and nothing of the web."""
