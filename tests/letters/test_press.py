from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm
from docxtpl import DocxTemplate

from engine.errors import Unusable
from service_tasks.letters.build import letter_context
from service_tasks.letters.errors import TemplateRefused
from service_tasks.letters.press import LetterPress, read_templates
from service_tasks.letters.sandbox import letter_sandbox
from tests.letters.cases import TODAY, a_case, credit_note, docx, invoice, words

FOLDER = Path(__file__).parents[2] / "letter_templates"
PRESS = LetterPress(read_templates(FOLDER))
LETTERS = ("demand", "precourt_demand", "consumer_demand")
LANGUAGES = ("en", "de", "pl", "sk")
CASE = a_case(invoice(1, level=2, open=62_500), invoice(2, level=2), invoice(3), credit_note(4, 9_500))


def a_letter(template: str = "demand", language: str = "de", level: int = 3) -> bytes:
    return PRESS.letter(template, language, letter_context(CASE, level=level, today=TODAY, language=language))


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", LETTERS)
def test_a_letter_names_every_item_the_totals_and_where_to_pay(template: str, language: str) -> None:
    text = words(a_letter(template, language)).replace("\xa0", " ")
    for expected in ("F1", "F2", "F3", "K4", "SK31 1200 0000 1987 4263 7541", "TATRSKBX", "1042", "Handel s.r.o."):
        assert expected in text
    assert "Kowalski & Söhne <GmbH>" in text
    assert "50667 Köln" in text
    assert "PL61" not in text  # no złoty is asked for
    assert "{{" not in text
    assert "{%" not in text


def test_amounts_stand_in_the_formats_of_the_debtor() -> None:
    german = words(a_letter()).replace("\xa0", " ")
    assert "1.000,00 €" in german  # F2
    assert "625,00 €" in german  # what is left of F1
    assert "-95,00 €" in german  # the credit note
    assert "1.530,00 €" in german  # demanded: 625 + 1000 - 95
    assert "2.530,00 €" in german  # to pay, with what is also open
    assert "01.06.2026" in german
    assert "15. Juli 2026" in german


def test_what_is_also_open_stands_in_a_list_of_its_own() -> None:
    text = words(a_letter(language="en"))
    assert text.index("F2") < text.index("Total overdue") < text.index("Also open") < text.index("F3")


def test_without_anything_also_open_its_list_is_not_there() -> None:
    context = letter_context(a_case(invoice(1, level=2)), level=3, today=TODAY, language="en")
    text = words(PRESS.letter("demand", "en", context))
    assert "Also open" not in text
    assert "Total of these items" not in text


def test_the_same_case_gives_the_same_bytes_in_another_process_too() -> None:
    here = hashlib.sha256(a_letter()).hexdigest()
    assert hashlib.sha256(a_letter()).hexdigest() == here
    code = "import hashlib, tests.letters.test_press as t;print(hashlib.sha256(t.a_letter()).hexdigest())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parent)
    assert ran.stdout.strip() == here


def test_a_changed_cent_changes_the_bytes() -> None:
    other = letter_context(a_case(invoice(1, level=2, open=62_501)), level=3, today=TODAY, language="de")
    assert PRESS.letter("demand", "de", other) != a_letter()


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_can_open_it_and_no_part_is_broken(language: str) -> None:
    data = a_letter(language=language)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert len(set(package.namelist())) == len(package.namelist())
    document = Document(io.BytesIO(data))
    assert len(document.tables) == 4  # address, demanded, also open, payment
    assert document.sections[0].page_width == pytest.approx(Mm(210), rel=0.001)


def test_the_fast_way_writes_what_docxtpl_writes() -> None:
    data = read_templates(FOLDER)["pl/demand.docx"]
    context = letter_context(CASE, level=3, today=TODAY, language="pl")
    slow = DocxTemplate(io.BytesIO(data))
    slow.render({**context, "logo": ""}, letter_sandbox_with_budget())
    stream = io.BytesIO()
    slow.save(stream)
    ours, theirs = words(a_letter(language="pl")), words(stream.getvalue())
    assert [line for line in ours.splitlines() if line] == [line for line in theirs.splitlines() if line]


def letter_sandbox_with_budget() -> object:
    sandbox = letter_sandbox()
    sandbox.filters["_counted"] = lambda iterable: iterable
    return sandbox


def test_a_long_list_is_printed_whole() -> None:
    items = [invoice(n, level=2) for n in range(1, 1001)]
    context = letter_context(a_case(*items), level=3, today=TODAY, language="en")
    text = words(PRESS.letter("demand", "en", context))
    assert all(f"F{n}\n" in text for n in (1, 500, 1000))


def test_the_logo_is_put_in_and_kept_small_and_another_one_gives_another_letter() -> None:
    context = letter_context(CASE, level=3, today=TODAY, language="de")
    with_logo = PRESS.letter("demand", "de", context, logo=png(4000, 1000))
    picture = zipfile.ZipFile(io.BytesIO(with_logo))
    assert any(name.startswith("word/media/") for name in picture.namelist())
    header = picture.read("word/header1.xml").decode()
    assert 'cy="432000"' in header  # 12 mm
    assert PRESS.letter("demand", "de", context, logo=png(4000, 1000)) == with_logo
    assert PRESS.letter("demand", "de", context, logo=png(100, 100)) != with_logo
    assert "logo" not in words(with_logo)
    assert "logo" not in words(a_letter())


def test_a_logo_that_is_no_picture_is_refused() -> None:
    with pytest.raises(TemplateRefused, match="no picture"):
        PRESS.letter("demand", "de", letter_context(CASE, level=3, today=TODAY, language="de"), logo=b"<svg/>")


def test_what_a_person_added_stands_in_paragraphs_and_cannot_run() -> None:
    extra = "Line one & {{ creditor.name }}\n\n<b>two</b>"
    context = letter_context(CASE, level=3, today=TODAY, language="en", extra_text=extra)
    lines = words(PRESS.letter("demand", "en", context)).splitlines()
    assert "Line one & {{ creditor.name }}" in lines
    assert "<b>two</b>" in lines


def test_a_template_as_word_saves_it_with_a_tag_in_pieces_works() -> None:
    document = Document(io.BytesIO(docx("")))
    paragraph = document.paragraphs[0]
    for piece in ("{", "{ debtor", ".na", "me", " }", "}"):
        paragraph.add_run(piece)
    stream = io.BytesIO()
    document.save(stream)
    press = LetterPress({"en/x.docx": stream.getvalue()})
    context = letter_context(CASE, level=3, today=TODAY, language="en")
    assert "Kowalski & Söhne <GmbH>" in words(press.letter("x", "en", context))


def test_an_unknown_template_is_named_with_those_there_are() -> None:
    with pytest.raises(Unusable, match=r"'dunning'.*demand"):
        PRESS.languages("dunning")
    with pytest.raises(Unusable, match="fr/demand"):
        PRESS.letter("demand", "fr", {})


def test_letters_and_texts_are_told_apart() -> None:
    assert PRESS.is_letter("demand")
    assert not PRESS.is_letter("reminder_1")
    assert PRESS.keys() >= {*LETTERS, "reminder_1", "reminder_2", "letter_cover", "staff_notice"}


def test_a_text_lists_every_item_in_columns() -> None:
    text = PRESS.text(
        "reminder_1", "en", letter_context(a_case(invoice(1), invoice(22)), level=1, today=TODAY, language="en")
    )
    assert text.subject == "Payment reminder – our reference 1042"
    lines = text.body.splitlines()
    starts = ("Number", "F1 ", "F22", "Total")
    head, first, second, total = (next(line for line in lines if line.startswith(start)) for start in starts)
    assert "1.000,00\xa0€" in first
    ends = {head.index("Open") + 4, first.rindex("€") + 1, second.rindex("€") + 1, total.rindex("€") + 1}
    assert len(ends) == 1  # one right edge
    assert "SK31 1200 0000 1987 4263 7541" in text.body
    assert "\n\n\n" not in text.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["reminder_1", "reminder_2", "consumer_reminder_1", "consumer_reminder_2"])
def test_every_reminder_names_items_total_and_account(template: str, language: str) -> None:
    text = PRESS.text(template, language, letter_context(CASE, level=2, today=TODAY, language=language))
    assert all(each in text.body for each in ("F1", "F2", "K4", "SK31 1200", "1042"))
    assert "\n" not in text.subject
    assert "{" not in text.body


def test_hundreds_of_letters_a_second_come_out() -> None:
    context = letter_context(CASE, level=3, today=TODAY, language="de")
    PRESS.letter("demand", "de", context)
    started = time.process_time()
    for _ in range(100):
        PRESS.letter("demand", "de", context)
    assert time.process_time() - started < 1  # docxtpl alone takes 5 s
