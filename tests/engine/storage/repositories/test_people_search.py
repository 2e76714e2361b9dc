"""Searching educators in the database gives whom plain Python over the same people gives."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic import command

from api.people_filter import young_within
from engine.ages import is_young
from engine.domain import Educator, Organisation, Position
from engine.storage import DEFAULT_TENANT, EducatorFilter, Store, open_store
from engine.storage.schema import configuration
from tests.engine.storage.conftest import KINDS
from tests.engine.storage.facts import AT, TENANT
from tests.postgres import Server

TODAY = dt.date(2026, 2, 28)
NAMES = {"e-001": "Семёнова Анна Павловна", "e-002": "Пётр Лис", "e-003": "Анна Орлова"}


def people(number: int = 120) -> list[Educator]:
    """Educators with every combination of what is known of them; the seed makes them the same."""
    draw = random.Random(5)
    days = [None, dt.date(1991, 2, 28), dt.date(1991, 3, 1), dt.date(1988, 2, 29)]
    starts = [None, dt.date(2023, 2, 28), dt.date(2023, 3, 1), dt.date(2010, 9, 1)]
    return [
        Educator(
            f"e-{i:03d}",
            draw.choice(list(Position)[:3]),
            subjects=draw.choice([(), ("Химия",), ("Геохимия", "Физика")]),
            organisation=draw.choice(
                [None, Organisation("o-1", "Школа", "Приморский"), Organisation("O-1", "Лицей")]
            ),
            district=draw.choice(["", "ПРИМОРСКИЙ", "Невский"]),
            born_on=draw.choice(days),
            turns_35_on=draw.choice([None, dt.date(2026, 2, 28), dt.date(2026, 3, 1)]),
            pedagogical_start=draw.choice(starts),
        )
        for i in range(number)
    ]


@pytest.fixture(scope="module", params=KINDS)
def searched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store of these people that tests only read."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("searched") / "routes.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        url = f"sqlite:///{path}"
    else:
        server: Server = request.getfixturevalue("postgres")
        url = server.url(server.new_database(request.getfixturevalue("migrated_database")))
    store = open_store(url)
    yield fill(store)
    store.close()


@pytest.fixture
def filled(store: Store) -> Store:
    """A store of these people that a test may change."""
    return fill(store)


def fill(store: Store) -> Store:
    with store.writing(TENANT) as kept:
        for educator in people():
            kept.educators.put(educator, AT)
        for educator_id, name in NAMES.items():
            kept.labels.put(educator_id, name)
    with store.writing("other") as kept:
        kept.educators.put(replace(people()[1], district="Невский"), AT)
        kept.labels.put("e-001", "Анна")
    return store


def found(store: Store, tenant: str = TENANT, **wanted: object) -> list[str]:
    """Ids of a whole list, part by part; their number is the one that is counted."""
    asked, ids, after = EducatorFilter(**wanted), [], None  # type: ignore[arg-type]
    with store.reading(tenant) as kept:
        while True:
            page = kept.educators.page(after, 7, asked)
            ids += [k.educator.id for k in page.items]
            after = page.next
            if after is None:
                break
        assert kept.educators.count(asked) == len(ids)
    return ids


def district(e: Educator) -> str:
    return e.district or (e.organisation.district if e.organisation else "")


CASES: list[tuple[dict[str, object], Callable[[Educator], bool]]] = [
    ({}, lambda e: True),
    ({"id": "e-007"}, lambda e: e.id == "e-007"),
    ({"position": "teacher"}, lambda e: e.position is Position.TEACHER),
    ({"organisation_id": "o-1"}, lambda e: getattr(e.organisation, "id", None) == "o-1"),
    ({"district": "приморский"}, lambda e: district(e).lower() == "приморский"),
    ({"subject": "химия"}, lambda e: "Химия" in e.subjects),
    ({"text": "E-01"}, lambda e: "e-01" in e.id),
    ({"text": "  "}, lambda e: True),
    ({"text": "нет"}, lambda e: False),
    (
        {"subject": "физика", "district": "Невский"},
        lambda e: "Физика" in e.subjects and e.district == "Невский",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "meant"), CASES, ids=[str(c[0]) for c in CASES])
def test_a_filter_finds_whom_it_names(
    searched: Store, wanted: dict[str, object], meant: Callable[[Educator], bool]
) -> None:
    """Each filter, and two together, against a comprehension; in the order of ids."""
    assert found(searched, **wanted) == [e.id for e in people() if meant(e)]


@pytest.mark.parametrize("rule", ["and", "or", "off"])
@pytest.mark.parametrize("years", [0, 3])
@pytest.mark.parametrize("wanted", [True, False])
def test_who_is_young_is_the_policys_rule(
    searched: Store, rule: str, years: int, wanted: bool
) -> None:
    """SQL over dates agrees with the rule on every person, unknown dates included."""
    policy = SimpleNamespace(young_rule=rule, young_age=35, young_years=years)
    within = young_within(policy, TODAY)  # type: ignore[arg-type]
    expected = [e.id for e in people() if is_young(e, policy, TODAY) is wanted]  # type: ignore[arg-type]
    assert found(searched, young=wanted, young_rule=within) == expected


def test_a_leap_day_is_no_exception(searched: Store) -> None:
    """On 29 February, when the day of years ago does not exist, the rule still agrees."""
    day = dt.date(2024, 2, 29)
    policy = SimpleNamespace(young_rule="or", young_age=33, young_years=1)
    within = young_within(policy, day)  # type: ignore[arg-type]
    expected = [e.id for e in people() if is_young(e, policy, day) is True]  # type: ignore[arg-type]
    assert found(searched, young=True, young_rule=within) == expected


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("семенова", ["e-001"]),
        ("АННА", ["e-001", "e-003"]),
        ("анна сем", ["e-001"]),
        ("петр", ["e-002"]),
        ("лис петров", []),
    ],
)
def test_a_name_is_found_by_its_parts(searched: Store, text: str, ids: list[str]) -> None:
    """In any case and order of words, ё as е; and only where names may be searched."""
    assert found(searched, text=text, by_name=True) == ids
    assert found(searched, text=text) == []


def test_an_id_is_found_beside_names(searched: Store) -> None:
    """Whoever may see names still finds by cipher."""
    assert found(searched, text="e-00", by_name=True) == [f"e-00{i}" for i in range(10)]


def test_another_tenant_is_not_searched(searched: Store) -> None:
    """Neither people nor names of another tenant are met."""
    assert found(searched, "other", text="анна", by_name=True) == ["e-001"]
    assert found(searched, "other", text="лис", by_name=True) == []
    assert found(searched, "other") == ["e-001"]


def test_a_change_is_found_and_an_erased_one_is_not(filled: Store) -> None:
    """The search follows the record; erasing leaves nothing in any of its columns."""
    with filled.writing(TENANT) as kept:
        kept.educators.put(replace(people()[2], district="Новый"), AT)
    assert found(filled, district="новый") == ["e-002"]
    with filled.writing(TENANT) as kept:
        kept.erase("e-002", AT)
    assert found(filled, district="новый") == []
    with filled.engine.connect() as connection:
        for table in ("educator_search", "person_labels"):
            rows = connection.execute(sa.text(f"SELECT * FROM {table}")).all()
            assert "e-002" not in str(rows)
            assert "лис" not in str(rows).casefold()


def test_ids_and_names_of_many_are_read_at_once(searched: Store) -> None:
    """Few ids and more than a condition takes give the same answer."""
    many = [f"e-{i:03d}" for i in range(700)]
    with searched.reading(TENANT) as kept:
        assert kept.educators.among(many) == {e.id for e in people()}
        assert kept.educators.among(["e-003", "x"]) == {"e-003"}
        assert kept.labels.of(many) == NAMES
        assert kept.labels.of(["e-002", "e-009"]) == {"e-002": NAMES["e-002"]}
        assert [e.id for e in kept.educators.every()] == [e.id for e in people()]


def test_organisations_are_those_of_the_people(searched: Store) -> None:
    """Each once, with its title; ids that differ in case are two."""
    with searched.reading(TENANT) as kept:
        found = kept.educators.organisations()
    assert {i: o.title for i, o in found.items()} == {"o-1": "Школа", "O-1": "Лицей"}


@pytest.mark.parametrize("wanted", [{}, {"organisation_id": "o-1"}, {"text": "e-00"}])
def test_places_are_counted_by_the_database(searched: Store, wanted: dict[str, str]) -> None:
    """Pairs of organisation and district, whatever their case, with as many people as there are."""
    met = set(found(searched, **wanted))
    expected = Counter(
        (getattr(e.organisation, "id", None), district(e).lower()) for e in people() if e.id in met
    )
    with searched.reading(TENANT) as kept:
        places = kept.educators.places(EducatorFilter(**wanted))  # type: ignore[arg-type]
    counted = {(getattr(p.organisation, "id", None), p.district.lower()): p.people for p in places}
    assert len(counted) == len(places)
    assert counted == dict(expected)


def test_the_last_record_names_an_organisation(filled: Store) -> None:
    """Where two records call it differently, the title of the greatest id holds."""
    renamed = Organisation("o-1", "Новая школа")
    with filled.writing(TENANT) as kept:
        kept.educators.put(Educator("z-1", Position.TEACHER, organisation=renamed), AT)
    with filled.reading(TENANT) as kept:
        assert kept.educators.organisations()["o-1"].title == "Новая школа"


def test_people_of_before_are_found_after_the_upgrade(
    kind: str, new_url: Callable[[str], str]
) -> None:
    """Rows without anything to search by get it, the same as if they were put today."""
    store = open_store(new_url(kind))
    store.upgrade()
    with store.writing(DEFAULT_TENANT) as kept:
        for educator in people(40):
            kept.educators.put(educator, AT)
        kept.labels.put("e-001", NAMES["e-001"])
    with store.engine.connect() as connection:
        before = connection.execute(sa.text("SELECT * FROM educator_search ORDER BY 2")).all()
    with store.engine.begin() as connection:
        command.downgrade(configuration(connection), "0006")
    with store.engine.begin() as connection:
        command.upgrade(configuration(connection), "0007")
    with store.engine.connect() as connection:
        after = connection.execute(sa.text("SELECT * FROM educator_search ORDER BY 2")).all()
    assert after == before
    assert found(store, DEFAULT_TENANT, text="СЕМЁНОВА", by_name=True) == ["e-001"]
    store.close()
