from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from service_tasks.letters.errors import TemplateRefused
from service_tasks.letters.package import read_package
from service_tasks.letters.press import LetterPress, check_template, read_templates
from tests.letters.cases import docx, with_parts

FOLDER = Path(__file__).parents[2] / "letter_templates"
SHIPPED = read_templates(FOLDER)
SUBJECT = "Subject: s\n"


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_shipped_template_passes_its_own_check(name: str) -> None:
    assert check_template(SHIPPED[name], name) == []


def test_every_language_has_every_template() -> None:
    by_language: dict[str, set[str]] = {}
    for name in SHIPPED:
        language, _, file = name.partition("/")
        by_language.setdefault(language, set()).add(file)
    assert set(by_language) == {"en", "de", "pl", "sk"}
    assert len({frozenset(files) for files in by_language.values()}) == 1
    assert len(by_language["en"]) == 9


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ debtor.nmae }}", "unknown placeholder debtor.nmae; did you mean debtor.name?"),
        ("{{ detbor.name }}", "unknown placeholder detbor; did you mean debtor?"),
        ("{% for i in items %}{{ i.numbr }}{% endfor %}", "i.numbr; did you mean i.number?"),
        ("{% for i in itms %}{% endfor %}", "unknown placeholder itms"),
        ("{% for i in debtor %}{{ i }}{% endfor %}", "a loop needs one name and one of the lists"),
        ("{% for a, b in items %}{{ a }}{% endfor %}", "a loop needs one name"),
        ("{{ items }}", "items is a list; loop over it"),
        ("{{ debtor }}", "debtor has parts"),
        ("{{ case.number.value }}", "case.number has no parts"),
        ("{{ items.append(1) }}", "calls a method or function"),
        ("{{ level + 1 }}", "calculates"),
        ("{% set x = 1 %}", "sets a variable"),
        ("{{ level|safe }}", "the filter 'safe' is not known"),
        ("{% if level is callable %}{% endif %}", "the test 'callable' is not known"),
        ("{% for i in items %}", "cannot be read"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "cannot be read"),
        ("{{ i.number }}{% for i in items %}{{ i.number }}{% endfor %}", "unknown placeholder i;"),
    ],
)
def test_mistakes_are_named_in_texts_and_letters_alike(source: str, said: str) -> None:
    for data, name in ((SUBJECT + source, "en/x.txt"), (docx(source), "en/x.docx")):
        problems = check_template(data, name)
        assert any(said in problem for problem in problems), problems


def test_loops_may_stand_three_deep_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        opening = "".join(f"{{% for a{n} in items %}}" for n in range(depth))
        return SUBJECT + opening + "{% endfor %}" * depth

    assert check_template(nested(3), "en/x.txt") == []
    assert any("4 deep" in problem for problem in check_template(nested(4), "en/x.txt"))


def test_all_mistakes_are_said_at_once() -> None:
    assert len(check_template(SUBJECT + "{{ a }}{{ b }}{{ debtor.c }}", "en/x.txt")) == 3


def test_a_text_needs_a_subject() -> None:
    assert "Subject:" in check_template("Hello {{ debtor.name }}", "en/x.txt")[0]


def test_staff_notices_have_their_own_data() -> None:
    assert check_template(SUBJECT + "{{ person }}", "en/staff_notice.txt") == []
    assert check_template(SUBJECT + "{{ person }}", "en/reminder_1.txt") != []


def test_a_file_that_is_no_letter_is_refused() -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for data in (b"", b"PK\x03\x04rubbish", b"%PDF-1.7", empty.getvalue(), b"\xd0\xcf\x11\xe0old .doc"):
        assert "not a .docx file" in check_template(data, "en/x.docx")[0]
    assert check_template(b"x", "en/x.odt") != []
    assert check_template(b"\xff\xfeS", "en/x.txt") != []


RELATION = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="http://evil.test/x" '
    b'TargetMode="External"/></Relationships>'
)
DOCTYPE = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("word___rels__header9.xml.rels", RELATION % b"image", "loads something from outside"),
        ("word___rels__settings.xml.rels", RELATION % b"attachedTemplate", "loads something from outside"),
        ("word__vbaProject.bin", b"x", "macros"),
        ("word__embeddings__o.bin", b"x", "embedded objects"),
        ("word__comments.xml", DOCTYPE, "document type"),
        ("word__comments.xml", DOCTYPE.decode().encode("utf-16"), "document type"),
        ("word__header9.xml", "<a>{{ x }}</a>".encode("utf-16"), "UTF-8"),
        ("word__media__bomb.bin", b"\0" * 30_000_000, "too large"),
    ],
)
def test_a_letter_that_reaches_outside_or_hides_something_is_refused(part: str, content: bytes, said: str) -> None:
    problems = check_template(with_parts(docx("{{ debtor.name }}"), **{part: content}), "en/x.docx")
    assert any(said in problem for problem in problems), problems


def _body(inside: str) -> bytes:
    xml = f'<w:document xmlns:w="w"><w:body><w:p><w:r>{inside}</w:r></w:p></w:body></w:document>'
    return with_parts(docx("x"), **{"word__document.xml": xml.encode()})


@pytest.mark.parametrize(
    "inside",
    [
        "<w:t>{{ a</w:t>" * 10_000,
        "<w:t>{%</w:t>" * 10_000,
        "<w:t>}}</w:t>" * 10_000 + "<w:t>{{ level }}</w:t>",
        "<w:tc>x{% colspan </w:tc>" * 10_000,
        '<w:t a="{{"/>' * 10_000 + "<w:t>{{ level }}</w:t>",
        '<w:t a="&gt;>{{"/>' * 10_000 + "<w:t>{{ level }}</w:t>",
        "<!-- {{ -->" * 10_000 + "<w:t>{{ level }}</w:t>",
        "<w:t>{{{{{{{{{{</w:t>" * 10_000,
    ],
)
def test_open_tags_by_the_thousand_are_refused_within_seconds(inside: str) -> None:
    started = time.process_time()
    assert check_template(_body(inside), "en/x.docx") != []
    assert time.process_time() - started < 5


def test_tags_by_the_thousand_are_read_within_seconds() -> None:
    started = time.process_time()
    assert (
        check_template(_body("<w:tc><w:p><w:t>{% colspan level %}{{ level }}</w:t></w:p></w:tc>" * 2_000), "en/x.docx")
        == []
    )
    assert time.process_time() - started < 10


def test_links_are_no_loading() -> None:
    linked = with_parts(docx("x"), **{"word___rels__footer9.xml.rels": RELATION % b"hyperlink"})
    assert check_template(linked, "en/x.docx") == []


def test_a_refused_template_cannot_be_pressed_either() -> None:
    press = LetterPress({"en/x.docx": docx("{{ items.append(1) }}"), "en/y.txt": b"Subject: s\n{{ 'x' * 10 }}"})
    with pytest.raises(TemplateRefused, match="calls a method"):
        press.letter("x", "en", {})
    with pytest.raises(TemplateRefused, match="calculates"):
        press.text("y", "en", {})


def test_parts_are_never_unpacked_beyond_what_the_package_says() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * 50_000_000)
    said = bomb.getvalue().replace((50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    tracemalloc.start()
    with pytest.raises(TemplateRefused):
        read_package(said, "bomb")
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_packing_without_a_bound_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as package:
        package.writestr("word/document.xml", b" " * 1000)
    with pytest.raises(TemplateRefused, match="no word processor uses"):
        read_package(packed.getvalue(), "bomb")
