"""The chance of growth agrees with the change at re-diagnosis that educators are shown."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import scipy.sparse as sp

from engine.diagnostics.dynamics import estimate_changes
from engine.domain import DiagnosticResult, Educator, Method, Position
from engine.matching.signals import EPOCH
from engine.recommender.request import RouteRequest
from engine.training.gains import MeasuredGrowth, node_and_ancestors
from tests.engine.training.histories import FRAMEWORK, POLICY

AS_OF = dt.datetime(2026, 8, 31, 12, tzinfo=dt.UTC)
ABOVE = node_and_ancestors(FRAMEWORK)
LEAF = "MET.ASM.01"
OTHER = "PSY.SLF.01"
DAYS = (dt.date(2025, 9, 10), dt.date(2026, 1, 20), dt.date(2026, 6, 1))


def sitting(day: dt.date, score: float, node: str = LEAF, tasks: int = 12) -> DiagnosticResult:
    return DiagnosticResult(f"d{day}", day, Method.TEST, node, score, tasks, tasks)


def growth(*results: DiagnosticResult) -> MeasuredGrowth:
    person = RouteRequest(Educator("e", Position.TEACHER), AS_OF, diagnostics=results)
    return MeasuredGrowth(person, FRAMEWORK, POLICY, ABOVE)


def covering(**shares: float) -> sp.csr_array:
    cells = np.zeros((1, len(FRAMEWORK)))
    for node, share in shares.items():
        cells[0, FRAMEWORK.index[node.replace("_", ".")]] = share
    return sp.csr_array(cells)


def day_number(day: dt.date, plus: int = 0) -> float:
    return float(day.toordinal() - EPOCH + plus)


COVER = covering(MET_ASM_01=0.4)


@pytest.mark.parametrize("scores", [(3.0, 11.0), (6.0, 6.0), (11.0, 4.0), (0.0, 12.0)])
def test_one_node_between_two_sittings_is_the_change_that_is_shown(
    scores: tuple[float, float],
) -> None:
    """Of an activity of one node it is P(θ after > θ before) of ``estimate_changes``."""
    results = [sitting(DAYS[0], scores[0]), sitting(DAYS[2], scores[1])]
    found = growth(*results).chance(COVER, day_number(DAYS[0], 20), day_number(DAYS[2], -20))
    (shown,) = estimate_changes(results, (), FRAMEWORK, POLICY, AS_OF)
    assert found == pytest.approx(shown.probability_grown, abs=2e-3)
    assert (found > 0.5) == (scores[1] > scores[0]) or scores[0] == scores[1]


def test_the_sittings_next_to_the_activity_count() -> None:
    """Around a fall between two rises only the fall is seen; over all three, first against last."""
    results = [sitting(DAYS[0], 4.0), sitting(DAYS[1], 11.0), sitting(DAYS[2], 5.0)]
    own = growth(*results)
    first = own.chance(COVER, day_number(DAYS[0], 5), day_number(DAYS[1], -5))
    second = own.chance(COVER, day_number(DAYS[1], 5), day_number(DAYS[2], -5))
    whole = own.chance(COVER, day_number(DAYS[0], 5), day_number(DAYS[2], -5))
    (shown,) = estimate_changes(results, (), FRAMEWORK, POLICY, AS_OF)
    assert first > 0.9
    assert second < 0.1
    assert whole == pytest.approx(shown.probability_grown, abs=2e-3)
    assert second < whole < first


def test_a_sitting_of_the_first_day_is_before_and_one_of_the_last_day_after() -> None:
    """The bounds belong to their sides; one day cannot be both."""
    own = growth(sitting(DAYS[0], 3.0), sitting(DAYS[1], 11.0))
    assert own.chance(COVER, day_number(DAYS[0]), day_number(DAYS[1])) > 0.9
    assert np.isnan(own.chance(COVER, day_number(DAYS[0], -1), day_number(DAYS[1])))
    assert np.isnan(own.chance(COVER, day_number(DAYS[0]), day_number(DAYS[1], 1)))
    assert np.isnan(own.chance(COVER, day_number(DAYS[1]), day_number(DAYS[1])))


def test_without_two_sittings_of_what_is_covered_it_is_not_known() -> None:
    """One sitting, or two of other nodes, or none at all: NaN."""
    span = (day_number(DAYS[0]), day_number(DAYS[2]))
    assert np.isnan(growth(sitting(DAYS[0], 3.0)).chance(COVER, *span))
    assert np.isnan(growth().chance(COVER, *span))
    elsewhere = growth(sitting(DAYS[0], 3.0, OTHER), sitting(DAYS[2], 9.0, OTHER))
    assert np.isnan(elsewhere.chance(COVER, *span))
    assert elsewhere.chance(covering(PSY_SLF_01=0.1), *span) > 0.9


def test_an_activity_on_a_leaf_shows_at_the_block_that_was_measured() -> None:
    """Nodes above what is covered count: a test of the block tells of its leaf."""
    own = growth(sitting(DAYS[0], 3.0, "MET.ASM"), sitting(DAYS[2], 11.0, "MET.ASM"))
    assert own.chance(COVER, day_number(DAYS[0]), day_number(DAYS[2])) > 0.9


def test_two_nodes_weigh_by_their_coverage() -> None:
    """P(Σ coverage · change > 0), by 200 000 draws from the joint posterior."""
    own = growth(
        sitting(DAYS[0], 3.0),
        sitting(DAYS[2], 9.0),
        sitting(DAYS[0], 9.0, OTHER),
        sitting(DAYS[2], 5.0, OTHER),
    )
    span = (day_number(DAYS[0]), day_number(DAYS[2]))
    assert own.posterior is not None
    moments = [(LEAF, DAYS[0]), (LEAF, DAYS[2]), (OTHER, DAYS[0]), (OTHER, DAYS[2])]
    mean, covariance = own.posterior.at(moments)
    drawn = np.random.default_rng(0).multivariate_normal(mean, covariance, 200_000)
    change = drawn[:, [1, 3]] - drawn[:, [0, 2]]
    for share in (0.05, 0.25, 0.45):
        found = own.chance(covering(MET_ASM_01=share, PSY_SLF_01=0.5 - share), *span)
        grown = np.mean(change @ np.array([share, 0.5 - share]) > 0)
        assert found == pytest.approx(grown, abs=0.005)


def test_more_tasks_make_the_same_growth_surer() -> None:
    """From 40 % to 60 %: five tasks can hardly tell, eighty can."""
    few, many = (
        growth(sitting(DAYS[0], 0.4 * n, tasks=n), sitting(DAYS[2], 0.6 * n, tasks=n)).chance(
            COVER, day_number(DAYS[0]), day_number(DAYS[2])
        )
        for n in (5, 80)
    )
    assert 0.5 < few < many


def test_node_and_ancestors_by_hand() -> None:
    """A row holds the node, its block and its direction, and nothing else."""
    table = ABOVE.toarray()
    row = table[FRAMEWORK.index[LEAF]]
    assert {FRAMEWORK.codes[i] for i in np.flatnonzero(row)} == {LEAF, "MET.ASM", "MET"}
    assert set(np.unique(table)) == {0.0, 1.0}
    assert table[FRAMEWORK.index["MET"]].sum() == 1
