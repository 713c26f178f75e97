"""The last import can be taken back, and cases hear what an import means for them."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from receivables.case import Case, CaseItem
from receivables.debtor import Contact, Debtor
from receivables.errors import AlreadyDone, NotKnown, Refused
from receivables.import_run import ImportRun
from receivables.notice import Notice
from receivables.posting import Posting
from receivables.product import CaseGroup
from receivables.receivable import Receivable
from tests.imports.importer import NOW, TODAY, Importer

HEADER = "number,debtor_ref,due_date,amount,open_amount,debtor_name,email,disputed,product_group"
FIRST = ("F1,D1,2024-01-01,100,100,Old Ltd,a@b.test,yes,gas", "F2,D2,2024-01-01,50,20,Two Ltd,,no,")
LATER = (
    "F1,D1,2024-02-01,90,0,New Ltd,c@b.test,no,water",
    "F2,D9,2024-01-01,50,0,Nine,,yes,",
    "F3,D3,,7,7,Three,,,oil",
)
JULY = date(2024, 7, 1)


def open_case(importer: Importer, number: int, *items: str) -> None:
    with importer.database.unit_of_work() as session:
        rows = [session.query(Receivable).filter_by(number=item).one() for item in items]
        _add_case(session, number, rows)


def _add_case(session: Session, number: int, rows: list[Receivable]) -> None:
    case = Case(
        number=number,
        debtor_id=rows[0].debtor_id,
        case_group_id=session.query(CaseGroup).one().id,
        strategy="standard_b2b",
        opened_on=TODAY,
    )
    case.items = [CaseItem(receivable_id=row.id, joined_on=TODAY) for row in rows]
    session.add(case)


def test_undo_leaves_the_ledger_as_it_was(importer: Importer) -> None:
    empty = importer.contents()
    first = importer.rows(*FIRST, header=HEADER)
    before = importer.contents()
    second = importer.rows(*LATER, header=HEADER, as_of=JULY)
    assert (second.created, second.updated) == (1, 2)
    undone = importer.undo(second.run_id)
    assert (undone.receivables, undone.cases) == (1, ())
    assert importer.contents() == before
    importer.undo(first.run_id)
    assert importer.contents() == empty


def test_a_snapshot_is_undone_whole(importer: Importer) -> None:
    importer.rows(*FIRST, header=HEADER)
    before = importer.contents()
    how = {"mode": "snapshot", "max_vanished": 1.0}
    result = importer.rows(FIRST[0], header=HEADER, settings=how, as_of=JULY)
    assert result.vanished == 1
    importer.undo(result.run_id)
    assert importer.contents() == before


def test_only_the_last_import_and_only_once(importer: Importer) -> None:
    first, second = importer.rows(*FIRST, header=HEADER), importer.rows(*LATER, header=HEADER)
    with pytest.raises(Refused, match=f"import {second.run_id} came after {first.run_id}"):
        importer.undo(first.run_id)
    importer.undo(second.run_id)
    with pytest.raises(AlreadyDone, match="undone by anna"):
        importer.undo(second.run_id)
    with pytest.raises(NotKnown):
        importer.undo(77)
    run = importer.one(ImportRun, id=second.run_id)
    assert (run.undone_by, run.counts["rows"]) == ("anna", 3)


def test_what_was_acted_upon_stays(importer: Importer) -> None:
    run = importer.rows(*FIRST, header=HEADER).run_id
    open_case(importer, 42, "F1")
    with pytest.raises(Refused, match="messages were sent"):
        importer.undo(run, sent=[42])
    item = importer.one(Receivable, number="F1").id
    with importer.database.unit_of_work() as session:
        paid = {"kind": "payment", "source": "hand", "booked_on": TODAY, "amount": -5, "currency": "EUR"}
        session.add(Posting(receivable_id=item, at=NOW, by="anna", **paid))
    with pytest.raises(Refused, match="a payment was booked on F1"):
        importer.undo(run)
    case = importer.one(Case).id
    with importer.database.unit_of_work() as session:
        session.add(Notice(receivable_id=item, case_id=case, level=1, sent_on=TODAY, key="k"))
    with pytest.raises(Refused, match="messages were sent on its receivables"):
        importer.undo(run)


def test_a_case_opened_since_loses_its_items_and_hears_of_it(importer: Importer) -> None:
    run = importer.rows(*FIRST, header=HEADER).run_id
    open_case(importer, 42, "F1")
    assert importer.undo(run).cases == (42,)
    assert importer.all(CaseItem) == []
    assert [debtor.reference for debtor in importer.all(Debtor)] == ["D1"]  # the case is on record, so its debtor stays


def test_a_contact_added_by_hand_keeps_its_debtor(importer: Importer) -> None:
    run = importer.rows(*FIRST, header=HEADER).run_id
    debtor = importer.one(Debtor, reference="D2").id
    with importer.database.unit_of_work() as session:
        session.add(Contact(debtor_id=debtor, channel="phone", value="1", source="hand", valid_from=TODAY))
    importer.undo(run)
    assert [each.reference for each in importer.all(Debtor)] == ["D2"]


def test_cases_hear_what_became_of_their_items(importer: Importer) -> None:
    header = "number,debtor_ref,amount,open_amount"
    rows = [f"F{place},D{place},100,50" for place in range(1, 6)]
    importer.rows(*rows, "F6,D1,10,10", header=header)
    open_case(importer, 1, "F1", "F6")
    for place in range(2, 6):
        open_case(importer, place, f"F{place}")
    later = ("F1,D1,100,0", "F2,D2,100,0", "F3,D3,100,20", "F4,D4,100,80", "F5,D5,100,50")
    tried = importer.rows(*later, header=header, as_of=JULY, dry_run=True)
    assert (tried.paid_cases, tried.lowered_cases, tried.raised_cases) == ([], [], [])
    result = importer.rows(*later, header=header, as_of=JULY)
    assert (result.paid_cases, result.lowered_cases, result.raised_cases) == ([2], [1, 3], [4])


def test_an_item_of_another_debtor_leaves_its_case(importer: Importer) -> None:
    header = "number,debtor_ref,amount"
    importer.rows("F1,D1,100", "F2,D1,50", header=header)
    open_case(importer, 1, "F1", "F2")
    result = importer.rows("F1,D2,100", header=header, as_of=JULY)
    assert result.lowered_cases == [1]
    assert [each.left_on for each in importer.all(CaseItem)] == [JULY, None]
    importer.undo(result.run_id)
    assert [each.left_on for each in importer.all(CaseItem)] == [None, None]
