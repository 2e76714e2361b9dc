"""The demo gives the same bytes in any year and on a busy machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import sys, time_machine
from engine.cli.app import run
with time_machine.travel(sys.argv[1]):
    sys.exit(run(["demo", "--educator", sys.argv[2], "--out", sys.argv[3], "--json"]))
"""


def demo(clock: str, educator: str, folder: Path) -> tuple[str, dict[str, bytes]]:
    """Standard output, and the files that were written but for the database."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random"}
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, clock, educator, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        encoding="utf-8",
    )
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix != ".db"}
    return result.stdout, files


@pytest.mark.parametrize("educator", ["E01", pytest.param("E05", marks=pytest.mark.long)])
def test_the_demo_is_the_same_in_2030_beside_a_busy_process(educator, tmp_path):
    """E01 needs most work of all demo educators; the bytes stay the same."""
    first = demo("2026-09-01T00:00:00Z", educator, tmp_path / "first")
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        second = demo("2030-06-01T00:00:00Z", educator, tmp_path / "second")
    finally:
        burner.kill()
        burner.wait()
    assert '"cut_by_clock": false' in first[0]
    assert first == second
