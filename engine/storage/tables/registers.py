"""Registers that overlay those of a package: one table for all of them."""

from __future__ import annotations

import sqlalchemy as sa

from engine.storage.tables.columns import CODE, instant, number, owned, text

REGISTERS = owned(
    "register_records",
    text("register", CODE),
    text("id"),
    number("version"),
    instant("updated_at"),
    text("record", sa.Text(), null=True),
    key=("register", "id"),
)
"""A methodist, team, site, community, practice or accompaniment as JSON; null = withdrawn, also
from the package beneath. Whoever is erased stands in none of them any more.
"""
