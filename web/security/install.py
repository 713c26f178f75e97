"""Put sign-in, the guard, CSRF and the headers into an application."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Request
from flask_babel import lazy_gettext as _l
from flask_security import Security
from flask_wtf.csrf import CSRFProtect

from web.context import Context
from web.security.access import guard
from web.security.accounts import accounts_on
from web.security.forms import LIMIT, ForgottenForm, SignInForm
from web.security.headers import add_headers
from web.security.limits import FailureLimit
from web.security.mail import AccountMail
from web.settings import Settings, secret_key

SIGN_IN_LASTS = timedelta(hours=12)


def install(app: Flask, parts: Context) -> None:
    """Set up everything that decides who gets in."""
    app.config.update(_configuration(parts.settings))
    CSRFProtect(app)
    accounts = accounts_on(parts.database, app)
    Security(app, accounts, mail_util_cls=AccountMail, login_form=SignInForm, forgot_password_form=ForgottenForm)
    app.login_manager.request_loader(_nobody)  # type: ignore[attr-defined]
    app.extensions[LIMIT] = FailureLimit()
    app.before_request(guard)
    app.after_request(add_headers)


def _configuration(settings: Settings) -> dict[str, Any]:
    key = secret_key(settings)
    return {
        "SECRET_KEY": key,
        "SESSION_COOKIE_NAME": "duly",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.cookies_over_https,
        "PERMANENT_SESSION_LIFETIME": SIGN_IN_LASTS,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.cookies_over_https,
        "MAX_CONTENT_LENGTH": int(settings.max_upload_mb) * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        **_accounts_configuration(settings, key),
    }


def _accounts_configuration(settings: Settings, key: str) -> dict[str, Any]:
    options = {
        "PASSWORD_SALT": key,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_LENGTH_MIN": 10,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "RESET_PASSWORD_WITHIN": timedelta(hours=4),
        "RETURN_GENERIC_RESPONSES": True,
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "RESET_URL": "/reset-password",
        "CHANGE_URL": "/change-password",
        "POST_CHANGE_VIEW": "/profile",
        "POST_LOGOUT_VIEW": "/sign-in",
        "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": str, "case_insensitive": True}}],
        "EMAIL_VALIDATOR_ARGS": {
            "check_deliverability": False,
            "globally_deliverable": False,
            "test_environment": True,
        },
        "EMAIL_SENDER": settings.mail_from,
        "EMAIL_HTML": False,
        "EMAIL_SUBJECT_PASSWORD_RESET": _l("Set a new password for Duly"),
        "MSG_GENERIC_AUTHN_FAILED": (_l("The user name or the password is not right."), "error"),
        "MSG_REAUTHENTICATION_REQUIRED": (_l("Please write your password once more."), "info"),
        "MSG_UNAUTHENTICATED": (_l("Please sign in."), "info"),
        "FLASH_MESSAGES": True,
    }
    return {f"SECURITY_{name}": value for name, value in options.items()}


def _nobody(_request: Request) -> None:
    """Sign nobody in by a token in a header or address: Flask-Security's never end, and addresses are written down."""
