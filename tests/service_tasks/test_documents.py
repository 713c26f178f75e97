from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from engine.errors import DulyError, NotFound, Unusable
from service_tasks.documents import DocumentStore


def test_what_is_put_is_got_by_its_hash(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    sha256 = store.put(b"letter", ".docx")
    assert sha256 == hashlib.sha256(b"letter").hexdigest()
    assert store.get(sha256) == b"letter"
    assert store.path(sha256) == tmp_path / sha256[:2] / f"{sha256}.docx"
    assert store.put(b"letter", ".docx") == sha256
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 1


def test_a_changed_file_is_never_handed_out(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    sha256 = store.put(b"pay 10")
    store.path(sha256).write_bytes(b"pay 99")
    with pytest.raises(DulyError, match="was changed"):
        store.get(sha256)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "*", "0" * 63, "0" * 64, "A" * 64, "0" * 64 + "\n"])
def test_nothing_else_is_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        DocumentStore(tmp_path).get(name)


@pytest.mark.parametrize("suffix", ["", "docx", "./x", ".", ".DOCX", "..", ".a/b", ".averylongone"])
def test_an_ending_is_an_ending(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(Unusable):
        DocumentStore(tmp_path).put(b"x", suffix)


def test_a_crash_leaves_no_half_a_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="No space"):
        DocumentStore(tmp_path).put(b"x")
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
