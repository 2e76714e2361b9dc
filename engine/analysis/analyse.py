"""The analysis of a region, from its record to recommendations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from engine.analysis.additions import propose_runs
from engine.analysis.closable import Closable, closable
from engine.analysis.concentration import concentrations
from engine.analysis.evidence import RegionEvidence, evidence_of
from engine.analysis.gaps import catalogue_gaps
from engine.analysis.mentors import mentor_shortage
from engine.analysis.people import RegionPeople, people_of
from engine.analysis.recommend import recommendations
from engine.analysis.results import (
    Analysis,
    AnalysisOptions,
    CatalogueGap,
    Missing,
    NodeShare,
    ProposedRuns,
    SeatUse,
    Supply,
)
from engine.analysis.seats import seat_use
from engine.analysis.shares import NodeDeficits, times
from engine.analysis.supply import CatalogueSupply, RunState, supply_of
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.region_record import RegionRecord

_SURE = 0.5
"""Probability from which on a deficit counts as found, for what ties a mentor to somebody."""

_NO_RUNS: tuple[tuple[CatalogueGap, ...], ProposedRuns, tuple[()], tuple[()]] = (
    (), ProposedRuns(), (), ()
)  # fmt: skip


def analyse(
    record: RegionRecord,
    framework: Framework,
    policy: PolicyProfile,
    options: AnalysisOptions | None = None,
) -> Analysis:
    """Where deficits concentrate, what the catalogue and the mentors lack, and what would help.

    Parameters
    ----------
    options
        ``None`` = the defaults of ``AnalysisOptions``.

    Returns
    -------
    Analysis
        What data are missing for is left out and named in ``missing``, never guessed.

    Raises
    ------
    ConfigurationError
        Where the policy states no reliability or no ``procedure_sd`` for a method.
    """
    asked = options or AnalysisOptions()
    today = record.as_of.astimezone(ZoneInfo(policy.time_zone)).date()
    until = asked.until or today + dt.timedelta(weeks=policy.limits.horizon_weeks)
    people = people_of(record, framework, policy)
    evidence = evidence_of(
        record.sittings, record.educators["educator"], people.targets, framework, policy, today
    )
    nodes = {
        node: NodeDeficits.of(evidence.assessed, node, people.targets, framework, policy)
        for node in np.unique(evidence.assessed.node).tolist()
    }
    found = _Catalogue.of(record, people, nodes, framework, policy, asked, until)
    parts = Analysis(
        as_of=today,
        until=until,
        policy=policy.id,
        options=asked,
        n_people=len(people.educators),
        n_measured=len(np.unique(evidence.assessed.person)),
        nodes=_node_shares(people, nodes, framework, policy),
        concentrations=concentrations(people, evidence, nodes, framework, policy, asked),
        supply=found.supply,
        gaps=found.gaps,
        runs=found.runs,
        unused_seats=found.unused,
        oversubscribed=found.oversubscribed,
        mentors=mentor_shortage(
            record, people, _needed(nodes, framework), framework, policy, asked.mentor_capacity
        ),
        recommendations=(),
        missing=_missing(record, evidence),
    )
    return recommendations(parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Catalogue:
    """What is said of the catalogue."""

    supply: Supply
    gaps: tuple[CatalogueGap, ...]
    runs: ProposedRuns
    unused: tuple[SeatUse, ...]
    oversubscribed: tuple[SeatUse, ...]

    @classmethod
    def of(
        cls,
        record: RegionRecord,
        people: RegionPeople,
        nodes: Mapping[int, NodeDeficits],
        framework: Framework,
        policy: PolicyProfile,
        options: AnalysisOptions,
        until: dt.date,
    ) -> _Catalogue:
        deficit = float(sum(d.deficit.sum() for d in nodes.values()))
        if not nodes or not record.activities:
            return cls(Supply(deficit, float("nan")), *_NO_RUNS)
        offers = supply_of(
            record.activities,
            record.offerings,
            people,
            tuple(nodes),
            framework,
            policy,
            record.as_of,
            until,
            options.benefit,
        )
        gaps = catalogue_gaps(people, nodes, offers, until, framework, policy, options)
        best = closable(nodes, people.profile, offers, policy.limits, len(framework))
        runs = propose_runs(people, nodes, offers, best, gaps, framework, policy, options)
        unused, short = seat_use(people, nodes, offers, policy)
        return cls(Supply(deficit, _closable(offers, best)), gaps, runs, unused, short)


def _closable(offers: CatalogueSupply, best: Closable) -> float:
    return best.value if bool((offers.state == RunState.OPEN).any()) else float("nan")


def _node_shares(
    people: RegionPeople,
    nodes: Mapping[int, NodeDeficits],
    framework: Framework,
    policy: PolicyProfile,
) -> tuple[NodeShare, ...]:
    everybody = np.ones((len(people.educators), 1), dtype=np.bool_)
    found = []
    for node, deficits in nodes.items():
        (share,) = deficits.shares(everybody, policy)
        n = len(deficits.at.person)
        if n < policy.group_view.least_people:
            continue
        about = framework.nodes[node]
        members = int(people.targets.applies(node).sum())
        found.append(NodeShare(about.code, about.title, members, n, share, times(share, n)))
    return tuple(found)


def _needed(nodes: Mapping[int, NodeDeficits], framework: Framework) -> dict[int, frozenset[str]]:
    """Leaves in which each person has probably a deficit."""
    found: dict[int, frozenset[str]] = {}
    for node, deficits in nodes.items():
        leaves = frozenset(leaf.code for leaf in framework.leaves_of(framework.codes[node]))
        for person in deficits.at.person[deficits.likely >= _SURE].tolist():
            found[person] = found.get(person, frozenset()) | leaves
    return found


def _missing(record: RegionRecord, evidence: RegionEvidence) -> tuple[Missing, ...]:
    """What cannot be said, each with the data that it would need."""
    found = []
    if not len(record.educators):
        found.append(Missing("no_educators"))
    if not len(evidence.assessed.person):
        found.append(Missing("no_diagnostics"))
    if evidence.n_unused:
        found.append(Missing("sittings_unused", {"count": evidence.n_unused}))
    if not record.activities:
        found.append(Missing("no_catalogue"))
    elif not record.offerings:
        found.append(Missing("no_offerings"))
    if not record.mentors:
        found.append(Missing("no_mentors"))
    no_district = int((record.educators["district"].fillna("") == "").sum())
    if no_district:
        found.append(Missing("no_district", {"count": no_district}))
    dates = record.educators[["turns_35_on", "pedagogical_start"]]
    no_dates = int(dates.isna().any(axis=1).sum())
    if no_dates:
        found.append(Missing("no_dates", {"count": no_dates}))
    return tuple(found)
