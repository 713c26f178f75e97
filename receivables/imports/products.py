"""Find the products that an import names, and make those that are not known yet."""

from collections.abc import Iterable

from sqlalchemy import select

from receivables.base import ReceivablesBase
from receivables.imports.incoming import IncomingReceivable
from receivables.imports.writing import Writer
from receivables.product import CaseGroup, Product, ProductGroup
from receivables.seed import GENERAL


def product_key(row: IncomingReceivable) -> str:
    """Return the key of a row's product; a group alone has one product of its own name."""
    return row.product or row.product_group or GENERAL


def take_products(writer: Writer, rows: Iterable[IncomingReceivable]) -> dict[str, int]:
    """Return the id of every product the rows need, by key; the first row that names a product says its group."""
    groups: dict[str, str] = {}
    for row in rows:
        groups.setdefault(product_key(row), row.product_group or GENERAL)
    known = writer.ids(Product, Product.key, groups)
    missing = {key: group for key, group in groups.items() if key not in known}
    if not missing:
        return known
    group_ids = _groups(writer, set(missing.values()))
    new = [{"key": key, "name": _name(key), "product_group_id": group_ids[group]} for key, group in missing.items()]
    made = writer.create(Product, Product.key, new)
    writer.journal("product", dict.fromkeys(made.values()))
    return known | made


def _groups(writer: Writer, keys: set[str]) -> dict[str, int]:
    known = writer.ids(ProductGroup, ProductGroup.key, keys)
    missing = sorted(keys - set(known))
    if not missing:
        return known
    defaults = {"case_group_id": _case_group(writer), "grace_days": 0, "leading_source": "erp", "four_eyes": True}
    made = writer.create(
        ProductGroup, ProductGroup.key, [{"key": key, "name": _name(key), **defaults} for key in missing]
    )
    writer.journal("product_group", dict.fromkeys(made.values()))
    return known | made


def _case_group(writer: Writer) -> int:
    """Return the case group of new product groups: the default one, else the first, else a new one."""
    query = select(CaseGroup.id).order_by(CaseGroup.key != GENERAL, CaseGroup.id).limit(1)
    found = writer.session.scalar(query)
    if found is not None:
        return found
    made = writer.create(CaseGroup, CaseGroup.key, [{"key": GENERAL, "name": _name(GENERAL)}])
    writer.journal("case_group", dict.fromkeys(made.values()))
    return made[GENERAL]


def _name(key: str) -> str:
    return "General" if key == GENERAL else key


MODELS: dict[str, type[ReceivablesBase]] = {"product": Product, "product_group": ProductGroup, "case_group": CaseGroup}
