"""The part of the recommender that the service calls, wherever it runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from engine.catalogue import Catalogue
from engine.diagnostics.item_bank import ItemBank
from engine.domain import DeficitVector, Ranking
from engine.explanation import Explanation, WhyNot
from engine.framework import Framework
from engine.planning.solution import OnProgress, RouteSolution
from engine.recommender import AskLimits, Outcome, RouteRequest
from engine.recommender.given_steps import GivenStep
from engine.recommender.route_check import RouteCheck


class Engine(Protocol):
    """The part of ``Recommender`` that the service calls."""

    @property
    def catalogue(self) -> Catalogue:
        """Catalogue, compiled."""

    @property
    def framework(self) -> Framework:
        """Competency framework."""

    @property
    def items(self) -> ItemBank | None:
        """Calibrated items, ``None`` = none."""

    @property
    def calibration(self) -> str | None:
        """Their version for the provenance."""

    def deficits(self, request: RouteRequest) -> DeficitVector:
        """Deficits alone."""

    def rank(self, request: RouteRequest) -> tuple[DeficitVector, Ranking]:
        """Deficits and ranking."""

    def recommend(self, request: RouteRequest, on_progress: OnProgress | None = None) -> Outcome:
        """Build the whole route."""

    def check(
        self, request: RouteRequest, steps: Sequence[GivenStep], mentor: str | None = None
    ) -> RouteCheck:
        """Judge a hand-made route."""

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
        """Why an activity is not in a route."""

    def explain(
        self,
        request: RouteRequest,
        *,
        known: RouteSolution | None = None,
        digest: str | None = None,
        limits: AskLimits | None = None,
    ) -> Explanation:
        """Reasons of a route, and what would help."""
