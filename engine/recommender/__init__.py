"""The order of the stages: diagnostics → deficits → ranking → problem → route → answer."""

from engine.recommender.pipeline import Recommender
from engine.recommender.request import RouteRequest, request_from_json, request_to_json
from engine.recommender.stages import Outcome, OutdatedRoute
from engine.recommender.why_not import AskLimits

__all__ = [
    "AskLimits",
    "Outcome",
    "OutdatedRoute",
    "Recommender",
    "RouteRequest",
    "request_from_json",
    "request_to_json",
]
