"""The benchmark of matching: a run on a tiny table with a planted order."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.bench import matching
from tests.engine.matching.enrolments import in_calendar


def test_the_report_holds_every_ranker_and_the_ratios(tmp_path: Path) -> None:
    """From a folder to Markdown: all rankers with intervals, ours over its rivals."""
    table = in_calendar(60, 15, 0)
    with (tmp_path / "enrolments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "order", "course"])
        for person, activity, at in zip(table.person, table.activity, table.time, strict=True):
            writer.writerow([table.people[person], int(at), table.activities[activity]])
    said: list[str] = []
    text = matching.run(tmp_path, None, [0, 1], said.append, quick=True)
    for name in ("random", "popular", "item-kNN", "ALS (own)", "EASE", "ours"):
        assert f"| {name} |" in text
    assert "| ours / … |" in text
    assert f"{len(table)} rows" in text
    assert any("TF-IDF left out" in line for line in said)


def test_choices_are_made_on_the_training_part_alone() -> None:
    """Inner training and inner test together are the outer training, person by person."""
    table = in_calendar(40, 12, 1)
    tables = matching.InteractionTables(table, None, (), ())
    inner, outer, sizes = matching.tasks_of(tables, "ceil")
    assert sizes["rows"] == len(table)
    together = inner.taken.toarray() + inner.gains.toarray()
    assert (together == outer.taken.toarray()).all()


@pytest.mark.parametrize("name", ["ALS (own)", "EASE", "item-kNN"])
def test_grids_are_combinations(name: str) -> None:
    """Every combination stands once, and the quick one is a single choice."""
    choices = matching.rankers()[name][1]
    assert len({tuple(c.items()) for c in choices}) == len(choices) > 1
    if name != "item-kNN":
        assert len(matching.rankers(quick=True)[name][1]) == 1
