"""Time and memory of all profiles: ``python -m tests.bench.indicators [--people N]``.

A simulated region with its registers; every profile with every reading, every breakdown and a
trend, from one record. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import resource
import time

from engine.framework import load_framework
from engine.indicators import (
    DIMENSIONS,
    RegionTables,
    ReportPeriod,
    compute,
    load_profile,
    profiles,
)
from engine.policy import load_policy
from engine.simulation.history import simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.simulation.history_record import record_of_history

PEOPLE_A_MENTOR = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=35_000)
    parser.add_argument("--previous", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    plan = HistoryPlan(
        educators=arguments.people, mentors=max(1, arguments.people // PEOPLE_A_MENTOR)
    )
    began = time.perf_counter()
    history = simulate_history(plan, arguments.seed, load_framework(), load_policy("default"))
    drawn = time.perf_counter()
    record = record_of_history(history)
    made = time.perf_counter()
    rows = {n: len(getattr(record, n)) for n in ("sittings", "routes", "participation")}
    print(f"people {arguments.people}, rows {rows}")
    print(f"history {drawn - began:.1f} s, record {made - drawn:.1f} s")
    period = ReportPeriod.year(plan.as_of.year - 1)
    known = [load_profile(name) for name in profiles()]
    tables = RegionTables(record, known[0].minimal_above)
    total, worked = 0.0, time.process_time()
    for profile in known:
        start = time.perf_counter()
        report = compute(
            record,
            profile,
            period,
            by=DIMENSIONS,
            previous=period.previous(arguments.previous),
            tables=tables,
        )
        took = time.perf_counter() - start
        total += took
        readings = sum(len(i.readings) for i in report.indicators)
        parts = sum(len(r.breakdown) for i in report.indicators for r in i.readings)
        print(f"{profile.id:18} {took:6.2f} s  readings {readings:4}  parts {parts:6}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    worked = time.process_time() - worked
    print(f"all profiles {total:.2f} s, processor {worked:.2f} s, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
