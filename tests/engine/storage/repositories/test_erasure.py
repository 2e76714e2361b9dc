"""Who is erased is nowhere any more; what statistics and models need stays."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa

from engine.domain import Level, MentorForm, Occupancy
from engine.framework import load_framework
from engine.interchange import nodes_of, read_package, request_for
from engine.lifecycle.holds import Claim, ClaimKind
from engine.lifecycle.states import RouteEvent, RouteState
from engine.recommendation import to_dict
from engine.recommendation_json import recommendation_from_dict
from engine.recommender import Recommender
from engine.register_kinds import RegisterName
from engine.registers import (
    Accompaniment,
    Community,
    InternshipSite,
    Methodist,
    Period,
    Practice,
    Team,
)
from engine.resources import data_root
from engine.storage import ApiKey, AuditEntry, FeedbackRow, Job, JobEvent, Repositories, Store
from engine.storage.repositories.redaction import anonymous
from engine.storage.tables import METADATA
from tests.engine.storage.facts import ANSWERS, AT, EDUCATOR, ROUTE, SCORES, STEPS, TENANT, after

MARK = "МЕТКА"
"""Stands in everything that leads back to the person."""

WHO = f"e-{MARK}-1"


@cache
def answer() -> dict[str, Any]:
    """Answer to a demo educator with everything that an answer may hold."""
    framework = load_framework()
    package = read_package(data_root() / "demo", known_nodes=nodes_of(framework)).accepted()
    request = replace(request_for(package, "E13"), variants=True, deadline_ms=60_000)
    recommender = Recommender.from_package(package, framework)
    told: Any = to_dict(recommender.recommend(request).recommendation)
    return json.loads(json.dumps(told))


def marked(told: Any) -> dict[str, Any]:
    """The same with a mark in all that is personal."""
    copy: dict[str, Any] = json.loads(json.dumps(told))
    copy["educator"] |= {"id": WHO, "organisation": MARK, "subjects": [MARK], "strengths": [MARK]}
    copy["requests"] = [
        {"id": "q1", "text": MARK, "node": None, "career_position": MARK, "nodes": ["MET.DIG"]}
    ]
    copy["notes"] = [{"code": "history_not_matched", "parameters": {"title": MARK}}]
    copy["unmet"] = [{"node": "n", "title": "t", "code": "c", "parameters": {"x": MARK}}]
    copy["conflict"] = copy["repairs"] = [{"code": "c", "parameters": {"x": MARK}}]
    copy["not_chosen"] = {"a": {"code": "c", "parameters": {"subjects": [MARK]}}}
    copy["something_new"] = MARK
    for route in (copy["route"], *(v["route"] for v in copy["variants"])):
        for step in route["steps"] if route else ():
            step["reasons"] = [{"code": "c", "parameters": {"x": MARK}}]
    for deficit in copy["deficits"]:
        for evidence in deficit["evidence"]:
            evidence["procedure_id"] = MARK
    for change in copy["changes"]:
        for point in change["points"]:
            point["procedure_id"] = MARK
    return copy


def test_an_anonymous_answer_is_an_answer() -> None:
    """It can be read as a recommendation, has no mark, and keeps steps, levels and position."""
    before = answer()
    assert before["changes"]
    assert before["variants"]
    assert any(d["evidence"] for d in before["deficits"])
    text = anonymous(json.dumps(marked(before)), "erased-1")
    assert MARK not in text
    after_it = json.loads(text)
    read = recommendation_from_dict(after_it)
    assert read.educator.id == "erased-1"
    assert after_it["educator"]["position"] == before["educator"]["position"]
    steps = [{**step, "reasons": []} for step in before["route"]["steps"]]
    assert after_it["route"]["steps"] == steps
    levels = [(d["node"], d["official_level"]) for d in before["deficits"]]
    assert [(d["node"], d["official_level"]) for d in after_it["deficits"]] == levels
    assert {d["raw_score"] for d in after_it["deficits"]} == {None}


def test_an_answer_without_a_route_stays_one() -> None:
    """Where there was none there is none, and nothing fails."""
    none = {**marked(answer()), "route": None, "variants": []}
    assert json.loads(anonymous(json.dumps(none), "x"))["route"] is None


@pytest.mark.parametrize("strange", ["", "[]", "{}", '{"educator": "МЕТКА"}', "МЕТКА"])
def test_of_a_strange_answer_nothing_stays(strange: str) -> None:
    """What cannot be understood cannot be made anonymous, so it goes."""
    assert anonymous(strange, "x") == "{}"


CLAIM = Claim(ClaimKind.SEAT, "o1", 1, "s1")
EVENT = RouteEvent(AT, WHO, "educator", "accept", None, "proposed", "agreed", MARK, {"x": MARK})


REGISTERS = {
    RegisterName.METHODISTS: [
        Methodist(WHO, Level.SCHOOL, educators=("e-2",)),
        Methodist("mt-2", Level.DISTRICT, educators=("e-2", WHO, "e-3")),
    ],
    RegisterName.TEAMS: [Team("t-1", "o-1", members=(WHO, "e-2"))],
    RegisterName.SITES: [InternshipSite("s-1", "Площадка")],
    RegisterName.COMMUNITIES: [
        Community("c-1", "Объединение", lead=WHO, members=("e-2", WHO)),
        Community("c-2", "Другое", lead="e-2", members=(WHO,)),
    ],
    RegisterName.PRACTICES: [Practice("p-1", "Практика", authors=(WHO,))],
    RegisterName.ACCOMPANIMENTS: [
        Accompaniment(f"y-{MARK}", WHO, MentorForm.PEER, "e-2"),
        Accompaniment(f"x-{MARK}", "e-2", MentorForm.PEER, WHO, Period(dt.date(2026, 9, 1))),
        Accompaniment("x-3", "e-2", MentorForm.TUTOR, "mt-2"),
    ],
}


def put(kept: Repositories) -> None:
    """A person in every table."""
    personal = json.dumps(marked(answer()), ensure_ascii=False)
    route = replace(
        ROUTE,
        educator_id=WHO,
        answer=personal,
        request=MARK,
        solution=MARK,
        problem=MARK.encode(),
        organisation_id=MARK,
        state=RouteState.AGREED,
        held_until=after(days=14),
        steps=STEPS,
    )
    kept.routes.add(route)
    kept.routes.save(replace(route, revision=2), 1)
    kept.routes.add(replace(route, id="r-2", state=RouteState.COMPLETED, held_until=None))
    kept.routes.append("r-1", EVENT)
    kept.holds.take("r-1", [CLAIM], after(days=14), AT)
    kept.educators.put(replace(EDUCATOR, id=WHO, strengths=(MARK,)), AT)
    kept.diagnostics.replace(WHO, SCORES, ANSWERS)
    kept.labels.put(WHO, MARK)
    done = FeedbackRow(MARK, AT, WHO, "a-1", "completed", 1.0, "o-1", "r-1", "s1", AT, {"x": MARK})
    kept.feedback.add([done, replace(done, id=f"{MARK}2", activity_id="a-2")])
    for name, records in REGISTERS.items():
        kept.registers.put(name, records, AT)
    kept.registers.withdraw(RegisterName.METHODISTS, [WHO], AT)
    kept.audit.add(AuditEntry(AT, WHO, "educator", "accept", "route", "r-1"))
    kept.audit.add(AuditEntry(AT, "k-1", "admin", "put", "educator", WHO))
    kept.audit.add(AuditEntry(AT, "k-1", "platform", "add_feedback", "feedback", MARK))
    for told in (f"x-{MARK}", f"y-{MARK}"):
        kept.audit.add(AuditEntry(AT, "k-1", "admin", "put", "accompaniment", told))
    observed(kept)
    for i, body in enumerate((personal, json.dumps({"id": WHO}), '{"route": "r-2", "x": "МЕТКА"}')):
        kept.idempotency.begin(f"k{i}", "e", "d", AT)
        kept.idempotency.finish(f"k{i}", "e", 201, {}, body.encode())
    kept.jobs.add(Job("j-1", AT, MARK, educator_id=WHO))
    kept.jobs.add(Job("j-2", AT, MARK, route_id="r-1"))
    kept.jobs.add(Job("j-3", AT, json.dumps({"educator": {"id": WHO}})))
    kept.jobs.append("j-1", JobEvent(AT, "route", {"x": MARK}))


def observed(kept: Repositories) -> None:
    """Somebody else whom the person marked, and on whose route the person acted."""
    kept.educators.put(replace(EDUCATOR, id="e-2"), AT)
    kept.diagnostics.replace("e-2", [replace(score, observer=WHO) for score in SCORES], ())
    kept.routes.add(replace(ROUTE, id="r-9", educator_id="e-2", problem=b"{}"))
    kept.routes.append("r-9", replace(EVENT, role="mentor", comment="", parameters={}))


def whole(store: Store) -> str:
    """Everything in the database as one text."""
    told = []
    with store.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)):
                told += [v.decode() if isinstance(v, bytes) else str(v) for v in row]
    return "\n".join(told)


@pytest.fixture
def erased(store: Store) -> Store:
    """Store from which a person was erased."""
    with store.system() as system:
        system.keys.add(ApiKey("k-1", "h-1", TENANT, "educator", AT, subject=WHO))
        system.keys.add(ApiKey("k-2", "h-2", TENANT, "tutor", AT, subject="u-2"))
        system.keys.add(ApiKey("k-3", "h-3", "other", "educator", AT, subject="u-3"))
    with store.writing(TENANT) as kept:
        put(kept)
        kept.idempotency.begin("other", "e", "d", AT)
        kept.idempotency.finish("other", "e", 201, {}, b'{"id": "e-2"}')
        kept.jobs.add(Job("other", AT, '{"id": "e-2"}'))
    assert whole(store).count(MARK) > 30
    with store.writing(TENANT) as kept:
        found = kept.erase(WHO, after(days=1))
    assert (found.routes, found.feedback) == (2, 2)
    return store


def test_nothing_that_leads_back_is_left_anywhere(erased: Store) -> None:
    """Not one mark in any column of any table, however JSON wrote it."""
    told = whole(erased)
    assert MARK not in told
    assert json.dumps(MARK)[1:-1] not in told


def test_routes_stay_for_statistics(erased: Store) -> None:
    """They keep status, policy, steps and dates under one random id; open ones are cancelled."""
    with erased.reading(TENANT) as kept:
        first, second = kept.routes.get("r-1"), kept.routes.get("r-2")
        revision = kept.routes.revision("r-1", 1)
        history = kept.routes.events("r-1")
        assert kept.holds.occupancy(AT) == Occupancy({}, {}, frozenset())
    assert first is not None
    assert second is not None
    assert revision is not None
    assert first.educator_id == second.educator_id
    assert first.educator_id.startswith("erased-")
    assert (first.status, first.policy, first.steps) == ("OPTIMAL", "spb", STEPS)
    assert (first.request, first.solution, first.problem) == (None, None, b"")
    for text in (first.answer, second.answer, revision.answer):
        assert recommendation_from_dict(json.loads(text)).educator.id == first.educator_id
    assert (first.state, first.held_until) == (RouteState.CANCELLED, None)
    assert second.state is RouteState.COMPLETED
    assert [(e.kind, e.actor, e.before, e.after) for e in history] == [
        ("accept", first.educator_id, "proposed", "agreed"),
        ("erased", "system", "agreed", "cancelled"),
    ]


def test_feedback_stays_for_training_and_leads_nowhere(erased: Store) -> None:
    """Outcomes and activities stay under an id that no route has and without the source's ids."""
    with erased.reading(TENANT) as kept:
        rows = kept.feedback.page().items
        routes = {r.educator_id for r in kept.routes.page().items}
    assert [(r.activity_id, r.outcome, r.state) for r in rows] == [
        ("a-1", 1.0, "completed"),
        ("a-2", 1.0, "completed"),
    ]
    assert len({r.educator_id for r in rows}) == 1
    assert {r.educator_id for r in rows}.isdisjoint(routes)
    assert {(r.route_id, r.step_id) for r in rows} == {(None, None)}


def test_what_he_did_for_others_stays_and_names_nobody(erased: Store) -> None:
    """Marks that he gave stay together, and the history of another's route keeps what was done."""
    with erased.reading(TENANT) as kept:
        marks = kept.diagnostics.results("e-2")
        (event,) = kept.routes.events("r-9")
        (told,) = kept.audit.page(object_kind="feedback").items
        outcomes = {row.id for row in kept.feedback.page().items}
    assert [replace(mark, observer=None) for mark in marks] == [
        replace(score, observer=None) for score in SCORES
    ]
    (observer,) = {mark.observer for mark in marks}
    assert str(observer).startswith("erased-")
    assert event.actor.startswith("erased-")
    assert (event.kind, event.role) == ("accept", "mentor")
    assert told.object_id in outcomes


def test_registers_keep_the_others_and_what_was_done_for_them(erased: Store) -> None:
    """Lists lose the person alone, his card and his own accompaniment go, what he did stays."""
    with erased.reading(TENANT) as kept:
        found = kept.registers.all()
    assert [(m.id, m.educators) for m in found.methodists] == [("mt-2", ("e-2", "e-3"))]
    assert [t.members for t in found.teams] == [("e-2",)]
    assert [(c.lead, c.members) for c in found.communities] == [(None, ("e-2",)), ("e-2", ())]
    assert [p.authors for p in found.practices] == [()]
    assert found.sites == (InternshipSite("s-1", "Площадка"),)
    by_somebody, untouched = found.accompaniments
    assert untouched == REGISTERS[RegisterName.ACCOMPANIMENTS][2]
    assert by_somebody.by.startswith("erased-")
    assert (by_somebody.educator_id, by_somebody.during.since) == ("e-2", dt.date(2026, 9, 1))
    with erased.reading(TENANT) as kept:
        versions = {r.id: r.version for r in kept.registers.rows(RegisterName.ACCOMPANIMENTS)}
    assert versions == {by_somebody.id: 2, "x-3": 1}


def test_only_the_persons_requests_and_keys_go(erased: Store) -> None:
    """Others' requests, solves and keys stay as they were; audit keeps what was done."""
    with erased.writing(TENANT) as kept:
        assert kept.idempotency.begin("other", "e", "d", AT).state == "done"
        assert kept.jobs.lapsed(after(days=9)) == ("other",)
        entries = kept.audit.page().items
    assert [(e.action, e.role) for e in entries] == [
        ("put", "admin"),
        ("put", "admin"),
        ("add_feedback", "platform"),
        ("put", "admin"),
        ("accept", "educator"),
    ]
    with erased.system_reading() as system:
        keys = {k.id: k for k in system.keys.list()}
    assert (keys["k-1"].subject, keys["k-1"].revoked_at) == (None, after(days=1))
    assert (keys["k-2"].subject, keys["k-2"].revoked_at) == ("u-2", None)
    assert (keys["k-3"].subject, keys["k-3"].revoked_at) == ("u-3", None)


def test_somebody_unknown_leaves_everything_as_it_is(erased: Store) -> None:
    """Erasing once more, or somebody who never was, changes no row."""
    before = whole(erased)
    with erased.writing(TENANT) as kept:
        for who in (WHO, "nobody"):
            gone = kept.erase(who, after(days=2))
            assert (gone.routes, gone.feedback) == (0, 0)
    assert whole(erased) == before
