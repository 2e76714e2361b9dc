"""A new educator: who it is, then results of diagnostics, then the form of a route."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.workbench.ask import Answer, quoted
from api.workbench.competencies import framework_of
from api.workbench.page import CurrentPage, Page
from api.workbench.places import known_places
from api.workbench.refusals import problem_context
from api.workbench.views import educators, new_person
from api.workbench.views.choices import Group
from api.workbench.views.move_bodies import Sent
from api.workbench.views.new_person import Reading
from engine.wording import label

PATH = "/workbench/new-educator"
TOLD_HERE = (400, 409, 412, 413, 422)

router = APIRouter(prefix="/workbench")

EducatorId = Annotated[str, Path(max_length=128)]


@router.get("/new-educator", name="workbench_new_educator")
async def show_form(page: CurrentPage) -> Response:
    """The empty form, with a cipher that nobody has."""
    return await _person_form(page, Sent.of([("id", new_person.free_cipher())]))


@router.post("/new-educator", name="workbench_add_educator")
async def add(page: CurrentPage, request: Request) -> Response:
    """Keep the educator and go on to the diagnostics."""
    sent = await _sent(request)
    reading = new_person.read_person(sent, await known_places(page))
    if reading.faults:
        return await _person_form(page, sent, faults=_worded(page, reading))
    path = f"/educators/{quoted(sent.text('id'))}"
    # none of that cipher yet: nobody's record is replaced by a form for a new one
    absent = {"If-None-Match": "*"}
    answer = await page.ask.put(path, reading.body, headers=absent, expect=TOLD_HERE)
    if answer.status == 412:
        return await _person_form(page, sent, faults={"id": page.t("new_person.taken")})
    if answer.status >= 400:
        return await _person_form(page, sent, **_refused(page, answer, reading))
    return page.redirect(f"/workbench{path}/diagnostics")


@router.get("/educators/{educator_id}/diagnostics", name="workbench_results")
async def show_results(educator_id: EducatorId, page: CurrentPage) -> Response:
    """The form for results of one sitting."""
    return await _results_form(page, educator_id, Sent.of([("method", "test")]))


@router.post("/educators/{educator_id}/diagnostics", name="workbench_add_results")
async def add_results(educator_id: EducatorId, page: CurrentPage, request: Request) -> Response:
    """Add the sitting to what is known, and go on."""
    sent = await _sent(request)
    path = f"/diagnostics/{quoted(educator_id)}"
    known = await page.ask.get(path)
    before = known.data["items"]
    nodes = (await framework_of(page)).titles
    reading = new_person.read_results(sent, [item["procedure_id"] for item in before], nodes)
    if reading.faults:
        return await _results_form(page, educator_id, sent, faults=_worded(page, reading))
    reading.body["items"] = [*before, *reading.body["items"]]
    # the tag is that of what the form was shown with: sent twice, it adds nothing twice
    match = {"If-Match": f'"{sent.text("tag")[:100]}"'}
    answer = await page.ask.put(path, reading.body, headers=match, expect=TOLD_HERE)
    if answer.status >= 400:
        return await _results_form(page, educator_id, sent, **_refused(page, answer, reading))
    person = f"/workbench/educators/{quoted(educator_id)}"
    return page.redirect(f"{person}/new-route" if sent.text("do") == "build" else person)


async def _person_form(page: Page, sent: Sent, **told: Any) -> Response:
    places, framework = await asyncio.gather(known_places(page), framework_of(page))
    return page.render(
        "new_person/person.html.j2",
        status=told.get("status", 422) if told else 200,
        sent=sent,
        **_told(told),
        places=places,
        subject_names=framework.subjects,
        subjects=new_person.SUBJECTS,
        stages=new_person.STAGES,
        position_group=Group("", tuple(educators.positions(page.language))),
    )


async def _results_form(page: Page, educator_id: str, sent: Sent, **told: Any) -> Response:
    person = quoted(educator_id)
    record, known, framework = await asyncio.gather(
        page.ask.get(f"/educators/{person}"),
        page.ask.get(f"/diagnostics/{person}"),
        framework_of(page),
    )
    return page.render(
        "new_person/results.html.j2",
        status=told.get("status", 422) if told else 200,
        sent=sent,
        **_told(told),
        record=record.data["record"],
        tag=known.data["tag"],
        known=len({item["procedure_id"] for item in known.data["items"]}),
        competencies=framework.leaves,
        rows=new_person.ROWS,
        methods=[(m, label("method", m, page.language)) for m in new_person.METHODS],
        levels=[("", page.t("new_person.no_level"))]
        + [(name, page.t(f"new_person.level_{name}")) for name in new_person.LEVEL_SCORES],
    )


def _told(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"faults": told.get("faults") or {}, "problem": told.get("problem")}


def _worded(page: Page, reading: Reading) -> dict[str, str]:
    return {name: page.t(f"new_person.{key}") for name, key in reading.faults.items()}


def _refused(page: Page, answer: Answer, reading: Reading) -> dict[str, Any]:
    """Faults at their fields, the rest above the form."""
    found, others = new_person.placed(answer.data.get("errors", ()), reading)
    problem = problem_context(answer.data, page.language)["problem"]
    problem["errors"] = [{"detail": text} for text in others]
    if found and not others:
        problem["detail"] = page.t("building.marked")
    return {"faults": found, "problem": problem, "status": answer.status}


async def _sent(request: Request) -> Sent:
    form = await request.form()
    return Sent.of([(name, v) for name, v in form.multi_items() if isinstance(v, str)])
