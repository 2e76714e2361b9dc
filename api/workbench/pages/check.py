"""A hand-made route: written down or uploaded, checked, mended, built."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.messages import fault_text
from api.workbench.ask import quoted
from api.workbench.page import CurrentPage, Page
from api.workbench.refusals import problem_context
from api.workbench.views.checked import checked, dated
from api.workbench.views.handmade import STEPS_MOST, Line, lines_of_file, lines_of_text

PATH = "/workbench/check"
FIELDS = ("educator", "steps", "mentor", "policy")
FOUND_MOST = 6
"""Alternatives that are offered where words fit several records."""

router = APIRouter(prefix="/workbench")


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in."""

    educator: str = ""
    steps: str = ""
    mentor: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that name no record or several: pairs of code and name to choose from."""

    number: int
    what: str
    choices: tuple[tuple[str, str], ...] = ()


@router.get("/check", name="workbench_check")
async def show_check(
    page: CurrentPage, educator: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Form for a hand-made route."""
    return await _form(page, Typed(educator=educator))


@router.post("/check", name="workbench_check_route")
async def check(page: CurrentPage, request: Request) -> Response:
    """Check what was written down; nothing is kept."""
    async with request.form() as form:
        typed = Typed(**{name: str(form.get(name) or "").strip() for name in FIELDS})
        upload = form.get("file")
        named = isinstance(upload, UploadFile) and upload.filename
        content = await upload.read() if isinstance(upload, UploadFile) and named else b""
    lines = lines_of_text(typed.steps)
    if named:
        read, faults = await run_in_threadpool(lines_of_file, content, str(named)[:200])
        if faults:
            told = [fault_text(f.code, f.detail, f.parameters, page.language) for f in faults]
            return await _form(page, typed, status=422, file_faults=told)
        lines += [replace(line, number=i) for i, line in enumerate(read, start=len(lines) + 1)]
    return await _checked(page, typed, lines)


async def _checked(page: Page, typed: Typed, lines: Sequence[Line]) -> Response:
    if not typed.educator or not lines or len(lines) > STEPS_MOST:
        lacking = "educator" if not typed.educator else "too_many" if lines else "steps"
        return await _form(page, typed, status=422, lacking=lacking)
    who = await _educator(page, typed.educator)
    if isinstance(who, Doubt):
        return await _form(page, typed, status=422, who=who)
    steps = await asyncio.gather(*(_step(page, line) for line in lines))
    doubts = [step for step in steps if isinstance(step, Doubt)]
    if doubts:
        return await _form(page, typed, status=422, doubts=doubts)
    body: dict[str, Any] = {"educator": {"id": who}, "steps": steps}
    body |= {k: v for k, v in (("mentor", typed.mentor), ("policy", typed.policy)) if v}
    answer = await page.ask.post("/routes/check", body, expect={422})
    if answer.status == 422:
        return await _form(page, typed, status=422, refused=_named(page, answer.data, lines))
    found = checked(answer.data, page.language)
    return await _form(page, typed, found=found, educator_id=who)


@router.post("/check/build", name="workbench_check_build")
async def build(
    page: CurrentPage,
    educator: Annotated[str, Form(max_length=128)],
    offerings: Annotated[list[str], Form(min_length=1, max_length=STEPS_MOST)],
    key: Annotated[str, Form(max_length=64)],
    policy: Annotated[str, Form(max_length=128)] = "",
) -> Response:
    """Build a route of these runs and no more."""
    constraints = {"pinned": offerings, "max_steps": len(offerings)}
    body: dict[str, Any] = {"educator": {"id": educator}, "constraints": constraints}
    if policy:
        body["policy"] = policy
    headers = {"Prefer": "respond-async", "Idempotency-Key": key}
    answer = await page.ask.post("/routes", body, headers=headers)
    return page.redirect(f"/workbench{answer.headers['location']}")


async def _form(page: Page, typed: Typed, *, status: int = 200, **said: Any) -> Response:
    """The form as it was filled in with what is said of it, or that alone."""
    context: dict[str, Any] = {
        "typed": typed,
        "key": uuid.uuid4().hex,
        **dict.fromkeys(("lacking", "who", "doubts", "refused", "file_faults", "found")),
        "educator_id": None,
        **said,
    }
    if context["refused"] is not None:
        context |= problem_context(context["refused"], page.language)
    if page.fragment:
        # htmx shows what it is answered; a refusal of ours is told in place, not aside
        return page.render("check/result.html.j2", **context)
    version = await page.ask.get("/version")
    context |= {"policies": version.data["policies"], "own_policy": version.data["policy"]}
    return page.render("check/check.html.j2", status=status, **context)


async def _educator(page: Page, typed: str) -> str | Doubt:
    """Code of the educator whose code or name was typed."""
    if page.may("read_educator"):
        answer = await page.ask.get(f"/educators/{quoted(typed)}", expect={403, 404, 422})
        if answer.status == 200:
            return typed
    if not page.may("list_educators"):
        return typed
    found = await page.ask.get("/educators", q=typed[:500], limit=FOUND_MOST)
    people = [item["record"] for item in found.data["items"]]
    if len(people) == 1:
        return str(people[0]["id"])
    return Doubt(0, typed, tuple((p["id"], p["display_name"] or p["id"]) for p in people))


async def _step(page: Page, line: Line) -> dict[str, str] | Doubt:
    """Step of the contract: by the code of a run or an activity, else by the title."""
    start = {"start": line.start} if line.start else {}
    for path, name in (("offerings", "offering"), ("activities", "activity")):
        if len(line.what) > 128 or " " in line.what:
            break
        answer = await page.ask.get(f"/{path}/{quoted(line.what)}", expect={404, 422})
        if answer.status == 200:
            return {name: line.what, **start}
    found = await page.ask.get("/activities", q=line.what[:500], limit=FOUND_MOST)
    pairs = [(item["record"]["id"], item["record"]["title"]) for item in found.data["items"]]
    same = [i for i, title in pairs if title.casefold() == line.what.casefold()]
    if len(same) == 1 or found.data["total"] == 1:
        return {"activity": same[0] if len(same) == 1 else pairs[0][0], **start}
    return Doubt(line.number, line.what, tuple(pairs))


def _named(page: Page, document: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """The problem with the line beside what is wrong in it."""
    errors = []
    for error in document.get("errors", ()):
        line = _line_of(str(error.get("pointer", "")), lines)
        detail = str(error["detail"])
        if line is not None:
            if error.get("code") == "start_needed":
                # the contract speaks of a field, the form of a day behind a semicolon
                days = dated(list(error.get("parameters", {}).get("starts", ())))
                detail = page.t("check.start_needed", line=line.what, days=days)
            detail = f"{line.number}. «{line.what}» — {detail}"
        errors.append({**error, "detail": detail})
    return {**document, "errors": errors, "detail": "" if errors else document.get("detail", "")}


def _line_of(pointer: str, lines: Sequence[Line]) -> Line | None:
    """The line that a pointer such as ``/steps/3/start`` is about; ``None`` = it is of no line."""
    parts = pointer.split("/")
    if len(parts) < 3 or parts[1] != "steps" or not parts[2].isdigit():
        return None
    place = int(parts[2])
    return lines[place] if place < len(lines) else None
