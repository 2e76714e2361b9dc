"""The route of the answer: steps, mentor, checkpoints and weekly load, back in dates and ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.catalogue import Catalogue
from engine.domain import Kind, Reason
from engine.planning.checks import CheckReport
from engine.planning.explain import ClosingFact, closings, step_reasons
from engine.planning.solution import Route
from engine.recommendation import (
    Checkpoint,
    Closing,
    EffectEntry,
    MeetingEntry,
    MentorEntry,
    MissedWindow,
    RouteEntry,
    Step,
    WeekLoad,
)
from engine.recommender.revised import fixed_steps, step_ids, taken_checkpoints
from engine.recommender.stages import Stages

FACTORS_SHOWN = 3


def build_route_entry(stages: Stages, catalogue: Catalogue, report: CheckReport) -> RouteEntry:
    """Say the solved route in dates, instants and ids; steps by start, then by id."""
    route, problem = stages.solution.route, stages.compiled.problem
    assert route is not None
    facts = closings(problem, stages.deficits.demands, route.chosen)
    table = problem.candidates
    order = sorted(
        route.chosen, key=lambda j: (table.start_day[j], table.end_day[j], table.label[j])
    )
    begun, ids = fixed_steps(stages), step_ids(stages, order)
    steps = tuple(
        _begun(stages, catalogue, route, j, begun[j], facts[j])
        if j in begun
        else _step(stages, catalogue, route, j, ids[j], facts[j])
        for j in order
    )
    return RouteEntry(
        start=min((s.start for s in steps), default=None),
        end=max((s.end for s in steps), default=None),
        workload_min=report.workload_min,
        weekly_load=_weekly_load(stages, report),
        steps=steps,
        mentor=_mentor(stages, catalogue, route, report),
        checkpoints=_checkpoints(stages, catalogue, route, report),
        cost_by_source={
            source: cost
            for source, cost in zip(problem.budget_sources, report.cost_by_source, strict=True)
            if cost
        },
    )


def _date(stages: Stages, day: int) -> dt.date:
    return stages.calendar.first_monday + dt.timedelta(days=int(day))


def _begun(
    stages: Stages,
    catalogue: Catalogue,
    route: Route,
    j: int,
    step: Step,
    facts: Sequence[ClosingFact],
) -> Step:
    """A step of the kept route as it was told; only what it closes is counted anew."""
    return replace(
        step,
        closes=tuple(_closing(stages, fact) for fact in facts),
        reasons=_planned_reasons(stages, catalogue, route, j, facts),
    )


def _step(
    stages: Stages,
    catalogue: Catalogue,
    route: Route,
    j: int,
    step_id: str,
    facts: Sequence[ClosingFact],
) -> Step:
    compiled = stages.compiled
    candidate = compiled.problem.candidates.record(j)
    fact = compiled.facts.of(j)
    row = catalogue.activity_index[fact.activity_id]
    activity = catalogue.activities[row]
    effect = _effect(stages, row, activity.kind, facts)
    return Step(
        id=step_id,
        activity=activity.id,
        title=activity.title,
        kind=activity.kind.value,
        offering=fact.offering_id,
        form=activity.form.value,
        technology=tuple(t.value for t in activity.technologies),
        document=activity.document.value,
        provider=activity.provider,
        level=activity.level.value if activity.level else None,
        start=_date(stages, candidate.start_day),
        end=_date(stages, candidate.end_day),
        self_paced=fact.pace_min > 0,
        hours_academic=float(activity.hours_academic or 0.0),
        workload_min=sum(minutes for _, minutes in candidate.weekly),
        travel_min=fact.travel_min,
        funding=fact.funding.value if fact.funding else None,
        cost_rub=candidate.cost_rub,
        meetings=tuple(_meeting(stages, catalogue, m) for m in candidate.meetings),
        closes=tuple(_closing(stages, f) for f in facts),
        relevance=fact.relevance,
        reasons=(*_reasons(stages, catalogue, route, j, facts), *_effect_reason(effect)),
        pinned=any(p.code == "pinned" and j in p.candidates for p in compiled.problem.pins),
        source=activity.source,
        effect=effect,
    )


def _effect(
    stages: Stages, row: int, kind: Kind, facts: Sequence[ClosingFact]
) -> EffectEntry | None:
    """The effect for what the step closes most of."""
    demand = stages.deficits.demands[facts[0].demand] if facts else None
    code = demand.code if demand else None
    table = stages.compiled.effects
    known = table.describe(row, demand) if table is not None else None
    if known is not None:
        source, effect = known
        return EffectEntry(source, effect.mean, effect.interval_90, effect.n, code)
    value = stages.policy.value.effect.get(kind, 0.0)
    return EffectEntry("policy", value, demand=code) if value > 0 else None


def _effect_reason(effect: EffectEntry | None) -> Iterator[Reason]:
    if effect is None:
        return
    known = {"value": effect.value, "interval": effect.interval_90, "n": effect.n}
    match effect.source:
        case "node":
            yield Reason("effect_node", known)
        case "activity":
            yield Reason("effect_activity", known)
        case "provider":
            yield Reason("effect_provider", known)
        case "kind":
            yield Reason("effect_kind", known)
        case _:
            yield Reason("effect_policy", {"value": effect.value})


def _meeting(stages: Stages, catalogue: Catalogue, meeting: tuple[int, int, int]) -> MeetingEntry:
    start, end, place = meeting
    return MeetingEntry(
        start=stages.calendar.instant(start),
        end=stages.calendar.instant(end),
        place=_place(stages, catalogue, place),
    )


def _place(stages: Stages, catalogue: Catalogue, code: int) -> str:
    """Place by code; empty = online. A code beyond the catalogue's is the educator's school."""
    if code < 0:
        return ""
    if code < len(catalogue.places):
        return catalogue.places[code]
    organisation = stages.request.educator.organisation
    return organisation.title if organisation else ""


def _closing(stages: Stages, fact: ClosingFact) -> Closing:
    demand = stages.deficits.demands[fact.demand]
    return Closing(demand.code, demand.title, fact.expected, fact.interval)


def _reasons(
    stages: Stages, catalogue: Catalogue, route: Route, j: int, facts: Sequence[ClosingFact]
) -> tuple[Reason, ...]:
    reasons = _planned_reasons(stages, catalogue, route, j, facts)
    fact = stages.compiled.facts.of(j)
    activity = catalogue.activities[catalogue.activity_index[fact.activity_id]]
    extra: list[Reason] = []
    if fact.bonus_mpt.get("federal_register"):
        extra.append(Reason("federal_register", {"until": activity.register_to}))
    row = catalogue.activity_index[fact.activity_id]
    if activity.kind is Kind.DIAGNOSTIC:
        return (*reasons, *extra, *_measure_first(stages, row))
    extra.append(
        Reason("relevance", {"value": fact.relevance, "factors": _top_factors(stages, row)})
    )
    return (*reasons, *extra)


def _measure_first(stages: Stages, row: int) -> Iterator[Reason]:
    """What a diagnostic measures anew, and its news beside learning of the same time, in points."""
    measuring = stages.compiled.measuring
    if measuring is not None and measuring.activity == row:
        demands = stages.deficits.demands
        yield Reason(
            "measure_first",
            {
                "titles": [demands[k].title for k in measuring.demands],
                "nodes": [demands[k].code for k in measuring.demands],
                "n_tasks": measuring.tasks,
                "information": measuring.worth,
                "instead": round(measuring.instead),
            },
        )


def _planned_reasons(
    stages: Stages, catalogue: Catalogue, route: Route, j: int, facts: Sequence[ClosingFact]
) -> tuple[Reason, ...]:
    """Reasons that follow from the problem alone."""
    compiled = stages.compiled
    # The catalogue may have lost what has begun.
    titles = {step.activity: step.title for step in fixed_steps(stages).values()}
    for i in {compiled.activity_ids[i] for i in route.chosen} - titles.keys():
        titles[i] = catalogue.activities[catalogue.activity_index[i]].title
    asked = {r.id: r.text for r in stages.requests if r.text}
    return step_reasons(
        compiled.problem, stages.deficits.demands, titles, route.chosen, j, facts, asked
    )


def _top_factors(stages: Stages, row: int) -> list[str]:
    """Names of the factors that raise the relevance most."""
    contributions = stages.ranking.contributions[row]
    positive = [
        (-float(value), name)
        for value, name in zip(contributions, stages.ranking.factors, strict=True)
        if value > 0
    ]
    return [name for _, name in sorted(positive)[:FACTORS_SHOWN]]


def _weekly_load(stages: Stages, report: CheckReport) -> tuple[WeekLoad, ...]:
    tempo = stages.compiled.problem.tempo_min
    return tuple(
        WeekLoad(_date(stages, 7 * week), load, int(tempo[week]))
        for week, load in enumerate(report.weekly_load_min)
    )


def _mentor(
    stages: Stages, catalogue: Catalogue, route: Route, report: CheckReport
) -> MentorEntry | None:
    if route.mentor is None:
        return None
    problem = stages.compiled.problem.mentor.options[route.mentor]
    mentor_id, _, form = problem.label.partition("@")
    option = next(
        o
        for o in stages.mentor_need.options
        if o.mentor_id == mentor_id and (not form or o.form.value == form)
    )
    return MentorEntry(
        id=option.mentor_id,
        form=option.form.value,
        fit=option.fit,
        reasons=(*stages.mentor_need.reasons, *option.reasons),
        meetings=tuple(_meeting(stages, catalogue, problem.slots[i]) for i in route.slots),
        missed=tuple(
            MissedWindow(_date(stages, 7 * first), _date(stages, 7 * last + 6))
            for first, last in report.missed_windows
        ),
    )


def _checkpoints(
    stages: Stages, catalogue: Catalogue, route: Route, report: CheckReport
) -> tuple[Checkpoint, ...]:
    offers = stages.compiled.problem.checkpoints.offers
    found = list(taken_checkpoints(stages.request.kept, catalogue))
    for stage, index in (("middle", route.middle), ("final", route.final)):
        if index is None:
            if stage in report.missing_checkpoints:
                found.append(Checkpoint(stage, None, None, None, 0))
            continue
        offer = offers[index]
        offering = catalogue.offerings[catalogue.offering_index[offer.label.partition("#")[0]]]
        activity = catalogue.activities[catalogue.activity_index[offering.activity_id]]
        assert activity.kind is Kind.DIAGNOSTIC
        found.append(
            Checkpoint(
                stage,
                activity.id,
                activity.title,
                _date(stages, offer.day),
                offer.duration_min,
            )
        )
    return tuple(found)
