"""The route that is revised, as the solve before left it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from engine.planning.problem import RouteProblem
from engine.planning.problem_json import read_problem_file
from engine.planning.solution import RouteSolution
from engine.recommendation import Recommendation, Step
from engine.recommendation_json import recommendation_from_dict, record_from_dict
from engine.recommender.request import RouteRequest, request_from_json


@dataclass(frozen=True, slots=True)
class Earlier:
    """One revision of a route with all that belongs to it.

    Parameters
    ----------
    request, problem, solution, answer
        Of one and the same solve; ``answer.route`` is there.
    """

    request: RouteRequest
    problem: RouteProblem
    solution: RouteSolution
    answer: Recommendation

    @property
    def steps(self) -> tuple[Step, ...]:
        """Steps of the answer."""
        return self.answer.route.steps if self.answer.route is not None else ()

    def candidates(self) -> Mapping[str, int]:
        """Candidate of each step, by the step's id."""
        route, table = self.solution.route, self.problem.candidates
        if route is None:
            return {}
        # The order in which the answer tells steps.
        ordered = sorted(
            route.chosen, key=lambda j: (table.start_day[j], table.end_day[j], table.label[j])
        )
        return {step.id: j for step, j in zip(self.steps, ordered, strict=True)}

    def weekly(self, candidate: int) -> tuple[tuple[dt.date, int], ...]:
        """Minutes of a candidate by Monday of the week."""
        monday = dt.date.fromisoformat(self.problem.first_day)
        rows = self.problem.candidates.weekly.row(candidate).tolist()
        return tuple((monday + dt.timedelta(weeks=week), minutes) for week, minutes in rows)


def read_earlier(answer: str, problem: bytes, request: str, solution: str) -> Earlier:
    """Read a kept revision back from its texts.

    Parameters
    ----------
    answer, request, solution
        JSON texts of the recommendation, of the translated request and of what the solve said.
    problem
        Bytes of the problem file.

    Raises
    ------
    ArtefactError
        One of them is damaged or of another version.
    """
    return Earlier(
        request=request_from_json(request),
        problem=read_problem_file(problem)[0],
        solution=record_from_dict(RouteSolution, json.loads(solution)),
        answer=recommendation_from_dict(json.loads(answer)),
    )
