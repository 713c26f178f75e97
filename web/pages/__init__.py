"""The pages: one noun per file, a blueprint each, listed in `web/pages/listed.py`."""
