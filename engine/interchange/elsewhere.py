"""What is known besides the files that are read: a store, of which they change a part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.domain import Activity, Organisation
from engine.interchange.faults import FaultLog
from engine.interchange.records import Records
from engine.interchange.schema import TABLES

PARTS_OF: Mapping[str, str] = {
    "coverage": "activities",
    "prerequisites": "activities",
    "meetings": "offerings",
    "mentor_slots": "mentors",
    "organisations": "educators",
}
"""Tables whose rows are parts of records of another one, which are replaced as a whole."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Records that rows may speak of though no file holds them.

    Parameters
    ----------
    ids
        By table; a table that is absent is not checked against, unless a file holds it.
    organisations
        By id; one of the files stands in the place of one of the same id.
    items
        Framework nodes by item code.
    activities
        With their texts, for corrections of tags.
    with_runs
        Ids of activities that have offerings.
    """

    ids: Mapping[str, Collection[str]] = field(default_factory=dict)
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    activities: Collection[Activity] = ()
    with_runs: Collection[str] = ()


NOTHING_ELSE = Elsewhere()


def check_parts(tables: Mapping[str, Records], log: FaultLog) -> None:
    """Parts come with what they are parts of: nobody can tell which of the old ones stay."""
    for name, whole in PARTS_OF.items():
        if name in tables and tables[name].rows and whole not in tables:
            title, needed = TABLES[name].title, TABLES[whole].title
            log.error(
                "whole_table_missing",
                f"есть таблица «{title}», а таблицы «{needed}» нет: такие записи заменяются "
                f"целиком, добавьте «{needed}» в ту же книгу",
                tables[name].rows[0].place.at(""),
                table=name,
                needed=whole,
            )
