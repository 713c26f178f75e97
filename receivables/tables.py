"""Bring every table of this package together, so that `ReceivablesBase.metadata` is complete."""

from receivables.base import ReceivablesBase
from receivables.case import Case, CaseItem
from receivables.contact_note import CallNote
from receivables.creditor import Creditor, CreditorAccount
from receivables.debtor import Contact, Debtor, FormerName
from receivables.dispute import Dispute
from receivables.import_run import ImportChange, ImportRun
from receivables.letter import Letter
from receivables.notice import Notice
from receivables.payment import Payment
from receivables.posting import Posting
from receivables.product import CaseGroup, Product, ProductGroup
from receivables.promise import Promise
from receivables.receivable import Receivable
from receivables.staff import Person, Role, StaffGroup, StaffNotice, group_member, person_role

__all__ = [
    "CallNote",
    "Case",
    "CaseGroup",
    "CaseItem",
    "Contact",
    "Creditor",
    "CreditorAccount",
    "Debtor",
    "Dispute",
    "FormerName",
    "ImportChange",
    "ImportRun",
    "Letter",
    "Notice",
    "Payment",
    "Person",
    "Posting",
    "Product",
    "ProductGroup",
    "Promise",
    "Receivable",
    "ReceivablesBase",
    "Role",
    "StaffGroup",
    "StaffNotice",
    "group_member",
    "person_role",
]
