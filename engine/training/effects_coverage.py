"""Coverage of measured nodes by activities, rolled up as a route's demands have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from engine.domain import BoolArray, Demand, DemandKind, Educator, FloatArray, IntArray
from engine.framework import Framework
from engine.matching.rollup import roll_matrix
from engine.training.effects_evidence import Measurements


class RolledCoverage:
    """Coverage of measured nodes, descendants included, as a route's demands count it.

    Parameters
    ----------
    coverage
        csr, shape (n_activities, n_framework_nodes), in [0, 1].
    educators
        By id, to leave out what does not apply to them; who is missing has every node applied.
    """

    def __init__(
        self,
        table: Measurements,
        coverage: sp.csr_array,
        framework: Framework,
        educators: Mapping[str, Educator],
    ) -> None:
        self._key, keys = _roll_keys(table, framework, educators)
        stacked = _rolled(coverage, framework, keys)
        stacked.sort_indices()
        self._n_keys = stacked.shape[1]
        at = np.repeat(np.arange(stacked.shape[0]), np.diff(stacked.indptr))
        self._place = at * max(self._n_keys, 1) + stacked.indices
        self._value = stacked.data

    def of(self, activity: IntArray, measurement: IntArray) -> FloatArray:
        """Coverage of the node of a measurement by an activity, elementwise; 0 = none."""
        if not len(self._place):
            return np.zeros(len(activity))
        wanted = activity * self._n_keys + self._key[measurement]
        at = np.minimum(np.searchsorted(self._place, wanted), len(self._place) - 1)
        found: FloatArray = np.where(self._place[at] == wanted, self._value[at], 0.0)
        return found


_RollKey = tuple[str, tuple[str, ...], bytes]


def _roll_keys(
    table: Measurements, framework: Framework, educators: Mapping[str, Educator]
) -> tuple[IntArray, list[_RollKey]]:
    """What the rolled coverage of each measurement depends on.

    The node, the nodes below it that the person was measured at as well (they keep their own
    coverage), and what applies to the person.
    """
    below = [{n.code for n in framework.descendants(code)} for code in table.nodes]
    leafless = [not b for b in below]
    applies = _applies(table.people, framework, educators)
    bounds = np.searchsorted(table.person, np.arange(len(table.people) + 1))
    keys: dict[_RollKey, int] = {}
    found = np.zeros(len(table), dtype=np.int64)
    for p, person in enumerate(table.people):
        span = slice(bounds[p], bounds[p + 1])
        measured = sorted(set(table.node[span].tolist()))
        own: dict[int, int] = {}
        for k in measured:
            under: tuple[str, ...] = ()
            if not leafless[k]:
                codes = (table.nodes[j] for j in measured)
                under = tuple(code for code in codes if code in below[k])
            key = (table.nodes[k], under, applies[person])
            own[k] = keys.setdefault(key, len(keys))
        found[span] = [own[k] for k in table.node[span].tolist()]
    return found, list(keys)


def _applies(
    people: Sequence[str], framework: Framework, educators: Mapping[str, Educator]
) -> dict[str, bytes]:
    kept: dict[object, bytes] = {}
    found = {}
    everything = np.ones(len(framework), dtype=np.bool_).tobytes()
    for person in people:
        educator = educators.get(person)
        if educator is None:
            found[person] = everything
            continue
        key = educator.position, educator.subjects, educator.stages
        if key not in kept:
            kept[key] = np.asarray(framework.applies_to(*key), dtype=np.bool_).tobytes()
        found[person] = kept[key]
    return found


def _rolled(coverage: sp.csr_array, framework: Framework, keys: Sequence[_RollKey]) -> sp.csr_array:
    """Coverage of each key's node, shape (n_activities, n_keys).

    Keys of leaves that apply alike are rolled up at once: none lies below another.
    """
    groups: dict[object, list[int]] = {}
    for i, (code, below, applies) in enumerate(keys):
        alone = i if below or framework.children(code) else None
        groups.setdefault((applies, alone), []).append(i)
    order, columns = [], []
    for members in groups.values():
        _, below, applies = keys[members[0]]
        codes = [keys[i][0] for i in members]
        mask: BoolArray = np.frombuffer(applies, dtype=np.bool_)
        roll = roll_matrix(framework, [_demand(c) for c in (*codes, *below)], mask)
        columns.append(sp.csr_array(coverage @ roll[:, list(range(len(codes)))]))
        order += members
    if not columns:
        return sp.csr_array(coverage[:, :0])
    back = np.argsort(np.array(order))
    return sp.csr_array(sp.csc_array(sp.hstack(columns))[:, back])


def _demand(code: str) -> Demand:
    """What stands for a measured node in the rolling up of coverage."""
    nothing = (0.0, 0.0)
    return Demand(code, DemandKind.DEFICIT, code, (code,), 1.0, 0.0, 0.0, nothing, ())
