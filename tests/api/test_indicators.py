"""Indicators over HTTP: the demo's numbers, what writing changes, who sees what."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from engine.indicators import ReportPeriod, compute, load_profile, profiles
from engine.interchange.region import record_of_package
from engine.settings import Settings
from tests.api.access.people import bearer, principal, ring, token
from tests.api.conftest import NOW, refused
from tests.api.kept_service import Kept, _demo, kept_service

YEAR = {"from": "2026-01-01", "to": "2026-12-31"}
DIAGNOSED = "diagnosed"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


@pytest.fixture
def roles(tmp_path: Path) -> Iterator[TestClient]:
    """A service that knows a caller of every role; the manager's school is one of the demo."""
    package, engine = _demo()
    school = next(e.organisation.id for e in package.educators if e.organisation)
    manager = replace(principal("manager"), organisation=school)
    keys = ring(("own-manager", manager))
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'routes.db'}")
    app = create_app(settings, keys=keys, recommender=engine, package=package, clock=lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        yield caller


def numbers(answer: dict[str, Any]) -> dict[str, list[tuple[Any, ...]]]:
    return {
        i["id"]: [(r["id"], r["numerator"], r["denominator"], r["value"]) for r in i["readings"]]
        for i in answer["indicators"]
    }


@pytest.mark.slow
@pytest.mark.parametrize("profile", profiles())
def test_the_demo_gives_the_numbers_of_its_package(kept: Kept, profile: str) -> None:
    """Every reading of every indicator equals the computation on the package itself."""
    package, _ = _demo()
    own = record_of_package(package)
    expected = compute(own, profile, ReportPeriod.year(2026), by=("district", "young"))
    params = {**YEAR, "by": ["district", "young"]}
    answer = kept.caller.get(f"/indicators/{profile}", params=params)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [i["wording"] for i in told["indicators"]] == [
        d.wording for d in load_profile(profile).indicators
    ]
    for result, shown in zip(expected.indicators, told["indicators"], strict=True):
        for reading, view in zip(result.readings, shown["readings"], strict=True):
            assert (view["numerator"], view["denominator"]) == (
                reading.numerator,
                reading.denominator,
            )
            assert view["value"] == (None if reading.value != reading.value else reading.value)
            assert len(view["breakdown"]) == len(reading.breakdown)
    assert [c["id"] for c in told["controls"]] == [c.id for c in expected.controls]


def test_a_regions_own_profile_is_served_like_the_others(tmp_path: Path) -> None:
    """A few lines of TOML in its folder: listed, computed, in reports; the bundled ones stay."""
    folder = tmp_path / "показатели"
    folder.mkdir()
    own = """
        extends = "volgodonsk"
        [profile]
        title = "Город Н"
        [[indicators]]
        id = "own-route"
        like = "with_route"
        clause = "открытый перечень, 1"
        wording = "Доля педагогов города с маршрутом."
    """
    (folder / "town.toml").write_text(own, encoding="utf-8")
    package, engine = _demo()
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'routes.db'}", indicators_dir=str(folder)
    )
    keys = ring(("own-admin", principal("admin")))
    app = create_app(settings, keys=keys, recommender=engine, package=package, clock=lambda: NOW)
    with TestClient(app, headers={"Authorization": "Bearer own-admin"}) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        listed = {i["profile"]: i["title"] for i in caller.get("/indicators").json()["items"]}
        assert {*profiles(), "town"} == set(listed)
        assert listed["town"] == "Город Н"
        found = numbers(caller.get("/indicators/town", params=YEAR).json())
        parent = numbers(caller.get("/indicators/volgodonsk", params=YEAR).json())
        assert {k: found[k] for k in parent} == parent
        assert found["own-route"] == parent["with-route"]
        wait = {"Prefer": "wait=100"}
        asked = {**YEAR, "profile": "town"}
        report = caller.get("/reports/yearly.html", params=asked, headers=wait)
        assert report.status_code == 200, report.text
        assert "Доля педагогов города с маршрутом" in report.text.replace("\u00a0", " ")
        refused(caller.get("/indicators/none", params=YEAR), 404, "record_not_found")


def test_profiles_say_what_is_due(kept: Kept) -> None:
    """All five documents with their wording, cadence and reminders of the day."""
    items = kept.caller.get("/indicators").json()["items"]
    assert {i["profile"] for i in items} >= {"spb", "primorye", "sosnovy-bor", "volgodonsk"}
    spb = next(i for i in items if i["profile"] == "spb")
    assert [i["target"] for i in spb["indicators"]] == [0.4, 70]
    assert all(i["reminders"] for i in items)


def test_a_write_is_seen_at_once(kept: Kept) -> None:
    """A diagnosed educator more is in the next answer; without a write the answer is the kept."""
    before = kept.caller.get("/indicators/primorye", params=YEAR).json()
    again = kept.caller.get("/indicators/primorye", params=YEAR).json()
    assert again == before
    new = {"id": "E90", "position": "teacher", "organisation": {"id": "school-1", "title": "Ш"}}
    made = kept.caller.put("/educators/E90", json=new, headers={"If-None-Match": "*"})
    assert made.status_code == 201, made.text
    after = kept.caller.get("/indicators/primorye", params=YEAR).json()
    first, second = before["indicators"][0]["readings"][0], after["indicators"][0]["readings"][0]
    assert second["denominator"] == first["denominator"] + 1
    assert second["numerator"] == first["numerator"]


def test_an_agreed_route_enters_the_indicators(kept: Kept) -> None:
    """A route built on diagnostics counts for its educator in the indicator of routes."""
    before = kept.caller.get("/indicators/primorye", params=YEAR).json()
    kept.built("E02")
    after = kept.caller.get("/indicators/primorye", params=YEAR).json()
    was, now = (
        max(r["numerator"] for r in a["indicators"][1]["readings"]) for a in (before, after)
    )
    assert (was, now) == (0, 1)


def test_who_is_counted_can_be_had_in_parts(kept: Kept) -> None:
    """The ids of both sides are as many as the number says, in order, page by page."""
    report = kept.caller.get("/indicators/primorye", params=YEAR).json()
    indicator = report["indicators"][0]
    reading = indicator["readings"][0]
    for side in ("numerator", "denominator"):
        path = f"/indicators/primorye/{indicator['id']}/people"
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            params = {**YEAR, "side": side, "reading": reading["id"], "limit": 2, **cursor}
            page = kept.caller.get(path, params=params).json()
            found += page["items"]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert found == sorted(found)
        assert len(found) == page["total"] == reading[side]


def test_what_cannot_be_is_refused(kept: Kept) -> None:
    """Unknown profiles, indicators, readings and dimensions, and a period the wrong way round."""
    get = kept.caller.get
    refused(get("/indicators/neverland"), 404, "record_not_found")
    refused(get("/indicators/spb/nothing/people"), 404, "record_not_found")
    indicator = get("/indicators/spb").json()["indicators"][0]["id"]
    path = f"/indicators/spb/{indicator}/people"
    refused(get(path, params={"reading": "no"}), 404, "record_not_found")
    turned = {"from": "2026-12-31", "to": "2026-01-01"}
    told = refused(get("/indicators/spb", params=turned), 422, "period_reversed")
    assert all(day in told["detail"] for day in turned.values())
    refused(get("/indicators/spb", params={"by": "shoe_size"}), 422, "invalid_input")


def test_a_manager_sees_his_school_and_no_small_number(roles: TestClient) -> None:
    """His answer names his organisation; numbers of fewer than 5 people are withheld."""
    mine = {"Authorization": "Bearer own-manager"}
    answer = roles.get("/indicators/primorye", params=YEAR, headers=mine)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["organisation"] is not None
    shown = [r for i in told["indicators"] for r in i["readings"]]
    for reading in shown:
        number, of = reading["numerator"], reading["denominator"]
        assert number is None or number == 0 or number >= 5
        assert of is None or number is None or of - number == 0 or of - number >= 5
    assert any(r["numerator"] is None for r in shown)
    indicator = told["indicators"][0]["id"]
    people = roles.get(f"/indicators/primorye/{indicator}/people", headers=mine)
    refused(people, 403, "forbidden")


@pytest.mark.parametrize("role", ["educator", "mentor", "tutor"])
def test_whoever_sees_single_people_only_sees_no_region(roles: TestClient, role: str) -> None:
    """Indicators are not for those who accompany or are accompanied."""
    refused(roles.get("/indicators/spb", headers=bearer(role)), 403, "forbidden")


def test_another_tenant_has_its_own_region(roles: TestClient) -> None:
    """What the first region knows does not count in the second."""
    headers = {"Authorization": f"Bearer {token('methodist', 'other-region')}"}
    told = roles.get("/indicators/primorye", params=YEAR, headers=headers).json()
    assert {r["denominator"] for r in told["indicators"][0]["readings"]} <= {0, None}


def test_the_day_is_the_regions(kept: Kept) -> None:
    """Without days the period is the one in which today lies by the region's clock."""
    kept.clock.now = dt.datetime(2026, 12, 31, 22, tzinfo=dt.UTC)
    assert kept.caller.get("/indicators/spb").json()["period"]["first"] == "2027-01-01"
