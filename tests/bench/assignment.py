"""Time and worth of assignments: ``python -m tests.bench.assignment [--mentees N] [--mentors N]``.

People of a simulated region, every one of them owed a mentor, and mentors with places for all of
them or for part; beside the engine scipy's ``linear_sum_assignment`` on one column a place and a
greedy choice by fit, on the same gains in the same run. Then horizontal pairs and management
teams. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from engine.assignment import Mentee, Need, Person, assign
from engine.assignment.admission import Admission
from engine.assignment.candidates import Pairs, candidates
from engine.assignment.closeness import closeness_table
from engine.assignment.matching import greedy
from engine.assignment.meetings import FreeHours
from engine.assignment.network import UNIT, Network, flow_of, loads_of, relative_loads, value_of
from engine.assignment.optimum import solve
from engine.assignment.peer_graph import peer_graphs
from engine.assignment.peer_records import PeerRules
from engine.assignment.peer_value import exchange_of
from engine.assignment.peers import pair_peers
from engine.assignment.records import Pricing
from engine.assignment.spread import spread_of
from engine.domain import FloatArray, Mentor, MentorForm, Reason, Slot
from engine.framework import Framework, load_framework
from engine.policy import PolicyProfile, load_policy
from engine.simulation.region import Region, RegionPlan, simulate_region
from tests.bench.results import machine

FORMS = (MentorForm.MENTOR_YOUNG,)
YOUNG = (Reason("young_educator"),)


def draw(people: int, mentors: int, seed: int, framework: Framework) -> Region:
    """A region of many people and hardly any catalogue."""
    plan = RegionPlan(activities=2, educators=people, mentors=mentors, weeks=2)
    return simulate_region(plan, seed, framework)


def mentees_of_region(region: Region) -> list[Mentee]:
    """Everybody of the region as somebody who is owed a mentor, with needs from raw scores."""
    found = []
    for one in region.educators:
        shares = [(d.node, d.score / d.max_score) for d in one.diagnostics]
        needs = tuple(Need(node, (node,), 1 - share, share) for node, share in shares)
        found.append(Mentee(Person(one.educator, needs), FORMS, YOUNG))
    return found


def with_places(mentors: tuple[Mentor, ...], most: int, rng: np.random.Generator) -> list[Mentor]:
    """The same mentors with consent and 1 to ``most`` places each."""
    places = rng.integers(1, most + 1, len(mentors)).tolist()
    return [replace(m, consent=True, capacity=c) for m, c in zip(mentors, places, strict=True)]


@contextmanager
def timed(what: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"  {what}: {wall:.2f} s ({cpu:.2f} s of work)", flush=True)


def network_of_people(
    mentees: list[Mentee], mentors: list[Mentor], policy: PolicyProfile, framework: Framework,
    region: Region, *, everybody: bool
) -> Network:  # fmt: skip
    """The network that ``assign`` solves; ``everybody`` = no rule refuses anybody."""
    rules = policy.mentorship
    table = closeness_table([m.person for m in mentees], mentors, rules.fit_weight, framework)
    admission = Admission(mentees, mentors, rules, table, region.plan.as_of)
    held = np.zeros(len(mentors), dtype=np.int64)
    found = candidates(
        mentees, mentors, admission, table, Pairs({}, {}), held=held, fairness=Pricing().fairness
    ).network
    if not everybody:
        return found
    n, m = len(mentees), len(mentors)
    gain = np.rint(UNIT * table.fit(slice(0, n))).astype(np.int64)
    return replace(
        found, start=np.arange(n + 1) * m, carer=np.tile(np.arange(m), n), gain=gain.ravel()
    )


def by_scipy(network: Network) -> tuple[int, int]:
    """People served and value, by the Hungarian method with one column for each place."""
    dense: FloatArray = np.full((network.n_people, network.n_carers), -1e12)
    dense[network.person, network.carer] = network.gain
    carer, _, cost = network.ladder
    table = dense[:, carer] - cost
    rows, columns = linear_sum_assignment(table, maximize=True)
    kept = table[rows, columns] > -1e11
    return int(kept.sum()), int(table[rows, columns][kept].sum())


def by_greed(network: Network) -> tuple[int, int, float]:
    """People served, value and Gini of loads, taking pairs by falling fit."""
    order = np.argsort(-network.gain, kind="stable")
    left = network.places.copy()
    free = np.ones(network.n_people, dtype=np.bool_)
    taken = []
    for arc, i, j in zip(
        order.tolist(), network.person[order].tolist(), network.carer[order].tolist(), strict=True
    ):
        if free[i] and left[j]:
            free[i] = False
            left[j] -= 1
            taken.append(arc)
    flow = flow_of(network, np.array(taken, dtype=np.int64))
    shares = relative_loads(network, flow)
    return len(taken), value_of(network, flow), spread_of(shares[network.places > 0]).gini


def compare(title: str, network: Network) -> None:
    """The engine, scipy and greed on one network."""
    arcs = len(network.carer)
    places = int(network.places.sum())
    print(f"{title}: {network.n_people} × {network.n_carers}, {arcs} pairs, {places} places")
    with timed("engine, flow and proof"):
        best = solve(network)
    shares = relative_loads(network, best.flow)[network.places > 0]
    served = int(best.flow.served.sum())
    print(
        f"    served {served}, value {best.value / UNIT:.3f}, gap {best.bound - best.value}, "
        f"rounds {best.rounds}, loads: {_loads(shares)}; "
        f"filled {loads_of(network, best.flow).sum()} of {places}"
    )
    with timed("scipy, a column a place"):
        people, value = by_scipy(network)
    print(
        f"    served {people}, value {value / UNIT:.3f}, of the engine's {value / best.value:.6f}"
    )
    with timed("greedy by fit"):
        people, value, gini = by_greed(network)
    print(
        f"    served {people}, value {value / UNIT:.3f}, of the engine's {value / best.value:.4f}; "
        f"Gini of loads {gini:.3f}"
    )


def _loads(shares: FloatArray) -> str:
    spread = spread_of(shares)
    return (
        f"mean {spread.mean:.3f}, {spread.least:.2f} to {spread.most:.2f}, sd {spread.sd:.3f}, "
        f"Gini {spread.gini:.3f}"
    )


def pairs(people: int, seed: int, policy: PolicyProfile, framework: Framework) -> None:
    """Horizontal pairs of a region, and greed on the same graph."""
    region = draw(people, 0, seed, framework)
    persons = [m.person for m in mentees_of_region(region)]
    for rules in (PeerRules(), PeerRules(most_pairs=2), PeerRules(same_district=True)):
        with timed(f"pairs of {people}, {rules.most_pairs} each, {rules.same_district=}"):
            found = pair_peers(persons, policy, region.as_of, framework=framework, rules=rules)
        ordered = sorted(persons, key=lambda p: p.educator.id)
        exchange = exchange_of(ordered, framework, declared=rules.declared, has_from=rules.has_from)
        taken = sum(
            int(graph.weight[greedy(graph, rules.most_pairs)].sum())
            for graph in peer_graphs(ordered, exchange, rules, framework)
        )
        print(
            f"    {len(found.pairs)} pairs of {found.considered}, value {found.value:.3f}, "
            f"gap {found.gap:.6f}; greedy {taken / UNIT / found.value:.4f} of it",
            flush=True,
        )


def with_hours(
    mentees: list[Mentee], mentors: list[Mentor], policy: PolicyProfile, region: Region,
    rng: np.random.Generator,
) -> tuple[list[Mentor], FreeHours]:  # fmt: skip
    """Mentors with one or two hours a week; people whose every day ends at a time of its own."""
    weeks = policy.limits.horizon_weeks
    at = region.as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = at + dt.timedelta(days=7 - at.weekday())

    def weekly(day: int, first: float, last: float) -> list[Slot]:
        starts = [monday + dt.timedelta(days=7 * week + day) for week in range(weeks)]
        return [Slot(x + dt.timedelta(hours=first), x + dt.timedelta(hours=last)) for x in starts]

    stated = []
    for one in mentors:
        days = rng.choice(5, size=int(rng.integers(1, 3)), replace=False).tolist()
        hour = int(rng.integers(14, 18))
        slots = tuple(slot for day in days for slot in weekly(day, hour, hour + 1))
        stated.append(replace(one, slots=slots))
    busy = {
        one.id: [s for day in range(5) for s in weekly(day, 8, rng.uniform(14, 20))]
        for one in mentees
    }
    return stated, FreeHours(policy, region.as_of, busy)


def meetings(
    mentees: list[Mentee], mentors: list[Mentor], policy: PolicyProfile, framework: Framework,
    region: Region, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Only pairs with an hour in common."""
    stated, hours = with_hours(mentees, mentors, policy, region, rng)
    print(f"  {sum(len(one.slots) for one in stated)} slots, {len(hours.busy)} people busy")
    with timed("assign, only pairs with a common hour"):
        found = assign(mentees, stated, policy, region.as_of, framework=framework, hours=hours)
    apart = sum(left.refusals.get("mentor_no_common_slot", 0) for left in found.unserved)
    print(f"    {found.certificate}\n    {len(found.pairs)} pairs; of the unserved {apart} apart")


def main() -> None:
    """Print times and values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentees", type=int, default=3_000)
    parser.add_argument("--mentors", type=int, default=1_500)
    parser.add_argument("--peers", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print(machine())
    framework, policy = load_framework(), load_policy("default")
    region = draw(asked.mentees, asked.mentors, asked.seed, framework)
    mentees = mentees_of_region(region)
    rng = np.random.default_rng(asked.seed)
    for most in (3, 8):
        mentors = with_places(region.mentors, most, rng)
        print(f"\n1 to {most} places each")
        with timed("assign, from records to the explained answer"):
            found = assign(mentees, mentors, policy, region.as_of, framework=framework)
        tight = [(len(b.educators), len(b.carers), b.places) for b in found.bottlenecks]
        print(f"    {found.certificate}\n    {found.spread}\n    bottlenecks {tight[:3]}")
        for everybody in (False, True):
            title = "everybody admitted" if everybody else "by the rules"
            network = network_of_people(
                mentees, mentors, policy, framework, region, everybody=everybody
            )
            compare(title, network)
        meetings(mentees, mentors, policy, framework, region, rng)
    print()
    pairs(asked.peers, asked.seed, policy, framework)


if __name__ == "__main__":
    main()
