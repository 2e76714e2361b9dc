"""The benchmark itself: peers solve the same problem, runs resume, files hold the problem."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.app import run
from engine.planning.solution import SolveOptions
from engine.simulation import RegionPlan
from tests.bench import growth, peers, planning
from tests.bench.chain import ask, build_world, compile_asked
from tests.bench.first_route import timed_solve
from tests.bench.peers import PEERS, greedy_by_relevance
from tests.bench.results import ROOT, engine_stamp
from tests.engine.planning.problems import candidate, make_problem, random_problem
from tests.engine.planning.second_formulation import POINT

pytestmark = pytest.mark.slow

RUN = ["--activities", "60", "--generator", "realistic", "--educators", "2", "--gap", "0"]
RUN += ["--deadline-ms", "20000", "--peer-limit", "20", "--memory", "2", "--peers", *PEERS]

READ_HIGHS = """
import sys, highspy
h = highspy.Highs(); h.setOptionValue("output_flag", False)
h.setOptionValue("mip_rel_gap", 0.0)
assert h.readModel(sys.argv[1]) == highspy.HighsStatus.kOk
h.run(); print(h.getInfo().objective_function_value)
"""
READ_SCIP = """
import sys
from ortools.linear_solver.python import model_builder
model = model_builder.Model()
assert model.import_from_mps_file(sys.argv[1])
solver = model_builder.Solver("SCIP")
assert solver.solve(model) == model_builder.SolveStatus.OPTIMAL
print(solver.objective_value)
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bench")
    planning.main([*RUN, "--out", str(directory)])
    return directory


def _answers(out: Path) -> list[dict[str, object]]:
    return _answers_of((out / "results.jsonl").read_text().splitlines())


def _answers_of(lines: list[str]) -> list[dict[str, object]]:
    return [r for r in map(json.loads, lines) if r["kind"] == "answer"]


def test_all_methods_agree_at_gap_zero(out: Path) -> None:
    """Every peer certifies the engine's value on the problem of the first educator."""
    first = {r["method"]: r for r in _answers(out) if r["educator"] == 0}
    assert set(first) == {"ours", "greedy", *PEERS}
    assert first["ours"]["value_mpt"]
    for method in PEERS:
        assert first[method]["value_mpt"] == first["ours"]["value_mpt"], method
        assert not first[method]["capped"], method
    assert first["greedy"]["value_mpt"] is None or (
        first["greedy"]["value_mpt"] <= first["ours"]["value_mpt"]
    )


def test_a_run_is_resumed(out: Path) -> None:
    """A second run with the same options adds no answer and misses none."""
    before = _answers(out)
    assert "did not suffice" not in planning.main([*RUN, "--out", str(out)])
    assert _answers(out) == before


def test_methods_are_measured_again_when_asked(out: Path) -> None:
    """Renewing the engine leaves one answer an educator, and those of the peers as they were."""
    before = _answers(out)
    planning.main([*RUN, "--out", str(out), "--renew", "ours", "greedy"])
    after = _answers(out)
    assert len(after) == len(before)
    own = ("ours", "greedy")
    assert [r for r in after if r["method"] not in own] == [
        r for r in before if r["method"] not in own
    ]


def test_what_a_code_change_made_stale_is_measured_again(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another stamp of the engine: its answers are made again, the peers' are kept."""
    before = _answers(out)
    stamp = engine_stamp()
    monkeypatch.setattr(planning, "engine_stamp", lambda: "another")
    text = planning.main([*RUN, "--out", str(out)])
    added = _answers(out)[len(before) :]
    assert {r["method"] for r in added} == {"ours", "greedy"}
    assert len(added) == 4
    assert {r["stamp"] for r in added} == {"another"}
    # The old answers stay in the file and out of the table.
    assert stamp in {r["stamp"] for r in before}
    assert "| ours | 2 |" in text


def test_a_line_cut_off_by_the_end_of_a_run_is_dropped(out: Path, tmp_path: Path) -> None:
    """Half a line at the end is no answer; the rest counts and nothing else is measured."""
    lines = (out / "results.jsonl").read_text().splitlines()
    own = next(i for i, x in reversed(list(enumerate(lines))) if '"method": "ours"' in x)
    cut = [*lines[:own], *lines[own + 1 :], lines[own][:40]]
    (tmp_path / "results.jsonl").write_text("\n".join(cut))
    before = _answers_of(cut[:-1])
    planning.main([*RUN, "--out", str(tmp_path), "--peers-only"])
    assert _answers(tmp_path) == before


def test_peers_wait_where_the_minutes_are_over(tmp_path: Path) -> None:
    """With hardly any time nobody starts, and the table says so by its emptiness."""
    text = planning.main([*RUN, "--out", str(tmp_path), "--minutes", "0.01"])
    assert _answers(tmp_path) == []
    assert f"time did not suffice for: {len(PEERS)};" in text
    assert "Contradictions between the methods' proofs: 0" in text


def test_memory_of_a_worker_is_told(out: Path) -> None:
    """The record of the memory run: the catalogue alone, and the peak above it."""
    records = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    memory = next(r for r in records if r["kind"] == "memory")
    assert 50 < memory["loaded_mib"] <= memory["peak_mib"] < 700
    assert memory["solves"] == 2


def test_files_hold_the_same_problem(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The written files, read by the command, HiGHS and SCIP, have the value of the table."""
    first = next(r for r in _answers(out) if r["educator"] == 0 and r["method"] == "ours")
    (path,) = (out / "problems").glob("*.json")
    (program,) = (out / "problems").glob("*.lp")
    capsys.readouterr()
    assert run(["solve", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value_mpt"] == first["value_mpt"]
    files = (program, program.with_suffix(".mps"), program.with_suffix(".mps"))
    for script, file in zip((READ_HIGHS, READ_HIGHS, READ_SCIP), files, strict=True):
        command = [sys.executable, "-c", script, str(file)]
        read = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
        value = float(read.stdout.split()[-1]) * POINT
        assert value == pytest.approx(first["value_mpt"], rel=1e-5)


def test_a_peer_that_does_not_heed_its_limit_counts_as_the_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HiGHS that never comes back is ended, has no answer, and counts as exactly the cap."""

    def never(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("highs", 1)

    monkeypatch.setattr(peers, "run_highs", never)
    answer = peers.highs(random_problem(3), 0.01, 60.0)
    assert (answer.ms, answer.capped, answer.value_mpt) == (60_000, True, None)


def test_the_first_route_is_timed_within_the_solve() -> None:
    """The first route with steps comes after the start and before the end; there may be none."""
    solution, ms, first = timed_solve(random_problem(10, "large"), SolveOptions(10_000, 5_000))
    assert solution.route is not None
    assert first is not None
    assert 0 < first <= ms
    # The only candidate costs more than it brings, so no route with steps is worth keeping.
    worthless = make_problem([candidate(0, gains=((0, 10),), price_mpt=10_001)])
    assert timed_solve(worthless, SolveOptions())[0].value_mpt == 0
    nothing = make_problem()
    assert timed_solve(nothing, SolveOptions())[2] is None


def test_growth_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A size that stands in the file is not measured again; another number of educators is."""
    asked: list[tuple[int, int]] = []

    def child(offerings: int, weeks: int, _: object) -> dict[str, object]:
        asked.append((offerings, weeks))
        return dict.fromkeys(growth.COLUMNS, 7)

    monkeypatch.setattr(growth, "_in_child", child)
    options = ["--offerings", "1000", "--weeks", "12", "--out", str(tmp_path)]
    first = growth.main(options)
    assert growth.main(options) == first
    assert asked == [(1_000, growth.USUAL_WEEKS), (growth.USUAL_OFFERINGS, 12)]
    assert len(first.splitlines()) == 4
    growth.main([*options, "--educators", "3"])
    assert len(asked) == 4


def test_growth_measures_a_small_size() -> None:
    """One real row: as many weeks as asked, two educators, certified or not, memory in MiB."""
    options = ["--educators", "2", "--one", "300", "12", "--deadline-ms", "5000"]
    row = json.loads(growth.main(options))
    assert set(row) == set(growth.COLUMNS)
    assert 200 < row["offerings"] < 400
    assert row["weeks"] == 12
    assert row["certified"] == "2/2"
    assert row["solve_p50"] <= row["solve_p95"]


def test_the_greedy_route_is_no_better_than_the_bound() -> None:
    """The relevance rule's route holds and stays under the engine's optimum."""
    world = build_world(RegionPlan(60, 4), 5)
    compared = 0
    for educator in range(4):
        compiled = compile_asked(ask(world, educator))
        route = greedy_by_relevance(compiled.problem, compiled.facts.relevance)
        if route is not None:
            compared += 1
            assert len(route.chosen) <= compiled.problem.limits.steps_max
    assert compared
