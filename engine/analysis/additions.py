"""Runs to add: what one more run would close, and the best list of them.

A run of n seats is taken by the people of the classes it is for who gain most from it. What person
i closes at node k by a gain g, when he has gained z already, is φ(z + g) − φ(z). What the runs that
there are give him already is told by the programme of ``engine.analysis.closable``: at best
everybody has gained until a little more would close no more than the margin of his class at the
node, so P(D > z) is that margin. His time is not free: hours and steps have the prices that the
programme gives them, for what they would close otherwise, and these are taken off. What has seats
to spare there is not run again, and nobody takes the same thing twice.

The list is greedy: next comes the run that closes most beside those before it, whose takers have
gained what those gave them; a run of fewer people than may be spoken of ends it. To know the best
one, not all are worked out: φ is concave, so g·P(D > z) is never less than what a person closes,
and a run whose n greatest such numbers sum to less than another closes is passed over (Minoux
1978).

How good is greed? By concavity what several runs close together is at most the sum of what each
closes alone; each activity may be run again and again, so no list of m runs closes more than m
times the greatest bound at the start. That limit is stated beside the list. It is proved for these
candidates and this z, and says nothing of others.

The interval of a run holds each taker's error of measurement (his competencies taken as wholly
correlated, which overstates it) and the error that all have in common; effects and benefit are
taken as known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv

from engine.analysis.candidates import Candidate, new_programmes, runs_again
from engine.analysis.closable import Closable
from engine.analysis.contrast import Z_90
from engine.analysis.people import RegionPeople
from engine.analysis.results import (
    AnalysisOptions,
    Audience,
    CatalogueGap,
    Estimate,
    ProposedRun,
    ProposedRuns,
)
from engine.analysis.shares import NodeDeficits
from engine.analysis.supply import CatalogueSupply
from engine.deficits.distribution import Posterior, deficit_moments
from engine.domain import ACADEMIC_HOUR_MIN, FloatArray, IntArray
from engine.framework import Framework
from engine.policy import PolicyProfile

_MORE_TAKERS = 4
"""People of whom gains are worked out, for each seat."""

_POINTS, _POINT_WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """Everybody's deficits, an entry for each person and node, by node.

    Parameters
    ----------
    gained
        Shape (n,): z of each, changed as runs are added.
    hour_price, step_price
        Shape (n_profiles,): see ``Closable``.
    likely
        Shape (n,): P(D > z), kept with it.
    scale
        Shape (n,): sd of what all have in common, log odds.
    start
        By node: first and last entry.
    """

    person: IntArray
    profile: IntArray
    level: IntArray
    a: FloatArray
    b: FloatArray
    target: FloatArray
    gained: FloatArray
    likely: FloatArray
    scale: FloatArray
    start: Mapping[int, slice]
    profile_of: IntArray
    hour_price: FloatArray
    step_price: FloatArray

    @classmethod
    def of(cls, nodes: Mapping[int, NodeDeficits], profile: IntArray, best: Closable) -> _Entries:
        start, first = {}, 0
        for node, deficits in nodes.items():
            start[node] = slice(first, first + len(deficits.at.person))
            first += len(deficits.at.person)
        every = list(nodes.items())
        person = np.concatenate([d.at.person for _, d in every])
        entries = cls(
            person=person,
            profile=profile[person],
            level=np.concatenate([d.at.level for _, d in every]),
            a=np.concatenate([d.proficiency.a for _, d in every]),
            b=np.concatenate([d.proficiency.b for _, d in every]),
            target=np.concatenate([d.target for _, d in every]),
            gained=np.concatenate(
                [_gained(d, best.margin[profile[d.at.person], k]) for k, d in every]
            ),
            likely=np.empty(len(person)),
            scale=np.concatenate([d.shift.scale for _, d in every]),
            start=start,
            profile_of=profile,
            hour_price=best.hour_price,
            step_price=best.step_price,
        )
        entries.refresh(np.arange(len(person)))
        return entries

    def price(self, candidate: Candidate) -> FloatArray:
        """What each person's time for a run would close otherwise, shape (n_people,)."""
        hours = candidate.hours_academic * ACADEMIC_HOUR_MIN / 60
        prices: FloatArray = (hours * self.hour_price + self.step_price)[self.profile_of]
        return prices

    def refresh(self, rows: IntArray) -> None:
        """Work out P(D > z) anew."""
        left = np.clip(self.target[rows] - self.gained[rows], 0.0, 1.0)
        self.likely[rows] = betainc(self.a[rows], self.b[rows], left)

    def closed(self, rows: IntArray, gain: FloatArray) -> FloatArray:
        """φ(z + gain) − φ(z) of some entries."""
        beta = Posterior(self.a[rows], self.b[rows])
        ends = [
            deficit_moments(beta, np.clip(self.target[rows] - self.gained[rows] - g, 0.0, 1.0))[0]
            for g in (np.zeros(len(rows)), gain)
        ]
        return np.maximum(ends[0] - ends[1], 0.0)

    def spread(self, rows: IntArray, gain: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sd of min((D − z)⁺, gain), and how much its mean falls per unit of log odds."""
        a, b = self.a[rows], self.b[rows]
        top = np.clip(self.target[rows] - self.gained[rows], 0.0, 1.0)
        bottom = np.clip(top - gain, 0.0, 1.0)
        s = gain[:, None] * (_POINTS + 1) / 2
        above = betainc(a[:, None], b[:, None], np.clip(top[:, None] - s, 0.0, 1.0))
        square = gain * ((s * above) @ _POINT_WEIGHTS)
        sd = np.sqrt(np.maximum(square - self.closed(rows, gain) ** 2, 0.0))
        between = betainc(a + 1, b + 1, top) - betainc(a + 1, b + 1, bottom)
        return sd, a * b / ((a + b) * (a + b + 1)) * between


def _gained(deficits: NodeDeficits, margin: FloatArray) -> FloatArray:
    """The z at which P(D > z) has come down to the margin, 0 where it never was above."""
    z = np.zeros(len(margin))
    some = np.flatnonzero(margin < deficits.proficiency.below(deficits.target))
    beta = Posterior(deficits.proficiency.a[some], deficits.proficiency.b[some])
    z[some] = np.maximum(deficits.target[some] - betaincinv(beta.a, beta.b, margin[some]), 0.0)
    return z


@dataclass(frozen=True, slots=True, eq=False)
class _Worth:
    """A run with those who take it.

    Parameters
    ----------
    rows, gain, closes
        Their entries, what each gains there, and what it closes.
    takers
        People.
    price
        What their time would close otherwise.
    """

    rows: IntArray
    gain: FloatArray
    closes: FloatArray
    takers: int
    price: float

    @property
    def total(self) -> float:
        return float(self.closes.sum()) - self.price


def propose_runs(
    people: RegionPeople,
    nodes: Mapping[int, NodeDeficits],
    supply: CatalogueSupply,
    best: Closable,
    gaps: Sequence[CatalogueGap],
    framework: Framework,
    policy: PolicyProfile,
    options: AnalysisOptions,
) -> ProposedRuns:
    """The list of runs to add.

    Parameters
    ----------
    best
        What the runs that there are close at best.
    gaps
        Where the catalogue has no activity, a new programme is a candidate besides.
    """
    candidates = [
        *runs_again(supply, best, nodes, policy, len(people.educators)),
        *new_programmes(people, gaps, framework, policy, options.benefit),
    ]
    entries = _Entries.of(nodes, people.profile, best)
    if not candidates or not len(entries.person):
        return ProposedRuns()
    bounds = np.array([_bound(c, entries, options.run_seats) for c in candidates])
    limit = options.most_runs * float(bounds.max())
    least = policy.group_view.least_people
    runs: list[ProposedRun] = []
    for _ in range(options.most_runs):
        place, worth = _best(candidates, entries, bounds, options.run_seats)
        if worth is None or worth.takers < least or worth.total < options.least_gain:
            break
        runs.append(
            _record(candidates[place], worth, entries, people, framework, options.run_seats)
        )
        entries.gained[worth.rows] += worth.gain
        candidates[place].had[entries.person[worth.rows]] = True
        entries.refresh(worth.rows)
    closes = sum(run.closes.value for run in runs)
    return ProposedRuns(tuple(runs), closes, max(closes, limit))


def _best(
    candidates: Sequence[Candidate], entries: _Entries, bounds: FloatArray, seats: int
) -> tuple[int, _Worth | None]:
    """The run that closes most; ``bounds`` are sharpened on the way and stay bounds."""
    best, found = -1, None
    for i in np.argsort(-bounds, kind="stable").tolist():
        if found is not None and bounds[i] <= found.total:
            break
        bounds[i] = _bound(candidates[i], entries, seats)
        if found is not None and bounds[i] <= found.total:
            continue
        worth = _worth(candidates[i], entries, seats)
        if found is None or worth.total > found.total:
            best, found = i, worth
    return best, found


def _rows_of(candidate: Candidate, entries: _Entries) -> tuple[IntArray, FloatArray]:
    """Entries of those whom it is for, with its gains."""
    rows, gains = [], []
    for node, gain in candidate.gain.items():
        part = entries.start[node]
        own = gain[entries.profile[part]] * candidate.admitted[entries.level[part]]
        own = own * ~candidate.had[entries.person[part]]
        at = np.flatnonzero(own > 0)
        rows.append(part.start + at)
        gains.append(own[at])
    return np.concatenate(rows), np.concatenate(gains)


def _bound(candidate: Candidate, entries: _Entries, seats: int) -> float:
    """More than the run closes: its seats to those with the greatest gain · P(D > z)."""
    rows, gain = _rows_of(candidate, entries)
    most = np.bincount(entries.person[rows], gain * entries.likely[rows])
    most = np.maximum(most - entries.price(candidate)[: len(most)], 0.0)
    if len(most) > seats:
        most = np.partition(most, len(most) - seats)[len(most) - seats :]
    return float(most.sum())


def _worth(candidate: Candidate, entries: _Entries, seats: int) -> _Worth:
    """The run with its takers: the best of those whose bounds are greatest, ties by place."""
    rows, gain = _rows_of(candidate, entries)
    if not len(rows):
        return _Worth(rows, gain, gain, 0, 0.0)
    price = entries.price(candidate)
    likely = np.bincount(entries.person[rows], gain * entries.likely[rows])
    likely = np.where(likely > 0, likely - price[: len(likely)], -np.inf)
    near = np.argsort(-likely, kind="stable")[: _MORE_TAKERS * seats]
    kept = np.isin(entries.person[rows], near)
    rows, gain = rows[kept], gain[kept]
    closed = entries.closed(rows, gain)
    each = np.bincount(entries.person[rows], closed)
    each = np.where(each > 0, each - price[: len(each)], 0.0)
    takers = np.argsort(-each, kind="stable")[:seats]
    takers = takers[each[takers] > 0]
    taken = np.isin(entries.person[rows], takers)
    of_time = float(price[takers].sum())
    return _Worth(rows[taken], gain[taken], closed[taken], len(takers), of_time)


def _record(
    candidate: Candidate,
    worth: _Worth,
    entries: _Entries,
    people: RegionPeople,
    framework: Framework,
    seats: int,
) -> ProposedRun:
    sd, slope = entries.spread(worth.rows, worth.gain)
    of_person = np.bincount(entries.person[worth.rows], sd)
    common = float((slope * entries.scale[worth.rows]).sum())
    spread = float(np.hypot(np.sqrt((of_person**2).sum()), common))
    total, most = worth.total, float(worth.gain.sum())
    ends = (
        max(total - Z_90 * spread, -worth.price),
        min(total + Z_90 * spread, most - worth.price),
    )
    takers = np.unique(entries.person[worth.rows])
    by_node = np.zeros(len(framework))
    for node, part in entries.start.items():
        inside = (worth.rows >= part.start) & (worth.rows < part.stop)
        by_node[node] = worth.closes[inside].sum()
    nodes = np.flatnonzero(by_node > 0)
    return ProposedRun(
        activity=candidate.activity,
        kind=candidate.kind,
        title=candidate.title,
        nodes=tuple(framework.codes[k] for k in nodes[np.argsort(-by_node[nodes], kind="stable")]),
        hours_academic=candidate.hours_academic,
        seats=seats,
        audiences=_audiences(people, takers),
        takers=len(takers),
        closes=Estimate(total, ends),
    )


def _audiences(people: RegionPeople, takers: IntArray) -> tuple[Audience, ...]:
    count = np.bincount(people.profile[takers], minlength=len(people.audiences))
    order = np.argsort(-count, kind="stable")
    return tuple(people.audiences[p] for p in order[: int((count > 0).sum())].tolist())
