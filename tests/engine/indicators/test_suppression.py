"""Small parts of a table withheld."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.indicators import Slice, suppressed


def part(key, numerator, denominator):
    value = numerator / denominator if denominator else float("nan")
    return Slice("district", key, numerator, denominator, value)


def keys(slices):
    return [s.key for s in slices]


def test_small_groups_are_withheld_with_one_more():
    """A district of four people is withheld, and the next smallest, or it could be subtracted."""
    shown, withheld = suppressed([part("a", 10, 20), part("b", 2, 4), part("c", 6, 12)])
    assert keys(shown) == ["a"]
    assert keys(withheld) == ["b", "c"]


def test_few_counted_or_few_left_over_are_withheld():
    """Four of forty, and thirty-six of forty, both point at four people; none or all do not."""
    slices = [part("a", 4, 40), part("b", 36, 40), part("c", 0, 40), part("d", 40, 40)]
    shown, withheld = suppressed(slices)
    assert keys(withheld) == ["a", "b"]
    assert keys(shown) == ["c", "d"]


def test_five_are_enough_and_the_limit_can_be_stricter():
    """Five people are shown, four are not; with a limit of ten neither are."""
    slices = [part("a", 5, 10), part("b", 50, 100)]
    assert keys(suppressed(slices)[0]) == ["a", "b"]
    assert keys(suppressed(slices, least=10)[0]) == []


@given(
    st.lists(
        st.integers(0, 60).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))), max_size=8
    )
)
def test_no_withheld_part_follows_from_the_total(counts):
    """Nothing shown is small, and never is exactly one part with people missing from the total."""
    slices = [part(str(i), n, d) for i, (n, d) in enumerate(counts)]
    shown, withheld = suppressed(slices)
    assert sorted(keys(shown) + keys(withheld)) == sorted(keys(slices))
    for s in shown:
        assert not any(0 < n < 5 for n in (s.numerator, s.denominator, s.denominator - s.numerator))
    missing = [s for s in withheld if s.denominator > 0]
    assert len(missing) != 1 or not [s for s in shown if s.denominator > 0]
