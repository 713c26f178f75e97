"""The one table component: every list sorts, searches, filters, pages and exports through it."""

from web.tables.column import Badge, Column, Filter, Kind, Table
from web.tables.source import Listed, Query
from web.tables.view import TableView, respond, view_of

__all__ = ["Badge", "Column", "Filter", "Kind", "Listed", "Query", "Table", "TableView", "respond", "view_of"]
