"""Checks of records that come over HTTP: those of a data package, with pointers for rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from api.messages import FAULTS, RUSSIAN
from api.names import looks_like_name
from api.schemas.base import LIST_MOST
from api.schemas.catalogue import ActivityBody, MeetingBody, MentorBody, OfferingBody
from api.schemas.tagging import VerdictBody
from engine.ages import is_zone
from engine.domain import Activity, Meeting
from engine.errors import Fault, InputError
from engine.framework import Framework
from engine.interchange import TABLES
from engine.interchange.checks import Nodes, check_nodes
from engine.interchange.checks_catalogue import (
    check_activities,
    check_coverage,
    check_meetings,
    check_offerings,
    check_prerequisites,
)
from engine.interchange.checks_people import check_educators, check_mentors
from engine.interchange.faults import FaultLog, Place
from engine.interchange.records import Record, Records
from engine.interchange.tag_corrections import check_tag_corrections

PointerOf = Callable[[int], str]
"""Pointer of a row by its number."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Bodies of one call, and where they stand in it.

    Parameters
    ----------
    single
        The call is about one record, which is the whole body.
    """

    bodies: Sequence[BaseModel]
    single: bool = False

    def pointer(self, number: int) -> str:
        """JSON pointer of a row."""
        return "" if self.single else f"/items/{number}"


@dataclass(slots=True)
class Found:
    """Everything that checks found; the first error stops nothing."""

    errors: list[Fault]
    warnings: list[Fault]

    def add(self, log: FaultLog, pointer: PointerOf, *, columns: bool = True) -> None:
        """Take over a log, with pointers in the place of rows and columns.

        Parameters
        ----------
        columns
            Whether a column is a member of what the pointer of its row names.
        """
        for faults, mine in ((log.errors, self.errors), (log.warnings, self.warnings)):
            for fault in faults:
                place = "" if fault.row is None else pointer(fault.row)
                if columns and fault.column and fault.row is not None:
                    place += f"/{fault.column}"
                mine.append(Fault(fault.code, fault.detail, place, parameters=fault.parameters))

    def refuse(self) -> None:
        """Refuse the call if there is any error.

        Raises
        ------
        InputError
            With every error.
        """
        if self.errors:
            raise InputError(self.errors)


def check_activity_rows(
    rows: Rows, known_nodes: Mapping[str, str], others: Mapping[str, Activity]
) -> Found:
    """Check activities.

    Parameters
    ----------
    known_nodes
        Framework nodes, code → title.
    others
        Activities that are there besides these rows, by id.
    """
    bodies = [b for b in rows.bodies if isinstance(b, ActivityBody)]
    found = Found([], [])
    log = FaultLog(len(bodies))
    check_activities(_records("activities", bodies), log)
    found.add(log, rows.pointer)
    cells = [(i, node, share) for i, b in enumerate(bodies) for node, share in b.coverage.items()]
    values = [{"activity_id": bodies[i].id, "node": n, "share": s} for i, n, s in cells]
    coverage = _table("coverage", values)
    log = FaultLog(max(1, len(cells)))
    check_nodes([coverage], Nodes(known_nodes), log)
    check_coverage(coverage, log)
    found.add(log, lambda k: f"{rows.pointer(cells[k][0])}/coverage/{cells[k][1]}", columns=False)
    found.errors += _prerequisites(rows, bodies, others)
    found.errors += repeated(rows, [b.id for b in bodies])
    return found


def _prerequisites(
    rows: Rows, bodies: Sequence[ActivityBody], others: Mapping[str, Activity]
) -> Iterator[Fault]:
    """Unknown activities, and activities that wait for each other."""
    groups = {a.id: a.prerequisites for a in others.values()} | {
        b.id: b.prerequisites for b in bodies
    }
    places = {b.id: rows.pointer(i) for i, b in enumerate(bodies)}
    values = [
        {"activity_id": activity, "group": str(number), "required_activity_id": other}
        for activity, of_it in groups.items()
        for number, group in enumerate(of_it)
        for other in group
    ]
    for body in bodies:
        for number, group in enumerate(body.prerequisites):
            for place, other in enumerate(group):
                if other not in groups:
                    pointer = f"{places[body.id]}/prerequisites/{number}/{place}"
                    yield _unknown_activity(other, pointer)
    log = FaultLog(max(1, len(values)))
    check_prerequisites(_table("prerequisites", values), log)
    for fault in log.errors:
        owner = values[fault.row or 0]["activity_id"]
        pointer = f"{places.get(str(owner), '')}/prerequisites"
        yield Fault(fault.code, fault.detail, pointer, parameters=fault.parameters)


def check_offering_rows(rows: Rows, known: Collection[str]) -> Found:
    """Check offerings; ``known`` are the ids of the activities that there are."""
    bodies = [b for b in rows.bodies if isinstance(b, OfferingBody)]
    found = Found([], [])
    records = _records("offerings", bodies)
    log = FaultLog(len(bodies))
    check_offerings(records, log)
    found.add(log, rows.pointer)
    cells = [(i, k) for i, b in enumerate(bodies) for k in range(len(b.meetings))]
    held = [_meeting(bodies[i].meetings[k]) for i, k in cells]
    meetings: dict[str, list[tuple[Record, Meeting]]] = {}
    for number, ((i, _), meeting) in enumerate(zip(cells, held, strict=True)):
        record = _record("meetings", number, {"offering_id": bodies[i].id})
        meetings.setdefault(bodies[i].id, []).append((record, meeting))
    log = FaultLog(max(1, len(cells)))
    check_meetings(records, meetings, log)
    found.add(log, lambda n: f"{rows.pointer(cells[n][0])}/meetings/{cells[n][1]}", columns=False)
    for number, body in enumerate(bodies):
        found.errors += _offering(rows.pointer(number), body, known)
    found.errors += repeated(rows, [b.id for b in bodies])
    return found


def _offering(pointer: str, body: OfferingBody, known: Collection[str]) -> Iterator[Fault]:
    if body.activity_id not in known:
        yield _unknown_activity(body.activity_id, f"{pointer}/activity_id")
    if body.self_paced and body.meetings:
        yield fault("meetings_of_self_paced", f"{pointer}/meetings")
    if body.weekly_min and not any(body.weekly_min):
        yield fault("weekly_empty", f"{pointer}/weekly_min")
    for place, meeting in enumerate(body.meetings):
        if meeting.start >= meeting.end:
            yield fault("span_reversed", f"{pointer}/meetings/{place}")


def check_mentor_rows(rows: Rows, known_nodes: Mapping[str, str], today: dt.date) -> Found:
    """Check mentors: consent, competencies, slots."""
    bodies = [b for b in rows.bodies if isinstance(b, MentorBody)]
    found = Found([], [])
    records = _records("mentors", bodies)
    log = FaultLog(len(bodies) * LIST_MOST)
    check_mentors(records, today, log)
    check_nodes([records], Nodes(known_nodes), log)
    found.add(log, rows.pointer)
    for number, body in enumerate(bodies):
        for place, slot in enumerate(body.slots):
            if slot.start >= slot.end:
                found.errors.append(fault("span_reversed", f"{rows.pointer(number)}/slots/{place}"))
    found.errors += repeated(rows, [b.id for b in bodies])
    return found


def check_educator_rows(rows: Rows, ids: Sequence[str], today: dt.date) -> Found:
    """Check educators: dates, tempo, zones, ids that are names."""
    found = Found([], [])
    log = FaultLog(max(1, len(rows.bodies)))
    check_educators(_records("educators", rows.bodies), today, log)
    found.add(log, rows.pointer)
    for number, body in enumerate(rows.bodies):
        zone = getattr(body, "time_zone", None)
        if zone is not None and not is_zone(zone):
            place = f"{rows.pointer(number)}/time_zone"
            found.errors.append(fault("unknown_time_zone", place, zone=zone))
    for number, educator_id in enumerate(ids):
        if looks_like_name(educator_id):
            found.errors.append(fault("educator_id_is_a_name", f"{rows.pointer(number)}/id"))
    found.errors += repeated(rows, ids)
    return found


def check_tag_rows(
    rows: Rows, activity: Activity, verdicts: Sequence[VerdictBody], framework: Framework
) -> Found:
    """Check what a methodist says of one activity: known leaves, each once; shares."""
    found = Found([], [])
    pointers = [f"{rows.pointer(0)}/verdicts/{i}" for i in range(len(verdicts))]
    values = [
        {
            "activity_id": activity.id,
            "title": activity.title,
            "node": v.node,
            "verdict": v.verdict,
            "right_share": v.share,
        }
        for v in verdicts
    ]
    log = FaultLog(max(1, len(verdicts)))
    given = _table("activities", [{"id": activity.id}])
    check_tag_corrections(_table("corrections", values), given, (), log)
    found.add(log, lambda n: pointers[n], columns=False)
    leaves = {framework.nodes[i].code for i in framework.leaves}
    for verdict, pointer in zip(verdicts, pointers, strict=True):
        if verdict.node not in leaves:
            found.errors.append(fault("leaf_expected", f"{pointer}/node", id=verdict.node))
    nodes = [v.node for v in verdicts]
    for number, node in enumerate(nodes):
        if node in nodes[:number]:
            found.errors.append(fault("id_repeated", f"{pointers[number]}/node", id=node))
    return found


# --------------------------------------------------------------------------- rows and records


def _records(table: str, bodies: Sequence[BaseModel]) -> Records:
    """Bodies as the rows of a package's table; columns are called like the fields."""
    names = {c.name for c in TABLES[table].columns}
    values = [{k: getattr(b, k) for k in names & set(type(b).model_fields)} for b in bodies]
    return Records(TABLES[table], [_record(table, i, v) for i, v in enumerate(values)])


def _record(table: str, number: int, values: Mapping[str, object]) -> Record:
    return Record(TABLES[table], Place(None, number), dict(values))


def _table(table: str, rows: Sequence[Mapping[str, object]]) -> Records:
    return Records(TABLES[table], [_record(table, i, values) for i, values in enumerate(rows)])


def _meeting(body: MeetingBody) -> Meeting:
    return Meeting(body.start, body.end, body.place)


# --------------------------------------------------------------------------- faults


def repeated(rows: Rows, ids: Sequence[str]) -> Iterator[Fault]:
    """Ids that stand in one call twice."""
    seen: set[str] = set()
    for number, record_id in enumerate(ids):
        if record_id in seen:
            yield fault("id_repeated", f"{rows.pointer(number)}/id", id=record_id)
        seen.add(record_id)


def _unknown_activity(activity_id: str, pointer: str) -> Fault:
    return fault("unknown_activity", pointer, id=activity_id)


def fault(code: str, pointer: str, **parameters: object) -> Fault:
    """Fault of a code that ``messages`` words."""
    return Fault(code, FAULTS[code].say(RUSSIAN, parameters), pointer, parameters=parameters)
