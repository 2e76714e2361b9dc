"""Blank forms out, filled workbooks in: first checked, then loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.bodies import XLSX_TYPE
from api.workbench.ask import Answer, quoted
from api.workbench.page import CurrentPage, Page
from api.workbench.refusals import problem_context
from api.workbench.views import imports
from api.workbench.views.keys import new_key, own_key

router = APIRouter(prefix="/workbench/imports")


@router.get("", name="workbench_imports")
async def show_imports(
    page: CurrentPage, loaded: Annotated[str, Query(max_length=1_000)] = ""
) -> Response:
    """Forms, the field for a filled one, and what was loaded a moment ago."""
    return _page(page, taken=imports.taken_of(loaded))


@router.get("/forms/{kind}.xlsx", name="workbench_blank_form")
async def blank_form(kind: Annotated[str, Path(max_length=80)], page: CurrentPage) -> Response:
    """One blank form."""
    answer = await page.ask.get(f"/templates/{quoted(kind)}.xlsx")
    kept = {"Content-Disposition": answer.headers.get("content-disposition", "attachment")}
    return Response(answer.content, media_type=XLSX_TYPE, headers=kept)


@router.post("", name="workbench_import")
async def take(page: CurrentPage, request: Request) -> Response:
    """Check a workbook; load it if it is the one that was checked."""
    async with request.form() as sent:
        fields = {k: v for k, v in sent.items() if isinstance(v, str)}
        file = sent.get("file")
        content = await file.read() if isinstance(file, UploadFile) else b""
        name = file.filename if isinstance(file, UploadFile) else ""
    if not content:
        return _page(page, report={"missing": True}, status=422)
    digest = hashlib.sha256(content).hexdigest()
    asked = fields.get("do") == "load"
    load = asked and fields.get("checked") == digest
    headers = {"content-type": XLSX_TYPE}
    if load:
        headers["Idempotency-Key"] = own_key(fields.get("key", ""))
    path = "/imports" if load else "/imports?dry_run=true"
    answer = await page.ask.post(path, content, headers=headers, expect={409, 413, 415, 422})
    if load and answer.status == 200:
        taken = imports.taken_text(answer.data["tables"])
        return page.redirect(f"/workbench/imports?loaded={taken}")
    report = _report(page, answer, changed=asked and not load)
    return _page(page, report={**report, "digest": digest, "name": name}, status=answer.status)


def _report(page: Page, answer: Answer, *, changed: bool) -> dict[str, Any]:
    """What a check has found."""
    fine = answer.status == 200
    problem = None if fine else problem_context(answer.data, page.language)["problem"]
    errors = [] if fine else list(answer.data.get("errors", ()))
    return {
        "missing": False,
        "changed": changed,
        "fine": fine,
        "problem": problem,
        "faults": imports.lines_of(errors)[: imports.FAULTS_SHOWN],
        "tables": answer.data["tables"] if fine else [],
        "accepted": answer.data["accepted"] if fine else 0,
        "remarks": imports.lines_of([*answer.data["warnings"], *answer.data["notes"]])
        if fine
        else [],
    }


def _page(
    page: Page,
    *,
    report: Mapping[str, Any] | None = None,
    taken: list[tuple[str, int]] | None = None,
    status: int = 200,
) -> Response:
    return page.render(
        "imports/report.html.j2" if page.fragment else "imports/page.html.j2",
        status=status,
        groups=imports.FORMS,
        report=report,
        taken=taken or [],
        key=new_key(),
        may_load=page.may("import_workbook"),
    )
