"""Replanning as a call to a worker: texts of the kept revision in, those of the next one out."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass
from typing import cast

from api.solving.calls import Built, built, text_of
from api.solving.engine import Engine
from engine.domain import Occupancy
from engine.lifecycle.directives import Directives
from engine.lifecycle.earlier import read_earlier
from engine.lifecycle.replan import Evidence, replan
from engine.lifecycle.states import RouteProgress, StepRecord
from engine.planning.solution import OnProgress
from engine.recommendation import to_dict
from engine.recommender import Recommender


@dataclass(frozen=True, slots=True)
class Revision:
    """The next revision of a route.

    Parameters
    ----------
    difference
        JSON text; ``None`` = no route was found.
    steps
        Records of the revision.
    mentor_id
        ``None`` = without.
    changes
        Codes and steps of what changes, for the history.
    needs_changes
        Least number of changes with which there is a route, where it is known; else ``None``.
    conflict
        JSON text of what stands in the way and of its repairs; ``None`` = there is a route.
    """

    built: Built
    steps: tuple[StepRecord, ...]
    mentor_id: str | None
    difference: str | None
    changes: tuple[dict[str, str | None], ...]
    needs_changes: int | None
    conflict: str | None


@dataclass(frozen=True, slots=True)
class RevisionCall:
    """Plan the rest of a kept route anew.

    Parameters
    ----------
    answer, problem, request, solution
        The kept texts.
    evidence
        What is measured by now; ``None`` = what the route was planned with.
    occupancy
        What others hold.
    changes_most
        ``None`` = the policy's.
    """

    route_id: str
    answer: str
    problem: bytes
    request: str
    solution: str
    progress: RouteProgress
    as_of: dt.datetime
    directives: Directives
    occupancy: Occupancy
    evidence: Evidence | None = None
    changes_most: int | None = None

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> Revision:
        """Plan it.

        Raises
        ------
        InputError
            Directives that cannot be followed.
        """
        started = time.monotonic()
        earlier = read_earlier(self.answer, self.problem, self.request, self.solution)
        found = replan(
            cast(Recommender, engine),
            earlier,
            self.progress,
            self.as_of,
            directives=self.directives,
            evidence=self.evidence,
            occupancy=self.occupancy,
            changes_most=self.changes_most,
        )
        answer = found.outcome.recommendation
        conflict = {"conflict": to_dict(answer.conflict), "repairs": to_dict(answer.repairs)}
        route = answer.route
        return Revision(
            built=built(found.outcome, found.request, self.route_id, started),
            steps=found.steps,
            mentor_id=None if route is None or route.mentor is None else route.mentor.id,
            difference=None if found.difference is None else text_of(found.difference),
            changes=tuple(
                {
                    "code": c.code,
                    "step": c.step_id,
                    "before": c.activity_before,
                    "after": c.activity_after,
                }
                for c in (found.difference.changes if found.difference is not None else ())
            ),
            needs_changes=found.needs_changes,
            conflict=json.dumps(conflict, ensure_ascii=False) if route is None else None,
        )
