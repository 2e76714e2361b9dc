"""Small catalogues and educators for the compiler's tests; every number is chosen by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp

from engine.calendar import WorkCalendar
from engine.catalogue import compile_catalogue
from engine.domain import (
    Activity,
    Constraints,
    DeficitVector,
    Demand,
    DemandKind,
    Educator,
    Form,
    Funding,
    HistoryItem,
    Kind,
    Level,
    Meeting,
    MentorNeed,
    Offering,
    Position,
    Ranking,
    Reason,
)
from engine.planning.checks import validate_problem
from engine.planning.compile import CompiledProblem, compile_problem
from engine.planning.compile_effects import EffectTable
from engine.planning.compile_measure import MeasureFirst
from engine.planning.problem import Candidate
from engine.policy import PolicyProfile, load_policy

MONDAY = dt.date(2026, 8, 31)
MOSCOW = ZoneInfo("Europe/Moscow")
AS_OF = dt.datetime(2026, 8, 30, 12, tzinfo=MOSCOW)
TEACHER = Educator("e1", Position.TEACHER)
NO_CONSTRAINTS = Constraints()
NO_MENTOR = MentorNeed(required=False, reasons=(), options=())

_DEFAULT = load_policy("default")
POLICY = replace(
    _DEFAULT,
    form_mix=(),
    transfer=replace(_DEFAULT.transfer, weeks=0),
    checkpoints=replace(_DEFAULT.checkpoints, middle=False, final=False),
    limits=replace(
        _DEFAULT.limits,
        tempo_default_min=180,
        tempo_max_min=720,
        total_max_min=10_000,
        travel_same_locality_min=60,
        travel_other_locality_min=150,
        daily_max_min=480,
        paces=(0.25, 0.5, 0.75, 1.0),
        self_paced_max_weeks=26,
        budget_rub={Funding.STATE: 5_000, Funding.EMPLOYER: 2_000},
    ),
    value=replace(
        _DEFAULT.value,
        effect=dict.fromkeys(Kind, 0.5),
        saturation_hours=dict.fromkeys(Kind, 12.0),
        bonus_federal_register=0.0,
        bonus_requested=0.0,
        bonus_level=dict.fromkeys(Level, 0.0),
        price_hour=0.0,
        price_rouble=0.0,
        price_week_later=0.0,
        price_travel_hour=0.0,
    ),
)


def with_limits(**changes: object) -> PolicyProfile:
    return replace(POLICY, limits=replace(POLICY.limits, **changes))  # type: ignore[arg-type]


def with_value(**changes: object) -> PolicyProfile:
    return replace(POLICY, value=replace(POLICY.value, **changes))  # type: ignore[arg-type]


def day(number: int) -> dt.date:
    """Date of a day of the horizon."""
    return MONDAY + dt.timedelta(number)


def seminar(activity_id: str = "a", hours: float | None = 2.0, **changes: object) -> Activity:
    kind = changes.pop("kind", Kind.SEMINAR)
    form = changes.pop("form", Form.NON_FORMAL)
    title = changes.pop("title", f"Семинар {activity_id}")
    return Activity(activity_id, kind, title, hours, form, **changes)  # type: ignore[arg-type]


def programme(activity_id: str = "p", hours: float = 16.0, **changes: object) -> Activity:
    return seminar(activity_id, hours, kind=Kind.DPP_PK, form=Form.FORMAL, **changes)


def run(
    activity_id: str = "a",
    first: int = 0,
    last: int | None = None,
    offering_id: str | None = None,
    **changes: object,
) -> Offering:
    """A dated run from day ``first`` to day ``last``."""
    end = day(first if last is None else last)
    return Offering(offering_id or f"{activity_id}-1", activity_id, day(first), end, **changes)  # type: ignore[arg-type]


def self_paced(activity_id: str = "a", **changes: object) -> Offering:
    values: dict[str, object] = {"start": None, "end": None, "self_paced": True, **changes}
    return Offering(f"{activity_id}-sp", activity_id, **values)  # type: ignore[arg-type]


def meeting(number: int, start: str, end: str, place: str = "", zone: ZoneInfo = MOSCOW) -> Meeting:
    """A meeting on a day of the horizon between two wall-clock times."""
    first, last = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
    return Meeting(
        dt.datetime.combine(day(number), first, tzinfo=zone),
        dt.datetime.combine(day(number), last, tzinfo=zone),
        place,
    )


def demand(code: str = "d1", **changes: object) -> Demand:
    values: dict[str, object] = {
        "kind": DemandKind.DEFICIT,
        "title": code,
        "nodes": (code,),
        "weight": 1.0,
        "expected": 0.5,
        "sd": 0.0,
        "interval_90": (0.5, 0.5),
        "pieces": ((0.5, 1.0),),
        **changes,
    }
    return Demand(code, **values)  # type: ignore[arg-type]


def flat_calendar(
    weeks: int = 8, zone: str = "Europe/Moscow", factor: Sequence[float] | None = None
) -> WorkCalendar:
    """Meetings daily from 08:00 to 21:00 but on Sundays; tempo factor 1 unless given."""
    sunday = np.arange(7 * weeks) % 7 == 6
    return WorkCalendar(
        first_monday=MONDAY,
        zone=ZoneInfo(zone),
        tempo_factor=np.ones(weeks) if factor is None else np.array(factor, dtype=np.float64),
        holiday_week=np.zeros(weeks, dtype=np.bool_),
        day_open_min=np.where(sunday, 0, 480),
        day_close_min=np.where(sunday, 0, 1260),
    )


@dataclass(frozen=True)
class Case:
    """One request with defaults; ``compile`` checks that the problem is well-formed.

    ``coverage`` is by activity id and demand code; activities that it does not name cover half
    of the first demand.
    """

    activities: Sequence[Activity]
    offerings: Sequence[Offering]
    demands: Sequence[Demand] = (demand(),)
    coverage: Mapping[str, Mapping[str, float]] | None = None
    relevance: float = 1.0
    ineligible: Mapping[str, tuple[Reason, ...]] | None = None
    educator: Educator = TEACHER
    policy: PolicyProfile = POLICY
    constraints: Constraints = NO_CONSTRAINTS
    history: Sequence[HistoryItem] = ()
    need: MentorNeed = NO_MENTOR
    calendar: WorkCalendar | None = None
    as_of: dt.datetime = AS_OF
    home: str = ""
    node_coverage: Mapping[str, Sequence[float]] | None = None
    measure: MeasureFirst | None = None
    effects: EffectTable | None = None

    def compile(self) -> CompiledProblem:
        catalogue = compile_catalogue(self.activities, self.offerings)
        ids, codes = catalogue.activity_ids, [d.code for d in self.demands]
        shares = np.zeros((len(ids), len(codes)))
        for i, activity_id in enumerate(ids):
            row = (self.coverage or {}).get(activity_id, {codes[0]: 0.5} if codes else {})
            for code, share in row.items():
                shares[i, codes.index(code)] = share
        nodes = self.node_coverage
        nan = np.full(0, np.nan)
        result = compile_problem(
            educator=self.educator,
            deficits=DeficitVector((), nan, nan, nan, tuple(self.demands), None),
            ranking=Ranking(
                activity_ids=ids,
                relevance=np.full(len(ids), self.relevance),
                coverage=sp.csr_array(shares),
                ineligible={
                    catalogue.activity_index[i]: r for i, r in (self.ineligible or {}).items()
                },
                contributions=np.zeros((len(ids), 0)),
                factors=(),
            ),
            catalogue=catalogue,
            mentor_need=self.need,
            constraints=self.constraints,
            history=self.history,
            calendar=self.calendar or flat_calendar(),
            policy=self.policy,
            as_of=self.as_of,
            home_locality=self.home,
            node_coverage=None if nodes is None else sp.csr_array([list(nodes[i]) for i in ids]),
            measure=self.measure,
            effects=self.effects,
        )
        assert validate_problem(result.problem) == ()
        assert set(result.dropped) | set(result.activity_ids) == set(ids)
        assert not set(result.dropped) & set(result.activity_ids)
        return result

    def candidates(self) -> dict[str, Candidate]:
        """Candidates by label."""
        table = self.compile().problem.candidates
        return {label: table.record(j) for j, label in enumerate(table.label)}

    def why(self, activity_id: str = "a") -> str:
        """Code of the reason for which an activity has no candidate."""
        return self.compile().dropped[activity_id].code
