"""The sign-in form: one field for username or e-mail, and patience with those who guess."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_security import ForgotPasswordForm, LoginForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from web.security.limits import FailureLimit

LIMIT = "duly.failures"


class SignInForm(LoginForm):
    """Username or e-mail, and the password."""

    email = StringField(
        _l("User name or e-mail"),
        validators=[DataRequired(_l("Write your user name or e-mail."))],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"),
        validators=[DataRequired(_l("Write your password."))],
        render_kw={"autocomplete": "current-password"},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Find the account and check the password; refuse at once while the name or the address has to wait."""
        limit: FailureLimit = current_app.extensions[LIMIT]
        keys = (f"name:{(self.email.data or '').strip().lower()}", f"address:{request.remote_addr}")
        seconds = max(limit.wait(key) for key in keys)
        if seconds:
            self.form_errors.append(_patience(seconds))
            return False
        self.ifield = self.email
        self.user = current_app.extensions["security"].datastore.find_typed(self.email.data or "")
        valid: bool = super().validate(**kwargs)
        for key in keys[:1] if valid else keys:
            (limit.succeeded if valid else limit.failed)(key)
        return valid


class ForgottenForm(ForgotPasswordForm):
    """Asks for the e-mail; nobody floods a mailbox with reset links."""

    def validate(self, **kwargs: Any) -> bool:
        """Refuse while the mailbox or the address asked too often."""
        limit: FailureLimit = current_app.extensions[LIMIT]
        keys = (f"reset:{(self.email.data or '').strip().lower()}", f"reset-from:{request.remote_addr}")
        seconds = max(limit.wait(key) for key in keys)
        if seconds:
            self.form_errors.append(_patience(seconds))
            return False
        for key in keys:
            limit.failed(key)
        return bool(super().validate(**kwargs))


def _patience(seconds: int) -> str:
    minutes = -(-seconds // 60)
    text: str = ngettext(
        "Too many attempts. Try again in a minute.",
        "Too many attempts. Try again in %(num)s minutes.",
        minutes,
    )
    return text
