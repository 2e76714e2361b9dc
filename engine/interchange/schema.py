"""The one description of every table of a data package.

Reading, writing, the blank forms and the documentation in ``data/README.md`` are all made from
it, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.interchange.columns import NODE, Column, ColumnType, Table
from engine.interchange.tables_catalogue import CATALOGUE_TABLES
from engine.interchange.tables_evidence import EVIDENCE_TABLES
from engine.interchange.tables_people import PEOPLE_TABLES
from engine.interchange.tables_registers import REGISTER_TABLES

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (*CATALOGUE_TABLES, *PEOPLE_TABLES, *EVIDENCE_TABLES, *REGISTER_TABLES)
}
"""Tables by canonical name, in the order in which people fill them."""

__all__ = ["NODE", "TABLES", "Column", "ColumnType", "Table"]
