import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from receivables.errors import AlreadyDone, FourEyes, NotKnown, ReceivablesError, Refused
from receivables.facts import load_facts
from receivables.letter import STATUSES, Letter
from receivables.letters import (
    MOVES,
    approve_letter,
    last_editor,
    letter_by_id,
    mark_letter_sent,
    queue_letter,
    redraft_letter,
    return_letter,
    supersede_letter,
    undo_approval,
)
from tests.receivables.books import NOW, TODAY, Books


def drafted(books: Books) -> Letter:
    debtor = books.debtor()
    books.invoice(debtor)
    letter = Letter(case_id=books.open_case(debtor).id, template="demand", language="pl", level=3, sha256="aa")
    letter.file_name, letter.figures, letter.drafted_by, letter.drafted_at = "demand.docx", {"EUR": 5}, "duly", NOW
    books.session.add(letter)
    books.session.flush()
    return letter


def test_what_is_approved_is_queued_and_sent(books: Books, session: Session) -> None:
    letter = letter_by_id(session, drafted(books).id)
    approve_letter(session, letter, by="boss", now=NOW, four_eyes=True)
    queue_letter(session, letter, "email")
    facts = load_facts(session, [1], TODAY)[1].letter
    assert facts is not None
    assert (facts.id, facts.status, facts.decided_by, facts.figures) == (letter.id, "queued", "boss", {"EUR": 5})
    mark_letter_sent(session, letter, now=NOW)
    assert load_facts(session, [1], TODAY)[1].letter is None
    assert (letter.status, letter.channel, letter.sent_at) == ("sent", "email", NOW)


def test_the_last_editor_does_not_decide_where_four_eyes_are_asked_for(books: Books, session: Session) -> None:
    letter = drafted(books)
    return_letter(session, letter, " name the contract ", by="boss", now=NOW)
    assert letter.comment == "name the contract"
    redraft_letter(session, letter, sha256="bb", file_name="2.docx", extra_text="Contract 7", by="anna")
    assert (last_editor(letter), letter.status, letter.decided_by) == ("anna", "drafted", None)
    with pytest.raises(FourEyes, match="anna edited letter"):
        approve_letter(session, letter, by="anna", now=NOW, four_eyes=True)
    assert letter.status == "drafted"
    approve_letter(session, letter, by="anna", now=NOW, four_eyes=False)
    with pytest.raises(AlreadyDone, match="was approved by anna"):
        approve_letter(session, letter, by="boss", now=NOW, four_eyes=True)


def test_an_approval_is_undone_until_the_letter_is_queued(books: Books, session: Session) -> None:
    letter = drafted(books)
    approve_letter(session, letter, by="boss", now=NOW, four_eyes=True)
    undo_approval(session, letter)
    assert (letter.status, letter.decided_by) == ("drafted", None)
    approve_letter(session, letter, by="boss", now=NOW, four_eyes=True)
    queue_letter(session, letter, "print")
    with pytest.raises(AlreadyDone, match="is queued; it cannot become drafted"):
        undo_approval(session, letter)


def test_a_letter_goes_back_only_with_a_comment(books: Books, session: Session) -> None:
    with pytest.raises(Refused, match="what is to be corrected"):
        return_letter(session, drafted(books), " ", by="boss", now=NOW)
    with pytest.raises(NotKnown):
        letter_by_id(session, 10**6)


def test_every_move_is_between_known_statuses() -> None:
    assert set(MOVES) == set(STATUSES)
    assert all(status in STATUSES for targets in MOVES.values() for status in targets)


STEPS = ["approve", "return", "undo", "redraft", "queue", "sent", "supersede"]


@given(st.lists(st.sampled_from(STEPS), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
def test_nothing_is_sent_without_an_approval_by_somebody_else(books: Books, session: Session, steps: list[str]) -> None:
    with session.begin_nested() as undone:
        letter = drafted(books)
        for step in steps:
            try:
                _do(session, letter, step)
            except ReceivablesError:
                continue
        if letter.status in ("approved", "queued", "sent"):
            assert letter.decided_by == "boss" != last_editor(letter)
        undone.rollback()


def _do(session: Session, letter: Letter, step: str) -> None:
    match step:
        case "approve":
            approve_letter(session, letter, by="boss", now=NOW, four_eyes=True)
        case "return":
            return_letter(session, letter, "shorter", by="boss", now=NOW)
        case "undo":
            undo_approval(session, letter)
        case "redraft":
            redraft_letter(session, letter, sha256="cc", file_name="3.docx", extra_text=None, by="anna")
        case "queue":
            queue_letter(session, letter, "email")
        case "sent":
            mark_letter_sent(session, letter, now=NOW)
        case _:
            supersede_letter(session, letter, "figures changed")
