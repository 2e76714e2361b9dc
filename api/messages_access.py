"""Words of access: refusals of a caller."""

from __future__ import annotations

from collections.abc import Mapping

from api.phrases import Kind, Phrase

ACCESS_PROBLEMS: Mapping[str, Kind] = {
    "request_forged": Kind(
        403,
        Phrase("Запрос не с этой страницы", "The request is not from this page"),
        Phrase(
            "Форма пришла с другого сайта или устарела; откройте страницу заново и повторите",
            "The form came from another site or is out of date; open the page anew and repeat",
        ),
    ),
    "forbidden": Kind(
        403,
        Phrase("Нет доступа", "Access is refused"),
        Phrase(
            "Роли «{role}» это действие или эта запись недоступны; обратитесь к администратору "
            "региона",
            "The role “{role}” may not do this, or not with this record; ask the administrator "
            "of the region",
        ),
    ),
    "rate_limited": Kind(
        429,
        Phrase("Слишком много запросов", "Too many requests"),
        Phrase(
            "Предел запросов этого ключа исчерпан; повторите через {seconds} с",
            "This credential has used up its rate; try again in {seconds} s",
        ),
    ),
    "issuer_unavailable": Kind(
        503,
        Phrase("Токен проверить нельзя", "The token cannot be checked"),
        Phrase(
            "Открытые ключи издателя токенов ещё не получены; повторите позже",
            "The public keys of the issuer have not been read yet; try again later",
        ),
    ),
}
