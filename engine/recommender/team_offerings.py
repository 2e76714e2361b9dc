"""Which activities a team may take together, and which of them train a manager."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import scipy.sparse as sp

from engine.catalogue import Catalogue
from engine.domain import MANAGER_POSITIONS, BoolArray
from engine.framework import Framework
from engine.policy import TeamPolicy


def shared_activities(
    catalogue: Catalogue, coverage: sp.csr_array, framework: Framework, policy: TeamPolicy
) -> BoolArray:
    """Activities that members of a team may take together, shape (n_activities,).

    Parameters
    ----------
    coverage
        CSR, shape (n_activities, n_nodes), in [0, 1], rows in the order of the catalogue.
    policy
        Says what counts (``TeamPolicy``).
    """
    found = _themed(catalogue, policy.themes)
    found |= _about(coverage, framework, policy.nodes, policy.node_share)
    found |= np.isin(np.array(catalogue.activity_ids), policy.activities)
    if policy.for_managers:
        positions = (set(a.positions) for a in catalogue.activities)
        found |= np.array([bool(p) and p <= MANAGER_POSITIONS for p in positions], dtype=np.bool_)
    return found


def training_activities(
    catalogue: Catalogue, coverage: sp.csr_array, framework: Framework, policy: TeamPolicy
) -> BoolArray:
    """Activities that train whoever completes them, shape (n_activities,); as above."""
    kinds = np.array([a.kind in policy.trained_kinds for a in catalogue.activities], dtype=np.bool_)
    if not policy.trained_nodes:
        return kinds
    about = _about(coverage, framework, policy.trained_nodes, policy.node_share)
    return kinds & (about | _themed(catalogue, policy.themes))


def _themed(catalogue: Catalogue, themes: Collection[str]) -> BoolArray:
    found = np.zeros(len(catalogue.activities), dtype=np.bool_)
    for theme in themes:
        found[list(catalogue.themes.get(theme, ()))] = True
    return found


def _about(
    coverage: sp.csr_array, framework: Framework, nodes: Collection[str], least: float
) -> BoolArray:
    """Activities whose coverage of nodes, with all below them, is at least so much.

    Nodes that the framework does not have are passed over: a policy serves several frameworks.
    """
    known = [code for code in nodes if code in framework]
    own = {n.code for code in known for n in (framework.node(code), *framework.descendants(code))}
    counted = np.array([code in own for code in framework.codes], dtype=np.float64)
    # The tolerance keeps a share of exactly the least against its binary fraction.
    return np.asarray(coverage @ counted >= least - 1e-9) & bool(own)
