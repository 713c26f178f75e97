"""Product groups: the rules that products share."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engine.errors import NotFound
from receivables.product import CaseGroup, Product, ProductGroup
from web.context import context
from web.security.access import requires
from web.security.rights import Right
from web.tables import Badge, Column, Kind, Listed, Table, respond

pages = Blueprint("products", __name__, url_prefix="/administration/product-groups")
SOURCES = (("erp", _l("the accounting system")), ("bank", _l("the bank")))
MOST_GRACE = 365


@pages.get("/")
@requires(Right.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """List the product groups with their rules."""
    with context().reading() as session:
        groups = session.scalars(
            select(ProductGroup).options(joinedload(ProductGroup.case_group)).order_by(ProductGroup.name)
        ).all()
        return respond(_table(_product_counts(session)), Listed(groups), "products/index.html")


@pages.get("/<key>")
@requires(Right.SEE_SETTINGS)
def show(key: str) -> ResponseReturnValue:
    """Show one group's rules."""
    with context().reading() as session:
        return _page(session, _group(session, key), {})


@pages.post("/<key>")
@requires(Right.ADMINISTER)
def save(key: str) -> ResponseReturnValue:
    """Change the rules; they count from the next day run on."""
    with context().unit_of_work() as session:
        group = _group(session, key)
        errors = _fill(session, group)
        if errors:
            session.rollback()
            return _page(session, group, errors)
    flash(_("Saved. It counts from the next day run on."), "success")
    return redirect(url_for("products.index"))


def _group(session: Session, key: str) -> ProductGroup:
    group = session.scalar(select(ProductGroup).where(ProductGroup.key == key))
    if group is None:
        raise NotFound(_("There is no product group %(key)s.", key=key))
    return group


def _fill(session: Session, group: ProductGroup) -> dict[str, str]:
    given = request.form
    group.name = given.get("name", "").strip() or group.name
    group.four_eyes = "four_eyes" in given
    days, source = given.get("grace_days", ""), given.get("leading_source", "")
    errors = {}
    if not days.isdecimal() or len(days) > len(str(MOST_GRACE)) or int(days) > MOST_GRACE:
        errors["grace_days"] = _("A whole number of days from 0 to %(most)s.", most=MOST_GRACE)
    else:
        group.grace_days = int(days)
    if source in dict(SOURCES):
        group.leading_source = source
    case_group = session.scalar(select(CaseGroup).where(CaseGroup.key == given.get("case_group", "")))
    if case_group is not None:
        group.case_group_id = case_group.id
    return errors


def _page(session: Session, group: ProductGroup, errors: dict[str, str]) -> ResponseReturnValue:
    case_groups = session.scalars(select(CaseGroup).order_by(CaseGroup.name)).all()
    products = session.scalars(select(Product).where(Product.product_group_id == group.id).order_by(Product.name)).all()
    return render_template(
        "products/show.html", group=group, case_groups=case_groups, products=products, sources=SOURCES, errors=errors
    )


def _product_counts(session: Session) -> Counter[int]:
    return Counter(session.scalars(select(Product.product_group_id)))


def _four_eyes(group: ProductGroup) -> Any:
    return Badge(_("four eyes"), "blue", "eye") if group.four_eyes else Badge(_("one decides"), "secondary", "user")


def _table(counts: Counter[int]) -> Table:
    return Table(
        name="product-groups",
        title=_l("Product groups"),
        columns=(
            Column(key="name", title=_l("Product group"), value=lambda g: g.name, searched=True),
            Column(key="grace", title=_l("Grace days"), value=lambda g: g.grace_days, kind=Kind.NUMBER),
            Column(key="source", title=_l("Leading source"), value=lambda g: str(dict(SOURCES)[g.leading_source])),
            Column(key="eyes", title=_l("Letters"), value=_four_eyes, kind=Kind.BADGE),
            Column(key="case_group", title=_l("Case group"), value=lambda g: g.case_group.name),
            Column(key="products", title=_l("Products"), value=lambda g: counts[g.id], kind=Kind.NUMBER),
        ),
        href=lambda g: url_for("products.show", key=g.key),
        empty_title=_l("No product groups yet"),
        empty_text=_l("They appear with the first import of receivables."),
        empty_icon="tag",
    )
