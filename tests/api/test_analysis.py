"""GET /analysis: the numbers of the engine, planted holes by name, who sees what, and the wait."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.computing import calls
from engine.analysis import Analysis, GapCode, analyse
from engine.analysis.people import people_of
from engine.documents.reports.record_people import people_with_evidence
from engine.domain import DiagnosticResult, Educator, Method, Organisation, Position
from engine.framework import load_framework
from engine.interchange import DataPackage
from engine.interchange.region import record_of_package
from engine.policy import load_policy
from engine.recommendation import to_dict
from engine.settings import Settings
from engine.simulation.holes import BARE_FOR, Holes, HolesPlan, simulate_holes
from tests.api.access.people import ORGANISATION, bearer, ring
from tests.api.conftest import NOW, refused, running
from tests.api.fakes import FakeEngine

SOON = {"Prefer": "respond-async"}
NODE = "MET.ASM.01"


@cache
def holed() -> tuple[DataPackage, Holes]:
    """A simulated region with planted holes, as a package."""
    framework, policy = load_framework(), load_policy("default")
    plan = HolesPlan(educators=1_200, activities=60, mentors=60)
    record, holes = simulate_holes(plan, 3, framework, policy)
    evidence = {p.educator.id: p.results for p in people_with_evidence(record, framework)}
    package = DataPackage(
        as_of=record.as_of,
        time_zone=policy.time_zone,
        activities=record.activities,
        offerings=record.offerings,
        organisations=record.organisations,
        educators=people_of(record, framework, policy).educators,
        mentors=record.mentors,
        diagnostics={i: results for i, results in evidence.items() if results},
    )
    return package, holes


def school(name: str, district: str, score: float, n: int) -> DataPackage:
    """A school whose n teachers have all done so many of six tasks at one competency."""
    place = Organisation(name, f"Школа {name}", district)
    people = tuple(
        Educator(f"{name}-{i}", Position.TEACHER, organisation=place, district=district)
        for i in range(n)
    )
    day = NOW.date() - dt.timedelta(days=30)
    sat = DiagnosticResult("p", day, Method.TEST, NODE, score, 6.0, 6)
    return DataPackage(
        as_of=NOW,
        time_zone="Europe/Moscow",
        organisations=(place,),
        educators=people,
        diagnostics={e.id: (sat,) for e in people},
    )


@cache
def schools() -> DataPackage:
    """The managers' school and another one of its district are weak, two others are strong."""
    parts = (
        school(ORGANISATION, "Юг", 1, 40),
        school("O-near", "Юг", 1, 40),
        school("O-far", "Север", 5, 60),
        school("O-west", "Запад", 5, 60),
    )
    return replace(
        parts[0],
        organisations=tuple(o for p in parts for o in p.organisations),
        educators=tuple(e for p in parts for e in p.educators),
        diagnostics={i: r for p in parts for i, r in p.diagnostics.items()},
    )


@contextmanager
def serving(folder: Path, migrated: Path, package: DataPackage) -> Iterator[TestClient]:
    """A service over a package that knows a caller of every role."""
    path = folder / "routes.db"
    path.write_bytes(migrated.read_bytes())
    settings = Settings(database_url=f"sqlite:///{path}")
    with running(settings, FakeEngine(), package=package, keys=ring()) as caller:
        yield caller


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("holed"), migrated, holed()[0]) as caller:
        yield caller


@pytest.fixture
def town(tmp_path: Path, migrated: Path) -> Iterator[TestClient]:
    with serving(tmp_path, migrated, schools()) as caller:
        yield caller


@cache
def expected() -> Analysis:
    """What the engine says of the package itself."""
    record = replace(record_of_package(holed()[0]), as_of=NOW)
    return analyse(record, load_framework(), load_policy("default"))


def asked(caller: TestClient, role: str = "methodist", **query: Any) -> dict[str, Any]:
    answer = ready(caller, "/analysis", bearer(role), **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ready(caller: TestClient, path: str, headers: dict[str, str], **query: Any) -> Any:
    """Ask until it is no longer being computed, which on a busy machine may take its time."""
    until = time.monotonic() + 120
    while (answer := caller.get(path, headers=headers, params=query)).status_code == 202:
        assert time.monotonic() < until
        time.sleep(0.01)
    return answer


# ----------------------------------------------------------------------------- numbers


@pytest.mark.slow
def test_numbers_are_those_of_the_engine(region: TestClient) -> None:
    """Every field equals the analysis of the package; beside it are words and whose it is."""
    told = asked(region)
    assert told.pop("organisation") is None
    for one in (*told["recommendations"], *told["missing"]):
        assert one.pop("said").endswith(".")
    plain: Any = to_dict(expected())
    del plain["options"]["until"]
    assert told == plain


def test_planted_holes_are_named_with_their_reason(region: TestClient) -> None:
    """Bare competencies lack an activity for the position, runless ones a run, narrow ones seats;
    and what to do about each is said in words with the number of people."""
    told, holes = asked(region), holed()[1]
    gaps = {(g["node"], g["code"]): g for g in told["gaps"]}
    for node in holes.bare:
        gap = gaps[node, GapCode.NO_ACTIVITY]
        assert {a["position"] for a in gap["audiences"]} == {BARE_FOR}
    assert {n for n, code in gaps if code == GapCode.NO_RUN} >= set(holes.runless)
    assert {n for n, code in gaps if code == GapCode.TOO_FEW_SEATS} >= set(holes.narrow)
    advice = {r["parameters"]["node"]: r for r in told["recommendations"] if "gap" in r["code"]}
    for node in holes.runless:
        people = advice[node]["parameters"]["people"]
        assert people > 0
        assert f"ожидается у {people} " in advice[node]["said"].replace("\u00a0", " ")
        assert "ни одного потока" in advice[node]["said"]


def test_options_are_those_of_the_command(region: TestClient) -> None:
    """Kinds of groups, seats and number of runs, and the last day reach the analysis."""
    told = asked(region, by=["subject"], run_seats=10, runs=2, until="2026-10-31")
    assert {c["grouping"] for c in told["concentrations"]} <= {"subject"}
    assert len(told["runs"]["runs"]) == 2
    assert {r["seats"] for r in told["runs"]["runs"]} == {10}
    assert told["until"] == "2026-10-31"
    assert told["options"]["by"] == ["subject"]


def test_words_follow_the_language(region: TestClient) -> None:
    """The same codes in English."""
    headers = {**bearer("methodist"), "Accept-Language": "en"}
    russian = asked(region)["recommendations"]
    english = ready(region, "/analysis", headers).json()["recommendations"]
    assert [r["code"] for r in english] == [r["code"] for r in russian]
    assert all(e["said"] != r["said"] for e, r in zip(english, russian, strict=True))


def test_earlier_instants_do_not_know_later_results(town: TestClient) -> None:
    """The day before the test nobody was measured, the day of the test all were."""
    sat = NOW - dt.timedelta(days=30)
    before = asked(town, as_of=(sat - dt.timedelta(days=1)).isoformat())
    assert (before["n_people"], before["n_measured"], before["nodes"]) == (200, 0, [])
    assert before["as_of"] == (sat - dt.timedelta(days=1)).date().isoformat()
    assert asked(town, as_of=sat.isoformat())["n_measured"] == 200


# ------------------------------------------------------------------------------- views


def groups(told: dict[str, Any]) -> set[tuple[str, str]]:
    return {(c["grouping"], c["key"]) for c in told["concentrations"]}


def test_places_are_filters_of_what_is_said_of_the_region(town: TestClient) -> None:
    """The weak district and its schools; one of the schools; numbers stay as they were."""
    everything = asked(town)
    near = {("school", ORGANISATION), ("school", "O-near")}
    assert groups(everything) == {("district", "Юг"), *near}
    assert groups(asked(town, district="Юг")) == groups(everything)
    assert groups(asked(town, district="Север")) == set()
    one = asked(town, organisation="O-near")
    assert groups(one) == {("school", "O-near")}
    assert one["concentrations"][0] in everything["concentrations"]
    advised = {(r["code"], r["subject_id"]) for r in one["recommendations"]}
    assert {a for a in advised if "deficit" in a[0]} == {("deficit_in_school", "O-near")}


def test_a_position_leaves_out_what_is_for_others(region: TestClient) -> None:
    """Gaps for all stay, gaps, runs and mentors for other positions go."""
    everything = asked(region)
    narrowed = asked(region, position=BARE_FOR.value)
    bare = {g["node"] for g in narrowed["gaps"] if g["code"] == GapCode.NO_ACTIVITY}
    assert bare >= set(holed()[1].bare)
    others = asked(region, position="principal" if "principal" in list(Position) else "head")
    assert not {g["node"] for g in others["gaps"] if not g["everyone"]} & bare
    assert len(others["recommendations"]) < len(everything["recommendations"])
    for told in (narrowed, others):
        assert all(g in everything["gaps"] for g in told["gaps"])
        assert {g["position"] for g in told["mentors"]["groups"]} <= {BARE_FOR.value}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"district": "Восточный"}, 422, "invalid_input"),
        ({"organisation": "nobody"}, 422, "invalid_input"),
        ({"position": "wizard"}, 422, "invalid_input"),
        ({"by": "shoes"}, 422, "invalid_input"),
        ({"runs": 51}, 422, "invalid_input"),
        ({"until": "2026-08-31"}, 422, "runs_end_too_early"),
    ],
)
def test_what_cannot_be_is_refused(
    town: TestClient, query: dict[str, Any], status: int, code: str
) -> None:
    """Unknown places name the known ones; bounds and days are checked."""
    document = refused(
        town.get("/analysis", params=query, headers=bearer("methodist")), status, code
    )
    if "district" in query:
        assert "Запад" in document["errors"][0]["detail"]


# ------------------------------------------------------------------------------- roles


def test_a_manager_is_told_of_his_own_school_without_numbers(town: TestClient) -> None:
    """By name and in words, as in the note of a head; nothing of the rest of the region."""
    told = asked(town, "manager")
    assert told["organisation"] == ORGANISATION
    assert groups(told) == {("school", ORGANISATION)}
    (advice,) = told["recommendations"]
    assert "заметно выше" in advice["said"]
    assert not any(letter.isdigit() for letter in advice["said"])
    assert told["mentors"] is None
    assert (told["nodes"], told["gaps"], told["unused_seats"]) == ([], [], [])
    assert numbers(told) == []
    other = ready(town, "/analysis", bearer("manager"), organisation="O-near")
    refused(other, 403, "forbidden")


def numbers(value: Any) -> list[float]:
    """All numbers of an answer."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [n for one in value for n in numbers(one)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.parametrize("role", ["tutor", "mentor", "educator"])
def test_others_are_refused(town: TestClient, role: str) -> None:
    """Analysis is for those who lead, study or audit a region."""
    refused(town.get("/analysis", headers=bearer(role)), 403, "forbidden")


def test_another_tenant_is_another_region(town: TestClient) -> None:
    """Nothing of the first region is known in the second."""
    told = ready(town, "/analysis", bearer("methodist", "other-region")).json()
    assert (told["n_people"], told["recommendations"]) == (0, [])
    assert "no_educators" in {m["code"] for m in told["missing"]}


# -------------------------------------------------------------------------------- wait


class Gate:
    """Stands in for the engine's analysis and lets it begin when it is told."""

    def __init__(self) -> None:
        self.open, self.begun = threading.Event(), threading.Semaphore(0)
        self.count = 0
        self.error: Exception | None = None

    def __call__(self, *told: Any) -> Analysis:
        self.count += 1
        self.begun.release()
        assert self.open.wait(60)
        if self.error is not None:
            raise self.error
        return analyse(*told)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    found = Gate()
    monkeypatch.setattr(calls, "analyse", found)
    yield found
    found.open.set()


@pytest.mark.parametrize(
    ("path", "subject"),
    [("/analysis", "analysis"), ("/reports/yearly.xlsx", "report yearly")],
)
def test_who_does_not_wait_asks_again(
    town: TestClient, gate: Gate, path: str, subject: str
) -> None:
    """202 says what is computed since when; the same address answers when it is done, from one
    computation for all who asked."""
    headers = {**bearer("methodist"), **SOON}
    told = town.get(path, headers=headers)
    assert told.status_code == 202
    assert int(told.headers["retry-after"]) > 0
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["preference-applied"] == "respond-async"
    assert gate.begun.acquire(timeout=30)
    again = town.get(path, headers={**bearer("admin"), **SOON}).json()
    assert again == {"state": "running", "subject": subject, "since": NOW.isoformat()}
    gate.open.set()
    answer = ready(town, path, headers)
    assert answer.status_code == 200
    assert town.get(path, headers=bearer("admin")).content == answer.content
    assert gate.count == 1


def test_who_waits_is_answered_by_the_same_computation(town: TestClient, gate: Gate) -> None:
    """Two callers wait side by side; both get the one result."""
    found: list[Any] = []

    def ask() -> None:
        found.append(ready(town, "/analysis", bearer("methodist")))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert gate.begun.acquire(timeout=30)
    gate.open.set()
    for thread in threads:
        thread.join()
    assert [a.status_code for a in found] == [200, 200]
    assert found[0].json() == found[1].json()
    assert gate.count == 1


def test_a_failed_computation_is_a_problem_and_not_kept(town: TestClient, gate: Gate) -> None:
    """The error is a problem document; the next call computes anew."""
    gate.error = ZeroDivisionError("planted")
    gate.open.set()
    for path in ("/analysis", "/reports/yearly.html"):
        refused(ready(town, path, bearer("methodist")), 500, "internal_error")
    gate.error = None
    assert asked(town)["n_people"] == 200
    assert gate.count == 3


def test_reading_goes_on_while_it_is_computed(town: TestClient, gate: Gate) -> None:
    """Many who wait for one analysis hold no thread: others are answered meanwhile."""
    found: list[int] = []

    def ask() -> None:
        found.append(ready(town, "/analysis", bearer("methodist")).status_code)

    waiting = [threading.Thread(target=ask) for _ in range(60)]  # more than the threads there are
    for thread in waiting:
        thread.start()
    assert gate.begun.acquire(timeout=30)
    assert town.get("/activities", headers=bearer("methodist")).status_code == 200
    gate.open.set()
    for thread in waiting:
        thread.join()
    assert found == [200] * 60
    assert gate.count == 1


def test_a_write_is_seen_at_once(town: TestClient) -> None:
    """An educator more is in the next answer; without a write nothing is computed again."""
    before = asked(town)
    new = {"id": "new", "position": "teacher"}
    made = town.put("/educators/new", json=new, headers={**bearer("admin"), "If-None-Match": "*"})
    assert made.status_code == 201, made.text
    assert asked(town)["n_people"] == before["n_people"] + 1


def test_a_report_uses_the_analysis_that_there_is(town: TestClient, gate: Gate) -> None:
    """And leaves its own for whoever asks next: three answers, one analysis."""
    gate.open.set()
    for path in ("/reports/yearly.html", "/analysis", "/reports/methodical-service.html"):
        assert ready(town, path, bearer("methodist")).status_code == 200
    assert gate.count == 1


def test_the_service_stops_while_it_is_computed(tmp_path: Path, migrated: Path, gate: Gate) -> None:
    """A caller who waits is told to come again, and the application ends without the result."""
    with serving(tmp_path, migrated, schools()) as caller:
        found: list[Any] = []

        def ask() -> None:
            found.append(caller.get("/analysis", headers=bearer("methodist")))

        thread = threading.Thread(target=ask)
        thread.start()
        assert gate.begun.acquire(timeout=30)
        caller.app.state.loading.stop(0)  # type: ignore[attr-defined]
        thread.join(30)
        refused(found[0], 503, "stopping")
    assert not gate.open.is_set()
