"""Routes of a team over HTTP: what is built and kept, and agreeing all of them or none."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest

from api.access.keys import one_run_key
from api.schemas.team_descriptions import TEAM_DESCRIPTIONS, TEAM_RECORDS
from api.team_call import TeamCall
from engine.cli.replay import Compared, replayed
from engine.domain import Occupancy
from engine.interchange import request_for
from engine.planning.interruption import Interruption, interruptible
from engine.planning.problem_json import read_problem_file
from engine.planning.solver import solve
from engine.recommendation import to_dict
from engine.recommender import team_answer
from engine.recommender.team import recommend_team
from engine.recommender.team_request import request_of_team
from engine.storage import Store, open_store
from tests.api.conftest import places, refused
from tests.api.kept_service import Kept, _demo, kept_service
from tests.postgres import running_postgres

TEAM = {"team": "team-7", "options": {"gap_rel": 0.3}}
MEMBERS = ("E05", "E12")


@dataclass(frozen=True)
class Planned:
    """A team that was built once: its database, and what was answered."""

    database: Path
    address: str
    tag: str
    text: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def run(self) -> str:
        """A shared run whose seats are numbered."""
        runs = (s["offering"] for s in self.body["shared"] if s["seats_left"] is not None)
        return str(next(runs))

    @property
    def routes(self) -> list[str]:
        return [member["route"] for member in self.body["members"]]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    folder = tmp_path_factory.mktemp("team")
    with kept_service(folder) as kept:
        answer = kept.caller.post("/routes/team", json=TEAM, headers={"Idempotency-Key": "once"})
        assert answer.status_code == 201, answer.text
        kept.store.backup(folder / "copy.db")
    headers = answer.headers
    return Planned(folder / "copy.db", headers["location"], headers["etag"], answer.content)


@pytest.fixture
def kept(planned: Planned, tmp_path: Path) -> Iterator[Kept]:
    """The service over a copy of the database in which the team was built."""
    shutil.copy(planned.database, tmp_path / "routes.db")
    with kept_service(tmp_path) as found:
        yield found


def decide(kept: Kept, planned: Planned, tag: str = "*", **body: Any) -> Any:
    return kept.move(f"{planned.address}/decisions", tag, **body)


def occupied(kept: Kept) -> Occupancy:
    with kept.store.reading("default") as rows:
        return rows.holds.occupancy(kept.clock.now)


def states(answer: Any) -> list[str]:
    return [m["recommendation"]["lifecycle"]["state"] for m in answer.json()["members"]]


# ----------------------------------------------------------------------------- building


@pytest.mark.slow
def test_the_answer_is_the_engines(planned: Planned) -> None:
    """Every number and reason is what the command line's planning of the same team says; only the
    ids of team and routes are the service's."""
    package, engine = _demo()
    (team,) = (t for t in package.registers.teams if t.id == "team-7")
    requests = [replace(request_for(package, i), policy="default") for i in team.members]
    asked = replace(request_of_team(team, requests, package.as_of), gap_rel=0.3)
    told: Any = json.loads(json.dumps(to_dict(recommend_team(engine, asked).recommendation)))
    ours = planned.body
    assert (ours.pop("digest"), ours.pop("id")) == (told.pop("id"), planned.address.split("/")[-1])
    assert ours.pop("lifecycle") == {"version": 1, "legal": ["agree", "return", "cancel"]}
    for mine, theirs in zip(ours["members"], told["members"], strict=True):
        route = mine.pop("route")
        life = mine["recommendation"].pop("lifecycle")
        assert (mine["recommendation"]["id"], life["state"]) == (route, "proposed")
        mine["recommendation"]["id"] = theirs["recommendation"]["id"]
    assert ours == told
    readings = {r["reading"]: r["by_policy"] for r in ours["trained"]}
    assert set(readings) == {"all_members", "half_members", "any_member", "head_and_one"}
    assert list(readings.values()) == [True, False, False, False]


def test_each_members_route_is_kept_with_a_link_to_its_team(kept: Kept, planned: Planned) -> None:
    """Read by itself it is what stood in the team's answer; it says with which build it belongs,
    and holds the shared runs."""
    runs = {step["offering"] for step in planned.body["shared"]}
    assert runs
    build = planned.address.split("/")[-1]
    for member in planned.body["members"]:
        read = kept.caller.get(f"/routes/{member['route']}").json()
        assert read == member["recommendation"]
        assert read["lifecycle"]["team"] == {"build": build, "team": "team-7"}
        assert set(read["lifecycle"]["legal"]) == {"return", "accept", "replan", "cancel"}
        assert read["educator"]["id"] == member["educator"]
        steps = {s["id"]: s["offering"] for s in read["route"]["steps"]}
        assert {steps[i] for i in member["shared"]} == runs
    listed = kept.caller.get("/routes").json()["items"]
    assert {r["id"] for r in listed} == set(planned.routes)
    again = kept.caller.get(planned.address)
    assert (again.status_code, again.headers["etag"]) == (200, planned.tag)
    assert again.content == planned.text
    refused(kept.caller.get("/routes/team/none"), 404, "team_build_not_found")


def test_a_members_route_can_be_replayed_and_asked_about(kept: Kept, planned: Planned) -> None:
    """From the problem file and from the kept request it comes again byte for byte, and questions
    are about the problem that the team's plan solved."""
    _, engine = _demo()
    for route_id in planned.routes:
        with kept.store.reading("default") as rows:
            route = rows.routes.get(route_id)
        assert route is not None
        problem, options = read_problem_file(route.problem)
        assert solve(problem, options).route is not None
        told = replayed(route, engine)
        assert (told.solution, told.answer) == (Compared.SAME, Compared.SAME)
    other = planned.body["rejected"][0]["activity"]
    why = kept.caller.get(f"/routes/{route_id}/why-not/{other}", params={"change": "more_tempo"})
    assert why.status_code == 200, why.text
    assert why.json()["problem_digest"] == route.problem_digest


def test_a_repeated_request_is_answered_again_and_built_once(kept: Kept, planned: Planned) -> None:
    """With its key it gets the same bytes, and no further route is kept; another body under the
    key is a mistake."""
    again = kept.caller.post("/routes/team", json=TEAM, headers={"Idempotency-Key": "once"})
    assert (again.status_code, again.content) == (201, planned.text)
    assert again.headers["idempotent-replayed"] == "true"
    other = {**TEAM, "policy": "spb"}
    mistaken = kept.caller.post("/routes/team", json=other, headers={"Idempotency-Key": "once"})
    refused(mistaken, 422, "idempotency_mismatch")
    with kept.store.reading("default") as rows:
        assert rows.routes.count() == len(MEMBERS)


def test_named_members_with_constraints_of_their_own(tmp_path: Path, planned: Planned) -> None:
    """A team of no register: what is banned for all and for one alone is in nobody's and in his
    route; a whole educator stands beside one known by id."""
    banned = planned.body["shared"][0]["activity"]
    mine = planned.body["members"][0]["recommendation"]["route"]["steps"]
    (own, *_) = (s["activity"] for s in mine if s["activity"] != banned)
    body = {
        "title": "Рабочая группа",
        "members": [
            {"educator": {"id": "E05"}, "constraints": {"excluded": [banned, own]}},
            {"educator": {"id": "E12"}},
        ],
        "constraints": {"excluded": [banned]},
        "options": {"gap_rel": 0.5},
    }
    with kept_service(tmp_path) as kept:
        answer = kept.caller.post("/routes/team", json=body)
        assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["title"], told["team"]) == ("Рабочая группа", told["id"])
    steps = [
        {s["activity"] for s in m["recommendation"]["route"]["steps"]} for m in told["members"]
    ]
    assert banned not in steps[0] | steps[1]
    assert own not in steps[0]
    link = told["members"][0]["recommendation"]["lifecycle"]["team"]
    assert link == {"build": told["id"], "team": None}


def test_a_team_without_a_plan_is_an_answer(tmp_path: Path) -> None:
    """201 with the reason; it can be read again, and there is nothing to decide."""
    body = {
        "members": [{"educator": {"id": i}} for i in MEMBERS],
        "constraints": {
            "pinned": ["pk-attestaciya"],
            "max_steps": 1,
            "horizon": {"end": "2026-09-20"},
        },
    }
    with kept_service(tmp_path) as kept:
        answer = kept.caller.post("/routes/team", json=body)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        assert (told["status"], told["members"]) == ("INFEASIBLE", [])
        assert {s["educator"] for s in told["stuck"]} == set(MEMBERS)
        read = kept.caller.get(answer.headers["location"])
        assert read.content == answer.content
        path = f"{answer.headers['location']}/decisions"
        refused(kept.move(path, "*", decision="agree"), 409, "illegal_move")


def test_a_worker_ends_with_its_budget_and_gives_what_it_has() -> None:
    """The call crosses to a process and back; with its time used up it is answered, without a
    plan, and says that the clock cut it."""
    package, engine = _demo()
    (team,) = (t for t in package.registers.teams if t.id == "team-7")
    asked = request_of_team(team, [request_for(package, i) for i in team.members], package.as_of)
    call = pickle.loads(pickle.dumps(TeamCall(asked, "b-1", ("r-1", "r-2"))))
    with interruptible(Interruption(budget_ms=1)):
        found = pickle.loads(pickle.dumps(call.run(engine)))
    told = json.loads(found.answer)
    assert (found.status, found.members, told["members"]) == ("UNKNOWN", (), [])
    assert told["certificate"]["cut_by_clock"] is True
    assert told["id"] == "b-1"


WHOLE = {"position": "deputy_head"}
PAIR = [{"educator": {"id": "E05"}}, {"educator": {"id": "E12"}}]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("/members", "team_not_named")]),
        ({"team": "team-9"}, [("/team", "team_unknown")]),
        ({"members": PAIR[:1]}, [("/members", "team_too_small")]),
        ({"members": [*PAIR, PAIR[0]]}, [("/members/2/educator/id", "member_named_twice")]),
        ({"team": "team-7", "title": "x"}, [("/title", "title_of_register")]),
        (
            {"team": "team-7", "members": [{"educator": {"id": "E01"}}]},
            [("/members/0/educator/id", "not_a_member")],
        ),
        (
            {"team": "team-7", "as_of": "2026-08-01T09:00:00+03:00"},
            [("/team", "team_not_in_being")],
        ),
        ({"members": PAIR, "policy": "x"}, [("/policy", "unknown_policy")]),
        (
            {"members": [PAIR[0], {"educator": {"id": "E99"}}]},
            [("/members/1/educator/id", "unknown_educator")],
        ),
        (
            {"members": PAIR, "constraints": {"tempo_by_week": {"2026-09-08": 60}}},
            [("/constraints/tempo_by_week/2026-09-08", "not_a_monday")],
        ),
        (
            {"members": [PAIR[0], PAIR[1] | {"constraints": {"tempo_by_week": {"2026-09-08": 6}}}]},
            [("/members/1/constraints/tempo_by_week/2026-09-08", "not_a_monday")],
        ),
        (
            {"members": [PAIR[0], {"educator": WHOLE, "requests": []}]},
            [("/members/1", "nothing_to_plan")],
        ),
        (
            {"team": "team-7", "members": [{**PAIR[1], "diagnostics": [{
                "procedure_id": "p", "date": "2026-05-12", "method": "test", "node": "нет такого",
                "score": 1, "max_score": 2,
            }]}]},
            [("/members/0/diagnostics/0/node", "unknown_node")],
        ),
        (
            {"members": PAIR, "options": {"variants": True}},
            [("/options/variants", "unknown_field")],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_member(
    bare: Kept, body: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    """422 with a pointer into the body, a fault of what all share once; nothing is kept."""
    answer = bare.caller.post("/routes/team", json=body)
    assert places(refused(answer, 422, "invalid_input")) == faults
    with bare.store.reading("default") as rows:
        assert rows.routes.count() == 0


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The service over an empty database."""
    with kept_service(tmp_path_factory.mktemp("bare")) as found:
        yield found


# ----------------------------------------------------------------------------- deciding


def test_the_team_is_agreed_at_once_and_holds_what_all_need(kept: Kept, planned: Planned) -> None:
    """One decision takes the seats of every member; a second finds nothing to do, one by an old
    version nothing at all, and returning gives everything back."""
    path = f"{planned.address}/decisions"
    refused(kept.caller.post(path, json={"decision": "agree"}), 428, "version_required")
    agreed = decide(kept, planned, planned.tag, decision="agree")
    assert agreed.status_code == 200, agreed.text
    assert states(agreed) == ["agreed", "agreed"]
    assert agreed.json()["lifecycle"] == {"version": 3, "legal": ["return", "cancel"]}
    assert agreed.headers["etag"] == '"3"'
    needed: dict[str, int] = {}
    for member in agreed.json()["members"]:
        for step in member["recommendation"]["lifecycle"]["steps"]:
            run = kept.caller.get(f"/offerings/{step['offering']}").json()["record"]
            if run["seats_left"] is not None:
                needed[step["offering"]] = needed.get(step["offering"], 0) + 1
    assert needed[planned.run] == len(MEMBERS)
    assert dict(occupied(kept).seats) == needed
    refused(decide(kept, planned, planned.tag, decision="agree"), 412, "version_stale")
    again = refused(decide(kept, planned, decision="agree"), 409, "illegal_move")
    assert again["legal"] == ["return", "cancel"]
    silent = decide(kept, planned, decision="return")
    assert places(refused(silent, 422, "invalid_input")) == [("/comment", "comment_needed")]
    returned = decide(kept, planned, decision="return", comment="Иной темп")
    assert states(returned) == ["returned", "returned"]
    assert not occupied(kept)
    with kept.store.reading("default") as rows:
        actions = [entry.action for entry in rows.audit.page().items]
    assert actions == ["decide_team"] * 4 + ["build_team_routes"] * 2


def test_one_members_route_is_not_agreed_by_itself(kept: Kept, planned: Planned) -> None:
    """409 with the team and the build; it can be returned and planned anew, which keeps the shared
    runs, and until then the team is not agreed either, with the member named."""
    route = planned.routes[1]
    alone = kept.move(f"/routes/{route}/decisions", "*", decision="agree")
    document = refused(alone, 409, "team_route")
    assert (document["team"], document["build"]) == ("team-7", planned.address.split("/")[-1])
    assert not occupied(kept)
    back = kept.move(f"/routes/{route}/decisions", "*", decision="return", comment="Реже")
    assert back.json()["lifecycle"]["state"] == "returned"
    waiting = refused(decide(kept, planned, decision="agree"), 409, "illegal_move")
    assert (waiting["route"], waiting["educator"]) == (route, MEMBERS[1])
    assert not occupied(kept)
    anew = kept.move(f"/routes/{route}/replan", "*", changes_most=10)
    assert anew.status_code == 200, anew.text
    runs = {step["offering"] for step in planned.body["shared"]}
    assert runs <= {s["offering"] for s in anew.json()["lifecycle"]["steps"]}
    agreed = decide(kept, planned, decision="agree")
    assert states(agreed) == ["agreed", "agreed"]


def test_a_member_who_has_left_does_not_hold_up_the_others(kept: Kept, planned: Planned) -> None:
    """A cancelled route stays cancelled; the others are agreed."""
    kept.move(f"/routes/{planned.routes[0]}/decisions", "*", decision="cancel")
    agreed = decide(kept, planned, decision="agree")
    assert states(agreed) == ["cancelled", "agreed"]
    assert occupied(kept).seats[planned.run] == 1


def test_a_lapsed_agreement_is_agreed_again(kept: Kept, planned: Planned) -> None:
    """Who is under way goes on, whose agreement has lapsed is agreed anew."""
    agreed = decide(kept, planned, decision="agree")
    first = agreed.json()["members"][0]["recommendation"]["lifecycle"]["steps"][0]["step"]
    path = f"/routes/{planned.routes[0]}/progress"
    begun = kept.move(path, "*", events=[{"step": first, "event": "enrolled"}])
    assert begun.json()["lifecycle"]["state"] == "active"
    kept.clock.pass_days(15)
    again = decide(kept, planned, decision="agree")
    assert again.status_code == 200, again.text
    assert states(again) == ["active", "agreed"]
    assert again.json()["members"][1]["recommendation"]["lifecycle"]["held_until"] is not None


def test_who_may_decide_about_a_team(planned: Planned, tmp_path: Path) -> None:
    """A tutor may return the routes and not agree them, as of single routes."""
    from fastapi.testclient import TestClient

    from api.access.principal import Role
    from api.main import create_app
    from engine.settings import Settings

    shutil.copy(planned.database, tmp_path / "routes.db")
    package, engine = _demo()
    clock = lambda: package.as_of  # noqa: E731
    key, keys = one_run_key(package.as_of, dt.timedelta(days=1), role=Role.TUTOR)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'routes.db'}")
    app = create_app(settings, keys=keys, recommender=engine, package=package, clock=clock)
    bearer = {"Authorization": f"Bearer {key}", "If-Match": "*"}
    path = f"{planned.address}/decisions"
    with TestClient(app, headers=bearer) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        refused(caller.post(path, json={"decision": "agree"}), 403, "forbidden")
        returned = caller.post(path, json={"decision": "return", "comment": "Реже"})
    assert states(returned) == ["returned", "returned"]


def test_an_erased_member_is_in_no_answer_about_the_team(kept: Kept, planned: Planned) -> None:
    """His id is gone from the team and from his route; the team can still be read and agreed."""
    assert kept.caller.delete("/educators/E05").status_code in (200, 204)
    read = kept.caller.get(planned.address)
    assert read.status_code == 200, read.text
    assert '"E05"' not in read.text
    assert states(read) == ["cancelled", "proposed"]
    assert states(decide(kept, planned, decision="agree")) == ["cancelled", "agreed"]


# ----------------------------------------------------------------------------- the last seats


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def crowded(
    request: pytest.FixtureRequest, planned: Planned, tmp_path: Path
) -> Iterator[tuple[Kept, list[str]]]:
    """The service over each kind of database, with eight teams that want the same, and their
    builds; of what they share five seats are left."""
    if request.param == "sqlite":
        with kept_service(tmp_path) as found:
            yield found, filled(found, planned)
        return
    with (
        running_postgres() as server,
        kept_service(tmp_path, server.url(server.new_database())) as found,
    ):
        yield found, filled(found, planned)


def filled(kept: Kept, planned: Planned) -> list[str]:
    """Copies of the team that was built, and five seats of what it shares."""
    source = open_store(f"sqlite:///{planned.database}")
    with source.reading("default") as rows:
        build = rows.teams.get(planned.address.split("/")[-1])
        routes = [rows.routes.get(i) for i in planned.routes]
    source.close()
    assert build is not None
    builds = [f"team-{n}" for n in range(8)]
    for name in builds:
        copy_team(kept.store, name, build, [r for r in routes if r is not None])
    read = kept.caller.get(f"/offerings/{planned.run}")
    record = read.json()["record"] | {"seats_left": 5}
    before = kept.caller.get("/version").json()["catalogue"]["version"]
    tag = {"If-Match": read.headers["etag"]}
    assert kept.caller.put(f"/offerings/{planned.run}", json=record, headers=tag).status_code == 200
    while kept.caller.get("/version").json()["catalogue"]["version"] == before:
        time.sleep(0.05)
    return builds


def copy_team(store: Store, name: str, build: Any, routes: list[Any]) -> None:
    """The same team under another name; without mentors, whose hours would let one team in."""
    text = build.answer
    with store.writing("default") as rows:
        ids = []
        for route in routes:
            ids.append(f"{name}-{route.educator_id}")
            answer = json.loads(route.answer)
            answer["route"]["mentor"] = None
            rows.routes.add(
                replace(route, id=ids[-1], answer=json.dumps(answer), mentor_id=None, team=None)
            )
            text = text.replace(route.id, ids[-1])
        rows.teams.add(replace(build, id=name, answer=text), ids)


def test_of_teams_that_want_the_last_seats_each_gets_all_or_none(
    crowded: tuple[Kept, list[str]], planned: Planned
) -> None:
    """Five seats and eight teams of two that agree in the same moment: two teams have both seats,
    six are told what has gone and for whom, and hold nothing at all."""
    kept, builds = crowded
    gate = threading.Barrier(len(builds))

    def agree(name: str) -> Any:
        gate.wait()
        return kept.move(f"/routes/team/{name}/decisions", "*", decision="agree")

    with ThreadPoolExecutor(len(builds)) as threads:
        answers = dict(zip(builds, threads.map(agree, builds), strict=True))
    won = [name for name, answer in answers.items() if answer.status_code == 200]
    assert len(won) == 2
    assert occupied(kept).seats[planned.run] == 4
    with kept.store.reading("default") as rows:
        for name, answer in answers.items():
            held = [bool(rows.holds.of(f"{name}-{member}")) for member in MEMBERS]
            assert held == [name in won] * len(MEMBERS)
            if name not in won:
                document = refused(answer, 409, "seat_gone")
                gone = [g for g in document["gone"] if g["resource"] == planned.run]
                assert [g["educator"] for g in gone] == [MEMBERS[1]]
                assert document["route"] is None
                states_of = [rows.routes.get(f"{name}-{member}") for member in MEMBERS]
                assert [r.state.value for r in states_of if r] == ["proposed", "proposed"]


# ----------------------------------------------------------------------------- the contract


def test_records_of_a_team_and_their_words_agree() -> None:
    """The words are about the fields there are: none missing, none left over."""
    for name, words in TEAM_DESCRIPTIONS.items():
        assert set(words) == {f.name for f in fields(getattr(team_answer, name))}, name
    assert set(TEAM_DESCRIPTIONS) == set(TEAM_RECORDS)
