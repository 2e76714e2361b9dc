"""Horizontal pairs: what two give one another, who may be paired, and the best choice."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pytest

from engine.assignment import Need, Person, Wish, peer_graph
from engine.assignment.peer_records import PeerRules
from engine.assignment.peer_value import exchange_of
from engine.assignment.peers import pair_peers
from engine.domain import Conditions, MentorForm, Organisation, Position
from engine.errors import InputError
from engine.framework import load_framework
from engine.registers import Accompaniment, Period
from tests.engine.mentorship.people import AS_OF, policy, teacher

FRAMEWORK, POLICY = load_framework(), policy()
SINCE = AS_OF.date()


def person(name: str, *needs: Need, **changes: object) -> Person:
    return Person(teacher(id=name, **changes), needs)


def measured(node: str, stake: float, strong: float) -> Need:
    return Need(node, (node,), stake, strong)


def test_what_is_given_by_hand():
    """Stake of the one times probability of the other, summed over the competencies."""
    a = person("a", measured("K1", 1.5, 0.1), measured("K2", 0.2, 0.9))
    b = person("b", measured("K1", 0.1, 0.8), measured("K2", 1.0, 0.3))
    exchange = exchange_of([a, b], None, declared=0.5)
    given = exchange.given([0, 1], [0, 1])
    assert given[0, 1] == pytest.approx(0.1 * 0.1 + 0.9 * 1.0)
    assert given[1, 0] == pytest.approx(0.8 * 1.5 + 0.3 * 0.2)
    assert exchange.shared(1, 0, 1) == (("K1", pytest.approx(1.2)),)


def test_a_leaf_is_known_better_than_its_block():
    """Of five leaves of a block one was measured by itself; the rest have the block's estimate."""
    block = Need("MET.ASM", ("MET.ASM",), 1.0, 0.9)
    leaf = Need("MET.ASM.02", ("MET.ASM.02",), 0.5, 0.2)
    for needs in ((block, leaf), (leaf, block)):
        exchange = exchange_of([Person(teacher(), needs)], FRAMEWORK, declared=0.5)
        strong = dict(zip(exchange.leaves, exchange.strong[0].tolist(), strict=True))
        need = dict(zip(exchange.leaves, exchange.need[0].tolist(), strict=True))
        leaves = [n.code for n in FRAMEWORK.leaves_of("MET.ASM") if n.code in strong]
        assert {code: strong[code] for code in leaves} == {
            code: 0.2 if code == "MET.ASM.02" else 0.9 for code in leaves
        }
        assert need["MET.ASM.02"] == pytest.approx(0.5 + 1 / len(leaves))


def test_stated_strengths_count_where_nothing_was_measured():
    """A stated strength has the rule's probability; a measurement goes before it."""
    one = person("a", measured("K1", 1.0, 0.3), strengths=("K1", "K2"))
    exchange = exchange_of([one], None, declared=0.6)
    assert dict(zip(exchange.leaves, exchange.strong[0].tolist(), strict=True)) == {
        "K1": 0.3,
        "K2": 0.6,
    }


def crowd(seed: int, n: int) -> list[Person]:
    rng = np.random.default_rng(seed)
    return [
        person(
            f"p{i}",
            *(
                measured(f"K{k}", float(rng.random()), float(rng.random()))
                for k in rng.permutation(6)[:3]
            ),
            languages=("ru",) if rng.random() < 0.7 else ("ru", "en"),
            organisation=Organisation(f"s{rng.integers(3)}", "", f"d{rng.integers(2)}"),
        )
        for i in range(n)
    ]


def worth(people: list[Person], i: int, j: int) -> float:
    """Value of a pair from the needs themselves."""
    total = 0.0
    for giver, taker in ((i, j), (j, i)):
        strong = {n.code: n.strong for n in people[giver].needs if n.strong >= 0.5}
        total += sum(n.stake * strong.get(n.code, 0.0) for n in people[taker].needs)
    return total


@pytest.mark.parametrize("seed", range(8))
def test_the_best_choice_of_pairs(seed):
    """No other choice of disjoint pairs above the least value is worth more."""
    people = crowd(seed, 8)
    rules = PeerRules(least=0.4)
    found = pair_peers(people, POLICY, AS_OF, rules=rules)
    best = 0.0
    for order in itertools.permutations(range(8)):
        pairs = list(zip(order[::2], order[1::2], strict=True))
        if all(a < b for a, b in pairs) and [a for a, _ in pairs] == sorted(a for a, _ in pairs):
            values = (worth(people, a, b) for a, b in pairs)
            best = max(best, sum(v for v in values if v >= rules.least))
    assert found.value == pytest.approx(best, abs=1e-5)
    assert found.gap == 0
    assert sum(p.value for p in found.pairs) == pytest.approx(found.value, abs=1e-5)
    assert {i for p in found.pairs for i in (p.one_id, p.other_id)} | {
        a.educator_id for a in found.alone
    } == {p.educator.id for p in people}


OFFLINE = Conditions(internet=False)
HERE, THERE = Organisation("s1", "", "Север"), Organisation("s2", "", "Юг")


@pytest.mark.parametrize(
    ("one", "other", "rules", "paired"),
    [
        ({}, {}, {}, True),
        ({"languages": ("tt",)}, {}, {}, False),
        ({"organisation": HERE, "conditions": OFFLINE}, {"organisation": THERE}, {}, False),
        ({"organisation": HERE, "conditions": OFFLINE}, {"organisation": HERE}, {}, True),
        ({"organisation": HERE, "position": Position.HEAD}, {"organisation": HERE}, {}, False),
        ({"organisation": HERE, "position": Position.HEAD}, {"organisation": THERE}, {}, True),
        ({"organisation": HERE}, {"organisation": THERE}, {"same_district": True}, False),
        ({"organisation": HERE}, {"organisation": HERE}, {"same_district": True}, True),
        ({"organisation": None}, {"organisation": None}, {"same_district": True}, False),
        ({"subjects": ("физика",)}, {"subjects": ("химия",)}, {"same_subject": True}, False),
        ({"subjects": ("обж",)}, {"subjects": ("обзр",)}, {"same_subject": True}, True),
        ({"subjects": ()}, {"subjects": ("химия",)}, {"same_subject": True}, True),
        ({"subjects": ("физика",)}, {"subjects": ("химия",)}, {}, True),
    ],
)
def test_who_may_be_paired(one, other, rules, paired):
    """Language, reach, the line manager, and the circles that the rules draw."""
    base = {"organisation": None, "district": ""}
    people = [
        person("a", measured("K1", 1.0, 0.1), **{**base, **one}),
        person("b", measured("K1", 0.1, 0.9), **{**base, **other}),
    ]
    found = pair_peers(people, POLICY, AS_OF, framework=FRAMEWORK, rules=PeerRules(**rules))
    assert bool(found.pairs) is paired
    if not paired:
        assert {(a.code, a.suiting) for a in found.alone} == {("peer_nobody_suits", 0)}


@pytest.mark.parametrize("by", [("a", "b"), ("b", "a")])
def test_either_may_veto(by):
    """A veto of either one keeps two apart."""
    people = [person("a", measured("K1", 1.0, 0.1)), person("b", measured("K1", 0.1, 0.9))]
    assert pair_peers(people, POLICY, AS_OF).pairs
    assert not pair_peers(people, POLICY, AS_OF, wishes=[Wish(*by, veto=True)]).pairs


def test_the_third_is_alone_because_others_are_paired():
    """Of three who suit the two that give most are paired; the third learns why."""
    people = [
        person("a", measured("K1", 1.0, 0.1)),
        person("b", measured("K1", 0.1, 0.9)),
        person("c", measured("K1", 0.1, 0.5)),
    ]
    found = pair_peers(people, POLICY, AS_OF)
    assert [(p.one_id, p.other_id) for p in found.pairs] == [("a", "b")]
    assert [(a.educator_id, a.code) for a in found.alone] == [("c", "peer_others_paired")]


def test_several_pairs_each():
    """With two pairs each the teacher of three takes two of them."""
    people = [person("a", measured("K1", 0.0, 0.9))]
    people += [person(f"b{i}", measured("K1", 1.0 + i, 0.0)) for i in range(3)]
    found = pair_peers(people, POLICY, AS_OF, rules=PeerRules(most_pairs=2))
    assert [(p.one_id, p.other_id) for p in found.pairs] == [("a", "b1"), ("a", "b2")]


def test_present_pairs_stand():
    """Who has a pair of the register keeps it and gets another only where he may have two."""
    people = [person("a", measured("K1", 0.0, 0.9))]
    people += [person(f"b{i}", measured("K1", 1.0 + i, 0.0)) for i in range(3)]
    kept = Accompaniment("p", "b0", MentorForm.PEER, "a", Period(dt.date(2026, 1, 1)))
    ended = Accompaniment("q", "b1", MentorForm.PEER, "a", Period(until=dt.date(2026, 1, 1)))
    one = pair_peers(people, POLICY, AS_OF, present=[kept, ended])
    assert (one.pairs, one.present) == ((), (("a", "b0"),))
    assert {x.educator_id for x in one.alone} == {"b1", "b2"}
    two = pair_peers(people, POLICY, AS_OF, present=[kept, ended], rules=PeerRules(most_pairs=2))
    assert [(p.one_id, p.other_id) for p in two.pairs] == [("a", "b2")]


def test_records_for_the_register():
    """One record for each direction in which something is given."""
    people = [person("a", measured("K1", 1.0, 0.0)), person("b", measured("K1", 0.0, 0.9))]
    records = pair_peers(people, POLICY, AS_OF).accompaniments(SINCE)
    assert [(r.educator_id, r.by, r.form) for r in records] == [("a", "b", MentorForm.PEER)]
    assert (records[0].during.since, records[0].during.until) == (SINCE, None)


def test_nobody_twice():
    """An id that stands twice is refused by name."""
    with pytest.raises(InputError, match="больше одного раза"):
        pair_peers([person("a"), person("a")], POLICY, AS_OF)


def test_nobody_gives_what_he_more_likely_lacks():
    """Below the rule's probability a competency is not given; at it, it is."""
    a, b = person("a", measured("K1", 9.0, 0.0)), person("b", measured("K1", 0.0, 0.49))
    assert not pair_peers([a, b], POLICY, AS_OF).pairs
    assert pair_peers([a, b], POLICY, AS_OF, rules=PeerRules(has_from=0.49)).pairs


def test_too_many_people_at_once_are_refused(monkeypatch):
    """The way out is named: pairs within districts, which are small enough."""
    monkeypatch.setattr(peer_graph, "CIRCLE_MOST", 5)
    people = crowd(1, 8)
    with pytest.raises(InputError) as caught:
        pair_peers(people, POLICY, AS_OF)
    assert caught.value.faults[0].code == "peers_too_many"
    assert pair_peers(people, POLICY, AS_OF, rules=PeerRules(same_district=True)).pairs


@pytest.mark.parametrize(
    "wrong", [{"most_pairs": 0}, {"least": 0.0}, {"declared": 1.1}, {"has_from": -0.1}]
)
def test_rules_are_checked(wrong):
    """Rules out of range are refused."""
    with pytest.raises(ValueError, match="needed"):
        PeerRules(**wrong)


def test_not_measured_is_not_weak():
    """A request without a measurement is a need; nothing is known of the strength."""
    asked = Need("request:1", ("K1",), 0.5, math.nan)
    exchange = exchange_of([person("a", asked)], None, declared=0.5)
    assert (exchange.need[0, 0], exchange.strong[0, 0]) == (0.5, 0.0)
