"""The bound of what open runs can close, against arrangements of people and seats."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from engine.analysis import AnalysisOptions, analyse
from engine.analysis.closable import tangent_lengths
from engine.analysis.shares import NodeDeficits
from engine.deficits.distribution import deficit_moments
from tests.engine.analysis.small import FRAMEWORK, UNTIL, gain, programme, region, rules, run, weak

OPTIONS = AnalysisOptions(until=UNTIL, most_runs=0)


def _deficits(record, policy):
    """Everybody's deficits as the analysis sees them: by node, in the order of the people."""
    from engine.analysis.evidence import evidence_of
    from engine.analysis.people import people_of
    from tests.engine.analysis.small import TODAY

    people = people_of(record, FRAMEWORK, policy)
    evidence = evidence_of(
        record.sittings, record.educators["educator"], people.targets, FRAMEWORK, policy, TODAY
    )
    nodes = np.unique(evidence.assessed.node).tolist()
    return {
        FRAMEWORK.codes[k]: NodeDeficits.of(evidence.assessed, k, people.targets, FRAMEWORK, policy)
        for k in nodes
    }


def closed(deficits, gains):
    """Σ E[min(D, z)] of people with gains z, shape (n,), worked out from G alone."""
    rest, _ = deficit_moments(deficits.proficiency, np.clip(deficits.target - gains, 0, 1))
    return float((deficits.deficit - rest).sum())


def test_one_programme_for_all_is_worth_what_each_closes():
    """Seats without limit and time for everything: the bound is Σ φ(g), up to its tangents."""
    policy = rules()
    record = region([{}] * 12, weak(12), [programme("a", "B.1")], [run("r", "a")])
    found = analyse(record, FRAMEWORK, policy, OPTIONS).supply
    deficits = _deficits(record, policy)["B.1"]
    exact = closed(deficits, np.full(12, gain()))
    assert found.deficit == pytest.approx(deficits.deficit.sum())
    assert exact <= found.closable <= exact * 1.06


def test_few_seats_bound_it():
    """Three seats of twelve cannot close more than three gains."""
    record = region([{}] * 12, weak(12), [programme("a", "B.1")], [run("r", "a", 3)])
    found = analyse(record, FRAMEWORK, rules(), OPTIONS).supply
    assert 0.8 * 3 * gain() < found.closable <= 3 * gain() + 1e-9


def test_no_time_closes_nothing():
    """A route of no minutes takes up no activity."""
    policy = rules()
    policy = replace(policy, limits=replace(policy.limits, total_max_min=0))
    record = region([{}] * 5, weak(5), [programme("a", "B.1")], [run("r", "a")])
    assert analyse(record, FRAMEWORK, policy, OPTIONS).supply.closable == pytest.approx(0.0)


def test_no_open_run_says_nothing_about_it():
    """Without a run the bound is not a number, with one that helps nobody it is zero."""
    record = region([{}] * 5, weak(5), [programme("a", "B.1")], [])
    assert np.isnan(analyse(record, FRAMEWORK, rules(), OPTIONS).supply.closable)
    record = region([{}] * 5, weak(5), [programme("a", "M.2")], [run("r", "a")])
    assert analyse(record, FRAMEWORK, rules(), OPTIONS).supply.closable == 0.0


def test_no_arrangement_closes_more():
    """Four people, two nodes, three programmes with few seats: none of all arrangements is above
    the bound, and the best is near it."""
    policy = rules()
    rng = np.random.default_rng(4)
    for _ in range(6):
        scores = [
            (f"e{i}", node, int(rng.integers(0, 5))) for i in range(4) for node in ("B.1", "A.2.1")
        ]
        about = [("a", "B.1"), ("b", "A.2.1"), ("c", "B.1")]
        seats = [int(rng.integers(1, 4)) for _ in about]
        record = region(
            [{}] * 4,
            scores,
            [programme(name, node) for name, node in about],
            [run(f"r{name}", name, n) for (name, _), n in zip(about, seats, strict=True)],
        )
        bound = analyse(record, FRAMEWORK, policy, OPTIONS).supply.closable
        deficits = _deficits(record, policy)
        best = 0.0
        for takes in product(product((0, 1), repeat=3), repeat=4):
            table = np.array(takes)
            if (table.sum(axis=0) > seats).any():
                continue
            total = sum(
                closed(deficits[node], gain() * table[:, [n == node for _, n in about]].sum(axis=1))
                for node in ("B.1", "A.2.1")
            )
            best = max(best, total)
        assert best <= bound + 1e-9
        assert best >= 0.85 * bound


def test_tangents_lie_above_a_concave_function_and_touch_it():
    """Of 1 − e^(−4z), never more than 0.9: the pieces are never below, and meet it where they
    touch; slopes there are 4·e^(−4z)."""
    at = np.array([0.0, 0.05, 0.1, 0.2, 0.35])
    slope = 4 * np.exp(-4 * at)
    length = tangent_lengths((1 - np.exp(-4 * at))[:, None], slope[:, None], np.array([0.9]))
    ends = np.cumsum([0.0, *length[:, 0]])
    value = np.cumsum([0.0, *(length[:, 0] * slope)])
    z = np.linspace(0, ends[-1], 200)
    over = np.interp(z, ends, value) - np.minimum(1 - np.exp(-4 * z), 0.9)
    assert over.min() > -1e-12
    assert np.interp(at, ends, value) == pytest.approx(1 - np.exp(-4 * at))
    assert value[-1] == pytest.approx(0.9)
