"""Put a kept route into a compiled problem: what has begun as facts, what is planned as wishes.

The problem is compiled as if the route were new, over the kept route's horizon and for days that
are still to come. Then every finished, started or enrolled step is added as a candidate that must
stand, so that all rules count its minutes, meetings, money and gains; planned steps are found
among the candidates. What has happened breaks no rule: a limit is never below what is fixed, and
the rest is planned in what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.domain import IntArray, Slot
from engine.planning.carry import with_candidates
from engine.planning.compile import CompiledProblem
from engine.planning.compile_gains import BONUS_PARTS, PRICE_PARTS
from engine.planning.compile_table import CandidateFacts
from engine.planning.problem import (
    Candidate,
    MentorRules,
    Pin,
    ProblemActivity,
    ProblemMentor,
    Revision,
    RouteProblem,
)
from engine.planning.standing_facts import with_room_for

KEPT = "@kept"
"""End of the label of a candidate that stands for a step of the kept route."""

Span = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """One step of the kept route in days and indices of the new problem.

    Parameters
    ----------
    candidate
        With the label that it had; its activity index is not looked at.
    fixed
        It has begun, or a seat is taken.
    thawed
        The days without changes do not bind it.
    category, long, practices
        Of its activity, should the problem not have it any more; ``practices`` are ids, ``None``
        = it needs none.
    relevance
        In [0, 1].
    """

    activity_id: str
    offering_id: str
    candidate: Candidate
    fixed: bool
    thawed: bool = False
    category: int = 0
    long: bool = False
    practices: tuple[str, ...] | None = None
    relevance: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of the accompaniment.

    Parameters
    ----------
    mentor
        Id; he stays while he is an option. ``None`` = anybody.
    held
        Meetings held or due before the free day, with their instants.
    taken
        ``middle`` and ``final``, as far as these diagnostics have been taken.
    """

    mentor: str | None = None
    held: tuple[tuple[Span, Slot], ...] = ()
    taken: frozenset[str] = frozenset()


def revise(
    compiled: CompiledProblem,
    runs: Sequence[EarlierRun],
    standing: Standing,
    *,
    changes_most: int,
    first_day: int,
    free_day: int,
) -> CompiledProblem:
    """The problem of revising a kept route.

    Parameters
    ----------
    compiled
        Of the same educator and day 0.
    runs
        Steps of the kept route, at most one of an activity.
    first_day
        First day on which anything may start at all.
    free_day
        First day on which something new may start; ≥ ``first_day``.

    Returns
    -------
    CompiledProblem
        Its candidates are those given and, after them, the fixed runs in their order and kept
        self-paced runs that the new pace of weeks does not offer by itself.
    """
    fixed = [run for run in runs if run.fixed]
    planned = [run for run in runs if not run.fixed]
    problem = _with_activities(compiled.problem, fixed)
    compiled = replace(compiled, problem=problem)
    compiled, fixed_at = _with_fixed(compiled, fixed)
    compiled, steps = _with_planned(compiled, planned, first_day)
    problem = with_room_for(compiled.problem, fixed_at, first_day, [m for m, _ in standing.held])
    frozen = tuple(
        s
        for s, (run, step) in enumerate(zip(planned, steps, strict=True))
        if step and run.candidate.start_day < free_day and not run.thawed
    )
    revision = Revision(fixed_at, steps, frozen, changes_most, free_day)
    mentor, slots = _mentor(compiled, standing, first_day, free_day)
    checkpoints = replace(
        problem.checkpoints,
        middle=problem.checkpoints.middle and "middle" not in standing.taken,
        final=problem.checkpoints.final and "final" not in standing.taken,
    )
    pins = (
        *_served(compiled, fixed, fixed_at),
        *(Pin("started", r.activity_id, (j,)) for r, j in zip(fixed, fixed_at, strict=True)),
        *(Pin("frozen", planned[s].activity_id, steps[s]) for s in frozen),
    )
    problem = replace(problem, revision=revision, pins=pins, mentor=mentor, checkpoints=checkpoints)
    return replace(
        compiled, problem=_practices_that_can_follow(problem, fixed_at), mentor_slots=slots
    )


# --------------------------------------------------------------------------- activities


def _with_activities(problem: RouteProblem, fixed: Sequence[EarlierRun]) -> RouteProblem:
    """Activities of what has begun: known, and without prerequisites, which cannot bind it."""
    activities = list(problem.activities)
    index = {activity.label: a for a, activity in enumerate(activities)}
    for run in fixed:
        if run.activity_id in index:
            a = index[run.activity_id]
            activities[a] = replace(activities[a], prerequisites=())
            continue
        practices = tuple(sorted(index[i] for i in run.practices or () if i in index))
        index[run.activity_id] = len(activities)
        activities.append(
            ProblemActivity(
                label=run.activity_id,
                category=run.category,
                long=run.long,
                needs_practice=run.practices is not None,
                practices=practices,
            )
        )
    return replace(problem, activities=tuple(activities))


def _practices_that_can_follow(problem: RouteProblem, fixed: Sequence[int]) -> RouteProblem:
    """What has begun needs no practice where none can follow it any more."""
    table, weeks = problem.candidates, problem.limits.transfer_weeks
    activities = list(problem.activities)
    for j in fixed:
        a, end = int(table.activity[j]), int(table.end_day[j])
        if not activities[a].needs_practice:
            continue
        follows = np.isin(table.activity, activities[a].practices) & ~table.excluded
        follows &= (end < table.start_day) & (table.start_day <= end + 7 * weeks)
        if not follows.any():
            activities[a] = replace(activities[a], needs_practice=False, practices=())
    return replace(problem, activities=tuple(activities))


# --------------------------------------------------------------------------- candidates


def _with_fixed(
    compiled: CompiledProblem, fixed: Sequence[EarlierRun]
) -> tuple[CompiledProblem, tuple[int, ...]]:
    first = len(compiled.problem.candidates)
    compiled = _extended(compiled, fixed, [None] * len(fixed))
    return compiled, tuple(range(first, first + len(fixed)))


def _with_planned(
    compiled: CompiledProblem, planned: Sequence[EarlierRun], first_day: int
) -> tuple[CompiledProblem, tuple[tuple[int, ...], ...]]:
    """Candidates of each planned step; a kept pace is added where only its offering is there."""
    steps: list[tuple[int, ...]] = []
    missing: list[EarlierRun] = []
    siblings: list[int | None] = []
    first = len(compiled.problem.candidates)
    for run in planned:
        of_offering = _of_offering(compiled, run)
        same = tuple(j for j in of_offering if _same_days(compiled.problem, j, run.candidate))
        paced = "#" in run.candidate.label and run.candidate.start_day >= first_day
        if not same and of_offering and paced:
            same = (first + len(missing),)
            missing.append(run)
            siblings.append(of_offering[0])
        steps.append(same)
    return _extended(compiled, missing, siblings), tuple(steps)


def _of_offering(compiled: CompiledProblem, run: EarlierRun) -> list[int]:
    excluded = compiled.problem.candidates.excluded
    return [
        j
        for j, offering in enumerate(compiled.offering_ids)
        if offering == run.offering_id
        and not excluded[j]
        and not compiled.problem.candidates.label[j].endswith(KEPT)
    ]


def _same_days(problem: RouteProblem, j: int, candidate: Candidate) -> bool:
    table = problem.candidates
    days = int(table.start_day[j]), int(table.end_day[j])
    return days == (candidate.start_day, candidate.end_day)


def _extended(
    compiled: CompiledProblem, runs: Sequence[EarlierRun], siblings: Sequence[int | None]
) -> CompiledProblem:
    """Further candidates; one with a sibling has the gains and the bonus that now hold for it."""
    if not runs:
        return compiled
    problem = compiled.problem
    index = {activity.label: a for a, activity in enumerate(problem.activities)}
    added = []
    for run, sibling in zip(runs, siblings, strict=True):
        record = replace(
            run.candidate,
            label=run.candidate.label.removesuffix(KEPT) + KEPT,
            activity=index[run.activity_id],
            seats=-1,
            excluded=False,
        )
        if sibling is not None:
            now = problem.candidates.record(sibling)
            record = replace(record, gains=now.gains, bonus_mpt=now.bonus_mpt)
        added.append(record)
    return replace(
        compiled,
        problem=replace(problem, candidates=with_candidates(problem.candidates, added)),
        activity_ids=(*compiled.activity_ids, *(run.activity_id for run in runs)),
        offering_ids=(*compiled.offering_ids, *(run.offering_id for run in runs)),
        facts=_more_facts(compiled.facts, runs, added),
    )


def _more_facts(
    facts: CandidateFacts, runs: Sequence[EarlierRun], added: Sequence[Candidate]
) -> CandidateFacts:
    """Facts of the candidates added; −1 where the catalogue has the record no more.

    Their bonus and price were not kept by part: each stands under the first part.
    """
    catalogue = facts.catalogue

    def column(values: Sequence[int]) -> IntArray:
        return np.array(values, dtype=np.int64)

    def parts(values: Sequence[int], n: int) -> IntArray:
        return np.pad(column(values)[:, None], ((0, 0), (0, n - 1)))

    pace = [_pace(run.candidate.label) for run in runs]
    work = [sum(minutes for _, minutes in record.weekly) for record in added]
    activity = [catalogue.activity_index.get(run.activity_id, -1) for run in runs]
    offering = [catalogue.offering_index.get(run.offering_id, -1) for run in runs]
    bonus = parts([record.bonus_mpt for record in added], len(BONUS_PARTS))
    price = parts([record.price_mpt for record in added], len(PRICE_PARTS))
    relevance = np.array([run.relevance for run in runs])
    return CandidateFacts(
        activity=np.append(facts.activity, column(activity)),
        offering=np.append(facts.offering, column(offering)),
        pace_min=np.append(facts.pace_min, column(pace)),
        relevance=np.append(facts.relevance, relevance),
        work_min=np.append(facts.work_min, column(work)),
        travel_min=np.append(facts.travel_min, column([0] * len(runs))),
        source=np.append(facts.source, column([record.source for record in added])),
        bonus_mpt=np.concatenate([facts.bonus_mpt, bonus]),
        price_mpt=np.concatenate([facts.price_mpt, price]),
        catalogue=catalogue,
    )


def _pace(label: str) -> int:
    """Minutes a week in the label of a self-paced run, 0 of a dated one."""
    _, _, tail = label.partition("#")
    pace = tail.partition("+")[2].partition("@")[0]
    return int(pace) if pace.isdigit() else 0


# --------------------------------------------------------------------------- pins and mentor


def _served(
    compiled: CompiledProblem, fixed: Sequence[EarlierRun], fixed_at: Sequence[int]
) -> tuple[Pin, ...]:
    """The pins, each served also by what has begun and is what it asks for."""
    catalogue = compiled.facts.catalogue
    found = []
    for pin in compiled.problem.pins:
        themed = {catalogue.activity_ids[a] for a in catalogue.themes.get(pin.label, ())}
        serving = tuple(
            j
            for run, j in zip(fixed, fixed_at, strict=True)
            if pin.label in (run.activity_id, run.offering_id)
            or (pin.code == "required_theme" and run.activity_id in themed)
        )
        found.append(replace(pin, candidates=(*pin.candidates, *serving)))
    return tuple(found)


def _mentor(
    compiled: CompiledProblem, standing: Standing, first_day: int, free_day: int
) -> tuple[MentorRules, tuple[tuple[Slot, ...], ...]]:
    """The kept mentor alone, where he is an option; before the free day his kept slots alone."""
    rules = compiled.problem.mentor
    pairs = list(zip(rules.options, compiled.mentor_slots, strict=True))
    own = [(o, s) for o, s in pairs if o.label.partition("@")[0] == standing.mentor]
    if standing.mentor is None or not own:
        return rules, compiled.mentor_slots
    options, slots = [], []
    for option, instants in own:
        told = dict(zip(option.slots, instants, strict=True))
        kept = {m: s for m, s in told.items() if m[0] // 1440 >= free_day}
        kept |= {m: s for m, s in standing.held if m[0] // 1440 < first_day or m in told}
        ordered = sorted(kept)
        options.append(_with_slots(option, ordered))
        slots.append(tuple(kept[m] for m in ordered))
    return replace(rules, options=tuple(options)), tuple(slots)


def _with_slots(option: ProblemMentor, slots: Sequence[Span]) -> ProblemMentor:
    return replace(option, slots=tuple(slots))
