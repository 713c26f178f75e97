"""What the decision tables said about a case: which table, what it gave, which rule hit on which values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import deployments
from engine.errors import NotFound, Unusable
from engine.tables import Deployment, HistoryRow, Instance
from web.formats import link
from web.links import address
from web.queries.decision_sheets import EMPTY, Sheet, sheets
from web.queries.decision_words import decision_title, value_text
from web.queries.decisions import LATEST, edition
from web.queries.diagrams import Diagram
from web.queries.timeline_entry import Entry

Why = tuple[tuple[str, str], ...]
REMEMBERED = 50  # versions of strategies


def decided(session: Session, rows: Iterable[HistoryRow], diagram: Diagram | None) -> list[Entry]:
    """Give the decisions on record as entries, in the words of the very version that was asked."""
    tables = _Tables(session)
    found = [row for row in rows if row.kind == "decision"]
    return [_entry(row, *tables.of(row), diagram or Diagram()) for row in found]


class _Tables:
    """The tables that were asked, each version read once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._found: dict[Any, Mapping[str, tuple[str, Sheet]]] = {}

    def of(self, row: HistoryRow) -> tuple[Sheet | None, str | None]:
        """Give the decision that a row tells of, and where it can be seen; nothing where it is not known any more."""
        detail = row.detail or {}
        latest = detail.get("binding") == LATEST
        key = (latest, detail.get("version") if latest else row.instance_id)
        if key not in self._found:
            self._found[key] = by_decision(self._files(row, latest=latest))
        name, sheet = self._found[key].get(row.text, ("", None))
        return sheet, self._address(row, name, sheet, latest=latest)

    def _files(self, row: HistoryRow, *, latest: bool) -> Mapping[str, bytes]:
        if latest:
            try:
                return edition(self.session, (row.detail or {}).get("version") or 0).files
            except NotFound:
                return {}
        return _own_files(self.session, row.instance_id)

    def _address(self, row: HistoryRow, name: str, sheet: Sheet | None, *, latest: bool) -> str | None:
        if sheet is None:
            return None
        if latest:
            version = (row.detail or {}).get("version")
            return address("decisions.show", name=name, **({"version": version} if version else {}))
        key = self.session.scalar(
            select(Deployment.key).join(Instance, Instance.deployment_id == Deployment.id).where(_is(row.instance_id))
        )
        version = (row.detail or {}).get("version")
        return address("strategies.show", key=key, version=version) if key and version else None


def _is(instance_id: int) -> Any:
    return Instance.id == instance_id


_READ: dict[str, dict[str, bytes]] = {}  # by checksum: a version never changes


def _own_files(session: Session, instance_id: int) -> dict[str, bytes]:
    """Give the tables kept with the version of the strategy by which a process runs."""
    asked = select(Deployment.checksum, Deployment.id).join(Instance, Instance.deployment_id == Deployment.id)
    found = session.execute(asked.where(_is(instance_id))).first()
    if found is None:
        return {}
    if found.checksum not in _READ:
        if len(_READ) >= REMEMBERED:
            _READ.clear()
        files = session.scalars(select(Deployment.files).where(Deployment.id == found.id)).one()
        tables = {path: text for path, text in files.items() if path.endswith(".dmn")}
        _READ[found.checksum] = deployments.unpacked(tables)
    return _READ[found.checksum]


def by_decision(files: Mapping[str, bytes]) -> dict[str, tuple[str, Sheet]]:
    """Give by a decision's id and name the name of its file and what stands in it."""
    found: dict[str, tuple[str, Sheet]] = {}
    for path, content in files.items():
        name = path.rpartition("/")[2].removesuffix(".dmn")
        try:
            known = sheets(content)
        except Unusable:
            continue
        found |= {key: (name, sheet) for sheet in known for key in (sheet.name, sheet.id)}
    return found


def _entry(row: HistoryRow, sheet: Sheet | None, href: str | None, diagram: Diagram) -> Entry:
    detail = row.detail or {}
    title = decision_title(row.text, sheet.name if sheet else "")
    return Entry(
        at=row.at,
        chip="decisions",
        icon="table",
        colour="azure",
        title=_("Decided: %(what)s", what=title),
        who=row.who,
        text=_gave(sheet, detail.get("value")),
        why=tuple(_why(row, sheet, href, diagram)),
        order=row.seq,
    )


def _gave(sheet: Sheet | None, value: Any) -> str:
    columns = sheet.outputs if sheet else ()
    if isinstance(value, Mapping):
        labels = {column.text: column.label for column in columns}
        return ", ".join(f"{labels.get(key, _label(key))}: {value_text(each)}" for key, each in value.items())
    return f"{columns[0].label}: {value_text(value)}" if len(columns) == 1 else value_text(value)


def _why(row: HistoryRow, sheet: Sheet | None, href: str | None, diagram: Diagram) -> Iterator[tuple[str, str]]:
    detail = row.detail or {}
    hits: Sequence[int] = detail.get("rules") or ()
    if hits or (sheet and sheet.is_table):
        yield _("Because"), "; ".join(_rule(sheet, hit) for hit in hits) or _("no rule fitted")
    yield from _inputs(sheet, hits, detail.get("inputs") or {})
    for name, one in (detail.get("required") or {}).items():
        yield _("It rests on: %(what)s", what=name), value_text(one.get("value"))
    if row.element:
        yield _("Asked at"), diagram.name(row.element)
    yield _("Table"), link(href, _whose(detail))


def _rule(sheet: Sheet | None, hit: int) -> str:
    note = sheet.rules[hit - 1].note if sheet and 0 < hit <= len(sheet.rules) else ""
    return str(_("rule %(rule)s, “%(note)s”", rule=hit, note=note) if note else _("rule %(rule)s", rule=hit))


def _inputs(sheet: Sheet | None, hits: Sequence[int], inputs: Mapping[str, Any]) -> Why:
    """Give the values that the hitting rules looked at, then those that they did not."""
    looked = [label for label in inputs if sheet is None or not hits or label in _looked_at(sheet, hits)]
    rest = [label for label in inputs if label not in looked]
    parts = ((_("It looked at"), looked), (_("It was also known"), rest))
    return tuple(
        (title, "; ".join(_value(label, inputs[label]) for label in labels)) for title, labels in parts if labels
    )


def _looked_at(sheet: Sheet, hits: Sequence[int]) -> set[str]:
    rules = [sheet.rules[hit - 1] for hit in hits if 0 < hit <= len(sheet.rules)]
    pairs = [pair for rule in rules for pair in zip(sheet.inputs, rule.inputs, strict=False)]
    return {column.label for column, cell in pairs if cell not in EMPTY}


def _value(label: str, value: Any) -> str:
    return f"{label}: {_('not known') if value is None else value_text(value)}"


def _whose(detail: Mapping[str, Any]) -> str:
    version, latest = detail.get("version"), detail.get("binding") == LATEST
    if latest and version:
        return str(_("version %(version)s of the decision tables, the active one at that moment", version=version))
    if latest:
        return str(_("as it comes with Duly"))
    if version:
        return str(_("the copy kept with version %(version)s of the strategy", version=version))
    return str(_("the copy kept with the strategy"))


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()
