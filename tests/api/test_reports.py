"""GET /routes/{id}/note.* and GET /reports/*: files, whose they are, what a head is not told."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from api.computing import calls
from api.service import build_service
from engine.domain import Educator, Organisation, Position
from engine.lifecycle.states import RouteState
from engine.recommendation import to_dict
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store
from tests.api.access.people import EDUCATOR, ORGANISATION, bearer, ring
from tests.api.conftest import NOW, refused, running, whole
from tests.api.fakes import PACKAGE, FakeEngine
from tests.engine.documents.documents import docx_text, letters, progress, xlsx_cells
from tests.engine.documents.fixtures import FULL, STEPS
from tests.engine.documents.reports.reading import sheet_rows

ROUTE = "маршрут-1"
NAME = "Мария Ивановна Тестова"
OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "html": "text/html; charset=utf-8",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
}


@pytest.fixture(scope="module")
def everyone(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[TestClient]:
    """An application that knows a caller of every role."""
    path = tmp_path_factory.mktemp("reports") / "routes.db"
    path.write_bytes(migrated.read_bytes())
    with running(Settings(database_url=f"sqlite:///{path}"), FakeEngine(), keys=ring()) as caller:
        yield caller


@pytest.fixture
def kept(everyone: TestClient, store: Store, settings: Settings) -> TestClient:
    """The application over a store with a full route of seven steps, one of them accepted."""
    loading = everyone.app.state.loading  # type: ignore[attr-defined]
    loading.service = build_service(
        settings, engine=FakeEngine(), store=store, package=PACKAGE, clock=lambda: NOW
    )
    made = everyone.post("/routes", json=whole(), headers=bearer("admin")).json()
    own = replace(FULL, id=ROUTE, educator=replace(FULL.educator, id=EDUCATOR))
    life = progress()
    with store.writing(DEFAULT_TENANT) as rows:
        template = rows.routes.get(made["id"])
        assert template is not None
        rows.routes.add(
            replace(
                template,
                id=ROUTE,
                educator_id=EDUCATOR,
                answer=json.dumps(to_dict(own)),
                state=RouteState.ACTIVE,
                steps=life.steps,
                mentor_id="N-own",
            )
        )
        rows.labels.put(EDUCATOR, NAME)
    return everyone


def note(caller: TestClient, form: str, role: str = "methodist", **query: str) -> Any:
    return caller.get(f"/routes/{ROUTE}/note.{form}", params=query, headers=bearer(role))


def text_of(form: str, content: bytes) -> str:
    if form == "docx":
        return letters(docx_text(content))
    if form == "xlsx":
        return letters(" ".join(map(str, xlsx_cells(content))))
    return letters(content.decode())


@pytest.mark.parametrize("form", FORMATS)
def test_a_note_is_served_in_every_format(kept: TestClient, form: str) -> None:
    """Type, language, that nobody in between keeps it; the page is shown, the others are saved."""
    answer = note(kept, form)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[form]
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-language"] == "ru"
    saved = answer.headers.get("content-disposition")
    if form == "html":
        assert saved is None
    else:
        plain, _, readable = saved.partition("; filename*=UTF-8''")
        day = FULL.as_of.date()
        assert plain == f'attachment; filename="educator-E-own-{day}.{form}"'
        assert unquote(readable) == f"Аналитическая справка для педагога {NAME} {day}.{form}"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert ("style-src" in policy) is (form == "html")
    assert note(kept, form).content == answer.content
    english = note(kept, form, language="en")
    assert english.headers["content-language"] == "en"
    assert english.content != answer.content


@pytest.mark.parametrize("form", FORMATS)
def test_the_note_tells_how_far_the_route_has_come(kept: TestClient, form: str) -> None:
    """Every step with its state, as the service keeps it."""
    text = text_of(form, note(kept, form).content)
    assert [s.title for s in STEPS if letters(s.title) not in text] == []
    assert "пропущен" in text
    assert letters("с зачислением") in text


@pytest.mark.parametrize("form", FORMATS)
def test_names_are_for_those_who_work_with_the_person(kept: TestClient, form: str) -> None:
    """Methodist, tutor and the educator see the name; platform, mentor and admin the cipher."""
    for role, seen in (
        *(("methodist", True), ("tutor", True), ("educator", True)),
        *(("platform", False), ("mentor", False), ("admin", False)),
    ):
        assert (letters(NAME) in text_of(form, note(kept, form, role).content)) == seen, role


def test_unknown_formats_languages_and_routes_are_refused(kept: TestClient) -> None:
    """Another format or language is invalid, an unknown route not found, a head not admitted."""
    refused(note(kept, "pdf"), 422, "invalid_input")
    refused(note(kept, "html", language="de"), 422, "invalid_input")
    refused(note(kept, "html", "manager"), 403, "forbidden")
    caller = bearer("methodist")
    refused(kept.get("/routes/nobody/note.html", headers=caller), 404, "route_not_found")


@pytest.mark.parametrize("part", ["typst", "docx"])
def test_a_missing_library_is_501(
    kept: TestClient, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """The problem names the library and the command; page and workbook are there all the same."""
    monkeypatch.setitem(sys.modules, part, None)
    said = refused(note(kept, "docx"), 501, "report_unavailable")["detail"]
    assert part in said
    assert "pip install 'learning-routes[documents]'" in said
    assert note(kept, "xlsx").status_code == note(kept, "html").status_code == 200


# ------------------------------------------------------------------------------ of a region


@pytest.fixture
def region(everyone: TestClient, store: Store, settings: Settings) -> TestClient:
    """The application over twelve educators of the managers' school and eight of another one."""
    loading = everyone.app.state.loading  # type: ignore[attr-defined]
    loading.service = build_service(
        settings, engine=FakeEngine(), store=store, package=PACKAGE, clock=lambda: NOW
    )
    with store.writing(DEFAULT_TENANT) as rows:
        for place, (school, district, n) in enumerate(
            ((ORGANISATION, "Северный", 12), ("O-other", "Южный", 8))
        ):
            own = Organisation(school, f"Школа {place}", district)
            for i in range(n):
                educator = f"E{place}-{i}"
                rows.educators.put(
                    Educator(educator, Position.TEACHER, organisation=own, district=district), NOW
                )
    return everyone


def report(caller: TestClient, name: str, form: str = "html", role: str = "methodist", **q: Any):
    return caller.get(f"/reports/{name}.{form}", params=q, headers=bearer(role))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "form", "asked"),
    [
        ("yearly", "html", {}),
        ("yearly", "xlsx", {"district": "Южный", "profile": "spb"}),
        ("passport", "docx", {}),
        ("municipality", "html", {"district": "Северный"}),
        ("methodical-service", "html", {}),
        ("school", "docx", {"organisation": "O-other"}),
    ],
)
def test_every_report_is_served(region: TestClient, name: str, form: str, asked: Any) -> None:
    """Of the region or of the part that was asked for; the same data give the same bytes."""
    answer = report(region, name, form, **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == FORMATS[form]
    assert report(region, name, form, **asked).content == answer.content


def test_numbers_are_those_of_the_store(region: TestClient) -> None:
    """Eight educators of the southern district, twenty in all, besides those of the package."""
    south = text_of("html", report(region, "yearly", district="Южный").content)
    assert letters("Педагогических работников и управленческих кадров 8") in words(south)
    passport = report(region, "passport", "xlsx").content
    rows = {r["Район"]: r for r in sheet_rows(passport, "Район")}
    assert rows["Южный"]["Человек"] == 8
    assert rows["Северный"]["Человек"] == 12


def words(page: str) -> str:
    """Text of a page without its tags."""
    return re.sub(r"<[^>]+>", "", page)


def test_a_manager_gets_the_note_on_his_own_school_alone(region: TestClient) -> None:
    """Named or not, his own; another one, and every other report, is refused."""
    for asked in ({}, {"organisation": ORGANISATION}):
        answer = report(region, "school", role="manager", **asked)
        assert answer.status_code == 200, answer.text
        assert letters("кадров12") in words(text_of("html", answer.content))
    refused(report(region, "school", role="manager", organisation="O-other"), 403, "forbidden")
    for name in ("yearly", "passport", "municipality", "methodical-service"):
        refused(report(region, name, role="manager"), 403, "forbidden")


@pytest.mark.parametrize("role", ["tutor", "mentor", "educator"])
def test_others_are_refused(region: TestClient, role: str) -> None:
    """Reports on a region are for those who lead, study or audit it."""
    refused(report(region, "yearly", role=role), 403, "forbidden")


@pytest.mark.parametrize(
    ("name", "asked", "code", "pointer"),
    [
        ("municipality", {}, "report_district_unknown", "/district"),
        ("yearly", {"district": "Восточный"}, "report_district_unknown", "/district"),
        ("school", {}, "report_organisation_unknown", "/organisation"),
        ("yearly", {"profile": "mars"}, "report_profile_unknown", "/profile"),
        ("passport", {"from": "2026-05-01", "to": "2026-04-30"}, "report_period_reversed", "/to"),
    ],
)
def test_what_cannot_be_reported_is_told(
    region: TestClient, name: str, asked: Any, code: str, pointer: str
) -> None:
    """Each refusal says what is wrong and where, in both languages."""
    document = refused(report(region, name, **asked), 422, "invalid_input")
    assert [(e["code"], e["pointer"]) for e in document["errors"]] == [(code, pointer)]
    headers = {**bearer("methodist"), "Accept-Language": "en"}
    english = region.get(f"/reports/{name}.html", params=asked, headers=headers).json()
    assert re.match("[a-z]", english["errors"][0]["detail"])


def test_a_report_follows_the_data(region: TestClient, store: Store) -> None:
    """A report is kept while nothing is written; one more educator through the service is seen."""
    before = report(region, "yearly", district="Южный").content
    body = {
        "position": "teacher",
        "organisation": {"id": "O-other", "title": "Школа"},
        "district": "Южный",
    }
    headers = {**bearer("methodist"), "If-None-Match": "*"}
    written = region.put("/educators/E-new", json=body, headers=headers)
    assert written.status_code < 300, written.text
    after = text_of("html", report(region, "yearly", district="Южный").content)
    assert letters("кадров9") in words(after)
    assert letters("кадров8") in words(text_of("html", before))


def test_one_analysis_serves_all_reports_on_the_same_data(
    region: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs the most of a report: three reports in two formats, one analysis."""
    made = []
    real = calls.analyse
    monkeypatch.setattr(calls, "analyse", lambda *a: made.append(a) or real(*a))
    south = {"district": "Южный"}
    for name, asked in (("yearly", {}), ("methodical-service", {}), ("yearly", south)):
        for form in ("html", "xlsx"):
            assert report(region, name, form, **asked).status_code == 200
    assert len(made) == 1


def test_unknown_reports_and_formats_are_refused(region: TestClient) -> None:
    """Names are those of the contract; nothing else is looked for."""
    refused(report(region, "monthly"), 422, "invalid_input")
    refused(report(region, "yearly", "pdf"), 422, "invalid_input")
