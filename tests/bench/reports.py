"""Time and memory of reports on a large region: ``python -m tests.bench.reports [--people N]``.

A simulated region with sixty districts; each report is made and written in every format. What is
computed for a report (indicators, analysis, deficits) is timed apart from the making of the
document. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from engine.analysis import analyse
from engine.documents.reports import FORMATS, render
from engine.documents.reports.kinds import Asked, Computed, ReportName, build_report
from engine.documents.reports.record_people import deficits_of
from engine.framework import load_framework
from engine.indicators import Cadence, ReportPeriod, compute
from engine.policy import load_policy
from engine.simulation.history import simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.simulation.history_record import record_of_history

PEOPLE_A_MENTOR = 30
T = TypeVar("T")


def timed(label: str, make: Callable[[], T]) -> T:
    """What is made, with its seconds printed."""
    began = time.perf_counter()
    made = make()
    print(f"{label:44} {time.perf_counter() - began:7.2f} s", flush=True)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=35_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    framework, policy = load_framework(), load_policy("default")
    plan = HistoryPlan(
        educators=arguments.people, mentors=max(1, arguments.people // PEOPLE_A_MENTOR)
    )
    history = timed("simulate", lambda: simulate_history(plan, arguments.seed, framework, policy))
    record = timed("record", lambda: record_of_history(history))
    year = ReportPeriod.containing(record.as_of.date(), Cadence.YEARLY)
    computed = Computed(
        indicators=lambda part, profile, period, by: timed(
            f"  indicators {profile}",
            lambda: compute(part, profile, period, by=by, previous=period.previous(2)),
        ),
        analysis=cache(lambda: timed("  analysis", lambda: analyse(record, framework, policy))),
        deficits=lambda part, by: timed(
            f"  deficits of {len(part.educators)}",
            lambda: deficits_of(part, by, framework, policy),
        ),
    )
    district = next(d for d in record.educators["district"] if d)
    school = next(o for o in record.educators["organisation"] if o)
    for name in ReportName:
        asked = Asked(
            name,
            year,
            ("spb", "leningrad-oblast") if name is ReportName.YEARLY else (),
            district if name is ReportName.MUNICIPALITY else None,
            school if name is ReportName.SCHOOL else None,
        )
        report = timed(f"{name} made", lambda asked=asked: build_report(record, asked, computed))
        for form in FORMATS:
            content = timed(f"{name} {form}", lambda report=report, form=form: render(report, form))
            print(f"{'':44} {len(content) / 1024:7.0f} KiB")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
