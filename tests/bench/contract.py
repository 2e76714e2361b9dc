"""The contract of the HTTP service against its application, with schemathesis.

``python -m tests.bench.contract --examples 100`` tries every operation; exit code 1 = faults.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from api.openapi import OPENAPI_FILE
from tests.api.contract import EXCUSED, PHASES, Tally, run


def main() -> int:
    """Run, print, and say by the exit code whether anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="drawn cases per operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phase", nargs="*", choices=PHASES, default=PHASES)
    parser.add_argument("--operation", nargs="*", default=(), help="operation ids; none = all")
    given = parser.parse_args()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(
            Path(folder),
            examples=given.examples,
            seed=given.seed,
            phases=given.phase,
            only=given.operation,
        )
    print("\n".join(lines(tally)))
    print(f"{time.perf_counter() - begun:.0f} s")
    return 1 if tally.faults else 0


def lines(tally: Tally) -> list[str]:
    """Report of a run."""
    found = []
    for operation, seen in sorted(tally.statuses.items()):
        counts = ", ".join(f"{status} × {n}" for status, n in sorted(seen.items()))
        found.append(f"{operation}: {counts}")
    for (check, operation, title), text in sorted(tally.faults.items()):
        found += ["", f"FAULT {check}: {operation}: {title}", text]
    document = json.loads(OPENAPI_FILE.read_text(encoding="utf-8"))
    total = sum(len(operations) for operations in document["paths"].values())
    silent = sorted(set(tally.statuses) - tally.reached())
    found += [
        "",
        f"operations {len(tally.statuses)} of {total}",
        f"never successful: {', '.join(silent) or '—'}",
        f"calls {sum(tally.cases.values())}: {dict(tally.cases)}",
        f"checks excused: {sum(map(len, EXCUSED.values()))}",
        f"faults {len(tally.faults)}",
    ]
    return found


if __name__ == "__main__":
    sys.exit(main())
