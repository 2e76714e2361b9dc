"""From evidence to changes and proficiency in the answer."""

import datetime as dt

import numpy as np
import pytest

from engine.domain import DiagnosticResult, Educator, Method, Position
from engine.errors import InputError, NothingToPlan
from engine.framework import load_framework
from engine.policy import load_policy
from engine.recommender import RouteRequest
from engine.recommender.dynamics import deficits_of, dynamics_of, proficiency_entry
from engine.wording import likelihood_words, official_level_words

FRAMEWORK = load_framework()
POLICY = load_policy("default")
AS_OF = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))
TEACHER = Educator("e", Position.TEACHER, ("физика",))


def score(node, points, maximum, tasks, day="2026-05-20", procedure="final"):
    date = dt.date.fromisoformat(day)
    return DiagnosticResult(procedure, date, Method.TEST, node, points, maximum, tasks)


def asked(*results):
    return RouteRequest(educator=TEACHER, as_of=AS_OF, diagnostics=results)


def test_points_carry_what_papers_print():
    """Dates, procedures, shares, tasks (null where unknown) and official levels, by day."""
    request = asked(
        score("MET.ASM", 8, 24, 6, "2025-10-02", "entry"),
        score("MET.ASM", 20, 24, None),
        score("PSY.DEV", 5, 10, 5),
    )
    found = dynamics_of(request, FRAMEWORK, POLICY)
    (change,) = found.changes
    assert (found.educator_id, found.policy, found.as_of) == ("e", "default", AS_OF)
    assert (change.node, change.title) == ("MET.ASM", FRAMEWORK.node("MET.ASM").title)
    told = [(p.date.isoformat(), p.procedure_id, p.n_tasks, p.official_level)
            for p in change.points]  # fmt: skip
    assert told == [("2025-10-02", "entry", 6, "high"), ("2026-05-20", "final", None, "minimal")]
    assert [p.raw_share for p in change.points] == pytest.approx([8 / 24, 20 / 24])
    first, last = change.points
    assert change.change == pytest.approx(last.estimate - first.estimate)
    assert change.interval_90[0] < change.change < change.interval_90[1]


def test_nothing_measured_twice_gives_no_change():
    """An empty list, not a row of nulls."""
    assert dynamics_of(asked(score("MET.ASM", 8, 24, 6)), FRAMEWORK, POLICY).changes == ()


def test_faults_are_named():
    """No evidence and no request is nothing to plan; a date in the future is a fault."""
    with pytest.raises(NothingToPlan):
        dynamics_of(asked(), FRAMEWORK, POLICY)
    with pytest.raises(InputError):
        dynamics_of(asked(score("MET.ASM", 8, 24, 6, "2027-01-01")), FRAMEWORK, POLICY)


def test_proficiency_of_a_demand():
    """Mean between the quartiles, quartiles inside the interval; a request has none."""
    deficits = deficits_of(asked(score("MET.ASM", 8, 24, 6)), FRAMEWORK, POLICY)
    (measured,) = [d for d in deficits.demands if d.proficiency is not None]
    entry = proficiency_entry(measured)
    low, high = entry.interval_90
    lower, median, upper = entry.quartiles
    assert 0 < low < lower < median < upper < high < 1
    assert lower < entry.mean < upper


def test_59_and_61_percent_differ_in_the_official_level_only():
    """Six tasks cannot tell them apart: the same words, nearly the same probabilities and weight.

    The official level is that of Р-201 from the raw share alone: high below 60 %.
    """
    found = []
    for points in (59, 61):
        deficits = deficits_of(asked(score("MET.ASM", points, 100, 6)), FRAMEWORK, POLICY)
        found.append(deficits.demands[0])
    below, above = found
    assert (below.official_level, above.official_level) == ("high", "medium")
    difference = np.subtract(below.level_probability, above.level_probability)
    assert np.abs(difference).max() < 0.03
    assert below.weight == pytest.approx(above.weight, rel=0.03)
    assert np.abs(np.subtract(below.interval_90, above.interval_90)).max() < 0.02
    words = [
        likelihood_words(d.level_probability, points, 100, 6, official_level=d.official_level)
        for d, points in zip(found, (59, 61), strict=True)
    ]
    assert words == [
        "вероятный дефицит (59 из 100 баллов, 6 заданий)",
        "вероятный дефицит (61 из 100 баллов, 6 заданий)",
    ]
    papers = official_level_words("high", below.level_probability, 59, 100)
    assert papers.startswith("высокий (59 %; вероятность 0,")
