"""The benchmark itself: peers solve the same problem, runs resume, statistics are right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.planning.problem_json import read_problem_file
from engine.planning.solver import solve
from engine.simulation import RegionPlan
from tests.bench import planning
from tests.bench.chain import ask, build_world, compile_asked
from tests.bench.peers import PEERS, greedy_by_relevance
from tests.bench.report import ratio_of_medians, table

RUN = ["--activities", "60", "--generator", "realistic", "--educators", "2", "--gap", "0"]
RUN += ["--deadline-ms", "20000", "--peer-limit", "20"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bench")
    planning.main([*RUN, "--out", str(directory)])
    return directory


def _answers(out: Path) -> list[dict[str, object]]:
    records = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    return [r for r in records if r["kind"] == "answer"]


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
    """A second run with the same options adds no answer."""
    before = _answers(out)
    planning.main([*RUN, "--out", str(out)])
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


def test_files_hold_the_same_problem(out: Path) -> None:
    """The written problem, read again and solved, has the value of the table."""
    (path,) = (out / "problems").glob("*.json")
    problem, options = read_problem_file(path.read_bytes())
    first = next(r for r in _answers(out) if r["educator"] == 0 and r["method"] == "ours")
    assert solve(problem, options).value_mpt == first["value_mpt"]


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


def test_ratio_of_medians_by_hand() -> None:
    """Medians 2 and 30: 15; with every pair at ratio 10 the interval is the point 10."""
    assert ratio_of_medians([1, 2, 3], [40, 30, 20])[0] == 15
    assert ratio_of_medians([2, 2, 2], [20, 20, 20]) == (10, 10, 10)


def test_the_table_marks_capped_peers() -> None:
    """A peer that ran into its cap has an asterisk beside its times, the engine never."""
    common = {"kind": "answer", "set": "s", "seed": 1, "educator": 0, "gap": 0.01}
    common |= {"value_mpt": 10, "gap_ppm": 0}
    records = [
        {**common, "method": "ours", "ms": 10.0, "capped": False},
        {**common, "method": "scip", "ms": 60_000.0, "capped": True},
    ]
    rows = table(records, 0.01).splitlines()
    assert "| 10 |" in rows[2]
    assert "60000*" in rows[3]
    assert "6000.0" in rows[3]
