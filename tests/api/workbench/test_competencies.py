"""Names of competencies, asked of the contract."""

from __future__ import annotations

import asyncio
from typing import Any

from api.workbench.ask import Answer
from api.workbench.competencies import NAMED_MOST, Competency, search, titles_of


class Contract:
    """Stands for a page: ``POST /deficits`` that knows ``A`` and ``B``, and what was sent to it."""

    def __init__(self, *, allowed: bool = True) -> None:
        self.ask, self.allowed = self, allowed
        self.sent: list[list[dict[str, str]]] = []

    def may(self, operation: str) -> bool:
        assert operation == "assess_deficits"
        return self.allowed

    async def post(self, path: str, body: dict[str, Any], **_: Any) -> Answer:
        requests = body["requests"]
        self.sent.append(requests)
        if "text" in requests[0]:
            return Answer(200, {"demands": [{"title": "Обе", "nodes": ["B", "A"]}]}, b"", {})
        wrong = [r["node"] for r in requests if r["node"] not in ("A", "B")]
        if wrong:
            errors = [{"code": "unknown_node", "parameters": {"node": n}} for n in wrong]
            return Answer(422, {"errors": errors}, b"", {})
        named = [{"title": f"Узел {r['node']}", "nodes": [r["node"]]} for r in requests]
        return Answer(200, {"demands": named}, b"", {})


def test_codes_that_are_not_known_cost_the_others_nothing() -> None:
    """They are left out and the rest is asked for again; each code once."""
    page: Any = Contract()
    found = asyncio.run(titles_of(page, ["B", "X", "A", "B"]))
    assert found == {"A": "Узел A", "B": "Узел B"}
    assert [len(requests) for requests in page.sent] == [3, 2]
    assert asyncio.run(titles_of(page, ["X"])) == {}


def test_words_give_competencies_in_the_order_of_nearness() -> None:
    """Several nodes of one answer come apart, each with its own name."""
    page: Any = Contract()
    found = asyncio.run(search(page, "обе"))
    assert found == [Competency("B", "Узел B"), Competency("A", "Узел A")]


def test_nothing_is_asked_in_vain_or_without_leave() -> None:
    """No words, no codes, a role that may not: no call; never more codes than are taken at once."""
    page: Any = Contract()
    assert asyncio.run(search(page, "  ")) == []
    assert asyncio.run(titles_of(page, [])) == {}
    assert page.sent == []
    barred: Any = Contract(allowed=False)
    assert asyncio.run(search(barred, "обе")) == []
    assert asyncio.run(titles_of(barred, ["A"])) == {}
    assert barred.sent == []
    asyncio.run(titles_of(page, [f"{n:03}" for n in range(80)]))
    assert len(page.sent[0]) == NAMED_MOST
