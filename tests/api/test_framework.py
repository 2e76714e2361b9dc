"""The list of competencies over HTTP: what the engine plans by, and the same as CASE."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.framework import load_framework
from engine.interchange.case import case_package
from tests.api.kept_service import Kept, kept_service

FRAMEWORK = load_framework()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def test_nodes_are_those_of_the_framework(kept: Kept) -> None:
    """Codes in order, parents that come before, leaves, and whom a node is about."""
    told = kept.caller.get("/framework").json()
    assert (told["id"], told["digest"]) == (FRAMEWORK.id, FRAMEWORK.digest)
    assert [n["code"] for n in told["nodes"]] == list(FRAMEWORK.codes)
    seen: set[str | None] = {None}
    for shown, node in zip(told["nodes"], FRAMEWORK.nodes, strict=True):
        assert shown["parent"] in seen
        seen.add(shown["code"])
        assert shown["title"] == node.title
        assert tuple(map(tuple, shown["subjects"])) == node.subjects
    leaves = [n["code"] for n in told["nodes"] if n["leaf"]]
    assert leaves == [FRAMEWORK.codes[i] for i in FRAMEWORK.leaves]


@pytest.mark.parametrize("path", ["/framework", "/framework.case.json"])
def test_the_same_list_is_not_sent_twice(kept: Kept, path: str) -> None:
    """Its digest is its tag; whoever has it gets 304 without a body."""
    first = kept.caller.get(path)
    assert first.headers["etag"] == f'"{FRAMEWORK.digest}"'
    again = kept.caller.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_case_package_is_the_same_framework(kept: Kept) -> None:
    """Read back, the package gives the digest that models are bound to."""
    package = case_package(kept.caller.get("/framework.case.json").json())
    assert package.framework.digest == FRAMEWORK.digest
