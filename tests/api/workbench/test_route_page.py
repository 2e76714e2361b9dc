"""The page of a route over the real engine: while it is built, what it is, its questions, files."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.access.levels import levels_only
from api.access.matrix import OPERATIONS
from api.access.principal import Principal, Role
from api.messages import PROBLEMS
from api.workbench.ask import Answer, Ask
from api.workbench.page import rendered
from api.workbench.views.route_moves import build
from api.workbench.views.route_page import Building, building, levels, shown, why_not
from engine.wording import certificate_words, sentence
from engine.wording.quantities import number
from tests.api.access.people import principal
from tests.api.workbench.desks import HTMX, Desk, demo, open_desk
from tests.api.workbench.markup import sound

BUILD = "/workbench/educators/E02/build"
NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Desk]:
    """The demo with nothing built yet."""
    engine, package = demo()
    with open_desk(tmp_path_factory.mktemp("route"), migrated, engine, package) as found:
        yield found


@pytest.fixture(scope="module")
def route(desk: Desk) -> str:
    """Address of the page of a route that the form built."""
    answer = desk.post(BUILD)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    for _ in range(400):
        waiting = desk.get(f"{path}/building", **HTMX)
        if waiting.headers.get("HX-Redirect") == path:
            return str(path)
        assert "Маршрут" in desk.get(path).text
        time.sleep(0.05)
    raise AssertionError("the route was never built")


def test_the_route_is_all_there(desk: Desk, route: str) -> None:
    """Steps, their dates and reasons, the certificate in words, deficits, drawings, documents."""
    told = desk.api("GET", route.removeprefix("/workbench"))
    page = desk.page(route)
    assert told["route"]["steps"]
    for step in told["route"]["steps"]:
        assert step["title"] in page.said
    for entry in told["deficits"]:
        assert entry["title"] in page.said
    assert "Словесникова Грамота Сочинительевна" in page.said
    certificate = told["certificate"]
    words = certificate_words(
        told["status"],
        certificate["gap_rel"],
        cut_by_clock=certificate["cut_by_clock"],
        empty=False,
        language="ru",
    )
    assert words
    for line in words:
        assert sentence(line) in page.said
    assert len(page.of("svg")) >= 2
    links = {str(a.get("href")) for a in page.of("a")}
    for name in ("document.docx", "document.pdf", "document.xlsx", "calendar.ics", "problem"):
        assert f"{route}/files/{name}" in links


@pytest.mark.parametrize(
    ("name", "begins", "kind"),
    [
        ("document.docx", b"PK", "wordprocessingml"),
        ("document.pdf", b"%PDF", "application/pdf"),
        ("document.xlsx", b"PK", "spreadsheetml"),
        ("calendar.ics", b"BEGIN:VCALENDAR", "text/calendar"),
        ("problem", b"{", "application/json"),
    ],
)
def test_files_are_those_of_the_contract(
    desk: Desk, route: str, name: str, begins: bytes, kind: str
) -> None:
    """Every document comes as the contract makes it, to be saved under a name."""
    answer = desk.get(f"{route}/files/{name}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert kind in answer.headers["content-type"]
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["passwd", "..%2f..%2fetc%2fpasswd", "decisions"])
def test_no_other_files(desk: Desk, route: str, name: str) -> None:
    """What is no document of a route leads back to it or nowhere."""
    answer = desk.get(f"{route}/files/{name}")
    assert answer.status_code in (303, 404)


def test_why_not_is_asked_by_words(desk: Desk, route: str) -> None:
    """A search offers activities; the chosen one is answered with its reason; a page without
    scripts says the same.
    """
    offered = desk.get(f"{route}/why-not?q=чтение", **HTMX)
    links = [a["href"] for a in sound(f"<main>{offered.text}</main>").of("a")]
    assert links
    part = desk.get(str(links[0]), **HTMX).text
    assert "Почему" in part.replace("\u00a0", " ") or "маршрут" in part
    whole = desk.page(str(links[0]))
    assert whole.of("form")
    assert "Ничего не нашлось" in desk.page(f"{route}/why-not?q=ъъъъъъ").said


def test_why_not_is_found_by_kind_and_form(desk: Desk, route: str) -> None:
    """A kind or a form finds activities whose texts do not name it."""
    for words, asked in (("вебинары", "вебинар"), ("дистанционно", "обучение")):
        offered = sound(f"<main>{desk.get(f'{route}/why-not?q={words}', **HTMX).text}</main>")
        assert len(offered.of("a")) > 3
        assert asked in offered.said


def test_the_page_tells_people_no_inner_words(desk: Desk, route: str) -> None:
    """One unit throughout; codes of fields, of factors and points are for programs."""
    said = desk.page(route).said
    for inner in ("activity_id", "надёжность разметки", "балла", "None"):
        assert inner not in said
    assert "Занятость педагога" in said
    assert "число от 0 до 1" in said
    assert "закреплено и запрещено" not in said


def test_what_would_help_is_told(desk: Desk, route: str) -> None:
    """Relaxations with what each is worth, each in a line."""
    said = desk.page(f"{route}/helps").said
    assert "темп" in said
    assert "на шкале от 0 до 1" in said
    assert "балл" not in said


def test_an_unknown_route_says_what_to_do(desk: Desk) -> None:
    """A wrong address is a page with a way out."""
    assert "Что делать" in desk.page("/workbench/routes/nothing", status=404).said


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EDUCATOR, Role.DATA_SCIENTIST])
def test_who_may_not_see_the_route(desk: Desk, route: str, role: Role) -> None:
    """Neither people of other organisations nor those who work with models see it."""
    page = desk.page(route, role, status=403)
    assert "Словесникова" not in page.said


def test_waiting_announces_only_news(desk: Desk) -> None:
    """What a screen reader says comes once for each change of state; the clock beside it always."""
    job = views_building(queued_since(dt.timedelta(seconds=75)))
    news = sound(_progress(job, seen=""))
    same = sound(_progress(job, seen=job.mark))
    said = [a for a in news.of("p") if a.get("role") == "status"]
    assert [a.get("hx-swap-oob") for a in said] == ["true"]
    assert not [a for a in same.of("p") if a.get("role") == "status"]
    assert "1:15" in news.said
    assert "1:15" in same.said
    better = views_building({**queued_since(dt.timedelta(seconds=75)), "value": 1.0})
    assert better.mark != job.mark


def test_a_failed_solve_explains_itself_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting ends by going to the page, and the page tells the cause and where to go on."""
    document = {"code": "solve_failed", "status": 500, "title": "Расчёт не удался"}
    refused = Answer(500, {**document, "cause": "solve_overrun"}, b"", {})

    async def get(self: Ask, path: str, /, **more: Any) -> Answer:
        return refused

    monkeypatch.setattr(Ask, "get", get)
    waiting = desk.get("/workbench/routes/r/building", **HTMX)
    assert (waiting.status_code, waiting.headers["HX-Redirect"]) == (204, "/workbench/routes/r")
    page = desk.page("/workbench/routes/r", status=500)
    assert PROBLEMS["solve_overrun"].title.say("ru") in page.said
    assert "Закажите маршрут заново" in page.said
    busy = Answer(503, {"code": "overloaded", "status": 503}, b"", {})

    async def hesitate(self: Ask, path: str, /, **more: Any) -> Answer:
        return busy

    monkeypatch.setattr(Ask, "get", hesitate)
    again = desk.get("/workbench/routes/r/building", **HTMX)
    assert again.status_code == 204
    assert "HX-Redirect" not in again.headers


def test_an_outranked_activity_can_be_taken_in(desk: Desk, route: str) -> None:
    """Where the route with it is possible, the answer offers to rebuild with it, to whoever may."""
    path = route.removeprefix("/workbench")
    told = desk.api("GET", path)
    one_of_each = {r["code"]: k for k, r in sorted(told["not_chosen"].items())}
    verdicts = {
        one_of_each[code]: desk.api("GET", f"{path}/why-not/{one_of_each[code]}")["verdict"]
        for code in ("weeks_full", "outranked", "no_gain")
        if code in one_of_each
    }
    assert "outranked" in verdicts.values()
    assert len(set(verdicts.values())) > 1
    for activity, verdict in verdicts.items():
        place = f"{route}/why-not?activity={activity}"
        offered = [f.get("action") for f in desk.page(place).of("form")]
        assert (f"{route}/decisions" in offered) == (verdict == "outranked"), activity
        reader = [f.get("action") for f in desk.page(place, Role.TUTOR).of("form")]
        assert f"{route}/decisions" not in reader


def test_lists_of_an_answer_are_lists() -> None:
    """Changes that would let an activity in stand below the sentence that introduces them."""
    change = {"code": "more_tempo", "parameters": {"minutes": 60}, "outcome": "admits"}
    told = {
        "activity": "a",
        "title": "А",
        "reason": {"code": "tempo", "parameters": {}},
        "verdict": "admitted_by",
        "loss": None,
        "changes": [change],
        "problem_digest": "d",
    }
    found = why_not(told, "ru")
    assert [len(p.items) for p in found if p.items] == [1]
    assert not [p for p in found if p.text.startswith("—")]
    assert not [i for p in found for i in p.items if i.startswith("—")]


def queued_since(age: dt.timedelta) -> dict[str, Any]:
    """A job that was ordered some time before ``NOW``."""
    return {
        "state": "running",
        "value": None,
        "gap_rel": None,
        "stop_requested": False,
        "created_at": (NOW - age).isoformat(),
    }


def views_building(job: dict[str, Any]) -> Building:
    return building(job, "ru", NOW)


def _progress(job: Building, seen: str) -> str:
    class Part:
        fragment = True

    context = {"page": Part, "path": "/workbench/routes/r", "job": job, "seen": seen}
    return bytes(rendered("route_page/progress.html.j2", "ru", context=context).body).decode()


def test_progress_is_told_in_words() -> None:
    """The gap is a proven limit: rounded up to tenths of a percent; an unknown one is nothing."""
    job = {**queued_since(dt.timedelta()), "value": 10.0, "gap_rel": 0.0312}
    assert views_building(job).gap.replace("\u00a0", " ") == "3,2 %"
    assert views_building({**job, "gap_rel": None}).gap == ""
    assert not views_building({**job, "value": None}).found
    assert views_building(queued_since(dt.timedelta(seconds=-5))).elapsed == "0:00"


def test_without_a_mentor_it_is_said_why(desk: Desk, route: str) -> None:
    """That the policy asks for none, and that none was to be had, are two things."""
    told = desk.api("GET", route.removeprefix("/workbench"))
    assert told["route"]["mentor"] is None
    assert "политика его здесь не требует" in desk.page(route).said.replace("\u00a0", " ")
    shortage = {"node": "mentor", "title": "", "code": "mentor_shortage"}
    lacking = {**told, "unmet": [*told["unmet"], {**shortage, "parameters": {"considered": 3}}]}
    assert not shown(told, "ru").lacks_mentor
    assert shown(lacking, "ru").lacks_mentor


def test_a_manager_sees_levels(desk: Desk, route: str) -> None:
    """The head of the school sees steps, dates and official levels, and no estimate of anybody."""
    told = desk.api("GET", route.removeprefix("/workbench"))
    masked = levels_only(told)
    assert isinstance(masked, dict)
    found = levels(masked, "ru")
    assert len(found) == sum(bool(d["official_level"]) for d in told["deficits"]) > 0
    context = {
        "route_id": told["id"],
        "path": route,
        "educator_id": "E02",
        "educator_name": "",
        "answer": masked,
        "life": masked["lifecycle"],
        "levels": found,
        "moves": build(masked, "ru"),
        "page": Seen(principal(Role.MANAGER), route),
        "may": lambda operation: OPERATIONS[operation].admits(operation, principal(Role.MANAGER)),
        "csrf": "x",
    }
    answer = rendered("route_page/levels.html.j2", "ru", context=context)
    page = sound(bytes(answer.body).decode())
    for step in told["route"]["steps"]:
        assert step["title"] in page.said
    for entry in told["deficits"]:
        if entry["estimate"] is not None:
            assert number(entry["estimate"], "ru") not in page.said.split()


@dataclass(frozen=True)
class Seen:
    """What the frame of a page needs of it."""

    principal: Principal
    path: str


def test_crashes_and_large_files_are_pages_too(desk: Desk) -> None:
    """What is refused before or outside of every handler is worded like everything else."""
    answer = desk.post("/workbench/imports", {"key": "k"}, files={"file": ("a", b"0" * 2_100_000)})
    assert answer.status_code == 413
    assert "Что делать" in sound(answer.text).said
    service = desk.caller.app.state.loading.service  # type: ignore[attr-defined]
    desk.caller.app.state.loading.service = object()  # type: ignore[attr-defined]
    try:
        answer = desk.get("/workbench", **{"Accept-Language": "en"})
    finally:
        desk.caller.app.state.loading.service = service  # type: ignore[attr-defined]
    assert answer.status_code == 500
    said = sound(answer.text).said
    assert "Что делать" in said
    assert "Internal" not in said  # the page's language, not the browser's
    assert f"запрос {answer.headers['x-request-id']}" in said
    assert "default-src 'none'" in answer.headers["content-security-policy"]
