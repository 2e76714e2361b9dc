"""Numbers of the group view by hand, by an independent library and by simulation."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import beta, binom

from engine.deficits.group_measures import Measurements, Targets, assess
from engine.deficits.group_view import Member, group_view, view_measurements
from engine.deficits.groupings import Group, Grouping, group_people
from engine.diagnostics.logit_normal import share_below, share_moments
from engine.domain import Position, Proficiency
from engine.policy import GroupView, TargetProfile, load_policy
from tests.engine.deficits.group_people import (
    FRAMEWORK,
    NODE,
    at,
    member,
    person,
    profile,
    school,
    unrelated,
)
from tests.engine.deficits.simulated_groups import World, coverage

POLICY = profile(5)
UNRELATED = unrelated(5)


def everybody(members, policy=POLICY):
    """The one row of all people at the one node that was measured."""
    (row,) = group_view(members, Grouping.ALL, FRAMEWORK, policy).rows
    return row


# --------------------------------------------------------------------------- numbers


def test_official_numbers_are_those_of_the_newest_sittings():
    """Twelve at 30 %, six at 70 %, six at 100 %: counted by raw share, whatever the posterior."""
    levels = [0] * 12 + [1] * 6 + [2] * 6
    row = everybody([member(person(i), level) for i, level in enumerate(levels)])
    assert row.official == (12, 6, 6)
    assert row.official_shares == (0.5, 0.25, 0.25)
    assert row.official_withheld is None
    assert (row.n_members, row.n_measured) == (24, 24)


def test_expected_shares_and_intervals_of_equal_people():
    """Twenty people with θ ~ Beta(5.4, 3.6): each level's number is binomial."""
    mean, sd = 0.6, np.sqrt(0.24 / 10)
    members = [member(person(i), i % 3, mean=mean, sd=sd) for i in range(20)]
    row = everybody(members, UNRELATED)
    theta = beta(5.4, 3.6)
    chances = (theta.cdf(0.6), theta.cdf(0.8) - theta.cdf(0.6), theta.sf(0.8))
    for share, chance in zip(row.shares, chances, strict=True):
        assert share.expected == pytest.approx(chance)
        assert share.interval_90 == pytest.approx(binom(20, chance).ppf([0.05, 0.95]) / 20)
    assert row.mean_deficit == pytest.approx(theta.expect(lambda x: 0.8 - x, ub=0.8), abs=1e-6)


def test_mean_deficit_takes_each_persons_own_target():
    """Managers have 0.9, teachers 0.8: for nearly certain θ = 0.5 the mean of 0.3 and 0.4."""
    teachers = [member(person(i), i % 3, mean=0.5, sd=0.001) for i in range(5)]
    heads = [
        member(person(i + 5, position=Position.HEAD), i % 3, mean=0.5, sd=0.001) for i in range(5)
    ]
    sure = [member(person(i + 10), i % 3, mean=0.95, sd=0.001) for i in range(5)]
    row = everybody([*teachers, *heads, *sure], UNRELATED)
    assert row.mean_deficit == pytest.approx((5 * 0.3 + 5 * 0.4 + 5 * 0.0) / 15, abs=1e-4)
    low, high = row.deficit_interval_90
    assert low < row.mean_deficit < high
    assert high - low < 0.001


def test_target_of_a_subject():
    """Where policy asks physicists for 0.7, six of θ = 0.5 lack 0.2 each; six others lack 0.3."""
    profile_ = TargetProfile(target=0.7, subject="физика")
    policy = dataclasses.replace(
        UNRELATED, targets=dataclasses.replace(POLICY.targets, profiles=(profile_,))
    )
    members = [
        member(person(i, subjects=("физика" if i < 6 else "химия",)), i % 3, mean=0.5, sd=0.001)
        for i in range(12)
    ]
    members += [member(person(i + 12, subjects=("химия",)), 2, mean=0.9, sd=0.01) for i in range(4)]
    (row,) = group_view(members, Grouping.ALL, FRAMEWORK, policy).rows
    assert row.mean_deficit == pytest.approx((6 * 0.2 + 6 * 0.3) / 16, abs=1e-4)


@pytest.mark.parametrize("size", [6, 25])
def test_intervals_cover_what_is_true(size):
    """Truth drawn from the posteriors, nothing in common: as often inside as stated."""
    rng = np.random.default_rng(size)
    inside = {"share": [], "deficit": []}
    for _ in range(150):
        mean = rng.uniform(0.35, 0.95, size)
        sd = np.sqrt(mean * (1 - mean) / rng.uniform(5, 20, size))
        members = [member(person(i), i % 3, mean=mean[i], sd=sd[i]) for i in range(size)]
        row = everybody(members, UNRELATED)
        if row.shares is None:
            continue
        tasks = mean * (1 - mean) / sd**2 - 1
        truth = rng.beta(mean * tasks, (1 - mean) * tasks, (40, size))
        level = np.digitize(truth, [0.6, 0.8])
        for place, share in enumerate(row.shares):
            true = (level == place).mean(axis=1)
            low, high = share.interval_90
            inside["share"] += ((low - 1e-9 <= true) & (true <= high + 1e-9)).tolist()
        deficit = np.maximum(0.8 - truth, 0).mean(axis=1)
        low, high = row.deficit_interval_90
        inside["deficit"] += ((low <= deficit) & (deficit <= high)).tolist()
    assert len(inside["deficit"]) > 4000
    assert np.mean(inside["share"]) >= 0.9 - 0.01
    assert 0.88 <= np.mean(inside["deficit"]) <= 0.92


@pytest.mark.slow
@pytest.mark.parametrize(
    "world",
    [
        World(30, common_sd=0.2),
        World(200, own_sd=0.2),
        World(200, common_sd=0.2),
        World(200, median=0.75, own_sd=0.2),
        World(1000, common_sd=0.2),
        World(600, common_sd=0.2, districts=6, district_sd=0.3),
    ],
    ids=str,
)
def test_intervals_hold_what_people_have_in_common(world):
    """One test for all, harder or easier by the policy's sd, people better than the prior, or
    districts that differ: shares and deficits lie inside in four tables of five at least."""
    found = coverage(world, load_policy("default"), seed=2, tables=20)
    assert found.shares >= 0.8
    assert found.deficits >= 0.8


def test_expected_shares_follow_the_people_from_the_prior():
    """Two thousand people of median 0.75 where the policy has 0.65: the mean of their posteriors
    is off by more than the estimate, which has all but a fifth of the way from it to the truth."""
    rng = np.random.default_rng(4)
    prior = np.log(0.65 / 0.35)
    truth = np.log(0.75 / 0.25) + rng.normal(0, np.sqrt(1.22), 2000)
    seen = truth + rng.normal(0, 1.0, 2000)
    worth = 1.22 / 2.22
    mean, sd = share_moments(prior + worth * (seen - prior), np.full(2000, np.sqrt(1.22 / 2.22)))
    policy = dataclasses.replace(load_policy("default"), group_view=GroupView(5, 2.0, 0.0))
    levels = np.digitize(seen, [0.0, 1.0])
    members = [member(person(i), int(levels[i]), mean=mean[i], sd=sd[i]) for i in range(2000)]
    row = everybody(members, policy)
    true = (1 / (1 + np.exp(-truth)) < 0.6).mean()
    alone = share_below(prior + worth * (seen - prior), np.sqrt(1.22 / 2.22), 0.6).mean()
    assert alone - true > 0.05
    assert abs(row.shares[0].expected - true) < 0.2 * (alone - true)


# --------------------------------------------------------------------------- who is counted


def test_people_who_were_not_measured_are_members_only():
    """Ten of fourteen were measured: shares are of the ten, nobody is taken for zero."""
    measured = [member(person(i), i % 2 * 2) for i in range(10)]
    row = everybody([*measured, *(member(person(i + 10)) for i in range(4))])
    assert (row.n_members, row.n_measured) == (14, 10)
    assert row == dataclasses.replace(everybody(measured), n_members=14)


def test_group_without_measurements_says_so():
    """Nobody assessed is not the same as too few, and neither has any number."""
    busy = [member(person(i, school("a")), i % 3) for i in range(9)]
    idle = [member(person(i + 9, school("b"))) for i in range(7)]
    few = [member(person(i + 16, school("c")), 0) for i in range(2)]
    table = group_view([*busy, *idle, *few], Grouping.SCHOOL, FRAMEWORK, POLICY)
    found = {row.group.key: row for row in table.rows}
    assert (found["b"].withheld.code, found["b"].n_members) == ("group_not_assessed", 7)
    assert found["c"].withheld.code == "group_too_few"
    assert found["c"].withheld.parameters == {"least": 5}
    for key in "bc":
        assert (found[key].shares, found[key].mean_deficit) == (None, None)
        assert found[key].official == (None, None, None)


def test_node_counts_those_whom_it_applies_to():
    """A node of psychologists has psychologists as members; a teacher's score there is no row."""
    psychologists = [person(i, position=Position.PSYCHOLOGIST) for i in range(6)]
    teachers = [person(i + 6) for i in range(6)]
    members = [
        Member(e, at(0.6, 0.15, (0.3, 1.0)[i % 2], "A.2.2"))
        for i, e in enumerate([*psychologists, *teachers])
    ]
    row = everybody(members)
    assert (row.n_members, row.n_measured) == (6, 6)
    table = group_view(members[6:], Grouping.ALL, FRAMEWORK, POLICY)
    assert table.rows == ()


def test_only_nodes_of_the_levels_asked_for():
    """A leaf's evidence makes no row of its block."""
    members = [
        Member(
            person(i),
            Proficiency((*at(0.6, 0.15, 0.3).nodes, *at(0.7, 0.15, 0.7, "A.1.1").nodes), 0.65, 0.1),
        )
        for i in range(8)
    ]
    table = group_view(members, Grouping.ALL, FRAMEWORK, POLICY)
    assert [row.node for row in table.rows] == [NODE, "A.1.1"]
    for level, nodes in (("block", [NODE]), ("leaf", ["A.1.1"]), ("direction", [])):
        table = group_view(members, Grouping.ALL, FRAMEWORK, POLICY, node_levels=(level,))
        assert [row.node for row in table.rows] == nodes


def test_arrays_give_the_same_table():
    """Whoever has means and spreads of his own model needs no records."""
    members = [member(person(i, school("s")), i % 3, mean=0.4 + i / 30) for i in range(12)]
    educators = [m.educator for m in members]
    node = np.full(12, FRAMEWORK.index[NODE])
    order = np.arange(12)[::-1]
    shares = np.array([(0.3, 0.7, 1.0)[i % 3] for i in order])
    measured = Measurements(order, node, 0.4 + order / 30, np.full(12, 0.15), shares)
    table = view_measurements(educators, measured, Grouping.SCHOOL, FRAMEWORK, POLICY)
    assert table == group_view(members, Grouping.SCHOOL, FRAMEWORK, POLICY)


def test_order_of_people_does_not_matter():
    """The same people in another order give the same table."""
    members = [
        member(person(i, school(f"s{i % 3}", f"р{i % 2}")), i % 3, mean=0.3 + i / 50)
        for i in range(30)
    ]
    want = group_view(members, Grouping.SCHOOL, FRAMEWORK, POLICY)
    found = group_view(members[::-1], Grouping.SCHOOL, FRAMEWORK, POLICY)
    assert len(want.rows) == len(found.rows) == 7
    for one, other in zip(want.rows, found.rows, strict=True):
        assert one.group == other.group
        assert one.official == other.official
        assert one.mean_deficit == pytest.approx(other.mean_deficit)


def test_nobody_and_nothing():
    """No people or no measurements: a table without rows."""
    assert group_view([], Grouping.SCHOOL, FRAMEWORK, POLICY).rows == ()
    table = group_view([member(person(1))], Grouping.SUBJECT, FRAMEWORK, POLICY)
    assert (table.rows, table.n_people) == ((), 1)


def test_another_framework_is_refused():
    """A proficiency at a node that the framework lacks is a fault of the caller."""
    stranger = Member(person(1), at(0.5, 0.1, 0.5, "Z.9"))
    with pytest.raises(KeyError):
        group_view([stranger], Grouping.ALL, FRAMEWORK, POLICY)


# --------------------------------------------------------------------------- groups


def test_places_of_people():
    """The educator's own district goes first, then the school's; what is missing is a group."""
    educators = [
        person(1, school("a", "Север")),
        person(2, school("a", "Север"), district="Юг"),
        person(3),
    ]
    groups = group_people(educators, Grouping.SCHOOL)
    north, south = Group(Grouping.DISTRICT, "Север", "Север"), Group(Grouping.DISTRICT, "Юг", "Юг")
    assert groups.groups == (
        Group(Grouping.ALL),
        north,
        south,
        Group(Grouping.DISTRICT),
        Group(Grouping.SCHOOL, "a", "Школа a", "Север"),
        Group(Grouping.SCHOOL, "a", "Школа a", "Юг"),
        Group(Grouping.SCHOOL),
    )
    assert groups.parent.tolist() == [-1, 0, 0, 0, 1, 2, 3]
    assert groups.members.toarray().tolist() == [
        [1, 1, 0, 0, 1, 0, 0],
        [1, 0, 1, 0, 0, 1, 0],
        [1, 0, 0, 1, 0, 0, 1],
    ]


def test_spellings_of_a_subject_are_one_subject():
    """Case and spaces make no second group, nor does a subject named twice."""
    educators = [person(1, subjects=("Физика", "физика ")), person(2, subjects=("ФИЗИКА", "химия"))]
    groups = group_people(educators, Grouping.SUBJECT)
    assert [g.key for g in groups.groups] == ["", "физика", "химия"]
    assert groups.members.toarray().tolist() == [[1, 1, 0], [1, 1, 1]]
    assert groups.parent is None


def test_official_level_of_many_is_that_of_one():
    """On and near the thresholds 0.60 and 0.80, rounding included."""
    shares = np.array([0.0, 0.5999999, 0.59999999, 0.6, 0.7, 0.8, 0.80000001, 0.81, 1.0])
    n = len(shares)
    measured = Measurements(
        np.arange(n), np.full(n, FRAMEWORK.index[NODE]), np.full(n, 0.5), np.full(n, 0.1), shares
    )
    targets = Targets.of([person(i) for i in range(n)], FRAMEWORK, POLICY)
    found = assess(measured, targets, POLICY)
    assert found.level.tolist() == [0, 1, 1, 1, 1, 1, 1, 2, 2]


# --------------------------------------------------------------------------- the frame


def test_frame_for_notebooks():
    """Numbers are numbers, what is withheld is missing, heads are words where asked for."""
    levels = [2] * 12 + [0] * 6 + [1] * 2
    members = [member(person(i, school("s")), level) for i, level in enumerate(levels)]
    members += [member(person(30, school("t")), 0), member(person(31, school("u")))]
    table = group_view(members, Grouping.SCHOOL, FRAMEWORK, POLICY)
    frame = table.to_frame()
    assert list(frame["group"]) == ["", "s", "t", "u"]
    # the school of twenty less would leave the one person of t
    assert frame["official_minimal"].fillna(-1).tolist() == [12, -1, -1, -1]
    assert frame["high_share"].notna().tolist() == [True, False, False, False]
    assert frame["n_measured"].tolist() == [21, 20, 1, 0]
    assert frame["withheld"].tolist()[1:] == [
        "group_protected",
        "group_too_few",
        "group_not_assessed",
    ]
    worded = table.to_frame("ru")
    assert worded.shape == frame.shape
    assert worded["Почему оценок нет"].tolist()[2:] == [
        "Оценено меньше 5 человек.",
        "Никто не оценивался.",
    ]
    assert worded["Вид группы"].tolist()[:2] == ["все", "организация"]
    assert table.to_frame("en")["Group"].tolist()[0] == "everybody"
