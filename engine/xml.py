"""Read XML that strangers wrote: no document types, no entities, no network, and limits on everything."""

from __future__ import annotations

import re

from lxml import etree

from engine.errors import Unusable

LARGEST = 5_000_000  # bytes
DEEPEST = 100  # elements within elements
MOST_ELEMENTS = 100_000
DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)


def parse_xml(data: bytes, what: str) -> etree._Element:
    """Parse `data` and return its root, with usable `sourceline`s; raise Unusable, naming `what`, if it is not safe."""
    if len(data) > LARGEST:
        raise Unusable(f"{what} has {len(data):,} bytes; at most {LARGEST:,} are read. Make it smaller.")
    _refuse_document_type(_as_ascii_superset(data, what), what)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unusable(f"{what} is no well-formed XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unusable(f"{what} declares a document type; remove its <!DOCTYPE ...> part.")
    _refuse_bulk(root, what)
    return root


def _as_ascii_superset(data: bytes, what: str) -> bytes:
    """Return `data` so that markup can be searched for as bytes: UTF-16 and UTF-32 hide it from a plain search."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:4]:
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:
            raise Unusable(f"{what} is neither UTF-8 nor UTF-16; save it as UTF-8.") from None
    return data


def _refuse_document_type(data: bytes, what: str) -> None:
    """Refuse before parsing: the text of a declaration inside a comment is refused too, which nobody will miss."""
    found = DOCTYPE.search(data)
    if found:
        line = data.count(b"\n", 0, found.start()) + 1
        kind = found.group(1).decode().upper()
        raise Unusable(
            f"{what}, line {line}: it declares a document type or entities (<!{kind}), which is not allowed."
        )


def _refuse_bulk(root: etree._Element, what: str) -> None:
    """Refuse trees with more elements or deeper nesting than any diagram has."""
    depth = 0
    for count, (event, element) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise Unusable(f"{what}, line {element.sourceline}: elements are nested deeper than {DEEPEST}.")
        if count > 2 * MOST_ELEMENTS:
            raise Unusable(f"{what} has more than {MOST_ELEMENTS:,} elements; at most so many are read.")
