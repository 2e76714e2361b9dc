"""A scale of round numbers for a drawing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from engine.documents.reports.model import Unit

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS = 5
_NOTHING = 1e-9
"""Far below anything that is counted or paid."""
_SHARES = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """From 0 to ``top``, with a tick at every ``step``; both above 0, in the unit drawn."""

    top: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """Values of the ticks, both ends among them."""
        count = round(self.top / self.step)
        return tuple(self.top * i / count for i in range(count + 1))

    def part(self, value: float) -> float:
        """Where a value stands on the scale, in [0, 1]; what lies beyond stands at the end."""
        return min(1.0, max(0.0, value / self.top))


def scale_of(values: Iterable[float], unit: Unit) -> Scale:
    """The smallest scale of round numbers that holds all values, from 0 on.

    Parameters
    ----------
    values
        NaN is passed over; where nothing is left the scale is that of one.
    unit
        Shares end at 5, 10, 20, 50 or 100 %, so that drawings of shares resemble each other;
        counts have no ticks between whole numbers.
    """
    most = max((v for v in values if math.isfinite(v)), default=0.0)
    if unit in (Unit.SHARE, Unit.SIZE):
        top = next((end for end in _SHARES if most <= end), 1.0)
        return Scale(top, top / (4 if top == 0.2 else 5))
    if most <= _NOTHING:
        return Scale(1.0, 1.0)
    step = _round_up(most / _TICKS)
    if unit is Unit.COUNT:
        step = max(1.0, float(math.ceil(step)))
    return Scale(step * max(1, math.ceil(most / step - 1e-9)), step)


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(s * power for s in _STEPS if s * power >= value * (1 - 1e-9))
