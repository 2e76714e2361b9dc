"""The kept registers by name: what a record of each is, and where people stand in it.

Whoever reads, stores, checks or shows registers goes by this one list, so that a register which
is added here is nowhere forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from engine.registers import (
    Accompaniment,
    Community,
    InternshipSite,
    Methodist,
    Practice,
    Registers,
    Team,
)

RegisterRecord = Methodist | Team | InternshipSite | Community | Practice | Accompaniment


class RegisterName(StrEnum):
    """Registers that are kept as such; also the names of their tables in a data package."""

    METHODISTS = "methodists"
    TEAMS = "teams"
    SITES = "internship_sites"
    COMMUNITIES = "communities"
    PRACTICES = "practices"
    ACCOMPANIMENTS = "accompaniments"


@dataclass(frozen=True, slots=True)
class RegisterKind:
    """What a register is made of.

    Parameters
    ----------
    record
        Class of its records.
    attribute
        Its field of ``Registers``.
    period
        Field of the record that holds its ``Period``.
    person_is_record
        Whether a record is a person: its id is his.
    persons, person_lists
        Fields with one id of a person, and with many.
    """

    name: RegisterName
    record: type[RegisterRecord]
    attribute: str
    period: str
    person_is_record: bool = False
    persons: tuple[str, ...] = ()
    person_lists: tuple[str, ...] = ()


KINDS: Mapping[RegisterName, RegisterKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            RegisterKind(
                RegisterName.METHODISTS,
                Methodist,
                "methodists",
                "in_post",
                person_is_record=True,
                person_lists=("educators",),
            ),
            RegisterKind(RegisterName.TEAMS, Team, "teams", "exists", person_lists=("members",)),
            RegisterKind(RegisterName.SITES, InternshipSite, "sites", "open_during"),
            RegisterKind(
                RegisterName.COMMUNITIES,
                Community,
                "communities",
                "exists",
                persons=("lead",),
                person_lists=("members",),
            ),
            RegisterKind(
                RegisterName.PRACTICES,
                Practice,
                "practices",
                "in_bank",
                person_lists=("authors",),
            ),
            RegisterKind(
                RegisterName.ACCOMPANIMENTS,
                Accompaniment,
                "accompaniments",
                "during",
                persons=("educator_id", "by"),
            ),
        )
    }
)


class _WithId(Protocol):
    @property
    def id(self) -> str: ...


def records_of(registers: Registers, name: RegisterName) -> tuple[RegisterRecord, ...]:
    """Records of one register."""
    found: tuple[RegisterRecord, ...] = getattr(registers, KINDS[name].attribute)
    return found


def registers_of(records: Mapping[RegisterName, Iterable[RegisterRecord]]) -> Registers:
    """Registers of records, each in the order of its ids; an absent one is empty."""
    found = {
        kind.attribute: tuple(sorted(records.get(name, ()), key=_id))
        for name, kind in KINDS.items()
    }
    return Registers(**found)  # type: ignore[arg-type]


def _id(record: _WithId) -> str:
    return record.id
