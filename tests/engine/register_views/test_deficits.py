"""The bank of deficits: counted by hand, and protected as the table of groups is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from engine.deficits.groupings import Grouping
from engine.domain import DiagnosticResult, Educator, Method, Organisation, Position
from engine.framework import Framework, load_framework
from engine.policy import PolicyProfile, load_policy
from engine.recommender.groups import Person
from engine.register_views import DeficitEntry, deficit_bank

AS_OF = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))
DAY = dt.date(2026, 5, 20)
NODES = ("MET", "MET.ASM")
LEVELS = ("high", "medium", "minimal")


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


@pytest.fixture(scope="module")
def policy() -> PolicyProfile:
    return load_policy("default")


def level_of(share: float) -> str:
    """Р-201, table 1, with the borders in the middle."""
    return "high" if share < 0.6 else "medium" if share <= 0.8 else "minimal"


def person(number: int, district: str, school: str, *scores: tuple[str, int]) -> Person:
    """Somebody with scores of 20 at nodes; with no score he was not assessed."""
    home = Organisation(school, f"Школа {school}", district)
    results = tuple(DiagnosticResult("p", DAY, Method.TEST, n, s, 20, 20) for n, s in scores)
    return Person(Educator(f"e{number:03}", Position.TEACHER, organisation=home), results)


def bank(
    people: Sequence[Person],
    by: Grouping,
    framework: Framework,
    policy: PolicyProfile,
    *,
    protected: bool = False,
) -> dict[tuple[str, str, str], DeficitEntry]:
    entries, left_out = deficit_bank(people, by, framework, policy, AS_OF, protected=protected)
    assert left_out == ()
    found = {(e.grouping.value, e.group, e.node): e for e in entries}
    assert len(found) == len(entries)
    return found


def test_three_people_counted_by_hand(framework: Framework, policy: PolicyProfile) -> None:
    """11, 12 and 17 of 20 are high, medium and minimal; who was not assessed is a member only."""
    people = [
        person(1, "А", "1", ("MET", 11)),
        person(2, "А", "2", ("MET", 12)),
        person(3, "Б", "3", ("MET", 17)),
        person(4, "Б", "3"),
    ]
    found = bank(people, Grouping.DISTRICT, framework, policy)
    told = {key: (e.members, e.assessed, e.high, e.medium, e.minimal) for key, e in found.items()}
    assert told == {
        ("all", "", "MET"): (4, 3, 1, 1, 1),
        ("district", "А", "MET"): (2, 2, 1, 1, 0),
        ("district", "Б", "MET"): (2, 1, 0, 0, 1),
    }
    schools = bank(people, Grouping.SCHOOL, framework, policy)
    assert [k[1] for k in schools if k[0] == "school"] == ["1", "2", "3"]
    assert schools["school", "1", "MET"].title == "Школа 1"


def crowd(seed: int, size: int) -> list[Person]:
    rng = np.random.default_rng(seed)
    people = []
    for i in range(size):
        district = rng.integers(3)
        scores = ((n, int(rng.integers(4, 21))) for n in NODES if rng.random() < 0.8)
        people.append(person(i, f"Р{district}", f"ш{district}{rng.integers(2)}", *scores))
    return people


@pytest.mark.parametrize("by", [Grouping.DISTRICT, Grouping.SCHOOL])
def test_numbers_are_those_of_a_plain_count(
    framework: Framework, policy: PolicyProfile, by: Grouping
) -> None:
    """Two hundred people counted once more by a dictionary."""
    people = crowd(1, 200)
    plain: Counter[tuple[str, str, str]] = Counter()
    for one in people:
        school = one.educator.organisation
        assert school is not None
        group = school.district if by is Grouping.DISTRICT else school.id
        for result in one.results:
            for grouping, key in ((by.value, group), ("all", "")):
                plain[grouping, f"{key}:{result.node}", level_of(result.score / 20)] += 1
    entries, _ = deficit_bank(people, by, framework, policy, AS_OF, protected=False)
    counted: Counter[tuple[str, str, str]] = Counter()
    for e in entries:
        for level in LEVELS:
            counted[e.grouping.value, f"{e.group}:{e.node}", level] += getattr(e, level)
        assert e.assessed == sum(getattr(e, level) for level in LEVELS)
        assert e.withheld is None
    assert +counted == plain


def test_protected_numbers_are_the_same_or_withheld(
    framework: Framework, policy: PolicyProfile
) -> None:
    """Nothing below the policy's least people is printed, and what is printed is no other number.

    Rows are the same ones in the same order; of the large groups something is printed.
    """
    people = crowd(2, 300)
    for by in (Grouping.DISTRICT, Grouping.SCHOOL):
        whole = bank(people, by, framework, policy)
        safe = bank(people, by, framework, policy, protected=True)
        assert list(whole) == list(safe)
        printed = 0
        for key, entry in safe.items():
            true = whole[key]
            assert (entry.members, entry.assessed) == (true.members, true.assessed)
            for level in LEVELS:
                number = getattr(entry, level)
                if number is not None:
                    printed += 1
                    assert number == getattr(true, level)
                    assert number == 0 or number >= policy.group_view.least_people
            assert (entry.withheld is None) is all(getattr(entry, n) is not None for n in LEVELS)
        assert printed > 0


def test_levels_of_nodes_can_be_chosen(framework: Framework, policy: PolicyProfile) -> None:
    """Only nodes of the levels that were asked for have rows."""
    people = [person(1, "А", "1", ("MET", 11), ("MET.ASM", 12))]
    for protected in (False, True):
        entries, _ = deficit_bank(
            people,
            Grouping.DISTRICT,
            framework,
            policy,
            AS_OF,
            node_levels=("block",),
            protected=protected,
        )
        assert {e.node for e in entries} == {"MET.ASM"}


def test_contradictory_results_are_told_and_cost_the_node_alone(
    framework: Framework, policy: PolicyProfile
) -> None:
    """Two maxima of one sitting say nothing; the other node of the same person counts."""
    odd = person(1, "А", "1", ("MET", 11), ("MET.ASM", 18))
    wrong = DiagnosticResult("p", DAY, Method.TEST, "MET", 11, 10, 20)
    people = [Person(odd.educator, (*odd.results, wrong))]
    entries, left_out = deficit_bank(
        people, Grouping.DISTRICT, framework, policy, AS_OF, protected=False
    )
    assert [one.educator_id for one in left_out] == ["e001"]
    assert {(e.node, e.minimal) for e in entries} == {("MET.ASM", 1)}
