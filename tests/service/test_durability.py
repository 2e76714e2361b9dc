"""Kill -9 under write load: a short version of ``python -m tests.bench.durability``."""

from __future__ import annotations

import pytest

from tests.bench.durability import kill_rounds


@pytest.mark.parametrize(
    ("database", "rounds"),
    [("sqlite", 3), pytest.param("postgres", 2, marks=pytest.mark.postgres)],
)
def test_nothing_acknowledged_is_lost_when_the_service_or_a_worker_is_killed(
    database: str, rounds: int
) -> None:
    """The service, then a worker, then the service again is killed in the middle of writes. Every
    acknowledged route, agreement and enrolment is there, what got no answer is done once when it
    is sent again, no route is half, nothing is held twice, and no request waits for ever.
    """
    done, journal = kill_rounds(database, rounds, activities=20)
    assert [r.whom for r in done] == ["service", "worker", "service"][:rounds]
    assert journal.writes >= rounds
    assert journal.routes
