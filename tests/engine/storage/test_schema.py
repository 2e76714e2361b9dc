"""Every earlier schema, with rows in it, becomes the present one, on every kind of database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.domain import DiagnosticResult, ItemResponse, Method
from engine.errors import ConfigurationError
from engine.lifecycle.states import RouteState
from engine.register_kinds import RegisterName
from engine.registers import Team
from engine.storage import DEFAULT_TENANT, Store, StoredRoute, TeamBuild, open_store
from engine.storage.schema import configuration, revisions
from engine.storage.tables import METADATA
from tests.engine.storage.facts import EDUCATOR, TENANT
from tests.engine.storage.facts import ROUTE as STORED

DAY = dt.date(2026, 5, 20)
MOMENT = dt.datetime(2026, 8, 31, tzinfo=dt.UTC)
ROUTE = "id, created_at, educator_id, as_of, status, policy, problem_digest, answer, problem"
ROWS = (
    "INSERT INTO educators (id, updated_at, record) VALUES ('e-1', :at, :record)",
    f"INSERT INTO routes ({ROUTE})"
    " VALUES ('r-1', :at, 'e-1', :at, 'OPTIMAL', 'spb', 'abc', '{}', :problem)",
    "INSERT INTO diagnostics VALUES ('e-1', 0, 'p', :day, 'test', 'n', 3.25, 10.0, 6, NULL, 'c')",
    "INSERT INTO item_responses VALUES ('e-1', 0, 'p', :day, 'i', 'n', 0.5)",
    "INSERT INTO person_labels VALUES ('e-1', 'Анна')",
)
"""Rows of the first schema."""

RECORD = '{"id": "e-1", "position": "teacher"}'


@pytest.fixture
def empty(kind: str, new_url: Callable[[str], str]) -> Iterator[Store]:
    """Store over a database without tables."""
    opened = open_store(new_url(kind))
    yield opened
    opened.close()


def migrate(store: Store, to: str, way: Callable[..., None] = command.upgrade) -> None:
    with store.engine.begin() as connection:
        way(configuration(connection), to)


def fill(store: Store) -> None:
    """Rows as the first version wrote them."""
    at: object = MOMENT if store.engine.dialect.name == "postgresql" else "2026-08-31 00:00:00"
    values = {"at": at, "day": DAY.isoformat(), "problem": b"{}", "record": RECORD}
    with store.engine.begin() as connection:
        for statement in ROWS:
            named = {k: v for k, v in values.items() if f":{k}" in statement}
            connection.execute(sa.text(statement), named)


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def test_migrations_make_what_the_tables_say(store: Store) -> None:
    """After an upgrade from nothing Alembic finds no difference to the metadata."""
    assert differences(store) == []


def test_the_comparison_would_notice_a_difference(store: Store) -> None:
    """A column too many in the database is found, so the test above can fail."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE routes ADD COLUMN surplus TEXT")
    assert len(differences(store)) == 1


def test_check_constraints_and_keys_agree_too(store: Store) -> None:
    """Alembic compares neither, so they are compared here by name and text."""
    inspector = sa.inspect(store.engine)
    for table in METADATA.sorted_tables:
        made = {c["name"]: c["sqltext"] for c in inspector.get_check_constraints(table.name)}
        # PostgreSQL writes down which kind of number it takes a number for
        made = {name: said.replace("::double precision", "") for name, said in made.items()}
        said = {
            str(c.name): str(c.sqltext)
            for c in table.constraints
            if isinstance(c, sa.CheckConstraint)
        }
        assert made == said, table.name
        key = inspector.get_pk_constraint(table.name)
        assert key["constrained_columns"] == [c.name for c in table.primary_key], table.name
        assert key["name"] == table.primary_key.name, table.name


def test_whatever_has_a_tenant_has_him_first_in_its_key(store: Store) -> None:
    """Only tenants and keys are nobody's."""
    free = {t.name for t in METADATA.sorted_tables if "tenant_id" not in t.c}
    assert free == {"tenants", "api_keys"}
    for table in METADATA.sorted_tables:
        if table.name not in free:
            assert next(iter(table.primary_key)).name == "tenant_id", table.name


def test_upgrade_is_repeatable_and_makes_the_store_ready(empty: Store) -> None:
    """A store is ready only after the upgrade; a second upgrade changes nothing."""
    assert not empty.ready()
    empty.upgrade()
    empty.upgrade()
    assert empty.ready()


@pytest.mark.parametrize("first", ["0001", "0002"])
def test_rows_of_every_earlier_schema_are_kept(empty: Store, first: str) -> None:
    """What was written before there were tenants is the default tenant's, whole, and his alone."""
    migrate(empty, first)
    fill(empty)
    if first == "0002":
        with empty.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE routes SET request = '{1}', solution = '[2]'")
    assert not empty.ready()
    empty.upgrade()
    assert empty.ready()
    assert differences(empty) == []
    asked, solved = ("{1}", "[2]") if first == "0002" else (None, None)
    with empty.reading(DEFAULT_TENANT) as kept:
        assert kept.routes.get("r-1") == StoredRoute(
            *("r-1", MOMENT, "e-1", MOMENT, "OPTIMAL", "spb", "abc", "{}", b"{}", asked, solved),
            state=RouteState.PROPOSED,
            updated_at=MOMENT,
        )
        assert [r.revised_at for r in kept.routes.revisions("r-1")] == [MOMENT]
        found = kept.educators.kept("e-1")
        assert found is not None
        assert (found.educator.id, found.version, found.updated_at) == ("e-1", 1, MOMENT)
        score = DiagnosticResult("p", DAY, Method.TEST, "n", 3.25, 10.0, 6, None, "c")
        assert kept.diagnostics.results("e-1") == (score,)
        assert kept.diagnostics.responses("e-1") == (ItemResponse("p", DAY, "i", 0.5, "n"),)
        assert kept.labels.get("e-1") == "Анна"
    with empty.reading(TENANT) as kept:
        assert kept.routes.count() == 0
        assert kept.educators.ids() == ()


def test_an_upgraded_database_cascades(empty: Store) -> None:
    """Foreign keys of rebuilt tables lead to the rebuilt ones: evidence goes with its educator."""
    migrate(empty, "0002")
    fill(empty)
    empty.upgrade()
    with empty.writing(DEFAULT_TENANT) as kept:
        kept.educators.remove("e-1")
        assert kept.diagnostics.results("e-1") == ()
    with pytest.raises(sa.exc.IntegrityError), empty.writing(DEFAULT_TENANT) as kept:
        kept.diagnostics.replace("e-1", [DiagnosticResult("p", DAY, Method.TEST, "n", 1.0, 2.0)])


@pytest.mark.parametrize("back", ["0001", "0002"])
def test_the_way_back_keeps_what_there_was(empty: Store, back: str) -> None:
    """Going back leaves the rows of before as they were, and going forth again works."""
    migrate(empty, "0001")
    fill(empty)
    empty.upgrade()
    migrate(empty, back, command.downgrade)
    with empty.engine.begin() as connection:
        found = connection.exec_driver_sql("SELECT * FROM routes").mappings().one()
    newer = set() if back == "0001" else {"request", "solution"}
    assert set(found) == set(ROUTE.split(", ")) | newer
    assert found["status"] == "OPTIMAL"
    assert bytes(found["problem"]) == b"{}"
    empty.upgrade()
    assert differences(empty) == []


def test_there_is_no_way_back_for_other_tenants(store: Store) -> None:
    """What the earlier schema cannot hold is not thrown away: the way back is refused."""
    with store.writing("other") as kept:
        kept.educators.put(EDUCATOR, MOMENT)
    with pytest.raises(RuntimeError, match="educators"):
        migrate(store, "0002", command.downgrade)
    with store.reading("other") as kept:
        assert kept.educators.ids() == ("e-1",)


@pytest.mark.slow
@pytest.mark.parametrize("first", revisions()[1:])
def test_every_earlier_schema_becomes_the_present_one(empty: Store, first: str) -> None:
    """From each revision the upgrade leads to the tables of the code, and they are usable."""
    migrate(empty, first)
    assert not empty.ready()
    empty.upgrade()
    assert differences(empty) == []
    build = TeamBuild("b", MOMENT, None, MOMENT, "INFEASIBLE", "spb", "{}")
    with empty.writing(TENANT) as kept:
        kept.registers.put(RegisterName.TEAMS, [Team("t", "o")], MOMENT)
        kept.teams.add(build)
    with empty.reading(TENANT) as kept:
        assert kept.registers.all().teams == (Team("t", "o"),)
        assert kept.teams.get("b") == build


def test_the_registers_can_be_taken_back(empty: Store) -> None:
    """A downgrade by one revision leaves the schema that was there before."""
    empty.upgrade()
    migrate(empty, "0007", command.downgrade)
    assert not sa.inspect(empty.engine).has_table("register_records")
    empty.upgrade()
    assert differences(empty) == []


def test_the_routes_of_teams_can_be_taken_back(empty: Store) -> None:
    """A downgrade leaves the schema of before, with every route in it."""
    empty.upgrade()
    with empty.writing(TENANT) as kept:
        kept.routes.add(STORED)
        kept.teams.add(TeamBuild("b", MOMENT, None, MOMENT, "OPTIMAL", "spb", "{}"), [STORED.id])
    migrate(empty, "0009", command.downgrade)
    assert not sa.inspect(empty.engine).has_table("team_builds")
    assert not sa.inspect(empty.engine).has_table("team_routes")
    empty.upgrade()
    assert differences(empty) == []
    with empty.reading(TENANT) as kept:
        assert kept.routes.get(STORED.id) == STORED


def test_revisions_form_one_line() -> None:
    """Each revision has one before it, down to the first."""
    assert list(revisions()) == sorted(revisions(), reverse=True)
    assert revisions()[-1] == "0001"


def test_many_may_upgrade_at_once(kind: str, new_url: Callable[[str], str]) -> None:
    """Several starting processes make the tables once and none fails, however long it takes."""
    address = new_url(kind)
    if kind == "postgres":
        address += "&options=-c%20lock_timeout%3D1ms"
    stores = [open_store(address) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(Store.upgrade, stores))
    assert all(s.ready() for s in stores)
    for store in stores:
        store.close()


def test_a_newer_schema_is_refused(store: Store) -> None:
    """A database of a later version is not touched."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="9999"):
        store.upgrade()
