"""Analysis of regions with planted holes: ``python -m tests.bench.analysis [--people N]``.

Precision and recall over seeds, judged by the truth of everybody; time and memory of one large
region; with ``--groups`` the table of groups from records, one by one and all at once. Nothing is
asserted here.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from engine.analysis import Analysis, GapCode, analyse
from engine.deficits.groupings import Grouping
from engine.diagnostics import estimate_proficiency
from engine.diagnostics.many_people import check_evidence, estimate_many
from engine.domain import BoolArray
from engine.framework import Framework, load_framework
from engine.policy import PolicyProfile, load_policy
from engine.region_record import RegionRecord
from engine.simulation.history import simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.simulation.holes import Holes, HolesPlan, simulate_holes

LEAST_HOURS = 6
"""Academic hours about a node below which an activity is no answer to a deficit."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of a region with holes, worked out from everybody's proficiency.

    Parameters
    ----------
    above
        Shape (n_people, n_nodes): a deficit above minimal.
    measured
        Shape (n_people, n_nodes).
    """

    record: RegionRecord
    holes: Holes
    framework: Framework
    above: BoolArray
    measured: BoolArray

    @classmethod
    def of(
        cls, record: RegionRecord, holes: Holes, framework: Framework, policy: PolicyProfile
    ) -> Truth:
        """The truth of a simulated region."""
        place = {name: i for i, name in enumerate(record.educators["educator"])}
        measured = np.zeros(holes.proficiency.shape, dtype=np.bool_)
        rows = record.sittings["educator"].map(place).to_numpy()
        measured[rows, record.sittings["node"].map(framework.index).to_numpy()] = True
        above = holes.proficiency <= policy.levels.minimal_above
        return cls(record, holes, framework, above, measured)

    def excess(self, grouping: Grouping, key: str, node: str) -> float:
        """True excess of a group's share over the rest of the measured."""
        column = {
            Grouping.DISTRICT: "district",
            Grouping.SCHOOL: "organisation",
            Grouping.POSITION: "position",
        }
        frame, k = self.record.educators, self.framework.index[node]
        if grouping is Grouping.SUBJECT:
            inside = np.array([key in own for own in frame["subjects"]])
        else:
            inside = (frame[column[grouping]] == key).to_numpy()
        told = self.measured[:, k]
        return float(self.above[told & inside, k].mean() - self.above[told & ~inside, k].mean())

    def served(self, node: str, position: str) -> tuple[int, float]:
        """Activities about a node for a position that are no short events, and their open seats."""
        today = self.record.as_of.date()
        about = {
            a.id
            for a in self.record.activities
            if (a.hours_academic or 0) * a.coverage.get(node, 0) >= LEAST_HOURS
            and (not a.positions or position in a.positions)
        }
        seats = 0.0
        for run in self.record.offerings:
            if run.activity_id not in about:
                continue
            begins = run.start is not None and run.start > today
            if run.self_paced or (begins and (run.enrolment_until or run.start) >= today):
                seats += np.inf if run.seats_left is None else run.seats_left
        return len(about), seats


@dataclass
class Score:
    """Planted holes and those found, and what was found besides, by kind.

    Parameters
    ----------
    named, false
        Findings, and those of them that are not true.
    """

    planted: Counter[str] = field(default_factory=Counter)
    planted_found: Counter[str] = field(default_factory=Counter)
    named: int = 0
    false: int = 0
    covered: list[bool] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Put another region's score to this one."""
        self.planted += other.planted
        self.planted_found += other.planted_found
        self.named += other.named
        self.false += other.false
        self.covered += other.covered


def judge(analysis: Analysis, truth: Truth) -> Score:
    """Compare an analysis with the truth."""
    score, holes = Score(), truth.holes
    named = {(c.key, c.node) for c in analysis.concentrations if c.grouping is Grouping.DISTRICT}
    gaps = {(g.node, g.code) for g in analysis.gaps}
    lone = {g.subject for g in analysis.mentors.groups} if analysis.mentors else set()
    kinds = {
        "weak": [(cell, cell in named) for cell in holes.weak],
        "bare": [(n, (n, GapCode.NO_ACTIVITY) in gaps) for n in holes.bare],
        "runless": [(n, (n, GapCode.NO_RUN) in gaps) for n in holes.runless],
        "narrow": [(n, (n, GapCode.TOO_FEW_SEATS) in gaps) for n in holes.narrow],
        "lone": [(s, s in lone) for s in holes.lone],
    }
    for kind, found in kinds.items():
        score.planted[kind] += len(found)
        score.planted_found[kind] += sum(is_found for _, is_found in found)
    for c in analysis.concentrations:
        true = truth.excess(c.grouping, c.key, c.node)
        score.named += 1
        score.false += true <= 0
        score.covered.append(c.excess.interval_90[0] <= true <= c.excess.interval_90[1])
    for gap in analysis.gaps:
        score.named += 1
        score.false += not _is_gap(gap.node, gap.code, [a.position for a in gap.audiences], truth)
    return score


def _is_gap(node: str, code: GapCode, positions: list[str], truth: Truth) -> bool:
    """Whether some of these people truly lack an activity or a seat."""
    k = truth.framework.index[node]
    people = truth.record.educators["position"].isin(positions).to_numpy() & truth.measured[:, k]
    lacking = int(truth.above[people, k].sum())
    for position in sorted(set(positions)):
        activities, seats = truth.served(node, position)
        if activities if code is GapCode.NO_ACTIVITY else seats >= lacking:
            return False
    return lacking > 0


def _print_scores(people: int, seeds: int) -> None:
    framework, policy = load_framework(), load_policy("default")
    for weakness in (0.5, 1.0):
        total = Score()
        for seed in range(seeds):
            plan = HolesPlan(educators=people, mentors=people // 10, weakness=weakness)
            record, holes = simulate_holes(plan, seed, framework, policy)
            truth = Truth.of(record, holes, framework, policy)
            total.add(judge(analyse(record, framework, policy), truth))
        recall = ", ".join(f"{k} {total.planted_found[k]}/{n}" for k, n in total.planted.items())
        right = 1 - total.false / max(total.named, 1)
        print(
            f"{people} people, weak cells {weakness:g} below, {seeds} seeds: found {recall}; "
            f"named {total.named}, precision {right:.3f}; "
            f"90 % intervals of excess held {np.mean(total.covered):.2f}"
        )


def _print_large(people: int) -> None:
    framework, policy = load_framework(), load_policy("default")
    for activities in (400, 3_000):
        plan = HolesPlan(
            educators=people,
            activities=activities,
            mentors=people // 10,
            districts=60,
            schools=16,
            test_nodes=24,
            nodes_each=10,
        )
        record, _ = simulate_holes(plan, 0, framework, policy)
        wall, cpu = time.perf_counter(), time.process_time()
        found = analyse(record, framework, policy)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{people} people, {len(record.sittings)} scores, {len(record.activities)} activities, "
            f"{len(record.offerings)} runs, {len(record.mentors)} mentors: {wall:.1f} s "
            f"({cpu:.1f} s of work), peak {peak:.0f} MiB; {len(found.recommendations)} "
            "recommendations"
        )


def _print_groups(people: int) -> None:
    """One by one against all at once, on people with some years of sittings each."""
    framework, policy = load_framework(), load_policy("default")
    plan = HistoryPlan(activities=30, educators=people)
    history = simulate_history(plan, 1, framework, policy)
    rows = [p.diagnostics for p in history.educators]
    start = time.process_time()
    one = [estimate_proficiency(r, (), framework, policy, history.as_of) for r in rows]
    middle = time.process_time()
    checked = [check_evidence(r, (), framework, policy, history.as_of) for r in rows]
    after = time.process_time()
    found = estimate_many(checked, framework, policy)
    end = time.process_time()
    mean = np.array([n.mean for p in one for n in p.nodes])
    print(
        f"{people} people, {sum(map(len, rows))} scores: one by one {middle - start:.1f} s, checks "
        f"{after - middle:.1f} s and all at once {end - after:.1f} s (work); "
        f"greatest difference {np.abs(mean - found.mean).max():.1e}"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3_000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--large", type=int, default=0, help="people of a large region; 0 = none")
    parser.add_argument("--groups", type=int, default=0, help="people one by one; 0 = none")
    asked = parser.parse_args()
    if asked.groups:
        _print_groups(asked.groups)
    if asked.large:
        _print_large(asked.large)
    if asked.seeds:
        _print_scores(asked.people, asked.seeds)


if __name__ == "__main__":
    main()
