"""A served route, solved again from its problem file by the command line alone."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.service import build_service
from api.solving.engine import Engine
from engine.cli.app import run
from engine.planning.problem import RouteProblem
from engine.planning.problem_json import read_problem_file
from engine.recommender import Outcome, RouteRequest
from engine.settings import Settings
from tests.api.conftest import running

ROOT = Path(__file__).resolve().parents[2]
HARD = ("E01", "E05", "E09")
"""Demo educators whose proof at gap 0 takes most work; a millisecond never suffices."""
AMPLE_WORK = 60.0
"""Work that no deadline of these tests leaves time for."""

BUSY_SOLVE = """
import subprocess, sys
import engine.cli.problem
from engine.cli.app import run
burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
try:
    code = run(sys.argv[1:])
finally:
    burner.kill()
    burner.wait()
sys.exit(code)
"""
"""The command in a process whose machine is busy while it solves, not while it is imported."""


@dataclass
class Limited:
    """The real engine under limits that a body cannot state."""

    engine: Engine
    work: float | None = None

    def recommend(self, request: RouteRequest) -> Outcome:
        """The answer, under the work limit where there is one."""
        if self.work is not None:
            request = replace(request, deterministic_time=self.work)
        return self.engine.recommend(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Limited]]:
    folder = tmp_path_factory.mktemp("replay")
    settings = Settings(database_url=f"sqlite:///{folder / 'routes.db'}")
    service = build_service(settings)
    engine = Limited(service.engine)
    with running(settings, engine, store=service.store, package=service.package) as caller:
        yield caller, engine
    service.store.close()


@dataclass(frozen=True)
class Pair:
    """What was served, what the command printed of its problem file, and that file's problem."""

    served: dict[str, Any]
    printed: str
    problem: RouteProblem
    path: Path

    @property
    def again(self) -> dict[str, Any]:
        """What the command said."""
        said: dict[str, Any] = json.loads(self.printed)
        return said


@pytest.fixture
def pair(
    limited: tuple[TestClient, Limited],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    """A function: serve one educator under options, then ``routes solve`` the problem file."""

    def made(educator: str, work: float | None, **options: Any) -> Pair:
        caller, engine = limited
        engine.work = work
        items = caller.get("/demo-data").json()["items"]
        body = next(i["body"] for i in items if i["body"]["educator"]["id"] == educator)
        answer = caller.post("/routes", json=deepcopy(body) | {"options": options})
        assert answer.status_code == 201, answer.text
        data = caller.get(f"{answer.headers['location']}/problem").content
        path = tmp_path / "problem.json"
        path.write_bytes(data)
        capsys.readouterr()
        assert run(["solve", str(path), "--json"]) == 0
        return Pair(answer.json(), capsys.readouterr().out, read_problem_file(data)[0], path)

    return made


def _said_of(pair: Pair) -> dict[str, Any]:
    """The command's answer in the words of the service, from the problem file alone."""
    route, again, problem = pair.again["route"], pair.again, pair.problem
    first = dt.datetime.fromisoformat(problem.first_day)

    def span(meeting: tuple[int, int, int]) -> tuple[dt.datetime, dt.datetime]:
        start, end, _ = meeting
        return first + dt.timedelta(minutes=start), first + dt.timedelta(minutes=end)

    def day(number: int) -> str:
        return (first + dt.timedelta(days=number)).date().isoformat()

    option = None if route["mentor"] is None else problem.mentor.options[route["mentor"]]
    offers = problem.checkpoints.offers
    steps = [problem.candidates.record(j) for j in route["chosen"]]
    return {
        "status": again["status"],
        "value": again["value_mpt"] / 1000,
        "bound": None if again["bound_mpt"] is None else again["bound_mpt"] / 1000,
        "gap_rel": None if again["gap_ppm"] is None else again["gap_ppm"] / 1_000_000,
        "work_limit": again["work_milli"] / 1000,
        "steps": sorted(
            (
                # A label is the offering, of a self-paced one with Monday and pace, and who pays.
                c.label.partition("@")[0].partition("#")[0],
                problem.activities[c.activity].label,
                day(c.start_day),
                day(c.end_day),
                sum(minutes for _, minutes in c.weekly),
                [span(m) for m in c.meetings],
            )
            for c in steps
        ),
        "mentor": None if option is None else option.label.partition("@")[0],
        "meetings": [] if option is None else [span(option.slots[i]) for i in route["slots"]],
        "checkpoints": [
            (stage, day(offers[route[stage]].day))
            for stage in ("middle", "final")
            if route[stage] is not None
        ],
    }


def _served(pair: Pair) -> dict[str, Any]:
    """The same facts out of the served answer."""
    answer, route = pair.served, pair.served["route"]
    certificate = answer["certificate"]

    def span(meeting: dict[str, str]) -> tuple[dt.datetime, ...]:
        ends = (dt.datetime.fromisoformat(meeting[name]) for name in ("start", "end"))
        return tuple(end.replace(tzinfo=None) for end in ends)

    mentor = route["mentor"]
    return {
        "status": answer["status"],
        **{name: certificate[name] for name in ("value", "bound", "gap_rel", "work_limit")},
        "steps": sorted(
            (
                step["offering"],
                step["activity"],
                step["start"],
                step["end"],
                step["workload_min"],
                [span(m) for m in step["meetings"]],
            )
            for step in route["steps"]
        ),
        "mentor": mentor and mentor["id"],
        "meetings": [span(m) for m in mentor["meetings"]] if mentor else [],
        "checkpoints": [(c["stage"], c["date"]) for c in route["checkpoints"] if c["date"]],
    }


@pytest.mark.slow
@pytest.mark.parametrize("educator", [f"E{n:02}" for n in range(1, 15)])
def test_the_command_repeats_what_was_served(pair: Any, educator: str) -> None:
    """Steps, dates, mentor, meetings, checkpoints and certificate of an unhurried answer."""
    both = pair(educator, None, gap_rel=0.01, deadline_ms=30_000)
    assert not both.served["certificate"]["cut_by_clock"]
    assert _said_of(both) == _served(both)


@pytest.mark.parametrize("educator", HARD)
def test_an_answer_that_ran_out_of_work_is_repeated(pair: Any, educator: str) -> None:
    """Two thousandths of work end before the proof: FEASIBLE, not by the clock, and the same."""
    both = pair(educator, 0.002, gap_rel=0.0, deadline_ms=30_000)
    assert both.served["status"] == "FEASIBLE"
    assert not both.served["certificate"]["cut_by_clock"]
    assert _said_of(both) == _served(both)


@pytest.mark.parametrize("deadline_ms", [1, 15, 45])
@pytest.mark.parametrize("educator", HARD)
def test_an_answer_that_the_clock_cut_is_repeated(
    pair: Any, educator: str, deadline_ms: int
) -> None:
    """It says so, and its finished work gives the same route and bound without a clock.

    With ample work nothing but the clock or a proof ends the solve; the work that goes with so
    short a deadline would now and then end first.
    """
    both = pair(educator, AMPLE_WORK, gap_rel=0.0, deadline_ms=deadline_ms)
    proved = both.served["status"] == "OPTIMAL"
    assert both.served["certificate"]["cut_by_clock"] or proved
    assert not (proved and deadline_ms == 1)
    assert not both.again["cut_by_clock"]
    assert _said_of(both) == _served(both)


@pytest.mark.slow
def test_another_process_beside_a_busy_one_prints_the_same_bytes(pair: Any) -> None:
    """``routes solve`` in a fresh process, beside a busy one: equal to the first."""
    both = pair("E01", None, gap_rel=0.01, deadline_ms=30_000)
    environment = {**os.environ, "PYTHONHASHSEED": "random", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BUSY_SOLVE, "solve", str(both.path), "--json"]
    said = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=ROOT)
    assert said.stdout.decode() == both.printed


def test_a_seed_is_kept_to_its_greatest(pair: Any) -> None:
    """The greatest seed that the service takes stands in the problem file and is read back."""
    both = pair("E06", None, seed=2**31 - 1)
    assert read_problem_file(both.path.read_bytes())[1].seed == 2**31 - 1
    assert both.served["provenance"]["seed"] == 2**31 - 1
    assert _said_of(both) == _served(both)
