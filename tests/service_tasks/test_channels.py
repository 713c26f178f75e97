from datetime import timedelta

from sqlalchemy import select, update

from engine.errors import Conflict
from receivables.debtor import Debtor
from receivables.notice import Notice
from receivables.product import ProductGroup
from receivables.promise import Promise
from tests.processes.founding import MONDAY
from tests.processes.world import World

DUE = MONDAY - timedelta(days=10)
ADDRESS = "kowalski@debtors.test"


def owing(world: World, amount: str = "1000.00") -> World:
    world.debtor(email=ADDRESS)
    world.owes("F-1", amount, DUE)
    return world


def levels(world: World) -> list[tuple[int, int]]:
    with world.database.reading() as session:
        notices = session.scalars(select(Notice).order_by(Notice.id))
        return [(notice.receivable_id, notice.level) for notice in notices]


def test_messages_of_one_day_to_one_debtor_leave_as_one_mail(world: World) -> None:
    owing(world)
    world.owes("L-1", "300.00", DUE, apart=True)
    world.begin()
    assert [case.number for case in (world.case(1), world.case(2))] == [1, 2]
    assert len(world.mails) == 1
    assert all(number in world.mails[0].body for number in ("F-1", "L-1"))
    assert sorted(levels(world)) == [(1, 1), (2, 1)]
    assert [row.status for row in world.outbox()] == ["sent", "sent"]


def test_what_was_sent_is_kept_as_it_was_sent(world: World) -> None:
    owing(world).begin()
    receipt = world.outbox()[0].receipt or {}
    assert (receipt["to"], receipt["body"]) == (ADDRESS, world.mails[0].body)


def test_a_message_waits_for_the_day_and_the_hours_of_the_debtors_country(world: World) -> None:
    world.debtor(email=ADDRESS, country="US")
    world.owes("F-1", "1000.00", DUE)
    world.begin()
    assert world.mails == []  # nine in Warsaw is three in New York
    world.later(hours=6)
    assert len(world.mails) == 1


def promised(world: World, days: int) -> None:
    """Record on the case page that all is promised in so many days."""
    terms = {"promised_on": world.today + timedelta(days=days), "amount": 100_000, "currency": "EUR"}
    made = {"case_id": 1, "debtor_id": world.owner.id, "made_on": world.today, "made_at": world.clock.now()}
    world.write(lambda session: session.add(Promise(**terms, **made, recorded_by="eva")))


def test_nothing_is_asked_while_a_promise_is_open(world: World) -> None:
    owing(world).begin()
    promised(world, days=11)  # for a Friday: with its tolerance it is judged on the Wednesday after
    world.live(15)
    assert len(world.mails) == 1
    world.live(1)
    assert (world.today.strftime("%A"), len(world.mails)) == ("Wednesday", 2)


def test_what_was_queued_before_a_promise_waits_for_it(world: World) -> None:
    world.debtor(email=ADDRESS, country="US")
    world.owes("F-1", "1000.00", DUE)
    world.begin()
    promised(world, days=11)
    world.later(hours=6)
    assert (world.mails, world.outbox()[0].status) == ([], "waiting")


def test_nobody_is_called_while_a_promise_is_open(world: World) -> None:
    owing(world).begin()
    world.live(8)
    promised(world, days=10)
    world.live(8)
    assert (world.stage, world.tasks()) == ("phone", [])
    world.live(7)
    assert world.tasks() == ["Call the debtor"]


def test_what_is_paid_between_queueing_and_sending_is_not_asked_for(world: World) -> None:
    world.debtor(email=ADDRESS, country="US")
    world.owes("F-1", "1000.00", DUE)
    world.begin()
    world.pays("1000.00")
    world.later(hours=6)
    assert (world.mails, [row.status for row in world.outbox()]) == ([], ["withdrawn"])


def test_who_must_not_be_contacted_is_asked_again_only_when_he_may_be(world: World) -> None:
    owing(world)
    world.write(lambda session: session.execute(update(Debtor).values(do_not_contact=True)))
    world.begin()
    world.live(7)
    assert (world.mails, world.stage) == ([], "first_reminder")
    world.write(lambda session: session.execute(update(Debtor).values(do_not_contact=False)))
    world.live(7)
    assert len(world.mails) == 1


def test_four_eyes_keep_the_last_editor_from_approving(world: World) -> None:
    owing(world)
    world.write(lambda session: session.execute(update(ProductGroup).values(four_eyes=True)))
    world.begin()
    world.live(14)
    world.does("Call the debtor", outcome="refuses", reached=True, note="No")
    world.does("Approve demand", by="sven", decision="send_back", comment="Shorter")
    world.does("Correct the letter", by="sven", extra_text="Short.", change="Shorter")
    try:
        world.does("Approve demand", by="sven", decision="approve")
    except Conflict as refused:
        assert "somebody else" in str(refused)  # noqa: PT017 - what follows is the point
    assert world.tasks() == ["Approve demand"]
    world.does("Approve demand", by="eva", decision="approve")
    assert world.letters()[-1].decided_by == "eva"


def test_beginning_a_day_twice_changes_nothing(world: World) -> None:
    owing(world)
    world.begin()
    world.begin()
    assert (len(world.mails), levels(world)) == (1, [(1, 1)])


def test_a_promise_recorded_on_the_case_page_ends_the_call_task(world: World) -> None:
    owing(world).begin()
    world.live(14)
    assert world.tasks() == ["Call the debtor"]
    world.hears("promise_recorded", judged_on=(world.today + timedelta(days=3)).isoformat())
    assert (world.stage, world.tasks()) == ("phone", [])
