"""Horizontal pairs of educators by competency, both ways; the heaviest choice of pairs.

Colleagues are no mentors: nobody's consent or training is asked, everybody may veto, and what a
pair is worth is what the two give one another (``peer_value``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from engine.ages import local_day
from engine.assignment.assign import refuse_repeated
from engine.assignment.matching import Graph, Matching, heaviest
from engine.assignment.mentees import Person
from engine.assignment.network import UNIT
from engine.assignment.peer_graph import peer_graphs
from engine.assignment.peer_records import (
    ALONE_NOBODY,
    ALONE_OTHERS,
    USUAL,
    Alone,
    PeerAssignment,
    PeerPair,
    PeerRules,
)
from engine.assignment.peer_value import Exchange, exchange_of
from engine.assignment.records import Wish
from engine.domain import IntArray, MentorForm
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.registers import Accompaniment

COMPETENCIES = 3


def pair_peers(
    people: Sequence[Person],
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    framework: Framework | None = None,
    rules: PeerRules = USUAL,
    present: Sequence[Accompaniment] = (),
    wishes: Sequence[Wish] = (),
) -> PeerAssignment:
    """The pairs that are worth most together.

    Two may be paired if they share a language, can meet (in one organisation or district, or both
    online), neither heads the other's organisation, neither vetoes, and the pair is worth enough.

    Parameters
    ----------
    present
        Accompaniments; those of the form ``PEER`` that hold on the day of ``as_of`` stand and
        count among the pairs of both.

    Raises
    ------
    InputError
        ``as_of`` without offset; ``person_repeated``; ``peers_too_many``.
    """
    people = sorted(people, key=lambda p: p.educator.id)
    refuse_repeated([p.educator.id for p in people], "/educators")
    exchange = exchange_of(people, framework, declared=rules.declared, has_from=rules.has_from)
    standing = present_pairs(present, local_day(as_of, policy.time_zone))
    left = _left(people, standing, rules)
    pairs: list[PeerPair] = []
    suiting = np.zeros(len(people), dtype=np.int64)
    value = bound = considered = 0
    for whole in peer_graphs(people, exchange, rules, framework, wishes):
        graph = _without(whole, people, standing, left)
        found = heaviest(graph, left)
        pairs += _pairs(people, exchange, graph, found)
        suiting += np.bincount(np.concatenate([graph.one, graph.other]), minlength=len(people))
        value, bound = value + found.value, bound + found.bound
        considered += len(graph.weight)
    pairs.sort(key=lambda pair: (pair.one_id, pair.other_id))
    return PeerAssignment(
        as_of=as_of,
        policy=policy.id,
        rules=rules,
        pairs=tuple(pairs),
        present=standing,
        alone=tuple(_alone(people, suiting, pairs, standing)),
        value=value / UNIT,
        bound=bound / UNIT,
        gap=(bound - value) / UNIT,
        considered=considered,
    )


def present_pairs(present: Sequence[Accompaniment], today: dt.date) -> tuple[tuple[str, str], ...]:
    """Pairs of colleagues of the register on a day, each once, the smaller id first."""
    now = (p for p in present if p.form is MentorForm.PEER and p.during.holds_on(today))
    return tuple(sorted({(min(p.educator_id, p.by), max(p.educator_id, p.by)) for p in now}))


def _left(
    people: Sequence[Person], standing: Sequence[tuple[str, str]], rules: PeerRules
) -> IntArray:
    """Shape (n,): pairs that each may still have."""
    held = Counter(i for pair in standing for i in pair)
    return np.array(
        [max(0, rules.most_pairs - held[p.educator.id]) for p in people], dtype=np.int64
    )


def _without(
    graph: Graph, people: Sequence[Person], standing: Sequence[tuple[str, str]], left: IntArray
) -> Graph:
    """The graph without present pairs and those who have pairs enough."""
    row = {p.educator.id: i for i, p in enumerate(people)}
    known = [row[a] * graph.n + row[b] for a, b in standing if a in row and b in row]
    kept = (left[graph.one] > 0) & (left[graph.other] > 0)
    kept &= ~np.isin(graph.one * graph.n + graph.other, known)
    return graph.part(np.flatnonzero(kept))


def _pairs(
    people: Sequence[Person], exchange: Exchange, graph: Graph, found: Matching
) -> Iterator[PeerPair]:
    for edge in found.edges.tolist():
        i, j = int(graph.one[edge]), int(graph.other[edge])
        yield PeerPair(
            one_id=people[i].educator.id,
            other_id=people[j].educator.id,
            one_gives=float(exchange.given([i], [j])[0, 0]),
            other_gives=float(exchange.given([j], [i])[0, 0]),
            one_shares=exchange.shared(i, j, COMPETENCIES),
            other_shares=exchange.shared(j, i, COMPETENCIES),
        )


def _alone(
    people: Sequence[Person],
    suiting: IntArray,
    pairs: Sequence[PeerPair],
    standing: Sequence[tuple[str, str]],
) -> Iterator[Alone]:
    paired = {i for pair in pairs for i in (pair.one_id, pair.other_id)}
    paired.update(i for pair in standing for i in pair)
    for person, count in zip(people, suiting.tolist(), strict=True):
        if person.educator.id not in paired:
            code = ALONE_OTHERS if count else ALONE_NOBODY
            yield Alone(person.educator.id, code, count)
