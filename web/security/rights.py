"""What each role may do: one table, read by pages, menus and tests alike."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import gettext as _


class Role(StrEnum):
    """The roles of people; one person may have several."""

    COLLECTOR = "collector"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What a page or an action asks for. `SEE_*` changes nothing."""

    SEE_CASES = "see_cases"
    WORK_CASES = "work_cases"
    ASSIGN_TASKS = "assign_tasks"
    SEE_LETTERS = "see_letters"
    APPROVE_LETTERS = "approve_letters"
    SEE_PAYMENTS = "see_payments"
    ENTER_PAYMENTS = "enter_payments"
    SEE_IMPORTS = "see_imports"
    IMPORT = "import"
    SEE_STRATEGIES = "see_strategies"
    DRAW_STRATEGIES = "draw_strategies"
    DEPLOY_STRATEGIES = "deploy_strategies"
    SEE_REPORTS = "see_reports"
    SEE_OPERATIONS = "see_operations"
    OPERATE = "operate"
    SEE_SETTINGS = "see_settings"
    ADMINISTER = "administer"
    MOVE_CLOCK = "move_clock"


SEEING = frozenset(right for right in Right if right.startswith("see_"))
_WORKING = frozenset(
    {
        Right.SEE_CASES,
        Right.WORK_CASES,
        Right.SEE_LETTERS,
        Right.SEE_PAYMENTS,
        Right.ENTER_PAYMENTS,
        Right.SEE_STRATEGIES,
        Right.MOVE_CLOCK,
    }
)
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.COLLECTOR: _WORKING,
    Role.SUPERVISOR: _WORKING
    | {
        Right.ASSIGN_TASKS,
        Right.APPROVE_LETTERS,
        Right.SEE_IMPORTS,
        Right.IMPORT,
        Right.SEE_REPORTS,
        Right.SEE_OPERATIONS,
    },
    Role.ANALYST: frozenset(
        {
            Right.SEE_CASES,
            Right.SEE_LETTERS,
            Right.SEE_STRATEGIES,
            Right.DRAW_STRATEGIES,
            Right.SEE_REPORTS,
            Right.SEE_OPERATIONS,
            Right.MOVE_CLOCK,
        }
    ),
    Role.ADMINISTRATOR: SEEING
    | {
        Right.IMPORT,
        Right.ENTER_PAYMENTS,
        Right.DEPLOY_STRATEGIES,
        Right.OPERATE,
        Right.ADMINISTER,
        Right.MOVE_CLOCK,
        Right.ASSIGN_TASKS,
    },
    Role.AUDITOR: SEEING,
}


def rights_of(roles: frozenset[str]) -> frozenset[Right]:
    """Give everything that people with these roles may do."""
    return frozenset[Right]().union(*(RIGHTS[Role(role)] for role in roles if role in RIGHTS))


def role_name(role: str) -> str:
    """Give the word that people read for a role."""
    names = {
        Role.COLLECTOR: _("Collector"),
        Role.SUPERVISOR: _("Supervisor"),
        Role.ANALYST: _("Process analyst"),
        Role.ADMINISTRATOR: _("Administrator"),
        Role.AUDITOR: _("Auditor"),
    }
    return str(names[Role(role)])
