"""Programs as files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.planning.highs_child import ROOT, run_highs
from tests.engine.planning.mip import MipBuilder
from tests.engine.planning.problems import random_problem
from tests.engine.planning.second_formulation import formulate

READ = """
import sys, highspy
h = highspy.Highs(); h.setOptionValue("output_flag", False)
assert h.readModel(sys.argv[1]) == highspy.HighsStatus.kOk
h.run(); print(h.getInfo().objective_function_value)
"""


def test_equal_columns_of_a_row_are_added_up() -> None:
    """x + x ≤ 3 with x ≤ 5 whole: the optimum of 2x is 2."""
    b = MipBuilder()
    x = b.column(2.0, high=5.0)
    b.row([(x, 1.0), (x, 1.0)], high=3.0)
    (answer,) = run_highs([b.build()], {})
    assert answer.value == pytest.approx(2.0)


def test_the_lp_file_is_the_same_program(tmp_path: Path) -> None:
    """HiGHS reading the file finds the optimum that it finds for the arrays."""
    program = formulate(random_problem(5, "medium"))
    program.write_lp(tmp_path / "p.lp")
    (direct,) = run_highs([program], {"mip_rel_gap": 0.0})
    assert direct.value is not None
    command = [sys.executable, "-c", READ, str(tmp_path / "p.lp")]
    read = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    assert float(read.stdout.split()[-1]) == pytest.approx(direct.value, rel=1e-4)
