"""Words of the HTTP service: codes → Russian and English.

Faults of the engine bring their Russian text along; here stands what the service itself says,
and what a fault is called in English.
"""

from __future__ import annotations

from collections.abc import Mapping

from api.messages_access import ACCESS_PROBLEMS
from api.messages_documents import DOCUMENT_FAULTS, DOCUMENT_PROBLEMS
from api.messages_records import RECORD_FAULTS, RECORD_PROBLEMS
from api.messages_solving import SOLVING_PROBLEMS
from api.messages_team import TEAM_ENGINE_FAULTS, TEAM_FAULTS, TEAM_PROBLEMS
from api.phrases import ENGLISH, RUSSIAN, Kind, Phrase

__all__ = [
    "BY_STATUS",
    "ENGINE_FAULTS",
    "ENGLISH",
    "FAULTS",
    "PROBLEMS",
    "RUSSIAN",
    "Kind",
    "Phrase",
    "fault_text",
    "language_of",
]

PROBLEMS: Mapping[str, Kind] = {
    **ACCESS_PROBLEMS,
    **RECORD_PROBLEMS,
    **SOLVING_PROBLEMS,
    **DOCUMENT_PROBLEMS,
    **TEAM_PROBLEMS,
    "invalid_input": Kind(
        422,
        Phrase("В запросе есть ошибки", "The request has errors"),
        Phrase(
            "Исправьте перечисленное в errors и повторите запрос: {first}",
            "Correct what errors lists and send the request again: {first}",
        ),
    ),
    "nothing_to_plan": Kind(
        422,
        Phrase("Не для чего строить маршрут", "Nothing to plan for"),
        Phrase(
            "Нет ни результатов диагностики, ни запроса педагога; что сделать, сказано "
            "в next_actions",
            "There is neither a diagnostic result nor a request; next_actions says what to do",
        ),
    ),
    "artefact_refused": Kind(
        422,
        Phrase("Файл не принят", "The file was refused"),
        Phrase(
            "Файл повреждён, чужой или сделан другой версией: {first}",
            "The file is damaged, foreign or of another version: {first}",
        ),
    ),
    "invalid_json": Kind(
        400,
        Phrase("Тело запроса — не JSON", "The body is not JSON"),
        Phrase(
            "Строка {line}, знак {column}: тело запроса не разбирается как JSON в UTF-8",
            "Line {line}, column {column}: the body is not JSON in UTF-8",
        ),
    ),
    "json_too_deep": Kind(
        400,
        Phrase("Слишком глубокая вложенность JSON", "JSON is nested too deeply"),
        Phrase("Допустимо не более {most} уровней", "At most {most} levels are admitted"),
    ),
    "duplicate_key": Kind(
        400,
        Phrase("Поле указано дважды", "A field is given twice"),
        Phrase(
            "Поле «{key}» стоит в одном объекте дважды: оставьте одно",
            "The field “{key}” stands twice in one object: keep one",
        ),
    ),
    "unauthorized": Kind(
        401,
        Phrase("Нужен ключ", "A key is needed"),
        Phrase(
            "Передайте действующий ключ в заголовке Authorization: Bearer <ключ>",
            "Send a valid key in the header Authorization: Bearer <key>",
        ),
    ),
    "not_found": Kind(
        404,
        Phrase("Не найдено", "Not found"),
        Phrase("Такого адреса или записи нет", "There is no such address or record"),
    ),
    "route_not_found": Kind(
        404,
        Phrase("Маршрут не найден", "Route not found"),
        Phrase("Маршрута «{id}» нет", "There is no route “{id}”"),
    ),
    "activity_not_found": Kind(
        404,
        Phrase("Активности нет", "Activity not found"),
        Phrase("В каталоге нет активности «{id}»", "The catalogue has no activity “{id}”"),
    ),
    "step_not_found": Kind(
        404,
        Phrase("Шага нет", "Step not found"),
        Phrase(
            "В маршруте «{id}» нет шага «{step}»: коды шагов — в lifecycle.steps маршрута",
            "Route “{id}” has no step “{step}”: lifecycle.steps of the route has their ids",
        ),
    ),
    "route_outdated": Kind(
        409,
        Phrase("Данные изменились", "The data have changed"),
        Phrase(
            "После построения маршрута «{id}» изменились каталог, модель или программа: "
            "объяснение было бы о другой задаче. Постройте маршрут заново и спросите о нём",
            "Catalogue, model or program have changed since route “{id}” was built, so the "
            "explanation would be of another problem. Build the route again and ask about it",
        ),
    ),
    "route_not_repeatable": Kind(
        409,
        Phrase("Запрос маршрута не сохранён", "The request of the route is not kept"),
        Phrase(
            "Маршрут «{id}» построен прежней версией, которая не хранила запрос. Постройте его "
            "заново и спросите о нём",
            "Route “{id}” was built by an earlier version that did not keep requests. Build it "
            "again and ask about it",
        ),
    ),
    "method_not_allowed": Kind(
        405,
        Phrase("Метод не поддерживается", "Method not allowed"),
        Phrase(
            "По этому адресу такой метод не поддерживается; допустимые названы в заголовке Allow",
            "This address does not admit the method; the header Allow names those it does",
        ),
    ),
    "body_timeout": Kind(
        408,
        Phrase("Тело запроса не пришло вовремя", "The body did not arrive in time"),
        Phrase("Ждали {seconds} с", "Waited {seconds} s"),
    ),
    "body_too_large": Kind(
        413,
        Phrase("Слишком большое тело запроса", "The body is too large"),
        Phrase(
            "Допустимо не более {most} байт (настройка max_body_bytes)",
            "At most {most} bytes are admitted (setting max_body_bytes)",
        ),
    ),
    "unsupported_media_type": Kind(
        415,
        Phrase("Неподходящий вид тела запроса", "Unsupported media type"),
        Phrase(
            "Передайте JSON с заголовком Content-Type: application/json, в UTF-8 и без сжатия",
            "Send JSON with the header Content-Type: application/json, in UTF-8, uncompressed",
        ),
    ),
    "configuration_error": Kind(
        500,
        Phrase("Служба настроена неверно", "The service is misconfigured"),
        Phrase(
            "Запрос верен, но служба настроена неверно; подробности — в её журнале",
            "The request is fine, but the service is misconfigured; its log says how",
        ),
    ),
    "internal_error": Kind(
        500,
        Phrase("Ошибка службы", "Internal error"),
        Phrase(
            "Запрос не выполнен из-за ошибки службы; подробности — в её журнале",
            "The request failed through an error of the service; its log has the details",
        ),
    ),
    "not_ready": Kind(
        503,
        Phrase("Служба ещё загружается", "The service is still loading"),
        Phrase(
            "Каталог и модель ещё загружаются; повторите запрос через несколько секунд",
            "The catalogue and the model are still loading; try again in a few seconds",
        ),
    ),
    "not_started": Kind(
        503,
        Phrase("Служба не смогла загрузиться", "The service could not load"),
        Phrase(
            "Данные или настройки службы неверны; подробности — в её журнале",
            "The service's data or settings are wrong; its log has the details",
        ),
    ),
}

BY_STATUS: Mapping[int, str] = {
    400: "invalid_json",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "not_ready",
}
"""Code of a plain HTTP error that brings none of its own."""

FAULTS: Mapping[str, Phrase] = {
    **RECORD_FAULTS,
    **DOCUMENT_FAULTS,
    **TEAM_FAULTS,
    # ---- shape of the body
    "field_missing": Phrase("поля нет, а оно обязательно", "the field is required"),
    "unknown_field": Phrase(
        "такого поля нет: уберите его или исправьте имя",
        "there is no such field: remove it or correct its name",
    ),
    "object_expected": Phrase("нужен объект JSON", "a JSON object is needed"),
    "list_expected": Phrase("нужен список", "a list is needed"),
    "string_expected": Phrase("нужна строка", "a string is needed"),
    "integer_expected": Phrase("нужно целое число", "an integer is needed"),
    "number_expected": Phrase("нужно число", "a number is needed"),
    "boolean_expected": Phrase("нужно true или false", "true or false is needed"),
    "number_not_finite": Phrase(
        "число не конечно (NaN, Infinity или больше допустимого)",
        "the number is not finite (NaN, Infinity or too large)",
    ),
    "too_small": Phrase("нужно не меньше {least}", "must be at least {least}"),
    "not_above": Phrase("нужно больше {least}", "must be more than {least}"),
    "too_large": Phrase("нужно не больше {most}", "must be at most {most}"),
    "not_below": Phrase("нужно меньше {most}", "must be less than {most}"),
    "string_too_short": Phrase(
        "строка короче {least} знаков", "the string has fewer than {least} characters"
    ),
    "string_too_long": Phrase(
        "строка длиннее {most} знаков", "the string has more than {most} characters"
    ),
    "string_not_admitted": Phrase(
        "строка пуста или содержит недопустимые знаки",
        "the string is blank or has characters that are not admitted",
    ),
    "list_too_long": Phrase("больше {most} элементов", "more than {most} items"),
    "list_too_short": Phrase("меньше {least} элементов", "fewer than {least} items"),
    "value_not_listed": Phrase("допустимо: {expected}", "admitted: {expected}"),
    "invalid_value": Phrase("значение не подходит", "the value does not fit"),
    "date_expected": Phrase(
        "нужна дата ГГГГ-ММ-ДД от 1900-01-01 до 2199-12-31",
        "a date YYYY-MM-DD between 1900-01-01 and 2199-12-31 is needed",
    ),
    "instant_expected": Phrase(
        "нужен момент вида 2026-09-01T09:00:00+03:00 от 2000 до 2099 года",
        "an instant like 2026-09-01T09:00:00+03:00 between 2000 and 2099 is needed",
    ),
    "instant_without_offset": Phrase(
        "у момента нет смещения: допишите, например, +03:00 или Z",
        "the instant has no offset: add, for example, +03:00 or Z",
    ),
    # ---- meaning of the body
    "span_reversed": Phrase("начало не раньше конца", "the start is not before the end"),
    "not_a_monday": Phrase(
        "{day} — не понедельник: недели названы своими понедельниками",
        "{day} is no Monday: weeks are named by their Mondays",
    ),
    "unknown_educator": Phrase(
        "педагога «{id}» служба не знает: передайте его целиком (position и остальное)",
        "the service does not know the educator “{id}”: send the whole one (position and so on)",
    ),
    "educator_id_is_a_name": Phrase(
        "код педагога похож на имя человека: передайте псевдоним (например, П-001), а имя для "
        "страницы маршрута — в educator.display_name",
        "the educator's id looks like the name of a person: send a pseudonym (such as P-001), and "
        "the name for the page, if any, in educator.display_name",
    ),
    "unknown_policy": Phrase(
        "профиля политики «{policy}» нет; есть: {known}",
        "there is no policy profile “{policy}”; there are: {known}",
    ),
    "unknown_time_zone": Phrase(
        "часового пояса «{zone}» нет: нужно имя IANA, например Asia/Vladivostok",
        "there is no time zone “{zone}”: an IANA name is needed, such as Asia/Vladivostok",
    ),
    "unknown_item": Phrase(
        "задание «{item}» не привязано к узлу перечня: укажите node",
        "the item “{item}” is tied to no framework node: give node",
    ),
    "deadline_out_of_bounds": Phrase(
        "срок решения {deadline_ms} мс, а допустимо от {least} до {most} мс",
        "the deadline is {deadline_ms} ms; admitted are {least} to {most} ms",
    ),
    "unknown_route": Phrase(
        "сохранённого маршрута «{id}» нет: проверьте код",
        "there is no kept route “{id}”: check the id",
    ),
    "educator_repeated": Phrase(
        "этот педагог уже назван: оставьте его один раз",
        "this educator is already named: keep him once",
    ),
    "filter_of_given_people": Phrase(
        "условие отбирает из известных службе, а педагоги переданы: уберите его или educators",
        "the filter chooses among those whom the service knows, and educators are given: drop one",
    ),
    "table_too_large": Phrase(
        "в таблице {rows} строк, допустимо {most}: задайте node_levels или возьмите группы больше",
        "the table has {rows} rows and {most} are admitted: name node_levels or take larger groups",
    ),
    "request_empty": Phrase(
        "у запроса нет ни node, ни text, ни career_position: укажите хотя бы одно",
        "the request has neither node nor text nor career_position: give at least one",
    ),
    "request_id_repeated": Phrase(
        "код запроса «{id}» повторяется", "the request id “{id}” is repeated"
    ),
    "history_empty": Phrase(
        "нет ни activity_id, ни title: укажите хотя бы одно",
        "there is neither activity_id nor title: give at least one",
    ),
    "date_in_future": Phrase(
        "дата {date} позже дня расчёта {as_of}: исправьте дату или as_of",
        "the date {date} is after the day of as_of, {as_of}: correct the date or as_of",
    ),
    "busy_given_twice": Phrase(
        "занятость передана дважды: оставьте busy или busy_ics",
        "busy times are given twice: keep busy or busy_ics",
    ),
    "born_in_future": Phrase(
        "дата рождения позже момента расчёта", "the date of birth is after as_of"
    ),
}

ENGINE_FAULTS: Mapping[str, str] = {
    **TEAM_ENGINE_FAULTS,
    "score_above_maximum": "the score is above the maximum",
    "unknown_node": "there is no such node in the framework",
    "tasks_not_positive": "the number of tasks must be at least 1",
    "maximum_not_positive": "the maximum score must be above 0",
    "calendar_too_large": "the calendar is too large",
    "calendar_rule_too_dense": "a repetition rule makes more events than busy times can be",
    "calendar_unreadable": "the calendar is no readable iCalendar text",
    "unknown_step": "the route has no such step",
    "step_has_begun": "the step has begun: mark it as missed or cancelled first",
    "pinned_and_excluded": "it is pinned and excluded at once: keep one",
    "not_pinned": "it is not pinned in the route: there is nothing to take back",
    "not_excluded": "it is not banned in the route: there is nothing to take back",
    "no_variants": "the route has no variants to compare: name a second one or ask for variants",
    "routes_to_compare": "two or three routes are compared",
    "route_absent": "the answer holds no route to compare",
    "different_educators": "routes of different educators are not compared",
    "same_route_twice": "the route is named twice",
    "step_empty": "the step has neither offering nor activity",
    "unknown_offering": "there is no such offering in the catalogue",
    "offering_of_other_activity": "the offering belongs to another activity",
    "start_needed": "it may start on several days: give start",
    "step_repeated": "the step is named twice",
    "mentor_not_an_option": "this mentor is unknown or does not suit this educator",
    "unknown_activity": "there is no such activity in the catalogue",
    "person_repeated": "the id stands more than once",
    "peers_too_many": "too many people to choose pairs among at once; take pairs within districts",
    "unknown_educator": "there is no such educator",
    "unknown_person": "there is no such educator, mentor or methodist",
    "unknown_team": "there is no such management team",
    "period_reversed": "the last day is before the first",
    "member_twice": "named twice: keep each once",
    "accompanies_oneself": "somebody accompanies himself",
}
"""English names of faults whose Russian text comes from the engine."""


def fault_text(
    code: str, russian: str | None, parameters: Mapping[str, object], language: str
) -> str:
    """Word a fault; one without an English text is named by its code and parameters."""
    if language == RUSSIAN and russian:
        return russian
    if code in FAULTS:
        return FAULTS[code].say(language, parameters)
    name = ENGINE_FAULTS.get(code, code.replace("_", " "))
    given = ", ".join(f"{k}={v}" for k, v in parameters.items())
    return f"{name} ({given})" if given else name


def language_of(accepted: str | None, default: str) -> str:
    """Language that ``Accept-Language`` asks for: the first known one by weight.

    Parameters
    ----------
    accepted
        Header as it came, ``None`` = none.
    default
        Language where the header names none that is known.
    """
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate((accepted or "")[:200].split(",")):
        tag, _, parameter = part.partition(";")
        weight = _weight(parameter)
        language = tag.strip().lower().split("-")[0]
        if language in (RUSSIAN, ENGLISH) and weight > 0:
            wishes.append((-weight, place, language))
    return min(wishes)[2] if wishes else default


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
