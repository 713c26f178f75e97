from __future__ import annotations

import stat
from pathlib import Path

import pytest

from connectors import pdf
from engine.errors import TemporaryError

SOFFICE = """#!/bin/sh
for last; do :; done
for each; do case "$each" in *.docx) {what};; esac; done
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Put a stand-in for LibreOffice on the path that does `what` for each letter."""
    program = folder / "soffice"
    program.write_text(SOFFICE.format(what=what))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_without_libreoffice_there_is_no_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdf.office() is None
    assert pdf.to_pdf(b"x") is None


def test_letters_come_back_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        tmp_path,
        monkeypatch,
        '(printf %s "%PDF-"; cat "$each") > "${{each%.docx}}.pdf"'.replace("{{", "{").replace("}}", "}"),
    )
    assert pdf.to_pdfs([b"one", b"two"]) == [b"%PDF-one", b"%PDF-two"]
    assert pdf.to_pdfs([]) == []


def test_one_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "sleep 60")
    with pytest.raises(TemporaryError, match=r"within 0\.2 s"):
        pdf.to_pdf(b"x", seconds=0.2)


def test_one_that_makes_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "true")
    with pytest.raises(TemporaryError, match="made no PDF"):
        pdf.to_pdf(b"x")
