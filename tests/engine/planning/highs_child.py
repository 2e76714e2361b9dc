"""HiGHS in a process of its own: ortools and highspy cannot be loaded together.

``python -m tests.engine.planning.highs_child < batch.pickle > answers.json``; the batch is a
list of (arrays of ``Mip``, options) made by ``run_highs``.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.planning.mip import Mip

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class HighsAnswer:
    """Status of HiGHS, value and bound in the program's unit, seconds of the run alone."""

    status: str
    value: float | None
    bound: float | None
    seconds: float


def run_highs(
    programs: Sequence[Mip], options: Mapping[str, Any], timeout_s: float = 600.0
) -> list[HighsAnswer]:
    """Solve a batch in one child process, one thread, one after another."""
    batch = [(program.arrays(), dict(options)) for program in programs]
    child = subprocess.run(
        [sys.executable, "-m", "tests.engine.planning.highs_child"],
        input=pickle.dumps(batch),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
        timeout=timeout_s,
    )
    return [HighsAnswer(**answer) for answer in json.loads(child.stdout.splitlines()[-1])]


def _solve(arrays: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    import highspy
    import numpy as np

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    for name, value in options.items():
        highs.setOptionValue(name, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(arrays["objective"]), len(arrays["row_low"])
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = (arrays[k] for k in ("objective", "low", "high"))
    lp.row_lower_, lp.row_upper_ = arrays["row_low"], arrays["row_high"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = arrays["indptr"].astype(np.int32)
    lp.a_matrix_.index_ = arrays["indices"].astype(np.int32)
    lp.a_matrix_.value_ = arrays["data"]
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(flag)] for flag in arrays["integer"]]
    started = time.perf_counter()
    highs.passModel(lp)
    highs.run()
    seconds = time.perf_counter() - started
    status = highs.modelStatusToString(highs.getModelStatus())
    info = highs.getInfo()
    if status == "Empty":
        # Neither columns nor rows: nothing to choose is worth nothing.
        return {"status": "Optimal", "value": 0.0, "bound": 0.0, "seconds": seconds}
    found = info.primal_solution_status == 2
    return {
        "status": status,
        "value": info.objective_function_value if found else None,
        "bound": info.mip_dual_bound if abs(info.mip_dual_bound) < 1e30 else None,
        "seconds": seconds,
    }


def main() -> None:
    """Solve the batch on standard input."""
    batch = pickle.loads(sys.stdin.buffer.read())
    print(json.dumps([_solve(arrays, options) for arrays, options in batch]))


if __name__ == "__main__":
    main()
