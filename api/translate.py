"""From a body to the engine's request: every fault that shape alone cannot show, all at once."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from api.messages import FAULTS, RUSSIAN
from api.names import looks_like_name
from api.people import Known, People
from api.pointers import Pointers
from api.schemas.evidence import AnyDiagnostic, HistoryBody, ItemBody, RequestBody, ScoreBody
from api.schemas.people import ConditionsBody, EducatorBody, EducatorRef, OrganisationBody
from api.schemas.route_body import ConstraintsBody, RouteBody, SpanBody
from engine.ages import is_zone
from engine.domain import (
    Conditions,
    Constraints,
    DiagnosticResult,
    Educator,
    HistoryItem,
    ItemResponse,
    Organisation,
    Request,
    Slot,
)
from engine.errors import Fault, InputError
from engine.interchange.calendars import read_calendar
from engine.interchange.faults import FaultLog
from engine.policy import load_policy
from engine.recommender import RouteRequest
from engine.settings import Settings

CALENDAR_WEEKS = 156
"""Weeks of a calendar text that are expanded: the longest horizon that the engine admits."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a translation needs to know of the service.

    Parameters
    ----------
    policies
        Names of the policy profiles there are.
    policy
        The one for bodies that name none.
    clock
        Gives ``as_of`` where the body has none; the only clock that an answer depends on.
    new_id
        Gives an id to an educator without one.
    """

    settings: Settings
    people: People
    policies: Sequence[str]
    policy: str
    clock: Callable[[], dt.datetime]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Translated:
    """A request of the engine, and what is needed to answer for it.

    ``policy`` is the profile's name, ``pointers`` turns the engine's pointers into the body's.
    """

    request: RouteRequest
    policy: str
    display_name: str | None
    pointers: Pointers


@dataclass(slots=True)
class _Faults:
    found: list[Fault] = field(default_factory=list)

    def add(self, code: str, pointer: str, **parameters: object) -> None:
        detail = FAULTS[code].say(RUSSIAN, parameters)
        self.found.append(Fault(code, detail, pointer, parameters=parameters))


def to_request(body: RouteBody, context: Context, language: str) -> Translated:
    """Translate a body.

    Parameters
    ----------
    language
        Language where the body asks for none.

    Raises
    ------
    InputError
        With every fault that was found.
    """
    faults = _Faults()
    as_of = body.as_of or context.clock()
    policy = _policy(body, context, faults)
    known = _known(body, context, faults)
    educator = _educator(body, known, context, as_of, faults)
    evidence, pointers = _evidence(body.diagnostics, known, context.people.items, faults)
    requests = _requests(body.requests, known, faults)
    history = _history(body.history, known, lambda: _today(educator, policy, as_of), faults)
    constraints = _constraints(body.constraints, faults)
    busy = _busy(
        body.constraints,
        known.busy if known else (),
        lambda: _zone(educator, policy),
        as_of,
        faults,
    )
    deadline_ms = _deadline(body.options.deadline_ms, context.settings, faults)
    if faults.found or educator is None:
        raise InputError(faults.found)
    request = RouteRequest(
        educator=educator,
        diagnostics=evidence[0],
        responses=evidence[1],
        requests=requests,
        history=history,
        constraints=replace(constraints, busy=busy),
        policy=policy,
        as_of=as_of,
        deadline_ms=deadline_ms,
        gap_rel=body.options.gap_rel,
        seed=body.options.seed,
        variants=body.options.variants,
        language=body.options.language or language,
    )
    return Translated(request, policy, getattr(body.educator, "display_name", None), pointers)


# --------------------------------------------------------------------------- who and by what


def _policy(body: RouteBody, context: Context, faults: _Faults) -> str:
    if body.policy is None or body.policy in context.policies:
        return body.policy or context.policy
    known = ", ".join(context.policies)
    faults.add("unknown_policy", "/policy", policy=body.policy, known=known)
    return context.policy


def _known(body: RouteBody, context: Context, faults: _Faults) -> Known | None:
    """What is known of an educator given by id; a whole educator stands for himself."""
    if body.educator.id is not None and looks_like_name(body.educator.id):
        # Said without the id: a name belongs in no answer and no log.
        faults.add("educator_id_is_a_name", "/educator/id")
        return None
    if not isinstance(body.educator, EducatorRef):
        return None
    known = context.people.known(body.educator.id)
    if known is None:
        faults.add("unknown_educator", "/educator/id", id=body.educator.id)
    return known


def _educator(
    body: RouteBody, known: Known | None, context: Context, as_of: dt.datetime, faults: _Faults
) -> Educator | None:
    given = body.educator
    if isinstance(given, EducatorRef):
        return None if known is None else known.educator
    if given.time_zone is not None and not is_zone(given.time_zone):
        faults.add("unknown_time_zone", "/educator/time_zone", zone=given.time_zone)
    if given.born_on is not None and given.born_on > as_of.date():
        faults.add("born_in_future", "/educator/born_on")
    return to_educator(given, context.new_id)


def to_educator(body: EducatorBody, new_id: Callable[[], str]) -> Educator:
    """Educator of a body, without the display name."""
    organisation = body.organisation
    return Educator(
        id=body.id or new_id(),
        position=body.position,
        subjects=body.subjects,
        stages=body.stages,
        organisation=None if organisation is None else _organisation(organisation),
        district=body.district or (organisation.district if organisation else ""),
        born_on=body.born_on,
        turns_35_on=body.turns_35_on,
        pedagogical_start=body.pedagogical_start,
        post_start=body.post_start,
        tempo_min_per_week=body.tempo_min_per_week,
        total_min=body.total_min,
        conditions=_conditions(body.conditions),
        strengths=body.strengths,
        languages=body.languages,
        time_zone=body.time_zone,
    )


def _organisation(body: OrganisationBody) -> Organisation:
    return Organisation(
        body.id, body.title, body.district, body.locality, _conditions(body.conditions)
    )


def _conditions(body: ConditionsBody) -> Conditions:
    days = tuple(sorted(set(body.forbidden_weekdays)))
    return Conditions(body.rural, body.internet, body.shift, days)


def _zone(educator: Educator | None, policy: str) -> ZoneInfo:
    """Zone of floating times in a calendar text: the educator's, else the policy's."""
    stated = educator.time_zone if educator is not None else None
    return ZoneInfo(stated if stated and is_zone(stated) else load_policy(policy).time_zone)


def _today(educator: Educator | None, policy: str, as_of: dt.datetime) -> dt.date:
    """Day of the calculation where the educator lives."""
    return as_of.astimezone(_zone(educator, policy)).date()


# --------------------------------------------------------------------------- evidence and wishes


def _evidence(
    given: Sequence[AnyDiagnostic] | None,
    known: Known | None,
    items: Mapping[str, tuple[str, ...]],
    faults: _Faults,
) -> tuple[tuple[tuple[DiagnosticResult, ...], tuple[ItemResponse, ...]], Pointers]:
    if given is None:
        found = ((), ()) if known is None else (known.diagnostics, known.responses)
        return found, Pointers()
    results: list[DiagnosticResult] = []
    responses: list[ItemResponse] = []
    places: tuple[list[int], list[int]] = ([], [])
    for place, entry in enumerate(given):
        if isinstance(entry, ScoreBody):
            results.append(_result(entry))
            places[0].append(place)
        else:
            answers = _responses(entry, items, f"/diagnostics/{place}/node", faults)
            responses += answers
            places[1].extend(place for _ in answers)
    return (tuple(results), tuple(responses)), Pointers(tuple(places[0]), tuple(places[1]))


def evidence_of(
    given: Sequence[AnyDiagnostic], items: Mapping[str, tuple[str, ...]], pointer: str
) -> tuple[tuple[DiagnosticResult, ...], tuple[ItemResponse, ...]]:
    """Evidence of a list that stands for itself.

    Parameters
    ----------
    items
        Framework nodes by item code.
    pointer
        Of the list in the body.

    Raises
    ------
    InputError
        Every fault that shape alone does not show.
    """
    faults = _Faults()
    found, _ = _evidence(given, None, items, faults)
    for place, entry in enumerate(given):
        if isinstance(entry, ScoreBody) and entry.score > entry.max_score:
            faults.add("score_above_max", f"/diagnostics/{place}/score", most=entry.max_score)
    if faults.found:
        moved = (f.pointer.replace("/diagnostics", pointer, 1) for f in faults.found)
        raise InputError([replace(f, pointer=p) for f, p in zip(faults.found, moved, strict=True)])
    return found


def _result(body: ScoreBody) -> DiagnosticResult:
    return DiagnosticResult(
        procedure_id=body.procedure_id,
        date=body.date,
        method=body.method,
        node=body.node,
        score=body.score,
        max_score=body.max_score,
        n_tasks=body.n_tasks,
        observer=body.observer,
        criterion=body.criterion,
    )


def _responses(
    body: ItemBody, items: Mapping[str, tuple[str, ...]], pointer: str, faults: _Faults
) -> tuple[ItemResponse, ...]:
    """One answer, once for each node that its item measures."""
    nodes = (body.node,) if body.node else items.get(body.item, ())
    if not nodes:
        faults.add("unknown_item", pointer, item=body.item)
    response = math.nan if body.response is None else body.response
    return tuple(
        ItemResponse(body.procedure_id, body.date, body.item, response, node) for node in nodes
    )


def _requests(
    given: Sequence[RequestBody] | None, known: Known | None, faults: _Faults
) -> tuple[Request, ...]:
    if given is None:
        return known.requests if known else ()
    found: dict[str, Request] = {}
    for place, body in enumerate(given):
        request_id = body.id or f"r{place + 1}"
        if body.node is None and body.career_position is None and not (body.text or "").strip():
            faults.add("request_empty", f"/requests/{place}")
        if request_id in found:
            faults.add("request_id_repeated", f"/requests/{place}/id", id=request_id)
        found[request_id] = Request(
            request_id, body.node, body.text, body.weight, body.career_position
        )
    return tuple(found.values())


def _history(
    given: Sequence[HistoryBody] | None,
    known: Known | None,
    today: Callable[[], dt.date],
    faults: _Faults,
) -> tuple[HistoryItem, ...]:
    """What was completed; an activity that the catalogue does not know may stand there."""
    if not given:
        return known.history if known and given is None else ()
    last = today()
    for place, body in enumerate(given):
        if body.completed_on > last:
            faults.add(
                "date_in_future",
                f"/history/{place}/completed_on",
                date=body.completed_on.isoformat(),
                as_of=last.isoformat(),
            )
        if body.activity_id is None and body.title is None:
            faults.add("history_empty", f"/history/{place}")
    return tuple(HistoryItem(b.completed_on, b.activity_id, b.title) for b in given)


# --------------------------------------------------------------------------- limits


def constraints_of(body: ConstraintsBody, request: RouteRequest) -> Constraints:
    """Constraints that take the place of a kept request's; its busy times stay if none are given.

    Raises
    ------
    InputError
        Every fault, with pointers below ``/constraints``.
    """
    faults = _Faults()
    found = _constraints(body, faults)
    zone = ZoneInfo(
        request.educator.time_zone or load_policy(request.policy or "default").time_zone
    )
    busy = _busy(body, request.constraints.busy, lambda: zone, request.as_of, faults)
    if faults.found:
        raise InputError(faults.found)
    return replace(found, busy=busy)


def _constraints(body: ConstraintsBody, faults: _Faults) -> Constraints:
    """Everything but the busy times."""
    for monday in body.tempo_by_week:
        if monday.isoweekday() != 1:
            pointer = f"/constraints/tempo_by_week/{monday.isoformat()}"
            faults.add("not_a_monday", pointer, day=monday.isoformat())
    return Constraints(
        horizon_start=body.horizon.start,
        horizon_end=body.horizon.end,
        tempo_by_week=dict(sorted(body.tempo_by_week.items())),
        forms=body.forms,
        budget_by_source=body.budget_by_source,
        pinned=body.pinned,
        excluded=body.excluded,
        max_steps=body.max_steps,
    )


def _busy(
    body: ConstraintsBody,
    known: tuple[Slot, ...],
    zone: Callable[[], ZoneInfo],
    as_of: dt.datetime,
    faults: _Faults,
) -> tuple[Slot, ...]:
    """Busy times: what is known where none are given, else these, after the known if kept."""
    kept = known if body.keep_busy else ()
    if body.busy is not None and body.busy_ics is not None:
        faults.add("busy_given_twice", "/constraints/busy_ics")
    if body.busy is not None:
        return (*kept, *_slots(body.busy, faults))
    if body.busy_ics is not None:
        first = body.horizon.start or as_of.date()
        longest = first + dt.timedelta(weeks=CALENDAR_WEEKS)
        last = min(body.horizon.end or longest, longest)
        return (*kept, *_from_calendar(body.busy_ics, first, max(first, last), zone(), faults))
    return known


def _slots(spans: Sequence[SpanBody], faults: _Faults) -> Iterator[Slot]:
    for place, span in enumerate(spans):
        if span.start >= span.end:
            faults.add("span_reversed", f"/constraints/busy/{place}")
        yield Slot(span.start, span.end)


def _from_calendar(
    text: str, first: dt.date, last: dt.date, zone: ZoneInfo, faults: _Faults
) -> tuple[Slot, ...]:
    pointer = "/constraints/busy_ics"
    log = FaultLog()
    slots = read_calendar(text.encode("utf-8"), pointer, first, last, zone, log)
    for fault in log.errors:
        faults.found.append(Fault(fault.code, fault.detail, pointer, parameters=fault.parameters))
    return slots


def _deadline(given: int | None, settings: Settings, faults: _Faults) -> int | None:
    least, most = settings.deadline_min_ms, settings.deadline_max_ms
    if given is not None and not least <= given <= most:
        faults.add(
            "deadline_out_of_bounds",
            "/options/deadline_ms",
            deadline_ms=given,
            least=least,
            most=most,
        )
    return given
