"""From coverage of framework nodes to coverage of demands, no minute counted twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from engine.domain import BoolArray, Demand, FloatArray
from engine.errors import Fault, InputError
from engine.framework import Framework


def roll_matrix(
    framework: Framework, demands: Sequence[Demand], applies: BoolArray | None = None
) -> sp.csr_array:
    """Where the coverage of every node goes.

    A node's coverage goes to the nearest demand at or above it, so a demanded leaf takes its own
    from the parent, which keeps the rest. Coverage that is only known for a node with children
    is spread evenly over these first: a demanded child gets its part, and splitting a child
    without demands into more changes nothing. Demands for the same node share it evenly.

    A leaf that does not apply to the educator counts only for a demand whose own node does not
    apply either: who asks for another subject or another post gets all of it, but a block
    measured for a biology teacher is not filled with physics. What is known of a block only
    goes to the part of it that applies.

    Parameters
    ----------
    applies
        Shape (n_nodes,), see :meth:`Framework.applies_to`; ``None`` = every node applies.

    Returns
    -------
    csr_array, shape (n_nodes, n_demands)
        In [0, 1], rows sum to ≤ 1.

    Raises
    ------
    InputError
        ``unknown_competency``, if a demand names a node that the framework does not have.
    """
    if applies is None:
        applies = np.ones(len(framework), dtype=np.bool_)
    claims = _claims(framework, demands)
    table = np.zeros((len(framework), len(demands)))
    children: dict[int, list[int]] = {}
    for i, parent in enumerate(framework.parent.tolist()):
        children.setdefault(parent, []).append(i)

    def fill(i: int) -> FloatArray:
        below = children.get(i)
        if below:
            parts = np.array([fill(j) for j in below])
            table[i] = _shares(np.any(parts > 0, axis=1), applies[below]) @ parts
        else:
            claim = _nearest_claim(framework, i, claims)
            if claim >= 0 and (applies[i] or not applies[claim]):
                table[i, claims[claim]] = 1.0 / len(claims[claim])
        row: FloatArray = table[i]
        return row

    for root in children.get(-1, []):
        fill(root)
    return sp.csr_array(table)


def _claims(framework: Framework, demands: Sequence[Demand]) -> dict[int, list[int]]:
    """Demands by the node that they name."""
    claims: dict[int, list[int]] = {}
    for k, demand in enumerate(demands):
        for code in dict.fromkeys(demand.nodes):
            if code not in framework:
                detail = f"компетенции «{code}» нет в рамке {framework.id}; исправьте код"
                raise InputError([Fault("unknown_competency", detail, parameters={"node": code})])
            claims.setdefault(framework.index[code], []).append(k)
    return claims


def _shares(claimed: BoolArray, applies: BoolArray) -> FloatArray:
    """Parts of a node's coverage that its children get, in their order; they sum to ≤ 1.

    Even, but what would go to children that neither apply nor are demanded goes to those that
    apply.
    """
    even = 1.0 / len(applies)
    shares = np.where(claimed | applies, even, 0.0)
    if applies.any():
        shares[applies] += (1.0 - shares.sum()) / np.count_nonzero(applies)
    return shares


def _nearest_claim(framework: Framework, i: int, claims: Mapping[int, list[int]]) -> int:
    """The nearest demanded node at or above; -1 if there is none."""
    while i >= 0 and i not in claims:
        i = int(framework.parent[i])
    return i


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
