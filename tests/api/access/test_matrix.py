"""Role × operation × region: every cell of the contract, called over HTTP."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from api.access.matrix import OPERATIONS, PROBES, undeclared
from api.access.principal import Role
from api.auth import KeyRing
from api.bodies import XLSX_TYPE
from api.main import create_app
from api.service import build_service
from api.state import Loading
from engine.domain import Educator, Organisation, Position
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store, StoredRoute, open_store
from tests.api.access.people import (
    EDUCATOR,
    FOREIGN,
    MENTOR,
    ORGANISATION,
    OWN,
    bearer,
    principal,
    ring,
)
from tests.api.conftest import NOW, refused, running, whole
from tests.api.fakes import PACKAGE, FakeEngine

METHODS = ("get", "put", "post", "patch", "delete")
PATH_IDS = {
    "kind": "xlsx", "format": "xlsx", "report": "school",
    "activity_id": "a1", "offering_id": "o1", "step_id": "s1", "version": "m1", "form": "educators",
    "record_id": "x1", "build_id": "b1", "register": "deficits", "profile": "primorye",
    "indicator": "diagnosed", "name": "fast",
}  # fmt: skip
BODIES: Mapping[str, Any] = {
    "decide": {"decision": "cancel"},
    "report_progress": {"events": [{"step": "s1", "event": "enrolled"}]},
}
"""Bodies where the handler looks at the body before it looks for the record."""


class Call(NamedTuple):
    """One operation of the document."""

    operation: str
    method: str
    path: str
    roles: tuple[str, ...] | None


def expected() -> Mapping[str, Mapping[str, str]]:
    """The table of the file: cell by operation and role."""
    path = Path(__file__).with_name("expected.csv")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    names, *rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
    return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in rows}


def calls() -> list[Call]:
    """Every operation of the contract but the probes."""
    document = create_app(Settings(), keys=KeyRing([])).openapi()
    return [
        Call(o["operationId"], method, path, tuple(o["x-roles"]) if "x-roles" in o else None)
        for path, item in document["paths"].items()
        for method, o in item.items()
        if method in METHODS and o["operationId"] not in PROBES
    ]


EXPECTED, CALLS = expected(), calls()
CELLS = [(call, role) for call in CALLS for role in Role]
REFUSED = [(c, r) for c, r in CELLS if EXPECTED.get(c.operation, {}).get(r.value) == "-"]
READING = [(c, r) for c, r in CELLS if (c, r) not in REFUSED and c.method == "get"]
WRITING = [(c, r) for c, r in CELLS if (c, r) not in REFUSED and c.method != "get"]


def cells(some: list[tuple[Call, Role]]) -> pytest.MarkDecorator:
    """The test once for each of these."""
    return pytest.mark.parametrize(
        ("call", "role"), some, ids=[f"{c.operation}-{r}" for c, r in some]
    )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[TestClient]:
    """An application that has started and knows somebody of every role in two regions."""
    path = tmp_path_factory.mktemp("matrix") / "routes.db"
    shutil.copy(migrated, path)
    settings = Settings(database_url=f"sqlite:///{path}")
    with running(settings, FakeEngine(), keys=ring()) as caller:
        del caller.headers["Authorization"]
        yield caller


@pytest.fixture(scope="module")
def seed(app: TestClient, tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A database with route and people of the callers, and of others; copied for each test."""
    path = tmp_path_factory.mktemp("seed") / "routes.db"
    shutil.copy(migrated, path)
    store = serving(app, path)
    made = app.post("/routes", json=whole(), headers=bearer("methodist")).json()["id"]
    with store.writing(DEFAULT_TENANT) as kept:
        template = kept.routes.get(made)
        assert template is not None
        for owner in ("own", "other"):
            kept.routes.add(route_of(template, owner))
            kept.educators.put(educator_of(owner), NOW)
    store.backup(path.with_name("seed.db"))
    store.close()
    return path.with_name("seed.db")


@pytest.fixture
def seeded(app: TestClient, seed: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The application over a fresh copy of the seed."""
    shutil.copy(seed, tmp_path / "own.db")
    store = serving(app, tmp_path / "own.db")
    yield app
    store.close()


@pytest.fixture(scope="module")
def unchanging(app: TestClient, seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A service over one copy of the seed that nothing writes to."""
    path = tmp_path_factory.mktemp("unchanging") / "routes.db"
    shutil.copy(seed, path)
    store = serving(app, path)
    yield app.app.state.loading.service  # type: ignore[attr-defined]
    store.close()


@pytest.fixture
def still(app: TestClient, unchanging: Any) -> TestClient:
    """The application over the copy that nothing writes to: for refusals and for reading."""
    app.app.state.loading.service = unchanging  # type: ignore[attr-defined]
    return app


def serving(app: TestClient, database: Path) -> Store:
    """Let the application serve another database."""
    store = open_store(f"sqlite:///{database}")
    loading: Loading = app.app.state.loading  # type: ignore[attr-defined]
    loading.service = build_service(
        Settings(), engine=FakeEngine(), store=store, package=PACKAGE, clock=lambda: NOW
    )
    return store


def route_of(template: StoredRoute, owner: str) -> StoredRoute:
    return dataclasses.replace(
        template,
        id=f"R-{owner}",
        educator_id=f"E-{owner}",
        mentor_id=f"N-{owner}",
        organisation_id=f"O-{owner}",
    )


def educator_of(owner: str) -> Educator:
    return Educator(
        f"E-{owner}", Position.TEACHER, organisation=Organisation(f"O-{owner}", "Школа")
    )


def ask(caller: TestClient, call: Call, role: Role, tenant: str, owner: str) -> Any:
    """Call an operation about the records of an owner."""
    ids = {**PATH_IDS, "route_id": f"R-{owner}", "educator_id": f"E-{owner}"}
    ids["mentor_id"] = f"N-{owner}"
    headers = {**bearer(role, tenant), "If-Match": "*"}
    content = BODIES.get(call.operation, {})
    if call.operation == "decide" and role is Role.TUTOR:
        content = {"decision": "return", "comment": "Уточнить сроки"}  # cancelling is not a tutor's
    body: dict[str, Any] = {} if call.method in ("get", "delete") else {"json": content}
    if call.operation == "import_workbook":
        headers["Content-Type"], body = XLSX_TYPE, {"content": b"no workbook"}
    return caller.request(call.method, call.path.format_map(ids), headers=headers, **body)


def test_the_people_of_the_seed_are_the_callers() -> None:
    """What is called the callers' own below really is theirs."""
    assert (EDUCATOR, MENTOR, ORGANISATION) == ("E-own", "N-own", "O-own")


def test_the_file_names_every_operation_and_role() -> None:
    """Nothing of the contract is missing in the file, and no cell is anything else."""
    assert {c.operation for c in CALLS} <= set(EXPECTED)
    for row in EXPECTED.values():
        assert set(row) == {role.value for role in Role}
        assert set(row.values()) <= {"all", "own", "-"}


def test_the_table_of_the_service_says_the_same() -> None:
    """The table of the code, for operations in waiting too, and ``x-roles`` of the document."""
    admitted = {
        name: {role for role, cell in row.items() if cell != "-"} for name, row in EXPECTED.items()
    }
    table = {name: {r.value for r in op.roles} for name, op in OPERATIONS.items()}
    assert table.pop("openapi") == {role.value for role in Role}
    assert table == admitted
    for call in CALLS:
        assert call.roles == tuple(r.value for r in Role if r.value in admitted[call.operation])


@cells(REFUSED)
def test_a_refused_role(still: TestClient, call: Call, role: Role) -> None:
    """403 in its own region and in another."""
    for tenant in (OWN, FOREIGN):
        refused(ask(still, call, role, tenant, "own"), 403, "forbidden")


@cells(READING)
def test_a_role_that_may_read(still: TestClient, call: Call, role: Role) -> None:
    """As ``judge`` tells, over records that reading leaves alone."""
    judge(still, call, role)


@cells(WRITING)
def test_a_role_that_may_write(seeded: TestClient, call: Call, role: Role) -> None:
    """As ``judge`` tells, over records of this cell alone."""
    judge(seeded, call, role)


def judge(caller: TestClient, call: Call, role: Role) -> None:
    """An admitted role is never refused its own.

    Records of another region are 404 for everybody who may ask at all, without a word of them;
    in the own region those of others are 403 where the cell says "own".
    """
    cell = EXPECTED[call.operation][role.value]
    others = ask(caller, call, role, OWN, "other")
    foreign = ask(caller, call, role, FOREIGN, "own")
    own = ask(caller, call, role, OWN, "own")
    assert own.status_code not in (401, 403), own.text
    assert max(a.status_code for a in (own, others, foreign)) < 500
    if "{route_id}" in call.path:
        assert foreign.status_code == 404, foreign.text
        if call.operation == "stop_solve":
            assert others.status_code == 404  # there is no solve to be stopped
        else:
            assert (others.status_code == 403) is (cell == "own"), others.text
        if call.method == "get" and call.operation not in ("follow_route", "read_alternatives"):
            assert own.status_code in (200, 404, 409)
    if "{educator_id}" in call.path and call.method == "get":
        assert own.status_code == 200, own.text
        assert foreign.status_code == 404, foreign.text
        assert others.status_code == (403 if cell == "own" else 200)


@pytest.mark.parametrize("call", [c for c in CALLS if c.operation.startswith("list_")], ids=str)
@pytest.mark.parametrize("role", list(Role))
def test_lists_show_only_what_is_theirs(still: TestClient, call: Call, role: Role) -> None:
    """A list about people holds the caller's records alone, and nothing of another region."""
    cell = EXPECTED[call.operation][role.value]
    if cell == "-":
        return
    own = ask(still, call, role, OWN, "own").text
    foreign = ask(still, call, role, FOREIGN, "own").text
    if cell == "own":
        assert '"E-other"' not in own
        assert '"R-other"' not in own
    assert not any(f'"{kind}-{o}"' in foreign for kind in "ERN" for o in ("own", "other"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/routes"),
        ("post", "/deficits"),
        ("post", "/recommendations"),
        ("post", "/routes/check"),
    ],
)
def test_an_educator_plans_for_himself_only(seeded: TestClient, method: str, path: str) -> None:
    """By id or with a whole record: somebody else's is refused, the own one is not."""
    steps = {"steps": [{"activity": "a1"}]} if path == "/routes/check" else {}
    answers = [
        seeded.request(
            method, path, json={"educator": educator, **steps}, headers=bearer("educator")
        )
        for educator in (
            {"id": "E-own"},
            {"id": "E-own", "position": "teacher"},
            {"id": "E-other"},
            {"id": "E-other", "position": "teacher"},
            {"position": "teacher"},
        )
    ]
    statuses = [a.status_code for a in answers]
    assert statuses[2:] == [403] * 3, answers[2].text
    # the fake engine judges no hand-made routes
    if path != "/routes/check":
        assert all(s < 300 for s in statuses[:2]), [a.text for a in answers[:2]]


def test_comparing_needs_every_route_to_be_ones_own(seeded: TestClient) -> None:
    """One route of another is enough to be refused; one of another region does not exist."""
    both = {"routes": ["R-own", "R-other"]}
    refused(seeded.post("/routes/compare", json=both, headers=bearer("educator")), 403, "forbidden")
    answer = seeded.post("/routes/compare", json=both, headers=bearer("methodist", FOREIGN))
    document = refused(answer, 422, "invalid_input")
    assert {e["code"] for e in document["errors"]} == {"unknown_route"}


SCOPED = [
    ({"read"}, "get", "/version", 200),
    ({"read"}, "post", "/routes", 403),
    ({"solve"}, "post", "/routes", 201),
    ({"solve"}, "get", "/version", 403),
    ({"write"}, "post", "/routes", 403),
    ({"read_metrics"}, "get", "/version", 403),
    ({"version"}, "get", "/version", 200),
    (set(), "post", "/routes", 201),
]


@pytest.mark.parametrize(("scopes", "method", "path", "status"), SCOPED)
def test_a_key_can_be_narrowed(
    settings: Settings, store: Store, scopes: set[str], method: str, path: str, status: int
) -> None:
    """Scopes take away from what the role may do: whole kinds, or all but single operations."""
    narrow = principal("admin", scopes=frozenset(scopes))
    with running(settings, FakeEngine(), store=store, keys=ring(("narrow", narrow))) as caller:
        body = {"json": whole()} if method == "post" else {}
        answer = caller.request(method, path, headers={"Authorization": "Bearer narrow"}, **body)
        assert answer.status_code == status, answer.text


def test_scopes_never_add(settings: Settings, store: Store) -> None:
    """A scope that names an operation of other roles opens nothing."""
    wide = principal("tutor", scopes=frozenset({"list_audit", "read"}))
    with running(settings, FakeEngine(), store=store, keys=ring(("wide", wide))) as caller:
        answer = caller.get("/audit", headers={"Authorization": "Bearer wide"})
        refused(answer, 403, "forbidden")


def test_an_operation_that_nobody_declared_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint without a row in the table: no application comes about."""
    monkeypatch.delitem(OPERATIONS, "read_page")  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="read_page"):
        create_app(settings, keys=KeyRing([]))


def test_included_routers_and_mounts_are_seen() -> None:
    """However deep an endpoint lies, hidden from the document or not, it is asked for."""
    outer, inner = APIRouter(), APIRouter()
    inner.get("/deep", include_in_schema=False)(undeclared_deep)
    outer.include_router(inner)
    app = create_app(Settings(), keys=KeyRing([]))
    assert undeclared(app.routes) == ()
    app.include_router(outer)
    app.mount("/static", TestClient, name="static")
    assert undeclared(app.routes) == ("static", "undeclared_deep")


def undeclared_deep() -> None:
    """Nothing."""


def test_what_slips_in_later_is_refused_to_everybody(settings: Settings, store: Store) -> None:
    """An endpoint that is added after the start's check is closed, to admins too."""
    app = create_app(
        settings, keys=ring(), recommender=FakeEngine(), store=store, package=PACKAGE, workers=0
    )
    app.get("/late")(undeclared_deep)
    # only the gate matters here: nothing is loaded
    answer = TestClient(app).get("/late", headers=bearer("admin"))
    assert answer.status_code in (401, 403)


def test_names_of_people_are_for_those_who_work_with_them(seeded: TestClient) -> None:
    """On the page a methodist and a tutor read the name; the platform and an admin do not."""
    body = {"educator": {"position": "teacher", "display_name": "Анна Марковна Лис"}}
    made = seeded.post("/routes", json=body, headers=bearer("platform")).json()["id"]
    shown = {
        role: "Лис" in seeded.get(f"/routes/{made}/page", headers=bearer(role)).text
        for role in ("platform", "methodist", "tutor", "admin")
    }
    assert shown == {"platform": False, "methodist": True, "tutor": True, "admin": False}
