"""Names of the registers in the contract: those that are kept, and those that are views."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from engine.register_kinds import RegisterName

SINGULAR: Mapping[RegisterName, str] = MappingProxyType(
    {
        RegisterName.METHODISTS: "methodist",
        RegisterName.TEAMS: "team",
        RegisterName.SITES: "internship_site",
        RegisterName.COMMUNITIES: "community",
        RegisterName.PRACTICES: "practice",
        RegisterName.ACCOMPANIMENTS: "accompaniment",
    }
)
"""Name of one record of a kept register, in names of operations and in the audit."""


class ViewName(StrEnum):
    """Registers that are read off other records."""

    PROGRAMMES = "programmes"
    EVENTS = "events"
    MENTORS = "mentors"
    DEFICITS = "deficits"


AnyRegister = StrEnum(  # type: ignore[misc]
    "AnyRegister", {n.name: n.value for n in (*RegisterName, *ViewName)}
)
"""Whatever can be exported."""

READING_OPERATIONS = frozenset(
    {
        *(f"list_{name}" for name in RegisterName),
        *(f"read_{one}" for one in SINGULAR.values()),
        *("list_programmes", "list_events", "list_mentor_cards"),
        *("read_deficit_bank", "export_register"),
    }
)
"""Operations that show registers; none of their numbers measures a person."""
