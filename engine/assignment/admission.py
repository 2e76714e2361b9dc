"""Who may accompany whom, as arrays: the rules of ``engine.mentorship.eligibility``, for all pairs.

What stands against a carer alone is told once for each carer, what stands against a pair by the
kinds of both. The first form that fits a person and has nothing against it is the pair's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.assignment.closeness import ClosenessTable
from engine.assignment.crossing import Crossing, Kinds
from engine.assignment.mentees import Mentee
from engine.calendar import effective_conditions
from engine.domain import MANAGER_POSITIONS, BoolArray, IntArray, Mentor, MentorForm, Position
from engine.policy import MentorshipPolicy

CODES = (
    "mentor_is_self",
    "mentor_no_consent",
    "mentor_no_capacity",
    "mentor_line_manager",
    "mentor_form_mismatch",
    "mentor_not_manager",
    "mentor_training_expired",
    "mentor_training_not_stated",
    "mentor_no_common_language",
    "mentor_not_reachable",
    "mentor_unrelated",
)
"""Codes of refusals, as ``engine.mentorship.eligibility.refusals`` has them, in its order."""

FORMS = tuple(MentorForm)
NO_FORM = -1


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What was said of some people and all carers.

    Parameters
    ----------
    form
        Shape (rows, m): index in ``FORMS`` of the form in which the pair is admitted; −1 = none.
    refusals
        Shape (rows, n_codes): carers against whom each code stands, of those in no form admitted.
    """

    form: IntArray
    refusals: IntArray


class Admission:
    """Judges blocks of people against all carers.

    Parameters
    ----------
    today
        Day on which consent and training must hold.
    """

    def __init__(
        self,
        mentees: Sequence[Mentee],
        carers: Sequence[Mentor],
        rules: MentorshipPolicy,
        closeness: ClosenessTable,
        today: dt.date,
    ) -> None:
        self._closeness = closeness
        self._n_carers = len(carers)
        educators = [m.person.educator for m in mentees]
        self._forms = Kinds.told(m.forms for m in mentees)
        self._speaks = Crossing.of(
            Kinds.told(frozenset(e.languages) for e in educators),
            Kinds.told(frozenset(c.languages) for c in carers),
            lambda mine, theirs: bool(mine & theirs),
        )
        self._offline = np.array(
            [effective_conditions(e).internet is False for e in educators], dtype=np.bool_
        )
        self._online = np.array([c.online for c in carers], dtype=np.bool_)
        self._self, self._managed = _special_pairs(mentees, carers)
        self._offered = np.array([[f in c.forms for c in carers] for f in FORMS], dtype=np.bool_)
        self._alone = {
            code: np.array([bool(x) for x in says], dtype=np.bool_)
            for code, says in _about_carers(carers, today)
        }
        self._unstated = np.array([c.trained_until is None for c in carers], dtype=np.bool_)
        self._manages = np.array([c.position in MANAGER_POSITIONS for c in carers], dtype=np.bool_)
        self._trained_forms = frozenset(rules.trained_forms)

    def judge(self, rows: slice) -> Judged:
        """Judge some people, all of them against all carers."""
        pair = self._about_pairs(rows)
        hard = np.zeros_like(pair["mentor_is_self"])
        for code, against in pair.items():
            if code != "mentor_unrelated":
                hard |= against
        kinds = self._forms.of[rows]
        form = np.full(hard.shape, NO_FORM)
        refusals = np.zeros((len(kinds), len(CODES)), dtype=np.int64)
        for kind in np.unique(kinds).tolist():
            own = np.flatnonzero(kinds == kind)
            forms = self._forms.kinds[kind]
            form[own] = self._first_form(forms, hard[own], pair["mentor_unrelated"][own])
            by_form = self._about_forms(forms, pair["mentor_unrelated"][own])
            out = form[own] == NO_FORM
            for at, code in enumerate(CODES):
                against = by_form[code] if code in by_form else pair[code][own]
                refusals[own, at] = (out & against).sum(axis=1)
        return Judged(form, refusals)

    def _first_form(
        self, forms: Sequence[MentorForm], hard: BoolArray, unrelated: BoolArray
    ) -> IntArray:
        found = np.full(hard.shape, NO_FORM)
        for form in forms:
            open_to = self._offered[FORMS.index(form)] & ~self._against_form(form)
            free = open_to & ~hard & (found == NO_FORM)
            if form is not MentorForm.TUTOR:
                free &= ~unrelated
            found[free] = FORMS.index(form)
        return found

    def _against_form(self, form: MentorForm) -> BoolArray:
        """Carers who may not accompany in the form, shape (m,)."""
        against = np.zeros(self._n_carers, dtype=np.bool_)
        if form is MentorForm.TEAM:
            against |= ~self._manages
        if form in self._trained_forms:
            against |= self._unstated
        return against

    def _about_forms(
        self, forms: Sequence[MentorForm], unrelated: BoolArray
    ) -> dict[str, BoolArray]:
        """Codes that hang on the form; a carer is judged by the first one that he offers."""
        usable = np.full(self._n_carers, NO_FORM)
        for form in reversed(forms):
            usable[self._offered[FORMS.index(form)]] = FORMS.index(form)
        team = usable == FORMS.index(MentorForm.TEAM)
        trained = np.isin(usable, [FORMS.index(f) for f in FORMS if f in self._trained_forms])
        return {
            "mentor_form_mismatch": np.broadcast_to(usable == NO_FORM, unrelated.shape),
            "mentor_not_manager": np.broadcast_to(team & ~self._manages, unrelated.shape),
            "mentor_training_not_stated": np.broadcast_to(
                trained & self._unstated, unrelated.shape
            ),
            "mentor_unrelated": unrelated & (usable != FORMS.index(MentorForm.TUTOR)),
        }

    def _about_pairs(self, rows: slice) -> dict[str, BoolArray]:
        """Codes that stand whatever the form, and whether nothing ties the pair."""
        count = len(self._forms.of[rows])
        shape = (count, self._n_carers)
        meets_online = ~self._offline[rows, None] & self._online
        return {
            "mentor_is_self": _marked(self._self, rows, shape),
            "mentor_line_manager": _marked(self._managed, rows, shape),
            "mentor_no_common_language": self._speaks.block(rows) == 0,
            "mentor_not_reachable": ~meets_online & ~self._closeness.near(rows),
            "mentor_unrelated": ~self._closeness.related(rows),
            **{code: np.broadcast_to(x, shape) for code, x in self._alone.items()},
        }


def _about_carers(carers: Sequence[Mentor], today: dt.date) -> Iterator[tuple[str, list[bool]]]:
    yield (
        "mentor_no_consent",
        [not c.consent or (c.consent_on is not None and c.consent_on > today) for c in carers],
    )
    yield "mentor_no_capacity", [c.capacity <= 0 for c in carers]
    yield (
        "mentor_training_expired",
        [c.trained_until is not None and c.trained_until < today for c in carers],
    )


def _special_pairs(
    mentees: Sequence[Mentee], carers: Sequence[Mentor]
) -> tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray]]:
    """Pairs of one person with himself, and of a person with his line manager."""
    row = {m.id: i for i, m in enumerate(mentees)}
    at_school: defaultdict[str, list[int]] = defaultdict(list)
    for i, mentee in enumerate(mentees):
        organisation = mentee.person.educator.organisation
        if organisation is not None:
            at_school[organisation.id].append(i)
    selves = [(row[c.id], j) for j, c in enumerate(carers) if c.id in row]
    managed: set[tuple[int, int]] = set()
    for j, carer in enumerate(carers):
        managed.update((row[e], j) for e in carer.line_manager_of if e in row)
        if carer.position is Position.HEAD and carer.organisation_id is not None:
            managed.update(
                (i, j) for i in at_school[carer.organisation_id] if mentees[i].id != carer.id
            )
    return _columns(selves), _columns(sorted(managed))


def _columns(pairs: Sequence[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _marked(pairs: tuple[IntArray, IntArray], rows: slice, shape: tuple[int, int]) -> BoolArray:
    marked = np.zeros(shape, dtype=np.bool_)
    row, column = pairs
    inside = (row >= rows.start) & (row < rows.stop)
    marked[row[inside] - rows.start, column[inside]] = True
    return marked
