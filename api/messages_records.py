"""Words for what is kept and edited: versions, moves of routes, records, jobs, models."""

from __future__ import annotations

from collections.abc import Mapping

from api.messages_statements import STATEMENT_FAULTS
from api.phrases import Kind, Phrase

RECORD_PROBLEMS: Mapping[str, Kind] = {
    # ---- versions of records
    "version_required": Kind(
        428,
        Phrase("Не сказано, какая версия правится", "The edited version is not named"),
        Phrase(
            "Прочтите запись и передайте её ETag в заголовке If-Match; для новой записи — "
            "If-None-Match: *",
            "Read the record and send its ETag in the header If-Match; for a new record send "
            "If-None-Match: *",
        ),
    ),
    "version_stale": Kind(
        412,
        Phrase("Запись уже изменена", "The record has changed"),
        Phrase(
            "Нынешняя версия записи — {version} (— записи нет), и правка сделана не по ней. "
            "Прочтите запись заново и повторите правку",
            "The record is at version {version} (— = there is none), and the edit was made from "
            "another one. Read the record again and repeat the edit",
        ),
    ),
    "condition_unreadable": Kind(
        400,
        Phrase("Непонятное условие", "The condition is not understood"),
        Phrase(
            'If-Match — ETag записи в кавычках ("7") или *; If-None-Match при правке — только *; '
            "одно из двух",
            'If-Match is the ETag of the record in quotes ("7") or *; If-None-Match of an edit '
            "is * only; one of the two",
        ),
    ),
    # ---- idempotency
    "idempotency_key_unfit": Kind(
        400,
        Phrase("Негодный Idempotency-Key", "The Idempotency-Key does not fit"),
        Phrase(
            "Нужно от 1 до {most} печатных знаков ASCII, например UUID",
            "1 to {most} printable ASCII characters are needed, a UUID for example",
        ),
    ),
    "idempotency_mismatch": Kind(
        422,
        Phrase("Ключ повтора занят другим запросом", "The key belongs to another request"),
        Phrase(
            "С этим Idempotency-Key уже пришёл другой запрос: для нового запроса возьмите новый "
            "ключ",
            "Another request came with this Idempotency-Key: take a new key for a new request",
        ),
    ),
    "idempotency_running": Kind(
        409,
        Phrase("Запрос ещё выполняется", "The request is still running"),
        Phrase(
            "Первый запрос с этим Idempotency-Key ещё не закончен; повторите позже",
            "The first request with this Idempotency-Key has not ended; try again later",
        ),
    ),
    "workbook_expected": Kind(
        415,
        Phrase("Нужна книга XLSX", "An XLSX workbook is needed"),
        Phrase(
            "Передайте книгу Excel с заголовком Content-Type: "
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, без сжатия",
            "Send an Excel workbook with the header Content-Type: "
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, uncompressed",
        ),
    ),
    "ndjson_expected": Kind(
        415,
        Phrase("Нужен NDJSON", "NDJSON is needed"),
        Phrase(
            "Передайте по одному JSON в строке с заголовком Content-Type: application/x-ndjson",
            "Send one JSON a line with the header Content-Type: application/x-ndjson",
        ),
    ),
    # ---- life of a route
    "illegal_move": Kind(
        409,
        Phrase("Так изменить нельзя", "The move is not legal"),
        Phrase("{reason}", "{reason}"),
    ),
    "seat_gone": Kind(
        409,
        Phrase("Место уже занято", "The place has gone"),
        Phrase(
            "Пока согласовывали, занято другими: {resources}; ничего не согласовано. В route — "
            "маршрут, построенный заново с учётом занятого: согласуйте его; null — постройте "
            "заново сами",
            "Others took meanwhile: {resources}; nothing was agreed. route holds the route built "
            "again around what is taken: agree to that one; null = build again yourself",
        ),
    ),
    "step_not_found": Kind(
        404,
        Phrase("Шага нет", "Step not found"),
        Phrase("В маршруте нет шага «{id}»", "The route has no step “{id}”"),
    ),
    "route_absent": Kind(
        409,
        Phrase("Маршрута в ответе нет", "The answer holds no route"),
        Phrase(
            "На запрос «{id}» маршрута не нашлось: менять и согласовывать нечего",
            "No route was found for “{id}”: there is nothing to agree to or to change",
        ),
    ),
    "replan_impossible": Kind(
        409,
        Phrase("Перестроить маршрут нельзя", "The route cannot be planned anew"),
        Phrase(
            "С допустимыми изменениями маршрута нет (статус {status}). needs_changes — сколько "
            "изменений хватило бы, repairs — что ослабить",
            "There is no route within the admitted changes (status {status}). needs_changes "
            "says how many would do, repairs what to relax",
        ),
    ),
    # ---- records
    "record_not_found": Kind(
        404,
        Phrase("Записи нет", "Record not found"),
        Phrase("Записи «{id}» нет", "There is no record “{id}”"),
    ),
    "period_reversed": Kind(
        422,
        Phrase("Период задан наоборот", "The period is reversed"),
        Phrase(
            "Первый день {first} позже последнего {last}: поменяйте from и to",
            "The first day {first} is after the last {last}: exchange from and to",
        ),
    ),
    "runs_end_too_early": Kind(
        422,
        Phrase("Потоки смотреть некуда", "There is nowhere to look for runs"),
        Phrase(
            "Последний день потоков {last} раньше дня анализа {day}: укажите until не раньше {day}",
            "The last day of runs {last} is before the day of the analysis {day}: "
            "state an until that is not before {day}",
        ),
    ),
    "database_unavailable": Kind(
        503,
        Phrase("База данных недоступна", "The database is unavailable"),
        Phrase(
            "Ничего не записано; повторите запрос через несколько секунд",
            "Nothing was written; try again in a few seconds",
        ),
    ),
    # ---- asynchronous solves
    "solve_not_found": Kind(
        404,
        Phrase("Расчёта нет", "There is no such solve"),
        Phrase(
            "Маршрут «{id}» не строится: он готов или никогда не заказывался",
            "Route “{id}” is not being built: it is ready or was never asked for",
        ),
    ),
    "solve_failed": Kind(
        500,
        Phrase("Расчёт не удался", "The solve failed"),
        Phrase(
            "Маршрут не построен: расчёт прерван. Закажите его заново",
            "The route was not built: the solve was interrupted. Ask for it again",
        ),
    ),
    # ---- models
    "registry_absent": Kind(
        409,
        Phrase("Реестра моделей нет", "There is no model registry"),
        Phrase(
            "Служба работает с весами из поставки; реестр задаёт настройка models_dir",
            "The service works with the weights it came with; the setting models_dir names a "
            "registry",
        ),
    ),
    "model_not_found": Kind(
        404,
        Phrase("Модели нет", "Model not found"),
        Phrase("В реестре нет модели «{version}»", "The registry has no model “{version}”"),
    ),
    "promotion_refused": Kind(
        409,
        Phrase("Модель не допущена", "The model may not serve"),
        Phrase("Сравнение с работающей моделью её не допускает: {first}",
               "The comparison with the serving model does not admit it: {first}"),
    ),
}  # fmt: skip

RECORD_FAULTS: Mapping[str, Phrase] = {
    "invalid_cursor": Phrase(
        "курсор не от этого списка: начните без cursor",
        "the cursor is not of this list: start without it",
    ),
    "id_differs": Phrase(
        "в теле код «{body}», а в адресе «{path}»: они должны совпадать",
        "the body has the id “{body}” and the address “{path}”: they must be the same",
    ),
    "id_repeated": Phrase(
        "запись «{id}» уже есть в этом запросе: оставьте одну",
        "the record “{id}” stands in this request already: keep one",
    ),
    "step_needed": Phrase("укажите шаг", "name the step"),
    "step_unwanted": Phrase(
        "это решение — о маршруте целиком: уберите step", "this is about the whole route: drop step"
    ),
    "activity_unwanted": Phrase(
        "для этого решения активность не нужна: уберите activity",
        "this decision needs no activity: drop activity",
    ),
    "comment_needed": Phrase(
        "скажите, почему: без замечания вернуть нельзя", "say why: nothing is returned without"
    ),
    "activity_needed": Phrase("укажите активность", "name the activity"),
    "unknown_activity": Phrase(
        "активности «{id}» нет в каталоге: внесите её раньше или исправьте код",
        "the catalogue has no activity “{id}”: put it first or correct the id",
    ),
    "meetings_of_self_paced": Phrase(
        "у самостоятельного изучения нет встреч в назначенное время: уберите встречи",
        "what is self-paced has no meetings at fixed times: remove them",
    ),
    "weekly_empty": Phrase(
        "во всех неделях ноль минут: впишите минуты или уберите поле",
        "every week has zero minutes: give minutes or drop the field",
    ),
    "score_above_max": Phrase(
        "балл больше максимума {most}: исправьте балл или max_score",
        "the score is above its maximum {most}: correct score or max_score",
    ),
    "line_too_long": Phrase(
        "строка длиннее {most} байт", "the line has more than {most} bytes"
    ),
    **STATEMENT_FAULTS,
    # ---- workbooks
    "table_not_kept": Phrase(
        "таблицу «{title}» служба не хранит: уберите этот лист и повторите",
        "the service does not keep the table “{title}”: remove the sheet and send the rest",
    ),
    "workbook_without_tables": Phrase(
        "ни один лист не узнан: возьмите бланк или назовите лист по таблице ({known})",
        "no sheet is understood: take a blank form, or name a sheet by its table ({known})",
    ),
    "workbook_of_examples": Phrase(
        "в книге только строки-образцы бланка: впишите свои строки под ними",
        "the workbook has nothing but the example rows of the form: write your own below them",
    ),
    "sheet_too_long": Phrase(
        "на листе «{title}» строк {rows}, за раз принимается {most}: разделите книгу",
        "the sheet “{title}” has {rows} rows and {most} are taken at once: divide the workbook",
    ),
    "people_too_many": Phrase(
        "в книге диагностика {number} человек, за раз принимается {most}: разделите книгу",
        "the workbook has diagnostics of {number} people and {most} are taken at once: divide it",
    ),
    "covers_unknown": Phrase(
        "узла «{id}» нет в перечне компетенций: возьмите код узла из /deficits или из разметки",
        "the framework has no node “{id}”: take a code from /deficits or from tags",
    ),
    "leaf_expected": Phrase(
        "«{id}» — не конечный узел перечня компетенций: назовите узел без вложенных",
        "“{id}” is no leaf of the framework: name a node that has none below it",
    ),
    "unknown_model": Phrase("в реестре нет такой модели", "the registry has no such model"),
}  # fmt: skip
