"""Groups of simulated people with known proficiency, and how often their intervals hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtri

from engine.deficits.group_measures import Measurements
from engine.deficits.group_table import GroupRow, GroupTable
from engine.deficits.group_view import view_measurements
from engine.deficits.groupings import Grouping
from engine.diagnostics.latent import latent_posterior
from engine.diagnostics.logit_normal import share_moments
from engine.diagnostics.prior import ProficiencyPrior
from engine.domain import Educator, FloatArray, Position
from engine.policy import PolicyProfile
from tests.engine.deficits.group_people import FRAMEWORK

NODES = ("A.1", "A.2", "B")
_AT = np.array([FRAMEWORK.index[code] for code in NODES])


@dataclass(frozen=True)
class World:
    """How people and their tests come about; effects in log odds.

    Parameters
    ----------
    median
        Proficiency of the median person; ``None`` = the policy's prior.
    common_sd
        Sd of the difficulty of the one test that everybody sits; its three parts share it.
    own_sd
        The same of tests that are each person's own.
    district_sd
        How much the means of districts differ.
    """

    people: int
    tasks: int = 6
    median: float | None = None
    common_sd: float = 0.0
    own_sd: float = 0.0
    districts: int = 1
    district_sd: float = 0.0


@dataclass(frozen=True)
class Coverage:
    """Parts of the true values that their intervals held, and the mean width of shares'."""

    shares: float
    deficits: float
    width: float


def coverage(world: World, policy: PolicyProfile, seed: int, tables: int) -> Coverage:
    """Coverage over all rows of so many tables, whose tests are evenly spread in difficulty."""
    rng = np.random.default_rng(seed)
    shares, deficits, widths = [], [], []
    for test in world.common_sd * ndtri((np.arange(tables) + 0.5) / tables):
        table, truth = _table(world, policy, float(test), rng)
        for row in table.rows:
            if row.shares is None or row.mean_deficit is None:
                continue
            theta = truth[_members(row, world), NODES.index(row.node)]
            level = np.digitize(theta, [policy.levels.high_below, policy.levels.minimal_above])
            for place, share in enumerate(row.shares):
                shares.append(_inside(float((level == place).mean()), share.interval_90))
                widths.append(share.interval_90[1] - share.interval_90[0])
            missing = np.maximum(policy.targets.default - theta, 0).mean()
            deficits.append(_inside(float(missing), row.deficit_interval_90))
    return Coverage(float(np.mean(shares)), float(np.mean(deficits)), float(np.mean(widths)))


def _inside(value: float, interval: tuple[float, float]) -> bool:
    return interval[0] - 1e-9 <= value <= interval[1] + 1e-9


def _district(world: World) -> np.ndarray:
    return np.arange(world.people) % world.districts


def _members(row: GroupRow, world: World) -> np.ndarray:
    if row.group.grouping is Grouping.ALL:
        return np.ones(world.people, dtype=bool)
    return _district(world) == int(row.group.key)


def _table(
    world: World, policy: PolicyProfile, test: float, rng: np.random.Generator
) -> tuple[GroupTable, FloatArray]:
    prior = ProficiencyPrior.from_policy(policy.diagnostics)
    between = prior.covariance(FRAMEWORK, NODES)
    n, k = world.people, len(NODES)
    centre = prior.mean if world.median is None else float(logit(world.median))
    alpha = rng.multivariate_normal(np.full(k, centre), between, n)
    alpha += rng.normal(0, world.district_sd, (world.districts, 1))[_district(world)]
    sheet = test + rng.normal(0, world.own_sd, (n, 1))
    right = rng.binomial(world.tasks, expit(alpha + sheet)).astype(np.float64)
    mean, sd = _posterior(right, world.tasks, prior.mean, between, policy)
    measured = Measurements(
        np.repeat(np.arange(n), k), np.tile(_AT, n), mean, sd, (right / world.tasks).ravel()
    )
    educators = [
        Educator(f"e{i}", Position.TEACHER, (), district=str(d))
        for i, d in enumerate(_district(world).tolist())
    ]
    by = Grouping.DISTRICT if world.districts > 1 else Grouping.ALL
    return view_measurements(educators, measured, by, FRAMEWORK, policy), expit(alpha)


def _posterior(
    right: FloatArray, tasks: int, centre: float, between: FloatArray, policy: PolicyProfile
) -> tuple[FloatArray, FloatArray]:
    """Each person by himself, as the policy says: a sheet of his own over three nodes."""
    k = len(NODES)
    prior = np.zeros((k + 1, k + 1))
    prior[:k, :k] = between
    prior[k, k] = policy.diagnostics.procedure_sd["test"] ** 2
    design = np.hstack([np.eye(k), np.ones((k, 1))])
    mean = np.array([*np.full(k, centre), 0.0])
    found = latent_posterior(mean, prior, design, np.zeros(k), right, tasks - right)
    spread = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
    shares, sd = share_moments(found.mean[:, :k], spread[:, :k])
    return shares.ravel(), sd.ravel()
