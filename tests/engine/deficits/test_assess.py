"""The deficit vector."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from engine.deficits import assess_deficits
from engine.deficits.levels import target_of
from engine.diagnostics import estimate_proficiency
from engine.domain import (
    DemandKind,
    Educator,
    Group,
    NodeProficiency,
    OfficialLevel,
    Position,
    Proficiency,
    Request,
    Stage,
)
from engine.errors import InputError, NothingToPlan
from engine.framework import Node, build_framework
from engine.policy import TargetProfile
from tests.engine.diagnostics.examples import AS_OF, framework, policy, result

FRAMEWORK = framework()
POLICY = policy()
TEACHER = Educator("e", Position.TEACHER)
MATHS = replace(TEACHER, subjects=("Математика",), stages=(Stage.BASIC, Stage.SECONDARY))
HEAD = replace(TEACHER, position=Position.HEAD)
YOUNG = replace(TEACHER, born_on=dt.date(2000, 1, 1), pedagogical_start=dt.date(2025, 9, 1))
ALL = frozenset({"dpp_pp", "dpp_pk", "non_formal", "informal"})
SOFT = frozenset({"non_formal", "informal"})


def node(code, mean=0.5, sd=0.15, share=0.5):
    return NodeProficiency(
        node=code,
        mean=mean,
        sd=sd,
        n_tasks=6,
        evidence_age_days=0,
        raw_share=share,
        raw_score=6 * share,
        raw_max=6.0,
        raw_tasks=6,
    )


def alone(code):
    """Weight of the measured deficit without any request."""
    return assess([node(code)]).demands[0].weight


def strong(code):
    return node(code, mean=0.93, sd=0.04, share=1.0)


def assess(nodes=(), requests=(), educator=TEACHER, on=FRAMEWORK, **request_nodes):
    proficiency = Proficiency(nodes=tuple(nodes), overall_mean=0.6, overall_sd=0.2)
    return assess_deficits(
        educator, proficiency, list(requests), on, POLICY, AS_OF, request_nodes=request_nodes
    )


def by_code(vector):
    return {demand.code: demand for demand in vector.demands}


# --------------------------------------------------------------------------- measured nodes


def test_measured_nodes_are_demands_and_the_rest_is_nan():
    """Two measured nodes give two demands; every other node is not assessed."""
    vector = assess([node("A.1"), node("B.1", share=0.7)])
    assert [d.code for d in vector.demands] == ["A.1", "B.1"]
    assert vector.nodes == FRAMEWORK.codes
    assessed = {c for c, m in zip(vector.nodes, vector.mean, strict=True) if not math.isnan(m)}
    assert assessed == {"A.1", "B.1"}
    assert np.array_equal(np.isnan(vector.mean), np.isnan(vector.sd))


def test_deficit_of_a_node_by_scipy():
    """Mean 0.5, sd 0.15 is Beta(5.06, 5.06): E[D] and levels from its own distribution."""
    theta = beta(0.5 * (0.25 / 0.0225 - 1), 0.5 * (0.25 / 0.0225 - 1))
    want = theta.expect(lambda x: 0.8 - x, ub=0.8)
    vector = assess([node("A.1")])
    (demand,) = vector.demands
    assert demand.expected == pytest.approx(want, abs=1e-6)
    assert vector.mean[FRAMEWORK.index["A.1"]] == demand.expected
    assert demand.level_probability[0] == pytest.approx(theta.cdf(0.6))
    assert demand.level_probability[2] == pytest.approx(theta.sf(0.8))
    low, high = demand.interval_90
    assert (low, high) == pytest.approx((0.8 - theta.ppf(0.95), 0.8 - theta.ppf(0.05)))
    assert demand.proficiency == node("A.1")


@pytest.mark.parametrize(
    ("share", "level", "categories"),
    [
        (0.5, OfficialLevel.HIGH, ALL),
        (0.6, OfficialLevel.MEDIUM, frozenset({"dpp_pk", "non_formal", "informal"})),
        (0.9, OfficialLevel.MINIMAL, SOFT),
    ],
)
def test_official_level_sets_categories_and_no_weight(share, level, categories):
    """Papers' level follows the raw share alone; weight and probabilities follow the posterior."""
    (demand,) = assess([node("A.1", share=share)]).demands
    (other,) = assess([node("A.1")]).demands
    assert (demand.official_level, demand.categories) == (level, categories)
    assert demand.level_probability == other.level_probability
    assert demand.weight == other.weight


def test_weight_is_the_mean_over_the_levels_that_may_be():
    """Beta(5, 5) below 0.6 and above 0.8 by SciPy; weights 3, 2 and 1."""
    theta = beta(5, 5)
    high, minimal = theta.cdf(0.6), 1 - theta.cdf(0.8)
    (demand,) = assess([node("A.1", mean=0.5, sd=math.sqrt(0.25 / 11))]).demands
    assert demand.weight == pytest.approx(3 * high + 2 * (1 - high - minimal) + minimal)


def test_59_and_61_percent_are_nearly_the_same():
    """The papers say high and medium; weight and probabilities differ by hundredths."""
    low, high = (assess_share(share) for share in (0.59, 0.61))
    assert (low.official_level, high.official_level) == (OfficialLevel.HIGH, OfficialLevel.MEDIUM)
    np.testing.assert_allclose(low.level_probability, high.level_probability, atol=0.05)
    assert low.weight == pytest.approx(high.weight, rel=0.02)


def assess_share(share):
    """Demand of a test of a hundred points, six tasks."""
    rows = [result("A.1", 100 * share, 100.0)]
    proficiency = estimate_proficiency(rows, [], FRAMEWORK, POLICY, AS_OF)
    (demand,) = assess_deficits(TEACHER, proficiency, [], FRAMEWORK, POLICY, AS_OF).demands
    return demand


@pytest.mark.parametrize(
    ("code", "who", "want"),
    [
        ("A.1.1", TEACHER, 0.8),  # no profile fits: the default
        ("A.1.1", MATHS, 0.85),  # subject and stage
        ("A.1.2", MATHS, 0.85),  # goes before the node's own target
        ("A.2.1", MATHS, 0.95),  # the deeper node before the more conditions
        ("A.2.1", TEACHER, 0.95),
        ("B.1", replace(MATHS, stages=(Stage.PRIMARY,)), 0.8),  # another stage
        ("B.1", replace(MATHS, position=Position.HEAD), 0.85),  # the profile before the position
    ],
)
def test_target_profiles_by_subject_and_stage(code, who, want):
    """The deepest node wins, then the most conditions; what a profile leaves out is anybody."""
    profiles = (
        TargetProfile(0.85, stage=Stage.SECONDARY, subject="математика"),
        TargetProfile(0.75, subject="математика", node="A"),
        TargetProfile(0.85, subject="математика", node="A.1"),
        TargetProfile(0.95, node="A.2"),
    )
    targets = replace(POLICY.targets, profiles=profiles)
    got = target_of(
        code, who.position, targets, subjects=who.subjects, stages=who.stages, framework=FRAMEWORK
    )
    assert got == want


def test_targets_apply_to_the_position():
    """A teacher has no target for managing, nor for what psychologists do."""
    vector = assess([node("A.1")])
    target = dict(zip(vector.nodes, vector.target, strict=True))
    assert target["A.1.1"] == 0.8
    assert target["A.1.2"] == 0.7
    assert all(math.isnan(target[c]) for c in ("M", "M.1", "M.1.1", "M.2", "A.2.2"))
    head = assess([node("A.1")], educator=replace(TEACHER, position=Position.HEAD))
    assert head.target[FRAMEWORK.index["M.1"]] == 0.9


def test_measured_node_of_another_position_is_no_demand():
    """A manager's node of a teacher is left out, alone it leaves nothing to plan."""
    assert [d.code for d in assess([node("A.1"), node("M.1")]).demands] == ["A.1"]
    with pytest.raises(NothingToPlan) as caught:
        assess([node("M.1")])
    assert "не относятся" in caught.value.faults[0].detail


# --------------------------------------------------------------------------- requests


def test_request_for_an_unmeasured_node_is_a_certain_demand():
    """Weight 1.5 · 2, deficit 0.4 for sure, every category."""
    vector = assess(requests=[Request("r1", node="A.1.1", weight=2.0)])
    (demand,) = vector.demands
    assert (demand.code, demand.kind, demand.nodes) == (
        "request:r1",
        DemandKind.REQUEST,
        ("A.1.1",),
    )
    assert (demand.weight, demand.expected, demand.sd) == (3.0, 0.4, 0.0)
    assert demand.pieces == ((0.4, 1.0),)
    assert demand.categories == ALL
    assert demand.official_level is None
    assert math.isnan(demand.level_probability[0])
    assert vector.group is None
    assert np.all(np.isnan(vector.mean))


def test_request_for_a_measured_node_joins_its_demand():
    """The request's weight of 1.5 comes on top, the deficit stays as measured."""
    (alone,) = assess([node("A.1")]).demands
    (joint,) = assess([node("A.1")], [Request("r1", node="A.1")]).demands
    assert (joint.code, joint.kind) == ("A.1", DemandKind.DEFICIT)
    assert joint.weight == pytest.approx(alone.weight + 1.5)
    assert joint.request_ids == ("r1",)
    assert (joint.expected, joint.sd, joint.interval_90) == (
        alone.expected,
        alone.sd,
        alone.interval_90,
    )
    assert joint.categories == alone.categories
    value = joint.weight * sum(a * b for a, b in joint.pieces)
    want = alone.weight * sum(a * b for a, b in alone.pieces) + 1.5 * 0.4
    assert value == pytest.approx(want, abs=0.005)


def test_request_of_a_strong_teacher_keeps_its_worth():
    """A request for a node without deficit is still worth 1.5 · 0.4 in all."""
    (demand,) = [
        d for d in assess([strong("A.1")], [Request("r1", node="A.1")]).demands if d.request_ids
    ]
    assert demand.expected < 0.01
    worth = demand.weight * sum(length * slope for length, slope in demand.pieces)
    assert worth == pytest.approx(0.6, abs=0.01)


def test_free_text_stays_text():
    """A text without nodes is matched by similarity; the same text asked twice is one demand."""
    requests = [Request("r2", text="Театр  в школе"), Request("r1", text="театр в школе")]
    (demand,) = assess(requests=requests, r1=()).demands
    assert (demand.code, demand.nodes, demand.text) == ("request:r1", (), "театр в школе")
    assert (demand.weight, demand.request_ids) == (3.0, ("r1", "r2"))


def test_resolved_text_asks_for_its_nodes():
    """Nodes that were found for a text replace it."""
    (demand,) = assess(requests=[Request("r1", text="что-то")], r1=("B.1", "A.1.1")).demands
    assert (demand.nodes, demand.text) == (("A.1.1", "B.1"), None)


def test_request_for_several_nodes_spreads_its_weight():
    """Of three nodes one is measured: a third of 1.5 joins it, two thirds stay."""
    demands = by_code(assess([node("A.1")], [Request("r1", text="т")], r1=("A.1", "B.1", "A.2.1")))
    assert demands["A.1"].weight == pytest.approx(alone("A.1") + 0.5)
    assert demands["request:r1"].weight == pytest.approx(1.0)
    assert demands["request:r1"].nodes == ("A.2.1", "B.1")


def test_requests_for_the_same_node_are_one():
    """Two requests for one node are one demand with both ids, measured or not."""
    requests = [Request("r2", node="B.1", weight=2.0), Request("r1", node="B.1")]
    (free,) = assess(requests=requests).demands
    assert (free.code, free.request_ids, free.weight) == ("request:r1", ("r1", "r2"), 4.5)
    (measured,) = assess([node("B.1")], requests).demands
    assert (measured.code, measured.request_ids) == ("B.1", ("r1", "r2"))
    assert measured.weight == pytest.approx(alone("B.1") + 4.5)


def test_career_of_a_manager_asks_for_the_managers_blocks():
    """One demand per child of the managers' direction, of the career's weight."""
    vector = assess([node("A.1")], [Request("c", career_position=Position.HEAD, weight=2.0)])
    demands = by_code(vector)
    assert set(demands) == {"A.1", "request:c:M.1", "request:c:M.2"}
    assert demands["request:c:M.1"].weight == pytest.approx(1.6)
    assert demands["request:c:M.1"].nodes == ("M.1",)
    assert demands["request:c:M.2"].pieces == ((0.4, 1.0),)


def test_measured_node_of_a_career_is_assessed_against_the_aim():
    """Its target is the aimed position's 0.9; the group still speaks of the present work."""
    vector = assess(
        [strong("A.1"), node("M.1", mean=0.3)], [Request("c", career_position=Position.HEAD)]
    )
    demand = by_code(vector)["M.1"]
    assert vector.target[FRAMEWORK.index["M.1"]] == 0.9
    assert demand.request_ids == ("c",)
    (without,) = assess([node("M.1", mean=0.3)], educator=HEAD).demands
    assert demand.weight == pytest.approx(without.weight + 0.8)
    assert demand.level_probability[0] > 0.9
    assert vector.group is Group.DEVELOPMENT


def test_career_aside_asks_for_what_the_position_adds():
    """A teacher who wants to be a psychologist lacks one leaf; its parent applies already."""
    vector = assess(requests=[Request("c", career_position=Position.PSYCHOLOGIST)])
    assert [d.nodes for d in vector.demands] == [("A.2.2",)]


def test_career_that_adds_nothing_becomes_a_text():
    """Where the framework knows no difference the wish is matched by its words."""
    (demand,) = assess(requests=[Request("c", career_position=Position.METHODIST)]).demands
    assert (demand.code, demand.nodes) == ("request:c", ())
    assert "методист" in demand.text


@pytest.mark.parametrize(
    ("request_", "code", "pointer"),
    [
        (Request("r", node="Z"), "unknown_node", "/requests/1/node"),
        (Request("r", node="A", weight=0.0), "weight_not_positive", "/requests/1/weight"),
        (Request("r", node="A", weight=math.nan), "weight_not_positive", "/requests/1/weight"),
        (Request("r", text="  "), "empty_request", "/requests/1"),
        (Request("ok", node="A"), "duplicate_request", "/requests/1/id"),
    ],
)
def test_bad_requests_are_faults(request_, code, pointer):
    """Each is named by code and place, with what to do."""
    with pytest.raises(InputError) as caught:
        assess([node("A.1")], [Request("ok", node="B.1"), request_])
    assert [(f.code, f.pointer) for f in caught.value.faults] == [(code, pointer)]


def test_proficiency_of_another_framework_is_refused():
    """A posterior at a node that the framework lacks is an error, not a missing value."""
    with pytest.raises(InputError) as caught:
        assess([node("Z.1")], [Request("r", node="A")])
    assert caught.value.faults[0].pointer == "/proficiency/nodes/0/node"


# --------------------------------------------------------------------------- groups


def test_groups_of_three_educators():
    """Weak: support; in between: levelling; strong: development; strong but young: support."""
    assert assess([node("A.1", mean=0.3)]).group is Group.SUPPORT
    assert assess([node("A.1", mean=0.7, sd=0.1)]).group is Group.LEVELLING
    assert assess([strong("A.1")]).group is Group.DEVELOPMENT
    assert assess([strong("A.1")], educator=YOUNG).group is Group.SUPPORT


def test_strong_educator_gets_development_without_programmes():
    """Sharing and mentoring, certain, small, non-formal and informal only."""
    demands = by_code(assess([strong("A.1"), strong("B.1")]))
    assert set(demands) == {"A.1", "B.1", "development:mentoring", "development:sharing"}
    for demand in demands.values():
        assert demand.categories == SOFT
    sharing = demands["development:sharing"]
    assert sharing.kind is DemandKind.DEVELOPMENT
    assert (sharing.weight, sharing.pieces) == (0.5, ((0.3, 1.0),))


def test_development_stands_at_the_strongest_direction_without_nodes_of_its_own():
    """B (0.97) before A (mean 0.93): what the educator has to give."""
    best = node("B.1", mean=0.97, sd=0.02, share=1.0)
    demands = by_code(assess([strong("A.1"), strong("A.2"), best]))
    assert demands["development:sharing"].nodes == ("B",)


def test_development_prefers_nodes_of_its_theme():
    """A framework that marks sharing by theme is followed."""
    marked = build_framework(
        "themed",
        "1",
        "Рамка с темой",
        [*FRAMEWORK.nodes, Node("B.2", "B", "Обмен опытом", "leaf", theme="sharing")],
    )
    assert by_code(assess([strong("A.1")], on=marked))["development:sharing"].nodes == ("B.2",)


def test_young_strong_educator_does_not_mentor():
    """A beginner without deficits shares experience but is nobody's mentor yet."""
    codes = set(by_code(assess([strong("A.1")], educator=YOUNG)))
    assert codes == {"A.1", "development:sharing"}


def test_weak_educator_has_no_development_demands():
    """Development comes only when no deficit above minimal is left."""
    assert set(by_code(assess([strong("A.1"), node("B.1")]))) == {"A.1", "B.1"}


# --------------------------------------------------------------------------- the whole


def test_neither_results_nor_requests_is_nothing_to_plan():
    """The error says what to add."""
    with pytest.raises(NothingToPlan) as caught:
        assess()
    assert caught.value.next_actions == ("add_diagnostics", "add_request")
    assert caught.value.faults[0].code == "nothing_to_plan"


NODES = [node("A.1"), strong("B.1"), node("A.1.2", 0.7), node("A.2", 0.4, 0.1, 0.3)]
WISHES = [
    Request("r1", node="A.1"),
    Request("r2", text="Театр"),
    Request("r3", node="A.2.1", weight=0.7),
    Request("r4", node="A.2.1", weight=0.1),
    Request("r5", career_position=Position.DEPUTY_HEAD),
]


@given(st.permutations(NODES), st.permutations(WISHES))
def test_order_of_input_does_not_matter(nodes, wishes):
    """Any order of nodes and requests gives the same demands, ordered by code."""
    got, want = assess(nodes, wishes), assess(NODES, WISHES)
    assert repr(got.demands) == repr(want.demands)
    assert [d.code for d in got.demands] == sorted(d.code for d in got.demands)
    np.testing.assert_array_equal(got.mean, want.mean)


def test_demand_codes_are_unique_and_weights_positive():
    """Every kind of demand at once keeps the contract of the vector."""
    vector = assess(NODES, WISHES)
    codes = [d.code for d in vector.demands]
    assert len(set(codes)) == len(codes)
    for demand in vector.demands:
        assert demand.weight > 0
        assert demand.categories <= ALL
        assert bool(demand.nodes) != bool(demand.text)
        assert len(demand.pieces) <= 6
