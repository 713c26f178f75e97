"""List what the road fine's diagram may use."""

from __future__ import annotations

from engine.catalogue import Catalogue, MessageType
from service_tasks.examples.road_fine.facts import VOCABULARY
from service_tasks.examples.road_fine.verbs import add_penalty, close_fine, hand_over

SENT, NOTIFIED, PAYMENT, APPEAL = "fine_sent", "fine_notified", "payment_received", "appeal"
COLLECTION_DAY = "collection_day"
MESSAGES = (
    MessageType(SENT, "The fine was sent", {"postage": "number"}),
    MessageType(NOTIFIED, "The fine was notified"),
    MessageType(PAYMENT, "A payment came in", {"amount": "number"}),
    MessageType(APPEAL, "An appeal was lodged, accepted or rejected", {"step": "string"}),
    MessageType(COLLECTION_DAY, "Today fines are handed over for collection"),
)
CATALOGUE = Catalogue.of((add_penalty, hand_over, close_fine), MESSAGES, VOCABULARY)
