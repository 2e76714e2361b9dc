"""Kill -9 under write load: a short version of ``python -m tests.bench.durability``."""

from __future__ import annotations

import pytest

from tests.bench.durability import kill_rounds

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("database", "rounds"),
    [
        ("sqlite", 2),
        pytest.param("postgres", 1, marks=pytest.mark.postgres),
        pytest.param("sqlite", 10, marks=pytest.mark.long),
        pytest.param("postgres", 10, marks=[pytest.mark.postgres, pytest.mark.long]),
    ],
)
def test_nothing_acknowledged_is_lost_when_the_service_or_a_worker_is_killed(
    database: str, rounds: int
) -> None:
    """By turns the service and a worker is killed in the middle of writes. Every
    acknowledged route, agreement and enrolment is there, what got no answer is done once when it
    is sent again, no route is half, nothing is held twice, and no request waits for ever.
    """
    done, journal = kill_rounds(database, rounds, activities=20)
    assert [r.whom for r in done] == [("service", "worker")[i % 2] for i in range(rounds)]
    assert journal.writes >= rounds
    assert journal.routes
