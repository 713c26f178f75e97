"""Name what can go wrong with receivables; says what, which, and what to do."""


class ReceivablesError(Exception):
    """Be the parent of every expected refusal of this package."""


class UnusableFile(ReceivablesError):  # the field's name; its message tells the story
    """Refuse a file as a whole; nothing was changed."""


class Refused(ReceivablesError):
    """Refuse one wish that breaks a rule; nothing was changed."""


class NotKnown(ReceivablesError):
    """Refuse a wish about something that is not there."""


class AlreadyDone(ReceivablesError):
    """Refuse what somebody did before; the message says what stands now."""


class FourEyes(Refused):
    """Refuse a decision by the person who last edited what is to be decided."""
