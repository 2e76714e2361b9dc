"""Which activities may become candidates at all, and which fall away again.

Works on activity indices of the catalogue; runs come in between: ``select`` before them,
``settle`` after them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.catalogue import FORMS, KINDS, UNKNOWN, Catalogue, fold
from engine.domain import (
    PRACTICE_KINDS,
    PROGRAMME_KINDS,
    BoolArray,
    Constraints,
    HistoryItem,
    IntArray,
    Kind,
    Ranking,
    Reason,
)
from engine.planning.compile_gains import Gains
from engine.policy import Limits, PolicyProfile, Transfer

NEVER = dt.date.min.toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """What educator, methodist and policy ask for by name, as indices of the catalogue.

    Parameters
    ----------
    pinned_activities, pinned_offerings, excluded_activities, excluded_offerings
        Indices by the id that was given.
    required_activities
        The policy's; those that the catalogue does not have are absent.
    """

    pinned_activities: Mapping[str, int]
    pinned_offerings: Mapping[str, int]
    excluded_activities: Mapping[str, int]
    excluded_offerings: Mapping[str, int]
    required_activities: Mapping[str, int]
    required_themes: tuple[str, ...]

    def forced(self, catalogue: Catalogue) -> set[int]:
        """Activities that stand in a pin by name: relevance and audience are no matter."""
        owners = (int(catalogue.offering_activity[o]) for o in self.pinned_offerings.values())
        return {*self.pinned_activities.values(), *self.required_activities.values(), *owners}


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Activities that need runs.

    Parameters
    ----------
    wanted
        Shape (n_activities,): stand for themselves or support one that does.
    base
        Shape (n_activities,): stand for themselves.
    reasons
        Why not, by activity index, for all others.
    """

    wanted: BoolArray
    base: BoolArray
    reasons: dict[int, Reason]


@dataclass(frozen=True, slots=True, eq=False)
class Prerequisites:
    """OR-groups by activity index, as far as the history leaves them open.

    Parameters
    ----------
    groups
        Activity indices of each group; ids that the catalogue does not have are left out.
    valid_until
        Last ordinal of a start for which the history meets the group; ``NEVER`` = not met.
    """

    groups: Mapping[int, tuple[tuple[int, ...], ...]]
    valid_until: Mapping[int, tuple[int, ...]]


def read_prerequisites(
    catalogue: Catalogue, history: Sequence[HistoryItem], limits: Limits, today: dt.date
) -> Prerequisites:
    """Prerequisites against the history.

    An item meets a group by an activity's id or by its folded title, from ``completed_on`` for
    ``prerequisite_max_age_days``; items completed after ``today`` are plans and do not count.
    """
    by_id: dict[str, int] = {}
    by_title: dict[str, int] = {}
    for item in history:
        if item.completed_on > today:
            continue
        until = item.completed_on.toordinal() + limits.prerequisite_max_age_days
        if item.activity_id:
            by_id[item.activity_id] = max(until, by_id.get(item.activity_id, NEVER))
        if item.title:
            title = fold(item.title)
            by_title[title] = max(until, by_title.get(title, NEVER))
    groups: dict[int, tuple[tuple[int, ...], ...]] = {}
    valid: dict[int, tuple[int, ...]] = {}
    index = catalogue.activity_index
    for a, named in catalogue.prerequisites.items():
        groups[a] = tuple(tuple(index[i] for i in group if i in index) for group in named)
        valid[a] = tuple(
            max((_met_until(catalogue, i, by_id, by_title) for i in group), default=NEVER)
            for group in named
        )
    return Prerequisites(groups, valid)


def _met_until(
    catalogue: Catalogue, activity_id: str, by_id: Mapping[str, int], by_title: Mapping[str, int]
) -> int:
    until = by_id.get(activity_id, NEVER)
    if by_title and activity_id in catalogue.activity_index:
        title = catalogue.activities[catalogue.activity_index[activity_id]].title
        until = max(until, by_title.get(fold(title), NEVER))
    return until


def select(
    catalogue: Catalogue,
    ranking: Ranking,
    gains: Gains,
    wishes: Wishes,
    constraints: Constraints,
    prerequisites: Prerequisites,
    practices: sp.csr_array,
) -> Selection:
    """Choose the activities that need runs, and say why the others do not.

    An activity stands for itself if it has a gain that counts, or if it is asked for by name or
    theme. One without any gain is still needed where it is a prerequisite or a practice of such
    an activity.
    """
    n = len(catalogue.activities)
    forced = _mask(n, wishes.forced(catalogue))
    themed = _mask(n, (a for t in wishes.required_themes for a in catalogue.themes.get(t, ())))
    eligible = ~_mask(n, (a for a in ranking.ineligible if barring(ranking, a)))
    form_codes = [FORMS.index(f) for f in constraints.forms] or list(range(len(FORMS)))
    form_ok = np.isin(catalogue.form, form_codes)
    plannable = (catalogue.duration_min > 0) & (catalogue.kind != KINDS.index(Kind.DIAGNOSTIC))
    admitted = plannable & eligible & form_ok
    base = plannable & forced | admitted & (gains.counted | themed)
    supporters = admitted & ~gains.any_gain & ~base
    wanted = _with_support(base, supporters, prerequisites, practices)
    # Most activities close nothing here: only the others are looked at one by one.
    plain = ~wanted & admitted & ~gains.any_gain
    reasons = dict.fromkeys(np.flatnonzero(plain).tolist(), _NO_GAIN)
    for a in np.flatnonzero(~wanted & ~plain).tolist():
        reasons[a] = _reason(catalogue, ranking, a, bool(form_ok[a]))
    return Selection(wanted=wanted, base=base, reasons=reasons)


JUDGED_HERE = frozenset({"excluded", "no_run_in_horizon", "enrolment_closed"})
"""Codes of ineligibility that the compiler judges itself, run by run.

An excluded activity stays a candidate, so that a conflict can name the ban.
"""


def barring(ranking: Ranking, a: int) -> tuple[Reason, ...]:
    """Reasons of the ranking that keep an activity from being a candidate."""
    return tuple(r for r in ranking.ineligible.get(a, ()) if r.code not in JUDGED_HERE)


def _mask(size: int, members: Iterable[int]) -> BoolArray:
    mask = np.zeros(size, dtype=np.bool_)
    mask[list(members)] = True
    return mask


_HOURS_UNKNOWN = Reason("hours_unknown")
_CHECKPOINT_ONLY = Reason("checkpoint_only")
_NO_GAIN = Reason("no_gain")
_FORM_BY_LEVEL = Reason("form_by_level")


def _reason(catalogue: Catalogue, ranking: Ranking, a: int, form_ok: bool) -> Reason:
    """Reason of an activity that is not wanted, other than ``no_gain``."""
    if catalogue.kind[a] == KINDS.index(Kind.DIAGNOSTIC):
        return _CHECKPOINT_ONLY
    barred = barring(ranking, a)
    if barred:
        return barred[0]
    if catalogue.duration_min[a] == UNKNOWN:
        return _HOURS_UNKNOWN
    if not form_ok:
        return Reason("form_not_admitted", {"form": catalogue.activities[a].form.value})
    return _FORM_BY_LEVEL


def _with_support(
    base: BoolArray, supporters: BoolArray, prerequisites: Prerequisites, practices: sp.csr_array
) -> BoolArray:
    """``base`` and all supporters that it needs, directly or through others."""
    wanted = base.copy()
    new = base
    while new.any():
        needed = np.zeros(len(base), dtype=np.bool_)
        for a, groups in prerequisites.groups.items():
            if new[a]:
                needed[[i for group in groups for i in group]] = True
        needed |= np.asarray(practices.T @ new.astype(np.int64)) > 0
        new = needed & supporters & ~wanted
        wanted |= new
    return wanted


def practice_pairs(
    catalogue: Catalogue, coverage: sp.csr_array, transfer: Transfer
) -> sp.csr_array:
    """Practices of each programme for the rule ``transfer``.

    Parameters
    ----------
    coverage
        CSR, shape (n_activities, n_nodes), in [0, 1].

    Returns
    -------
    csr_array, shape (n_activities, n_activities)
        Positive where the column's activity is of a practice kind and covers one of the
        ``main_competencies`` of the row's programme by ``coverage_least`` or more. Empty where
        the rule is off.
    """
    n = len(catalogue.activities)
    if transfer.weeks <= 0:
        return sp.csr_array((n, n), dtype=np.int64)
    table = sp.csr_array(coverage)
    row = np.repeat(np.arange(n), np.diff(table.indptr))
    node, share = table.indices, table.data
    programme = np.isin(catalogue.kind, [KINDS.index(k) for k in PROGRAMME_KINDS])[row]
    practice = np.isin(catalogue.kind, [KINDS.index(k) for k in PRACTICE_KINDS])[row]
    main = programme & (share > 0) & (_rank_in_row(row, node, share) < transfer.main_competencies)
    enough = practice & (share >= transfer.coverage_least)
    pairs = (
        _indicator(row[main], node[main], table.shape)
        @ _indicator(row[enough], node[enough], table.shape).T
    )
    return sp.csr_array(pairs)


def _rank_in_row(row: IntArray, node: IntArray, share: IntArray) -> IntArray:
    """Place of each entry in its row by falling share, equal ones by node."""
    order = np.lexsort((node, -share, row))
    first = np.searchsorted(row[order], row[order], side="left")
    rank = np.empty(len(row), dtype=np.int64)
    rank[order] = np.arange(len(row)) - first
    return rank


def _indicator(row: IntArray, column: IntArray, shape: tuple[int, int]) -> sp.csr_array:
    return sp.csr_array((np.ones(len(row), dtype=np.int64), (row, column)), shape=shape)


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Activities that keep their runs, and the rules between them.

    Parameters
    ----------
    alive
        Shape (n_activities,).
    groups
        Prerequisite groups of living activities, by activity index.
    practices
        Practices of living programmes, by activity index.
    """

    alive: BoolArray
    groups: Mapping[int, tuple[tuple[int, ...], ...]]
    practices: Mapping[int, tuple[int, ...]]


def settle(
    catalogue: Catalogue,
    policy: PolicyProfile,
    selection: Selection,
    with_runs: BoolArray,
    open_groups: Mapping[int, tuple[tuple[int, ...], ...]],
    pairs: sp.csr_array,
) -> Settled:
    """Drop activities whose prerequisites or practices have no runs, until none is left to drop.

    Reasons go into ``selection.reasons``. Supporters that support nothing any more go last:
    ``no_gain``.
    """
    alive = with_runs.copy()
    programme = np.isin(catalogue.kind, [KINDS.index(k) for k in PROGRAMME_KINDS])
    while True:
        dead = _without_prerequisite(catalogue, alive, open_groups, selection.reasons)
        if policy.transfer.weeks > 0:
            followed = np.asarray(pairs @ alive.astype(np.int64)) > 0
            unfollowed = np.flatnonzero(alive & programme & ~followed)
            for a in unfollowed.tolist():
                selection.reasons.setdefault(a, Reason("no_practice"))
            dead.extend(unfollowed.tolist())
        if not dead:
            break
        alive[dead] = False
    needed = _with_support(
        alive & selection.base,
        alive & ~selection.base,
        Prerequisites({a: g for a, g in open_groups.items() if alive[a]}, {}),
        pairs,
    )
    for a in np.flatnonzero(alive & ~needed).tolist():
        selection.reasons[a] = _NO_GAIN
    groups = {
        a: tuple(tuple(i for i in group if needed[i]) for group in open_groups[a])
        for a in open_groups
        if needed[a]
    }
    practices: dict[int, tuple[int, ...]] = {}
    if policy.transfer.weeks > 0:
        column = pairs.indices.astype(np.int64)
        for a in np.flatnonzero(needed & programme).tolist():
            row = column[pairs.indptr[a] : pairs.indptr[a + 1]]
            practices[a] = tuple(np.sort(row[needed[row]]).tolist())
    return Settled(needed, groups, practices)


def _without_prerequisite(
    catalogue: Catalogue,
    alive: BoolArray,
    open_groups: Mapping[int, tuple[tuple[int, ...], ...]],
    reasons: dict[int, Reason],
) -> list[int]:
    dead = []
    for a, groups in open_groups.items():
        if alive[a] and any(not alive[list(group)].any() for group in groups):
            # The record names the ids; the catalogue may not have all of them.
            named = catalogue.prerequisites[a]
            reasons[a] = Reason("prerequisite_missing", {"prerequisites": [list(g) for g in named]})
            dead.append(a)
    return dead
