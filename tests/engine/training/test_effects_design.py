"""Which completions count for which measurement, and how much."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
import scipy.sparse as sp

from engine.domain import Activity, DiagnosticResult, Educator, Form, Kind, Method, Position
from engine.interactions import Interactions, State
from engine.training.effects_baseline import baselines
from engine.training.effects_coverage import RolledCoverage
from engine.training.effects_design import Completions, Expected, design_of
from engine.training.effects_evidence import EPOCH, batches_of, measurements_of
from engine.training.effects_population import Population
from tests.engine.training.effect_world import FRAMEWORK, NODES, POLICY

A, B = NODES[:2]
BLOCK = FRAMEWORK.ancestors(A)[0].code
DAY0 = dt.date(2025, 1, 1)
PK = Activity("pk", Kind.DPP_PK, "p", 32.0, Form.FORMAL, provider="P")
SEMINAR = Activity("s", Kind.SEMINAR, "s", 4.0, Form.NON_FORMAL)
# 32 and 4 academic hours are 24 and 3 clock hours; h0 is 24 and 4, the effects 0.45 and 0.15.


def result(node, day):
    """A score of four of eight."""
    date = DAY0 + dt.timedelta(days=day)
    return DiagnosticResult(f"p{day}", date, Method.TEST, node, 4.0, 8.0, n_tasks=8)


def design(diagnostics, done, coverage, rate=1.0, educators=None):
    """Design for activities pk and s; ``done`` = (person, activity, day taken, ended, state)."""
    table = measurements_of(diagnostics, POLICY.diagnostics)
    base = (DAY0.toordinal() - EPOCH,)
    interactions = Interactions.from_columns(
        [d[0] for d in done],
        [d[1] for d in done],
        np.array([base[0] + d[2] for d in done], dtype=np.float64),
        [d[4] for d in done],
        ended=np.array([base[0] + d[3] for d in done], dtype=np.float64),
    )
    population = Population.of(table, FRAMEWORK, POLICY.diagnostics)
    dense = np.zeros((2, len(FRAMEWORK)))
    for i, cover in enumerate(coverage):
        for code, share in cover.items():
            dense[i, FRAMEWORK.index[code]] = share
    rolled = RolledCoverage(table, sp.csr_array(dense), FRAMEWORK, educators or {})
    return table, design_of(
        table,
        baselines(table, batches_of(table), population, POLICY.diagnostics),
        Completions.of(interactions, table.people, [PK, SEMINAR]),
        Expected.of([PK, SEMINAR], POLICY.value, rate),
        rolled,
    )


def test_entries_by_hand():
    """0.45 · (1 − e^(−0.5 · 24/24)) = 0.177061 and 0.15 · (1 − e^(−3/4)) = 0.079145."""
    both = [("e", "pk", 5, 20, "completed"), ("e", "s", 10, 10, "completed")]
    _, found = design({"e": [result(A, 0), result(A, 60)]}, both, [{A: 0.5}, {A: 1.0}])
    expected = [0.45 * (1 - math.exp(-0.5)), 0.15 * (1 - math.exp(-0.75))]
    np.testing.assert_allclose(found.now.toarray(), [expected])
    np.testing.assert_allclose(expected, [0.177061, 0.079145], atol=1e-6)
    assert found.activity.tolist() == [0, 1]
    assert found.completions.tolist() == [1, 1]


def test_benefit_rate_scales_by_kind():
    """Half of those who complete a programme benefit: half of the gain is expected."""
    done = [("e", "pk", 5, 20, "completed"), ("e", "s", 10, 10, "completed")]
    rows = {"e": [result(A, 0), result(A, 60)]}
    _, whole = design(rows, done, [{A: 0.5}, {A: 1.0}])
    _, half = design(rows, done, [{A: 0.5}, {A: 1.0}], rate={Kind.DPP_PK: 0.5})
    np.testing.assert_allclose(half.now.toarray(), whole.now.toarray() * [0.5, 1.0])


@pytest.mark.parametrize("rate", [0.0, 1.5, {Kind.DPP_PK: -0.1}])
def test_impossible_benefit_rate_is_refused(rate):
    """A chance lies in (0, 1]."""
    with pytest.raises(ValueError, match="benefit_rate"):
        Expected.of([PK], POLICY.value, rate)


@pytest.mark.parametrize(
    ("ended", "state", "counts"),
    [
        (0, "completed", [0, 0]),
        (1, "completed", [1, 0]),
        (60, "completed", [1, 0]),
        (61, "completed", [0, 1]),
        (121, "completed", [0, 0]),
        (30, "dropped", [0, 0]),
        (30, "enrolled", [0, 0]),
    ],
)
def test_a_completion_counts_once_in_its_interval(ended, state, counts):
    """Between two measurements, the later day included; who dropped out does not count."""
    rows = {"e": [result(A, 0), result(A, 60), result(A, 120)]}
    other = ("e", "s", 200, 200, "completed")
    done = [("e", "pk", -30, ended, state), other]
    _, found = design(rows, done, [{A: 0.5}, {A: 1.0}])
    assert (found.now.toarray().sum(axis=1) > 0).astype(int).tolist() == counts


def test_nodes_not_measured_again_say_nothing():
    """A completion on B, where only A was measured twice, has no column."""
    rows = {"e": [result(A, 0), result(B, 0), result(A, 60)]}
    _, found = design(rows, [("e", "pk", 5, 20, "completed")], [{B: 1.0}, {}])
    assert found.now.nnz == 0
    assert found.by_activity.tolist() == [0, 0]


def test_taking_up_stands_for_an_unknown_end():
    """Where nobody wrote down the end, the day of taking up counts."""
    rows = {"e": [result(A, 0), result(A, 60)]}
    _, found = design(rows, [("e", "pk", 5, np.nan, State.COMPLETED)], [{A: 0.5}, {}])
    assert found.completions.tolist() == [1]


def test_order_without_days_is_refused():
    """Interactions that know their order only cannot be laid between sittings."""
    from dataclasses import replace

    some = Interactions.from_columns(["e"], ["pk"], np.array([1.0]), ["completed"], clock="order")
    with pytest.raises(ValueError, match="days"):
        Completions.of(replace(some, clock="order"), ["e"], [PK])


def test_measured_block_has_the_coverage_of_its_leaves():
    """0.2 + 0.3 on two leaves of a block make 0.5 on the block; a measured leaf keeps its own."""
    leaves = [n.code for n in FRAMEWORK.children(BLOCK)]
    cover = [{leaves[0]: 0.2, leaves[1]: 0.3}, {}]
    done = [("e", "pk", 5, 20, "completed")]
    _, block = design({"e": [result(BLOCK, 0), result(BLOCK, 60)]}, done, cover)
    np.testing.assert_allclose(block.now.toarray(), [[0.45 * (1 - math.exp(-0.5))]])
    rows = [result(BLOCK, 0), result(leaves[0], 0), result(BLOCK, 60), result(leaves[0], 60)]
    table, both = design({"e": rows}, done, cover)
    by_node = {
        table.nodes[k]: float(both.now.toarray()[:, c].sum()) for c, k in enumerate(both.node)
    }
    assert by_node[BLOCK] == pytest.approx(0.45 * (1 - math.exp(-0.3)))
    assert by_node[leaves[0]] == pytest.approx(0.45 * (1 - math.exp(-0.2)))


def test_what_does_not_apply_does_not_count_for_a_block():
    """A block of subjects measured for a teacher has only the coverage of his own subject."""
    leaves = [n for n in FRAMEWORK.children("SUB.HUM") if n.subjects]
    own, foreign = leaves[0], leaves[1]
    cover = [{own.code: 0.2, foreign.code: 0.3}, {}]
    teacher = Educator("e", Position.TEACHER, subjects=(own.subjects[0][0],))
    applies = FRAMEWORK.applies_to(teacher.position, teacher.subjects, teacher.stages)
    assert applies[FRAMEWORK.index[own.code]]
    assert not applies[FRAMEWORK.index[foreign.code]]
    rows = {"e": [result("SUB.HUM", 0), result("SUB.HUM", 60)]}
    done = [("e", "pk", 5, 20, "completed")]
    _, found = design(rows, done, cover, educators={"e": teacher})
    np.testing.assert_allclose(found.now.toarray(), [[0.45 * (1 - math.exp(-0.2))]])


def test_earlier_gains_are_carried_along_the_chain():
    """A gain before the second sitting reaches the third by its unseen part, the fourth by more."""
    rows = {"e": [result(A, day) for day in (0, 60, 120, 180)]}
    table, found = design(rows, [("e", "pk", 5, 20, "completed")], [{A: 0.5}, {}])
    now, carried = (m.toarray()[:, 0] for m in (found.now, found.carried))
    assert now[0] > 0
    assert now[1:].tolist() == [0.0, 0.0]
    population = Population.of(table, FRAMEWORK, POLICY.diagnostics)
    bases = baselines(table, batches_of(table), population, POLICY.diagnostics)
    # Rows of the sittings 1, 2, 3; the gain stands before the evidence of 1 and all later.
    unseen = {b.batch.evidence.shape[1]: b.unseen[0, 0] for b in bases}
    np.testing.assert_allclose(carried, [0, unseen[2][1] * now[0], unseen[3][1:].sum() * now[0]])
    assert 0 < carried[1] < now[0]
