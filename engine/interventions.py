"""How a person's orders for a case's process are named in its inbox; a worker carries them out at the next batch."""

from __future__ import annotations

SKIP = "$skip"  # payload: at, to (where several flows lead on)
MOVE = "$move"  # payload: to, and for a stuck or new case at, first
CHANGE = "$change"  # payload: at, name, value
TAKE_OVER = "$take_over"  # payload: to, since, first
ORDERS = frozenset({SKIP, MOVE, CHANGE, TAKE_OVER})
