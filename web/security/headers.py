"""What browsers are told on every answer: where scripts, styles and frames may come from."""

from __future__ import annotations

from flask import Response

POLICY = (
    "default-src 'self'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "object-src 'none'; "
    "frame-ancestors 'none'; "
    "base-uri 'self'; "
    "form-action 'self'"
)


def add_headers(response: Response) -> Response:
    """Add the security headers; pages of a person are never kept by caches."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if not response.cache_control.public:  # as static files say of themselves
        response.headers["Cache-Control"] = "no-store"
    return response
