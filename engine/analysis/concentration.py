"""Where deficits concentrate: groups of people that stand out at a node, each found credibly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.contrast import (
    Z_90,
    Compared,
    Contrasts,
    Results,
    compare,
    named,
    pooled,
    scale_of,
)
from engine.analysis.evidence import RegionEvidence
from engine.analysis.people import RegionPeople
from engine.analysis.results import AnalysisOptions, Concentration, Estimate
from engine.analysis.shares import NodeDeficits
from engine.deficits.groupings import GroupSet, group_people
from engine.domain import BoolArray, IntArray
from engine.framework import Framework
from engine.policy import PolicyProfile


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """Comparisons of one kind of groups at one node; ``columns`` are places in the group set."""

    node: int
    columns: IntArray
    found: Contrasts


def concentrations(
    people: RegionPeople,
    evidence: RegionEvidence,
    nodes: Mapping[int, NodeDeficits],
    framework: Framework,
    policy: PolicyProfile,
    options: AnalysisOptions,
) -> tuple[Concentration, ...]:
    """Groups that stand out, by falling number of deficits above what the rest has."""
    found: list[Concentration] = []
    for grouping in options.by:
        groups = group_people(people.educators, grouping)
        columns = np.array(
            [i for i, g in enumerate(groups.groups) if g.grouping is grouping and g.key],
            dtype=np.int64,
        )
        if len(columns) < 2 or not nodes:
            continue
        compared = [_compared(node, columns, groups, evidence, policy, framework) for node in nodes]
        contrasts = pooled(compared, policy.group_view.group_sd, options.least_excess)
        looks = [_Looks(node, columns, own) for node, own in zip(nodes, contrasts, strict=True)]
        found += _named(looks, groups, nodes, framework, options)
    return tuple(sorted(found, key=lambda c: (-c.people, c.node, c.grouping, c.key, c.district)))


def _compared(
    node: int,
    columns: IntArray,
    groups: GroupSet,
    evidence: RegionEvidence,
    policy: PolicyProfile,
    framework: Framework,
) -> Compared:
    first, last = np.searchsorted(evidence.assessed.node, [node, node + 1])
    part = slice(int(first), int(last))
    newest, rule = evidence.newest, policy.diagnostics
    depth = len(framework.ancestors(framework.codes[node]))
    variance = rule.person_sd**2 + rule.direction_sd**2 + depth * rule.node_sd**2
    return compare(
        Results(
            newest.successes[part],
            newest.failures[part],
            newest.procedure[part],
            newest.procedure_sd,
        ),
        groups.members[evidence.assessed.person[part]][:, columns],
        scale_of(
            rule.prior_median,
            max(variance, 1e-6),
            policy.levels.minimal_above,
        ),
        least_people=policy.group_view.least_people,
    )


def _named(
    looks: Sequence[_Looks],
    groups: GroupSet,
    nodes: Mapping[int, NodeDeficits],
    framework: Framework,
    options: AnalysisOptions,
) -> list[Concentration]:
    """Those that are named among all looks of one kind of groups, at every node."""
    sizes = [len(look.columns) for look in looks]
    chosen = named(np.concatenate([look.found.probability for look in looks]), options.false_share)
    found: list[Concentration] = []
    for look, taken in zip(looks, np.split(chosen, np.cumsum(sizes)[:-1]), strict=True):
        if taken.any():
            found += _records(look, taken, groups, nodes[look.node], framework)
    return found


def _records(
    look: _Looks,
    taken: BoolArray,
    groups: GroupSet,
    deficits: NodeDeficits,
    framework: Framework,
) -> list[Concentration]:
    about, found = framework.nodes[look.node], look.found
    n_all = len(deficits.at.person)
    records = []
    for i in np.flatnonzero(taken).tolist():
        column = int(look.columns[i])
        group, n = groups.groups[column], int(found.n[i])
        # the rest is what the group is compared with; everybody holds the group as well
        others = 1 - n / n_all
        members = np.asarray(groups.members[:, [column]].todense()).ravel() > 0
        share = deficits.share_of(
            members, float(found.difference[i]) * others, float(found.spread[i]) * others
        )
        excess = _of_these_people(deficits, members, found, i)
        records.append(
            Concentration(
                grouping=group.grouping,
                key=group.key,
                title=group.title,
                district=group.district,
                node=about.code,
                node_title=about.title,
                n_measured=n,
                share=share,
                excess=excess,
                probability=float(found.probability[i]),
                people=excess.value * n,
            )
        )
    return records


def _of_these_people(
    deficits: NodeDeficits, members: BoolArray, found: Contrasts, i: int
) -> Estimate:
    """The excess among those measured: what is known of their mean, and the chance of each."""
    likely = deficits.likely[members[deficits.at.person]]
    chance = Z_90 * float(np.sqrt((likely * (1 - likely)).sum())) / len(likely)
    value = float(found.excess[i])
    low = value - float(np.hypot(value - found.low[i], chance))
    high = value + float(np.hypot(found.high[i] - value, chance))
    return Estimate(value, (max(low, -1.0), min(high, 1.0)))
