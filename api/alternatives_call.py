"""Alternatives to one step as a call to a worker: texts of the kept revision in, JSON out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import cast

from api.solving.calls import text_of
from api.solving.engine import Engine
from engine.domain import Occupancy
from engine.lifecycle.alternatives import swap_request
from engine.lifecycle.earlier import read_earlier
from engine.lifecycle.replan import Evidence
from engine.lifecycle.states import RouteProgress
from engine.planning.solution import OnProgress
from engine.recommender import AskLimits, Recommender
from engine.recommender.alternatives import alternatives_to


@dataclass(frozen=True, slots=True)
class AlternativesCall:
    """What could stand in the place of one step of a kept route.

    Parameters
    ----------
    answer, problem, request, solution
        The kept texts.
    step_id
        A step of ``progress``.
    occupancy
        What others hold.
    evidence
        What is measured by now; ``None`` = what the route was planned with.
    limits
        Of the whole question.
    """

    answer: str
    problem: bytes
    request: str
    solution: str
    progress: RouteProgress
    step_id: str
    as_of: dt.datetime
    occupancy: Occupancy
    evidence: Evidence | None = None
    limits: AskLimits = field(default_factory=AskLimits)

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> str:
        """Answer as JSON text.

        Raises
        ------
        InputError
            The step has begun.
        """
        recommender = cast(Recommender, engine)
        earlier = read_earlier(self.answer, self.problem, self.request, self.solution)
        request = swap_request(
            recommender,
            earlier,
            self.progress,
            self.as_of,
            self.step_id,
            evidence=self.evidence,
            occupancy=self.occupancy,
        )
        step = next(s for s in self.progress.steps if s.step_id == self.step_id)
        found = alternatives_to(
            recommender.prepare(request),
            recommender.catalogue,
            step.step_id,
            step.activity_id,
            step.offering_id,
            self.limits,
        )
        return text_of(found)
