"""The order of the stages: diagnostics → deficits → ranking → problem → route → answer."""

from engine.recommender.pipeline import Outcome, Recommender
from engine.recommender.request import RouteRequest

__all__ = ["Outcome", "Recommender", "RouteRequest"]
