"""Hand-made and random route problems for tests."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.planning.checks import Violation, check_route
from engine.planning.problem import (
    ONLINE,
    Candidate,
    CandidateTable,
    CheckpointOffer,
    CheckpointRules,
    FormLimit,
    Limits,
    MentorRules,
    Pin,
    ProblemActivity,
    ProblemDemand,
    ProblemMentor,
    RouteProblem,
)
from engine.planning.solution import Route

DPP_PP, DPP_PK, NON_FORMAL, INFORMAL = range(4)
FIRST_DAY = "2026-09-07"


def at(day: int, hour: int, minute: int = 0) -> int:
    """Minute of the horizon."""
    return day * 1440 + hour * 60 + minute


def candidate(activity: int = 0, start_day: int = 0, end_day: int = 0, **fields: Any) -> Candidate:
    """A candidate with a label made of what tells it apart."""
    label = fields.pop("label", f"a{activity}-{start_day}-{end_day}")
    return Candidate(label, activity, start_day, end_day, **fields)


def activity(number: int, category: int = DPP_PK, **fields: Any) -> ProblemActivity:
    """Activity ``a<number>``."""
    return ProblemActivity(f"a{number}", category, **fields)


def make_problem(
    candidates: Sequence[Candidate] = (),
    *,
    n_weeks: int = 8,
    tempo: int | Sequence[int] = 100_000,
    holidays: Sequence[int] = (),
    open_min: int = 0,
    close_min: int = 1440,
    busy: Sequence[tuple[int, int]] = (),
    **overrides: Any,
) -> RouteProblem:
    """A problem in which nothing binds but what the arguments say.

    Activities are made for the candidates' numbers where none are given; there is one demand
    ``d0`` of 10 000 units at 1 000 mpt unless demands are given.
    """
    count = 1 + max((c.activity for c in candidates), default=-1)
    fields: dict[str, Any] = {
        "first_day": FIRST_DAY,
        "tempo_min": np.array([tempo] * n_weeks if isinstance(tempo, int) else tempo, np.int64),
        "holiday_week": np.isin(np.arange(n_weeks), holidays),
        "day_open_min": np.full(7 * n_weeks, open_min, np.int64),
        "day_close_min": np.full(7 * n_weeks, close_min, np.int64),
        "busy": np.array(busy, np.int64).reshape(len(busy), 2),
        "demands": (ProblemDemand("d0", ((10_000, 1_000),)),),
        "activities": tuple(activity(a) for a in range(count)),
        "candidates": CandidateTable.of(candidates),
    }
    return RouteProblem(**{**fields, **overrides})


def violations(problem: RouteProblem, *chosen: int, **route: Any) -> tuple[Violation, ...]:
    """Violations of a route with these candidates."""
    return check_route(problem, Route(chosen=chosen, **route)).violations


def breaches(problem: RouteProblem, *chosen: int, **route: Any) -> list[tuple[str, int]]:
    """Rule and excess of each violation."""
    return [(v.rule, v.excess) for v in violations(problem, *chosen, **route)]


@dataclasses.dataclass(frozen=True)
class Size:
    """Bounds of a random problem."""

    weeks: tuple[int, int]
    activities: tuple[int, int]
    candidates_most: int
    slots_most: int


SIZES = {
    "tiny": Size((2, 3), (4, 4), 5, 2),
    "small": Size((4, 7), (5, 8), 10, 4),
    "broad": Size((7, 10), (9, 12), 15, 5),
    "medium": Size((10, 16), (15, 25), 60, 10),
    "large": Size((14, 20), (90, 120), 240, 10),
}


def random_problem(seed: int, size: str = "small") -> RouteProblem:
    """A random problem in which every rule has a real chance to bind."""
    return problem_of(random.Random(seed), size)


def problem_of(rng: random.Random, size: str = "small") -> RouteProblem:
    """The same of a source of chance, for example one that a property test can shrink."""
    return _Maker(rng, SIZES[size]).problem()


class _Maker:
    """Draws one problem; every method draws one part of it."""

    def __init__(self, rng: random.Random, size: Size) -> None:
        self.rng = rng
        self.size = size
        self.n_weeks = rng.randint(*size.weeks)
        self.n_days = 7 * self.n_weeks
        self.n_activities = rng.randint(*size.activities)
        self.demands = tuple(self.demand(k) for k in range(rng.randint(1, 3)))
        self.sources = tuple(f"s{i}" for i in range(rng.randint(0, 2)))

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def maybe(self, probability: float, low: int, high: int) -> int:
        return self.rng.randint(low, high) if self.chance(probability) else -1

    def problem(self) -> RouteProblem:
        holiday = [self.chance(0.15) for _ in range(self.n_weeks)]
        generous = self.rng.choice((1, 2, 4))
        tempo = [
            0 if free and self.chance(0.3) else self.rng.randrange(80, 260, 20) * generous
            for free in holiday
        ]
        candidates = self.candidates()
        opens = self.rng.choice((0, 480, 540, 600))
        closes = self.rng.choice((1020, 1140, 1260, 1440))
        return RouteProblem(
            first_day=FIRST_DAY,
            tempo_min=np.array(tempo, np.int64),
            holiday_week=np.array(holiday),
            day_open_min=np.full(self.n_days, opens, np.int64),
            day_close_min=np.array(
                [opens if day % 7 == 6 else closes for day in range(self.n_days)], np.int64
            ),
            busy=self.busy(),
            demands=self.demands,
            activities=tuple(self.activity(a) for a in range(self.n_activities)),
            candidates=CandidateTable.of(candidates),
            limits=self.limits(),
            budget_sources=self.sources,
            budget_rub=tuple(self.rng.randrange(1_000, 8_001, 500) for _ in self.sources),
            form_mix=self.form_mix(),
            pins=self.pins(len(candidates)),
            mentor=self.mentor(),
            checkpoints=self.checkpoints(),
        )

    def demand(self, k: int) -> ProblemDemand:
        slopes = sorted(self.rng.sample(range(50, 1_200, 7), self.rng.randint(1, 4)), reverse=True)
        pieces = tuple((self.rng.randint(200, 2_000), slope) for slope in slopes)
        mask = 0b1111 if self.chance(0.25) else self.rng.choice((3, 6, 7, 12, 13, 14, 4, 2))
        return ProblemDemand(f"d{k}", pieces, mask)

    def activity(self, a: int) -> ProblemActivity:
        others = [b for b in range(self.n_activities) if b != a]
        groups = []
        while self.chance(0.15):
            groups.append(tuple(sorted(self.rng.sample(others, self.rng.randint(1, 2)))))
        needs_practice = self.chance(0.25)
        practices = sorted(self.rng.sample(others, self.rng.randint(1, 3)))
        return activity(
            a,
            self.rng.choice((DPP_PP, DPP_PK, NON_FORMAL, NON_FORMAL, INFORMAL)),
            long=self.chance(0.5),
            prerequisites=tuple(groups),
            needs_practice=needs_practice,
            practices=tuple(practices) if needs_practice else (),
        )

    def candidates(self) -> list[Candidate]:
        found = []
        for a in range(self.n_activities):
            for run in range(self.rng.choice((1, 1, 2, 2, 3))):
                found.append(self.candidate(a, run))
        return found[: self.size.candidates_most]

    def candidate(self, a: int, run: int) -> Candidate:
        start = self.rng.randrange(self.n_days)
        end = min(self.n_days - 1, start + self.rng.choice((0, 0, 3, 7, 12, 17)))
        weeks = range(start // 7, end // 7 + 1)
        used = sorted(self.rng.sample(weeks, self.rng.randint(1, len(weeks))))
        paid = bool(self.sources) and self.chance(0.6)
        chosen = sorted(self.rng.sample(range(len(self.demands)), self.rng.choice((0, 1, 1, 1, 1))))
        if len(self.demands) > 1 and self.chance(0.3):
            chosen = sorted(self.rng.sample(range(len(self.demands)), 2))
        return Candidate(
            label=f"a{a}r{run}",
            activity=a,
            start_day=start,
            end_day=end,
            gains=tuple((k, self.rng.randint(100, 3_000)) for k in chosen),
            weekly=tuple((week, self.rng.randrange(20, 140, 5)) for week in used),
            meetings=tuple(
                self.meeting(start, end) for _ in range(self.rng.choice((0, 0, 1, 1, 2)))
            ),
            bonus_mpt=self.rng.choice((0, 50_000, 400_000)),
            price_mpt=self.rng.choice((0, 0, 20_000, 100_000)),
            source=self.rng.randrange(len(self.sources)) if paid else -1,
            cost_rub=self.rng.randrange(500, 5_000, 500) if paid else 0,
            seats=self.rng.choice((0, *[-1] * 9, 1, 5, 20)),
            excluded=self.chance(0.08),
        )

    def meeting(self, first_day: int, last_day: int) -> tuple[int, int, int]:
        # Few days and starts, so that meetings often meet.
        start = at(self.rng.randint(first_day, last_day), self.rng.randint(9, 18))
        start += self.rng.choice((0, 0, 30))
        return start, start + self.rng.choice((45, 60, 90)), self.rng.choice((ONLINE, 0, 1))

    def busy(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        spans = []
        for _ in range(self.rng.choice((0, 0, 1, 3, 6))):
            start = at(self.rng.randrange(self.n_days), self.rng.randint(0, 18))
            length = self.rng.choice((60, 300, 1_440))
            spans.append((start, min(start + length, self.n_days * 1440)))
        return np.array(spans, np.int64).reshape(len(spans), 2)

    def limits(self) -> Limits:
        return Limits(
            workload_max_min=self.maybe(0.5, 60, 500),
            steps_max=self.maybe(0.5, 1, 3),
            parallel_max=self.rng.choice((-1, -1, 0, 1, 1, 1)),
            daily_max_min=self.maybe(0.5, 45, 120),
            travel_buffer_min=self.rng.choice((0, 30, 90)),
            transfer_weeks=self.rng.choice((0, 1, 2, 4)),
            online_allowed=self.chance(0.85),
        )

    def form_mix(self) -> tuple[FormLimit, ...]:
        return tuple(
            FormLimit(
                form,
                least_min=self.maybe(0.2, 20, 90),
                most_min=self.maybe(0.4, 60, 400),
                least_steps=self.maybe(0.2, 1, 2),
                most_steps=self.maybe(0.4, 1, 2),
            )
            for form in range(3)
            if self.chance(0.2)
        )

    def pins(self, n_candidates: int) -> tuple[Pin, ...]:
        codes = ("pinned", "required_activity", "required_theme")
        count = self.rng.choice((0, 0, 0, 0, 0, 0, 1, 2))
        return tuple(
            Pin(
                self.rng.choice(codes),
                f"p{i}",
                tuple(sorted(self.rng.sample(range(n_candidates), self.rng.randint(1, 4)))),
            )
            for i in range(count)
        )

    def mentor(self) -> MentorRules:
        return MentorRules(
            required=self.chance(0.35),
            refuse_without=self.chance(0.2),
            cadence_weeks=self.rng.randint(1, 3),
            missed_meeting_allowed=self.chance(0.7),
            missed_meeting_mpt=self.rng.choice((0, 30_000, 120_000)),
            options=tuple(self.mentor_option(m) for m in range(self.rng.choice((0, 1, 1, 2)))),
        )

    def mentor_option(self, m: int) -> ProblemMentor:
        slots = {self.meeting(0, self.n_days - 1) for _ in range(self.size.slots_most)}
        return ProblemMentor(
            f"m{m}",
            fit_mpt=self.rng.choice((0, 200_000, 900_000)),
            price_mpt=self.rng.choice((0, 0, 300_000)),
            capacity=self.rng.choice((0, 1, 1, 3)),
            slots=tuple(sorted(slots)),
        )

    def checkpoints(self) -> CheckpointRules:
        offers = tuple(
            CheckpointOffer(
                f"c{i}", self.rng.randrange(self.n_days), self.rng.randrange(20, 120, 10)
            )
            for i in range(self.rng.choice((0, 2, 3, 4)))
        )
        return CheckpointRules(
            middle=self.chance(0.5),
            final=self.chance(0.5),
            final_within_days=self.rng.choice((3, 7, 14)),
            checkpoint_missing_mpt=self.rng.choice((0, 50_000, 150_000)),
            offers=offers,
        )
