"""XML from strangers: what is dangerous is refused quickly and with a reason."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine.errors import Unusable
from engine.xml import parse_xml

ATTACKS = Path(os.environ.get("DULY_XML_ATTACKS", Path(__file__).parents[3] / "shared" / "data" / "xml_attacks"))
HARMLESS = {"simple.xml", "simple-ns.xml"}


def test_a_diagram_keeps_its_line_numbers() -> None:
    root = parse_xml(b'<?xml version="1.0"?>\n<a>\n  <b id="x"/>\n</a>', "strategy.bpmn")
    assert [str(element.sourceline) for element in root.iter()] == ["2", "3"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type"),
        (b'\n<!doctype a SYSTEM "http://example.test/a.dtd"><a/>', "line 2"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16"), "document type"),
        (b"<a>&x;</a>", "well-formed"),
        (b"<a><b></a>", "well-formed"),
        (b"", "well-formed"),
        (b"<a>" * 101 + b"</a>" * 101, "nested"),
        (b"<a>" * 5000 + b"</a>" * 5000, ""),
        (b"<a>" + b"<b/>" * 100_001 + b"</a>", "elements"),
        (b"<a>" + b" " * 5_000_000 + b"</a>", "bytes"),
    ],
)
def test_what_is_dangerous_is_refused_with_its_name(data: bytes, reason: str) -> None:
    with pytest.raises(Unusable) as refusal:
        parse_xml(data, "strategy.bpmn")
    assert "strategy.bpmn" in str(refusal.value)
    assert reason in str(refusal.value)


@pytest.mark.parametrize("path", sorted(ATTACKS.glob("*.xml")), ids=lambda path: path.name)
def test_known_attacks(path: Path) -> None:
    started = time.perf_counter()
    if path.name in HARMLESS:
        parse_xml(path.read_bytes(), path.name)
    else:
        with pytest.raises(Unusable, match=r"document type|entities"):
            parse_xml(path.read_bytes(), path.name)
    assert time.perf_counter() - started < 1
