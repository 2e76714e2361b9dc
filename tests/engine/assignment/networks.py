"""Random assignment networks, and their optima by other means."""

from __future__ import annotations

import itertools

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from engine.assignment.network import UNIT, Network
from engine.domain import FloatArray, IntArray


def network_of(
    gain: FloatArray,
    admitted: FloatArray,
    places: list[int],
    *,
    level: list[int] | None = None,
    held: list[int] | None = None,
    fairness: float = 0.0,
) -> Network:
    """A network from dense tables, gains in fit."""
    n, m = gain.shape
    ok = np.asarray(admitted, dtype=bool)
    rows, columns = np.nonzero(ok)
    return Network(
        level=np.array(level if level is not None else [0] * n, dtype=np.int64),
        start=np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]),
        carer=columns.astype(np.int64),
        gain=np.rint(UNIT * gain[rows, columns]).astype(np.int64),
        places=np.array(places, dtype=np.int64),
        held=np.array(held if held is not None else [0] * m, dtype=np.int64),
        fairness=fairness,
    )


def random_network(seed: int, n: int, m: int, density: float = 0.5, most: int = 3) -> Network:
    """Random gains (some negative), places (some none), levels, loads held, prices of loads."""
    rng = np.random.default_rng(seed)
    gain = rng.uniform(-0.2, 1.0, (n, m))
    if seed % 3 == 0:
        gain = np.round(gain, 1)  # many ties
    return network_of(
        gain,
        rng.random((n, m)) < density,
        rng.integers(0, most + 1, m).tolist(),
        level=rng.integers(0, 2, n).tolist(),
        held=rng.integers(0, 3, m).tolist(),
        fairness=float(rng.choice([0.0, 0.2, 1.5])),
    )


def brute_force(network: Network) -> tuple[list[int], int]:
    """Numbers served by level and the greatest value, over every way to assign."""
    choices = []
    for i in range(network.n_people):
        arcs = range(int(network.start[i]), int(network.start[i + 1]))
        choices.append([None, *arcs])
    best: tuple[list[int], int] | None = None
    for chosen in itertools.product(*choices):
        loads = [0] * network.n_carers
        counts = [0] * network.n_levels
        value = 0
        for i, arc in enumerate(chosen):
            if arc is None:
                continue
            j = int(network.carer[arc])
            loads[j] += 1
            counts[int(network.level[i])] += 1
            value += int(network.gain[arc]) - step_cost(network, j, loads[j])
        if all(load <= int(p) for load, p in zip(loads, network.places, strict=True)):
            key = (counts, value)
            best = key if best is None or key > best else best
    assert best is not None
    return best


def step_cost(network: Network, carer: int, k: int) -> int:
    """What the k-th new person of a carer costs, by the formula of the module's words."""
    whole = max(1, int(network.places[carer]) + int(network.held[carer]))
    return round(UNIT * network.fairness * (int(network.held[carer]) + k - 0.5) / whole)


def by_milp(network: Network) -> tuple[list[int], float]:
    """The same by HiGHS, one objective after another."""
    n, arcs = network.n_people, len(network.carer)
    slots = [(j, k) for j in range(network.n_carers) for k in range(1, int(network.places[j]) + 1)]
    of_person = sp.csr_array((np.ones(arcs), (network.person, np.arange(arcs))), (n, arcs))
    of_carer = sp.csr_array(
        (np.ones(arcs), (network.carer, np.arange(arcs))), (network.n_carers, arcs)
    )
    of_slot = sp.csr_array(
        (-np.ones(len(slots)), ([j for j, _ in slots], np.arange(len(slots)))),
        (network.n_carers, len(slots)),
    )
    rows = [
        LinearConstraint(sp.hstack([of_person, sp.csr_array((n, len(slots)))]), -np.inf, 1),
        LinearConstraint(sp.hstack([of_carer, of_slot]), -np.inf, 0),
    ]
    counts: list[int] = []
    for level in range(network.n_levels):
        at = np.concatenate([(network.level[network.person] == level) * 1.0, np.zeros(len(slots))])
        found = _solved(-at, rows)
        counts.append(round(-found))
        rows.append(LinearConstraint(at[None, :], counts[-1], counts[-1]))
    cost = np.concatenate([-network.gain, [step_cost(network, j, k) for j, k in slots]])
    return counts, -_solved(cost, rows)


def _solved(cost: FloatArray, rows: list[LinearConstraint]) -> float:
    found = milp(
        cost,
        constraints=rows,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert found.status == 0, found.message
    return float(found.fun)


def by_slots(network: Network) -> int:
    """Value by scipy's assignment on one column a place, where everybody can be served."""
    columns: list[IntArray] = []
    dense = np.full((network.n_people, network.n_carers), np.nan)
    dense[network.person, network.carer] = network.gain
    for j in range(network.n_carers):
        for k in range(1, int(network.places[j]) + 1):
            columns.append(dense[:, j] - step_cost(network, j, k))
    table = np.nan_to_num(np.array(columns).T, nan=-1e15)
    rows, chosen = linear_sum_assignment(table, maximize=True)
    return int(table[rows, chosen].sum())
