"""Group view: how many people of a school, district, subject or position have which deficits.

Two numbers stand side by side, as for one person. The *official* one counts the levels that the
newest sittings gave. The *estimate* comes from the posteriors: with p_i the probability that
person i's deficit is of a level, the expected share is the mean of the p_i, and the number of such
people is a mixture of Poisson-binomials (Hong 2013), which gives its interval.

What the interval holds, besides the doubt about each person: that the mean of the people may differ
from the policy's prior, which all of them tell of together; that the one test they sat may be
harder or easier than it is taken for; that a group's mean may differ from everybody's
(``engine.deficits.common_shift``). The last two no number of people averages out, so the interval
of a thousand people is hardly narrower than that of two hundred.

What it does not hold: members who were **not measured**. Who is measured is not drawn at random in
practice, and no number of the others makes up for that. Nor a test further off than the policy's
``procedure_sd``, nor tasks that do not measure the competency, nor a wrong spread of the prior.
p_i is not quite what the person's own page says: it knows of the other people.

What may be printed at all is decided in ``engine.deficits.disclosure``, for each node of the table
as a whole. Results are protected; who belongs to a group and who was measured is not. Two tables of
different groupings (by subject and by position), or of different days, are each safe by themselves
and not against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from engine.deficits.common_shift import CommonShift, common_shift
from engine.deficits.disclosure import printable, safe_count, safe_counts, safe_shares
from engine.deficits.group_estimates import GroupEstimates, PersonAmounts, estimate_groups
from engine.deficits.group_measures import (
    LEVELS,
    Assessed,
    Measurements,
    Member,
    Targets,
    assess,
)
from engine.deficits.group_table import GroupRow, GroupTable, ShareEstimate
from engine.deficits.groupings import Grouping, GroupSet, group_people
from engine.domain import BoolArray, Educator, FloatArray, IntArray, Reason
from engine.framework import Framework, NodeLevel
from engine.policy import GroupView, PolicyProfile

_SPLITS = (LEVELS.index("minimal"), LEVELS.index("high"))
"""Levels of which the number may stand alone, beside all others together; ties to the first."""


def group_view(
    members: Sequence[Member],
    by: Grouping,
    framework: Framework,
    policy: PolicyProfile,
    *,
    node_levels: Collection[NodeLevel] = (),
) -> GroupTable:
    """Deficits of groups of people.

    Parameters
    ----------
    members
        Everybody, also those without any measurement.
    node_levels
        Levels of the framework that are wanted; empty = all. Evidence stays at the node that was
        measured: a block's row counts those measured at the block, not at its leaves.

    Returns
    -------
    GroupTable
        ``by`` districts leaves out the schools, yet withholds what the table of schools does.
    """
    educators = [member.educator for member in members]
    measured = Measurements.of(members, framework)
    return view_measurements(educators, measured, by, framework, policy, node_levels=node_levels)


def view_measurements(
    educators: Sequence[Educator],
    measured: Measurements,
    by: Grouping,
    framework: Framework,
    policy: PolicyProfile,
    *,
    node_levels: Collection[NodeLevel] = (),
) -> GroupTable:
    """As ``group_view``, from arrays: for whole regions and models of one's own."""
    groups = group_people(educators, by)
    targets = Targets.of(educators, framework, policy)
    assessed = assess(measured, targets, policy)
    shown = np.array([g.grouping in (Grouping.ALL, by) for g in groups.groups])
    rows: list[list[GroupRow]] = [[] for _ in groups.groups]
    for node in np.unique(assessed.node).tolist():
        if node_levels and framework.nodes[node].level not in node_levels:
            continue
        members = groups.members.T @ targets.applies(node).astype(np.float64)
        at = assessed.at(node)
        shift = common_shift(at.odds_mean, at.odds_sd, node, framework, policy)
        table = _NodeTable.of(at, groups, shown, shift, policy.group_view)
        about = framework.nodes[node]
        for g in np.flatnonzero(shown & (members > 0)).tolist():
            row = table.row(g, about.code, about.title, int(members[g]))
            rows[g].append(row)
    return GroupTable(
        by=by,
        policy=policy.id,
        least_people=policy.group_view.least_people,
        n_people=len(educators),
        rows=tuple(row for of_group in rows for row in of_group),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _NodeTable:
    """Everything of one node, by group.

    Parameters
    ----------
    measured
        Shape (n_groups,), people.
    estimated, one_level, all_levels
        Shape (n_groups,): what is printed: estimates; the number at level ``split``; all three.
    official
        Shape (n_groups, 3), people.
    estimates
        Of groups that are ``estimated`` and asked for.
    """

    groups: GroupSet
    least_people: int
    measured: IntArray
    estimated: BoolArray
    one_level: BoolArray
    all_levels: BoolArray
    split: int
    official: IntArray
    estimates: GroupEstimates

    @classmethod
    def of(
        cls,
        at: Assessed,
        groups: GroupSet,
        shown: BoolArray,
        shift: CommonShift,
        rule: GroupView,
    ) -> _NodeTable:
        people, least_people = at.person, rule.least_people
        by_group = groups.members[people].T
        measured = np.asarray(by_group.sum(axis=1)).astype(np.int64)
        levels = np.eye(len(LEVELS))[at.level]
        amounts = PersonAmounts.of(at, shift)
        known = np.hstack([at.probability, amounts.probability])
        estimated = printable(groups, people, known, safe_shares(least_people), measured > 0)
        split, one_level = _split(groups, people, levels, least_people, estimated)
        all_safe = safe_counts(least_people, split)
        wanted = estimated & shown
        return cls(
            groups=groups,
            least_people=least_people,
            measured=measured,
            estimated=estimated,
            one_level=one_level,
            all_levels=printable(groups, people, levels, all_safe, one_level),
            split=split,
            official=np.rint(by_group @ levels).astype(np.int64),
            estimates=estimate_groups(at, amounts, shift, groups, wanted, rule.group_sd),
        )

    def row(self, g: int, node: str, title: str, n_members: int) -> GroupRow:
        group, n_measured = self.groups.groups[g], int(self.measured[g])
        if not self.estimated[g]:
            reason = _withheld(n_measured, self.least_people)
            return GroupRow(
                group, node, title, n_members, n_measured, withheld=reason, official_withheld=reason
            )
        high, medium, minimal = (self._share(g, level) for level in range(len(LEVELS)))
        mean, low, top = self.estimates.deficit[g].tolist()
        whole = bool(self.all_levels[g])
        return GroupRow(
            group,
            node,
            title,
            n_members,
            n_measured,
            official=self._official(g),
            shares=(high, medium, minimal),
            mean_deficit=mean,
            deficit_interval_90=(low, top),
            official_withheld=None if whole else _protected(self.least_people),
        )

    def _official(self, g: int) -> tuple[int | None, int | None, int | None]:
        counts: list[int | None] = list(self.official[g].tolist())
        for level in range(len(LEVELS)):
            alone = level == self.split and self.one_level[g]
            if not (alone or self.all_levels[g]):
                counts[level] = None
        high, medium, minimal = counts
        return high, medium, minimal

    def _share(self, g: int, level: int) -> ShareEstimate:
        of = self.estimates
        interval = (float(of.low[g, level]), float(of.high[g, level]))
        return ShareEstimate(float(of.expected[g, level]), interval)


def _split(
    groups: GroupSet, people: IntArray, levels: FloatArray, least_people: int, among: BoolArray
) -> tuple[int, BoolArray]:
    """Level of which most groups may print the number, and those groups."""
    found = [
        (level, printable(groups, people, levels, safe_count(least_people, level), among))
        for level in _SPLITS
    ]
    return max(found, key=lambda entry: int(entry[1].sum()))


def _withheld(n_measured: int, least_people: int) -> Reason:
    if n_measured == 0:
        return Reason("group_not_assessed")
    if n_measured < least_people:
        return Reason("group_too_few", {"least": least_people})
    return _protected(least_people)


def _protected(least_people: int) -> Reason:
    return Reason("group_protected", {"least": least_people})


__all__ = ["Member", "group_view", "view_measurements"]
