"""Models: the registry, the gate in words, the card as harmless markup, promotion and rollback."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.access.principal import Role
from api.workbench.views.models import card_html, gate_of
from engine.recommendation import to_dict
from tests.api.workbench.markup import Markup, sound
from tests.api.workbench.small import SCRIPT, Browsers, small_service
from tests.engine.model_registry.registered import add, compared, registry


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    """A registry that may be changed."""
    with small_service(tmp_path_factory.mktemp("models")) as browsers:
        yield browsers


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A real report of a model whose plans close a fifth less."""
    kept = registry(tmp_path_factory.mktemp("gate"))
    add(kept, "m-1")
    return to_dict(compared(kept, "m-1", change=-0.2))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_gate_is_in_words(report: Any, language: str) -> None:
    """Every check with its threshold and number; a fifth less is −20 per cent and fails."""
    gate = gate_of(report, language)
    assert not gate.passed
    assert gate.people == 60
    assert len(gate.checks) == 5
    closed = gate.checks[1]
    assert not closed.passed
    assert closed.value.replace(" %", "%").startswith("−20%")
    assert [c.passed for c in gate.checks].count(False) == 1
    assert gate.against == {"ru": "веса из поставки"}.get(language, gate.against)


def test_numbers_that_are_none_are_not_measured(report: Any) -> None:
    """A report may lack a number; a check of a later version is told by its code."""
    checks = [*report["checks"], {"code": "new", "passed": True, "value": None, "threshold": 1}]
    gate = gate_of({**report, "checks": checks, "calibration": [None, 0.1]}, "ru")
    assert gate.checks[-1].title == "new"
    assert gate.checks[-1].value == "не измерено"
    assert "было не измерено" in gate.checks[3].value
    assert not math.isnan(gate.people)


def test_a_card_is_text_and_tables_only() -> None:
    """Its title gives way to the page's, headings go one down, no markup or link is active."""
    text = (
        f"# Карточка\n\n## Данные\n\n{SCRIPT} <b>x</b> [a](javascript:b) ![i](http://x) "
        "**жирно**\n\n| a | b |\n|---:|:---|\n| 1 | `2` |\n"
    )
    html = str(card_html(text))
    page = Markup(html)
    assert {tag for tag, _ in page.elements} == {
        *("h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code")
    }
    assert not [attrs for _, attrs in page.elements if attrs]
    assert SCRIPT in page.said
    assert "Карточка" not in page.said
    assert card_html("") == ""


def test_the_list_says_what_serves(small: Browsers) -> None:
    """A methodist sees versions with state and gate, and no way to change them."""
    page = sound(small.get("/models").text)
    for words in ("m-3", "кандидат", "не допущена", "в работе", "логарифмические потери: 0,5"):
        assert words in page.said
    links = [str(a.get("href")) for a in page.of("a")]
    assert "/workbench/models/m-1" in links
    assert not [link for link in links if "promotion" in link or "rollback" in link]


def test_a_model_has_its_card(small: Browsers) -> None:
    """Gate and card stand on its page; a version that is none is told."""
    text = small.get("/models/m-3").text
    page = sound(text)
    assert "Маршруты закрывают не меньше дефицита" in page.said
    assert f"важно {SCRIPT}" in page.said
    assert "<script>alert" not in text
    missing = small.get(f"/models/{SCRIPT.replace('/', '')}")
    assert missing.status_code == 404
    assert "Что делать" in sound(missing.text).said


def key_of(text: str) -> str:
    found = re.search(r'name="key" value="(\w+)"', text)
    assert found is not None
    return found[1]


def test_rolling_back_and_promoting_ask_first(own: Browsers) -> None:
    """A confirmation each; sent twice it happens once; what the gate refuses needs a reason."""
    role = Role.DATA_SCIENTIST
    question = own.get("/models/rollback", role)
    assert "m-2" in sound(question.text).said
    for _ in range(2):
        done = own.post("/models/rollback", {"key": key_of(question.text)}, role)
        assert done.headers["location"] == "/workbench/models?done=rollback"
    assert own.api("GET", "/models").json()["in_service"] == "m-1"
    assert "Прежняя модель возвращена" in sound(own.get("/models?done=rollback", role).text).said

    question = own.get("/models/m-3/promotion", role)
    assert "required" in {k for a in sound(question.text).of("textarea") for k in a}
    key = key_of(question.text)
    refused = own.post("/models/m-3/promotion", {"key": key, "reason": " "}, role)
    assert refused.status_code in (409, 422)
    assert "Что делать" in sound(refused.text).said
    done = own.post("/models/m-3/promotion", {"key": key, "reason": "проверка"}, role)
    assert done.headers["location"] == "/workbench/models?done=promote"
    assert own.api("GET", "/models").json()["in_service"] == "m-3"


def test_who_may_see_and_change_models(small: Browsers) -> None:
    """A methodist may not change what serves, an educator may not see it, forged forms fail."""
    data = {"key": "k-1", "reason": "хочу"}
    assert small.post("/models/m-1/promotion", data).status_code == 403
    assert small.post("/models/rollback", data).status_code == 403
    assert small.post("/models/rollback", data, Role.ADMIN, forged=True).status_code == 403
    assert small.get("/models", Role.EDUCATOR).status_code == 403
    assert small.api("GET", "/models").json()["in_service"] == "m-2"
