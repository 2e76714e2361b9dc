"""What a signed ИОМ holds: one record behind the DOCX, the PDF and the workbook.

Sections and fields are those of the report template of a running ЦНППМ platform (general data,
diagnostics, request, map, report) and of other regions' templates (product, presentation, control,
reflection); the five descriptors and four inputs are those of 173-р, section 2. All texts are
ready to be placed; what is not stated reads «не указано», and an empty text is a line to fill in.
The field names are the tags of a region's own DOCX template.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from engine.documents.view import RouteView

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class IomDeficit:
    """One demand of the diagnostics.

    Parameters
    ----------
    official
        Official level, share done and probability of that level.
    likelihood
        How sure the deficit is, in words; empty for a request.
    size, after
        Estimate with interval; what the route closes and leaves, empty without a route.
    drawn
        Place of its bar among the pictures ``bars``; ``None`` = not measured, nothing to draw.
    """

    title: str
    direction: str
    official: str
    likelihood: str
    size: str
    after: str
    evidence: tuple[str, ...]
    drawn: int | None


@dataclass(frozen=True, slots=True)
class IomStep:
    """One activity of the map.

    Parameters
    ----------
    kind
        Kind, provider and level of the event.
    against
        Deficits and requests that it works on, with what it is expected to close.
    classes
        Days of its meetings, or their number where they are many; empty = none is fixed.
    """

    number: int
    title: str
    kind: str
    against: tuple[str, ...]
    form: str
    technologies: str
    document: str
    funding: str
    terms: str
    classes: str
    hours: str
    workload: str


@dataclass(frozen=True, slots=True)
class IomReport:
    """One line of the report; ``done``, ``link`` and ``accepted`` are empty = to be filled in."""

    number: int
    title: str
    terms: str
    done: str
    link: str
    accepted: str


@dataclass(frozen=True, slots=True)
class IomCheckpoint:
    """One diagnostic of the route."""

    stage: str
    title: str
    when: str
    duration: str


@dataclass(frozen=True, slots=True)
class IomMeeting:
    """One date of the route: a class, a meeting with the mentor or a diagnostic.

    ``start`` and ``end`` are instants in the educator's zone; of a diagnostic only the day is
    known, and both are ``None``.
    """

    day: dt.date
    start: dt.datetime | None
    end: dt.datetime | None
    what: str
    place: str


@dataclass(frozen=True, slots=True)
class IomWeek:
    """One week: its Monday, load and tempo in clock minutes, the activities that go on in it."""

    monday: dt.date
    load_min: int
    tempo_min: int
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IomSignature:
    """One line of the signatures; ``name`` empty = to be filled in."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Iom:
    """The whole document.

    Parameters
    ----------
    view
        The recommendation in words that it is made of.
    has_route
        Whether there is a route; without one the map is empty and ``refusal`` tells why.
    name
        Name of the educator; empty = a line to fill in.
    state
        Where the route stands and its revision; empty = not known to a service.
    mentor_meetings
        Meetings with the mentor, one text; empty = none.
    product, reflection
        What is to be written about; empty without activities.
    signatures
        Who signs; nobody without a route.
    total
        Number of activities and their whole time; empty without activities.
    """

    view: RouteView
    language: str
    route_id: str
    as_of: dt.datetime
    has_route: bool
    status: str
    state: str
    terms: str
    name: str
    about: tuple[Pair, ...]
    deficits: tuple[IomDeficit, ...]
    inputs: tuple[Pair, ...]
    descriptors: tuple[Pair, ...]
    level: str
    accompaniment: str
    mentor_meetings: str
    steps: tuple[IomStep, ...]
    total: str
    money: str
    checkpoints: tuple[IomCheckpoint, ...]
    unmet: tuple[Pair, ...]
    notes: tuple[str, ...]
    refusal: tuple[str, ...]
    meetings: tuple[IomMeeting, ...]
    weeks: tuple[IomWeek, ...]
    report: tuple[IomReport, ...]
    product: tuple[str, ...]
    reflection: tuple[str, ...]
    signatures: tuple[IomSignature, ...]
    certificate: str
    provenance: str
