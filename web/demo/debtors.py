"""The demo's debtors: businesses and people of three countries, with addresses that nobody has."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from web.demo.chance import number, one_of

COUNT = 260
BUSINESSES, WITHOUT_MAIL, WITHOUT_PHONE = 68, 7, 10  # percent


@dataclass(frozen=True, slots=True)
class Country:
    """What names, towns and numbers look like in a country."""

    code: str
    currency: str
    language: str
    firms: tuple[str, ...]
    forms: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    phone: str


SLOVAKIA = Country(
    "SK",
    "EUR",
    "sk",
    ("Tatra", "Dunaj", "Orava", "Karpat", "Liptov", "Gemer", "Zemplín", "Považan", "Šariš", "Horehron"),
    ("s.r.o.", "a.s.", "s.r.o.", "s.r.o.", "k.s."),
    ("Jana", "Peter", "Zuzana", "Marek", "Lucia", "Tomáš", "Eva", "Martin", "Katarína", "Juraj"),
    ("Horváth", "Kováč", "Varga", "Tóth", "Nagy", "Baláž", "Molnár", "Szabó", "Lukáč", "Polák"),
    (("Bratislava", "811 01"), ("Košice", "040 01"), ("Žilina", "010 01"), ("Nitra", "949 01"), ("Prešov", "080 01")),
    ("Hlavná", "Štúrova", "Kvetná", "Lipová", "Školská", "Mlynská"),
    "+421 2 5555 ",
)
POLAND = Country(
    "PL",
    "PLN",
    "pl",
    ("Wisła", "Mazur", "Karpaty", "Bałtyk", "Odra", "Jura", "Podlasie", "Warmia", "Roztocze", "Kujawy"),
    ("Sp. z o.o.", "S.A.", "Sp. z o.o.", "Sp.k.", "Sp.j."),
    ("Anna", "Piotr", "Katarzyna", "Andrzej", "Magdalena", "Paweł", "Ewa", "Tomasz", "Agnieszka", "Marcin"),
    ("Nowak", "Kowalski", "Wiśniewska", "Wójcik", "Kamińska", "Lewandowski", "Zielińska", "Mazur", "Krawczyk"),
    (("Warszawa", "00-001"), ("Kraków", "30-002"), ("Gdańsk", "80-003"), ("Wrocław", "50-004"), ("Poznań", "60-005")),
    ("Długa", "Ogrodowa", "Polna", "Leśna", "Słoneczna", "Krótka"),
    "+48 22 555 ",
)
GERMANY = Country(
    "DE",
    "EUR",
    "de",
    ("Rhein", "Elbe", "Harz", "Alster", "Isar", "Neckar", "Spessart", "Weser", "Havel", "Allgäu"),
    ("GmbH", "AG", "GmbH", "GmbH & Co. KG", "KG"),
    ("Julia", "Thomas", "Sabine", "Michael", "Claudia", "Stefan", "Monika", "Andreas", "Petra", "Jürgen"),
    ("Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann"),
    (("Berlin", "10115"), ("Hamburg", "20095"), ("München", "80331"), ("Köln", "50667"), ("Leipzig", "04109")),
    ("Hauptstraße", "Gartenweg", "Bahnhofstraße", "Lindenallee", "Bergstraße", "Schulstraße"),
    "+49 30 5555 ",
)
COUNTRIES = (SLOVAKIA, SLOVAKIA, POLAND, POLAND, GERMANY)
TRADES = ("Stav", "Metal", "Agro", "Trans", "Elektro", "Med", "Food", "Logistik", "Print", "Textil", "Auto", "Eko")
CHARACTERS = (*["prompt"] * 46, *["forgetful"] * 24, *["slow"] * 14, *["stubborn"] * 11, *["complaining"] * 5)


@dataclass(frozen=True, slots=True)
class DemoDebtor:
    """One debtor and how he pays."""

    reference: str
    name: str
    business: bool
    country: Country
    character: str
    fields: dict[str, str]


def debtors(count: int = COUNT) -> list[DemoDebtor]:
    """Give the first `count` of the demo's debtors, the same every time."""
    return [_debtor(n) for n in range(1, count + 1)]


def _debtor(n: int) -> DemoDebtor:
    reference = f"D{10000 + n}"
    country = one_of(COUNTRIES, reference, "country")
    business = number(reference, "business", below=100) < BUSINESSES
    name = _firm(reference, country) if business else _person(reference, country)
    fields = {**_contacts(reference, name, country), "language": country.language, "country": country.code}
    fields["debtor_type"] = "business" if business else "consumer"
    fields["segment"] = _segment(reference, business=business)
    fields["risk_rating"] = one_of(("A", "A", "B", "B", "B", "C", "D"), reference, "risk")
    return DemoDebtor(reference, name, business, country, one_of(CHARACTERS, reference, "character"), fields)


def _firm(reference: str, country: Country) -> str:
    trade, place = one_of(TRADES, reference, "trade"), one_of(country.firms, reference, "firm")
    return f"{place} {trade} {one_of(country.forms, reference, 'form')}"


def _person(reference: str, country: Country) -> str:
    return f"{one_of(country.first, reference, 'first')} {one_of(country.last, reference, 'last')}"


def _segment(reference: str, *, business: bool) -> str:
    if not business:
        return "retail"
    return one_of(("sme", "sme", "sme", "corporate", "key"), reference, "segment")


def _contacts(reference: str, name: str, country: Country) -> dict[str, str]:
    """Give contacts; some have no e-mail, a few no telephone: that too happens."""
    town, postcode = one_of(country.towns, reference, "town")
    street = f"{one_of(country.streets, reference, 'street')} {1 + number(reference, 'house', below=120)}"
    contacts = {"street": street, "city": town, "postcode": postcode}
    if number(reference, "mail", below=100) >= WITHOUT_MAIL:
        contacts["email"] = f"{_plain(name)}.{reference.lower()}@debtors.example"
    if number(reference, "phone", below=100) >= WITHOUT_PHONE:
        contacts["phone"] = f"{country.phone}{100 + number(reference, 'line', below=900)}"
    return contacts


def _plain(name: str) -> str:
    """Write a name as the local part of an address."""
    ascii_ = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("ß", "ss")).encode("ascii", "ignore").decode()
    return ".".join(filter(None, "".join(c.lower() if c.isalnum() else " " for c in ascii_).split()))
