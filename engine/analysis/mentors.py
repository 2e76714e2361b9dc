"""Shortage of mentors: who needs one by the policy, against those who may take somebody.

The most who can be served is a maximum flow from kinds of educators (district, position, subjects,
stages) to mentors. Rules that depend on one person are left out (line managers, internet, free
slots), so the flow is an upper bound: whoever is left over is left over for good. Two ties are
asked: any that the rules of mentorship accept, and the subject alone (or the position, where there
is none). By the second the shortage is told by subject and district: what an educator of physics
misses is not a mentor, but one who teaches physics.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import maximum_flow

from engine.analysis.people import RegionPeople
from engine.analysis.results import MentorGroup, MentorShortage, ProposedMentor
from engine.domain import BoolArray, Educator, IntArray, Mentor, MentorForm, Position, Stage
from engine.framework import Framework, normalise_subject
from engine.mentorship.need import admitted_forms, mentor_reasons, missing_dates
from engine.policy import MentorshipPolicy, PolicyProfile
from engine.region_record import RegionRecord

_One = TypeVar("_One", bound=Hashable)
_Other = TypeVar("_Other", bound=Hashable)

_LIVE_ROUTES = ("agreed", "active")
_MOST_PROPOSALS = 5


@dataclass(frozen=True, slots=True)
class _Kind:
    """Educators for whom the same mentors may stand."""

    district: str
    position: Position
    subjects: tuple[str, ...]
    stages: tuple[Stage, ...]
    languages: tuple[str, ...]
    forms: tuple[MentorForm, ...]


def mentor_shortage(
    record: RegionRecord,
    people: RegionPeople,
    needed: Mapping[int, frozenset[str]],
    framework: Framework,
    policy: PolicyProfile,
    capacity: int,
) -> MentorShortage | None:
    """The shortage, ``None`` where nobody needs a mentor and no date is missing.

    Parameters
    ----------
    needed
        By place of the educator: leaves in which he was found to have a deficit.
    capacity
        Of an extra mentor that is proposed.
    """
    kinds: Counter[_Kind] = Counter()
    leaves: defaultdict[_Kind, set[str]] = defaultdict(set)
    cared_for = _accompanied(record, policy)
    accompanied = unknown = 0
    for i, educator in enumerate(people.educators):
        reasons = mentor_reasons(educator, policy, record.as_of)
        if not reasons:
            unknown += bool(missing_dates(educator, policy, record.as_of))
            continue
        if educator.id in cared_for:
            accompanied += 1
            continue
        kind = _kind_of(educator, admitted_forms(educator, reasons))
        kinds[kind] += 1
        leaves[kind] |= needed.get(i, frozenset())
    if not kinds and not accompanied and not unknown:
        return None
    order = sorted(kinds, key=_order)
    count = np.array([kinds[k] for k in order], dtype=np.int64)
    today = record.as_of.astimezone(ZoneInfo(policy.time_zone)).date()
    ready = [m for m in record.mentors if _ready(m, today)]
    rules = _Rules(framework, policy.mentorship)
    alike, places = _together([replace(m, competencies=()) for m in ready])
    strict = rules.table(order, alike, [frozenset()] * len(order))
    served = _flow(count, places, strict)
    each, own_places = _together(ready)
    loose = rules.table(order, each, [frozenset(leaves[k]) for k in order])
    return MentorShortage(
        needing=int(count.sum()),
        accompanied=accompanied,
        unknown=unknown,
        capacity=int(places.sum()),
        served=int(_flow(count, own_places, loose).sum()),
        served_in_subject=int(served.sum()),
        groups=_groups(order, count, count - served),
        proposals=_proposals(order, count, places, strict, capacity, rules),
    )


def _accompanied(record: RegionRecord, policy: PolicyProfile) -> frozenset[str]:
    """Who has a mentor now: by the register, or by a route that goes on."""
    today = record.as_of.astimezone(ZoneInfo(policy.time_zone)).date()
    live = record.routes["state"].isin(_LIVE_ROUTES) & record.routes["mentor"].notna()
    by_route = record.routes.loc[live, "educator"].tolist()
    by_register = [
        a.educator_id
        for a in record.registers.accompaniments
        if a.form is not MentorForm.TEAM and a.during.holds_on(today)
    ]
    return frozenset(by_route) | frozenset(by_register)


def _kind_of(educator: Educator, forms: tuple[MentorForm, ...]) -> _Kind:
    organisation = educator.organisation
    return _Kind(
        district=educator.district or (organisation.district if organisation else ""),
        position=educator.position,
        subjects=tuple(sorted({normalise_subject(s) for s in educator.subjects})),
        stages=educator.stages,
        languages=tuple(sorted(educator.languages)),
        forms=forms,
    )


def _order(kind: _Kind) -> tuple[str, ...]:
    return kind.district, kind.position.value, "|".join(kind.subjects), "|".join(kind.forms)


def _ready(mentor: Mentor, today: dt.date) -> bool:
    """Whether nothing stands against the mentor himself."""
    consent = mentor.consent and (mentor.consent_on is None or mentor.consent_on <= today)
    trained = mentor.trained_until is None or mentor.trained_until >= today
    return consent and trained and mentor.capacity > 0


def _together(mentors: Sequence[Mentor]) -> tuple[list[Mentor], IntArray]:
    """One mentor for all of whom the rules say the same, with the places of all of them."""
    first: dict[tuple[object, ...], Mentor] = {}
    places: Counter[tuple[object, ...]] = Counter()
    for m in mentors:
        home = "" if m.online else m.district
        trained = m.trained_until is not None
        rules = (home, m.online, m.forms, m.languages, trained)
        key = (m.position, m.subjects, m.competencies, *rules)
        first.setdefault(key, m)
        places[key] += m.capacity
    return list(first.values()), np.array([places[key] for key in first], dtype=np.int64)


class _Rules:
    """Rules of a pair, as far as a kind of educators can tell."""

    def __init__(self, framework: Framework, rules: MentorshipPolicy) -> None:
        self._framework = framework
        self._rules = rules
        self._match: dict[tuple[str, str], bool] = {}

    def table(
        self, kinds: Sequence[_Kind], mentors: Sequence[Mentor], needs: Sequence[frozenset[str]]
    ) -> BoolArray:
        """Shape (n_kinds, n_mentors): the mentor may take somebody of the kind.

        Parameters
        ----------
        needs
            Leaves by kind in which a strong mentor is tied to it, whatever his subject.
        """
        form = _crossed(
            [(k.forms, k.languages) for k in kinds],
            [(m.forms, m.languages, m.trained_until is None) for m in mentors],
            lambda k, m: self._agreed(k[0], k[1], m[0], m[1], untrained=m[2]),
        )
        tied = _crossed(
            [(k.position, k.subjects) for k in kinds],
            [(m.position, m.subjects) for m in mentors],
            lambda k, m: self._tied(*k, *m),
        )
        strong = _crossed(needs, [self._leaves(m.competencies) for m in mentors], _meet)
        online = np.array([m.online for m in mentors], dtype=np.bool_)
        home, theirs = (
            np.array([x.district for x in side], dtype=str) for side in (kinds, mentors)
        )
        near = (home[:, None] == theirs) & (home != "")[:, None]
        return np.asarray(form & (tied | strong) & (online | near))

    def _tied(
        self,
        position: Position,
        subjects: Sequence[str],
        mentor_position: Position,
        mentor_subjects: Sequence[str],
    ) -> bool:
        """Same subject, or the same position where either has no subject."""
        if subjects and mentor_subjects:
            return any(self._same(s, t) for s in subjects for t in mentor_subjects)
        return mentor_position is position

    def _agreed(
        self,
        admitted: Sequence[MentorForm],
        languages: Sequence[str],
        offered: Sequence[MentorForm],
        spoken: Sequence[str],
        *,
        untrained: bool,
    ) -> bool:
        """A form that both have, a language, and training where the form wants it stated."""
        form = next((f for f in admitted if f in offered), None)
        if form is None or (untrained and form in self._rules.trained_forms):
            return False
        return _meet(languages, spoken)

    def _same(self, one: str, other: str) -> bool:
        if (one, other) not in self._match:
            self._match[one, other] = self._framework.subjects_match(one, other)
        return self._match[one, other]

    def _leaves(self, codes: Iterable[str]) -> frozenset[str]:
        known = [c for c in codes if c in self._framework]
        return frozenset(n.code for c in known for n in self._framework.leaves_of(c))


def _meet(one: Iterable[str], other: Iterable[str]) -> bool:
    return not set(one).isdisjoint(other)


def _crossed(
    rows: Sequence[_One], columns: Sequence[_Other], holds: Callable[[_One, _Other], bool]
) -> BoolArray:
    """What holds of every pair, asked once for each pair of different values."""
    row = {value: i for i, value in enumerate(dict.fromkeys(rows))}
    column = {value: i for i, value in enumerate(dict.fromkeys(columns))}
    table = np.array([[holds(r, c) for c in column] for r in row], dtype=np.bool_)
    table = table.reshape(len(row), len(column))
    at, where = [row[r] for r in rows], [column[c] for c in columns]
    return np.asarray(table[np.ix_(at, where)])


def _flow(count: IntArray, places: IntArray, allowed: BoolArray) -> IntArray:
    """Served people of each kind in an arrangement that serves most."""
    n, m = allowed.shape
    if not n or not m:
        return np.zeros(n, dtype=np.int64)
    who, whom = np.nonzero(allowed)
    source, sink = n + m, n + m + 1
    rows = np.concatenate([np.full(n, source), who, n + np.arange(m)])
    columns = np.concatenate([np.arange(n), n + whom, np.full(m, sink)])
    limits = np.concatenate([count, count[who], places]).astype(np.int32)
    graph = sp.csr_array((limits, (rows, columns)), shape=(n + m + 2,) * 2)
    graph.eliminate_zeros()
    flow = maximum_flow(graph, source, sink).flow
    return np.asarray(flow[[source], :].todense()).ravel()[:n].astype(np.int64)


def _groups(kinds: Sequence[_Kind], count: IntArray, left: IntArray) -> tuple[MentorGroup, ...]:
    """Who stay unserved, by district, position and first subject."""
    people: Counter[tuple[str, Position, str]] = Counter()
    unserved: Counter[tuple[str, Position, str]] = Counter()
    for kind, n, rest in zip(kinds, count.tolist(), left.tolist(), strict=True):
        key = kind.district, kind.position, kind.subjects[0] if kind.subjects else ""
        people[key] += n
        unserved[key] += rest
    found = [MentorGroup(*key, people[key], rest) for key, rest in unserved.items() if rest]
    return tuple(sorted(found, key=lambda g: (-g.unserved, g.district, g.position, g.subject)))


def _proposals(
    kinds: Sequence[_Kind],
    count: IntArray,
    places: IntArray,
    allowed: BoolArray,
    capacity: int,
    rules: _Rules,
) -> tuple[ProposedMentor, ...]:
    """Extra mentors, each the one by whom most people more are served; ties to the first kind."""
    found: list[ProposedMentor] = []
    mentors = [_mentor_like(kind) for kind in kinds]
    extra = rules.table(kinds, mentors, [frozenset()] * len(kinds))
    tried = _distinct(kinds)
    before = int(_flow(count, places, allowed).sum())
    while len(found) < _MOST_PROPOSALS and before < int(count.sum()):
        more = [
            int(
                _flow(
                    count,
                    np.append(places, capacity),
                    np.hstack([allowed, extra[:, [j]]]),
                ).sum()
            )
            - before
            for j in tried
        ]
        best = int(np.argmax(more))
        if more[best] <= 0:
            break
        j = tried[best]
        kind = kinds[j]
        subject = kind.subjects[0] if kind.subjects else ""
        found.append(ProposedMentor(kind.district, kind.position, subject, capacity, more[best]))
        places, allowed = np.append(places, capacity), np.hstack([allowed, extra[:, [j]]])
        before += more[best]
    return tuple(found)


def _mentor_like(kind: _Kind) -> Mentor:
    """A mentor such as the people of a kind would need."""
    return Mentor(
        "",
        kind.position,
        kind.subjects,
        kind.stages,
        district=kind.district,
        forms=kind.forms[:1],
        languages=kind.languages,
        trained_until=dt.date.max,
    )


def _distinct(kinds: Sequence[_Kind]) -> list[int]:
    """First kind of each position, subject and form: an online mentor serves every district."""
    first: dict[tuple[object, ...], int] = {}
    for j, kind in enumerate(kinds):
        first.setdefault((kind.position, kind.subjects, kind.languages, kind.forms[:1]), j)
    return list(first.values())
