"""What can be worked out from a printed table, by an adversary who tries everything."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from engine.deficits.disclosure import (
    printable,
    safe_count,
    safe_counts,
    safe_shares,
)
from engine.deficits.group_view import group_view
from engine.deficits.groupings import Grouping, group_people
from engine.domain import Position
from tests.engine.deficits.group_people import (
    FRAMEWORK,
    SHARES,
    member,
    person,
    profile,
    random_members,
    school,
)

LEAST = 3
POLICY = profile(LEAST)


# --------------------------------------------------------------------------- the adversary


def in_span(rows, vectors):
    """Which of the vectors are linear combinations of the rows."""
    if not len(rows):
        return np.zeros(len(vectors), dtype=bool)
    _, sizes, right = np.linalg.svd(np.array(rows, dtype=float), full_matrices=False)
    basis = right[sizes > 1e-9]
    return np.abs(vectors @ basis.T @ basis - vectors).max(axis=1) < 1e-7


def subsets(n):
    """Every set of people but the empty one, as rows of 0 and 1."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=n)))[1:]


def belongs(row, who):
    """Membership read off the people themselves, not from the code under test."""
    group = row.group
    place = who.organisation
    return {
        Grouping.ALL: True,
        Grouping.DISTRICT: place is not None and group.key == place.district,
        Grouping.SCHOOL: place is not None and group.key == place.id,
        Grouping.SUBJECT: group.key in who.subjects or (not group.key and not who.subjects),
        Grouping.POSITION: group.key == who.position,
    }[group.grouping]


class Adversary:
    """Knows who belongs where and who was measured; reads rows; adds and subtracts."""

    def __init__(self, members, *tables):
        self.people = [m for m in members if m.proficiency is not None]
        self.rows = [row for table in tables for row in table.rows]
        self.level = [SHARES.index(m.proficiency.nodes[0].raw_share) for m in self.people]

    def membership(self, row):
        return [float(belongs(row, m.educator)) for m in self.people]

    def estimated_sets(self):
        """Sets of people whose expected shares follow from the printed ones."""
        known = [self.membership(row) for row in self.rows if row.shares is not None]
        sets = subsets(len(self.people))
        return sets[in_span(known, sets)]

    def counted_sets(self):
        """(set, number) for every level and set whose number at the level follows."""
        n = len(self.people)
        known = [np.tile(np.eye(n)[i], 3) for i in range(n)]  # everybody has one level
        for row in self.rows:
            for level, count in enumerate(row.official):
                if count is not None:
                    known.append(np.kron(np.eye(3)[level], self.membership(row)))
        sets = subsets(n)
        for level in range(3):
            about = np.kron(np.eye(3)[level], sets)
            there = np.array([own == level for own in self.level], dtype=float)
            for found in sets[in_span(known, about)]:
                yield found, int(found @ there)

    def smallest_support(self, most):
        """Whether some combination of printed estimates is about at most so many people only."""
        known = np.array(
            [self.membership(row) for row in self.rows if row.shares is not None]
        ).reshape(-1, len(self.people))
        rank = np.linalg.matrix_rank(known) if known.size else 0
        for few in itertools.combinations(range(len(self.people)), most):
            rest = np.delete(known, few, axis=1)
            if (np.linalg.matrix_rank(rest) if rest.size else 0) < rank:
                return True
        return False


def breaches(adversary, probability):
    """Everything that the adversary found and should not have."""
    for found in adversary.estimated_sets():
        people = found.sum()
        outside = people - (found @ probability).max()
        if people < LEAST or outside < 2 - 1e-6:
            yield "estimate", found
    for found, count in adversary.counted_sets():
        people = found.sum()
        if people - count < LEAST or 0 < count < LEAST:
            yield "count", found, count


def probabilities(adversary):
    """Level probabilities of the people, by an independent distribution function."""
    from scipy.stats import beta

    shares = []
    for one in adversary.people:
        node = one.proficiency.nodes[0]
        tasks = node.mean * (1 - node.mean) / node.sd**2 - 1
        theta = beta(node.mean * tasks, (1 - node.mean) * tasks)
        high, not_minimal = theta.cdf(0.6), theta.cdf(0.8)
        shares.append((high, not_minimal - high, 1 - not_minimal))
    return np.array(shares)


# --------------------------------------------------------------------------- nothing is found


@pytest.mark.parametrize("seed", range(24))
def test_places_tell_nothing_about_few_people(seed):
    """Schools and districts of the same people, both tables read together."""
    rng = np.random.default_rng(seed)
    members = random_members(rng, 12, schools=int(rng.integers(2, 5)), districts=2)
    tables = [
        group_view(members, by, FRAMEWORK, POLICY) for by in (Grouping.SCHOOL, Grouping.DISTRICT)
    ]
    adversary = Adversary(members, *tables)
    assert list(breaches(adversary, probabilities(adversary))) == []


@pytest.mark.parametrize("seed", range(15))
def test_subjects_tell_nothing_about_few_people(seed):
    """People of several subjects: no combination of rows is about fewer than three of them."""
    rng = np.random.default_rng(seed)
    members = random_members(
        rng, 13, schools=2, districts=1, subjects=("физика", "химия", "биология")
    )
    table = group_view(members, Grouping.SUBJECT, FRAMEWORK, POLICY)
    adversary = Adversary(members, table)
    assert not adversary.smallest_support(LEAST - 1)
    for kind, people, *count in breaches(adversary, probabilities(adversary)):
        # only a number of few out of many could follow from rows that overlap
        assert kind == "count"
        assert people.sum() - count[0] >= LEAST


def test_the_adversary_finds_what_is_not_protected():
    """With rows printed by their size alone the same adversary gets at single people."""
    careless = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        members = random_members(rng, 12, schools=4, districts=2)
        adversary = Adversary(members, *naive(members))
        careless += bool(list(breaches(adversary, probabilities(adversary))))
    assert careless >= 5


def naive(members):
    """Tables that withhold only rows of fewer than three people."""
    protected = [
        group_view(members, by, FRAMEWORK, POLICY) for by in (Grouping.SCHOOL, Grouping.DISTRICT)
    ]
    for table in protected:
        rows = []
        for row in table.rows:
            own = [m for m in members if m.proficiency is not None and belongs(row, m.educator)]
            if len(own) < LEAST:
                continue
            levels = [SHARES.index(m.proficiency.nodes[0].raw_share) for m in own]
            counts = tuple(levels.count(level) for level in range(3))
            rows.append(replace(row, shares=((None,) * 3), official=counts))
        yield replace(table, rows=tuple(rows))


def test_tables_are_worth_printing():
    """Of the rows of random regions with ten or more people four of five have estimates."""
    printed = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        members = random_members(rng, 90, schools=6, districts=2)
        table = group_view(members, Grouping.SCHOOL, FRAMEWORK, POLICY)
        printed += [row.shares is not None for row in table.rows if row.n_measured >= 10]
    assert len(printed) > 80
    assert np.mean(printed) > 0.8


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_withheld_without_need(seed):
    """Each estimate that is withheld would give something away if it were printed as well."""
    rng = np.random.default_rng(100 + seed)
    members = random_members(rng, 12, schools=3, districts=2)
    tables = [
        group_view(members, by, FRAMEWORK, POLICY) for by in (Grouping.SCHOOL, Grouping.DISTRICT)
    ]
    for table, row in [(t, r) for t in tables for r in t.rows if r.withheld is not None]:
        if row.n_measured == 0:
            continue
        more = replace(table, rows=(replace(row, shares=(None,) * 3),))
        adversary = Adversary(members, *tables, more)
        found = breaches(adversary, probabilities(adversary))
        assert any(kind == "estimate" for kind, *_ in found), row


# --------------------------------------------------------------------------- by hand


def printed_schools(sizes, least=5):
    """Which schools of one district are printed, everybody's levels mixed evenly."""
    members = [
        member(person(f"{s}-{i}", school(f"s{s}")), i % 2 * 2)
        for s, size in enumerate(sizes)
        for i in range(size)
    ]
    table = group_view(members, Grouping.SCHOOL, FRAMEWORK, profile(least))
    return [
        int(row.group.key[1:])
        for row in table.rows
        if row.shares is not None and row.group.grouping is Grouping.SCHOOL
    ]


@pytest.mark.parametrize(
    ("sizes", "printed"),
    [
        ((20, 9), [0, 1]),
        ((20, 9, 3), [0]),  # 32 − 20 − 9 would be the three
        ((20, 10, 9, 3), [0, 1]),  # the next smallest goes with the small one
        ((20, 9, 3, 3), [0, 1]),  # the six of two small schools together are enough
        ((12, 4), []),  # 16 − 12 would be the four
        ((4, 4, 4), []),
        ((5, 5), [0, 1]),
    ],
)
def test_next_smallest_school_goes_with_a_small_one(sizes, printed):
    """Whoever subtracts printed schools from the total is left with five people or none."""
    assert printed_schools(sizes) == printed


def test_a_district_of_one_small_school_and_a_large_one():
    """District 12 + 3 beside a district of 10: all is printed but both schools of the first."""
    sizes = {"a": ("Север", 12), "b": ("Север", 3), "c": ("Юг", 10)}
    members = [
        member(person(f"{key}{i}", school(key, district)), i % 2 * 2)
        for key, (district, size) in sizes.items()
        for i in range(size)
    ]
    schools = group_view(members, Grouping.SCHOOL, FRAMEWORK, profile(5))
    districts = group_view(members, Grouping.DISTRICT, FRAMEWORK, profile(5))
    shown = {(r.group.key, r.shares is not None) for r in (*schools.rows, *districts.rows)}
    assert shown == {
        ("", True), ("Север", True), ("Юг", True), ("c", True), ("a", False), ("b", False),
    }  # fmt: skip


def test_safe_rules_by_hand():
    """Of ten people: (people, high, medium, minimal)."""
    alone = safe_count(5, 2)
    assert alone((10, 2, 3, 5))
    assert not alone((10, 2, 4, 4))  # four at the level
    assert not alone((12, 2, 2, 8))  # four outside of it
    assert not alone((10, 10, 0, 0))  # nobody at the level, so all outside
    whole = safe_counts(5, 2)
    assert whole((10, 5, 0, 5))
    assert not whole((14, 5, 4, 5))  # four at another level
    shares = safe_shares(5)
    assert shares((5, 3.0, 1.0, 1.0))
    assert not shares((5, 3.1, 1.0, 0.9))  # less than two people's worth outside
    assert not shares((4, 1.0, 1.0, 2.0))


def test_everybody_at_one_level_is_not_printed():
    """Twenty people, all of a high official level and hardly a doubt: neither number appears."""
    alike = [member(person(i, school("s")), 0, mean=0.2, sd=0.05) for i in range(20)]
    row = group_view(alike, Grouping.ALL, FRAMEWORK, profile(5)).rows[0]
    assert (row.official, row.shares) == ((None, None, None), None)
    assert row.withheld.code == "group_protected"


def test_official_level_stands_alone_where_others_are_rare():
    """Of 20 people 12 minimal, 6 high and 2 medium: the 12 are printed, the rest together."""
    levels = [2] * 12 + [0] * 6 + [1] * 2
    members = [member(person(i, school("s")), level) for i, level in enumerate(levels)]
    row = group_view(members, Grouping.ALL, FRAMEWORK, profile(5)).rows[0]
    assert row.official == (None, None, 12)
    assert row.official_withheld.code == "group_protected"
    assert row.official_shares == (None, None, 0.6)


def test_high_level_stands_alone_where_hardly_anybody_is_minimal():
    """Of 20 people 13 high, 7 medium, none minimal: all three; with one minimal: the 13 alone."""
    two = [0] * 13 + [1] * 7
    members = [member(person(i, school("s")), level) for i, level in enumerate(two)]
    assert group_view(members, Grouping.ALL, FRAMEWORK, profile(5)).rows[0].official == (13, 7, 0)
    three = [0] * 13 + [1] * 6 + [2]
    members = [member(person(i, school("s")), level) for i, level in enumerate(three)]
    row = group_view(members, Grouping.ALL, FRAMEWORK, profile(5)).rows[0]
    assert row.official == (13, None, None)


def test_overlapping_subjects_by_hand():
    """Eight teach both, two only Russian: 10 − 8 would be the two, so the eight are withheld."""
    both = [person(i, subjects=("русский язык", "литература")) for i in range(8)]
    russian = [person(i + 8, subjects=("русский язык",)) for i in range(2)]
    physics = [person(i + 10, subjects=("физика",)) for i in range(6)]
    members = [member(e, i % 3) for i, e in enumerate([*both, *russian, *physics])]
    table = group_view(members, Grouping.SUBJECT, FRAMEWORK, profile(5))
    shown = {row.group.key: row.shares is not None for row in table.rows}
    assert shown == {"": True, "русский язык": True, "литература": False, "физика": True}


def test_nested_and_overlapping_rules_agree():
    """Positions do not overlap; the general rule then prints what the quicker one does."""
    rng = np.random.default_rng(5)
    positions = list(Position)[:5]
    for _ in range(30):
        chances = rng.dirichlet(np.ones(5))
        drawn = [positions[i] for i in rng.choice(5, 25, p=chances)]
        educators = [person(i, position=p) for i, p in enumerate(drawn)]
        groups = group_people(educators, Grouping.POSITION)
        overlapping = replace(groups, parent=None)
        people = np.arange(25)
        levels = np.eye(3)[rng.integers(0, 3, 25)]
        every = np.ones(len(groups.groups), dtype=bool)
        for rule in (safe_shares(4), safe_count(4, 2), safe_counts(3, 0)):
            quick = printable(groups, people, levels, rule, every)
            assert quick.tolist() == printable(overlapping, people, levels, rule, every).tolist()
