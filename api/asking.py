"""From a body to a request of the caller's: translated, and about somebody whom he may see."""

from __future__ import annotations

from api.access.principal import Principal
from api.access.scope import check_educator
from api.schemas.route_body import RouteBody
from api.translate import Context, Translated, to_request


def own_request(
    body: RouteBody, context: Context, language: str, principal: Principal
) -> Translated:
    """Translate a body of a caller.

    Raises
    ------
    InputError
        With every fault that was found.
    Forbidden
        The educator is none of those whom the caller may plan for.
    """
    asked = to_request(body, context, language)
    check_educator(principal, asked.request.educator)
    return asked
