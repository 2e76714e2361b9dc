"""From coverage of framework nodes to coverage of demands, no minute counted twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from engine.domain import Demand, FloatArray
from engine.errors import Fault, InputError
from engine.framework import Framework


def roll_matrix(framework: Framework, demands: Sequence[Demand]) -> sp.csr_array:
    """Where the coverage of every node goes.

    A node's coverage goes to the nearest demand at or above it, so a demanded leaf takes its own
    from the parent, which keeps the rest. Coverage that is only known for a node with children
    is spread evenly over these first: a demanded child gets its part, and splitting a child
    without demands into more changes nothing. Demands for the same node share it evenly.

    Returns
    -------
    csr_array, shape (n_nodes, n_demands)
        In [0, 1], rows sum to ≤ 1.

    Raises
    ------
    InputError
        ``unknown_competency``, if a demand names a node that the framework does not have.
    """
    claims: dict[int, list[int]] = {}
    for k, demand in enumerate(demands):
        for code in dict.fromkeys(demand.nodes):
            if code not in framework:
                detail = f"компетенции «{code}» нет в рамке {framework.id}; исправьте код"
                raise InputError([Fault("unknown_competency", detail, parameters={"node": code})])
            claims.setdefault(framework.index[code], []).append(k)
    table = np.zeros((len(framework), len(demands)))
    taken_by = [_nearest_claim(framework, i, claims) for i in range(len(framework))]
    children: dict[int, list[int]] = {}
    for i, parent in enumerate(framework.parent.tolist()):
        children.setdefault(parent, []).append(i)

    def fill(i: int) -> FloatArray:
        below = children.get(i)
        if below:
            table[i] = np.mean([fill(j) for j in below], axis=0)
        else:
            table[i, taken_by[i]] = 1.0 / max(1, len(taken_by[i]))
        row: FloatArray = table[i]
        return row

    for root in children.get(-1, []):
        fill(root)
    return sp.csr_array(table)


def _nearest_claim(framework: Framework, i: int, claims: dict[int, list[int]]) -> list[int]:
    while i >= 0:
        if i in claims:
            return claims[i]
        i = int(framework.parent[i])
    return []


def roll_up(coverage: sp.csr_array, roll: sp.csr_array, similarity: FloatArray) -> sp.csr_array:
    """Coverage of demands.

    Parameters
    ----------
    coverage
        Shape (n_activities, n_nodes).
    roll
        Shape (n_nodes, n_demands), see :func:`roll_matrix`.
    similarity
        Shape (n_activities, n_demands), in [0, 1]: similarity of the activity's text with a
        demand that has no node; 0 for all other demands. It gets what the nodes leave over of
        the activity, several such demands in proportion where their sum exceeds 1.

    Returns
    -------
    csr_array, shape (n_activities, n_demands), in [0, 1], rows sum to ≤ 1.
    """
    rolled = sp.csr_array(coverage @ roll)
    total = similarity.sum(axis=1)
    if total.any():
        left = np.clip(1.0 - np.asarray(rolled.sum(axis=1)).ravel(), 0.0, 1.0)
        scale = left / np.maximum(1.0, total)
        rolled = sp.csr_array(rolled + sp.csr_array(similarity * scale[:, None]))
    rolled.eliminate_zeros()
    rolled.sort_indices()
    return rolled
