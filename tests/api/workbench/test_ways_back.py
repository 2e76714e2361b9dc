"""Where a page that could not be shown leads on to."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.access.pages import KEY_COOKIE, PAGES
from api.access.principal import Role
from api.workbench.views.ways_back import ways_back
from api.workbench.words import words
from tests.api.access.people import token
from tests.api.workbench.markup import sound


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            ("POST", "/workbench/educators/Е 1/build"),
            ["/workbench/educators/%D0%95%201/new-route", "/workbench/educators/%D0%95%201"],
        ),
        (
            ("POST", "/workbench/educators/e/diagnostics"),
            ["/workbench/educators/e/diagnostics", "/workbench/educators/e"],
        ),
        (("POST", "/workbench/routes/r/decisions"), ["/workbench/routes/r", "/workbench/routes"]),
        (("POST", "/workbench/imports"), ["/workbench/imports"]),
        (("POST", "/workbench/tagging/a"), ["/workbench/tagging?activity=a", "/workbench/tagging"]),
        (("POST", "/workbench/new-educator"), ["/workbench/new-educator"]),
        (
            ("GET", "/workbench/routes", "state=agreed"),
            ["/workbench/routes?state=agreed", "/workbench/routes"],
        ),
        (
            ("GET", "/workbench/compare", "routes=a"),
            ["/workbench/compare?routes=a", "/workbench/routes"],
        ),
        (("GET", "/workbench/models/m/x", "", 404), ["/workbench/models/m", "/workbench/models"]),
        (("GET", "/workbench", "q=a"), ["/workbench?q=a"]),
    ],
)
def test_ways_lead_to_the_form_the_record_and_the_section(
    asked: tuple[str, ...], expected: list[str]
) -> None:
    """The nearest first, each once, the first page last; what was sent is not sent again."""
    found = ways_back(*asked)  # type: ignore[arg-type]
    assert [w.path for w in found] == [*expected, *([PAGES] if PAGES not in expected else [])]
    assert {w.key for w in found} <= words()["ru"].keys()


def test_a_crash_leads_back_to_what_it_was_about(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program itself is told with the ways to the form and to the educator."""

    def broken(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("api.workbench.pages.educators.deficits.profile_of", broken)
    browser.cookies.set(KEY_COOKIE, token(Role.METHODIST), path=PAGES)
    answer = browser.get(f"{PAGES}/educators/e-1")
    assert answer.status_code == 500
    page = sound(answer.text)
    links = [a["href"] for a in page.of("a") if "button" in (a.get("class") or "")]
    assert links == [f"{PAGES}/educators/e-1", PAGES]
    assert "посмотрите, что сохранилось" in page.said
