"""Spread cases over staff: the member of a group with fewest open cases is next."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from receivables.case import Case
from receivables.errors import NotKnown, Refused
from receivables.staff import Person, Role, StaffGroup, person_role


@dataclass(slots=True)
class Workload:
    """Know how many open cases everybody has; kept up while cases are given out."""

    groups: dict[str, StaffGroup]
    open_cases: Counter[str]

    def group(self, key: str | None) -> StaffGroup | None:
        """Return the group of a key; raise Refused for a key that is no group's."""
        if key is not None and key not in self.groups:
            raise Refused(f"There is no staff group {key!r}; create it or correct the decision that names it")
        return self.groups[key] if key is not None else None

    def lightest(self, group: StaffGroup) -> str | None:
        """Return the active member with fewest open cases, the first by username among equals; None without one."""
        active = (person.username for person in group.members if person.active)
        return min(active, key=lambda username: (self.open_cases[username], username), default=None)

    def give(self, group: StaffGroup) -> str | None:
        """Return the lightest-loaded member and count one case more for them."""
        username = self.lightest(group)
        if username is not None:
            self.open_cases[username] += 1
        return username


def read_workload(session: Session) -> Workload:
    """Read who is in which group and how many open cases each has."""
    groups = session.scalars(select(StaffGroup).options(selectinload(StaffGroup.members)))
    counted = select(Case.owner, func.count()).where(Case.closed_on.is_(None), Case.owner.is_not(None))
    rows = session.execute(counted.group_by(Case.owner))
    return Workload({group.key: group for group in groups}, Counter({owner: n for owner, n in rows if owner}))


def lightest_loaded(session: Session, group_key: str) -> str | None:
    """Return the username of a group's active member with fewest open cases; None where there is none."""
    workload = read_workload(session)
    group = workload.group(group_key)
    return workload.lightest(group) if group else None


def members(session: Session, group_key: str, *, active_only: bool = True) -> list[Person]:
    """Return the members of a group by username."""
    group = read_workload(session).group(group_key)
    return [person for person in (group.members if group else ()) if person.active or not active_only]


def assign_case(session: Session, case: Case, username: str) -> None:
    """Make a person the owner of a case; raise NotKnown where nobody active has that name."""
    person = session.scalar(select(Person).where(Person.username == username, Person.active))
    if person is None:
        raise NotKnown(f"Nobody active is called {username!r}; choose a member of staff")
    case.owner = username
    session.flush()


def people_with_role(session: Session, role: str) -> list[Person]:
    """Return the active people who have a role, by username."""
    query = select(Person).join(person_role, person_role.c.person_id == Person.id)
    query = query.join(Role, Role.id == person_role.c.role_id).where(Role.name == role, Person.active)
    return list(session.scalars(query.order_by(Person.username)))
