import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from receivables.errors import NotKnown, Refused
from receivables.product import Product
from receivables.seed import ROLES, default_case_group, seed
from receivables.staff import Role
from receivables.staffing import assign_case, lightest_loaded, members, people_with_role
from tests.receivables.books import Books


def test_cases_go_to_whom_has_fewest(books: Books, session: Session) -> None:
    assert lightest_loaded(session, "collections") is None
    books.person("anna")
    books.invoice(books.debtor())
    (case,) = books.open_cases()
    books.person("ben")
    assert lightest_loaded(session, "collections") == "ben"
    assign_case(session, case, "ben")
    assert lightest_loaded(session, "collections") == "anna"
    with pytest.raises(NotKnown, match="Nobody active is called 'zoe'"):
        assign_case(session, case, "zoe")
    with pytest.raises(Refused, match="no staff group 'night'"):
        lightest_loaded(session, "night")


def test_members_and_roles_are_told(books: Books, session: Session) -> None:
    anna, _gone = books.person("anna"), books.person("gone", active=False)
    anna.roles = list(session.scalars(select(Role).where(Role.name == "supervisor")))
    session.flush()
    assert [person.username for person in members(session, "collections")] == ["anna"]
    assert [person.username for person in members(session, "collections", active_only=False)] == ["anna", "gone"]
    assert people_with_role(session, "supervisor") == [anna]
    assert people_with_role(session, "auditor") == []


def test_seeding_again_changes_nothing(session: Session) -> None:
    product = seed(session)
    assert seed(session) is product
    assert session.scalar(select(func.count(Role.id))) == len(ROLES)
    assert session.scalar(select(func.count(Product.id))) == 1
    assert product.product_group.case_group is default_case_group(session)
    assert (product.key, product.product_group.key) == ("general", "general")
