"""Frames of scores against records of each person."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from engine.analysis.evidence import evidence_of
from engine.deficits.group_measures import Measurements, Member, Targets, assess
from engine.diagnostics import estimate_proficiency
from engine.domain import DiagnosticResult, Educator, Method, Position
from engine.errors import ConfigurationError
from tests.engine.analysis.small import AS_OF, FRAMEWORK, TODAY, rules, sittings

NODES = ("A.1", "A.1.1", "A.2.1", "B.1")
PEOPLE = [Educator(f"e{i}", Position.TEACHER) for i in range(30)]


def _drawn(rng):
    """Some sittings of everybody: tests and self-assessments of the last ten months."""
    rows = []
    for person in PEOPLE[:-1]:
        for sitting in range(int(rng.integers(1, 4))):
            day = TODAY - dt.timedelta(days=int(rng.integers(0, 90)) + 100 * sitting)
            method = str(rng.choice(["test", "self"]))
            for node in rng.choice(NODES, 2, replace=False):
                more = {"procedure": f"p{sitting}", "date": pd.Timestamp(day), "method": method}
                rows.append((person.id, str(node), int(rng.integers(0, 7)), more))
    return sittings(rows)


def _found(frame, policy):
    ids = pd.Series([p.id for p in PEOPLE])
    targets = Targets.of(PEOPLE, FRAMEWORK, policy)
    return evidence_of(frame, ids, targets, FRAMEWORK, policy, TODAY), targets


@pytest.mark.parametrize("stated", [False, True], ids=["tasks of the policy", "tasks stated"])
def test_a_frame_says_what_records_say(stated):
    """Levels, deficits and posteriors are those of ``estimate_proficiency``, to 1e-9."""
    policy = rules(change_sd=1.0)
    frame = _drawn(np.random.default_rng(0))
    if stated:
        frame["n_tasks"] = np.random.default_rng(1).integers(3, 9, len(frame)).astype(float)
    found, targets = _found(frame, policy)
    members = [
        Member(
            person,
            estimate_proficiency(
                [
                    DiagnosticResult(
                        r.procedure,
                        r.date.date(),
                        Method(r.method),
                        r.node,
                        r.score,
                        r.max_score,
                        int(r.n_tasks) if stated else None,
                    )
                    for r in frame[frame["educator"] == person.id].itertuples()
                ],
                (),
                FRAMEWORK,
                policy,
                AS_OF,
            ),
        )
        for person in PEOPLE
    ]
    expected = assess(Measurements.of(members, FRAMEWORK), targets, policy)
    assert len(expected.person) > 80
    for name in ("person", "node", "level"):
        assert getattr(found.assessed, name).tolist() == getattr(expected, name).tolist()
    for name in ("mean", "sd", "probability", "odds_mean", "odds_sd"):
        np.testing.assert_allclose(
            getattr(found.assessed, name), getattr(expected, name), rtol=0, atol=1e-9
        )
    assert found.n_unused == 0


def test_the_newest_official_result_speaks_for_a_person():
    """A later self-assessment does not; the score of six tasks is three done and three not."""
    early, late = pd.Timestamp(2026, 6, 1), pd.Timestamp(2026, 8, 1)
    frame = sittings(
        [
            ("e0", "B.1", 1, {"date": early - pd.Timedelta(days=60), "procedure": "o"}),
            ("e0", "B.1", 3, {"date": early}),
            ("e0", "B.1", 6, {"date": late, "method": "self", "procedure": "q"}),
        ]
    )
    found, _ = _found(frame, rules())
    assert (found.newest.successes.tolist(), found.newest.failures.tolist()) == ([3.0], [3.0])
    assert found.newest.procedure_sd[found.newest.procedure].tolist() == [0.2]


def test_criteria_of_one_card_are_one_score():
    """Four marks of one node on one day are four tasks, of which those marked count as done."""
    marks = [("e0", "B.1", score, {"max_score": 1.0}) for score in (1, 1, 0, 1)]
    found, _ = _found(sittings(marks), rules())
    assert found.newest.successes.tolist() == [3.0]
    assert found.newest.failures.tolist() == [1.0]


def test_rows_that_cannot_count_are_counted_as_such():
    """Somebody unknown, an unknown node, tomorrow, too old, and no score: five rows are unused."""
    frame = sittings(
        [
            ("e0", "B.1", 3),
            ("stranger", "B.1", 3),
            ("e0", "nowhere", 3),
            ("e0", "B.1", 3, {"date": pd.Timestamp(2026, 9, 2)}),
            ("e0", "B.1", 3, {"date": pd.Timestamp(2025, 9, 1)}),
            ("e0", "A.1", np.nan),
        ]
    )
    found, _ = _found(frame, rules())
    assert found.n_unused == 5
    assert found.assessed.person.tolist() == [0]


def test_no_rows_are_no_people():
    """An empty frame gives an empty answer."""
    found, _ = _found(sittings([]), rules())
    assert (len(found.assessed.person), found.n_unused) == (0, 0)


def test_a_method_that_the_policy_does_not_know_is_refused():
    """The policy must say what a method is worth."""
    with pytest.raises(ConfigurationError, match="test"):
        _found(sittings([("e0", "B.1", 3)]), rules(reliability={}))
