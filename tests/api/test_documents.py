"""GET /routes/{id}/document.docx, .pdf and .xlsx."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from fastapi.testclient import TestClient

from api.service import build_service
from engine.lifecycle.states import RouteState
from engine.recommendation import to_dict
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store
from tests.api.access.people import EDUCATOR, bearer, ring
from tests.api.conftest import NOW, refused, running, whole
from tests.api.fakes import PACKAGE, FakeEngine
from tests.engine.documents.documents import docx_text, letters, progress, xlsx_cells
from tests.engine.documents.fixtures import FULL, STEPS

ROUTE = "маршрут-1"
NAME = "Мария Ивановна Тестова"
OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "docx": (f"{OFFICE}.wordprocessingml.document", b"PK\x03\x04"),
    "pdf": ("application/pdf", b"%PDF-"),
    "xlsx": (f"{OFFICE}.spreadsheetml.sheet", b"PK\x03\x04"),
}


@pytest.fixture(scope="module")
def everyone(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[TestClient]:
    """An application that knows a caller of every role."""
    path = tmp_path_factory.mktemp("documents") / "routes.db"
    path.write_bytes(migrated.read_bytes())
    with running(Settings(database_url=f"sqlite:///{path}"), FakeEngine(), keys=ring()) as caller:
        yield caller


@pytest.fixture
def kept(everyone: TestClient, store: Store, settings: Settings) -> TestClient:
    """The application over a store with a full route of seven steps, one of them accepted."""
    serve(everyone, store, settings)
    made = everyone.post("/routes", json=whole(), headers=bearer("admin")).json()
    own = replace(FULL, educator=replace(FULL.educator, id=EDUCATOR))
    life = progress()
    with store.writing(DEFAULT_TENANT) as rows:
        template = rows.routes.get(made["id"])
        assert template is not None
        rows.routes.add(
            replace(
                template,
                id=ROUTE,
                educator_id=EDUCATOR,
                answer=json.dumps(to_dict(replace(own, id=ROUTE))),
                state=RouteState.ACTIVE,
                steps=life.steps,
                mentor_id="N-own",
            )
        )
        rows.labels.put(EDUCATOR, NAME)
    return everyone


def serve(caller: TestClient, store: Store, settings: Settings) -> None:
    """Let the application serve a store under settings."""
    loading = caller.app.state.loading  # type: ignore[attr-defined]
    loading.service = build_service(
        settings, engine=FakeEngine(), store=store, package=PACKAGE, clock=lambda: NOW
    )


def document(caller: TestClient, kind: str, role: str = "methodist", **query: str) -> Any:
    """Answer to the call for a document of the kept route."""
    return caller.get(f"/routes/{ROUTE}/document.{kind}", params=query, headers=bearer(role))


def texts(kind: str, content: bytes) -> str:
    """Text of a document of which other programs than ours can read the text everywhere."""
    return docx_text(content) if kind == "docx" else " ".join(map(str, xlsx_cells(content)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_served_as_a_file(kept: TestClient, kind: str) -> None:
    """Type, an ASCII name, language, and that nobody in between keeps a name."""
    answer = document(kept, kind)
    assert answer.status_code == 200
    media, begin = KINDS[kind]
    assert answer.headers["content-type"] == media
    assert answer.content.startswith(begin)
    said = answer.headers["content-disposition"]
    plain, _, readable = said.partition("; filename*=UTF-8''")
    assert plain == f'attachment; filename="iom-_______-1.{kind}"'
    assert unquote(readable) == f"ИОМ {NAME} {FULL.as_of.date()}.{kind}"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-language"] == "ru"
    assert document(kept, kind).content == answer.content
    english = document(kept, kind, language="en")
    assert english.headers["content-language"] == "en"
    assert english.content != answer.content


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_the_life_of_the_route_is_in_the_report(kept: TestClient, kind: str) -> None:
    """What a tutor accepted is filled in; the state of the route is told."""
    text = texts(kind, document(kept, kind).content).replace("\u00a0", " ")
    assert "принято 2 ноября 2026" in text
    assert "выполняется, редакция" in text
    assert [s.title for s in STEPS if letters(s.title) not in letters(text)] == []


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_names_are_for_those_who_work_with_the_person(kept: TestClient, kind: str) -> None:
    """Methodist, tutor and the educator see the name; platform, mentor and admin do not.

    Neither in the document nor in the name of its file, where the cipher stands instead.
    """
    for role, seen in (
        *(("methodist", True), ("tutor", True), ("educator", True)),
        *(("platform", False), ("mentor", False), ("admin", False)),
    ):
        answer = document(kept, kind, role)
        text = texts(kind, answer.content).replace("\u00a0", " ")
        assert (NAME in text) == seen, role
        saved = unquote(answer.headers["content-disposition"])
        assert (NAME in saved) == seen, role
        assert (EDUCATOR in saved) != seen, role


@pytest.mark.parametrize("kind", KINDS)
def test_an_erased_name_is_gone(kept: TestClient, store: Store, kind: str) -> None:
    """After the erasure of a name the document has a line to fill in."""
    before = document(kept, kind).content
    with store.writing(DEFAULT_TENANT) as rows:
        rows.labels.erase(EDUCATOR)
    after = document(kept, kind).content
    assert before != after
    if kind != "pdf":
        assert "Тестова" not in texts(kind, after)


@pytest.mark.parametrize("kind", KINDS)
def test_a_route_without_steps_is_served_too(kept: TestClient, kind: str) -> None:
    """An answer that says why there is no route can be taken along."""
    service = kept.app.state.loading.service  # type: ignore[attr-defined]
    service.engine.status = "INFEASIBLE"
    made = kept.post("/routes", json=whole(), headers=bearer("methodist"))
    answer = kept.get(f"{made.headers['location']}/document.{kind}", headers=bearer("methodist"))
    assert answer.status_code == 200


def test_unknown_kinds_languages_and_routes_are_refused(kept: TestClient) -> None:
    """Another kind or language is invalid, an unknown route not found; paths lead nowhere."""
    refused(document(kept, "odt"), 422, "invalid_input")
    refused(document(kept, "pdf", language="de"), 422, "invalid_input")
    caller = bearer("methodist")
    refused(kept.get("/routes/nobody/document.pdf", headers=caller), 404, "route_not_found")
    refused(document(kept, "pdf", "manager"), 403, "forbidden")


@pytest.mark.parametrize(("kind", "part"), [("pdf", "typst"), ("docx", "docxtpl")])
def test_a_missing_library_is_501(
    kept: TestClient, monkeypatch: pytest.MonkeyPatch, kind: str, part: str
) -> None:
    """The problem names the library and the command; the workbook is there all the same."""
    monkeypatch.setitem(sys.modules, part, None)
    for language, word in (("ru", "Администратору"), ("en", "administrator")):
        asked = {**bearer("methodist"), "Accept-Language": language}
        answer = kept.get(f"/routes/{ROUTE}/document.{kind}", headers=asked)
        said = refused(answer, 501, "document_unavailable")["detail"]
        assert word in said
        assert part in said
        assert "pip install 'learning-routes[documents]'" in said
    assert document(kept, "xlsx").status_code == 200


def test_a_region_has_its_own_template(
    kept: TestClient, store: Store, settings: Settings, tmp_path: Path
) -> None:
    """The setting names the file, which is read anew each time; a wrong tag is told, no path."""
    path = tmp_path / "region.docx"
    serve(kept, store, replace(settings, iom_template=str(path)))
    template = docx.Document()
    template.add_paragraph("Приморье: {{ name }}")
    template.save(str(path))
    text = docx_text(document(kept, "docx").content).replace("\u00a0", " ")
    assert text == f"Приморье: {NAME}"
    template.add_paragraph("{{ facts.organization }}")
    template.save(str(path))
    problem = refused(document(kept, "docx"), 500, "document_template_faulty")
    assert "region.docx" in problem["detail"]
    assert "organization" in problem["detail"]
    assert str(tmp_path) not in json.dumps(problem)
    assert [e["code"] for e in problem["errors"]] == ["template_unknown_tag"]
    assert document(kept, "pdf").status_code == 200
    path.unlink()
    problem = refused(document(kept, "docx"), 500, "document_template_faulty")
    assert [e["code"] for e in problem["errors"]] == ["template_unreadable"]


@pytest.mark.slow
def test_start_up_does_not_pay_for_the_libraries() -> None:
    """The application is imported without docxtpl, python-docx and typst."""
    program = "import sys, api.main; print({'docx', 'docxtpl', 'typst'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "set()"
