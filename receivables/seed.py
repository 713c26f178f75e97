"""Lay down what a fresh installation needs before the first import; doing it again changes nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.product import CaseGroup, Product, ProductGroup
from receivables.staff import Role, StaffGroup

GENERAL = "general"
COLLECTIONS = "collections"
ROLES = {
    "collector": "works tasks, calls, notes promises",
    "supervisor": "approves, escalates, spreads work",
    "analyst": "draws, tests and deploys strategies",
    "administrator": "manages users, settings, imports and stuck cases",
    "auditor": "reads everything, changes nothing",
}


def seed(session: Session) -> Product:
    """Make sure of the default case group, product group, roles and staff group; return the default product."""
    known_roles = set(session.scalars(select(Role.name)))
    session.add_all(Role(name=name, description=text) for name, text in ROLES.items() if name not in known_roles)
    if session.scalar(select(StaffGroup).where(StaffGroup.key == COLLECTIONS)) is None:
        session.add(StaffGroup(key=COLLECTIONS, name="Collections"))
    product = session.scalar(select(Product).where(Product.key == GENERAL)) or _default_product(session)
    session.flush()
    return product


def default_case_group(session: Session) -> CaseGroup:
    """Return the case group that gathers what no other one claims, made where it is missing."""
    group = session.scalar(select(CaseGroup).where(CaseGroup.key == GENERAL))
    if group is None:
        group = CaseGroup(key=GENERAL, name="General")
        session.add(group)
    return group


def _default_product(session: Session) -> Product:
    group = session.scalar(select(ProductGroup).where(ProductGroup.key == GENERAL))
    if group is None:
        group = ProductGroup(key=GENERAL, name="General", case_group=default_case_group(session))
    product = Product(key=GENERAL, name="General", product_group=group)
    session.add(product)
    return product
