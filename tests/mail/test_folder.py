from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.mail.folder import FolderMailer, file_name
from engine.errors import TemporaryError
from tests.mail.test_message import built


def test_a_message_is_a_file_named_by_its_key(tmp_path: Path) -> None:
    receipt = FolderMailer(tmp_path / "mail").send(built(), key="case:1:demand")
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == receipt["file"] == "case%3A1%3Ademand.eml"
    assert file.read_bytes() == built().as_bytes()


def test_the_second_time_nothing_is_written(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    mailer.send(built(), key="k")
    file = tmp_path / "k.eml"
    file.write_bytes(b"first")
    assert mailer.send(built(), key="k")["file"] == "k.eml"
    assert file.read_bytes() == b"first"


def test_a_crash_in_the_middle_leaves_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        FolderMailer(tmp_path).send(built(), key="k")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_temporary(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(TemporaryError, match="cannot be written"):
        FolderMailer(tmp_path / "mail").send(built(), key="k")


@pytest.mark.parametrize("key", ["../../etc/passwd", "/abs", "a\\b", ".hidden", "..", "", "ž" * 300, "a\0b", "~x"])
def test_no_key_leaves_the_folder(tmp_path: Path, key: str) -> None:
    FolderMailer(tmp_path / "mail").send(built(), key=key)
    [file] = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert len(file.name) <= 255
    assert [each.name for each in tmp_path.iterdir()] == ["mail"]


def test_keys_that_differ_have_files_that_differ() -> None:
    keys = ["a:b", "a%3Ab", "a/b", "x" * 300, "x" * 301, ".a", "%2Ea"]
    assert len({file_name(key) for key in keys}) == len(keys)
