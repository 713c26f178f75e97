"""Put the creditor's logo into a template, once; every letter of that template then has it for free."""

from __future__ import annotations

import io

from docx import Document
from docx.document import Document as Docx
from docx.image.exceptions import UnrecognizedImageError
from docx.shared import Emu, Mm
from docx.text.paragraph import Paragraph

from service_tasks.letters.errors import TemplateRefused

PLACE = "{{ logo }}"
MAX_WIDTH = Mm(60)
MAX_HEIGHT = Mm(12)  # higher ones would push the address out of its window


def stamp_logo(template: bytes, logo: bytes | None, name: str) -> bytes:
    """Return the template with the logo (PNG, JPEG, GIF, BMP, TIFF), or with nothing, in place of `{{ logo }}`."""
    document = Document(io.BytesIO(template))
    places = [paragraph for paragraph in _paragraphs(document) if PLACE in paragraph.text]
    for paragraph in places:
        _fill(paragraph, logo, name)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _paragraphs(document: Docx) -> list[Paragraph]:
    section = document.sections[0]
    found: list[Paragraph] = []
    for block in (document, section.first_page_header, section.header):
        found += block.paragraphs
        found += [
            each for table in block.tables for row in table.rows for cell in row.cells for each in cell.paragraphs
        ]
    return found


def _fill(paragraph: Paragraph, logo: bytes | None, name: str) -> None:
    for run in paragraph.runs:
        run.text = ""
    if logo is None:
        _drop(paragraph)
        return
    try:
        picture = paragraph.add_run().add_picture(io.BytesIO(logo))
    except UnrecognizedImageError:
        raise TemplateRefused(name, ["the creditor's logo is no picture that Word knows; use PNG or JPEG"]) from None
    for side in "TBLR":
        picture._inline.set(f"dist{side}", "0")  # noqa: SLF001  # left out, LibreOffice moves the picture by 3 mm
    scale = min(MAX_WIDTH / picture.width, MAX_HEIGHT / picture.height, 1)
    picture.width, picture.height = Emu(int(picture.width * scale)), Emu(int(picture.height * scale))


def _drop(paragraph: Paragraph) -> None:
    """Remove an empty paragraph; the only one of its cell must stay."""
    element = paragraph._p  # noqa: SLF001  # python-docx has no public way to remove a paragraph
    parent = element.getparent()
    if parent is not None and len(parent.findall(element.tag)) > 1:
        parent.remove(element)
