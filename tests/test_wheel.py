"""The wheel is complete: installed into an empty folder, it runs the demo there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments, **options):
    return subprocess.run(
        [str(a) for a in arguments],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        **options,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the installed wheel alone; dependencies come from this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    built = run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    installed = run(*pip, "install", "--no-deps", "--target", folder / "site", wheel)
    assert installed.returncode == 0, installed.stderr
    return folder / "site"


@pytest.mark.parametrize(
    "without_compiler", [True, pytest.param(False, marks=pytest.mark.long)], ids=str
)
def test_the_wheel_runs_the_demo_in_an_empty_folder(site, tmp_path, without_compiler):
    """`routes demo` from the wheel alone: a route with steps, page, calendar and problem file.

    A new place has no machine code yet, and making it takes half a minute; what the wheel carries
    shows as well where the loops are interpreted, for an educator whose route takes little work.
    """
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1"}
    environment["NUMBA_DISABLE_JIT"] = str(int(without_compiler))
    whom = ["--educator", "E02"] if without_compiler else []
    command = [sys.executable, site / "bin" / "routes", "demo", "--json", *whom]
    result = run(*command, cwd=tmp_path, env=environment)
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["route"]["steps"]
    written = {p.name for p in (tmp_path / "routes-demo").iterdir()}
    assert {"iom.html", "calendar.ics", "problem.json", "route.json", "routes.db"} <= written


def test_the_wheel_carries_policies_frameworks_and_the_demo(site):
    """Every data file of the source tree lies in the wheel, and nothing of the tests."""
    carried = site / "engine" / "_data"
    for folder in ("policies", "frameworks", "demo"):
        source = {
            p.relative_to(ROOT / "data")
            for p in (ROOT / "data" / folder).rglob("*")
            if p.suffix in {".csv", ".toml", ".json", ".ics", ".md"}
        }
        source = {p for p in source if p.parts[:2] != ("demo", "source")}
        assert source
        for path in sorted(source):
            assert (carried / path).is_file(), path
            assert (carried / path).read_bytes() == (ROOT / "data" / path).read_bytes(), path
    assert not (site / "tests").exists()


def test_the_wheel_carries_no_code_or_source_of_the_data(site):
    """What builds the demo and what it is built from stay outside, and no data lies elsewhere."""
    carried = site / "engine" / "_data"
    carried_files = [p for p in carried.rglob("*") if p.is_file()]
    # somebody else's schemas go with the licence they were given under
    assert [p.name for p in carried_files if not p.suffix] == ["LICENSE"]
    assert {p.suffix for p in carried_files if p.suffix} == {
        ".csv",
        ".ics",
        ".json",
        ".md",
        ".toml",
    }
    assert not (carried / "demo" / "source").exists()
    assert not (site / "data").exists()
