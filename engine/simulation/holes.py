"""A region with holes that are known: what an analysis of it ought to find.

A catalogue as of ``simulate_region``, with some activities about each competency of the one test
that thousands of people, drawn by arrays, have sat. Then holes are planted:

weak cells
    A district whose people are weaker at one competency than all others.
bare nodes
    A competency for which the catalogue has activities, but none for one position.
runless nodes
    A competency whose activities have no run.
narrow nodes
    A competency whose runs have a seat or two each.
lone subjects
    A subject that no mentor teaches.

``Holes.proficiency`` is the truth of everybody, so that whatever else is found can be judged, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy.special import expit

from engine.domain import (
    Activity,
    FloatArray,
    Form,
    IntArray,
    Kind,
    Mentor,
    MentorForm,
    Method,
    Offering,
    Organisation,
    Position,
)
from engine.framework import Framework, Node
from engine.policy import PolicyProfile
from engine.region_record import COLUMNS, RegionRecord
from engine.simulation.abilities import Population
from engine.simulation.activities import Topics, draw_activity, draw_diagnostic
from engine.simulation.people import POSITIONS, STAGES
from engine.simulation.runs import Season, draw_runs
from engine.simulation.streams import stream

TEACHERS = (Position.TEACHER, Position.PRIMARY_TEACHER)
BARE_FOR = Position.PRIMARY_TEACHER
"""Position for which a bare node has no activity."""

YOUNG_SHARE = 0.25
NARROW_SEATS = 2
ROOMY_RUNS, ROOMY_SEATS = 4, 5_000
TEST = "entry"


@dataclass(frozen=True, slots=True)
class HolesPlan:
    """Size of the region, and how many holes of each kind; holes of nodes never share one.

    Parameters
    ----------
    educators, activities, mentors, districts
        ≥ 1, ≥ 2, ≥ 0 and ≥ 2; ``activities`` are those drawn at random.
    schools
        In each district, ≥ 1.
    test_nodes
        Competencies of the one test, of those that apply to every teacher; each of those measured
        sits ``nodes_each`` of them.
    tasks
        Tasks per competency, ≥ 1.
    measured_share
        Share of people who sat it.
    served_by
        Activities about each competency of the test besides those drawn at random: programmes of
        36 hours in turn with workshops, with enough runs and seats.
    weakness
        Log odds by which a weak cell lies below, ≥ 0.
    lean_sd
        Sd of the difficulty of the test, the same for everybody.
    """

    educators: int = 3_000
    activities: int = 400
    mentors: int = 300
    districts: int = 10
    schools: int = 8
    test_nodes: int = 12
    nodes_each: int = 8
    tasks: int = 6
    measured_share: float = 0.85
    served_by: int = 3
    weak_cells: int = 2
    weakness: float = 1.0
    bare_nodes: int = 1
    runless_nodes: int = 1
    narrow_nodes: int = 1
    lone_subjects: int = 1
    lean_sd: float = 0.2
    runs_per_activity: float = 4.0
    weeks: int = 36
    zone: str = "Europe/Moscow"
    as_of: dt.date = dt.date(2026, 8, 26)
    first_monday: dt.date = dt.date(2026, 8, 31)

    def __post_init__(self) -> None:
        holes = self.bare_nodes + self.runless_nodes + self.narrow_nodes + self.weak_cells
        if holes > self.test_nodes or self.nodes_each > self.test_nodes:
            raise ValueError("more holes or nodes each than the test has nodes")
        if self.educators < 1 or self.activities < 2 or self.districts < 2 or self.schools < 1:
            raise ValueError("a region needs an educator, two activities and two districts")


@dataclass(frozen=True, slots=True, eq=False)
class Holes:
    """What was planted, and the truth of everybody.

    Parameters
    ----------
    weak
        (district, node) of the weak cells.
    bare, runless, narrow
        Nodes.
    lone
        Subjects.
    proficiency
        Shape (n_people, n_nodes of the framework), in (0, 1); people in the order of the frame.
    """

    weak: tuple[tuple[str, str], ...]
    bare: tuple[str, ...]
    runless: tuple[str, ...]
    narrow: tuple[str, ...]
    lone: tuple[str, ...]
    proficiency: FloatArray


def simulate_holes(
    plan: HolesPlan, seed: int, framework: Framework, policy: PolicyProfile
) -> tuple[RegionRecord, Holes]:
    """Draw a region with holes; the same arguments give the same one."""
    rng = stream(seed, "holes")
    nodes = [str(code) for code in rng.permutation(_common_leaves(framework))[: plan.test_nodes]]
    districts = tuple(f"Район {i + 1:02d}" for i in range(plan.districts))
    subjects = sorted({name[0] for node in framework.nodes for name in node.subjects})
    kinds = (plan.weak_cells, plan.bare_nodes, plan.runless_nodes, plan.narrow_nodes)
    weak_nodes, bare, runless, narrow, _ = np.split(np.array(nodes), np.cumsum(kinds))
    places = rng.permutation(plan.districts)
    lone = tuple(str(s) for s in rng.permutation(subjects)[: plan.lone_subjects])
    weak = tuple((districts[places[i % len(places)]], str(k)) for i, k in enumerate(weak_nodes))
    educators = _educators(rng, plan, districts, subjects)
    theta = _proficiency(rng, plan, educators, weak, framework, policy)
    activities, offerings = _catalogue(
        plan, seed, framework, nodes, set(bare), set(runless), set(narrow)
    )
    season = ZoneInfo(plan.zone)
    record = RegionRecord(
        as_of=dt.datetime.combine(plan.as_of, dt.time(12), tzinfo=season),
        educators=educators,
        sittings=_sittings(rng, plan, educators, theta, nodes, framework),
        routes=pd.DataFrame(columns=list(COLUMNS["routes"])),
        participation=pd.DataFrame(columns=list(COLUMNS["participation"])),
        activities=activities,
        offerings=offerings,
        organisations=tuple(
            Organisation(f"{d}-{s:02d}", f"Школа {d}-{s:02d}", district)
            for d, district in enumerate(districts)
            for s in range(plan.schools)
        ),
        mentors=_mentors(
            rng,
            plan,
            districts,
            [s for s in subjects if not any(framework.subjects_match(s, x) for x in lone)],
        ),
    )
    names = [tuple(str(k) for k in part) for part in (bare, runless, narrow)]
    return record, Holes(weak, names[0], names[1], names[2], lone, theta)


def _common_leaves(framework: Framework) -> list[str]:
    """Leaves that apply to every teacher and primary teacher, and to one of a subject alike."""
    applies = [framework.applies_to(p, (), STAGES[p]) for p in TEACHERS]
    return [framework.codes[i] for i in framework.leaves if all(row[i] for row in applies)]


def _educators(
    rng: np.random.Generator, plan: HolesPlan, districts: Sequence[str], subjects: Sequence[str]
) -> pd.DataFrame:
    n = plan.educators
    weights = np.array([w for p, w in POSITIONS if p in TEACHERS])
    position = rng.choice(len(TEACHERS), n, p=weights / weights.sum())
    subject = rng.integers(len(subjects), size=n)
    district = rng.integers(len(districts), size=n)
    school = rng.integers(plan.schools, size=n)
    young = rng.random(n) < YOUNG_SHARE
    service = np.where(young, rng.integers(100, 900, n), rng.integers(1_500, 12_000, n))
    age = np.where(young, rng.integers(22 * 365, 33 * 365, n), 24 * 365 + service)
    today = np.datetime64(plan.as_of, "D")
    started = (today - service).astype("datetime64[ns]")
    turns_35 = (today - age + round(35 * 365.25)).astype("datetime64[ns]")
    return pd.DataFrame(
        {
            "educator": [f"E{i:06d}" for i in range(n)],
            "position": [TEACHERS[p].value for p in position.tolist()],
            "manager": np.zeros(n, dtype=np.bool_),
            "organisation": [
                f"{d}-{s:02d}" for d, s in zip(district.tolist(), school.tolist(), strict=True)
            ],
            "district": [districts[d] for d in district.tolist()],
            "rural": [None] * n,
            "turns_35_on": turns_35,
            "pedagogical_start": started,
            "post_start": started,
            "subjects": [
                (subjects[s],) if TEACHERS[p] is Position.TEACHER else ()
                for p, s in zip(position.tolist(), subject.tolist(), strict=True)
            ],
            "stages": [tuple(s.value for s in STAGES[TEACHERS[p]]) for p in position.tolist()],
        }
    )


def _proficiency(
    rng: np.random.Generator,
    plan: HolesPlan,
    educators: pd.DataFrame,
    weak: Sequence[tuple[str, str]],
    framework: Framework,
    policy: PolicyProfile,
) -> FloatArray:
    population = Population.of(policy, framework)
    effects = population.sd * rng.standard_normal((plan.educators, len(population.sd)))
    ability = population.centre + effects @ population.loading.T
    for district, node in weak:
        rows = (educators["district"] == district).to_numpy()
        ability[rows, framework.index[node]] -= plan.weakness
    theta: FloatArray = expit(ability)
    return theta


def _sittings(
    rng: np.random.Generator,
    plan: HolesPlan,
    educators: pd.DataFrame,
    theta: FloatArray,
    nodes: Sequence[str],
    framework: Framework,
) -> pd.DataFrame:
    """Scores of the test: everybody sits some of its competencies, drawn by lot."""
    sat = np.flatnonzero(rng.random(plan.educators) < plan.measured_share)
    drawn = np.argsort(rng.random((len(sat), len(nodes))), axis=1)[:, : plan.nodes_each]
    drawn.sort(axis=1)
    person, node = np.repeat(sat, plan.nodes_each), drawn.ravel()
    at = np.array([framework.index[code] for code in nodes], dtype=np.int64)
    true = theta[person, at[node]]
    lean = rng.normal(0.0, plan.lean_sd)
    right = expit(np.log(true / (1 - true)) + lean)
    day = np.datetime64(plan.as_of - dt.timedelta(days=90), "ns")
    return pd.DataFrame(
        {
            "educator": educators["educator"].to_numpy()[person],
            "date": np.full(len(person), day),
            "procedure": TEST,
            "method": Method.TEST.value,
            "node": np.array(nodes)[node],
            "score": rng.binomial(plan.tasks, right).astype(np.float64),
            "max_score": float(plan.tasks),
            "n_tasks": float(plan.tasks),
        }
    )


def _catalogue(
    plan: HolesPlan,
    seed: int,
    framework: Framework,
    nodes: Sequence[str],
    bare: set[str],
    runless: set[str],
    narrow: set[str],
) -> tuple[tuple[Activity, ...], tuple[Offering, ...]]:
    season = Season(plan.first_monday, plan.weeks, ZoneInfo(plan.zone), plan.as_of)
    topics = Topics.of(seed, framework)
    activities: list[Activity] = []
    offerings: list[Offering] = []
    about = [code for code in nodes for _ in range(plan.served_by)]
    for i in range(plan.activities - 1 + len(about)):
        activity = replace(
            draw_activity(seed, i, topics, framework, saturated=False), prerequisites=()
        )
        runs = draw_runs(seed, i, activity, season, plan.runs_per_activity, saturated=False)
        if i >= plan.activities - 1:
            code = about[i - plan.activities + 1]
            activity = _about(activity, framework.node(code), i)
            runs = [_roomy(activity, season, i, run) for run in range(ROOMY_RUNS)]
        covered = set(activity.coverage)
        if covered & bare:
            others = tuple(p for p in Position if p is not BARE_FOR)
            activity = replace(activity, positions=others)
        if covered & runless:
            runs = []
        if covered & narrow:
            runs = [replace(run, seats_left=NARROW_SEATS) for run in runs]
        activities.append(activity)
        offerings += runs
    n = len(activities)
    last = draw_diagnostic(n)
    offerings += draw_runs(seed, n, last, season, 1.0, saturated=False)
    return (*activities, last), tuple(offerings)


def _about(activity: Activity, node: Node, index: int) -> Activity:
    """The activity as a programme or a workshop about one competency."""
    kind, hours = ((Kind.DPP_PK, 36.0), (Kind.WORKSHOP, 6.0))[index % 2]
    return replace(
        activity,
        kind=kind,
        title=f"«{node.title}», № {index}",
        hours_academic=hours,
        form=Form.FORMAL if kind is Kind.DPP_PK else Form.NON_FORMAL,
        subjects=(),
        coverage={node.code: 0.9},
        price_rub=0,
        funding=(),
    )


def _roomy(activity: Activity, season: Season, index: int, run: int) -> Offering:
    """A run in autumn or later, with as many seats as anybody may need."""
    start = season.first_monday + dt.timedelta(weeks=4 + 3 * run + index % 3)
    end = start + dt.timedelta(weeks=4)
    return Offering(f"{activity.id}-{run:02d}", activity.id, start, end, seats_left=ROOMY_SEATS)


def _mentors(
    rng: np.random.Generator, plan: HolesPlan, districts: Sequence[str], subjects: Sequence[str]
) -> tuple[Mentor, ...]:
    """Mentors of every subject but the lone ones, by turns, and of primary teachers."""
    found = []
    district: IntArray = rng.integers(len(districts), size=plan.mentors)
    for i in range(plan.mentors):
        primary = i % 5 == 4
        position = Position.PRIMARY_TEACHER if primary else Position.TEACHER
        found.append(
            Mentor(
                id=f"M{i:04d}",
                position=position,
                subjects=() if primary else (subjects[(i - i // 5) % len(subjects)],),
                stages=STAGES[position],
                district=districts[int(district[i])],
                forms=(MentorForm.MENTOR_YOUNG,),
                consent=True,
                consent_on=plan.as_of - dt.timedelta(days=60),
                capacity=4,
            )
        )
    return tuple(found)


__all__ = ["BARE_FOR", "Holes", "HolesPlan", "simulate_holes"]
