"""Rows with local times → meetings, slots and busy spans in instants."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.domain import Meeting, Slot
from engine.interchange.faults import FaultLog
from engine.interchange.headers import normalise
from engine.interchange.manifest import zone_name
from engine.interchange.moments import span, weekly
from engine.interchange.records import Record, Records
from engine.interchange.values import CellError


@dataclass(frozen=True, slots=True)
class Horizon:
    """Days for which weekly rows and calendars are expanded, both included."""

    first: dt.date
    last: dt.date


class Zones:
    """Zones of local times: the row's own, else the organisation's or person's, else the default.

    Parameters
    ----------
    default
        IANA name of the package's zone.
    """

    def __init__(self, default: str, tables: Mapping[str, Records], log: FaultLog) -> None:
        self.default = ZoneInfo(default)
        self._log = log
        self._organisations: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._offerings: dict[str, str] = {}
        self._read_organisations(tables)
        self._read_people(tables)
        self._read_offerings(tables)

    def of_row(self, record: Record, fallback: str | None = None) -> ZoneInfo:
        """Return the zone of a row; an unknown name is an error and gives the default."""
        name = zone_name(record["time_zone"], record.at("time_zone"), self._log) or fallback
        return ZoneInfo(name) if name else self.default

    def name_of_person(self, person_id: str) -> str | None:
        """Return the zone of an educator (own, else the school's) or of a mentor's school.

        ``None`` if nothing is stated.
        """
        return self._people.get(person_id)

    def name_of_offering(self, offering_id: str) -> str | None:
        """Return the zone of the organisation that provides the offering's activity."""
        return self._offerings.get(offering_id)

    def _read_organisations(self, tables: Mapping[str, Records]) -> None:
        for record in tables.get("organisations", ()):
            name = zone_name(record["time_zone"], record.at("time_zone"), self._log)
            if name:
                self._organisations[normalise(record["id"])] = name
                self._organisations[normalise(record["title"])] = name

    def _read_people(self, tables: Mapping[str, Records]) -> None:
        for table in ("educators", "mentors"):
            for record in tables.get(table, ()):
                name = zone_name(record["time_zone"], record.at("time_zone"), self._log)
                school = self._organisations.get(normalise(record["organisation_id"] or ""))
                if name or school:
                    self._people.setdefault(record["id"], name or str(school))

    def _read_offerings(self, tables: Mapping[str, Records]) -> None:
        zone_of = {
            r["id"]: self._organisations.get(normalise(r["provider"] or ""))
            for r in tables.get("activities", ())
        }
        for record in tables.get("offerings", ()):
            name = zone_of.get(record["activity_id"])
            if name:
                self._offerings[record["id"]] = name


def resolve_meetings(
    meetings: Records, zones: Zones, log: FaultLog
) -> dict[str, list[tuple[Record, Meeting]]]:
    """Meetings by offering, in the order of time; a wrong span is an error."""
    found: dict[str, list[tuple[Record, Meeting]]] = defaultdict(list)
    for record in meetings:
        zone = zones.of_row(record, zones.name_of_offering(record["offering_id"]))
        try:
            slot = span(record["date"], record["start"], record["end"], zone)
        except CellError as error:
            log.error(error.code, error.detail, record.at("start"), **error.parameters)
            continue
        meeting = Meeting(slot.start, slot.end, record["place"] or "")
        found[record["offering_id"]].append((record, meeting))
    for entries in found.values():
        entries.sort(key=lambda e: (e[1].start, e[1].end, e[1].place))
    return dict(found)


def resolve_spans(
    records: Records, person: str, zones: Zones, horizon: Horizon, log: FaultLog
) -> dict[str, set[Slot]]:
    """Spans by person (column ``person``): weekly rows over the horizon, single rows as they are.

    A weekly row that ends before it starts in the day is taken as an error, not as a night.
    """
    found: dict[str, set[Slot]] = defaultdict(set)
    for record in records:
        fallback = zones.name_of_person(record[person])
        zone = zones.of_row(record, fallback)
        try:
            found[record[person]].update(_spans(record, zone, horizon))
        except CellError as error:
            log.error(error.code, error.detail, record.at("start"), **error.parameters)
    return dict(found)


def _spans(record: Record, zone: ZoneInfo, horizon: Horizon) -> list[Slot]:
    start, end = record["start"], record["end"]
    if record["weekday"] is None:
        return [span(record["date"], start, end, zone)]
    if not isinstance(start, dt.time) or not isinstance(end, dt.time):
        raise CellError("moment_unreadable", "при дне недели впишите только время чч:мм")
    if start >= end:
        raise CellError(
            "span_ends_before_start",
            f"окончание {end:%H:%M} не позже начала "
            f"{start:%H:%M}: исправьте или разделите на два дня",
        )
    first = max(record["valid_from"] or horizon.first, horizon.first)
    last = min(record["valid_to"] or horizon.last, horizon.last)
    return list(weekly(int(record["weekday"]), start, end, first, last, zone))


def sorted_slots(slots: set[Slot]) -> tuple[Slot, ...]:
    """Slots in the order of time."""
    return tuple(sorted(slots, key=lambda s: (s.start, s.end)))
