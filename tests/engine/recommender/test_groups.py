"""Groups of people of whom some have faulty evidence: what is at fault goes, the rest counts."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.deficits.groupings import Grouping
from engine.domain import DiagnosticResult, Educator, ItemResponse, Method, Position
from engine.errors import Fault
from engine.framework import NodeLevel, load_framework
from engine.policy import load_policy
from engine.recommender.groups import Person, group_deficits, without_faulty

BLOCKS: tuple[NodeLevel, ...] = ("block",)
DAY = dt.date(2026, 5, 20)
AS_OF = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))


def scored(
    node: str, score: float = 5, procedure: str = "p", observer: str | None = None
) -> DiagnosticResult:
    return DiagnosticResult(procedure, DAY, Method.TEST, node, score, 10, 10, observer)


def answered(item: str, node: str, procedure: str = "p", response: float = 1) -> ItemResponse:
    return ItemResponse(procedure, DAY, item, response, node)


def person(*results: DiagnosticResult, responses: tuple[ItemResponse, ...] = ()) -> Person:
    return Person(Educator("e", Position.TEACHER), results, responses)


def test_a_faulty_node_goes_from_its_procedure_alone() -> None:
    """Another observer's mark of it goes too; other nodes and other procedures stay."""
    some = person(
        scored("A", 11, observer="a"),
        scored("A", 5, observer="b"),
        scored("B"),
        scored("A", procedure="q"),
        responses=(answered("i", "A"), answered("i", "B")),
    )
    left = without_faulty(some, [Fault("score_above_maximum", "", "/diagnostics/0/score")])
    assert left.results == (scored("B"), scored("A", procedure="q"))
    assert left.responses == (answered("i", "B"),)


@pytest.mark.parametrize(
    ("code", "stays"),
    [("duplicate_contradiction", ["q"]), ("item_calibrated_otherwise", [])],
)
def test_an_item_at_fault_goes(code: str, stays: list[str]) -> None:
    """From its procedure, or from all where it was calibrated for other nodes."""
    responses = (answered("i", "A"), answered("i", "B"), answered("i", "A", "q"))
    left = without_faulty(
        person(scored("C"), responses=responses), [Fault(code, "", "/item_responses/1/response")]
    )
    assert [r.procedure_id for r in left.responses] == stays
    assert left.results == (scored("C"),)


def test_a_contradiction_at_one_node_leaves_the_other_measured() -> None:
    """One of three has two scores for one mark: he is counted at the other node as they are."""
    good = [person(scored("MET.ASM"), scored("MET.PLN")) for _ in range(2)]
    bad = person(scored("MET.ASM", 3), scored("MET.ASM", 9), scored("MET.PLN"))
    people = [
        Person(Educator(f"e{i}", Position.TEACHER), p.results) for i, p in enumerate([*good, bad])
    ]
    table, left_out = group_deficits(
        people,
        Grouping.ALL,
        load_framework(),
        load_policy("default"),
        AS_OF,
        node_levels=BLOCKS,
    )
    assert [(p.educator_id, [f.code for f in p.faults]) for p in left_out] == [
        ("e2", ["duplicate_contradiction"])
    ]
    measured = {row.node: row.n_measured for row in table.rows}
    assert (measured["MET.ASM"], measured["MET.PLN"]) == (2, 3)
