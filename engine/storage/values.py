"""Values that go into the store and come out of it: routes, people, catalogue, feedback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from engine.domain import Educator, Organisation
from engine.lifecycle.links import RouteLinks
from engine.lifecycle.states import RouteState, StepRecord
from engine.register_kinds import RegisterName, RegisterRecord
from engine.storage.team_values import TeamLink

DEFAULT_TENANT = "default"
"""Tenant of an embedded store, and of everything from before there were tenants."""

Item = TypeVar("Item", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list.

    Parameters
    ----------
    next
        Opaque cursor of the next part; ``None`` = this is the last one.
    """

    items: tuple[Item, ...]
    next: str | None = None


# --------------------------------------------------------------------------- routes


@dataclass(frozen=True, slots=True)
class StoredRoute:
    """One answered request as it is kept, with how far its route has come.

    Parameters
    ----------
    created_at
        When it was first stored, an instant with offset; from the caller, never from a clock here.
    answer
        JSON text of the recommendation, byte for byte as it was sent.
    problem
        Bytes of the problem file.
    problem_digest
        Digest of the provenance.
    request
        JSON text of the translated request, ``as_of`` included and nobody's name in it: from it
        every stage can be done again. ``None`` = stored before requests were kept, or erased.
    solution
        JSON text of what the solve said; ``None`` as for ``request``.
    revision
        Of the content (``as_of`` … ``solution``), from 1 on: grows by replanning.
    version
        Grows with every change, from 1 on; the entity tag.
    mentor_id, organisation_id
        ``None`` = the route has none, or it is not known.
    held_until
        End of the agreement's hold; ``None`` = nothing is held this way.
    updated_at
        Last change; ``None`` = as ``created_at``. What is saved needs one.
    team
        Team that it was built with, read only: ``TeamRepository.add`` ties routes to a build;
        ``None`` = it was built alone.
    links
        Of the answer, written with it; what is read has none. ``None`` = to be read off the answer.
    """

    id: str
    created_at: dt.datetime
    educator_id: str
    as_of: dt.datetime
    status: str
    policy: str
    problem_digest: str
    answer: str
    problem: bytes
    request: str | None = None
    solution: str | None = None
    revision: int = 1
    version: int = 1
    state: RouteState = RouteState.PROPOSED
    steps: tuple[StepRecord, ...] = ()
    mentor_id: str | None = None
    organisation_id: str | None = None
    held_until: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    team: TeamLink | None = None
    links: RouteLinks | None = None


@dataclass(frozen=True, slots=True)
class ShownRoute:
    """What is shown of a kept route; fields as in ``StoredRoute``.

    The problem file and what a route can be built again from are many times as long as the answer
    and stay in the database.
    """

    id: str
    educator_id: str
    mentor_id: str | None
    organisation_id: str | None
    answer: str
    revision: int
    version: int
    state: RouteState
    steps: tuple[StepRecord, ...]
    held_until: dt.datetime | None
    team: TeamLink | None = None


@dataclass(frozen=True, slots=True)
class RouteSummary:
    """A route in a list; fields as in ``StoredRoute``."""

    id: str
    created_at: dt.datetime
    educator_id: str
    as_of: dt.datetime
    status: str
    policy: str
    problem_digest: str
    revision: int
    version: int
    state: RouteState
    mentor_id: str | None
    organisation_id: str | None
    held_until: dt.datetime | None
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RouteRevision:
    """Content of a route as it was from ``revised_at`` on; fields as in ``StoredRoute``."""

    revision: int
    revised_at: dt.datetime
    as_of: dt.datetime
    status: str
    policy: str
    problem_digest: str
    answer: str
    problem: bytes
    request: str | None
    solution: str | None


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    """A revision in a list."""

    revision: int
    revised_at: dt.datetime
    as_of: dt.datetime
    status: str
    policy: str
    problem_digest: str


@dataclass(frozen=True, slots=True)
class RouteFilter:
    """Which routes are meant; ``None`` = any.

    Parameters
    ----------
    created_from, created_to
        Instants with offset; the first belongs to it, the second does not.
    """

    educator_id: str | None = None
    state: RouteState | None = None
    status: str | None = None
    policy: str | None = None
    organisation_id: str | None = None
    mentor_id: str | None = None
    created_from: dt.datetime | None = None
    created_to: dt.datetime | None = None


# --------------------------------------------------------------------------- people, catalogue


@dataclass(frozen=True, slots=True)
class KeptEducator:
    """An educator with the version of his record, from 1 on."""

    educator: Educator
    version: int
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class YoungWithin:
    """A policy's rule of who is young, on one day, as bounds of dates.

    Who lacks a date that would decide is neither young nor not, as ``engine.ages.is_young`` has it.

    Parameters
    ----------
    born_after
        Whoever was born later is young enough; ``None`` = the rule counts nobody as young.
    began_after
        Whoever began pedagogical work later is in the first years; ``None`` = nobody is.
    both
        Whether both parts are needed, or either will do.
    """

    born_after: dt.date | None
    began_after: dt.date | None
    both: bool


@dataclass(frozen=True, slots=True)
class EducatorFilter:
    """Which educators are meant; ``None`` = any.

    Parameters
    ----------
    text
        Part of the id, or, if ``by_name``, words that are all parts of the name; without regard to
        case and ё.
    by_name
        Whether names are searched: to be set for those only who may see them.
    position
        Value of ``engine.domain.Position``.
    district, subject
        Whole, without regard to case.
    young
        Whether ``young_rule`` counts them as young; both or neither must be given.
    """

    id: str | None = None
    text: str | None = None
    by_name: bool = False
    position: str | None = None
    organisation_id: str | None = None
    district: str | None = None
    subject: str | None = None
    young: bool | None = None
    young_rule: YoungWithin | None = None


@dataclass(frozen=True, slots=True)
class CountedPlace:
    """How many educators share an organisation and a district.

    Parameters
    ----------
    organisation
        As the record of one of them has it; ``None`` = not stated.
    district
        Own, else the organisation's, as one of them has it written; empty = not stated.
    people
        How many they are, ≥ 1.
    """

    organisation: Organisation | None
    district: str
    people: int


CatalogueKind = Literal["activity", "offering", "mentor", "correction"]
"""``correction``: what a methodist says of an activity's coverage, by the activity's id."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A record that overlays the data package.

    Parameters
    ----------
    version
        Of this record, from 1 on.
    record
        JSON object as it was put; ``None`` = withdrawn, also from the package beneath.
    """

    kind: CatalogueKind
    id: str
    version: int
    updated_at: dt.datetime
    record: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A record of a register that overlays the data package's.

    Parameters
    ----------
    version
        Of this record, from 1 on.
    record
        ``None`` = withdrawn, also from the package beneath.
    """

    register: RegisterName
    id: str
    version: int
    updated_at: dt.datetime
    record: RegisterRecord | None


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """What became of an activity that somebody was proposed or took.

    Parameters
    ----------
    id
        The source's own, so that what is sent twice is kept once.
    at
        When it was proposed or taken up.
    state
        As in ``engine.interactions.State``.
    outcome
        Success in [0, 1] as the source states it; ``None`` = not stated.
    ended_at
        When it was completed or dropped; ``None`` = not known.
    record
        The rest of what the source sent, a JSON object.
    """

    id: str
    at: dt.datetime
    educator_id: str
    activity_id: str
    state: str
    outcome: float | None = None
    offering_id: str | None = None
    route_id: str | None = None
    step_id: str | None = None
    ended_at: dt.datetime | None = None
    record: Mapping[str, object] = field(default_factory=dict)
