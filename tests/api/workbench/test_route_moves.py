"""Changing a route by forms: decisions, progress, rebuilding, over the real engine."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.decisions import may_decide
from api.access.keys import KeyRing, RingKey, digest_of
from api.access.matrix import OPERATIONS
from api.access.pages import KEY_COOKIE, PAGES, csrf_token
from api.access.principal import Principal, Role
from api.main import create_app
from api.service import load_package
from api.workbench.ask import quoted
from api.workbench.page import rendered
from api.workbench.views.move_bodies import Sent, as_replan, decision_body, replan_body
from api.workbench.views.route_moves import build
from api.workbench.words import words
from engine.domain import Reason
from engine.interchange import DataPackage
from engine.lifecycle.holds import ClaimKind
from engine.lifecycle.moves import Move
from engine.lifecycle.states import StepState
from engine.recommender import Recommender
from engine.settings import Settings
from tests.api.access.people import principal, token
from tests.api.kept_service import QUICK
from tests.api.workbench.markup import Markup, sound

EDUCATOR = "E02"
DECISIONS = (
    *("agree", "return", "accept", "complete", "cancel"),
    *("pin", "ban", "unpin", "unban", "replace"),
)
EVENTS = ("enrolled", "attended", "completed", "missed", "cancelled", "report_accepted")


def people(package: DataPackage) -> KeyRing:
    """A key for every role; educator and manager are those whom the route concerns."""
    record = next(e for e in package.educators if e.id == EDUCATOR)
    assert record.organisation is not None
    own: dict[Role, dict[str, Any]] = {
        Role.EDUCATOR: {"subject": EDUCATOR},
        Role.MANAGER: {"organisation": record.organisation.id},
    }
    keys: list[tuple[str, Principal]] = [
        (token(role), principal(role, **own.get(role, {}))) for role in Role
    ]
    end = package.as_of + dt.timedelta(days=500)
    return KeyRing([RingKey(p, digest_of(t), end) for t, p in keys])


@dataclass
class Desk:
    """Pages of one database with a route in it, and the contract beside them."""

    caller: TestClient
    route_id: str
    role: Role = Role.METHODIST
    path: str = field(init=False)

    def __post_init__(self) -> None:
        self.path = f"{PAGES}/routes/{quoted(self.route_id)}"
        self.sit(self.role)

    def sit(self, role: Role) -> None:
        """Work with the key of a role."""
        self.role = role
        self.caller.cookies.set(KEY_COOKIE, token(role), path=PAGES)

    def get(self, place: str, **headers: str) -> Any:
        return self.caller.get(f"{self.path}/{place}", headers=headers)

    def post(self, place: str, *, csrf: bool = True, **fields: str | list[str]) -> Any:
        """Send a form with the token of the role's key."""
        secret = {"csrf": csrf_token(token(self.role))} if csrf else {}
        return self.caller.post(f"{self.path}/{place}", data={**secret, **fields})

    def route(self, role: Role = Role.ADMIN) -> dict[str, Any]:
        """The route as the contract tells it to a role."""
        bearer = {"Authorization": f"Bearer {token(role)}"}
        found: dict[str, Any] = self.caller.get(
            f"/routes/{quoted(self.route_id)}", headers=bearer
        ).json()
        return found

    def life(self) -> dict[str, Any]:
        found: dict[str, Any] = self.route()["lifecycle"]
        return found

    def version(self) -> str:
        return str(self.life()["version"])

    def decide(self, decision: str, **fields: str) -> Any:
        """A decision about the route as it is now."""
        return self.post("decisions", decision=decision, version=self.version(), **fields)

    def part(
        self, name: str, language: str = "ru", role: Role | None = None, **more: Any
    ) -> Markup:
        """One of the parts that the page of the route is made of."""
        answer = self.route(role or self.role)
        as_role = Principal("default", role or self.role)

        class Looking:
            principal = as_role

        def may(operation: str) -> bool:
            return OPERATIONS[operation].admits(operation, as_role)

        moves = build(answer, language)
        context = {"page": Looking, "may": may, "csrf": "c", "moves": moves, **more}
        made = rendered(f"route_moves/{name}.html.j2", language, context=context)
        return sound(bytes(made.body).decode())


@contextmanager
def running(folder: Path, engine: Recommender, package: DataPackage) -> Iterator[TestClient]:
    settings = Settings(database_url=f"sqlite:///{folder / 'routes.db'}")
    app = create_app(
        settings,
        keys=people(package),
        recommender=engine,
        package=package,
        clock=lambda: package.as_of,
        workers=0,
    )
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        yield caller


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Recommender, DataPackage]:
    """A database with one proposed route, its id, and what serves it."""
    folder = tmp_path_factory.mktemp("proposed")
    package = load_package(Settings())
    engine = Recommender.from_package(package)
    with running(folder, engine, package) as caller:
        bearer = {"Authorization": f"Bearer {token(Role.ADMIN)}"}
        body = {"educator": {"id": EDUCATOR}, "options": QUICK}
        made = caller.post("/routes", json=body, headers=bearer)
        assert made.status_code == 201, made.text
    return folder, made.json()["id"], engine, package


@pytest.fixture
def desk(demo: tuple[Path, str, Recommender, DataPackage], tmp_path: Path) -> Iterator[Desk]:
    """Pages over a copy of the database, at a methodist's desk."""
    folder, route_id, engine, package = demo
    for file in folder.glob("routes.db*"):
        shutil.copy(file, tmp_path / file.name)
    with running(tmp_path, engine, package) as caller:
        yield Desk(caller, route_id)


def hidden(page: Markup) -> dict[str, str]:
    """Hidden fields of a page with one form of ours, the last value of each."""
    return {
        str(i["name"]): str(i.get("value") or "")
        for i in page.of("input")
        if i.get("type") == "hidden"
    }


def key(number: int = 1) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


# ------------------------------------------------------------------ decisions


def test_a_form_from_elsewhere_changes_nothing(desk: Desk) -> None:
    """Every form that lacks the token of the key is refused, and the route stays as it was."""
    before = desk.version()
    for place, fields in (
        ("decisions", {"decision": "agree"}),
        ("progress", {"step": "step-1", "event": "missed"}),
        ("replan", {}),
    ):
        answer = desk.post(place, csrf=False, version=before, **fields)
        assert answer.status_code == 403, place
    assert desk.version() == before


def test_a_form_sent_twice_does_its_work_once(desk: Desk) -> None:
    """The second sending of an agreement leads on as the first did and adds no line of history."""
    version = desk.version()
    sent = {"decision": "agree", "version": version, "key": key()}
    first, second = desk.post("decisions", **sent), desk.post("decisions", **sent)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"] == desk.path
    assert [e["kind"] for e in desk.life()["history"]] == ["proposed", "agree"]


def test_a_stale_page_changes_nothing_and_leads_back(desk: Desk) -> None:
    """A decision from a page that somebody has overtaken is refused with a link to the route."""
    version = desk.version()
    assert desk.decide("agree").status_code == 303
    answer = desk.post("decisions", decision="cancel", version=version, key=key())
    page = sound(answer.text)
    assert answer.status_code == 412
    assert desk.path in {a.get("href") for a in page.of("a")}
    assert "изменил кто-то другой" in page.said
    assert desk.life()["state"] == "agreed"


def test_a_version_that_is_none_of_ours_is_stale(desk: Desk) -> None:
    """Whatever a forged version field holds, it meets no version and breaks nothing."""
    for version in ("", "x", "1\r\nX: y", "Ⅷ", '1", "2'):
        assert desk.post("decisions", decision="agree", version=version).status_code == 412


def test_nothing_is_returned_without_a_remark(desk: Desk) -> None:
    """An empty remark brings the form back with the fault at its field; with one it is done."""
    empty = desk.decide("return", comment="  ")
    page = sound(empty.text)
    assert empty.status_code == 422
    assert [t.get("aria-invalid") for t in page.of("textarea")] == ["true"]
    assert desk.life()["state"] == "proposed"
    assert desk.decide("return", comment="Темп велик").status_code == 303
    assert desk.life()["history"][-1]["comment"] == "Темп велик"


def test_cancelling_is_asked_about_first(desk: Desk) -> None:
    """The page that asks says how many steps go too; the form in it cancels the route."""
    page = sound(desk.get("confirm/cancel").text)
    assert str(len(desk.life()["steps"])) in page.said
    fields = hidden(page)
    assert desk.life()["state"] == "proposed"
    assert desk.post("decisions", **fields).status_code == 303
    assert desk.life()["state"] == "cancelled"
    again = sound(desk.get("confirm/cancel").text)
    assert not [f for f in again.of("form") if f.get("action") == f"{desk.path}/decisions"]
    assert desk.get("confirm/nonsense").status_code == 422


def test_hostile_text_is_shown_literally(desk: Desk) -> None:
    """Markup in a remark comes out as the text that was typed."""
    hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    assert desk.decide("return", comment=hostile).status_code == 303
    part = desk.part("history")
    assert hostile in part.said
    assert not part.of("script")
    assert not part.of("img")


# ------------------------------------------------------------------ progress


def test_a_step_is_taken_through_its_states(desk: Desk) -> None:
    """Only what the state admits is offered, and pressing it moves the step on, in this order."""
    assert desk.decide("agree").status_code == 303
    step = desk.life()["steps"][0]["step"]
    seen = []
    for event in ("enrolled", "attended", "completed", "report_accepted"):
        part = desk.part("step", step={"id": step})
        offered = [b["value"] for b in part.of("button") if b.get("name") == "event"]
        assert event == offered[0]
        seen.append(offered)
        fields = {k: v for k, v in hidden(part).items() if k in ("version", "key", "step")}
        told = desk.post("progress", event=event, confirmed="1", **fields)
        assert told.status_code == 303
    assert seen == [
        ["enrolled", "cancelled", "missed"],
        ["attended", "cancelled", "missed"],
        ["completed", "cancelled", "missed"],
        ["report_accepted"],
    ]
    assert desk.life()["steps"][0]["state"] == "completed"
    assert "отчёт принят 31 августа 2026" in desk.part("step", step={"id": step}).said


def test_an_event_that_is_not_due_is_refused_in_words(desk: Desk) -> None:
    """A step of a route that nobody has agreed to is not attended; the page says what can be."""
    step = desk.life()["steps"][0]["step"]
    fields = {"step": step, "event": "attended", "confirmed": "1"}
    answer = desk.post("progress", version=desk.version(), **fields)
    assert answer.status_code == 409
    assert "Что делать" in sound(answer.text).said
    assert desk.life()["steps"][0]["state"] == "planned"


# ------------------------------------------------------------------ rebuilding


def banned(desk: Desk) -> tuple[dict[str, Any], Any]:
    """The last step, and the page after it was banned."""
    step = desk.route()["route"]["steps"][-1]
    fields = {"step": step["id"], "activity": step["activity"], "title": step["title"]}
    return step, desk.decide("ban", key=key(), comment="Далеко", **fields)


def held_to(desk: Desk) -> list[tuple[str, str]]:
    """Pins and bans of the route, as the contract lists them."""
    bearer = {"Authorization": f"Bearer {token(Role.ADMIN)}"}
    answer = desk.caller.get(f"/routes/{quoted(desk.route_id)}/wishes", headers=bearer)
    return [(w["decision"], w["id"]) for w in answer.json()["items"]]


def undo(desk: Desk, page: Markup) -> Any:
    """Send the form of a page that undoes the last decision."""
    sent: dict[str, Any] = {k: v for k, v in hidden(page).items() if k in ("version", "key")}
    for name in ("unpinned", "unbanned"):
        sent[name] = [i["value"] for i in page.of("input") if i.get("name") == name]
    return desk.post("undo", **sent)


def test_an_undone_replacement_leaves_no_pin_and_no_ban(desk: Desk) -> None:
    """What was decided before stays, the replacement's own wishes go, and the step comes back."""
    first = desk.route()["route"]["steps"][0]
    desk.decide("pin", activity=first["activity"], title=first["title"])
    before, route = held_to(desk), {s["activity"] for s in desk.life()["steps"]}
    step = desk.route()["route"]["steps"][-1]
    bearer = {"Authorization": f"Bearer {token(Role.ADMIN)}"}
    place = f"/routes/{quoted(desk.route_id)}/alternatives/{step['id']}"
    found = desk.caller.get(place, headers=bearer).json()["alternatives"]
    target = next(a["step"]["activity"] for a in found if a["kind"] == "other_activity")
    changed = desk.decide("replace", step=step["id"], target=target, title=step["title"])
    assert changed.status_code == 200
    assert len(held_to(desk)) == len(before) + 2
    undone = undo(desk, sound(desk.get("difference").text))
    assert undone.status_code == 200, sound(undone.text).said
    assert held_to(desk) == before
    assert {s["activity"] for s in desk.life()["steps"]} == route
    page = sound(desk.caller.get(desk.path).text)
    assert "Снять запрет" not in page.said


def test_what_has_not_begun_is_asked_about_before_it_is_noted(desk: Desk) -> None:
    """A step of next week is missed only after a yes; enrolling needs none."""
    assert desk.decide("agree").status_code == 303
    step = max(desk.life()["steps"], key=lambda s: s["start"])["step"]
    asked = desk.post("progress", step=step, event="missed", version=desk.version(), key=key())
    page = sound(asked.text)
    assert asked.status_code == 200
    assert "ещё не началось" in page.said
    assert {s["state"] for s in desk.life()["steps"]} == {"planned"}
    assert desk.post("progress", **hidden(page)).status_code == 303
    states = {s["step"]: s["state"] for s in desk.life()["steps"]}
    assert states[step] == "missed"


def test_a_ban_shows_what_changed_and_can_be_undone(desk: Desk) -> None:
    """The banned step is gone and named as such; the undo lifts the ban, and it comes back."""
    earlier = held_to(desk)
    before = {s["activity"] for s in desk.life()["steps"]}
    step, answer = banned(desk)
    page = sound(answer.text)
    assert answer.status_code == 200
    assert f"{step['title']}" in page.said
    life = desk.life()
    after = {s["activity"] for s in life["steps"]}
    assert step["activity"] not in after
    assert life["history"][-1]["comment"] == f"Запретить «{step['title']}»: Далеко"
    assert held_to(desk) == [*earlier, ("ban", step["activity"])]
    undone = undo(desk, page)
    assert undone.status_code == 200, sound(undone.text).said
    assert held_to(desk) == earlier
    assert {s["activity"] for s in desk.life()["steps"]} == before


def test_a_reload_shows_the_same_difference_and_rebuilds_nothing(desk: Desk) -> None:
    """The page of what changed is sent again by a reload: same changes, one revision."""
    step = desk.route()["route"]["steps"][-1]
    fields = {"step": step["id"], "activity": step["activity"], "title": step["title"]}
    sent = {"decision": "ban", "version": desk.version(), "key": key(), **fields}
    first, second = desk.post("decisions", **sent), desk.post("decisions", **sent)
    assert first.status_code == second.status_code == 200
    # Only the keys of the forms in it are new.
    fresh = re.compile(r'name="key" value="[0-9a-f-]{36}"')
    assert fresh.sub("", first.text) == fresh.sub("", second.text)
    assert desk.life()["revision"] == 2


def test_the_difference_can_be_read_later(desk: Desk) -> None:
    """The history tells the changes by their titles, on a page and in its lines."""
    assert "ещё не перестраивали" in sound(desk.get("difference").text).said
    step, _ = banned(desk)
    change = next(
        c for c in desk.life()["history"][-1]["parameters"]["changes"] if c["after"] is not None
    )
    title = next(
        s["title"] for s in desk.route()["route"]["steps"] if s["activity"] == change["after"]
    )
    page = sound(desk.get("difference").text)
    assert step["title"] in page.said
    assert title in page.said
    assert title in desk.part("history").said


def test_the_routes_page_tells_its_changes_by_titles(desk: Desk) -> None:
    """History and undo on the page of the route name what left by its title."""
    step, _ = banned(desk)
    answer = desk.caller.get(desk.path)
    page = sound(answer.text)
    assert answer.status_code == 200
    assert f"вернётся: {step['title']}" in page.said
    assert f"«{step['title']}» заменено на" in page.said
    changing = ("/decisions", "/progress", "/replan", "/undo")
    assert [f for f in page.of("form") if str(f.get("action")).endswith(changing)]


def test_a_manager_reads_and_is_offered_nothing(desk: Desk) -> None:
    """Of the route as a manager gets it, without measures, no part offers a form or a link."""
    step, _ = banned(desk)
    first = desk.life()["steps"][0]["step"]
    history = desk.part("history", role=Role.MANAGER)
    assert f"Запретить «{step['title']}»" in history.said
    parts = [
        desk.part("actions", role=Role.MANAGER),
        desk.part("step", role=Role.MANAGER, step={"id": first}),
        history,
    ]
    assert not [tag for part in parts for tag, _ in part.elements if tag in ("form", "a")]


def test_instants_are_told_in_the_educators_zone(desk: Desk) -> None:
    """The demo's clock stands at 06:00 UTC, which is 09:00 in Moscow."""
    assert "31 августа 2026, 09:00" in desk.part("history").said


def test_variants_are_told_by_what_they_have_move_and_lack(desk: Desk) -> None:
    """A variant with a step more, one moved and one less; one that is the route; one without."""
    answer = desk.route()
    kept, moved, *rest = answer["route"]["steps"]
    extra = kept | {"activity": "x", "offering": "x.1", "title": "Лишнее"}
    other = [kept, moved | {"offering": "moved.2"}, extra]
    answer["variants"] = [
        {"name": "thorough", "route": answer["route"], "reason": None},
        {"name": "fast", "route": {"steps": other}, "reason": None},
        {"name": "light", "route": None, "reason": asdict(Reason("too_similar"))},
    ]
    same, fast, light = build(answer, "ru").variants
    assert (same.here, same.more, same.moved, same.less) == (True, (), (), ())
    assert (fast.here, fast.more, fast.moved) == (False, ("Лишнее",), (moved["title"],))
    assert fast.less == tuple(s["title"] for s in rest)
    assert (light.here, light.less) == (False, ())
    assert "похожи" in light.reason


def test_a_real_answer_with_variants_is_told(desk: Desk) -> None:
    """Whatever became of each variant, the page opens and says it."""
    bearer = {"Authorization": f"Bearer {token(Role.ADMIN)}"}
    body = {"educator": {"id": EDUCATOR}, "options": {**QUICK, "variants": True}}
    answer = desk.caller.post("/routes", json=body, headers=bearer).json()
    reasons = [v["reason"] for v in answer["variants"]]
    assert len(reasons) == 3
    shown = build(answer, "ru").variants
    assert [bool(v.reason) for v in shown] == [bool(reason) for reason in reasons]
    page = desk.caller.get(f"{PAGES}/routes/{quoted(answer['id'])}")
    assert page.status_code == 200
    for variant in shown:
        assert variant.reason in sound(page.text).said


def test_an_answer_without_a_route_has_nothing_to_do_by_steps(desk: Desk) -> None:
    """Where no route was found there are neither steps nor an undo."""
    answer = desk.route() | {"route": None}
    answer["lifecycle"] |= {"steps": [], "legal": ["cancel"]}
    moves = build(answer, "ru")
    assert (dict(moves.steps), moves.undo) == ({}, None)
    assert moves.may(Role.METHODIST, "cancel")
    assert not moves.changes(Role.METHODIST)


def test_a_pin_that_changes_nothing_says_so_and_is_seen(desk: Desk) -> None:
    """Pinning what is in the route keeps its steps, and the step is marked."""
    step = desk.route()["route"]["steps"][0]
    assert "закреплён" not in desk.part("step", step={"id": step["id"]}).said
    answer = desk.decide("pin", activity=step["activity"], title=step["title"])
    assert answer.status_code == 200
    assert "шаги остались прежними" in sound(answer.text).said
    assert "закреплён" in desk.part("step", step={"id": step["id"]}).said


def test_an_alternative_takes_the_steps_place(desk: Desk) -> None:
    """The form beside an alternative replaces the step by it; a part is answered with a part."""
    step = desk.life()["steps"][-1]["step"]
    part = desk.get(f"alternatives/{step}", **{"HX-Request": "true"})
    assert "<html" not in part.text
    page = sound(desk.get(f"alternatives/{step}").text)
    fields = hidden(page)
    assert fields["decision"] == "replace"
    assert desk.post("decisions", **fields).status_code == 200
    now = desk.life()["steps"]
    assert fields["target"] in {s["activity"] for s in now} | {s["offering"] for s in now}
    assert fields["activity"] not in {s["activity"] for s in now}


def test_too_few_changes_are_refused_with_how_many_would_do(desk: Desk) -> None:
    """With no change admitted a ban fails; the form in the answer admits enough and works."""
    first = desk.life()["steps"][-1]["activity"]
    answer = desk.post(
        "replan", version=desk.version(), changes_most="0", excluded=first, comment="Далеко"
    )
    assert answer.status_code == 409
    page = sound(answer.text)
    fields = hidden(page)
    assert int(fields["changes_most"]) > 0
    assert (fields["excluded"], fields["comment"]) == (first, "Далеко")
    assert desk.life()["revision"] == 1
    assert desk.post("replan", **fields).status_code == 200
    assert first not in {s["activity"] for s in desk.life()["steps"]}


def whole_page(desk: Desk) -> Markup:
    return sound(desk.caller.get(desk.path).text)


def test_pins_and_bans_are_listed_and_lifted(desk: Desk) -> None:
    """The page names what the route is held to; its buttons lift it, and the history says so."""
    step = desk.life()["steps"][0]
    banned = {"activity": step["activity"], "step": step["step"], "title": "Первое"}
    assert desk.decide("ban", **banned).status_code == 200
    page = whole_page(desk)
    assert "Закреплено и запрещено" in page.said
    lifts = [a for a in page.of("button") if a.get("value") == "unban"]
    assert len(lifts) == 1
    assert "Снять запрет «" in (lifts[0]["aria-label"] or "")
    answer = desk.decide("unban", activity=step["activity"], title="Первое", key=key(7))
    assert answer.status_code == 200, answer.text
    page = whole_page(desk)
    assert "Закреплено и запрещено" not in page.said
    assert "Снять запрет «Первое»" in page.said  # in the history


def test_a_variant_is_taken_by_its_button(desk: Desk) -> None:
    """The form of a variant orders a route of its own and leads to where it is being built."""
    admin = {"Authorization": f"Bearer {token(Role.ADMIN)}"}
    options = {**QUICK, "gap_rel": 0.0, "variants": True}
    body = {"educator": {"id": EDUCATOR}, "options": options}
    made = desk.caller.post("/routes", json=body, headers=admin).json()
    named = {v["name"] for v in made["variants"][1:] if v["route"]}
    own = Desk(desk.caller, made["id"])
    names = [a["value"] for a in whole_page(own).of("input") if a.get("name") == "name"]
    assert set(names) == named
    answer = own.post("variants", name=names[0])
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].removeprefix("/workbench")
    while (taken := desk.caller.get(path, headers=admin)).status_code == 202:
        time.sleep(0.01)
    variant = next(v["route"] for v in made["variants"] if v["name"] == names[0])
    runs = {s["offering"] for s in taken.json()["route"]["steps"]}
    assert runs == {s["offering"] for s in variant["steps"]}


def last_seat(desk: Desk, offering: str, admin: dict[str, str]) -> None:
    """Leave one seat of a run."""
    read = desk.caller.get(f"/offerings/{offering}", headers=admin)
    before = desk.caller.get("/version", headers=admin).json()["catalogue"]["version"]
    put = desk.caller.put(
        f"/offerings/{offering}",
        json=read.json()["record"] | {"seats_left": 1},
        headers=admin | {"If-Match": read.headers["etag"]},
    )
    assert put.status_code == 200, put.text
    while desk.caller.get("/version", headers=admin).json()["catalogue"]["version"] == before:
        time.sleep(0.01)


def test_the_loser_of_the_last_seat_is_shown_the_route_built_again(desk: Desk) -> None:
    """The page names what was taken and the new steps, and its form agrees to that very version."""
    admin = {"Authorization": f"Bearer {token(Role.ADMIN)}"}
    run = next(s for s in desk.route()["route"]["steps"] if not s["self_paced"])
    last_seat(desk, run["offering"], admin)
    body = {"educator": {"id": EDUCATOR}, "options": QUICK}
    made = [desk.caller.post("/routes", json=body, headers=admin).json()["id"] for _ in range(2)]
    winner, loser = (Desk(desk.caller, route_id) for route_id in made)
    assert run["offering"] in {s["offering"] for s in loser.life()["steps"]}
    assert winner.decide("agree").status_code == 303
    answer = loser.decide("agree", key=key())
    assert answer.status_code == 409
    page = sound(answer.text)
    assert run["title"] in page.said
    for step in loser.route()["route"]["steps"]:
        assert " ".join(step["title"].split()) in page.said
    assert loser.life()["state"] == "proposed"
    assert loser.post("decisions", **hidden(page)).status_code == 303
    assert loser.life()["state"] == "agreed"


# ------------------------------------------------------------------ roles


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_role_is_offered_what_it_may_do(desk: Desk, language: str) -> None:
    """Methodist, tutor, educator and manager see their own decisions of a proposed route."""
    offered = {}
    for role in (Role.METHODIST, Role.TUTOR, Role.EDUCATOR, Role.MANAGER):
        part = desk.part("actions", language, role)
        links = {str(a["href"]).rpartition("/")[2] for a in part.of("a")}
        forms = {str(i["value"]) for i in part.of("input") if i.get("name") == "decision"}
        replans = {"replan" for f in part.of("form") if str(f["action"]).endswith("/replan")}
        offered[role] = forms | replans | (links & set(DECISIONS))
    assert offered == {
        Role.METHODIST: {"agree", "return", "cancel", "replan"},
        Role.TUTOR: {"return", "replan"},
        Role.EDUCATOR: {"accept", "cancel"},
        Role.MANAGER: set(),
    }


def test_what_a_role_is_not_offered_it_is_refused(desk: Desk) -> None:
    """A manager's forged form, and an educator's agreement, change nothing and say why."""
    for role in (Role.MANAGER, Role.EDUCATOR):
        desk.sit(role)
        answer = desk.decide("agree")
        assert answer.status_code == 403
        assert "Что делать" in sound(answer.text).said
    assert desk.life()["state"] == "proposed"


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_the_table_of_deciders_is_what_the_contract_enforces(role: Role) -> None:
    """Who may decide what, as the domain says it, for every role with the operation."""
    staff = {Role.PLATFORM, Role.METHODIST, Role.ADMIN}
    wanted = {
        **dict.fromkeys(("agree", "pin", "ban", "unpin", "unban", "replace"), staff),
        **{d: staff | {Role.TUTOR} for d in ("return", "complete", "report_accepted")},
        "cancel": staff | {Role.EDUCATOR},
        "accept": {Role.PLATFORM, Role.ADMIN, Role.EDUCATOR},
        **{e: set(Role) for e in EVENTS if e != "report_accepted"},
    }
    assert {d for d in wanted if may_decide(role, d)} == {d for d in wanted if role in wanted[d]}


# ------------------------------------------------------------------ bodies


def test_a_key_belongs_to_what_was_pressed() -> None:
    """The same button of one form has one key; another button, or another form, another."""
    sent = Sent.of([("key", key()), ("version", "3")])
    keys = [
        sent.headers("decisions pin")["Idempotency-Key"],
        sent.headers("decisions pin")["Idempotency-Key"],
        sent.headers("decisions ban")["Idempotency-Key"],
        Sent.of([("key", key(2))]).headers("decisions pin")["Idempotency-Key"],
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert sent.headers("x")["If-Match"] == '"3"'


@pytest.mark.parametrize(
    ("fields", "body", "replan"),
    [
        ({"decision": "pin", "step": "s", "activity": "a"}, {"activity": "a"}, (["a"], [])),
        ({"decision": "ban", "step": "s", "activity": "a"}, {"step": "s"}, ([], ["s"])),
        ({"decision": "unpin", "step": "s", "activity": "a"}, {"activity": "a"}, ([], [])),
        ({"decision": "unban", "activity": "a"}, {"activity": "a"}, ([], [])),
        (
            {"decision": "replace", "step": "s", "activity": "a", "target": "b"},
            {"step": "s", "activity": "b"},
            (["b"], ["a"]),
        ),
        (
            {"decision": "replace", "step": "s", "activity": "a", "offering": "a.1"}
            | {"target": "a.2", "same": "1"},
            {"step": "s", "activity": "a.2"},
            (["a.2"], ["a.1"]),
        ),
    ],
)
def test_a_decision_about_a_step_can_be_asked_for_as_a_rebuilding(
    fields: dict[str, str], body: dict[str, str], replan: tuple[list[str], list[str]]
) -> None:
    """The fields that each decision has in the contract, and what it pins and excludes."""
    sent = Sent.of(list(fields.items()))
    made = decision_body(sent, fields["decision"], "")
    assert made == {"decision": fields["decision"], **body}
    assert as_replan("decisions", made, sent) == dict(
        zip(("pinned", "excluded"), replan, strict=True)
    )


@pytest.mark.parametrize(("typed", "sent"), [("", None), ("2", 2), ("-1", "-1"), ("²", "²")])
def test_a_bound_that_is_no_number_is_left_to_the_contract(typed: str, sent: object) -> None:
    """Whole numbers go on as numbers, nothing as nothing, the rest as it was typed."""
    assert replan_body(Sent.of([("changes_most", typed)])).get("changes_most") == sent


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_code_has_words(language: str) -> None:
    """Decisions, events and kinds of history that the parts name by code are all worded."""
    known = words()[language]
    kinds = [*Move, "proposed", "begin", "hold_expired"]
    told = {Move.EXPIRE: "hold_expired"}
    wanted = [f"kind_{told.get(k, k)}" for k in kinds] + [f"event_{e}" for e in EVENTS]
    wanted += [f"passed_{s.value}" for s in StepState]
    wanted += [f"code_{c}" for c in ("moved", "replaced", "removed", "added")]
    wanted += [f"gone_{k.value}" for k in ClaimKind]
    assert not [k for k in wanted if f"route_moves.{k}" not in known]
