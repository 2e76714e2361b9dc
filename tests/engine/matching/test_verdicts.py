"""Reasons from codes: the right ones, in order, shared, and however many there are."""

import numpy as np
import pytest

from engine.domain import Reason
from engine.matching.verdicts import MOST_COMBINATIONS, Groups, Verdicts


def test_groups_number_values_as_they_come() -> None:
    """Equal values are one group; the order is that of their first appearance."""
    groups = Groups.by(["ru", "tt", "ru", "en", "tt"])
    assert groups.values == ("ru", "tt", "en")
    assert groups.of.tolist() == [0, 1, 0, 2, 1]
    assert Groups.by([]).values == ()


def test_by_hand() -> None:
    """Three rules: the tuple has the rules' order, who is admitted by all is absent."""
    one, red, blue = Reason("one"), Reason("colour", {"c": "red"}), Reason("colour", {"c": "blue"})
    verdicts = Verdicts(4)
    verdicts.add_one(np.array([True, False, False, False]), one)
    # groups: green is admitted, red and blue are not
    of = np.array([1, 0, 2, 0])
    verdicts.add_groups(np.array([False, True, True]), of, [red, blue])
    verdicts.add_one(np.zeros(4, dtype=np.bool_), Reason("never"))
    assert verdicts.reasons() == {0: (one, red), 2: (blue,)}


@pytest.mark.parametrize("most", [MOST_COMBINATIONS, 5_000, 60])
def test_many_rules_tell_every_combination_apart(most: int) -> None:
    """30 rules of up to 8 reasons, more than 64 bits hold: as put together one by one.

    A small limit makes the keys be numbered anew again and again; it changes nothing.
    """
    rng = np.random.default_rng(3)
    n = 200
    verdicts = Verdicts(n, most)
    expected: list[tuple[Reason, ...]] = [()] * n
    for rule in range(30):
        reasons = [Reason(f"r{rule}", {"k": k}) for k in range(rng.integers(1, 9))]
        code = np.where(rng.random(n) < 0.3, rng.integers(1, len(reasons) + 1, n), 0)
        code[-5:] = 0  # admitted by all
        verdicts.add(code, reasons)
        expected = [
            (*before, reasons[k - 1]) if k else before
            for before, k in zip(expected, code.tolist(), strict=True)
        ]
    assert verdicts.reasons() == {i: reasons for i, reasons in enumerate(expected) if reasons}


def test_numbering_anew_when_nobody_is_without_a_reason() -> None:
    """Keys that are all above 0 stay above 0."""
    verdicts = Verdicts(2, most=3)
    all_, second = Reason("all"), Reason("second")
    verdicts.add_one(np.array([True, True]), all_)
    verdicts.add_one(np.array([False, True]), second)
    assert verdicts.reasons() == {0: (all_,), 1: (all_, second)}


def test_equal_combinations_are_one_tuple() -> None:
    """Thousands of activities that are forbidden alike share one tuple, and its reason."""
    verdicts = Verdicts(1_000)
    verdicts.add_one(np.ones(1_000, dtype=np.bool_), Reason("all"))
    verdicts.add_one(np.arange(1_000) % 2 == 0, Reason("even"))
    assert len({id(reasons) for reasons in verdicts.reasons().values()}) == 2


def test_no_activities_and_no_rules() -> None:
    """Nothing to say of nothing."""
    assert Verdicts(0).reasons() == {}
    verdicts = Verdicts(0)
    verdicts.add_one(np.zeros(0, dtype=np.bool_), Reason("x"))
    verdicts.add_groups(np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64), [])
    assert verdicts.reasons() == {}
