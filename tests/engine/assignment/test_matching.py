"""Heaviest pairs in general graphs against every choice of pairs, and against HiGHS."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.assignment import matching
from engine.assignment.matching import Graph, bound_of, heaviest


def random_graph(seed: int, n: int, density: float) -> Graph:
    """Every edge with a chance; small weights make many ties and odd rings."""
    rng = np.random.default_rng(seed)
    one, other = np.triu_indices(n, 1)
    kept = rng.random(len(one)) < density
    most = 4 if seed % 2 else 1_000_000
    return Graph(n, one[kept], other[kept], rng.integers(1, most + 1, int(kept.sum())))


def best_pairs(graph: Graph) -> int:
    """Greatest weight with one pair at most at each vertex: each subset of vertices looked at."""
    weight = {
        (a, b): w
        for a, b, w in zip(
            graph.one.tolist(), graph.other.tolist(), graph.weight.tolist(), strict=True
        )
    }

    @cache
    def rest(used: int) -> int:
        first = next((v for v in range(graph.n) if not used >> v & 1), None)
        if first is None:
            return 0
        best = rest(used | 1 << first)
        for v in range(first + 1, graph.n):
            if not used >> v & 1 and (first, v) in weight:
                best = max(best, weight[first, v] + rest(used | 1 << first | 1 << v))
        return best

    return rest(0)


def by_milp(graph: Graph, most: int | np.ndarray) -> float:
    """The same with ``most`` at each vertex, by HiGHS without any preparation."""
    count = len(graph.weight)
    ends = np.concatenate([graph.one, graph.other])
    degree = sp.csr_array(
        (np.ones(2 * count), (ends, np.tile(np.arange(count), 2))), (graph.n, count)
    )
    found = milp(
        -graph.weight.astype(float),
        constraints=LinearConstraint(degree, -np.inf, most),
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert found.status == 0
    return -float(found.fun)


def checked(graph: Graph, most: int | np.ndarray = 1) -> int:
    """Value of the answer, which must be allowed and proved."""
    found = heaviest(graph, most)
    ends = np.concatenate([graph.one[found.edges], graph.other[found.edges]])
    assert np.all(np.bincount(ends, minlength=graph.n) <= most)
    assert graph.weight[found.edges].sum() == found.value == found.bound
    return found.value


@pytest.mark.parametrize("seed", range(40))
def test_small_graphs_against_every_choice(seed):
    """The value is that of the best of all choices of pairs, and the bound proves it."""
    graph = random_graph(seed, 3 + seed % 9, 0.3 + 0.07 * (seed % 10))
    assert checked(graph) == best_pairs(graph)


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_larger_graphs_against_a_mixed_integer_program(seed, most):
    """Also where everybody may have several pairs."""
    graph = random_graph(100 + seed, 30, 0.4)
    assert checked(graph, most) == pytest.approx(by_milp(graph, most), abs=0.5)


@pytest.mark.parametrize("seed", range(4))
def test_limits_of_single_vertices(seed):
    """Each vertex may have its own number of edges, nought among them."""
    graph = random_graph(200 + seed, 25, 0.4)
    most = np.random.default_rng(seed).integers(0, 4, 25)
    assert checked(graph, most) == pytest.approx(by_milp(graph, most), abs=0.5)


@pytest.mark.parametrize("core", [1, 2])
def test_edges_outside_the_core_are_found(core, monkeypatch):
    """A core of the single heaviest edge of each vertex grows to what the optimum needs."""
    monkeypatch.setattr(matching, "CORE", core)
    graph = random_graph(8, 24, 0.9)
    assert checked(graph) == pytest.approx(by_milp(graph, 1), abs=0.5)


def test_an_odd_ring_has_a_bound_above_the_relaxation():
    """Of a triangle of weights 5 one pair is taken; half of each edge would be 7.5."""
    triangle = Graph(3, np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([5, 5, 5]))
    assert checked(triangle) == 5
    assert bound_of(triangle, 1, np.array([3, 3, 2])) == 8


def test_parts_are_solved_apart():
    """Two components and a vertex without edges: their heaviest pairs add up."""
    graph = Graph(6, np.array([0, 1, 3]), np.array([1, 2, 4]), np.array([5, 7, 2]))
    found = heaviest(graph)
    assert (found.edges.tolist(), found.value, found.bound) == ([1, 2], 9, 9)


def test_work_that_runs_out_leaves_a_gap_not_a_claim(monkeypatch):
    """With hardly any work the bound still holds: it is not below the optimum."""
    graph = random_graph(12, 30, 0.5)
    optimum = checked(graph)
    monkeypatch.setattr(matching, "WORK", 0.0)
    found = heaviest(graph)
    assert found.value <= optimum <= found.bound
    assert 2 * found.value >= optimum
