"""Learn and correct how debtors are reached; an old contact ends, it is never overwritten."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from receivables.debtor import CHANNELS, Contact, Debtor
from receivables.errors import AlreadyDone, NotKnown, Refused

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
PHONE = re.compile(r"\+?[\d ()/.-]{5,25}")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewContact:
    """Carry one way to reach a debtor; of a postal one, `value` is the addressee's line."""

    channel: str
    value: str
    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
    source: str = "hand"


def add_contact(session: Session, debtor_id: int, wish: NewContact, *, today: date) -> Contact:
    """Add a contact, valid from today; where the same one is valid already, return that.

    Raise Refused where its value is none for its channel, NotKnown for an unknown debtor.
    """
    if session.get(Debtor, debtor_id) is None:
        raise NotKnown(f"There is no debtor {debtor_id}")
    _check(wish)
    for known in valid_contacts(session, debtor_id, today):
        if _same(known, wish):
            return known
    contact = Contact(debtor_id=debtor_id, valid_from=today, **_values(wish))
    session.add(contact)
    session.flush()
    return contact


def correct_contact(session: Session, contact_id: int, wish: NewContact, *, today: date) -> Contact:
    """End a contact and put another in its place; raise as `add_contact` and `end_contact` do."""
    _check(wish)
    old = end_contact(session, contact_id, today=today)
    return add_contact(session, old.debtor_id, wish, today=today)


def end_contact(session: Session, contact_id: int, *, today: date) -> Contact:
    """Let a contact be valid up to yesterday; raise NotKnown for an unknown one, AlreadyDone where it ended before."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotKnown(f"There is no contact {contact_id}")
    if contact.valid_until is not None and contact.valid_until < today:
        raise AlreadyDone(f"{contact.value} is no longer valid since {contact.valid_until}")
    contact.valid_until = today - DAY
    session.flush()
    return contact


def valid_contacts(session: Session, debtor_id: int, today: date) -> list[Contact]:
    """Return a debtor's contacts that are valid on a day, the newest first."""
    query = (
        select(Contact)
        .where(Contact.debtor_id == debtor_id, Contact.valid_from <= today)
        .where(or_(Contact.valid_until.is_(None), Contact.valid_until >= today))
        .order_by(Contact.valid_from.desc(), Contact.id.desc())
    )
    return list(session.scalars(query))


def debtors_with_contact(session: Session, channel: str, value: str, today: date) -> list[int]:
    """Return the ids of the debtors whom an address or number reaches on a day."""
    query = (
        select(Contact.debtor_id)
        .where(Contact.channel == channel, func.lower(Contact.value) == value.strip().lower())
        .where(Contact.valid_from <= today, or_(Contact.valid_until.is_(None), Contact.valid_until >= today))
    )
    return sorted(set(session.scalars(query)))


def _check(wish: NewContact) -> None:
    if wish.channel not in CHANNELS:
        raise Refused(f"{wish.channel!r} is no channel; choose one of {', '.join(CHANNELS)}")
    value = wish.value.strip()
    if wish.channel == "email" and not EMAIL.fullmatch(value):
        raise Refused(f"{value!r} is not an e-mail address; write it like name@firm.com")
    if wish.channel == "phone" and not PHONE.fullmatch(value):
        raise Refused(f"{value!r} is not a phone number; write it like +48 22 123 45 67")
    if wish.channel == "postal" and not (value and wish.city and wish.street):
        raise Refused("A postal address needs the addressee, the street and the city")


def _values(wish: NewContact) -> dict[str, str | None]:
    names = ("channel", "street", "city", "postcode", "country", "source")
    return {"value": wish.value.strip()} | {name: getattr(wish, name) for name in names}


def _same(known: Contact, wish: NewContact) -> bool:
    return all(getattr(known, name) == value for name, value in _values(wish).items() if name != "source")
