"""Answers to questions asked about a route afterwards: why not this, and what would help.

Codes with parameters, as in ``recommendation``; ``recommendation.to_dict`` makes the JSON form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain import Reason

IN_ROUTE = "in_route"
OUTRANKED = "outranked"
ADMITTED_BY = "admitted_by"
NO_CHANGE_HELPS = "no_change_helps"
NOT_VERIFIED = "not_verified"
VERDICTS: tuple[str, ...] = (IN_ROUTE, OUTRANKED, ADMITTED_BY, NO_CHANGE_HELPS, NOT_VERIFIED)

ADMITS = "admits"
DOES_NOT_HELP = "does_not_help"
OUTCOMES: tuple[str, ...] = (ADMITS, DOES_NOT_HELP, NOT_VERIFIED)


@dataclass(frozen=True, slots=True)
class PointsInterval:
    """A difference of two optima in points, known to lie between ``low`` and ``high``.

    ``below_precision``: the interval is wider than the effect itself, so the calculation cannot
    tell it from nothing.
    """

    low: float
    high: float
    below_precision: bool


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """One kind of change, and whether it lets the activity into any feasible route.

    Parameters
    ----------
    code, parameters
        The change; where it admits, by the least multiple of its step: one step less was
        verified not to. Where it does not help, the greatest one that was tried.
    outcome
        ``admits`` and ``does_not_help`` are verified by compiling again and solving;
        ``not_verified``: the limit ended first.
    """

    code: str
    parameters: Mapping[str, object]
    outcome: str


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why an activity is not in a route, and what it would take.

    Parameters
    ----------
    reason
        The code that came with the route.
    verdict
        ``in_route``; ``outranked``: some feasible route contains it, at the price ``loss``;
        ``admitted_by``: none does, but a change helps, alone or together with others;
        ``no_change_helps``: none that was tried does alone, each verified; ``not_verified``: the
        limit ended first.
    loss
        What the route loses if the activity is pinned; ``None`` unless ``outranked`` and solved.
    changes
        Kinds of change in the order in which they were tried; empty unless no route contains
        the activity.
    """

    activity: str
    title: str
    reason: Reason
    verdict: str
    loss: PointsInterval | None
    changes: tuple[ChangeOutcome, ...]
    problem_digest: str


@dataclass(frozen=True, slots=True)
class Price:
    """What one relaxation is worth.

    Parameters
    ----------
    code, parameters
        The change, by one step.
    gain
        Points that the best route gains; ``None`` = not verified, the limit ended first.
    """

    code: str
    parameters: Mapping[str, object]
    gain: PointsInterval | None


@dataclass(frozen=True, slots=True)
class StepReasons:
    """Why one step is in the route."""

    activity: str
    title: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the route is as it is, and what would make it better.

    Parameters
    ----------
    steps
        In the order of the route; empty without a route.
    not_chosen
        Number of activities that are not in the route, by code.
    prices
        The most valuable change first, by the lower end of its gain.
    """

    steps: tuple[StepReasons, ...]
    prices: tuple[Price, ...]
    problem_digest: str
    not_chosen: Mapping[str, int] = field(default_factory=dict)
