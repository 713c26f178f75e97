from datetime import timedelta

import pytest

from tests.processes.founding import MONDAY
from tests.processes.world import World

DUE = MONDAY - timedelta(days=10)


def test_two_mails_then_the_case_is_left_alone(world: World) -> None:
    world.debtor(email="kowalski@debtors.test")
    world.owes("F-1", "40.00", DUE)
    world.begin()
    assert (world.case().strategy, world.stage) == ("small_balance", "first_reminder")
    assert len(world.mails) == 1

    world.live(14)
    assert (len(world.mails), world.stage) == (2, "second_reminder")

    world.live(13)
    assert world.case().outcome is None
    world.live(1)
    assert world.case().outcome == "no_action"
    assert world.status == "ended"

    world.live(5)
    assert len(world.mails) == 2


def test_who_pays_is_asked_nothing_more(world: World) -> None:
    world.debtor(email="kowalski@debtors.test")
    world.owes("F-1", "40.00", DUE)
    world.begin()
    world.live(3)
    world.pays("40.00")
    assert (world.case().outcome, world.status) == ("paid", "ended")
    world.live(30)
    assert len(world.mails) == 1


def test_a_debtor_without_an_address_is_looked_for_and_then_left_alone(world: World) -> None:
    world.debtor()
    world.owes("F-1", "40.00", DUE)
    world.begin()
    assert world.tasks() == ["Find contact details"]
    world.does("Find contact details", found="yes", email="found@debtors.test", where_searched="The contract")
    assert [mail.to for mail in world.mails] == ["found@debtors.test"]


def test_where_nothing_is_to_be_found_nothing_is_sent(world: World) -> None:
    world.debtor()
    world.owes("F-1", "40.00", DUE)
    world.begin()
    world.does("Find contact details", found="no", where_searched="Everywhere")
    assert (world.case().outcome, world.mails) == ("no_action", [])


@pytest.mark.parametrize(("small", "more", "currency"), [("40.00", "10.00", "EUR"), ("150.00", "50.00", "PLN")])
def test_what_has_grown_goes_on_as_what_it_is_now(world: World, small: str, more: str, currency: str) -> None:
    world.debtor(email="kowalski@debtors.test")
    world.owes("F-1", small, DUE, currency)
    world.begin()
    world.owes("F-2", more, DUE, currency)
    world.live(13)
    assert world.case().outcome is None
    world.live(1)
    assert (world.case().outcome, world.status, len(world.mails)) == ("outgrown", "ended", 1)
    world.live(1)
    assert (world.case(2).strategy, world.case(2).outcome) == ("standard_b2b", None)


def test_what_has_grown_at_the_end_is_not_left_alone(world: World) -> None:
    world.debtor(email="kowalski@debtors.test")
    world.owes("F-1", "40.00", DUE)
    world.begin()
    world.live(20)
    world.owes("F-2", "9000.00", DUE)
    world.live(8)
    assert (world.case().outcome, len(world.mails)) == ("outgrown", 2)
    world.live(1)
    assert world.case(2).strategy == "standard_b2b"


def test_what_stays_just_small_is_left_alone_all_the_same(world: World) -> None:
    world.debtor(email="kowalski@debtors.test")
    world.owes("F-1", "40.00", DUE)
    world.begin()
    world.owes("F-2", "9.99", DUE)
    world.live(28)
    assert world.case().outcome == "no_action"
