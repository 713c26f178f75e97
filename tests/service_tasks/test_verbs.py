from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from engine.errors import BusinessError
from service_tasks.calls import another_hour, record_call
from service_tasks.contacts import record_contact
from service_tasks.course import close_case, propose_write_off, refer
from service_tasks.disputes import open_dispute
from service_tasks.escalation import escalate
from service_tasks.promises import judge_promise, record_promise
from service_tasks.sending import send_message
from tests.service_tasks.calling import NOW, POSTAL, TODAY, call, changed, debtor, facts, inserted, item, promise


def test_a_message_is_queued_under_a_name_that_a_redone_step_gives_again() -> None:
    first, again = (call(facts(debtor=debtor(email="a@debtors.test"))) for _ in range(2))
    for each in (first, again):
        send_message(each, template="reminder_1", level=1)
    assert first.write.outgoing == again.write.outgoing
    row = first.write.outgoing[0]
    assert (row["channel"], row["key"]) == ("email", "case-42-reminder_1-9.4.1")
    assert row["payload"] == {"case": 42, "debtor": 7, "template": "reminder_1", "level": 1}


def test_without_an_address_nothing_is_queued_unless_one_was_just_found() -> None:
    with pytest.raises(BusinessError) as refused:
        send_message(call(), template="reminder_1", level=1)
    assert refused.value.code == "no_address"
    found = call()
    send_message(found, template="reminder_1", level=1, found=True)
    assert len(found.write.outgoing) == 1


@pytest.mark.parametrize(
    "case",
    [
        facts(balance={}),
        facts(debtor=debtor(email="a@debtors.test", do_not_contact=True)),
        facts(closed_on=TODAY, outcome="paid"),
    ],
)
def test_who_owes_nothing_or_must_not_be_contacted_is_asked_nothing(case: object) -> None:
    with pytest.raises(BusinessError) as refused:
        send_message(call(case), template="reminder_1", level=1)  # type: ignore[arg-type]
    assert refused.value.code == "nothing_to_ask"


def test_calls_that_reach_nobody_are_counted_and_one_that_does_starts_anew() -> None:
    made = call(done_by="eva")
    result = record_call(made, outcome="no_answer", note="Voice mail", tries=1)
    assert result["tries"] == 2
    note = inserted(made, "contact_note")[0]
    assert (note["by"], note["kind"], note["outcome"], note["reached"]) == ("eva", "call", "no_answer", False)
    assert record_call(call(), outcome="refuses", reached=True, tries=2)["tries"] == 0


@pytest.mark.parametrize(
    ("now", "again"),
    [
        (datetime(2026, 5, 4, 8, tzinfo=UTC), datetime(2026, 5, 4, 13, tzinfo=UTC)),  # Monday ten o'clock in Warsaw
        (datetime(2026, 5, 4, 12, tzinfo=UTC), datetime(2026, 5, 5, 8, tzinfo=UTC)),
        (datetime(2026, 5, 8, 12, tzinfo=UTC), datetime(2026, 5, 11, 8, tzinfo=UTC)),  # over the weekend
        (datetime(2026, 4, 30, 12, tzinfo=UTC), datetime(2026, 5, 4, 8, tzinfo=UTC)),  # over the First of May
    ],
)
def test_the_next_try_is_at_another_hour_of_the_debtors_business_days(now: datetime, again: datetime) -> None:
    assert another_hour(now, "PL") == again


def test_t13_a_promise_is_judged_after_its_tolerance() -> None:
    made = call(done_by="eva")
    result = record_promise(made, promised_on=date(2026, 5, 15), amount=Decimal("500.00"))
    assert result == {"judged_on": date(2026, 5, 20)}
    row = inserted(made, "promise")[0]
    assert (row["amount"], row["currency"], row["recorded_by"]) == (50_000, "EUR", "eva")


@pytest.mark.parametrize(("paid", "verdict"), [(48_000, "kept"), (30_000, "partially_kept"), (0, "broken")])
def test_t13_verdicts(paid: int, verdict: str) -> None:
    made = call(facts(promise=promise(paid=paid)))
    assert judge_promise(made) == verdict
    assert changed(made, "promise") == [({"id": 3, "judged_on": None}, {"judged_on": TODAY, "verdict": verdict})]


def test_a_new_promise_takes_the_place_of_the_open_one() -> None:
    made = call(facts(promise=promise()))
    record_promise(made, promised_on=date(2026, 5, 20), amount=Decimal(1))
    assert changed(made, "promise") == [({"id": 3, "judged_on": None}, {"withdrawn_at": NOW})]


def test_what_is_found_takes_the_place_of_what_was_known_for_that_channel() -> None:
    made = call(facts(debtor=debtor(email="old@debtors.test", phone="+48 1", postal=POSTAL)))
    record_contact(made, email="new@debtors.test", phone="+48 1", street="Krótka 2", city="Łódź")
    assert [row["channel"] for row in inserted(made, "contact")] == ["email", "postal"]
    ended = [(where["channel"], where["value"], values) for where, values in changed(made, "contact")]
    yesterday = {"valid_until": TODAY - timedelta(days=1)}
    assert ended == [("email", "old@debtors.test", yesterday), ("postal", "Firma", yesterday)]


def test_an_address_that_failed_ends_though_only_another_channel_was_found() -> None:
    made = call(facts(debtor=debtor(email="old@debtors.test")))
    record_contact(made, phone="+48 2", email_failed=True)
    assert [(where["channel"], where["value"]) for where, _ in changed(made, "contact")] == [
        ("email", "old@debtors.test")
    ]


def test_a_dispute_holds_all_that_is_demanded() -> None:
    made = call(facts(items=(item(), item(receivable_id=2), item(receivable_id=3, demandable=False))))
    assert open_dispute(made, reason="Never delivered") == 2
    assert [row["receivable_id"] for row in inserted(made, "dispute")] == [1, 2]


def test_escalating_tells_the_supervisor_and_raises_priority_up_to_the_highest() -> None:
    made = call(facts(priority=90))
    escalate(made, text="Not called in time")
    assert inserted(made, "staff_notice")[0]["username"] == "sven"
    assert changed(made, "collection_case") == [({"id": 5}, {"priority": 100})]
    assert changed(made, "task") == [({"business_key": "case:42", "status": "open"}, {"priority": 100})]


def test_referring_and_writing_off_name_the_outcome_that_closes_the_case() -> None:
    assert refer(call(), to="legal", reason="Silent")["outcome"] == "placed"
    assert propose_write_off(call(), reason="Insolvent")["outcome"] == "written_off"
    made = call(facts(promise=promise()))
    close_case(made, outcome="placed")
    assert changed(made, "collection_case")[0][1] == {"closed_on": TODAY, "outcome": "placed"}
    assert changed(made, "case_item") == [({"case_id": 5, "left_on": None}, {"left_on": TODAY})]
    assert changed(made, "promise")[0][1] == {"withdrawn_at": NOW}
