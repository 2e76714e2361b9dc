"""Which colleagues may be paired, and what each pair is worth: the graph of horizontal pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.assignment.closeness import SubjectNames, district_of
from engine.assignment.crossing import Crossing, Kinds, same
from engine.assignment.matching import Graph
from engine.assignment.mentees import Person
from engine.assignment.network import UNIT
from engine.assignment.peer_records import PeerRules
from engine.assignment.peer_value import Exchange
from engine.assignment.records import Wish
from engine.calendar import effective_conditions
from engine.domain import BoolArray, FloatArray, IntArray, Position
from engine.errors import Fault, InputError
from engine.framework import Framework

CIRCLE_MOST = 6_000
"""People among whom pairs are chosen at once: some ten million possible pairs."""

ROWS = 512


def peer_graphs(
    people: Sequence[Person],
    exchange: Exchange,
    rules: PeerRules,
    framework: Framework | None = None,
    wishes: Sequence[Wish] = (),
) -> Iterator[Graph]:
    """Every pair of people that is admitted and worth enough, with its worth in 10⁻⁶.

    Yields
    ------
    Graph
        Over all people, one for each circle outside which nobody is paired: a region's pairs
        need not lie in memory together.

    Raises
    ------
    InputError
        ``peers_too_many``: more than ``CIRCLE_MOST`` people in one circle.
    """
    known = _Known.of(people, rules, wishes, framework)
    _refuse_too_many(known, rules)
    for members in _circles(known, rules):
        if len(members) > 1:
            yield _circle(members, exchange, known, rules)


def _circle(members: IntArray, exchange: Exchange, known: _Known, rules: PeerRules) -> Graph:
    parts: list[tuple[IntArray, IntArray, FloatArray]] = []
    for first in range(0, len(members), ROWS):
        rows = members[first : first + ROWS]
        worth = exchange.given(rows.tolist(), members.tolist())
        worth += exchange.given(members.tolist(), rows.tolist()).T
        later = np.arange(len(members)) > np.arange(first, first + len(rows))[:, None]
        kept = later & (worth >= rules.least) & known.admitted(rows, members)
        at, to = np.nonzero(kept)
        parts.append((rows[at], members[to], worth[kept]))
    one, other, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    whole = np.rint(UNIT * weight).astype(np.int64)
    return Graph(len(known.district), one, other, np.maximum(whole, 1))


def _circles(known: _Known, rules: PeerRules) -> Iterator[IntArray]:
    """Groups outside which nobody is paired."""
    if not rules.same_district:
        yield np.arange(len(known.district))
        return
    for district in range(int(known.district.max(initial=-1)) + 1):
        yield np.flatnonzero(known.district == district)


def _refuse_too_many(known: _Known, rules: PeerRules) -> None:
    most = max((len(members) for members in _circles(known, rules)), default=0)
    if most > CIRCLE_MOST:
        detail = (
            f"пары выбираются сразу среди {most} человек, а можно не больше чем среди "
            f"{CIRCLE_MOST}: возьмите пары внутри района (same_district) или меньше людей"
        )
        parameters: dict[str, object] = {"people": most, "most": CIRCLE_MOST}
        raise InputError([Fault("peers_too_many", detail, "/same_district", parameters=parameters)])


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known of all people, for judging some pairs."""

    language: Crossing
    subject: Crossing | None
    organisation: IntArray
    district: IntArray
    online: BoolArray
    head: BoolArray
    vetoed: Mapping[int, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        people: Sequence[Person],
        rules: PeerRules,
        wishes: Sequence[Wish],
        framework: Framework | None,
    ) -> _Known:
        educators = [p.educator for p in people]
        row = {e.id: i for i, e in enumerate(educators)}
        vetoed: defaultdict[int, list[int]] = defaultdict(list)
        for wish in wishes:
            i, j = row.get(wish.educator_id), row.get(wish.carer_id)
            if wish.veto and i is not None and j is not None:
                vetoed[i].append(j)
                vetoed[j].append(i)
        spoken = Kinds.told(frozenset(e.languages) for e in educators)
        schools = [e.organisation.id if e.organisation else None for e in educators]
        return cls(
            language=Crossing.of(spoken, spoken, lambda a, b: bool(a & b)),
            subject=_subjects(people, framework) if rules.same_subject else None,
            organisation=same(schools, ())[0],
            district=same([district_of(e) for e in educators], ())[0],
            online=np.array(
                [effective_conditions(e).internet is not False for e in educators], dtype=np.bool_
            ),
            head=np.array([e.position is Position.HEAD for e in educators], dtype=np.bool_),
            vetoed=vetoed,
        )

    def admitted(self, rows: IntArray, columns: IntArray) -> BoolArray:
        """Which pairs the rules admit, shape (rows, columns)."""
        school = self.organisation[rows, None]
        colleagues = (school == self.organisation[columns]) & (school >= 0)
        district = self.district[rows, None]
        near = colleagues | ((district == self.district[columns]) & (district >= 0))
        ok: BoolArray = near | (self.online[rows, None] & self.online[columns])
        ok &= self.language.among(rows, columns) > 0
        ok &= ~(colleagues & (self.head[rows, None] | self.head[columns]))
        if self.subject is not None:
            ok &= self.subject.among(rows, columns) > 0
        place = {int(c): at for at, c in enumerate(columns)}
        for at, row in enumerate(rows.tolist()):
            banned = [place[c] for c in self.vetoed.get(row, ()) if c in place]
            ok[at, banned] = False
        return ok


def _subjects(people: Sequence[Person], framework: Framework | None) -> Crossing:
    """Whether two share a subject, or a position where one of them has no subjects."""
    names = SubjectNames(framework)
    kinds = Kinds.told((p.educator.subjects, p.educator.position) for p in people)

    def tied(
        one: tuple[tuple[str, ...], Position], other: tuple[tuple[str, ...], Position]
    ) -> bool:
        if one[0] and other[0]:
            return any(names(s, t) for s in one[0] for t in other[0])
        return one[1] is other[1]

    return Crossing.of(kinds, kinds, tied)
