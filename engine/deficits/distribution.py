"""Distribution of a deficit D = max(0, target − θ) with θ ~ Beta, and its concave pieces.

Everything follows from two functions of the Beta distribution of θ, both in closed form through
the regularised incomplete beta function I: the distribution function F(u) = I_u(a, b) and

    G(u) = E[(u − θ)⁺] = ∫₀ᵘ F = u·I_u(a, b) − m·I_u(a + 1, b),    m = a / (a + b).

So E[D] = G(target), and the part of the deficit that z closes is
φ(z) = E[min(D, z)] = ∫₀ᶻ P(θ < target − t) dt = G(target) − G(target − z).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, betaln, xlog1py, xlogy

from engine.domain import FloatArray, IntArray

Pieces = tuple[tuple[float, float], ...]

MAX_PIECES = 6
PIECE_ERROR = 0.002
"""Greatest error of the pieces that is aimed at, in parts of a whole deficit."""

LEAST_SLOPE = 0.01
"""A part of a deficit that is there with a smaller probability is left out."""

_LEAST_SD = 1e-4
_LEAST_MARGIN = 1e-6
_LEAST_LENGTH = 1e-9


@dataclass(frozen=True, slots=True)
class Posterior:
    """Beta distributions of proficiency by their parameters.

    Parameters
    ----------
    a, b
        Shape (n,), > 0.
    """

    a: FloatArray
    b: FloatArray

    @classmethod
    def from_moments(cls, mean: FloatArray, sd: FloatArray) -> Posterior:
        """Beta distributions with the given means and standard deviations.

        An sd below 10⁻⁴ counts as 10⁻⁴ and a mean within 10⁻⁶ of 0 or 1 as that far from it, so
        that certain knowledge needs no case of its own.

        Raises
        ------
        ValueError
            For a mean outside [0, 1] or an sd that no distribution on [0, 1] with that mean has.

        Notes
        -----
        The posterior of the diagnostics is logit-normal. Against it, with means of 0.1–0.95 and
        an sd of 0.2–1.2 of the log odds, the Beta distribution of the same moments is off by at
        most 0.030 in the probability of a level (of 0.6–0.8 at a mean of 0.85; 0.010 below 0.6,
        0.027 below 0.8), by 0.017 in a quantile, and by 0.005 in φ.
        """
        if not (np.all((mean >= 0) & (mean <= 1)) and np.all(sd >= 0)):
            raise ValueError("proficiency outside [0, 1] or not a number")
        if np.any(sd**2 >= np.maximum(mean * (1 - mean), _LEAST_SD**2)):
            raise ValueError("no distribution on [0, 1] has this mean and sd")
        centre = np.clip(mean, _LEAST_MARGIN, 1 - _LEAST_MARGIN)
        tasks = centre * (1 - centre) / np.maximum(sd, _LEAST_SD) ** 2 - 1
        return cls(a=centre * tasks, b=(1 - centre) * tasks)

    def below(self, u: FloatArray | float) -> FloatArray:
        """P(θ < u), shape (n,)."""
        probability: FloatArray = betainc(self.a, self.b, u)
        return probability

    def quantile(self, p: float) -> FloatArray:
        """Value with P(θ < value) = p, shape (n,)."""
        value: FloatArray = betaincinv(self.a, self.b, p)
        return value


@dataclass(frozen=True, slots=True)
class DeficitDistribution:
    """What is known of n deficits.

    Parameters
    ----------
    mean, sd
        Shape (n,), of D in [0, 1].
    interval_90
        Shape (n, 2): 5 % and 95 % quantiles of D.
    """

    mean: FloatArray
    sd: FloatArray
    interval_90: FloatArray


def deficit_distribution(posterior: Posterior, target: FloatArray) -> DeficitDistribution:
    """Moments and interval of D = max(0, target − θ), target of shape (n,) in [0, 1]."""
    mean, sd = deficit_moments(posterior, target)
    ends = [np.maximum(target - posterior.quantile(p), 0.0) for p in (0.95, 0.05)]
    return DeficitDistribution(mean=mean, sd=sd, interval_90=np.stack(ends, axis=1))


def deficit_moments(posterior: Posterior, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of D alone, each of shape (n,); much quicker than quantiles.

    Notes
    -----
    I_u(a + 1, b) = I_u(a, b) − uᵃ(1 − u)ᵇ / (a·B(a, b)), so one incomplete beta function will do.
    """
    a, b = posterior.a, posterior.b
    m1 = a / (a + b)
    m2 = m1 * (a + 1) / (a + b + 1)
    step = np.exp(xlogy(a, target) + xlog1py(b, -target) - betaln(a, b)) / a
    i0 = betainc(a, b, target)
    i1 = i0 - step
    i2 = i1 - step * target * (a + b) / (a + 1)
    mean = np.maximum(target * i0 - m1 * i1, 0.0)
    square = target**2 * i0 - 2 * target * m1 * i1 + m2 * i2
    return mean, np.sqrt(np.maximum(square - mean**2, 0.0))


def level_probability(posterior: Posterior, high_below: float, minimal_above: float) -> FloatArray:
    """Probability of a high, medium and minimal deficit; shape (n, 3), rows sum to 1."""
    high = posterior.below(high_below)
    not_minimal = posterior.below(minimal_above)
    return np.stack([high, not_minimal - high, 1 - not_minimal], axis=1)


def concave_pieces(posterior: Posterior, target: FloatArray, most: IntArray) -> tuple[Pieces, ...]:
    """φ of each deficit as at most ``most`` linear pieces (length, slope), slopes falling.

    The piecewise-linear function meets φ at its breakpoints and lies below it between them. It
    ends where the slope of φ, the probability that the deficit is larger still, has fallen to
    0.01.

    Notes
    -----
    The error of a chord of length h is h²·|φ''|/8 to the leading order, so the greatest error
    over K chords is least where each spans the same share of ∫ √|φ''| (equidistribution, de Boor
    1973). Here |φ''(z)| is the Beta density at target − z, and the root of a Beta(a, b) density
    is proportional to the density of Beta((a + 1)/2, (b + 1)/2): breakpoints are its quantiles,
    and K follows from the integral and the error aimed at.
    """
    a, b = posterior.a, posterior.b
    last = np.minimum(posterior.quantile(LEAST_SLOPE), target)
    root_a, root_b = (a + 1) / 2, (b + 1) / 2
    top, bottom = betainc(root_a, root_b, target), betainc(root_a, root_b, last)
    root_mass = np.exp(betaln(root_a, root_b) - betaln(a, b) / 2) * (top - bottom)
    count = np.clip(np.ceil(root_mass / np.sqrt(8 * PIECE_ERROR)).astype(np.int64), 1, most)
    step = np.minimum(np.arange(MAX_PIECES + 1) / count[:, None], 1.0)
    level = top[:, None] + step * (bottom - top)[:, None]
    u = np.clip(betaincinv(root_a[:, None], root_b[:, None], level), last[:, None], target[:, None])
    u[:, 0] = target
    u = np.where(step >= 1.0, last[:, None], u)
    mean = (a / (a + b))[:, None]
    closed = u * betainc(a[:, None], b[:, None], u) - mean * betainc(a[:, None] + 1, b[:, None], u)
    lengths, gains = -np.diff(u, axis=1), -np.diff(closed, axis=1)
    return tuple(
        falling_pieces(list(zip(length, gain, strict=True)))
        for length, gain in zip(lengths.tolist(), gains.tolist(), strict=True)
    )


def falling_pieces(chords: Sequence[tuple[float, float]]) -> Pieces:
    """(length, gain) chords of a concave function → (length, slope) pieces, strictly falling.

    Chords without length are dropped, chords whose slopes rounding made equal are joined, slopes
    are at most 1, and what is flatter than 0.01 is cut off.
    """
    joined: list[tuple[float, float]] = []
    for length, gain in chords:
        if length <= _LEAST_LENGTH:
            continue
        while joined and gain / length >= joined[-1][1] / joined[-1][0] - 1e-9:
            before = joined.pop()
            length, gain = length + before[0], gain + before[1]
        joined.append((length, gain))
    slopes = [(length, min(1.0, gain / length)) for length, gain in joined]
    return tuple(piece for piece in slopes if piece[1] >= LEAST_SLOPE)


def with_request(
    pieces: Pieces, deficit_weight: float, request_weight: float, request_deficit: float
) -> Pieces:
    """Pieces of a measured deficit and a request for the same node, as one demand.

    Both values count the same coverage: w_d·φ(z) + w_r·min(z, d_r), divided by w_d + w_r, is
    concave again. So a request keeps its worth where no deficit was found. At most one piece
    more than before.
    """
    total = deficit_weight + request_weight
    ends = np.cumsum([0.0, *(length for length, _ in pieces)])
    closed = np.cumsum([0.0, *(length * slope for length, slope in pieces)])
    cuts = np.unique(np.append(ends, request_deficit))
    value = deficit_weight * np.interp(cuts, ends, closed)
    value += request_weight * np.minimum(cuts, request_deficit)
    return falling_pieces(
        list(zip(np.diff(cuts).tolist(), (np.diff(value) / total).tolist(), strict=True))
    )
