"""The ИОМ as a file to be printed, edited and signed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access.deps import CurrentPrincipal
from api.deps import DocumentLanguage, KeptRecommendation, KeptRoute, Loaded
from api.file_names import IOM, attachment, of_person
from api.lifecycle_json import progress_of
from api.messages import FAULTS, RUSSIAN
from api.refusals import Refused
from api.routers.responses import ALWAYS, problems
from engine.documents.docx import TemplateFault, render_docx
from engine.documents.parts import EXTRA, DocumentUnavailable
from engine.documents.pdf import render_pdf
from engine.documents.xlsx import render_xlsx
from engine.errors import Fault
from engine.storage import StoredRoute

_OFFICE = "application/vnd.openxmlformats-officedocument"


class DocumentKind(StrEnum):
    """Kinds of the document."""

    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"


MEDIA_TYPES = {
    DocumentKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    DocumentKind.PDF: "application/pdf",
    DocumentKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
}

router = APIRouter(
    prefix="/routes/{route_id}",
    tags=["routes"],
    responses=problems(
        *ALWAYS,
        "route_not_found",
        "invalid_input",
        "document_unavailable",
        "document_template_faulty",
    ),
)


@router.get(
    "/document.{kind}",
    summary="Документ ИОМ",
    responses={
        200: {
            "content": {media: {} for media in MEDIA_TYPES.values()},
            "description": "Документ: DOCX для правки, PDF для печати, XLSX.",
        }
    },
    response_class=Response,
)
def read_document(
    kind: Annotated[DocumentKind, Path(description="Вид документа: docx, pdf или xlsx.")],
    recommendation: KeptRecommendation,
    route: KeptRoute,
    language: DocumentLanguage,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Отдаёт ИОМ с отчётом о выполнении: состояние шагов и принятые отчёты уже вписаны.

    Имя педагога стоит в документе, если служба его знает, а вызывающему видны имена; иначе —
    строка, чтобы вписать. DOCX собирается по шаблону из настройки iom_template или по встроенному.
    """
    educator = recommendation.educator.id
    name = service.people.label(educator) if principal.sees_names else None
    make = _renderer(kind, service.settings.iom_template)
    content = _made(partial(make, recommendation, language=language, display_name=name), route)
    zone = recommendation.educator.time_zone
    title = of_person(IOM.say(language), name or educator, recommendation.as_of, zone)
    headers = {
        "Content-Disposition": attachment(title, kind.value, f"iom-{recommendation.id}"),
        "Content-Language": language,
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


def _renderer(kind: DocumentKind, template: str | None) -> Callable[..., bytes]:
    if kind is DocumentKind.DOCX:
        return partial(render_docx, template=None if template is None else FilePath(template))
    return render_pdf if kind is DocumentKind.PDF else render_xlsx


def _made(make: Callable[..., bytes], route: StoredRoute) -> bytes:
    """The document, or the problem that says what is to be done on the server."""
    try:
        return make(progress=progress_of(route))
    except DocumentUnavailable as error:
        raise Refused("document_unavailable", {"part": error.part, "extra": EXTRA}) from error
    except TemplateFault as error:
        code, tag = f"template_{error.kind}", {"tag": error.tag}
        fault = Fault(code, FAULTS[code].say(RUSSIAN, tag), parameters=dict(tag))
        raise Refused("document_template_faulty", {"file": error.file}, faults=[fault]) from error
