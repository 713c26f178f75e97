"""Read item definitions."""

from __future__ import annotations

from collections.abc import Mapping

from engine.decisions.items import Item, Types
from engine.decisions.sources import Element, Source, child, children, named, text_of


def read_items(root: Element, source: Source, imported: Mapping[str, Types]) -> Types:
    """Return the types that the model declares, with those it imports under the imports' names."""
    items = {}
    for element in children(root, "itemDefinition"):
        name = named(element.get("name"))
        items[name] = _item(element, source.at(f"type `{name}`"))
    return Types(items, imported)


def component_names(root: Element) -> frozenset[str]:
    """Return the names of all components, which expressions use behind a point."""
    return frozenset(
        named(component.get("name")) for component in root.iter("{*}itemComponent") if component.get("name")
    )


def _item(element: Element, source: Source) -> Item:
    components = {
        named(one.get("name")): _item(one, source.at(f"component `{one.get('name')}`"))
        for one in children(element, "itemComponent")
    }
    reference = child(element, "typeRef")
    allowed, constraint = child(element, "allowedValues"), child(element, "typeConstraint")
    return Item(
        base=named(reference.text) if reference is not None else "",
        components=components or None,
        collection=element.get("isCollection") in {"true", "1"},
        allowed=source.tests(text_of(allowed), allowed) if allowed is not None and text_of(allowed) else None,
        allowed_whole=source.tests(text_of(constraint), constraint)
        if constraint is not None and text_of(constraint)
        else None,
        function=child(element, "functionItem") is not None,
    )
