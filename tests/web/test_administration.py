import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from receivables.creditor import Creditor
from receivables.product import CaseGroup, ProductGroup
from receivables.staff import Person, StaffGroup
from tests.web.conftest import SignIn
from web.context import Context

PNG = b"\x89PNG\r\n\x1a\n and the rest"
NEW = {"username": "Jana", "name": "Jana Malá", "email": "jana@firm.test", "roles": ["collector"]}


@pytest.fixture
def administrator(sign_in: SignIn) -> FlaskClient:
    return sign_in("administrator")


def test_a_new_person_signs_in_with_the_password_that_is_shown(administrator: FlaskClient) -> None:
    shown = administrator.post("/administration/people/new", data=NEW).text
    found = re.search(r"user-select-all\">([^<]+)<", shown)
    assert found is not None
    stranger = administrator.application.test_client()
    assert stranger.post("/sign-in", data={"email": "jana", "password": found[1]}).status_code == 302


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"username": "collector"}, "collector exists already"),
        ({"username": "Jana Malá"}, "small letters"),
        ({"email": "collector@firm.test"}, "belongs to collector already"),
        ({"email": "jana"}, "no e-mail address"),
        ({"roles": ["king"]}, "no such role"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    administrator: FlaskClient, change: dict[str, object], text: str
) -> None:
    page = administrator.post("/administration/people/new", data=NEW | change).text
    assert text in page
    assert "Jana Malá" in page


def test_the_last_administrator_stays(administrator: FlaskClient) -> None:
    data = {"name": "A", "email": "a@firm.test", "roles": ["auditor"]}
    assert "last administrator" in administrator.post("/administration/people/administrator", data=data).text
    assert administrator.post("/administration/people/administrator/switch").status_code == 422


def test_switching_off_ends_the_session(administrator: FlaskClient, sign_in: SignIn) -> None:
    collector = sign_in("collector")
    assert collector.get("/profile").status_code == 200
    administrator.post("/administration/people/collector/switch")
    assert collector.get("/profile").status_code == 302


def test_groups_have_a_supervisor_and_members(administrator: FlaskClient, parts: Context) -> None:
    data = {"name": "Slovak team", "supervisor": "supervisor", "members": ["collector", "nobody"]}
    administrator.post("/administration/groups/new", data=data)
    with parts.reading() as session:
        group = session.scalars(select(StaffGroup).where(StaffGroup.key == "slovak_team")).one()
        assert (group.supervisor, [person.username for person in group.members]) == ("supervisor", ["collector"])
    assert "Give the group a name" in administrator.post("/administration/groups/slovak_team", data={"name": " "}).text


def creditor_form(**change: object) -> dict[str, object]:
    accounts = {
        "iban": ["SK31 1200 0000 1987 4263 7541", ""],
        "bic": ["", ""],
        "bank": ["", ""],
        "currency": ["eur", ""],
    }
    return {"name": "Duly Pumps", "country": "sk", **accounts, **change}


def test_the_creditor_is_kept_with_accounts_and_logo(administrator: FlaskClient, parts: Context) -> None:
    data = creditor_form(logo=(io.BytesIO(PNG), "logo.png"))
    assert administrator.post("/administration/creditor/", data=data).status_code == 302
    with parts.reading() as session:
        creditor = session.scalars(select(Creditor)).one()
        (account,) = creditor.accounts
        assert (creditor.country, account.iban, account.currency) == ("SK", "SK3112000000198742637541", "EUR")
    assert administrator.get("/administration/creditor/logo").data == PNG


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": ""}, "Letters need a name"),
        ({"iban": ["SK00 1200", ""]}, "Not a valid IBAN"),
        ({"currency": ["zloty", ""]}, "No such currency"),
        ({"reply_to": "here"}, "This is no e-mail address"),
        ({"logo": (io.BytesIO(b"<svg onload=alert(1)>"), "logo.svg")}, "PNG or JPEG"),
    ],
)
def test_a_wrong_creditor_is_not_kept(
    administrator: FlaskClient, parts: Context, change: dict[str, object], text: str
) -> None:
    assert text in administrator.post("/administration/creditor/", data=creditor_form(**change)).text
    with parts.reading() as session:
        assert session.scalar(select(Creditor).where(Creditor.name == "Duly Pumps")) is None


def test_rules_of_a_product_group(administrator: FlaskClient, parts: Context) -> None:
    with parts.unit_of_work() as session:
        group = session.scalars(select(CaseGroup)).first()
        assert group is not None
        session.add(ProductGroup(key="goods", name="Goods", case_group_id=group.id))
    address = "/administration/product-groups/goods"
    administrator.post(address, data={"name": "Goods", "grace_days": "5", "leading_source": "bank"})
    with parts.reading() as session:
        rules = session.scalars(select(ProductGroup).where(ProductGroup.key == "goods")).one()
        assert (rules.grace_days, rules.leading_source, rules.four_eyes) == (5, "bank", False)
    assert "A whole number of days" in administrator.post(address, data={"grace_days": "-1"}).text


def test_a_profile_keeps_name_and_language(sign_in: SignIn, parts: Context) -> None:
    sign_in("collector").post("/profile", data={"name": "Karol Nový", "locale": "en"})
    with parts.reading() as session:
        person = session.scalars(select(Person).where(Person.username == "collector")).one()
        assert (person.name, person.locale) == ("Karol Nový", "en")
    assert sign_in("collector").post("/profile", data={"locale": "tlh"}).status_code == 422
