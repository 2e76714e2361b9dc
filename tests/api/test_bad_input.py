"""Every wrong body is a problem document that names the place, and nothing is kept of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from engine.errors import ArtefactError, ConfigurationError, Fault, InputError, NothingToPlan
from engine.storage import DEFAULT_TENANT, Store
from tests.api.conftest import places, refused, whole
from tests.api.fakes import FakeEngine

SCORE = {
    "procedure_id": "p",
    "date": "2026-05-01",
    "method": "test",
    "node": "n",
    "score": 1,
    "max_score": 2,
}
JSON = {"Content-Type": "application/json"}


def with_score(**changes: Any) -> dict[str, Any]:
    return whole(diagnostics=[SCORE | changes])


def with_educator(**changes: Any) -> dict[str, Any]:
    return {"educator": {"position": "teacher"} | changes}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/educator", "field_missing")]),
        (whole(surplus=1), [("/surplus", "unknown_field")]),
        (whole(**{"a/b~c": 1}), [("/a~1b~0c", "unknown_field")]),
        ([], [("", "object_expected")]),
        (with_educator(position="tsar"), [("/educator/position", "value_not_listed")]),
        ({"educator": {}}, [("/educator/position", "field_missing")]),
        ({"educator": None}, [("/educator", "object_expected")]),
        ({"educator": {"id": "e-1", "subjects": []}}, [("/educator/position", "field_missing")]),
        ({"educator": {"id": "nobody"}}, [("/educator/id", "unknown_educator")]),
        (with_educator(id=""), [("/educator/id", "string_too_short")]),
        (with_educator(id=" \t"), [("/educator/id", "string_not_admitted")]),
        (with_educator(id="a\x00"), [("/educator/id", "string_not_admitted")]),
        (with_educator(id="a\x85b"), [("/educator/id", "string_not_admitted")]),
        (with_educator(id="\ufeff"), [("/educator/id", "string_not_admitted")]),
        (with_educator(id="x" * 129), [("/educator/id", "string_too_long")]),
        (with_educator(subjects=["x"] * 51), [("/educator/subjects", "list_too_long")]),
        (with_educator(subjects="x"), [("/educator/subjects", "list_expected")]),
        (with_educator(born_on="2026-13-01"), [("/educator/born_on", "date_expected")]),
        (with_educator(born_on="2026-01-01T00:00:00"), [("/educator/born_on", "date_expected")]),
        (with_educator(born_on=0), [("/educator/born_on", "date_expected")]),
        (with_educator(born_on="2030-01-01"), [("/educator/born_on", "born_in_future")]),
        (with_educator(time_zone="Mars/Base"), [("/educator/time_zone", "unknown_time_zone")]),
        (with_educator(time_zone="../etc"), [("/educator/time_zone", "unknown_time_zone")]),
        (with_educator(time_zone="Europe"), [("/educator/time_zone", "unknown_time_zone")]),
        (
            with_educator(tempo_min_per_week=-1, conditions={"shift": 3, "rural": "yes"}),
            [
                ("/educator/tempo_min_per_week", "too_small"),
                ("/educator/conditions/rural", "boolean_expected"),
                ("/educator/conditions/shift", "value_not_listed"),
            ],
        ),
        (with_educator(total_min=1.5), [("/educator/total_min", "integer_expected")]),
        (with_educator(total_min=True), [("/educator/total_min", "integer_expected")]),
        (with_educator(total_min="9"), [("/educator/total_min", "integer_expected")]),
        (with_educator(total_min=-1.0), [("/educator/total_min", "too_small")]),
        (whole(as_of="2026-09-01T09:00:00"), [("/as_of", "instant_without_offset")]),
        (whole(as_of="2026-09-01"), [("/as_of", "instant_expected")]),
        (whole(as_of=1788220800), [("/as_of", "instant_expected")]),
        (whole(as_of="1999-09-01T09:00:00Z"), [("/as_of", "instant_expected")]),
        (whole(as_of="2026-02-30T09:00:00Z"), [("/as_of", "instant_expected")]),
        (with_score(score=-1), [("/diagnostics/0/score", "too_small")]),
        (with_score(score="1"), [("/diagnostics/0/score", "number_expected")]),
        (with_score(score=None), [("/diagnostics/0/score", "number_expected")]),
        (with_score(max_score=0), [("/diagnostics/0/max_score", "not_above")]),
        (with_score(max_score=10**400), [("/diagnostics/0/max_score", "number_not_finite")]),
        (with_score(n_tasks=0), [("/diagnostics/0/n_tasks", "too_small")]),
        (with_score(method="guess"), [("/diagnostics/0/method", "value_not_listed")]),
        (
            whole(
                diagnostics=[
                    {"procedure_id": "p", "date": "2026-05-01", "item": "?", "response": 2}
                ]
            ),
            [("/diagnostics/0/response", "too_large")],
        ),
        (
            whole(
                diagnostics=[
                    SCORE,
                    {"procedure_id": "p", "date": "2026-05-01", "item": "?", "response": 1},
                ]
            ),
            [("/diagnostics/1/node", "unknown_item")],
        ),
        (whole(diagnostics=[SCORE] * 5001), [("/diagnostics", "list_too_long")]),
        (whole(requests=[{}]), [("/requests/0", "request_empty")]),
        (whole(requests=[{"text": " \n"}]), [("/requests/0", "request_empty")]),
        (
            whole(requests=[{"id": "a", "text": "x"}, {"id": "a", "node": "n"}]),
            [("/requests/1/id", "request_id_repeated")],
        ),
        (whole(requests=[{"text": "x", "weight": 0}]), [("/requests/0/weight", "not_above")]),
        (whole(requests=[{"text": "x" * 2001}]), [("/requests/0/text", "string_too_long")]),
        (whole(history=[{"completed_on": "2025-01-01"}]), [("/history/0", "history_empty")]),
        (
            whole(history=[{"activity_id": "a", "completed_on": "2026-09-02"}]),
            [("/history/0/completed_on", "date_in_future")],
        ),
        (with_educator(id="Иванова Анна Петровна"), [("/educator/id", "educator_id_is_a_name")]),
        (
            {"educator": {"id": "Иванова Анна Петровна"}},
            [("/educator/id", "educator_id_is_a_name")],
        ),
        (
            whole(constraints={"tempo_by_week": {"2026-09-08": 60, "x": 1, "2026-09-07": 99999}}),
            [
                ("/constraints/tempo_by_week/x", "date_expected"),
                ("/constraints/tempo_by_week/2026-09-07", "too_large"),
            ],
        ),
        (
            whole(constraints={"tempo_by_week": {"2026-09-08": 60}}),
            [("/constraints/tempo_by_week/2026-09-08", "not_a_monday")],
        ),
        (
            whole(
                constraints={
                    "busy": [{"start": "2026-09-08T10:00:00Z", "end": "2026-09-08T13:00:00+03:00"}]
                }
            ),
            [("/constraints/busy/0", "span_reversed")],
        ),
        (
            whole(constraints={"busy": [], "busy_ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}),
            [("/constraints/busy_ics", "busy_given_twice")],
        ),
        (
            whole(constraints={"budget_by_source": {"bank": 1}}),
            [("/constraints/budget_by_source/bank", "value_not_listed")],
        ),
        (whole(constraints={"max_steps": 0}), [("/constraints/max_steps", "too_small")]),
        (whole(constraints={"pinned": ["x"] * 501}), [("/constraints/pinned", "list_too_long")]),
        (whole(options={"deadline_ms": 0}), [("/options/deadline_ms", "too_small")]),
        (whole(options={"deadline_ms": 30001}), [("/options/deadline_ms", "too_large")]),
        (whole(options={"gap_rel": 1.5}), [("/options/gap_rel", "too_large")]),
        (whole(options={"seed": -1}), [("/options/seed", "too_small")]),
        (whole(options={"language": "de"}), [("/options/language", "value_not_listed")]),
        (whole(options={"variants": 3}), [("/options/variants", "boolean_expected")]),
        (whole(options={"variant": True}), [("/options/variant", "unknown_field")]),
        (
            whole(policy="nowhere", requests=[{}]),
            [("/policy", "unknown_policy"), ("/requests/0", "request_empty")],
        ),
    ],
)
def test_wrong_values_are_named_by_place(
    client: TestClient, engine: FakeEngine, store: Store, body: Any, expected: list[tuple[str, str]]
) -> None:
    """422 with pointer and code of each fault; the engine is not asked, nothing is kept."""
    document = refused(client.post("/routes", json=body), 422, "invalid_input")
    assert sorted(places(document)) == sorted(expected)
    assert engine.asked == []
    with store.reading(DEFAULT_TENANT) as kept:
        assert kept.routes.count() == 0


@pytest.mark.parametrize(
    ("language", "bound"),
    [("ru", "нужно не больше 1 000 000"), ("en", "must be at most 1,000,000")],
)
def test_bounds_are_written_as_people_write_them(
    client: TestClient, language: str, bound: str
) -> None:
    """A bound of a decimal field is a number of the language, without «.0»."""
    headers = {"Accept-Language": language}
    answer = client.post("/routes", json=with_score(score=2e6, max_score=2), headers=headers)
    assert [e["detail"] for e in answer.json()["errors"]] == [bound]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e309", "-1e309"])
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"educator": {"position": "teacher"}, "options": {"gap_rel": #}}', "/options/gap_rel"),
        (
            '{"educator": {"position": "teacher"}, "diagnostics": [{"procedure_id": "p", "date": '
            '"2026-05-01", "method": "test", "node": "n", "score": #, "max_score": 2}]}',
            "/diagnostics/0/score",
        ),
    ],
)
def test_numbers_that_are_not_finite_are_named(
    client: TestClient, number: str, body: str, pointer: str
) -> None:
    """NaN, Infinity and 1e309 in raw JSON are refused with the pointer of the field."""
    answer = client.post("/routes", content=body.replace("#", number), headers=JSON)
    document = refused(answer, 422, "invalid_input")
    assert places(document) == [(pointer, "number_not_finite")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"educator": ', "invalid_json"),
        (b"\xff\xfe{}", "invalid_json"),
        (b'{"a": "\xd0"}', "invalid_json"),
        (b"\xef\xbb\xbf{}", "invalid_json"),
        (b"nonsense", "invalid_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "invalid_json"),
        (b'{"educator": {"id": "e-1", "id": "e-2"}}', "duplicate_key"),
        (b"[" * 33 + b"]" * 33, "json_too_deep"),
        (b"[" * 200_000, "json_too_deep"),
        (b'{"a":' * 200_000, "json_too_deep"),
    ],
)
def test_what_is_no_json_is_refused_before_anything_else(
    client: TestClient, content: bytes, code: str
) -> None:
    """400 for broken text, bombs of depth and keys that stand twice."""
    refused(client.post("/routes", content=content, headers=JSON), 400, code)


def test_the_place_of_broken_json_is_named(client: TestClient) -> None:
    """Line and column are those of the first fault."""
    answer = client.post("/routes", content=b'{\n  "educator": x}', headers=JSON)
    assert "Строка 2, знак 15" in refused(answer, 400, "invalid_json")["detail"]


def test_a_surrogate_is_refused_and_the_refusal_is_valid_json(client: TestClient) -> None:
    """A lone surrogate, which UTF-8 cannot carry, is refused as value and as key."""
    value = b'{"educator": {"position": "teacher", "id": "\\ud800"}}'
    document = refused(client.post("/routes", content=value, headers=JSON), 422, "invalid_input")
    assert places(document) == [("/educator/id", "string_not_admitted")]
    key = b'{"educator": {"position": "teacher"}, "\\ud800": 1}'
    refused(client.post("/routes", content=key, headers=JSON), 422, "invalid_input")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=cp1251"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {},
    ],
)
def test_other_kinds_of_body_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    """415 for anything but plain JSON in UTF-8."""
    content = json.dumps(whole()).encode()
    refused(client.post("/routes", content=content, headers=headers), 415, "unsupported_media_type")


def test_utf8_may_be_stated(client: TestClient) -> None:
    """A charset that says UTF-8 is fine."""
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    answer = client.post("/routes", content=json.dumps(whole()).encode(), headers=headers)
    assert answer.status_code == 201


def test_no_body_at_all_is_a_missing_body(client: TestClient) -> None:
    """An empty body is 422, not a crash."""
    document = refused(client.post("/routes"), 422, "invalid_input")
    assert places(document) == [("", "field_missing")]


def test_refused_values_are_not_repeated(client: TestClient) -> None:
    """What was sent may be personal, so it does not come back."""
    body = with_educator(position="Секретная должность", born_on="Секретный день")
    answer = client.post("/routes", json=body)
    refused(answer, 422, "invalid_input")
    assert "Секретн" not in answer.text


def test_bounds_and_names_are_stated(client: TestClient) -> None:
    """A refusal says what would be right: the bounds of a deadline, the names of policies."""
    document = refused(
        client.post("/routes", json=whole(options={"deadline_ms": 0})), 422, "invalid_input"
    )
    assert document["errors"][0]["parameters"] == {"least": 1}
    assert "не меньше 1" in document["detail"]
    document = refused(client.post("/routes", json=whole(policy="x")), 422, "invalid_input")
    assert "volgodonsk" in document["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("accepted", "language", "said"),
    [
        (None, "ru", "обязательно"),
        ("en", "en", "required"),
        ("de, en-GB;q=0.8, ru;q=0.5", "en", "required"),
        ("ru, en;q=0.9", "ru", "обязательно"),
        ("de", "ru", "обязательно"),
        ("en;q=0, ru;q=0.1", "ru", "обязательно"),
        ("en;q=x", "ru", "обязательно"),
    ],
)
def test_the_language_is_negotiated(
    client: TestClient, accepted: str | None, language: str, said: str
) -> None:
    """Russian by default, English where the caller prefers it."""
    headers = {"Accept-Language": accepted} if accepted else {}
    answer = client.post("/routes", json={}, headers=headers)
    document = refused(answer, 422, "invalid_input")
    assert answer.headers["content-language"] == language
    assert said in document["errors"][0]["detail"]


def fault(pointer: str, code: str = "score_above_maximum") -> Fault:
    return Fault(code, "балл больше максимума", pointer, parameters={"score": 3})


def test_pointers_of_the_engine_become_those_of_the_body(
    client: TestClient, engine: FakeEngine
) -> None:
    """Scores and item responses stand in one list of the body, in any order."""
    engine.error = InputError(
        [
            fault("/diagnostics/1/score"),
            fault("/item_responses/0/item"),
            fault("/constraints/horizon_end"),
            fault("/diagnostics/7/score"),
        ]
    )
    item = {"procedure_id": "p", "date": "2026-05-01", "item": "i-1", "response": 1}
    answer = client.post("/routes", json=whole(diagnostics=[SCORE, item, SCORE | {"node": "m"}]))
    document = refused(answer, 422, "invalid_input")
    assert [p for p, _ in places(document)] == [
        "/diagnostics/2/score",
        "/diagnostics/1/item",
        "/constraints/horizon/end",
        "/diagnostics",
    ]


def test_faults_of_known_evidence_point_at_its_owner(
    client: TestClient, engine: FakeEngine
) -> None:
    """Evidence that the body did not bring has no place in it."""
    engine.error = InputError([fault("/diagnostics/0/score")])
    document = refused(
        client.post("/routes", json={"educator": {"id": "e-1"}}), 422, "invalid_input"
    )
    assert [p for p, _ in places(document)] == ["/educator/id"]


@pytest.mark.parametrize("path", ["/routes", "/deficits", "/recommendations"])
def test_nothing_to_plan_says_what_to_do(client: TestClient, engine: FakeEngine, path: str) -> None:
    """Neither diagnostics nor a request: 422 with next actions."""
    engine.error = NothingToPlan([fault("/requests", "nothing_to_plan")], ["пройти диагностику"])
    document = refused(client.post(path, json=whole()), 422, "nothing_to_plan")
    assert document["next_actions"] == ["пройти диагностику"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ArtefactError([fault("")]), 422, "artefact_refused"),
        (ConfigurationError("секрет: /etc/passwd"), 500, "configuration_error"),
        (RuntimeError("секрет: пароль"), 500, "internal_error"),
        (ZeroDivisionError("секрет"), 500, "internal_error"),
    ],
)
def test_errors_of_the_engine_have_one_translation(
    client: TestClient, engine: FakeEngine, error: Exception, status: int, code: str
) -> None:
    """Each kind of error has its status; internals never show."""
    engine.error = error
    answer = client.post("/routes", json=whole())
    refused(answer, status, code)
    assert "секрет" not in answer.text


def test_a_fault_without_english_words_is_named_by_its_code(
    client: TestClient, engine: FakeEngine
) -> None:
    """English never falls back to Russian."""
    engine.error = InputError([fault("/policy", "some_new_code")])
    answer = client.post("/routes", json=whole(), headers={"Accept-Language": "en"})
    document = refused(answer, 422, "invalid_input")
    assert document["errors"][0]["detail"] == "some new code (score=3)"


def test_unknown_addresses_and_methods_are_problems(client: TestClient) -> None:
    """404 and 405 are problem documents; 405 names what is admitted."""
    refused(client.get("/nowhere"), 404, "not_found")
    answer = client.delete("/routes")
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"


def test_a_number_without_fraction_is_an_integer(client: TestClient, engine: FakeEngine) -> None:
    """JSON knows one kind of number: 90.0 means what 90 means."""
    given = {"educator": {"position": "teacher", "tempo_min_per_week": 90.0}}
    assert client.post("/deficits", json=given).status_code == 200
    tempo = engine.asked[-1].educator.tempo_min_per_week
    assert (tempo, type(tempo)) == (90, int)


def test_a_list_is_not_short_because_its_items_are_faulty(client: TestClient) -> None:
    """One faulty item gives its own fault; an empty list is too short."""
    faulty = client.post("/diagnostics", json={"items": [{"educator_id": 1, "items": []}]})
    assert places(refused(faulty, 422, "invalid_input")) == [
        ("/items/0/educator_id", "string_expected")
    ]
    empty = client.post("/diagnostics", json={"items": []})
    assert places(refused(empty, 422, "invalid_input")) == [("/items", "list_too_short")]


def test_a_narrower_deadline_of_the_settings_is_stated(client: TestClient) -> None:
    """The service's own bounds are stated when they are narrower than the contract's."""
    service = client.app.state.loading.service  # type: ignore[attr-defined]
    narrow = replace(service, settings=replace(service.settings, deadline_max_ms=2000))
    client.app.state.loading.service = narrow  # type: ignore[attr-defined]
    answer = client.post("/routes", json=whole(options={"deadline_ms": 2001}))
    document = refused(answer, 422, "invalid_input")
    assert places(document) == [("/options/deadline_ms", "deadline_out_of_bounds")]
    assert "от 1 до 2000" in document["detail"]


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["teacher", "2026-09-07", "2026-09-07T10:00:00Z", "test"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "position",
                    "node",
                    "text",
                    "item",
                    "response",
                    "start",
                    "end",
                    "date",
                    "busy",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
FIELDS = [
    "as_of",
    "educator",
    "diagnostics",
    "requests",
    "history",
    "constraints",
    "policy",
    "options",
    "surplus",
]
TOP = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON_VALUES))


@hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(TOP | JSON_VALUES)
def test_no_body_is_a_server_error(client: TestClient, body: Any) -> None:
    """Whatever JSON is sent, the answer is a route or a problem with pointers into the body."""
    answer = client.post("/routes", content=json.dumps(body).encode(), headers=JSON)
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code != 201:
        assert answer.json()["code"] in ("invalid_input", "invalid_json", "json_too_deep")


def test_what_was_completed_today_counts_by_the_local_day(
    client: TestClient, engine: FakeEngine
) -> None:
    """At 20:00 UTC it is the next day in Vladivostok, where that day counts, and not in London."""
    body = {
        "as_of": "2026-09-01T20:00:00Z",
        "history": [{"activity_id": "nobody knows it", "completed_on": "2026-09-02"}],
    }
    here = {"position": "teacher", "time_zone": "Asia/Vladivostok"}
    assert client.post("/routes", json=body | {"educator": here}).status_code == 201
    assert engine.asked[-1].history[0].activity_id == "nobody knows it"
    there = here | {"time_zone": "Europe/London"}
    answer = refused(client.post("/routes", json=body | {"educator": there}), 422, "invalid_input")
    assert places(answer) == [("/history/0/completed_on", "date_in_future")]
    assert "2026-09-02" in answer["errors"][0]["detail"]


@pytest.mark.parametrize("path", ["/routes", "/deficits"])
def test_a_name_sent_as_an_id_is_not_repeated(client: TestClient, path: str) -> None:
    """The fault says what to send instead, and the name stands nowhere in the answer."""
    for educator in ({"id": "Иванова Анна Петровна"}, {"id": "иванова анна петровна"}):
        answer = client.post(path, json={"educator": educator | {"position": "teacher"}})
        document = refused(answer, 422, "invalid_input")
        assert places(document) == [("/educator/id", "educator_id_is_a_name")]
        assert "display_name" in document["errors"][0]["detail"]
        assert "ванова" not in answer.text
