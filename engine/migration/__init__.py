"""Move running cases to another version of their strategy: they keep their place, their data and their due dates.

A plan says which element is which; a dry run says for every case whether it can move and what would change. Whatever
is unsafe is refused with its reason. The way back is the same with the plan turned round.
"""

from engine.migration.plan import Group, Outcome, Plan, grouped
from engine.migration.running import Migration

__all__ = ["Group", "Migration", "Outcome", "Plan", "grouped"]
