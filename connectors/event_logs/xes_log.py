"""Read a log from XES (IEEE 1849), trace by trace, without document types, entities or network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from connectors.event_logs.event import LogEvent
from engine.errors import Unusable

CASE = ACTIVITY = "concept:name"
TIMESTAMP = "time:timestamp"


def xes_events(stream: BinaryIO, name: str) -> Iterator[LogEvent]:
    """Give the events trace by trace; raises Unusable where the XML is broken, dangerous or no log."""
    try:
        parsing = etree.iterparse(
            stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        _refuse_strangers(next(parsing)[1], name)
        for moment, element in parsing:
            if moment == "end" and etree.QName(element).localname == "trace":
                yield from _trace(element, name)
                _forget(element)
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise Unusable(f"{name} is no well-formed XML: {error}") from None


def _refuse_strangers(root: etree._Element, name: str) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unusable(f"{name} declares a document type; remove its <!DOCTYPE ...> part.")
    if etree.QName(root).localname != "log":
        raise Unusable(f"{name} is no XES log: its root is <{etree.QName(root).localname}>, not <log>.")


def _forget(trace: etree._Element) -> None:
    """Drop a trace that was read, and what stands before it: the tree would grow with the file."""
    trace.clear()
    parent = trace.getparent()
    while parent is not None and trace.getprevious() is not None:
        del parent[0]


def _trace(trace: etree._Element, name: str) -> Iterator[LogEvent]:
    case = _attributes(trace).get(CASE)
    if case is None:
        raise Unusable(f"{name}, line {trace.sourceline}: a trace lacks {CASE!r}.")
    for number, event in enumerate((each for each in trace if _is_event(each)), start=1):
        place = f"{name}, case {case}, event {number}"
        attributes = _attributes(event)
        if missing := [key for key in (ACTIVITY, TIMESTAMP) if key not in attributes]:
            raise Unusable(f"{place}: it lacks {', '.join(map(repr, missing))}.")
        yield LogEvent(case, attributes.pop(ACTIVITY), attributes.pop(TIMESTAMP), attributes, place)


def _is_event(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).localname == "event"


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(each.get("key")): str(each.get("value")) for each in element if each.get("key") and each.get("value")}
