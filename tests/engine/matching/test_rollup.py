"""Coverage of demands: nothing twice, nearest demand takes it, splitting changes nothing."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import DemandKind, FloatArray
from engine.errors import InputError
from engine.framework import Framework
from engine.matching.rollup import roll_matrix, roll_up
from tests.engine.matching.records import demand, tree

TREE = tree("a", "a.1", "a.1.x", "a.1.y", "a.2", "a.2.z", "b", "b.1")
NO_TEXT = np.zeros((1, 0))


def _rolled(framework: Framework, given: dict[str, float], *nodes: str) -> list[float]:
    row = np.zeros((1, len(framework)))
    for code, share in given.items():
        row[0, framework.index[code]] = share
    demands = [demand(code) for code in nodes]
    similarity = np.zeros((1, len(demands)))
    table = roll_up(sp.csr_array(row), roll_matrix(framework, demands), similarity)
    values: list[float] = table.toarray()[0].tolist()
    return values


def test_leaves_roll_up_to_the_measured_block() -> None:
    """0.3 + 0.2 of two leaves are 0.5 of their block; what no demand is above is left out."""
    assert _rolled(TREE, {"a.1.x": 0.3, "a.1.y": 0.2, "b.1": 0.4}, "a.1") == [0.5]


def test_a_demanded_leaf_takes_its_own_from_the_parent() -> None:
    """With a request for a.1.x the block keeps the rest only."""
    given = {"a.1.x": 0.3, "a.1.y": 0.2}
    assert _rolled(TREE, given, "a.1", "a.1.x") == pytest.approx([0.2, 0.3])


def test_the_nearest_of_nested_demands_takes_it() -> None:
    """Leaf, block and direction demanded: each minute goes to one of them."""
    given = {"a.1.x": 0.3, "a.1.y": 0.2, "a.2.z": 0.4}
    assert _rolled(TREE, given, "a", "a.1", "a.1.x") == pytest.approx([0.4, 0.2, 0.3])


def test_coverage_of_a_block_is_spread_evenly_over_its_children() -> None:
    """0.6 of a.1 gives its demanded child one half, the block the other."""
    assert _rolled(TREE, {"a.1": 0.6}, "a.1", "a.1.x") == pytest.approx([0.3, 0.3])


def test_two_demands_for_one_node_share_it() -> None:
    """The same node demanded twice is not counted twice."""
    assert _rolled(TREE, {"a.1.x": 0.6}, "a.1.x", "a.1.x") == pytest.approx([0.3, 0.3])


@settings(deadline=None)
@given(
    shares=st.lists(st.floats(0.0, 0.3), min_size=3, max_size=3),
    parts=st.integers(1, 30),
    wanted=st.sets(st.sampled_from(["a", "a.1", "a.1.x", "b"])),
)
def test_splitting_a_leaf_without_demand_changes_nothing(
    shares: list[float], parts: int, wanted: set[str]
) -> None:
    """An unmeasured leaf in 1 or 30 parts: every demand is covered as before."""
    codes = sorted(wanted)
    whole = dict(zip(("a.1.x", "a.2.z", "a"), shares, strict=True))
    new = [f"a.2.z.{i}" for i in range(parts)]
    split_tree = tree(*TREE.codes, *new)
    split = {k: v for k, v in whole.items() if k != "a.2.z"}
    split |= dict.fromkeys(new, whole["a.2.z"] / parts)
    assert _rolled(split_tree, split, *codes) == pytest.approx(_rolled(TREE, whole, *codes))


@settings(deadline=None)
@given(
    cells=st.lists(st.floats(0, 1), min_size=8, max_size=8),
    wanted=st.lists(st.sampled_from(TREE.codes), max_size=5),
    alike=st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_no_minute_is_counted_twice(
    cells: list[float], wanted: list[str], alike: list[float]
) -> None:
    """Whatever is demanded, a row never sums to more than the activity covers, nor above 1."""
    row = np.array([cells]) / max(1.0, sum(cells))
    demands = [demand(code) for code in wanted]
    texts = [demand(code=f"request:{i}", kind=DemandKind.REQUEST, text="т") for i in range(2)]
    similarity = np.array([[0.0] * len(demands) + alike])
    rolled = roll_up(sp.csr_array(row), roll_matrix(TREE, [*demands, *texts]), similarity)
    dense: FloatArray = rolled.toarray()
    assert (dense >= 0).all()
    assert dense[:, : len(demands)].sum() <= row.sum() + 1e-9
    assert dense.sum() <= 1 + 1e-9


def test_a_request_by_text_gets_what_is_left() -> None:
    """0.7 covered: two texts alike by 1 and 0.5 share the remaining 0.3 as 2 : 1."""
    demands = [
        demand("a.1"),
        demand(code="request:1", kind=DemandKind.REQUEST, text="т"),
        demand(code="request:2", kind=DemandKind.REQUEST, text="т"),
    ]
    row = np.zeros((1, len(TREE)))
    row[0, TREE.index["a.1.x"]] = 0.7
    table = roll_up(
        sp.csr_array(row), roll_matrix(TREE, demands), np.array([[0.0, 1.0, 0.5]])
    ).toarray()
    assert table[0].tolist() == pytest.approx([0.7, 0.2, 0.1])


def test_unknown_node_is_refused() -> None:
    """A demand for a node that is not there is an input error with the node's name."""
    with pytest.raises(InputError, match=r"нет\.такой"):
        roll_matrix(TREE, [demand("нет.такой")])


def test_no_demand_and_no_activity() -> None:
    """Empty inputs give empty tables of the right shape."""
    assert roll_matrix(TREE, []).shape == (8, 0)
    table = roll_up(sp.csr_array((1, 8)), roll_matrix(TREE, []), NO_TEXT)
    assert table.shape == (1, 0)


SUBJECTS = tree("s", "s.n", "s.n.bio", "s.n.phy", "s.n.che", "s.m", "s.m.alg", "p", "p.1")
FOR_BIOLOGY = np.isin(SUBJECTS.codes, ["s", "s.n", "s.n.bio", "p", "p.1"])


def _rolled_for_biology(given: dict[str, float], *nodes: str) -> list[float]:
    row = np.zeros((1, len(SUBJECTS)))
    for code, share in given.items():
        row[0, SUBJECTS.index[code]] = share
    demands = [demand(code) for code in nodes]
    roll = roll_matrix(SUBJECTS, demands, FOR_BIOLOGY)
    values: list[float] = (
        roll_up(sp.csr_array(row), roll, np.zeros((1, len(demands)))).toarray()[0].tolist()
    )
    return values


def test_what_does_not_apply_fills_no_block() -> None:
    """Of 0.3 biology, 0.4 physics and 0.2 algebra the measured direction gets the biology."""
    given = {"s.n.bio": 0.3, "s.n.phy": 0.4, "s.m.alg": 0.2}
    assert _rolled_for_biology(given, "s") == pytest.approx([0.3])
    assert _rolled_for_biology({"s.n.phy": 0.9}, "s") == [0.0]


def test_a_request_for_what_does_not_apply_gets_all_of_it() -> None:
    """Who teaches biology and asks for physics and for algebra's block is served in full."""
    given = {"s.n.bio": 0.3, "s.n.phy": 0.4, "s.m.alg": 0.2}
    assert _rolled_for_biology(given, "s", "s.n.phy", "s.m") == pytest.approx([0.3, 0.4, 0.2])


def test_coverage_of_a_block_goes_to_the_part_that_applies() -> None:
    """0.6 of a block of three subjects is 0.6 for the one taught, but 0.2 for a requested one."""
    assert _rolled_for_biology({"s.n": 0.6}, "s") == pytest.approx([0.6])
    assert _rolled_for_biology({"s.n": 0.6}, "s", "s.n.phy") == pytest.approx([0.4, 0.2])
    assert _rolled_for_biology({"s.m": 0.6}, "s") == [0.0]


@settings(deadline=None)
@given(
    cells=st.lists(st.floats(0, 1), min_size=9, max_size=9),
    wanted=st.lists(st.sampled_from(SUBJECTS.codes), max_size=5),
)
def test_whom_nodes_apply_to_makes_no_minute_of_nothing(
    cells: list[float], wanted: list[str]
) -> None:
    """With leaves left out a row still never sums to more than the activity covers."""
    row = np.array(cells) / max(1.0, sum(cells))
    rolled = _rolled_for_biology(dict(zip(SUBJECTS.codes, row.tolist(), strict=True)), *wanted)
    assert min(rolled, default=0.0) >= 0
    assert sum(rolled) <= row.sum() + 1e-9
