"""A file is there whole or not at all; what a killed process left unfinished is cleared away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.whole_file import sweep, write_whole

KILLED = """
import os, pathlib, signal, sys
from engine import whole_file
whole_file.os.fsync = lambda _file: os.kill(os.getpid(), signal.SIGKILL)
whole_file.write_whole(pathlib.Path(sys.argv[1]), b"half")
"""


def test_what_a_killed_process_left_unfinished_is_cleared_away(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "letter.eml")], check=False)
    assert [each.suffix for each in tmp_path.iterdir()] == [".part"]
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_process_writes_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.whole_file.os.fsync", lambda _file: sweep(tmp_path))
    write_whole(tmp_path / "letter.eml", b"whole")
    assert (tmp_path / "letter.eml").read_bytes() == b"whole"
