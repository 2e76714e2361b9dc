"""A region with outcomes: some years of proposals, learning and re-diagnosis, and the truth.

::

    plan, seed ─► catalogue with text ─┐
               └► people by blocks ────┴► season by season: gains come to light ─► sittings
                                                            ─► slates ─► own choices ─► outcomes

Everything is drawn from the functions of ``HistoryTruth``, so what these say is exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from engine.domain import (
    Activity,
    Constraints,
    HistoryItem,
    IntArray,
    Mentor,
    Offering,
    Organisation,
)
from engine.framework import Framework
from engine.interactions import STATES, Interactions, State
from engine.policy import PolicyProfile
from engine.simulation.history_block import BlockHistory, BlockRun
from engine.simulation.history_catalogue import HistoryCatalogue, draw_catalogue
from engine.simulation.history_people import (
    BLOCK,
    Profiles,
    draw_schools,
    educator_at,
    requests_at,
)
from engine.simulation.history_plan import HistoryPlan
from engine.simulation.history_rows import Rows
from engine.simulation.history_sittings import EPOCH, results_by_person
from engine.simulation.history_traits import TASTES, PeopleTraits, kind_effects
from engine.simulation.history_truth import HistoryTruth
from engine.simulation.people import SimulatedEducator, draw_mentor
from engine.simulation.runs import Season


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A region and what happened in it; all that is not ``truth`` may be seen.

    Parameters
    ----------
    as_of
        Noon of the last day, in the region's zone.
    activities
        In the order of their ids; positions in ``truth`` and ``interactions`` are these.
    offerings
        Runs that are on offer from ``as_of`` on.
    educators
        With all their sittings, the present request, and what they have completed as history.
    interactions
        By educator, then by time; ``people`` and ``activities`` are those above, in their order.
        ``time`` is the day of the proposal, else of taking up. Slates are numbered in this
        order; ``propensity`` is known of the slates that explored.
    benefited
        Shape (len(interactions),), the truth of each row: completed, and with gains.
    season
        Shape (len(interactions),): whose chances were drawn from, for the methods of ``truth``.
    """

    plan: HistoryPlan
    seed: int
    as_of: dt.datetime
    activities: tuple[Activity, ...]
    offerings: tuple[Offering, ...]
    mentors: tuple[Mentor, ...]
    organisations: tuple[Organisation, ...]
    educators: tuple[SimulatedEducator, ...]
    interactions: Interactions
    benefited: np.ndarray[tuple[int], np.dtype[np.bool_]]
    season: IntArray
    truth: HistoryTruth


def simulate_history(
    plan: HistoryPlan,
    seed: int,
    framework: Framework,
    policy: PolicyProfile,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> History:
    """Draw a history; the same plan, seed, framework and policy give the same one.

    More educators leave the catalogue and the earlier educators with all they did as they are.

    Parameters
    ----------
    policy
        Its prior describes the people, its effects are the ones that the true effects differ
        from, its targets make the deficits.
    progress
        Called after every block with the educators done and all of them.

    Raises
    ------
    ValueError
        For a plan that cannot be.
    """
    faults = plan.faults()
    if faults:
        raise ValueError("; ".join(faults))
    catalogue = draw_catalogue(plan, seed, framework, policy)
    profiles = Profiles.of(framework, policy)
    truth = HistoryTruth(
        plan=plan.truth,
        leaves=tuple(framework.codes[leaf] for leaf in framework.leaves),
        kind_effect=kind_effects(plan, seed, policy),
        targets=profiles.targets,
        activities=catalogue.traits,
        people=_nobody(len(framework.leaves), plan),
    )
    schools = draw_schools(plan, seed)
    parts: list[_Part] = []
    for block in range(-(-plan.educators // BLOCK)):
        run = BlockRun(plan, seed, block, truth, profiles, framework, policy).run()
        parts.append(_part(run, block, plan, seed, catalogue, profiles, schools, framework))
        if progress is not None:
            progress(min((block + 1) * BLOCK, plan.educators), plan.educators)
    rows = Rows.joined([part.rows for part in parts])
    people = tuple(person for part in parts for person in part.people)
    season = Season(plan.first_monday, plan.weeks, ZoneInfo(plan.zone), plan.as_of)
    return History(
        plan=plan,
        seed=seed,
        as_of=dt.datetime.combine(plan.as_of, dt.time(12), tzinfo=ZoneInfo(plan.zone)),
        activities=catalogue.activities,
        offerings=catalogue.offerings,
        mentors=tuple(
            replace(draw_mentor(seed, i, framework, season), consent=True)
            for i in range(plan.mentors)
        ),
        organisations=schools,
        educators=people,
        interactions=_interactions(rows, people, catalogue.activities),
        benefited=rows.benefited,
        season=rows.season,
        truth=replace(truth, people=_everybody([part.traits for part in parts])),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A block cut to the size of the region."""

    people: list[SimulatedEducator]
    rows: Rows
    traits: PeopleTraits


def _part(
    run: BlockHistory,
    block: int,
    plan: HistoryPlan,
    seed: int,
    catalogue: HistoryCatalogue,
    profiles: Profiles,
    schools: tuple[Organisation, ...],
    framework: Framework,
) -> _Part:
    first = block * BLOCK
    n = min(BLOCK, plan.educators - first)
    rows = run.rows.select(run.rows.person < n)
    codes = [framework.codes[leaf] for leaf in framework.leaves]
    results = results_by_person(run.sittings, n, codes)
    completed = _completed(rows, n, catalogue.activities)
    people = [
        SimulatedEducator(
            educator=educator_at(run.residents, i, first + i, plan, profiles, schools),
            diagnostics=results[i],
            requests=requests_at(run.residents, i, first + i, seed, framework),
            history=completed[i],
            constraints=Constraints(),
        )
        for i in range(n)
    ]
    return _Part(people, replace(rows, person=rows.person + first), _cut(run.residents.traits, n))


def _completed(
    rows: Rows, n_people: int, activities: Sequence[Activity]
) -> list[tuple[HistoryItem, ...]]:
    """What everybody has completed, in the order of the days."""
    found: list[list[HistoryItem]] = [[] for _ in range(n_people)]
    done = np.flatnonzero(rows.state == STATES.index(State.COMPLETED))
    for row in done[np.argsort(rows.ended[done], kind="stable")].tolist():
        day = dt.date.fromordinal(EPOCH + int(rows.ended[row]))
        item = HistoryItem(day, activities[int(rows.activity[row])].id)
        found[int(rows.person[row])].append(item)
    return [tuple(items) for items in found]


def _interactions(
    rows: Rows, people: Sequence[SimulatedEducator], activities: Sequence[Activity]
) -> Interactions:
    return Interactions(
        people=tuple(p.educator.id for p in people),
        activities=tuple(a.id for a in activities),
        person=rows.person,
        activity=rows.activity,
        time=rows.time,
        state=rows.state,
        outcome=np.full(len(rows.person), np.nan),
        ended=rows.ended,
        slate=_numbered(rows),
        propensity=rows.propensity,
    )


def _numbered(rows: Rows) -> IntArray:
    """Slates numbered in the order of the rows; those of earlier educators never change."""
    drawn = np.flatnonzero(rows.slate >= 0)
    keys = rows.person[drawn] * (rows.slate.max(initial=0) + 1) + rows.slate[drawn]
    _, first, back = np.unique(keys, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(len(first))
    slate = np.full(len(rows.slate), -1, dtype=np.int64)
    slate[drawn] = number[back]
    return slate


def _cut(traits: PeopleTraits, n: int) -> PeopleTraits:
    names = PeopleTraits.__dataclass_fields__
    return PeopleTraits(**{name: getattr(traits, name)[:n] for name in names})


def _everybody(parts: Sequence[PeopleTraits]) -> PeopleTraits:
    names = PeopleTraits.__dataclass_fields__
    return PeopleTraits(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def _nobody(n_leaves: int, plan: HistoryPlan) -> PeopleTraits:
    """Room for the people of a block, who are put in when it is drawn."""
    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    return PeopleTraits(
        profile=whole,
        rural=none,
        young=none,
        affinity=np.zeros((0, 0)),
        taste=np.zeros((0, TASTES)),
        liveliness=none,
        request=whole,
        first_season=whole,
        proficiency=np.zeros((0, plan.seasons + 1, n_leaves), dtype=np.float32),
    )
