"""What two solves differ by, as an interval that holds whatever the gaps were.

A solve gives value ≤ optimum ≤ bound; so the optima of two problems differ by something between
``value₂ − bound₁`` and ``bound₂ − value₁`` (route-problem, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.planning.solution import RouteSolution


@dataclass(frozen=True, slots=True)
class Difference:
    """An interval that contains the difference of two optima.

    Parameters
    ----------
    low_mpt, high_mpt
        low ≤ high.
    effect_mpt
        The difference of the two routes that were found, inside the interval.
    """

    low_mpt: int
    high_mpt: int
    effect_mpt: int

    @property
    def below_precision(self) -> bool:
        """Whether the interval is wider than the effect: the calculation cannot tell it."""
        return self.high_mpt - self.low_mpt > abs(self.effect_mpt)


def loss_of_demand(first: RouteSolution, second: RouteSolution) -> Difference | None:
    """What the optimum loses by a further demand, ≥ 0.

    Parameters
    ----------
    first, second
        Without the demand and with it. Every route of the second problem is one of the first, so
        the first optimum is worth at least the second route, and the second at most the first
        bound.

    Returns
    -------
    Difference or None
        ``None`` where either has no route or no bound.
    """
    known = _known(first, second)
    if known is None:
        return None
    value, bound, value_with, bound_with = known
    value = max(value, value_with)
    low = max(0, value - min(bound, bound_with))
    return Difference(low, max(low, bound - value_with), value - value_with)


def gain_of_change(
    first: RouteSolution, second: RouteSolution, *, keeps_route: bool
) -> Difference | None:
    """What the optimum gains by a change.

    Parameters
    ----------
    first, second
        Before the change and after it.
    keeps_route
        The first route is also one of the changed problem (the checker says so): it seeds the
        second solve, and the gain is at least 0 if the change only relaxes.

    Returns
    -------
    Difference or None
        ``None`` where either has no route or no bound.
    """
    known = _known(first, second)
    if known is None:
        return None
    value, bound, value_after, bound_after = known
    low = value_after - bound
    if keeps_route:
        value_after = max(value_after, value)
        low = max(0, value_after - bound)
    return Difference(low, max(low, bound_after - value), value_after - value)


def _known(first: RouteSolution, second: RouteSolution) -> tuple[int, int, int, int] | None:
    numbers = (first.value_mpt, first.bound_mpt, second.value_mpt, second.bound_mpt)
    if None in numbers:
        return None
    value, bound, other_value, other_bound = (int(n) for n in numbers if n is not None)
    return value, bound, other_value, other_bound
