"""Many solves in one process hold no more memory than few, and none crashes."""

from __future__ import annotations

import pytest

from tests.bench.endurance import in_child

pytestmark = pytest.mark.slow

SMALL = ["--activities", "300", "--educators", "10", "--deadline-ms", "2000", "--gap", "0.05"]
MARKS = ["--marks", "15", "40"]
RISE_MOST_MIB = 2.0
"""Between 15 and 40 solves: a leak of 80 KiB a solve; without one it is 0.3 MiB."""


def test_memory_is_flat() -> None:
    """After 25 more solves of 300 activities memory has risen by less than a leak would make."""
    growth = in_child([*SMALL, *MARKS])
    assert growth.faults == []
    assert sum(growth.statuses.values()) == 40
    assert growth.rise_mib() < RISE_MOST_MIB, growth


def test_a_leak_is_seen() -> None:
    """With 120 KiB kept for each solve the same measure exceeds the limit of the test above."""
    growth = in_child([*SMALL, *MARKS, "--leak-kib", "120"])
    assert growth.rise_mib() > RISE_MOST_MIB, growth


@pytest.mark.long
def test_two_thousand_solves_on_a_large_catalogue() -> None:
    """3 000 activities: from 200 to 2 000 solves memory rises by less than 30 MiB, no crash."""
    growth = in_child([])
    assert growth.faults == []
    assert sum(growth.statuses.values()) == 2_000
    assert growth.rise_mib() < 30, growth
    assert max(growth.resident_mib.values()) < 700
