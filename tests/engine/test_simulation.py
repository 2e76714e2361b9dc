"""The simulated region: its seed convention, its marginals, its truth."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from engine.catalogue import compile_catalogue
from engine.domain import PRACTICE_KINDS, PROGRAMME_KINDS, Kind
from engine.framework import Framework, load_framework
from engine.simulation import Region, RegionPlan, simulate_region
from engine.simulation.activities import saturated_leaves
from engine.simulation.streams import PARTS, pick, stream

PLAN = RegionPlan(activities=800, educators=30, mentors=10)


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


@pytest.fixture(scope="module")
def region(framework: Framework) -> Region:
    return simulate_region(PLAN, 7, framework)


def test_a_seed_repeats_and_another_differs(region: Region, framework: Framework) -> None:
    """The same plan and seed give equal records and truth; another seed does not."""
    again = simulate_region(PLAN, 7, framework)
    assert again.activities == region.activities
    assert again.offerings == region.offerings
    assert again.mentors == region.mentors
    assert again.educators == region.educators
    assert np.array_equal(again.truth.proficiency, region.truth.proficiency)
    other = simulate_region(PLAN, 8, framework)
    assert other.activities != region.activities
    assert other.educators != region.educators


@pytest.mark.parametrize(
    ("saturated", "digest"),
    [
        (False, "993e7c0b90e98f344a2ed01633d8d0949749b2c1f32762ccb714d103c41fbdd3"),
        (True, "a971d0afdcf71c8993d050fc50c628d26a8d0e4bd383b5fb5ffa2d0028ea1d84"),
    ],
)
def test_the_region_of_the_planning_benchmark_stays(
    framework: Framework, saturated: bool, digest: str
) -> None:
    """Records and truth of a small region are, to the last bit, those drawn before histories."""
    plan = RegionPlan(activities=200, educators=20, mentors=5, saturated=saturated)
    region = simulate_region(plan, 11, framework)
    truth = region.truth
    content = (
        region.activities,
        region.offerings,
        region.mentors,
        region.educators,
        truth.proficiency.tolist(),
        truth.quality.tolist(),
        truth.affinity.tolist(),
        region.as_of,
    )
    assert hashlib.sha256(repr(content).encode()).hexdigest() == digest


def test_parts_draw_from_streams_of_their_own(region: Region, framework: Framework) -> None:
    """More educators and mentors leave everything drawn before as it was."""
    more = simulate_region(replace(PLAN, educators=40, mentors=15), 7, framework)
    assert more.activities == region.activities
    assert more.offerings == region.offerings
    assert more.educators[:30] == region.educators
    assert more.mentors[:10] == region.mentors
    assert np.array_equal(more.truth.proficiency[:30], region.truth.proficiency)
    assert np.array_equal(more.truth.quality, region.truth.quality)


def test_streams_differ_by_every_part_of_their_key() -> None:
    """Seed, part and index each change what a stream gives."""
    keys = [(1, PARTS[0], 0), (2, PARTS[0], 0), (1, PARTS[1], 0), (1, PARTS[0], 1)]
    assert len({stream(*key).random() for key in keys}) == len(keys)


def test_pick_follows_the_weights() -> None:
    """Of weights 3 : 1 : 0 the shares over 4 000 draws are 3/4, 1/4 and 0, ± 5 standard errors."""
    rng = stream(0, PARTS[0])
    counts = Counter(pick(rng, (("a", 3.0), ("b", 1.0), ("c", 0.0))) for _ in range(4_000))
    assert counts["c"] == 0
    assert abs(counts["a"] / 4_000 - 0.75) < 5 * np.sqrt(0.75 * 0.25 / 4_000)


def test_the_catalogue_compiles_and_has_the_stated_size(region: Region) -> None:
    """Every record passes the catalogue's checks; runs are the stated mean ± 10 %."""
    catalogue = compile_catalogue(region.activities, region.offerings)
    assert catalogue.activity_ids == tuple(a.id for a in region.activities)
    dated = [o for o in region.offerings if not o.self_paced]
    with_runs = {o.activity_id for o in dated}
    assert abs(len(dated) / len(with_runs) / PLAN.runs_per_activity - 1) < 0.1


def test_coverage_is_of_one_topic(region: Region, framework: Framework) -> None:
    """One to four leaves of one block, each share in (0, 1], their sum at most 1."""
    for activity in region.activities:
        if activity.kind is Kind.DIAGNOSTIC:
            continue
        assert 1 <= len(activity.coverage) <= 4
        assert len({framework.node(code).parent for code in activity.coverage}) == 1
        assert all(0 < share <= 1 for share in activity.coverage.values())
        assert sum(activity.coverage.values()) <= 1 + 1e-9


def test_marginals_are_those_of_real_catalogues(region: Region) -> None:
    """Lengths are the published ones; a quarter are programmes; practices are there for all."""
    programmes = [a for a in region.activities if a.kind in PROGRAMME_KINDS]
    assert {a.hours_academic for a in programmes} <= {16, 18, 24, 36, 72, 108, 144, 250, 288}
    assert 0.2 < len(programmes) / len(region.activities) < 0.4
    assert sum(a.kind in PRACTICE_KINDS for a in region.activities) > 0.1 * len(region.activities)
    assert any(a.price_rub > 0 for a in programmes)
    assert any(a.prerequisites for a in region.activities)


def test_runs_crowd_into_autumn_and_spring(region: Region) -> None:
    """Weeks 3–11 and 23–31, half of the year, hold more than two thirds of the dated runs."""
    weeks = [
        (o.start - PLAN.first_monday).days // 7 for o in region.offerings if o.start is not None
    ]
    inside = sum(3 <= w <= 11 or 23 <= w <= 31 for w in weeks)
    assert inside > 0.66 * len(weeks)


def test_meetings_crowd_into_the_afternoon(region: Region) -> None:
    """Two thirds of the meetings outside forums start between 15 and 17 h."""
    forums = {a.id for a in region.activities if a.kind is Kind.FORUM}
    starts = [m.start for o in region.offerings if o.activity_id not in forums for m in o.meetings]
    assert sum(15 <= s.hour < 17 for s in starts) > 0.66 * len(starts)


def test_forums_are_parallel_slots_of_an_hour(region: Region) -> None:
    """On a forum's day many meetings of 60 minutes begin at the same instant."""
    forums = {a.id for a in region.activities if a.kind is Kind.FORUM}
    meetings = [m for o in region.offerings if o.activity_id in forums for m in o.meetings]
    assert {(m.end - m.start).total_seconds() for m in meetings} == {3600.0}
    assert max(Counter(m.start for m in meetings).values()) >= 5


def test_some_enrolment_is_closed_and_some_seats_are_gone(region: Region) -> None:
    """Both occur in 2–8 % of the runs, so that their rules have something to refuse."""
    dated = [o for o in region.offerings if not o.self_paced]
    closed = sum(o.enrolment_until is not None and o.enrolment_until < PLAN.as_of for o in dated)
    full = sum(o.seats_left == 0 for o in dated)
    assert 0.02 < closed / len(dated) < 0.16
    assert 0.02 < full / len(dated) < 0.08


def test_prerequisites_come_before(region: Region) -> None:
    """A prerequisite is an activity with a smaller number, so there are no circles."""
    for activity in region.activities:
        for group in activity.prerequisites:
            assert group
            assert all(i < activity.id for i in group)


def test_educators_are_measured_where_they_are_weak(region: Region, framework: Framework) -> None:
    """Four to eight scores each, only of nodes that apply, below the average of their own θ."""
    truth, gaps = region.truth, []
    for e, person in enumerate(region.educators):
        educator = person.educator
        applies = framework.applies_to(educator.position, educator.subjects, educator.stages)
        nodes = [r.node for r in person.diagnostics]
        assert 4 <= len(nodes) <= 8
        assert all(applies[framework.index[node]] for node in nodes)
        theta = dict(zip(truth.leaves, truth.proficiency[e].tolist(), strict=True))
        gaps.append(np.mean([theta[n] for n in nodes]) - truth.proficiency[e].mean())
    assert np.mean(gaps) < -0.05


def test_relevance_is_the_logistic_of_the_truth(region: Region) -> None:
    """For quality 0.3 and affinity −0.1 the log odds are 0.6 + 0.3 − 0.1 = 0.8: 0.690."""
    truth = replace(
        region.truth, quality=np.array([0.3]), affinity=np.full_like(region.truth.affinity, -0.1)
    )
    assert truth.relevance(0, np.array([2])) == pytest.approx([0.68997], abs=1e-5)


def test_the_saturated_region_covers_eight_competencies(framework: Framework) -> None:
    """Every activity and every educator is about the same eight leaves."""
    saturated = simulate_region(replace(PLAN, activities=300, saturated=True), 3, framework)
    leaves = set(saturated_leaves(framework))
    assert len(leaves) == 8
    assert {code for a in saturated.activities for code in a.coverage} == leaves
    for person in saturated.educators:
        assert {r.node for r in person.diagnostics} <= leaves
        assert len(person.diagnostics) >= 4


def test_a_region_without_activities_is_refused(framework: Framework) -> None:
    """A plan of nothing is the caller's mistake."""
    with pytest.raises(ValueError, match="activity"):
        simulate_region(replace(PLAN, activities=0), 1, framework)
