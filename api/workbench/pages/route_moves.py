"""Changing a route: decisions, progress, rebuilding, and what each of them changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.access.decisions import may_decide
from api.deps import Loaded
from api.workbench.ask import Answer, AnswerProblem, quoted
from api.workbench.page import CurrentPage, Page
from api.workbench.refusals import problem_context
from api.workbench.route_titles import route_titles, run_titles
from api.workbench.route_wishes import wishes_kept
from api.workbench.views import ahead, route_changes, route_history
from api.workbench.views.keys import new_key
from api.workbench.views.move_bodies import (
    STEP_DECISIONS,
    Sent,
    as_replan,
    decision_body,
    lifting_bodies,
    progress_body,
    replan_body,
)

TOLD_HERE = (400, 403, 409, 412, 422)
"""Refusals that are told with the way back to the route."""

router = APIRouter(prefix="/workbench/routes/{route_id}")

RouteId = Annotated[str, Path(max_length=128)]
StepId = Annotated[str, Path(max_length=128)]


@router.post("/decisions", name="workbench_decide")
async def decide(route_id: RouteId, page: CurrentPage, request: Request) -> Response:
    """Carry out a decision; one that rebuilds the route shows what changed."""
    sent = await _sent(request)
    decision = sent.text("decision")
    if decision == "return" and not sent.text("comment"):
        return await _confirm(page, route_id, decision, lacking=True)
    told = _told(page, decision, sent) if decision in STEP_DECISIONS else ""
    return await _called(page, route_id, "decisions", decision_body(sent, decision, told), sent)


@router.post("/progress", name="workbench_progress")
async def report(
    route_id: RouteId, page: CurrentPage, request: Request, service: Loaded
) -> Response:
    """Note what became of one step; what cannot have happened yet is asked about first."""
    sent = await _sent(request)
    event = sent.text("event")
    if event in ahead.EVENTS and not sent.text("confirmed"):
        answer = await page.ask.get(f"/routes/{quoted(route_id)}", expect={404})
        found = ahead.ahead_of(answer.data, sent.text("step"), event, service.clock())
        if found is not None:
            return page.render(
                "route_moves/ahead.html.j2",
                **_route(route_id),
                ahead=found,
                step=sent.text("step"),
                event=event,
                version=sent.text("version"),
                comment=sent.text("comment"),
                key=new_key(),
            )
    body = progress_body(sent, event)
    return await _called(page, route_id, "progress", body, sent)


@router.post("/replan", name="workbench_replan")
async def replan(route_id: RouteId, page: CurrentPage, request: Request) -> Response:
    """Plan the rest of the route anew and show what changed."""
    sent = await _sent(request)
    return await _called(page, route_id, "replan", replan_body(sent), sent)


@router.post("/undo", name="workbench_undo")
async def undo(route_id: RouteId, page: CurrentPage, request: Request) -> Response:
    """Take back the wishes of the last decision, one by one, and show what changed.

    Each is a decision of its own: where one is refused, the history tells which were done.
    """
    sent = await _sent(request)
    changes: tuple[route_changes.Change, ...] = ()
    answer = None
    for body in lifting_bodies(sent, page.t("route_moves.said_undo")):
        headers = sent.headers(f"undo {body['decision']} {body['activity']}")
        path = f"/routes/{quoted(route_id)}/decisions"
        answer = await page.ask.post(path, body, headers=headers, expect=TOLD_HERE)
        if answer.status >= 400:
            return await _refused(page, route_id, "decisions", body, sent, answer)
        changes += route_changes.difference(answer.data["difference"], page.language)
        sent = sent.at(answer.data["lifecycle"]["version"])
    if answer is None:
        return page.redirect(_path(route_id))
    return await _changed(page, answer.data, changes, await route_titles(page, answer.data))


@router.get("/confirm/{decision}", name="workbench_confirm")
async def show_confirmation(
    route_id: RouteId, decision: Literal["return", "complete", "cancel"], page: CurrentPage
) -> Response:
    """What a decision does, asked before it is done."""
    return await _confirm(page, route_id, decision)


@router.get("/alternatives/{step_id}", name="workbench_alternatives")
async def show_alternatives(route_id: RouteId, step_id: StepId, page: CurrentPage) -> Response:
    """What could stand in a step's place."""
    path = f"/routes/{quoted(route_id)}"
    route, found = await asyncio.gather(
        page.ask.get(path), page.ask.get(f"{path}/alternatives/{quoted(step_id)}")
    )
    part, whole = "route_moves/choices.html.j2", "route_moves/alternatives.html.j2"
    return page.render(
        part if page.fragment else whole,
        **_route(route_id),
        version=route.data["lifecycle"]["version"],
        step=_step_of(route.data, step_id),
        found=route_changes.alternatives(found.data, page.language),
        asked=found.data,
        choosing=page.may("decide") and may_decide(page.principal.role, "replace"),
        new_key=new_key,
    )


@router.get("/difference", name="workbench_difference")
async def show_difference(route_id: RouteId, page: CurrentPage) -> Response:
    """What the last rebuilding changed, as the history tells it."""
    answer = await page.ask.get(f"/routes/{quoted(route_id)}")
    if answer.status != 200:
        return page.redirect(_path(route_id))
    event = route_history.last_revision(answer.data["lifecycle"])
    titles = await route_titles(page, answer.data)
    changes = route_changes.told_changes(event, titles, page.language) if event else ()
    return await _changed(page, answer.data, changes, titles, known=event is not None)


def _told(page: Page, decision: str, sent: Sent) -> str:
    """What the history will say was asked for."""
    target = sent.text("target_title")[:200]
    key = f"said_{decision}_by" if decision == "replace" and target else f"said_{decision}"
    return page.t(f"route_moves.{key}", title=sent.text("title")[:200], target=target)


async def _sent(request: Request) -> Sent:
    """The form as it was sent; files in it are nobody's."""
    form = await request.form()
    return Sent.of([(name, v) for name, v in form.multi_items() if isinstance(v, str)])


async def _called(
    page: Page, route_id: str, call: str, body: Mapping[str, Any], sent: Sent
) -> Response:
    """Do it once, and go on to what came of it."""
    headers = sent.headers(f"{call} {body.get('decision', sent.text('event'))}")
    path = f"/routes/{quoted(route_id)}/{call}"
    answer = await page.ask.post(path, body, headers=headers, expect=TOLD_HERE)
    if answer.status >= 400:
        return await _refused(page, route_id, call, body, sent, answer)
    if answer.data.get("difference") is None:
        return page.redirect(_path(route_id))
    # Sent again by a reload it is the same call, with the same answer.
    changes = route_changes.difference(answer.data["difference"], page.language)
    return await _changed(page, answer.data, changes, await route_titles(page, answer.data))


async def _changed(
    page: Page,
    answer: Mapping[str, Any],
    changes: tuple[route_changes.Change, ...],
    titles: Mapping[str, str],
    *,
    known: bool = True,
) -> Response:
    told = answer.get("difference")
    wishes = await wishes_kept(page, answer["id"])
    return page.render(
        "route_moves/difference.html.j2",
        **_route(answer["id"]),
        changes=changes,
        stayed=None if told is None else len(told["stayed"]),
        life=answer["lifecycle"],
        undo=route_history.undo_of(answer["lifecycle"], titles, wishes),
        known=known,
        key=new_key(),
    )


async def _refused(
    page: Page, route_id: str, call: str, body: Mapping[str, Any], sent: Sent, answer: Answer
) -> Response:
    """What was refused, with what to do now and the way back to the route."""
    if page.fragment:
        raise AnswerProblem(answer.status, answer.data)
    code = answer.data.get("code")
    told: dict[str, Any] = {**_route(route_id), "key": new_key()}
    if code == "seat_gone" and answer.data.get("route"):
        return await _seat_gone(page, answer, told)
    context = problem_context(answer.data, page.language)
    if code != "replan_impossible":
        return page.render("route_moves/refused.html.j2", status=answer.status, **told, **context)
    conflict, repairs = route_changes.impossible(answer.data, page.language)
    return page.render(
        "route_moves/impossible.html.j2",
        status=answer.status,
        conflict=conflict,
        repairs=repairs,
        needs=answer.data.get("needs_changes"),
        wishes=as_replan(call, body, sent),
        comment=body.get("comment", ""),
        version=sent.text("version"),
        **told,
        **context,
    )


async def _seat_gone(page: Page, answer: Answer, told: dict[str, Any]) -> Response:
    """The route that was built again around what others took, to be agreed to."""
    route = answer.data["route"]
    runs = [g["resource"] for g in answer.data["gone"] if g["kind"] == "seat"]
    titles = await run_titles(page, runs)
    return page.render(
        "route_moves/gone.html.j2",
        status=answer.status,
        taken=route_changes.taken(answer.data, titles, page.language),
        steps=route_changes.steps_of(route["route"], page.language),
        life=route["lifecycle"],
        **told,
    )


async def _confirm(page: Page, route_id: str, decision: str, *, lacking: bool = False) -> Response:
    answer = await page.ask.get(f"/routes/{quoted(route_id)}")
    if answer.status != 200:
        return page.redirect(_path(route_id))
    life = answer.data["lifecycle"]
    admitted = page.may("decide") and may_decide(page.principal.role, decision)
    return page.render(
        "route_moves/confirm.html.j2",
        status=422 if lacking else 200,
        **_route(route_id),
        decision=decision,
        lacking=lacking,
        life=life,
        open=admitted and decision in life["legal"],
        left=sum(s["state"] in ("planned", "enrolled", "attended") for s in life["steps"]),
        key=new_key(),
    )


def _step_of(answer: Mapping[str, Any], step_id: str) -> dict[str, Any]:
    """Codes and days of a step, as the life of the route has them."""
    steps = answer["lifecycle"]["steps"]
    return dict(next(s for s in steps if s["step"] == step_id))


def _route(route_id: str) -> dict[str, Any]:
    return {"route_id": route_id, "path": _path(route_id)}


def _path(route_id: str) -> str:
    return f"/workbench/routes/{quoted(route_id)}"
