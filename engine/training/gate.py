"""Promotion gate: whether a candidate is as good as the model in service, and fair to everybody.

Both models were evaluated on the same educators, so everything is paired: educators are drawn
with replacement, each with both closed deficits, and the change is worked out of every draw
(Efron and Tibshirani 1993, ch. 16). What a plan closes is a judge's opinion, learned from so many
outcomes: to each draw the deviation of a judge is added who was fitted on other draws of the
people. Where two models plan alike both sources of error cancel, so an equal model pays little for
it; where they do not, a judge who saw too little to tell them apart lets nobody pass. One seed,
one report.

1. ``people``: fewer educators than ``people_least`` say nothing.
2. ``closed_deficit``: the lower bound of mean(candidate − in service) / mean(in service) at the
   one-sided ``confidence`` (the 5 % quantile of the draws at 0.95) is not below ``change_least``.
3. ``slices``: no slice of at least ``slice_people`` falls by more than ``slice_fall_most`` while
   the mean does not. Of many small slices one always falls by chance; so the fall must also be no
   chance: below 0 at ``confidence`` for all judged slices together, by the largest of their
   standardised deviations over the same draws (max-T of Westfall and Young 1993). An equal model
   is then refused here in at most 1 − ``confidence`` of cases, however many slices there are and
   however they overlap; a fall that is real and above the threshold by two standard errors is
   seen nearly always.
4. ``calibration``: the expected calibration error rises by at most ``calibration_rise_most``.
5. ``latency``: the 95 % quantile of the time of a ranking is below ``latency_ratio_most`` times
   that of the model in service; both must have been measured side by side on one machine.

What was not measured is refused: a gate that cannot see does not open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from engine.domain import BoolArray, FloatArray
from engine.evaluation.bootstrap import resampled_sums
from engine.policy import Promotion
from engine.training.gate_report import CHECKS, Change, GateCheck, GateReport

RESAMPLES = 4_000
LATENCY_QUANTILE = 0.95
POWER = 0.9
"""Chance with which an equal model should pass, for the number of educators that it takes."""

ROUNDING = 1e-9
"""0.07 − 0.05 is no more than 0.02."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """How one model did.

    Parameters
    ----------
    version, digest
        Of the model; an empty digest = the weights that come with the package.
    people
        Ids of the educators, in the order of ``closed``.
    closed
        Shape (n_people,), ≥ 0: deficit that the educator's plan closes, any unit.
    calibration_error
        Expected calibration error in [0, 1]; NaN = not measured.
    calibration_n
        Outcomes behind it.
    latency_s
        Shape (any,): seconds of single rankings; NaN = not measured.
    redrawn
        Shape (n_judges, n_people): ``closed`` by judges of other draws of the people; no rows =
        the judge is taken for certain.
    """

    version: str
    digest: str
    people: tuple[str, ...]
    closed: FloatArray
    calibration_error: float
    calibration_n: int
    latency_s: FloatArray
    redrawn: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        if self.closed.shape != (len(self.people),):
            raise ValueError("closed deficits and people differ in number")
        if not np.isfinite(self.closed).all() or (self.closed < 0).any():
            raise ValueError("closed deficits must be finite and not negative")
        if len(self.redrawn) and self.redrawn.shape[1:] != self.closed.shape:
            raise ValueError("every redrawn judge must judge everybody")


def gate(
    candidate: Evaluated,
    in_service: Evaluated,
    slices: Mapping[str, BoolArray],
    thresholds: Promotion,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> GateReport:
    """Judge a candidate.

    Parameters
    ----------
    slices
        Shape (n_people,) by name: who belongs to it; slices may overlap.

    Raises
    ------
    ValueError
        The two were evaluated on different educators, or a slice has another length.
    """
    if candidate.people != in_service.people:
        raise ValueError("both models must be evaluated on the same educators in the same order")
    if len(candidate.redrawn) != len(in_service.redrawn):
        raise ValueError("both models must be judged by the same judges")
    masks = _masks(slices, len(candidate.people))
    draws = _changes(candidate.closed, in_service.closed, masks, resamples, seed)
    draws = draws + _of_judge(candidate.redrawn, in_service.redrawn, masks, resamples, seed)
    closed = _closed(candidate, in_service, draws[:, 0], thresholds)
    judged = _slices(candidate, in_service, tuple(slices), masks, draws, thresholds, closed)
    latency = (_slowest(in_service.latency_s), _slowest(candidate.latency_s))
    calibration = (in_service.calibration_error, candidate.calibration_error)
    checks = tuple(_checks(thresholds, closed, judged, calibration, latency))
    return GateReport(
        candidate=candidate.version,
        candidate_digest=candidate.digest,
        in_service=in_service.version,
        in_service_digest=in_service.digest,
        passed=all(check.passed for check in checks),
        checks=checks,
        closed=closed,
        slices=judged,
        people_needed=_people_needed(closed, thresholds),
        calibration=calibration,
        calibration_n=(in_service.calibration_n, candidate.calibration_n),
        latency_s=latency,
        thresholds=thresholds,
        resamples=resamples,
        seed=seed,
    )


# ------------------------------------------------------------------------------- the draws


def _masks(slices: Mapping[str, BoolArray], n: int) -> FloatArray:
    """Membership in all educators and in every slice, shape (n, 1 + n_slices)."""
    if any(mask.shape != (n,) for mask in slices.values()):
        raise ValueError("every slice must say of each educator whether he belongs to it")
    return np.column_stack([np.ones(n), *slices.values()]).astype(np.float64)


def _changes(
    candidate: FloatArray, in_service: FloatArray, masks: FloatArray, resamples: int, seed: int
) -> FloatArray:
    """Relative change by draw, shape (resamples, 1 + n_slices); NaN where nothing was closed."""
    n, width = masks.shape
    if n == 0:
        return np.full((resamples, width), np.nan)
    columns = np.hstack([masks * (candidate - in_service)[:, None], masks * in_service[:, None]])
    sums = resampled_sums(columns, draws=resamples, seed=seed)
    return _ratio(sums[:, :width], sums[:, width:])


def _of_judge(
    candidate: FloatArray, in_service: FloatArray, masks: FloatArray, resamples: int, seed: int
) -> FloatArray:
    """Deviations of redrawn judges from their mean, one drawn for each resample.

    Shape (resamples, 1 + n_slices); 0 where fewer than two judges were drawn. √(n / (n − 1))
    makes the variance of the deviations that of a judge.
    """
    n = len(candidate)
    width = masks.shape[1]
    if n < 2:
        return np.zeros((resamples, width))
    change = _ratio((candidate - in_service) @ masks, in_service @ masks)
    deviation = (change - change.mean(axis=0)) * np.sqrt(n / (n - 1))
    drawn = np.random.default_rng([seed, 1]).integers(n, size=resamples)
    found: FloatArray = deviation[drawn]
    return found


def _ratio(change: FloatArray, base: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(change, base, out=np.full(change.shape, np.nan), where=base > 0)
    return ratio


# ------------------------------------------------------------------------------ the verdicts


def _closed(
    candidate: Evaluated, in_service: Evaluated, draws: FloatArray, thresholds: Promotion
) -> Change:
    known = draws[np.isfinite(draws)]
    bound, sd = np.nan, np.nan
    if len(known):
        bound = float(np.quantile(known, 1 - thresholds.confidence))
        sd = float(known.std())
    every = np.ones(len(candidate.people), dtype=bool)
    return _change("", candidate, in_service, every, sd, bound, falls=False)


def _slices(
    candidate: Evaluated,
    in_service: Evaluated,
    names: tuple[str, ...],
    masks: FloatArray,
    draws: FloatArray,
    thresholds: Promotion,
    closed: Change,
) -> tuple[Change, ...]:
    found = []
    members = masks[:, 1:].astype(bool)
    base = in_service.closed @ masks[:, 1:]
    # where nothing was closed nothing can be lost
    judged = (members.sum(axis=0) >= thresholds.slice_people) & (base > 0)
    change = _ratio((candidate.closed - in_service.closed) @ masks[:, 1:], base)
    sd, critical = _simultaneous(draws[:, 1:][:, judged], change[judged], thresholds.confidence)
    spread = np.full(len(names), np.nan)
    spread[judged] = sd
    for s, name in enumerate(names):
        bound = float(change[s] + critical * spread[s])
        falls = bool(change[s] < -thresholds.slice_fall_most and bound < 0)
        falls = falls and not closed.change < -thresholds.slice_fall_most
        found.append(
            _change(name, candidate, in_service, members[:, s], float(spread[s]), bound, falls)
        )
    return tuple(found)


def _simultaneous(
    draws: FloatArray, change: FloatArray, confidence: float
) -> tuple[FloatArray, float]:
    """Standard error of each slice, and how many of them make bounds that hold for all at once."""
    if not draws.size:
        return np.zeros(draws.shape[1]), 0.0
    # a draw that has nobody of a slice tells nothing of it
    filled = np.where(np.isfinite(draws), draws, change)
    sd = filled.std(axis=0)
    deviation = (change - filled) / np.where(sd > 0, sd, 1.0)
    return sd, max(0.0, float(np.quantile(deviation.max(axis=1), confidence)))


def _change(
    name: str,
    candidate: Evaluated,
    in_service: Evaluated,
    mask: BoolArray,
    sd: float,
    bound: float,
    falls: bool,
) -> Change:
    people = int(mask.sum())
    ours = float(candidate.closed[mask].mean()) if people else np.nan
    base = float(in_service.closed[mask].mean()) if people else np.nan
    change = (ours - base) / base if base > 0 else np.nan
    return Change(name, people, base, ours, change, sd, bound, falls)


def _slowest(seconds: FloatArray) -> float:
    known = seconds[np.isfinite(seconds)]
    return float(np.quantile(known, LATENCY_QUANTILE)) if len(known) else np.nan


def _people_needed(closed: Change, thresholds: Promotion) -> int:
    """People · ((z_confidence + z_power) · sd / |change_least|)²; 0 = cannot be said."""
    margin = -thresholds.change_least
    if not margin or not np.isfinite(closed.sd):
        return 0
    normal = NormalDist()
    times = (normal.inv_cdf(thresholds.confidence) + normal.inv_cdf(POWER)) * closed.sd / margin
    return max(thresholds.people_least, int(np.ceil(closed.people * times**2)))


def _checks(
    thresholds: Promotion,
    closed: Change,
    slices: tuple[Change, ...],
    calibration: tuple[float, float],
    latency: tuple[float, float],
) -> Iterator[GateCheck]:
    t = thresholds
    n, least = float(closed.people), float(t.people_least)
    yield GateCheck(CHECKS[0], n >= least, n, least)
    yield GateCheck(CHECKS[1], closed.bound >= t.change_least, closed.bound, t.change_least)
    judged = [s.change for s in slices if np.isfinite(s.bound)]
    worst = min(judged, default=np.nan)
    yield GateCheck(CHECKS[2], not any(s.falls for s in slices), worst, -t.slice_fall_most)
    rise = calibration[1] - calibration[0]
    most = t.calibration_rise_most
    yield GateCheck(CHECKS[3], bool(rise <= most + ROUNDING), rise, most)
    ratio = latency[1] / latency[0] if latency[0] > 0 else np.nan
    yield GateCheck(CHECKS[4], bool(ratio < t.latency_ratio_most), ratio, t.latency_ratio_most)
