"""Read a DMN file (1.1 to 1.5) into decisions that can be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from engine.decisions.errors import DecisionError
from engine.decisions.items import Types
from engine.decisions.items_reader import component_names, read_items
from engine.decisions.logic import READERS, Logic, compile_logic, function_of, nothing
from engine.decisions.model import Decision, InputData, Knowledge, Model, Need, Service, refuse_cycles
from engine.decisions.sources import Element, Source, child, children, named, tag
from engine.decisions.table import Table
from engine.decisions.table_reader import read_table
from engine.feel import Functions
from engine.xml import parse_xml

Imports = Callable[[str], bytes | None]
REQUIREMENTS = {
    "informationRequirement": ("requiredInput", "requiredDecision"),
    "knowledgeRequirement": ("requiredKnowledge",),
}
DEEPEST_IMPORT = 5


def read_dmn(
    data: bytes, what: str, functions: Functions | None = None, names: Collection[str] | None = None
) -> dict[str, Decision]:
    """Return the decisions of a file by name and by id; raise Unusable, saying where, for what is wrong with it.

    `functions` are offered to its expressions. With `names`, they may use only those variables and the model's.
    """
    model = read_model(data, what, functions, names)
    return {key: one for one in model.decisions().values() for key in (one.id, one.name)}


def read_all(files: Mapping[str, bytes], functions: Functions | None = None) -> dict[str, Decision]:
    """Return the decisions of all .dmn files among those, by name and by id (see `read_dmn`)."""
    found: dict[str, Decision] = {}
    for path, data in files.items():
        if path.endswith(".dmn"):
            found |= read_dmn(data, path, functions)
    return found


def read_model(
    data: bytes,
    what: str,
    functions: Functions | None = None,
    names: Collection[str] | None = None,
    *,
    imports: Imports = lambda _namespace: None,
    lenient: bool = False,
) -> Model:
    """Return the whole model. `imports` gives the file of a namespace; if `lenient`, a wrong expression is null."""
    known = None if names is None else frozenset(names)
    source = Source(what, "", dict(functions or {}), Types({}), frozenset(), known, lenient)
    reading = _Reading(data, source, imports)
    reading.read()
    refuse_cycles(reading.model, what)
    return reading.model


class _Reading:
    """The reading of one file; `depth` counts the imports that led to it."""

    def __init__(self, data: bytes, source: Source, imports: Imports, depth: int = 0) -> None:
        self.root = parse_xml(data, source.what)
        if tag(self.root) != "definitions":
            raise DecisionError(f"{source.what}: this is no DMN file (its root is `{self.root.tag}`)")
        self.namespace = self.root.get("namespace") or ""
        self.model = Model()
        self.imports = imports
        self.depth = depth
        self.prefixes: dict[str, str] = {}
        self.names = {self._key(one.get("id")): _variable_name(one) for one in self.root if tag(one)}
        self.source = source.knowing_words(component_names(self.root))

    def _key(self, identity: str | None) -> str:
        return f"{self.namespace}#{identity or ''}"

    def read(self) -> None:
        imported = {name: types for element in children(self.root, "import") for name, types in self._import(element)}
        self.source = self.source.with_types(read_items(self.root, self.source, imported))
        for element in children(self.root, "inputData"):
            coerce = self.source.types.coercion(_type(element))
            self.model.elements[self._key(element.get("id"))] = InputData(_variable_name(element), coerce)
        for element in children(self.root, "businessKnowledgeModel"):
            self._knowledge(element)
        for element in children(self.root, "decision"):
            self._decision(element)
        for element in children(self.root, "decisionService"):
            self._service(element)

    def _import(self, element: Element) -> list[tuple[str, Types]]:
        name, namespace = named(element.get("name")), element.get("namespace") or ""
        data = self.imports(namespace) if "DMN" in (element.get("importType") or "") else None
        if data is None or self.depth >= DEEPEST_IMPORT:
            return []
        inner = _Reading(data, self.source.with_types(Types({})), self.imports, self.depth + 1)
        inner.read()
        self.prefixes[namespace] = name
        self.model.imports.append(name)
        self.model.elements.update(inner.model.elements)
        self.names.update(inner.names)
        self.source = self.source.knowing_words({name, *inner.names.values()} | inner.source.words)
        return [(name, inner.source.types)]

    def _reference(self, element: Element, source: Source) -> Need:
        namespace, _hash, identity = (element.get("href") or "").rpartition("#")
        key = f"{namespace or self.namespace}#{identity}"
        if key not in self.names:
            if not source.lenient:
                raise source.error(f"it requires `{identity}`, which is not in the file", element)
            return Need(key)
        return Need(key, self.prefixes.get(namespace, ""))

    def _needs(self, element: Element, source: Source) -> tuple[Need, ...]:
        return tuple(
            self._reference(target, source)
            for kind, targets in REQUIREMENTS.items()
            for requirement in children(element, kind)
            for target in children(requirement, *targets)
        )

    def _inside(self, source: Source, needs: tuple[Need, ...], *more: str) -> Source:
        return source.knowing([need.within or self.names.get(need.key, "") for need in needs] + [*more])

    def _knowledge(self, element: Element) -> None:
        name = _variable_name(element)
        here = self.source.at(f"business knowledge model `{name}`")
        key = self._key(element.get("id"))
        needs = tuple(need for need in self._needs(element, here) if need.key != key)  # it knows itself anyway
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            if here.lenient:
                return
            raise here.error("there is no logic in it", element)
        make = function_of(logic, self._inside(here, needs, name))
        self.model.elements[key] = Knowledge(name, make, needs)

    def _decision(self, element: Element) -> None:
        name, key = _variable_name(element), self._key(element.get("id"))
        here = self.source.at(f"decision `{name}`")
        needs = self._needs(element, here)
        inside = self._inside(here, needs).recording()
        logic = _logic_of(element, name, inside)
        coerce = self.source.types.coercion(_type(element))
        used = frozenset(inside.used)
        hidden = {path.partition(".")[0] for path in used} & set(self.names.values())
        if hidden and not here.lenient:
            raise here.error(f"it uses `{min(hidden)}` without requiring it; draw the requirement", element)
        self.model.elements[key] = Decision(key, name, logic, coerce, needs, self.model, used)

    def _service(self, element: Element) -> None:
        name = _variable_name(element)
        here = self.source.at(f"decision service `{name}`")
        found: Mapping[str, tuple[str, ...]] = {
            kind: tuple(self._reference(one, here).key for one in children(element, kind))
            for kind in ("inputData", "inputDecision", "outputDecision")
        }
        parameters = found["inputData"] + found["inputDecision"]
        self.model.elements[self._key(element.get("id"))] = Service(name, parameters, found["outputDecision"])


def _logic_of(element: Element, name: str, source: Source) -> Logic | Table:
    body = child(element, *READERS)
    if body is None:
        if source.lenient:
            return nothing
        raise source.error("there is no logic in it; draw a table or write an expression", element)
    return read_table(body, name, source) if tag(body) == "decisionTable" else compile_logic(body, source)


def _variable_name(element: Element) -> str:
    variable = child(element, "variable")
    own = element.get("name") or element.get("id")
    return named(variable.get("name") or own) if variable is not None else named(own)


def _type(element: Element) -> str | None:
    variable = child(element, "variable")
    return variable.get("typeRef") if variable is not None else None
