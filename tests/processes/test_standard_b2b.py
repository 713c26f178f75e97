from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from engine import history
from engine.instances import suspend
from receivables.promises import NewPromise, record_promise
from tests.processes.founding import MONDAY, ZONE
from tests.processes.world import World

DUE = MONDAY - timedelta(days=10)
ADDRESS = "kowalski@debtors.test"


@pytest.fixture
def kowalski(world: World) -> World:
    """Kowalski owes 1000.00, ten days overdue, and has an e-mail address."""
    world.debtor(email=ADDRESS, segment="retail")
    world.owes("F-1", "1000.00", DUE)
    world.begin()
    return world


def to_the_call(world: World) -> None:
    world.live(14)
    assert (world.stage, world.tasks()) == ("phone", ["Call the debtor"])


def to_the_demand(world: World) -> None:
    to_the_call(world)
    world.does("Call the debtor", outcome="refuses", reached=True, note="Will not pay")
    assert (world.stage, world.tasks()) == ("demand", ["Approve demand"])


def test_the_whole_way_of_a_debtor_who_stays_silent(kowalski: World) -> None:
    world = kowalski
    assert (world.case().strategy, world.case().owner, world.stage) == ("standard_b2b", "eva", "first_reminder")
    world.live(7)
    assert (world.stage, len(world.mails)) == ("second_reminder", 2)
    to_the_demand_after_second(world)
    world.does("Approve demand", by="sven", decision="approve")
    assert [letter.status for letter in world.letters()] == ["sent"]
    assert world.mails[-1].attachments[0].name.startswith("demand-1-")

    world.live(14)
    assert (world.stage, world.tasks()) == ("precourt", ["Approve pre-court demand"])
    world.does("Approve pre-court demand", by="sven", decision="approve")
    world.live(14)
    assert (world.stage, world.tasks()) == ("decision", ["Decide the course"])

    world.does("Decide the course", by="sven", course="keep_on", note="He is selling his lorry")
    assert world.tasks() == []
    world.live(30)
    world.does("Decide the course", by="sven", course="legal", note="The lorry is gone")
    assert (world.case().outcome, world.status, len(world.mails)) == ("placed", "ended", 4)


def to_the_demand_after_second(world: World) -> None:
    world.live(7)
    world.does("Call the debtor", outcome="refuses", reached=True, note="Will not pay")


def test_a_part_payment_lowers_what_the_next_message_asks(kowalski: World) -> None:
    assert "600" not in kowalski.mails[0].body
    kowalski.pays("400.00")
    kowalski.live(7)
    assert "600" in kowalski.mails[1].body
    kowalski.pays("600.00")
    assert (kowalski.case().outcome, kowalski.status) == ("paid", "ended")


def test_nobody_reached_is_tried_at_another_hour_three_times(kowalski: World) -> None:
    to_the_call(kowalski)
    kowalski.does("Call the debtor", outcome="no_answer", note="Nobody")
    assert kowalski.tasks() == []
    kowalski.later(hours=6)
    assert kowalski.tasks() == ["Call the debtor"]
    kowalski.does("Call the debtor", outcome="no_answer", note="Nobody")
    kowalski.live(2)
    kowalski.does("Call the debtor", outcome="no_answer", note="Nobody")
    assert (kowalski.stage, kowalski.tasks()) == ("demand", ["Approve demand"])


def test_a_call_left_undone_is_told_to_the_supervisor(kowalski: World) -> None:
    to_the_call(kowalski)
    before = kowalski.case().priority
    kowalski.live(3)
    assert kowalski.case().priority == before + 20
    assert [(notice.username, "not made" in notice.text) for notice in kowalski.staff_notices()] == [("sven", True)]
    assert kowalski.tasks() == ["Call the debtor"]


def by_hand(world: World, wish: NewPromise, until: date) -> None:
    """Write a promise down outside a call, and let the case rest until a day."""
    case, now, today = world.case(), world.clock.now(), world.today
    morning = datetime.combine(until, time(0), ZONE)

    def promise(session: Session) -> None:
        record_promise(session, case, wish, by="eva", now=now, today=today)
        suspend(session, key="case:1", by="eva", reason="Promised", now=now, until=morning)

    world.write(promise)


def test_a_promise_waits_for_its_day_and_tolerance(kowalski: World) -> None:
    to_the_call(kowalski)
    friday = kowalski.today + timedelta(days=4)
    promise = {"promised_on": friday.isoformat(), "promised_amount": "1000.00", "note": "After the fair"}
    kowalski.does("Call the debtor", outcome="promise", reached=True, **promise)
    kowalski.live(8)
    assert (kowalski.stage, kowalski.tasks()) == ("phone", [])
    kowalski.live(1)
    assert [each.verdict for each in kowalski.promises()] == ["broken"]
    with kowalski.database.reading() as session:
        judged = [row.text for row in history.read(session, "case:1") if row.kind == "promise_judged"]
    assert judged == ["broken: 0.00 of 1000.00 EUR was paid"]  # by its own process
    assert kowalski.tasks() == ["Approve demand"]


def test_a_promise_made_before_the_call_is_judged_on_its_day(kowalski: World) -> None:
    kowalski.begin()
    friday = kowalski.today + timedelta(days=4)
    by_hand(kowalski, NewPromise(friday, 100_000, "EUR"), until=friday + timedelta(days=5))
    kowalski.live(8)
    assert [each.verdict for each in kowalski.promises()] == [None]
    kowalski.live(1)
    assert [(each.verdict, each.judged_on) for each in kowalski.promises()] == [("broken", kowalski.today)]


def test_a_promise_that_is_kept_ends_the_case(kowalski: World) -> None:
    to_the_call(kowalski)
    promise = {"promised_on": kowalski.today.isoformat(), "promised_amount": "1000.00", "note": "At once"}
    kowalski.does("Call the debtor", outcome="promise", reached=True, **promise)
    kowalski.live(1)
    kowalski.pays("1000.00")
    assert (kowalski.case().outcome, [each.verdict for each in kowalski.promises()]) == ("paid", ["kept"])


def test_a_letter_sent_back_is_corrected_and_approved_by_another(kowalski: World) -> None:
    to_the_demand(kowalski)
    kowalski.does("Approve demand", by="sven", decision="send_back", comment="Mention the call")
    kowalski.does("Correct the letter", by="eva", extra_text="As said on the phone.", change="The call")
    assert [letter.status for letter in kowalski.letters()] == ["superseded", "drafted"]
    corrected = kowalski.letters()[1]
    assert (corrected.edited_by, corrected.extra_text) == ("eva", "As said on the phone.")
    kowalski.does("Approve demand", by="sven", decision="approve")
    assert [letter.status for letter in kowalski.letters()] == ["superseded", "sent"]


def test_figures_that_changed_after_drafting_are_drafted_anew(kowalski: World) -> None:
    to_the_demand(kowalski)
    kowalski.pays("400.00")
    kowalski.does("Approve demand", by="sven", decision="approve")
    assert [letter.status for letter in kowalski.letters()] == ["superseded", "drafted"]
    assert kowalski.letters()[1].figures["totals"] == {"EUR": 60000}
    assert kowalski.tasks() == ["Approve demand"]


def test_a_new_invoice_is_never_named_in_a_stricter_letter_than_it_earned(kowalski: World) -> None:
    to_the_call(kowalski)
    kowalski.owes("F-2", "50.00", kowalski.today - timedelta(days=1))
    kowalski.live(1)
    kowalski.does("Call the debtor", outcome="refuses", reached=True, note="No")
    parts = {item["number"]: item["part"] for item in kowalski.letters()[0].figures["items"]}
    assert parts == {"F-1": "demanded", "F-2": "also_open"}


def test_when_only_a_new_invoice_is_left_the_course_begins_again(kowalski: World) -> None:
    to_the_call(kowalski)
    kowalski.owes("F-2", "50.00", kowalski.today - timedelta(days=1))
    kowalski.live(1)
    kowalski.pays("1000.00")
    kowalski.does("Call the debtor", outcome="refuses", reached=True, note="No")
    assert (kowalski.stage, len(kowalski.mails)) == ("first_reminder", 3)


def test_without_an_e_mail_address_letters_are_posted(world: World) -> None:
    world.debtor(city="Warszawa", segment="key")
    world.owes("F-1", "1000.00", DUE)
    world.begin()
    world.does("Find contact details", found="no", where_searched="Everywhere")
    world.does("Call the debtor", outcome="refuses", reached=True, note="No")
    assert (world.stage, world.tasks()) == ("decision", ["Decide the course"])


def test_a_posted_letter_is_sent_when_somebody_says_so(kowalski: World) -> None:
    to_the_demand(kowalski)
    kowalski.loses_email(city="Warszawa")
    kowalski.does("Approve demand", by="sven", decision="approve")
    assert ([letter.status for letter in kowalski.letters()], kowalski.stage) == (["queued"], "demand")
    assert kowalski.posts_letters() == 1
    assert [letter.status for letter in kowalski.letters()] == ["sent"]
    kowalski.live(14)
    assert kowalski.tasks() == ["Approve pre-court demand"]


def test_a_dispute_of_everything_rests_the_case(kowalski: World) -> None:
    kowalski.disputes("F-1", "Never delivered")
    assert kowalski.status == "suspended"
    kowalski.live(30)
    assert len(kowalski.mails) == 1
    kowalski.settles_dispute("It was")
    assert kowalski.status == "running"
    kowalski.live(6)
    assert len(kowalski.mails) == 1
    kowalski.live(1)
    assert len(kowalski.mails) == 2


def test_a_dispute_on_the_phone_is_clarified_by_the_supervisor(kowalski: World) -> None:
    to_the_call(kowalski)
    kowalski.does("Call the debtor", outcome="dispute", reached=True, note="Wrong size")
    kowalski.does("Clarify the dispute", by="sven", dispute_result="justified", note="It was the wrong size")
    kowalski.live(1)
    assert (kowalski.status, kowalski.tasks()) == ("suspended", [])


def test_nothing_is_sent_on_a_weekend_or_before_the_day_begins(world: World) -> None:
    world.debtor(email=ADDRESS)
    world.live(4)
    world.owes("F-1", "1000.00", DUE)
    world.live(1)
    assert (world.today.strftime("%A"), world.mails) == ("Saturday", [])
    world.live(1)
    assert world.mails == []
    world.live(1)
    assert len(world.mails) == 1


def test_an_address_entered_on_the_debtors_page_ends_the_search(world: World) -> None:
    world.debtor()
    world.owes("F-1", "1000.00", DUE)
    world.begin()
    assert world.tasks() == ["Find contact details"]
    world.learns_email(ADDRESS)
    world.hears("contact_found", channel="email")
    assert (world.tasks(), [mail.to for mail in world.mails]) == ([], [ADDRESS])


def test_an_address_that_failed_gives_way_to_the_one_that_was_found(kowalski: World) -> None:
    to_the_demand(kowalski)
    kowalski.bounces = True
    kowalski.does("Approve demand", by="sven", decision="approve")
    assert kowalski.tasks() == ["Find contact details"]
    place = {"street": "Krótka 2", "city": "Łódź", "postcode": "90-001"}
    kowalski.does("Find contact details", found="yes", **place, where_searched="The register")
    assert kowalski.posts_letters() == 1
    assert [letter.status for letter in kowalski.letters()] == ["sent"]
