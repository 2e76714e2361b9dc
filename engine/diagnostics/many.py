"""Posteriors of many people at once: the model of ``system`` in the space of the evidence.

The log odds of a person's evidence have a normal prior, whose covariance follows from framework,
days and sheets; the normal factors that stand for the evidence depend on nothing else. So
expectation propagation runs on as many numbers as there are pieces of evidence, for thousands of
people in one array, and the nodes wanted are read off at the end:

    E[w] = m_w + S_wη·α,   Var[w] = S_ww − S_wη·(I + ΠK)⁻¹·Π·S_ηw,   α = (I + ΠK)⁻¹(h − Π·m_η)

with K the prior covariance of the evidence's log odds η, Π and h the factors' precisions and
shifts. Sweep for sweep this is what ``estimate_proficiency`` does for one person with all his
latents; the results agree to rounding. People whose evidence has about the same size are done
together; what is missing to the largest is filled up with evidence of no tasks, which says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.diagnostics.item_bank import SkillPrior
from engine.diagnostics.latent import MOST_SWEEPS, Sites, settled_people, sweep_step, updated_sites
from engine.diagnostics.latent import LatentPosterior as _Found
from engine.diagnostics.prior import ProficiencyPrior
from engine.domain import BoolArray, FloatArray, IntArray
from engine.framework import Framework
from engine.policy import Diagnostics

TOLERANCE = 1e-4
"""Greatest change of log odds in the last sweep, as in ``latent_posterior``."""

_CELLS = 2_000_000
"""Numbers of the largest array of a batch."""


@dataclass(frozen=True, slots=True, eq=False)
class ManyObservations:
    """Evidence of many people; a piece is an observation, of one node or of several together.

    Parameters
    ----------
    person
        Shape (n,), never falling.
    day
        Shape (n,), ordinal.
    sheet
        Shape (n,): pieces of one person with the same number were on one sheet.
    sheet_variance
        Shape (n,), of the sheet's effect, in squared log odds.
    successes, failures
        Shape (n,), effective tasks, ≥ 0.
    intercept
        Shape (n,), log odds.
    calibrated
        Shape (n,): it came from an item bank.
    part_of, part_node, part_weight
        Shape (n_parts,): which piece, never falling, measures which node of the framework, and
        the factor on that node's log odds. A piece of one node has one part.
    """

    person: IntArray
    day: IntArray
    sheet: IntArray
    sheet_variance: FloatArray
    successes: FloatArray
    failures: FloatArray
    intercept: FloatArray
    calibrated: BoolArray
    part_of: IntArray
    part_node: IntArray
    part_weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class NodePosteriors:
    """Normal posteriors of log odds at every node with evidence, on each person's day.

    Parameters
    ----------
    person, node
        Shape (n,): by person, then by node; no pair twice.
    mean, sd
        Shape (n,), of the log odds.
    """

    person: IntArray
    node: IntArray
    mean: FloatArray
    sd: FloatArray


def posterior_of_many(
    observations: ManyObservations,
    today: IntArray,
    framework: Framework,
    rule: Diagnostics,
    people: SkillPrior | None = None,
) -> NodePosteriors:
    """Posteriors of all people, each by himself.

    Parameters
    ----------
    today
        Shape (n_people,), ordinal of the day that is asked for, not before his evidence.
    people
        Whom the item bank was calibrated on; ``None`` = there is none.
    """
    points = _Points.of(observations, today, framework, ProficiencyPrior.from_policy(rule), people)
    mean, variance = np.empty(len(points.wanted)), np.empty(len(points.wanted))
    for batch in _batches(observations, points, len(today)):
        at, found_mean, found_variance = batch.solved()
        mean[at], variance[at] = found_mean, found_variance
    rows = points.wanted
    return NodePosteriors(
        person=points.person[rows],
        node=points.node[rows],
        mean=mean,
        sd=np.sqrt(np.maximum(variance, 0.0)),
    )


# --------------------------------------------------------------------------- nodes on days


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Nodes on days whose log odds are the latents: those of the parts, then those wanted.

    Parameters
    ----------
    person, node, day
        Shape (n_points,).
    learned
        Shape (n_points,): variance of the steps of learning up to that day.
    unit, centre
        Shape (n_points,): factor on the sd of the level, and its prior mean.
    wanted
        Shape (n_wanted,): rows of the points that are asked for, by person and node.
    """

    person: IntArray
    node: IntArray
    day: IntArray
    learned: FloatArray
    unit: FloatArray
    centre: FloatArray
    wanted: IntArray
    prior: ProficiencyPrior
    level: FloatArray

    @classmethod
    def of(
        cls,
        observations: ManyObservations,
        today: IntArray,
        framework: Framework,
        prior: ProficiencyPrior,
        people: SkillPrior | None,
    ) -> _Points:
        n_nodes = len(framework)
        level = prior.covariance(framework, framework.codes)
        part_person = observations.person[observations.part_of]
        pairs = np.unique(part_person * n_nodes + observations.part_node)
        person = np.concatenate([part_person, pairs // n_nodes])
        node = np.concatenate([observations.part_node, pairs % n_nodes])
        day = np.concatenate([observations.day[observations.part_of], today[pairs // n_nodes]])
        of_bank = np.zeros(len(person), dtype=np.bool_)
        if people is not None:
            calibrated = observations.calibrated[observations.part_of]
            known = np.unique((part_person * n_nodes + observations.part_node)[calibrated])
            of_bank = np.isin(person * n_nodes + node, known)
        bank_sd, bank_mean = (people.sd, people.mean) if people is not None else (0.0, 0.0)
        own_sd = np.maximum(np.sqrt(np.diag(level)), 1e-9)
        return cls(
            person=person,
            node=node,
            day=day,
            learned=_learned(observations, prior, person, day),
            unit=np.where(of_bank, bank_sd / own_sd[node], 1.0),
            centre=np.where(of_bank, bank_mean, prior.mean),
            wanted=np.arange(len(part_person), len(person)),
            prior=prior,
            level=level,
        )

    def covariance(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """Prior covariance, shape (n_people, n_rows, n_columns), of points by their numbers."""
        one, other = rows[:, :, None], columns[:, None, :]
        found: FloatArray = self.level[self.node[one], self.node[other]] * self.prior.decay(
            (self.day[one] - self.day[other]).astype(np.float64)
        )
        found = found * (self.unit[one] * self.unit[other])
        same = self.node[one] == self.node[other]
        shared = np.minimum(self.learned[one], self.learned[other])
        return np.asarray(found + np.where(same, 1.0, 0.5) * shared)


def _learned(
    observations: ManyObservations, prior: ProficiencyPrior, person: IntArray, day: IntArray
) -> FloatArray:
    """Variance of the steps that a person took between his sittings up to some days."""
    span = int(max(observations.day.max(initial=0), day.max(initial=0))) + 2
    sittings = np.unique(observations.person * span + observations.day)
    whose, when = sittings // span, sittings % span
    first = np.ones(len(sittings), dtype=np.bool_)
    first[1:] = whose[1:] != whose[:-1]
    gap = np.where(first, 0, np.diff(when, prepend=0)).astype(np.float64)
    step = prior.change_sd**2 * -np.expm1(-gap * np.log(2) / prior.change_days)
    start = np.flatnonzero(first)
    rank = np.arange(len(sittings)) - np.repeat(start, np.diff([*start, len(sittings)]))
    total = step.copy()
    for r in range(1, int(rank.max(initial=0)) + 1):  # few: sittings of one person
        now = np.flatnonzero(rank == r)
        total[now] += total[now - 1]
    place = np.searchsorted(sittings, person * span + day, side="right") - 1
    found: FloatArray = np.where((place >= 0) & (whose[place] == person), total[place], 0.0)
    return found


# --------------------------------------------------------------------------- batches


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """People with about as much evidence; numbers beyond a person's own are −1.

    Parameters
    ----------
    pieces, parts, wanted
        Shapes (n_people, n_pieces), (n_people, n_parts), (n_people, n_wanted): numbers of
        observations, of their parts and of points asked for.
    """

    observations: ManyObservations
    points: _Points
    pieces: IntArray
    parts: IntArray
    wanted: IntArray

    def solved(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """Places among the points wanted, with means and variances."""
        held = (self.wanted >= 0)[:, :, None]
        between = self.points.covariance(self.wanted, self.parts)
        to_evidence = self._of_pieces(np.where(held, between, 0.0))
        own = self._of_pieces(self.points.covariance(self.parts, self.parts))
        spread = self._of_pieces(own.transpose(0, 2, 1)) + self._sheets()
        real = self.pieces >= 0
        offset = np.where(real, self.observations.intercept[self.pieces], 0.0)
        prior = self._of_pieces(self.points.centre[self.parts][:, None, :])[:, 0, :] + offset
        sites = _propagated(
            prior,
            spread,
            np.where(real, self.observations.successes[self.pieces], 0.0),
            np.where(real, self.observations.failures[self.pieces], 0.0),
        )
        pull = sites.shift - sites.precision * prior
        system = np.eye(spread.shape[1]) + sites.precision[:, :, None] * spread
        weighted = sites.precision[:, :, None] * to_evidence.transpose(0, 2, 1)
        answer = np.linalg.solve(system, np.concatenate([pull[:, :, None], weighted], axis=2))
        moved = np.einsum("bwe,be->bw", to_evidence, answer[:, :, 0])
        known = np.einsum("bwe,bew->bw", to_evidence, answer[:, :, 1:])
        at = self.wanted[self.wanted >= 0]
        node = self.points.node[at]
        before = self.points.level[node, node] * self.points.unit[at] ** 2 + self.points.learned[at]
        mean = self.points.centre[at] + moved[self.wanted >= 0]
        return at - self.points.wanted[0], mean, before - known[self.wanted >= 0]

    def _of_pieces(self, of_parts: FloatArray) -> FloatArray:
        """Sums over the parts of each piece by weight: the last axis becomes that of pieces."""
        real = self.parts >= 0
        weight = np.where(real, self.observations.part_weight[self.parts], 0.0)
        of = np.where(real, self.observations.part_of[self.parts], -1)
        if of.shape == self.pieces.shape and bool((of == self.pieces).all()):
            return np.asarray(of_parts * weight[:, None, :])
        mine = (self.pieces[:, None, :] == of[:, :, None]) & real[:, :, None]
        return np.asarray(np.matmul(of_parts, mine * weight[:, :, None]))

    def _sheets(self) -> FloatArray:
        """Covariance of the sheets' effects, shape (n_people, n_pieces, n_pieces)."""
        real = self.pieces >= 0
        sheet = np.where(real, self.observations.sheet[self.pieces], -1)
        variance = np.where(real, self.observations.sheet_variance[self.pieces], 0.0)
        return np.asarray((sheet[:, :, None] == sheet[:, None, :]) * variance[:, :, None])


def _batches(observations: ManyObservations, points: _Points, n_people: int) -> Iterator[_Batch]:
    part_person = observations.person[observations.part_of]
    wanted_person = points.person[points.wanted]
    pieces = np.bincount(observations.person, minlength=n_people)
    parts = np.bincount(part_person, minlength=n_people)
    wanted = np.bincount(wanted_person, minlength=n_people)
    ends = [np.concatenate([[0], np.cumsum(count)]) for count in (pieces, parts, wanted)]
    order = np.lexsort((wanted, pieces, parts))
    order = order[pieces[order] > 0]
    first = 0
    while first < len(order):
        # sorted by size, so the last of a batch is its largest
        most = max(1, _CELLS // int(parts[order[first]] + wanted[order[first]]) ** 2)
        while most > 1 and most * _area(parts, wanted, order[first : first + most]) > 2 * _CELLS:
            most = max(1, most // 2)
        people = order[first : first + most]
        yield _Batch(
            observations,
            points,
            _padded(people, ends[0], pieces),
            _padded(people, ends[1], parts),
            _padded(people, ends[2], wanted, offset=int(points.wanted[0])),
        )
        first += most


def _area(parts: IntArray, wanted: IntArray, people: IntArray) -> int:
    return int(parts[people].max() + wanted[people].max()) ** 2


def _padded(people: IntArray, start: IntArray, count: IntArray, offset: int = 0) -> IntArray:
    """Consecutive numbers of each person in a row; −1 where he has no more."""
    columns = np.arange(int(count[people].max(initial=0)))
    number = start[people][:, None] + columns + offset
    return np.where(columns < count[people][:, None], number, -1)


def _propagated(
    prior: FloatArray, spread: FloatArray, successes: FloatArray, failures: FloatArray
) -> Sites:
    """Factors of everybody's evidence; each person stops by himself.

    Parameters
    ----------
    prior, spread
        Shapes (n_people, n_pieces) and (n_people, n_pieces, n_pieces) of the log odds.
    """
    result = Sites.none(*prior.shape)
    rows, sites = np.arange(len(prior)), Sites.none(*prior.shape)
    unit = np.eye(prior.shape[1])
    before: FloatArray | None = None
    for sweep in range(MOST_SWEEPS + 1):
        k, centre = spread[rows], prior[rows]
        system = unit + k * sites.precision[:, None, :]
        covariance = np.asarray(np.linalg.solve(system, k), np.float64)
        pull = sites.shift - sites.precision * centre
        odds: FloatArray = centre + np.matmul(covariance, pull[:, :, None])[:, :, 0]
        done = settled_people(odds, before, TOLERANCE)
        if sweep == MOST_SWEEPS:
            done[:] = True
        result.precision[rows[done]] = sites.precision[done]
        result.shift[rows[done]] = sites.shift[done]
        if done.all():
            break
        left = ~done
        rows, before = rows[left], odds[left]
        variance = np.maximum(np.diagonal(covariance, axis1=1, axis2=2)[left], 1e-12)
        kept = Sites(sites.precision[left], sites.shift[left])
        own = np.diagonal(spread, axis1=1, axis2=2)[rows]
        sites = updated_sites(
            _Found(before, covariance[left], before, variance, kept, sweep),
            successes[rows],
            failures[rows],
            sweep_step(sweep),
            1.0 / np.maximum(own, 1e-12),
        )
    return result
