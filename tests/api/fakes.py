"""An engine that answers at once, so that the edge is tested by itself."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from engine.catalogue import Catalogue, compile_catalogue
from engine.diagnostics.item_bank import ItemBank
from engine.domain import (
    Activity,
    DeficitChange,
    DeficitVector,
    Demand,
    DemandKind,
    DiagnosticResult,
    Educator,
    Form,
    HistoryItem,
    ItemResponse,
    Kind,
    MeasuredPoint,
    Method,
    NodeChange,
    NodeProficiency,
    OfficialLevel,
    Organisation,
    Position,
    Ranking,
    Reason,
    Request,
    Slot,
)
from engine.explanation import (
    ChangeOutcome,
    Explanation,
    PointsInterval,
    Price,
    StepReasons,
    WhyNot,
)
from engine.framework import Framework, load_framework
from engine.interchange import DataPackage
from engine.planning.problem import CandidateTable, RouteProblem
from engine.planning.solution import OnProgress, RouteSolution, SolveOptions, SolveStatus
from engine.recommendation import (
    Certificate,
    ConditionsEntry,
    ConflictMember,
    Descriptors,
    EducatorEntry,
    Provenance,
    Recommendation,
    Resources,
    RouteEntry,
)
from engine.recommender import AskLimits, Outcome, RouteRequest

AS_OF = dt.datetime(2026, 8, 31, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
FRAMEWORK = load_framework()
NODES = tuple(FRAMEWORK.nodes[i].code for i in FRAMEWORK.leaves[:3])

KNOWN = Educator(
    id="e-1",
    position=Position.TEACHER,
    subjects=("математика",),
    organisation=Organisation("o-1", "Школа № 1", "Приморский", "Санкт-Петербург"),
    district="Приморский",
    born_on=dt.date(2001, 3, 4),
)
RESULT = DiagnosticResult("p-1", dt.date(2026, 5, 20), Method.TEST, NODES[0], 4.0, 10.0, 6)
RESPONSES = (
    ItemResponse("p-2", dt.date(2026, 5, 21), "i-1", 1.0, NODES[1]),
    ItemResponse("p-2", dt.date(2026, 5, 21), "i-2", math.nan, NODES[1]),
)
BUSY = Slot(AS_OF + dt.timedelta(days=8), AS_OF + dt.timedelta(days=8, hours=2))
PACKAGE = DataPackage(
    as_of=AS_OF,
    time_zone="Europe/Moscow",
    educators=(KNOWN, Educator(id="e-2", position=Position.HEAD)),
    diagnostics={"e-1": (RESULT,)},
    responses={"e-1": RESPONSES},
    requests={"e-1": (Request("q-1", text="Как вести проекты"),)},
    history={"e-1": (HistoryItem(dt.date(2025, 5, 1), title="Курсы"),)},
    busy={"e-1": (BUSY,)},
    items={"i-1": (NODES[1],)},
    labels={"e-1": "Анна Петровна"},
)


def activity(activity_id: str) -> Activity:
    return Activity(
        id=activity_id,
        title=f"Семинар {activity_id}",
        kind=Kind.SEMINAR,
        form=Form.NON_FORMAL,
        hours_academic=4.0,
    )


@dataclass
class FakeEngine:
    """Answers every request with the same stages, and remembers what it was asked."""

    catalogue: Catalogue = field(
        default_factory=lambda: compile_catalogue([activity(i) for i in ("a", "b", "c", "d")], [])
    )
    framework: Framework = FRAMEWORK
    items: ItemBank | None = None
    calibration: str | None = None
    status: str = "OPTIMAL"
    error: Exception | None = None
    asked: list[RouteRequest] = field(default_factory=list)
    questions: list[tuple[str, RouteSolution | None, str | None, tuple[str, ...]]] = field(
        default_factory=list
    )

    def deficits(self, request: RouteRequest) -> DeficitVector:
        self._note(request)
        return vector()

    def rank(self, request: RouteRequest) -> tuple[DeficitVector, Ranking]:
        self._note(request)
        return vector(), ranking()

    def recommend(self, request: RouteRequest, on_progress: OnProgress | None = None) -> Outcome:
        self._note(request)
        status = SolveStatus(self.status)
        solution = RouteSolution(status, None, None, None, None, work_milli=1, cut_by_clock=False)
        return Outcome(
            recommendation(request, self.status), empty_problem(), SolveOptions(), solution
        )

    def why_not(
        self,
        request: RouteRequest,
        activity_id: str,
        *,
        known: RouteSolution | None = None,
        digest: str | None = None,
        only: Collection[str] = (),
        limits: AskLimits | None = None,
    ) -> WhyNot:
        self._note(request)
        self.questions.append((activity_id, known, digest, tuple(only)))
        changes = (
            ChangeOutcome("more_tempo", {"minutes": 90}, "admits"),
            ChangeOutcome(
                "more_weeks", {"weeks": 26, "until": dt.date(2027, 9, 1)}, "not_verified"
            ),
        )
        reason = Reason("tempo", {"asked_min": 200, "limit_min": 120})
        return WhyNot(
            activity_id, "Семинар", reason, "admitted_by", None, changes, digest or "d" * 64
        )

    def explain(
        self,
        request: RouteRequest,
        *,
        known: RouteSolution | None = None,
        digest: str | None = None,
        limits: AskLimits | None = None,
    ) -> Explanation:
        self._note(request)
        steps = (StepReasons("a", "Семинар a", (Reason("practice_for", {"title": "Курс"}),)),)
        prices = (
            Price("more_tempo", {"minutes": 60}, PointsInterval(10.0, 12.5, False)),
            Price("drop_pin", {"label": "b"}, None),
        )
        return Explanation(steps, prices, digest or "d" * 64, {"no_gain": 3})

    def _note(self, request: RouteRequest) -> None:
        self.asked.append(request)
        if self.error is not None:
            raise self.error


def vector() -> DeficitVector:
    """One measured node, one that is not assessed; the third has no target."""
    demand = Demand(
        code=NODES[0],
        kind=DemandKind.DEFICIT,
        title="Дефицит",
        nodes=(NODES[0],),
        weight=3.0,
        expected=0.25,
        sd=0.125,
        interval_90=(0.0625, 0.5),
        pieces=((0.25, 1.0),),
        official_level=OfficialLevel.HIGH,
        level_probability=(0.75, 0.25, 0.0),
        proficiency=NodeProficiency(
            NODES[0], 0.5, 0.125, 6, 3, 0.4, 4.0, 10.0, (), 6, (0.25, 0.75), (0.375, 0.5, 0.625)
        ),
    )
    asked = Demand(
        code="request:q-1",
        kind=DemandKind.REQUEST,
        title="Запрос",
        nodes=(),
        weight=1.0,
        expected=0.5,
        sd=0.0,
        interval_90=(0.5, 0.5),
        pieces=((0.5, 1.0),),
    )
    return DeficitVector(
        nodes=NODES,
        mean=np.array([0.25, math.nan, 0.5]),
        sd=np.array([0.125, math.nan, 0.25]),
        target=np.array([0.8, 0.8, math.nan]),
        demands=(demand, asked),
        group=None,
        changes=(change(),),
    )


def change() -> NodeChange:
    """The measured node, first by tasks that nobody counted, then by six."""
    first, last = dt.date(2025, 9, 1), dt.date(2026, 5, 20)
    return NodeChange(
        node=NODES[0],
        points=(
            MeasuredPoint(first, "p-0", 0.375, (0.125, 0.625), 0.25, 0, OfficialLevel.HIGH),
            MeasuredPoint(last, "p-1", 0.5, (0.25, 0.75), 0.625, 6, OfficialLevel.MEDIUM),
        ),
        change=0.125,
        interval_90=(-0.0625, 0.25),
        probability_grown=0.75,
        probability_before=0.9375,
        probability_after=0.5,
        probability_removed=0.2,
        status=DeficitChange.UNKNOWN,
    )


def ranking() -> Ranking:
    """b is best but refused; a and c tie; d is last."""
    return Ranking(
        activity_ids=("a", "b", "c", "d"),
        relevance=np.array([0.5, 0.875, 0.5, 0.25]),
        coverage=sp.csr_array(np.array([[0.5, 0.25], [0.0, 0.0], [0.0, 1.0], [0.0, 0.0]])),
        ineligible={1: (Reason("enrolment_closed", {"until": dt.date(2026, 8, 1)}),)},
        contributions=np.array([[0.5, math.nan], [1.0, 2.0], [0.0, 0.0], [0.0, -1.0]]),
        factors=("similarity", "level"),
        model_version="m-1",
    )


def empty_problem() -> RouteProblem:
    none = np.zeros(0, dtype=np.int64)
    return RouteProblem(
        first_day="2026-09-07",
        tempo_min=np.array([120], dtype=np.int64),
        holiday_week=np.array([False]),
        day_open_min=np.full(7, 480, dtype=np.int64),
        day_close_min=np.full(7, 1200, dtype=np.int64),
        busy=none.reshape(0, 2),
        demands=(),
        activities=(),
        candidates=CandidateTable.of([]),
    )


def recommendation(request: RouteRequest, status: str) -> Recommendation:
    solved = status not in ("INFEASIBLE", "UNKNOWN")
    return Recommendation(
        id="engine-id",
        as_of=request.as_of,
        status=status,
        certificate=Certificate(0.0, 0.0, 0.0, 0.125, False)
        if solved
        else Certificate(None, None, None, 0.125, status == "UNKNOWN"),
        educator=EducatorEntry(
            id=request.educator.id,
            position=request.educator.position.value,
            subjects=request.educator.subjects,
            stages=(),
            organisation=None,
            district=None,
            strengths=(),
            time_zone="Europe/Moscow",
            tempo_min_per_week=120,
        ),
        group=None,
        deficits=(),
        requests=(),
        conditions=ConditionsEntry(None, None, None, ()),
        resources=Resources(4, 3, 0, 0, 3),
        descriptors=Descriptors((), (), (), 120, 0),
        route=RouteEntry(None, None, 0, (), (), None, ()) if solved else None,
        unmet=(),
        conflict=None if solved else (ConflictMember("pinned", {"ids": ("a", "b")}),),
        repairs=(),
        notes=(),
        not_chosen={"a": Reason("no_run_in_horizon")},
        provenance=Provenance(
            policy=request.policy or "",
            framework="f",
            catalogue="c",
            model="m",
            engine_version="0",
            problem_digest="d" * 64,
            seed=request.seed,
            gap_rel_asked=0.01,
            deadline_ms=request.deadline_ms or 1000,
        ),
    )
