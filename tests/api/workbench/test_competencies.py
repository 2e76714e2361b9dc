"""Names of competencies, asked of the contract."""

from __future__ import annotations

import asyncio
from typing import Any

from api.workbench.ask import Answer
from api.workbench.competencies import (
    Competency,
    framework_from,
    framework_of,
    search,
    titles_of,
)

NODES = [
    {"code": "N", "parent": None, "leaf": False, "title": "Направление", "subjects": []},
    {"code": "A", "parent": "N", "leaf": True, "title": "Узел A", "subjects": [["химия", "хим"]]},
    {"code": "B", "parent": "N", "leaf": True, "title": "Узел B", "subjects": [["алгебра"]]},
]


class Contract:
    """Stands for a page: a list of three nodes, and requests that speak of two of them."""

    def __init__(self, tag: str, *, allowed: bool = True) -> None:
        self.ask, self.allowed, self.tag = self, allowed, f'"{tag}"'
        self.sent: list[Any] = []

    def may(self, operation: str) -> bool:
        return self.allowed or operation == "read_framework"

    async def get(self, path: str, headers: dict[str, str]) -> Answer:
        assert path == "/framework"
        known = self.tag in headers.get("If-None-Match", "").split(", ")
        self.sent.append("304" if known else "200")
        told = {"etag": self.tag}
        return Answer(304, None, b"", told) if known else Answer(200, {"nodes": NODES}, b"", told)

    async def post(self, path: str, body: dict[str, Any], **_: Any) -> Answer:
        assert path == "/deficits"
        self.sent.append(body["requests"])
        return Answer(200, {"demands": [{"title": "Обе", "nodes": ["B", "A"]}]}, b"", {})


def test_the_list_is_read_once_for_each_of_its_versions() -> None:
    """Whoever has it asks whether it changed; another version is read anew, the first is kept."""
    page: Any = Contract("one")
    first = asyncio.run(framework_of(page))
    assert asyncio.run(framework_of(page)) is first
    assert page.sent == ["200", "304"]
    other: Any = Contract("two")
    asyncio.run(framework_of(other))
    assert other.sent == ["200"]
    assert asyncio.run(framework_of(page)) is first


def test_leaves_stand_below_what_they_belong_to() -> None:
    """Choices are the competencies themselves; a subject of several names is proposed by one."""
    found = framework_from(NODES)
    assert [(g.title, g.pairs) for g in found.leaves] == [
        ("Направление", (("A", "Узел A"), ("B", "Узел B")))
    ]
    assert found.subjects == ("алгебра", "химия")
    assert found.named(" узел  a ") == Competency("A", "Узел A")
    assert found.named("b") == Competency("B", "Узел B")
    assert found.named("") is None
    assert found.named("узел") is None


def test_codes_that_are_not_known_cost_the_others_nothing() -> None:
    """They are left out; without codes nothing is asked."""
    page: Any = Contract("codes")
    assert asyncio.run(titles_of(page, [])) == {}
    assert page.sent == []
    assert asyncio.run(titles_of(page, ["B", "X", "A", "B"])) == {"A": "Узел A", "B": "Узел B"}


def test_words_give_competencies_in_the_order_of_nearness() -> None:
    """Several nodes of one answer come apart, each with its own name; without leave none do."""
    page: Any = Contract("words")
    found = asyncio.run(search(page, "обе"))
    assert found == [Competency("B", "Узел B"), Competency("A", "Узел A")]
    assert asyncio.run(search(page, "  ")) == []
    barred: Any = Contract("barred", allowed=False)
    assert asyncio.run(search(barred, "обе")) == []
    assert barred.sent == []
