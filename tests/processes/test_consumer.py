from datetime import timedelta

from tests.processes.founding import MONDAY
from tests.processes.world import World

DUE = MONDAY - timedelta(days=10)
PERSON = {"email": "nowak@debtors.test", "type": "consumer", "name": "Jan Nowak"}


def test_gentler_waits_and_no_call_about_a_small_amount(world: World) -> None:
    world.debtor(**PERSON)
    world.owes("F-1", "120.00", DUE)
    world.begin()
    assert (world.case().strategy, world.stage) == ("consumer", "first_reminder")
    world.live(9)
    assert len(world.mails) == 1
    world.live(1)
    assert (len(world.mails), world.stage) == (2, "second_reminder")
    world.live(14)
    assert (world.stage, world.tasks()) == ("demand", ["Approve demand"])
    assert world.letters()[0].template == "consumer_demand"


def test_a_larger_amount_is_worth_a_call(world: World) -> None:
    world.debtor(**PERSON)
    world.owes("F-1", "250.00", DUE)
    world.begin()
    world.live(24)
    assert (world.stage, world.tasks()) == ("phone", ["Call the debtor"])
    world.does("Call the debtor", outcome="will_pay_soon", reached=True, note="After pay day")
    world.live(6)
    assert world.tasks() == []
    world.live(1)
    assert world.tasks() == ["Approve demand"]
    world.pays("250.00")
    assert (world.case().outcome, world.tasks()) == ("paid", [])
    assert [letter.status for letter in world.letters()] == ["superseded"]


def test_the_wrong_number_is_looked_for(world: World) -> None:
    world.debtor(**PERSON)
    world.owes("F-1", "250.00", DUE)
    world.begin()
    world.live(24)
    world.does("Call the debtor", outcome="wrong_number", note="A bakery")
    world.does("Find contact details", found="yes", phone="+48 600 100 200", where_searched="The order")
    assert world.tasks() == ["Call the debtor"]
    assert world.valid_contacts() == {"email": "nowak@debtors.test", "phone": "+48 600 100 200"}
