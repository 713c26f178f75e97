"""A file comes in through the pages: columns, preview, import, what was refused, and taking it back."""

from collections.abc import Callable
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from receivables.import_run import ImportRun
from receivables.receivable import Receivable
from tests.web.conftest import OpenAs, SignIn
from web.context import Context
from web.jobs.kinds import KINDS
from web.jobs.run import run_waiting
from web.jobs.table import Job

FILE = b"""invoice,customer,name,issued,due,amount
A-1,C1,Novak,2026-01-05,2026-01-19,100.50
A-2,C1,Novak,2026-01-06,2026-01-20,10.005
A-3,,Nobody,2026-01-07,2026-01-21,5.00
"""
FIELDS = {
    "column_number": "invoice",
    "column_debtor_ref": "customer",
    "column_debtor_name": "name",
    "column_issue_date": "issued",
    "column_due_date": "due",
    "column_amount": "amount",
    "default_currency": "EUR",
    "mode": "delta",
    "as_of": "2026-03-02",
}


def upload(client: FlaskClient, content: bytes = FILE, name: str = "open.csv") -> str:
    """Upload a file; gives the address of its columns."""
    answer = client.post("/imports/new", data={"file": (BytesIO(content), name)})
    assert answer.status_code == 302, answer.text
    return answer.location


def preview(parts: Context, client: FlaskClient, address: str, **more: str) -> TestResponse:
    """Send the columns and give the page that says what would change."""
    ordered = client.post(address, data=FIELDS | more)
    assert ordered.status_code == 302, ordered.text
    return client.get(follow(parts, client, ordered))


def follow(parts: Context, client: FlaskClient, ordered: TestResponse) -> str:
    """Do the work and give where it leads."""
    run_waiting(parts, KINDS)
    led = client.get(ordered.location)
    assert led.status_code == 302, led.text
    return str(led.location)


def import_all(parts: Context, client: FlaskClient, content: bytes = FILE, **more: str) -> str:
    """Import a file; gives the address of its result."""
    address = upload(client, content)
    preview(parts, client, address, **more)
    accept = {"accept_vanished": more["accept"]} if "accept" in more else {}
    return follow(parts, client, client.post(f"{address}/import", data=accept))


def count(parts: Context) -> int:
    with parts.reading() as session:
        return session.scalar(select(func.count()).select_from(Receivable)) or 0


def test_the_columns_are_proposed_with_the_first_rows(sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    page = client.get(upload(client)).text
    assert '<option value="invoice" selected>' in page
    assert "10.005" in page


def test_a_preview_says_what_would_change_and_changes_nothing(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    page = preview(parts, client, upload(client)).text
    assert "2 rows go in, 1 are refused" in page
    assert "€110.51" in page
    assert count(parts) == 0


def test_an_import_tells_what_it_did_and_gives_the_refused_rows(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    address = import_all(parts, client)
    page = client.get(address).text
    assert "C1" not in page
    assert "A-3" in page
    assert count(parts) == 2
    assert "A-3,,Nobody" in client.get(f"{address}/refused.csv").text
    assert "open.csv" in client.get("/imports/").text


def test_an_import_is_taken_back(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    address = import_all(parts, client)
    assert "2 receivables and 2 postings are taken back" in client.get(address).text
    assert client.post(f"{address}/undo").status_code == 302
    assert count(parts) == 0
    assert "Undo the import" not in client.get(address).text
    assert client.post(f"{address}/undo").status_code == 409


def test_a_kept_mapping_is_offered_for_the_next_file(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    import_all(parts, client, save_as="weekly")
    page = client.get(upload(client)).text
    assert "<option selected>weekly</option>" in page
    assert 'value="EUR"' in page


def test_a_snapshot_that_misses_much_asks_for_a_tick(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    import_all(parts, client)
    half = b"\n".join(FILE.splitlines()[:2])
    address = upload(client, half)
    assert "accept_vanished" in preview(parts, client, address, mode="snapshot").text
    client.post(f"{address}/import")
    run_waiting(parts, KINDS)
    with parts.reading() as session:
        assert "missing from this snapshot" in str(session.scalars(select(Job.error).order_by(Job.id.desc())).first())
    follow(parts, client, client.post(f"{address}/import", data={"accept_vanished": "1"}))
    with parts.reading() as session:
        last = session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()
        assert last is not None
        assert (last.counts or {})["settled"] == 1


def test_what_is_no_table_or_lacks_a_column_is_refused_in_words(sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    answer = client.post("/imports/new", data={"file": (BytesIO(b""), "empty.csv")})
    assert "empty.csv" in answer.text
    assert "Choose a file" in client.post("/imports/new", data={}).text
    page = client.post(upload(client), data=FIELDS | {"column_number": ""}).text
    assert "columns.number is missing" in page


def test_only_who_may_import_can(parts: Context, sign_in: SignIn) -> None:
    assert sign_in("auditor").get("/imports/").status_code == 200
    assert sign_in("auditor").get("/imports/new").status_code == 403
    assert sign_in("collector").get("/imports/").status_code == 403
    client = sign_in("supervisor")
    assert sign_in("auditor").post(f"{import_all(parts, client)}/undo").status_code == 403


def test_an_upload_that_is_gone_is_said_so(sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    assert client.get(f"/imports/new/{'0' * 32}").status_code == 404
    assert client.get("/imports/new/..%2f..%2fsecret").status_code == 404
    assert client.get(f"{upload(client)}/preview?job=1").status_code == 404


def test_the_pages_of_an_import_are_accessible_and_fit(
    parts: Context, sign_in: SignIn, open_as: OpenAs, axe: Callable[..., None], app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = sign_in("supervisor")
    columns, done = upload(client), import_all(parts, client)
    before = preview(parts, client, columns).request.full_path
    for path in ("/imports/", "/imports/new", columns, before, done):
        page = open_as("supervisor", path)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
