"""Every page, explicitly: add a line to add pages."""

from __future__ import annotations

from flask import Blueprint

from web.pages.administration import pages as administration
from web.pages.cases import pages as cases
from web.pages.clock import pages as clock
from web.pages.creditor import pages as creditor
from web.pages.debtors import pages as debtors
from web.pages.decisions import pages as decisions
from web.pages.groups import pages as groups
from web.pages.home import pages as home
from web.pages.imports_new import pages as imports
from web.pages.jobs import pages as jobs
from web.pages.letters import pages as letters
from web.pages.letters_lists import pages as letter_lists
from web.pages.measures import pages as measures
from web.pages.operations_catch_up import pages as operations
from web.pages.payments import pages as payments
from web.pages.products import pages as products
from web.pages.profile import pages as profile
from web.pages.reports import pages as reports
from web.pages.search import pages as search
from web.pages.sending_mail import pages as sending
from web.pages.start import pages as start
from web.pages.strategies_deploy import pages as strategies
from web.pages.users import pages as users
from web.pages.vocabulary import pages as vocabulary
from web.pages.worklist import pages as worklist
from web.pages.worklist_deeds import pages as worklist_deeds
from web.pages.worklist_views import pages as worklist_views

BLUEPRINTS: tuple[Blueprint, ...] = (
    home,
    start,
    measures,
    profile,
    jobs,
    clock,
    administration,
    users,
    groups,
    creditor,
    products,
    worklist,
    worklist_deeds,
    worklist_views,
    letters,
    letter_lists,
    imports,
    decisions,
    vocabulary,
    strategies,
    reports,
    operations,
    sending,
    cases,
    debtors,
    payments,
    search,
)
