"""Who accompanies whom, for many at once."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.access.deps import CurrentPrincipal
from api.assignment import assignment_answer
from api.deps import AcceptedLanguage, Loaded
from api.routers.responses import ALWAYS, SOLVING, WITH_BODY, problems
from api.schemas.assignment import AssignmentAnswer, AssignmentBody

router = APIRouter(
    tags=["people"],
    responses=problems(*ALWAYS, *(c for c in WITH_BODY if c != "nothing_to_plan"), *SOLVING),
)


@router.post(
    "/mentors/assignment",
    response_model=AssignmentAnswer,
    summary="Закрепить наставников, тьюторов, команды или составить пары",
)
async def assign_mentors(
    body: AssignmentBody, service: Loaded, language: AcceptedLanguage, principal: CurrentPrincipal
) -> Response:
    """Предлагает, кто кого сопровождает: сначала как можно больше людей, затем соответствие.

    Правила те же, что у маршрута. Ничего не запоминает и не занимает; закрепляют записями реестра
    сопровождения. Причина есть у каждого, кому никто не достался.
    """
    text = await assignment_answer(body, service, language, principal)
    return Response(text, media_type="application/json")
