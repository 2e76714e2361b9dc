"""The contract as a document: ``api/openapi.json`` is what the platform builds against.

``python -m api.openapi`` writes it; a test compares it with the application.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.access.levels_middleware import IMPERSONAL
from api.access.matrix import roles_of
from api.access.principal import Role
from api.etags import IF_MATCH, IF_NONE_MATCH
from api.examples import add_examples
from api.schemas.problem import Problem

TITLE = "Индивидуальные образовательные маршруты педагогов"
DESCRIPTION = """\
Строит индивидуальный образовательный маршрут (ИОМ) педагога: по диагностике и запросам, из
каталога программ и мероприятий, с датами, наставником и доказательством качества.

Имена полей — в snake_case, единица измерения стоит в имени; даты — ISO 8601, моменты — RFC 3339
со смещением. Неизвестные поля отклоняются, размеры ограничены. Любая ошибка — документ
application/problem+json (RFC 9457) с постоянным `code` и указателями на поля в `errors`. Текст
ошибок русский, по `Accept-Language: en` — английский. Статус решения (`INFEASIBLE`, `UNKNOWN`) —
данные, а не ошибка HTTP.

Все вызовы, кроме `/health/*`, требуют заголовка `Authorization: Bearer <ключ или токен>`. Кто
что может вызвать, сказано в `x-roles` каждого вызова. Запись чужого региона — 404, своего, но
недоступная, — 403. Роль, названная в `x-levels-only` вызова, получает уровни вместо баллов: в её
ответах число, которое измеряет человека, и список таких чисел целиком — null, и там, где схема
null не допускает; остальное — по схеме. Остаток запросов — в заголовках `RateLimit`, исчерпан —
429 с `Retry-After`.
"""
OPENAPI_FILE = Path(__file__).parent / "openapi.json"

_SCHEME = "apiKey"
_OPEN = "/health/"
_OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")


def install_openapi(app: FastAPI) -> None:
    """Let ``/openapi.json`` answer with the document below."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build_openapi(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """Make the document: what the framework finds, our problems and our security."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    # The version of the program is in /version; here it would change the file at every release.
    document["info"]["version"] = "1"
    schemas = document["components"]["schemas"]
    for name in _OF_THE_FRAMEWORK:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas[Problem.__name__] = problem
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    _closed(schemas)
    document["components"]["securitySchemes"] = {
        _SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "description": "Ключ службы (`routes keys make` или тот, что печатает `routes serve`) "
            "либо токен человека (JWT), если в настройках назван его издатель.",
        }
    }
    document["security"] = [{_SCHEME: []}]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
            add_examples(operation)
    return document


def _complete(path: str, operation: dict[str, Any]) -> None:
    if path.startswith(_OPEN):
        operation["security"] = []
    else:
        name = operation["operationId"]
        roles = operation["x-roles"] = list(roles_of(name))
        if Role.MANAGER.value in roles and name not in IMPERSONAL:
            operation["x-levels-only"] = [Role.MANAGER.value]
    headers = {p["name"]: p for p in operation.get("parameters", ()) if p["in"] == "header"}
    if IF_MATCH in headers and IF_NONE_MATCH not in headers:
        # Optional for the framework only: its absence is a refusal of its own, 428.
        headers[IF_MATCH]["required"] = True
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])
    refused = operation["responses"].get("422", {}).get("content", {})
    # The framework adds its own 422 wherever there is a parameter; ours is a problem document.
    if "application/json" in refused:
        del refused["application/json"]
    if "422" in operation["responses"] and not refused:
        del operation["responses"]["422"]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Schema of a parameter: one that is left out is absent, never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{k: v for k, v in schema.items() if k != "anyOf"}}


def _closed(schema: Any) -> None:
    """Let mappings whose keys have a pattern admit no others, as they do."""
    if isinstance(schema, list):
        for inner in schema:
            _closed(inner)
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        for inner in schema.values():
            _closed(inner)


def text_of(document: dict[str, Any]) -> str:
    """Text of the committed file."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _write() -> None:
    from api.auth import KeyRing
    from api.main import create_app
    from engine.settings import Settings

    app = create_app(Settings(), keys=KeyRing([]))
    OPENAPI_FILE.write_text(text_of(app.openapi()), encoding="utf-8")


if __name__ == "__main__":
    _write()
