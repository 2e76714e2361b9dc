"""A new route of an educator: the form, what it looks up while it is filled in, and the order."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.workbench.ask import Answer, quoted
from api.workbench.competencies import Framework, framework_of
from api.workbench.page import CurrentPage, Page
from api.workbench.refusals import problem_context
from api.workbench.views import deficits, educators, route_form
from api.workbench.views.choices import Group
from api.workbench.views.keys import new_key, own_key
from api.workbench.views.known_busy import KnownBusy, known_busy
from api.workbench.views.route_form import Known, Reading, RouteForm

FOUND_MOST = 10
PICKS_MOST = 50

router = APIRouter(prefix="/workbench/educators/{educator_id}")

EducatorId = Annotated[str, Path(max_length=128)]
Picks = Annotated[list[str] | None, Query(max_length=PICKS_MOST)]


@dataclass(frozen=True, slots=True)
class Person:
    """Whose route it is, and what the form needs to know of him.

    Parameters
    ----------
    profile
        ``None`` = there is neither a diagnostic result nor a request.
    policies
        Names of the profiles, and the one that is in use.
    busy
        What is known of his busy times.
    competencies
        All that a request may be about.
    """

    record: Mapping[str, Any]
    profile: deficits.Profile | None
    known: Known
    policies: Sequence[str]
    policy: str
    busy: KnownBusy
    competencies: tuple[Group, ...]


@router.get("/new-route", name="workbench_new_route")
async def show_form(
    educator_id: EducatorId, page: CurrentPage, pinned: Picks = None, excluded: Picks = None
) -> Response:
    """The form as it begins; a link from the catalogue may bring what to pin or to exclude."""
    person = await _person(page, educator_id)
    begun = [("pinned", i) for i in pinned or ()] + [("excluded", i) for i in excluded or ()]
    return await _form(page, person, _begun(person, begun))


@router.get("/picks", name="workbench_picks")
async def show_picks(
    educator_id: EducatorId,
    page: CurrentPage,
    find: Annotated[str, Query(max_length=500)] = "",
    pinned: Picks = None,
    excluded: Picks = None,
) -> Response:
    """Activities that were picked, and those found in the catalogue."""
    if not page.fragment:
        return page.redirect(f"/workbench/educators/{quoted(educator_id)}/new-route")
    picked = await _picked(page, find.strip(), pinned or (), excluded or ())
    return page.render("building/picks.html.j2", **picked)


@router.get("/understood", name="workbench_understood")
async def show_understood(educator_id: EducatorId, page: CurrentPage, request: Request) -> Response:
    """Competencies that the service finds in the words of a request."""
    if not page.fragment:
        return page.redirect(f"/workbench/educators/{quoted(educator_id)}/new-route")
    text = next((v.strip() for k, v in request.query_params.items() if "text" in k), "")
    answer = None
    if text:
        body = {"educator": {"id": educator_id}, "requests": [{"id": "asked", "text": text}]}
        answer = await page.ask.post("/deficits", body, expect={422})
    return page.render(
        "building/understood.html.j2", asked=bool(text), found=_understood(answer), answer=answer
    )


@router.post("/build", name="workbench_build")
async def build(educator_id: EducatorId, page: CurrentPage, request: Request) -> Response:
    """Order the route and go where it is being built; what is wrong is said at its field."""
    person = await _person(page, educator_id)
    form = await _sent(request)
    reading = route_form.read_form(form, person.known)
    if form.text("do") == "find":
        return await _form(page, person, form)
    if reading.faults:
        faults = {name: page.t(f"building.{key}") for name, key in reading.faults.items()}
        return await _form(page, person, form, faults=faults)
    headers = {"Prefer": "respond-async", "Idempotency-Key": own_key(form.text("key"))}
    answer = await page.ask.post(
        "/routes", reading.body, headers=headers, expect={400, 409, 413, 422, 429, 503}
    )
    if answer.status >= 400:
        return await _refused(page, person, form, reading, answer)
    return page.redirect(f"/workbench/routes/{quoted(answer.data['id'])}")


async def _person(page: Page, educator_id: str) -> Person:
    path = f"/educators/{quoted(educator_id)}"
    record, assessed, version, busy, framework = await asyncio.gather(
        page.ask.get(path),
        page.ask.post("/deficits", {"educator": {"id": educator_id}}, expect={422}),
        page.ask.get("/version"),
        page.ask.get(f"{path}/busy"),
        framework_of(page),
    )
    profile = None
    if assessed.status == 200:
        profile = deficits.profile_of(assessed.data, page.language)
    known = Known(
        educator_id=educator_id,
        tempo_min=record.data["record"]["tempo_min_per_week"],
        today=profile.today if profile else dt.datetime.now(dt.UTC).date(),
    )
    return Person(
        record=record.data["record"],
        profile=profile,
        known=known,
        policies=version.data["policies"],
        policy=version.data["policy"],
        busy=known_busy(busy.data, known.today),
        competencies=_competencies(profile, framework),
    )


def _competencies(profile: deficits.Profile | None, framework: Framework) -> tuple[Group, ...]:
    """Those that were assessed under an empty title first, then all by what they belong to."""
    assessed = profile.titles if profile is not None else {}
    first = sorted(((c, t) for c, t in assessed.items()), key=lambda pair: pair[1])
    rest = (
        Group(group.title, tuple(p for p in group.pairs if p[0] not in assessed))
        for group in framework.leaves
    )
    return (Group("", tuple(first)), *(group for group in rest if group.pairs))


def _begun(person: Person, ticked: Sequence[tuple[str, str]]) -> RouteForm:
    """The form with what is known of the educator."""
    minutes = person.known.tempo_min
    known_requests = person.profile is not None and bool(person.profile.wishes)
    texts = {
        "tempo": "" if minutes is None else route_form.hours(minutes),
        "requests": "known" if known_requests else "own",
        "variants": "1",
    }
    return RouteForm.of([*texts.items(), *ticked])


async def _sent(request: Request) -> RouteForm:
    """The form as it was sent."""
    async with request.form() as sent:
        texts = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
        file = sent.get("busy_file")
        content = await file.read() if isinstance(file, UploadFile) and file.filename else None
    calendar = None if content is None else content.decode("utf-8-sig", errors="replace")
    return RouteForm.of(texts, calendar)


async def _form(
    page: Page,
    person: Person,
    form: RouteForm,
    *,
    faults: Mapping[str, str] | None = None,
    problem: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    picked = await _picked(page, form.text("find"), form.ticked("pinned"), form.ticked("excluded"))
    return page.render(
        "building/form.html.j2",
        status=422 if faults else status,
        person=person,
        record=person.record,
        form=form,
        faults=faults or {},
        problem=problem,
        key=new_key(),
        rows=route_form.ROWS,
        opened=route_form.opened(form, faults or {}),
        sources=route_form.SOURCES,
        positions=educators.positions(page.language),
        **picked,
    )


async def _refused(
    page: Page, person: Person, form: RouteForm, reading: Reading, answer: Answer
) -> Response:
    """The form once more: faults at their fields, the rest above it."""
    errors = answer.data.get("errors", ())
    placed, others = route_form.faults_by_field(errors, reading)
    problem = problem_context(answer.data, page.language)["problem"]
    problem["errors"] = [{"detail": text} for text in others]
    if placed and not others:
        problem["detail"] = page.t("building.marked")
    elif answer.data.get("code") == "nothing_to_plan":
        problem["detail"] = ""
    return await _form(page, person, form, faults=placed, problem=problem, status=answer.status)


async def _picked(
    page: Page, find: str, pinned: Sequence[str], excluded: Sequence[str]
) -> dict[str, Any]:
    """Titles of what was picked, and what the catalogue has besides."""
    ids = tuple(dict.fromkeys((*pinned, *excluded)))[:PICKS_MOST]
    titles = await asyncio.gather(*(_title(page, i) for i in ids))
    found = None
    if find:
        found = await page.ask.get("/activities", q=find, limit=FOUND_MOST + len(ids))
    records = [item["record"] for item in found.data["items"]] if found else []
    return {
        "find": find,
        "chosen": [
            {"id": i, "title": title, "pinned": i in pinned, "excluded": i in excluded}
            for i, title in zip(ids, titles, strict=True)
        ],
        "found": [record for record in records if record["id"] not in ids][:FOUND_MOST],
        "found_total": found.data["total"] if found else 0,
    }


async def _title(page: Page, activity_id: str) -> str:
    """Title of an activity; its id where the catalogue has none (a run, or withdrawn)."""
    answer = await page.ask.get(f"/activities/{quoted(activity_id)}", expect={404, 422})
    return str(answer.data["record"]["title"]) if answer.status == 200 else activity_id


def _understood(answer: Answer | None) -> list[str]:
    if answer is None or answer.status != 200:
        return []
    return [d["title"] for d in answer.data["demands"] if d["kind"] == "request"]
