"""Which activities may become candidates at all, and which fall away again.

Works on activity indices of the catalogue; runs come in between: ``select`` before them,
``settle`` after them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.catalogue import FORMS, KINDS, UNKNOWN, Catalogue, fold
from engine.domain import (
    BoolArray,
    Constraints,
    HistoryItem,
    IntArray,
    Kind,
    Ranking,
    Reason,
)
from engine.planning.compile_gains import Gains
from engine.planning.compile_practices import Practices
from engine.planning.compile_static import NEVER, static_of
from engine.policy import Limits, PolicyProfile


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
    unwanted
        Makes the reason of every activity that is not wanted, by activity index.
    reasons
        Why activities that had runs fell away again; ``settle`` notes them.
    """

    wanted: BoolArray
    base: BoolArray
    unwanted: Callable[[], dict[int, Reason]]
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
    static = static_of(catalogue)
    valid = dict(static.never_met)
    for a, named in catalogue.prerequisites.items():
        # Most prerequisites are not in the history, whatever their titles.
        if by_title or not all(by_id.keys().isdisjoint(group) for group in named):
            valid[a] = tuple(
                max((_met_until(catalogue, i, by_id, by_title) for i in group), default=NEVER)
                for group in named
            )
    return Prerequisites(static.prerequisite_groups, valid)


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
    practices: Practices,
    diagnostics: BoolArray,
) -> Selection:
    """Choose the activities that need runs, and say why the others do not.

    An activity stands for itself if it has a gain that counts, or if it is asked for by name or
    theme. One without any gain is still needed where it is a prerequisite or a practice of such
    an activity.

    Parameters
    ----------
    diagnostics
        Shape (n_activities,): diagnostics that may be a first step; they stand for themselves.
    """
    n = len(catalogue.activities)
    forced = _mask(n, wishes.forced(catalogue))
    themed = _mask(n, (a for t in wishes.required_themes for a in catalogue.themes.get(t, ())))
    barred = _barred(ranking)
    eligible = ~_mask(n, barred)
    form_codes = [FORMS.index(f) for f in constraints.forms] or list(range(len(FORMS)))
    form_ok = np.isin(catalogue.form, form_codes)
    plannable = (catalogue.duration_min > 0) & (catalogue.kind != KINDS.index(Kind.DIAGNOSTIC))
    admitted = plannable & eligible & form_ok
    base = plannable & forced | admitted & (gains.counted | themed) | diagnostics
    supporters = admitted & ~gains.any_gain & ~base
    wanted = _with_support(base, supporters, prerequisites, practices)
    plain = ~wanted & admitted & ~gains.any_gain

    def unwanted() -> dict[int, Reason]:
        reasons = _reasons(catalogue, barred, ~wanted & ~plain, form_ok)
        return reasons | dict.fromkeys(np.flatnonzero(plain).tolist(), _NO_GAIN)

    return Selection(wanted=wanted, base=base, unwanted=unwanted, reasons={})


JUDGED_HERE = frozenset({"excluded", "no_run_in_horizon", "enrolment_closed"})
"""Codes of ineligibility that the compiler judges itself, run by run.

An excluded activity stays a candidate, so that a conflict can name the ban.
"""


def _barred(ranking: Ranking) -> dict[int, Reason]:
    """First reason of the ranking that keeps an activity from being a candidate."""
    found: dict[int, Reason] = {}
    for a, reasons in ranking.ineligible.items():
        for reason in reasons:
            if reason.code not in JUDGED_HERE:
                found[a] = reason
                break
    return found


def _mask(size: int, members: Iterable[int]) -> BoolArray:
    mask = np.zeros(size, dtype=np.bool_)
    mask[list(members)] = True
    return mask


_HOURS_UNKNOWN = Reason("hours_unknown")
_CHECKPOINT_ONLY = Reason("checkpoint_only")
_NO_GAIN = Reason("no_gain")
_FORM_BY_LEVEL = Reason("form_by_level")


def _reasons(
    catalogue: Catalogue, barred: Mapping[int, Reason], unwanted: BoolArray, form_ok: BoolArray
) -> dict[int, Reason]:
    """Reasons of unwanted activities other than ``no_gain``: the later classes go first."""
    found = dict.fromkeys(np.flatnonzero(unwanted).tolist(), _FORM_BY_LEVEL)
    for a in np.flatnonzero(unwanted & ~form_ok).tolist():
        found[a] = Reason("form_not_admitted", {"form": catalogue.activities[a].form.value})
    unknown = unwanted & (catalogue.duration_min == UNKNOWN)
    found.update(dict.fromkeys(np.flatnonzero(unknown).tolist(), _HOURS_UNKNOWN))
    flags = unwanted.tolist()
    found.update({a: reason for a, reason in barred.items() if flags[a]})
    diagnostic = unwanted & (catalogue.kind == KINDS.index(Kind.DIAGNOSTIC))
    found.update(dict.fromkeys(np.flatnonzero(diagnostic).tolist(), _CHECKPOINT_ONLY))
    return found


def _with_support(
    base: BoolArray, supporters: BoolArray, prerequisites: Prerequisites, practices: Practices
) -> BoolArray:
    """``base`` and all supporters that it needs, directly or through others."""
    wanted = base.copy()
    new = base
    while new.any():
        needed = np.zeros(len(base), dtype=np.bool_)
        for a, groups in prerequisites.groups.items():
            if new[a]:
                needed[[i for group in groups for i in group]] = True
        needed |= practices.needed_by(new)
        new = needed & supporters & ~wanted
        wanted |= new
    return wanted


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
        Practices of living programmes, by activity index, rising; equal ones are one array.
    """

    alive: BoolArray
    groups: Mapping[int, tuple[tuple[int, ...], ...]]
    practices: Mapping[int, IntArray]


def settle(
    catalogue: Catalogue,
    policy: PolicyProfile,
    selection: Selection,
    with_runs: BoolArray,
    open_groups: Mapping[int, tuple[tuple[int, ...], ...]],
    pairs: Practices,
) -> Settled:
    """Drop activities whose prerequisites or practices have no runs, until none is left to drop.

    Reasons go into ``selection.reasons``. Supporters that support nothing any more go last:
    ``no_gain``.
    """
    alive = with_runs.copy()
    programme = static_of(catalogue).programme
    while True:
        dead = _without_prerequisite(catalogue, alive, open_groups, selection.reasons)
        if policy.transfer.weeks > 0:
            followed = pairs.followed(alive)
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
    practices: dict[int, IntArray] = {}
    if policy.transfer.weeks > 0:
        own = np.flatnonzero(needed & programme)
        groups_of = pairs.group[own].tolist()
        living = pairs.among(needed, groups_of)
        practices = {a: living[g] for a, g in zip(own.tolist(), groups_of, strict=True)}
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
