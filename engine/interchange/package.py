"""The frozen data package and the report of its import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain import (
    Activity,
    DiagnosticResult,
    Educator,
    HistoryItem,
    ItemResponse,
    Mentor,
    Offering,
    Organisation,
    Request,
    Slot,
)
from engine.errors import Fault, InputError
from engine.interactions import Interactions
from engine.interchange.faults import Place
from engine.matching.tag_corrections import TagCorrection
from engine.registers import Registers


@dataclass(frozen=True, slots=True)
class DataPackage:
    """Everything that one package holds, checked.

    Parameters
    ----------
    as_of
        Instant at which the package is looked at; has an offset.
    time_zone
        IANA name; zone of local times that name no other.
    diagnostics, responses, requests, history, busy
        By educator id, in the order of the files (``busy`` by start); an educator without any
        is absent.
    items
        Framework nodes by item code, at least one each.
    corrections
        What methodists corrected in tags, one of an activity, in the order of the file.
    interactions
        Who was proposed or took up what, in the order of the file, by days; ``None`` = no table.
    registers
        Methodists, teams, sites, communities, practices and who accompanied whom, each in the
        order of its ids.
    labels
        Name by cipher, of educators and mentors. Kept apart: no educator or mentor of a package
        carries ``display_name``.
    framework, policy
        Ids that the package asks for; ``None`` = none.
    """

    as_of: dt.datetime
    time_zone: str
    activities: tuple[Activity, ...] = ()
    offerings: tuple[Offering, ...] = ()
    corrections: tuple[TagCorrection, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    educators: tuple[Educator, ...] = ()
    mentors: tuple[Mentor, ...] = ()
    diagnostics: Mapping[str, tuple[DiagnosticResult, ...]] = field(default_factory=dict)
    responses: Mapping[str, tuple[ItemResponse, ...]] = field(default_factory=dict)
    requests: Mapping[str, tuple[Request, ...]] = field(default_factory=dict)
    history: Mapping[str, tuple[HistoryItem, ...]] = field(default_factory=dict)
    busy: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    interactions: Interactions | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    framework: str | None = None
    policy: str | None = None
    name: str = ""
    title: str = ""
    licences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    registers: Registers = field(default_factory=Registers)


@dataclass(frozen=True, slots=True)
class TableCount:
    """Rows of a table: read from files, taken over (0 taken of a refused package)."""

    read: int
    taken: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found; a dry run is this report with the package left unused.

    Parameters
    ----------
    package
        The package, or ``None`` when there is any fault: nothing is half-imported.
    faults
        Errors, all of them, at most a stated number per code and file with a count of the rest.
    warnings
        What was not taken as written.
    notes
        What the import decided on its own.
    counts
        By table, for the tables that were found.
    set_aside
        Every fault of the rows that ``read_sparing`` read without; no number of them is left out.
    places
        By table, where the first row of each record or person stands, by id.
    """

    package: DataPackage | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    counts: Mapping[str, TableCount]
    set_aside: tuple[Fault, ...] = ()
    places: Mapping[str, Mapping[str, Place]] = field(default_factory=dict)

    def accepted(self) -> DataPackage:
        """Return the package.

        Raises
        ------
        InputError
            With every fault, if there is any.
        """
        if self.package is None:
            raise InputError(self.faults)
        return self.package
