"""Changes beside the deficits that they are about."""

import datetime as dt
from dataclasses import replace

from engine.deficits import assess_deficits, with_changes
from engine.diagnostics import estimate_proficiency
from engine.diagnostics.dynamics import estimate_changes
from engine.domain import Educator, OfficialLevel, Position
from tests.engine.diagnostics.examples import AS_OF, TODAY, framework, policy, result

FRAMEWORK = framework()
POLICY = policy(max_age_days=1000)
TEACHER = Educator("e", Position.TEACHER)


def twice(node, before, after):
    """Two tests of 20 tasks each."""
    day = TODAY - dt.timedelta(days=200)
    return [
        result(node, before, 20, n_tasks=20, date=day, procedure_id="entry"),
        result(node, after, 20, n_tasks=20, procedure_id="final"),
    ]


def both(results):
    proficiency = estimate_proficiency(results, [], FRAMEWORK, POLICY, AS_OF)
    deficits = assess_deficits(TEACHER, proficiency, [], FRAMEWORK, POLICY, AS_OF)
    changes = estimate_changes(results, [], FRAMEWORK, POLICY, AS_OF)
    return deficits, changes


def test_each_point_has_the_official_level_of_its_own_share():
    """11 of 20 is below 60 %, 12 of 20 stands on the threshold, 17 of 20 is above 80 %."""
    deficits, changes = both([*twice("A.1", 11, 12), *twice("B.1", 12, 17)])
    found = with_changes(deficits, changes, POLICY.levels).changes
    levels = [[point.official_level for point in change.points] for change in found]
    high, medium, minimal = OfficialLevel
    assert [change.node for change in found] == ["A.1", "B.1"]
    assert levels == [[high, medium], [medium, minimal]]
    assert all(
        replace(point, official_level=None) == raw
        for change, before in zip(found, changes, strict=True)
        for point, raw in zip(change.points, before.points, strict=True)
    )


def test_what_is_no_demand_of_the_educator_is_left_out():
    """A teacher's results in a manager's competency say nothing of a deficit of his."""
    deficits, changes = both([*twice("A.1", 5, 15), *twice("M.2", 5, 15)])
    assert [change.node for change in changes] == ["A.1", "M.2"]
    assert [c.node for c in with_changes(deficits, changes, POLICY.levels).changes] == ["A.1"]
    assert with_changes(deficits, (), POLICY.levels) == deficits
