"""Diagnostics of the catalogue as a first step: which may be, when, and what one would tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.catalogue import KINDS, Catalogue
from engine.domain import BoolArray, IntArray, Kind, Ranking, Reason
from engine.planning.compile_frame import Frame
from engine.planning.compile_menu import price_of
from engine.planning.compile_runs import row_entries
from engine.planning.compile_selection import JUDGED_HERE, Wishes
from engine.planning.compile_table import CandidateFacts, Funded
from engine.planning.measuring import Diagnostic, Forecast, Measuring, nodes_and_tasks
from engine.planning.problem import CheckpointRules
from engine.policy import PolicyProfile

NOT_FOR_DIAGNOSTICS = JUDGED_HERE | {"already_completed", "hours_unknown", "form_not_admitted"}
"""Codes of ineligibility that do not stand against a diagnostic.

It is taken again and again, has the policy's length where its own is unknown, and is no step of
learning that a form could be asked of.
"""

CHECKPOINT_ONLY = Reason("checkpoint_only")
NOTHING_TO_MEASURE = Reason("nothing_to_measure")
NO_INFORMATION = Reason("no_information")
LESS_INFORMATION = Reason("less_information")


@dataclass(frozen=True, slots=True, eq=False)
class MeasureFirst:
    """Diagnostics that may be the first step of this route.

    Parameters
    ----------
    forecast
        What they could tell; ``None`` = nothing was measured, or ``known`` says it all.
    known
        What an earlier compile for the same educator found. A changed question weighs the same
        news, or the difference of two routes would not be that of the change.
    """

    forecast: Forecast | None
    known: Measuring | None = None

    @property
    def measurable(self) -> IntArray:
        """Positions of the demands that may be measured anew."""
        return np.zeros(0, dtype=np.int64) if self.forecast is None else self.forecast.demands


def diagnostics_for(catalogue: Catalogue, ranking: Ranking) -> BoolArray:
    """Diagnostics that the educator may take, shape (n_activities,)."""
    found: BoolArray = catalogue.kind == KINDS.index(Kind.DIAGNOSTIC)
    for a in np.flatnonzero(found).tolist():
        reasons = ranking.ineligible.get(a, ())
        found[a] = all(reason.code in NOT_FOR_DIAGNOSTICS for reason in reasons)
    return found


def first_diagnostics(
    catalogue: Catalogue, ranking: Ranking, wishes: Wishes, measure: MeasureFirst | None
) -> BoolArray:
    """Diagnostics that may be a first step if a run lies in the first weeks.

    Those that are not excluded, for the educator's audience or pinned; shape (n_activities,).
    """
    if measure is None:
        return np.zeros(len(catalogue.activities), dtype=np.bool_)
    found = diagnostics_for(catalogue, ranking)
    forced = list(wishes.forced(catalogue))
    found[forced] = catalogue.kind[forced] == KINDS.index(Kind.DIAGNOSTIC)
    found[list(wishes.excluded_activities.values())] = False
    return found


def planned_min(catalogue: Catalogue, policy: PolicyProfile) -> IntArray:
    """Clock minutes of every activity, diagnostics of unknown length with the policy's."""
    stated = catalogue.duration_min
    unknown = (catalogue.kind == KINDS.index(Kind.DIAGNOSTIC)) & (stated <= 0)
    return np.where(unknown, policy.checkpoints.duration_min, stated)


def last_week(frame: Frame, policy: PolicyProfile) -> int:
    """Last week in which a diagnostic may be the first step."""
    return min(frame.first_day // 7 + policy.measure_first.within_weeks, frame.n_weeks) - 1


def options_of(
    catalogue: Catalogue,
    ranking: Ranking,
    wishes: Wishes,
    policy: PolicyProfile,
    measurable: IntArray,
    diagnostics: BoolArray,
    funded: Funded,
) -> list[Diagnostic]:
    """Diagnostics with runs, each by its cheapest candidate; those that measure nothing are out.

    A diagnostic whose nodes the catalogue states measures the demands that these cover; one
    without measures any.

    Parameters
    ----------
    measurable
        Positions of the demands that may be measured at all.
    """
    activity = catalogue.offering_activity[funded.offering]
    rows = np.flatnonzero(diagnostics[activity])
    price = price_of(catalogue, policy, funded, rows)
    forced = wishes.forced(catalogue)
    found: list[Diagnostic] = []
    for a in np.unique(activity[rows]).tolist():
        own = np.flatnonzero(activity[rows] == a)
        cheapest = own[price[own].argmin()]
        run = funded.run[rows[cheapest]]
        work = int(funded.runs.work_min[run])
        measures = np.zeros(ranking.coverage.shape[1], dtype=np.bool_)
        measures[measurable] = True
        if catalogue.activities[a].coverage:
            _, entries = row_entries(ranking.coverage.indptr, np.array([a]))
            covered = entries[ranking.coverage.data[entries] > 0]
            measures &= np.isin(np.arange(len(measures)), ranking.coverage.indices[covered])
        tasks, nodes = nodes_and_tasks(work, int(measures.sum()), policy.measure_first)
        if tasks:
            travel = int(funded.runs.travel_min[run])
            found.append(
                Diagnostic(
                    activity=a,
                    minutes=work + travel,
                    tasks=tasks,
                    most_nodes=nodes,
                    weekly=funded.runs.weekly.row(int(run)),
                    price=float(price[cheapest]),
                    measures=measures,
                    pinned=a in forced,
                )
            )
    return found


def reasons_of_others(
    catalogue: Catalogue,
    wishes: Wishes,
    diagnostics: BoolArray,
    with_runs: IntArray,
    options: Sequence[Diagnostic],
    measuring: Measuring | None,
) -> dict[int, Reason]:
    """Why diagnostics that could come first are no candidates, by activity index.

    Parameters
    ----------
    with_runs
        Activity of each candidate; the others have reasons already.
    """
    ids, able = catalogue.activity_ids, {option.activity for option in options}
    kind = KINDS.index(Kind.DIAGNOSTIC)
    banned = [a for a in wishes.excluded_activities.values() if catalogue.kind[a] == kind]
    found = {a: Reason("excluded", {"label": ids[a]}) for a in banned}
    kept = wishes.forced(catalogue) | ({measuring.activity} if measuring is not None else set())
    for a in np.unique(with_runs[diagnostics[with_runs]]).tolist():
        if a in kept:
            continue
        if a not in able:
            found[a] = NOTHING_TO_MEASURE
        else:
            found[a] = NO_INFORMATION if measuring is None else LESS_INFORMATION
    return found


def without_first(rules: CheckpointRules, facts: CandidateFacts, week: int) -> CheckpointRules:
    """Checkpoints without the runs, up to a week, of diagnostics that may be a first step.

    One sitting is not both the look before learning and the look after it.
    """
    catalogue = facts.catalogue
    own = np.unique(facts.activity[catalogue.kind[facts.activity] == KINDS.index(Kind.DIAGNOSTIC)])
    if not len(own):
        return rules
    labels = {
        catalogue.offering_ids[o] for o in np.flatnonzero(np.isin(catalogue.offering_activity, own))
    }
    kept = tuple(
        offer
        for offer in rules.offers
        if offer.day // 7 > week or offer.label.partition("#")[0] not in labels
    )
    return replace(rules, offers=kept)
