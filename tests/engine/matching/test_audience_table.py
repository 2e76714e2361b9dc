"""Audiences by group: what is named, by whatever name, and what is remembered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.domain import Position, Stage
from engine.matching import audience_table
from engine.matching.audience_table import AudienceTable
from tests.engine.matching.records import FRAMEWORK, TEACHER, activity

ACTIVITIES = [
    activity("a0", positions=(Position.HEAD, Position.TEACHER), subjects=("Алгебра", "физика")),
    activity("a1", subjects=("английский язык",), stages=(Stage.PRIMARY,)),
    activity("a2"),
    activity("a3", positions=(Position.HEAD, Position.TEACHER), subjects=("Математика",)),
]


def test_fit_by_hand() -> None:
    """1 = named, 0 = others are named, ½ = nobody is."""
    table = AudienceTable(ACTIVITIES, FRAMEWORK)
    position = table.positions.fit(table.position_of(TEACHER))
    subject = table.subjects.fit(table.subjects_of(TEACHER))
    stage = table.stages.fit(table.stages_of(TEACHER))
    np.testing.assert_array_equal(position, [1.0, 0.5, 0.5, 1.0])
    np.testing.assert_array_equal(subject, [1.0, 0.0, 0.5, 1.0])
    np.testing.assert_array_equal(stage, [0.5, 0.0, 0.5, 0.5])


def test_shut_by_hand() -> None:
    """Closed are groups that name others; activities that say the same are one group."""
    table = AudienceTable(ACTIVITIES, FRAMEWORK)
    assert table.positions.values == (("head", "teacher"), ())
    assert table.positions.of.tolist() == [0, 1, 1, 0]
    nobody = replace(TEACHER, position=Position.METHODIST, subjects=())
    assert table.positions.shut(table.position_of(nobody)).tolist() == [True, False]
    assert table.subjects.shut(table.subjects_of(nobody)).tolist() == [True, True, False, True]


@pytest.mark.parametrize("most", [4_096, 1])
def test_subjects_match_as_the_framework_says(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Asked again, or forgotten in between: always the framework's own answer, any spelling."""
    monkeypatch.setattr(audience_table, "MOST_SUBJECTS", most)
    table = AudienceTable(ACTIVITIES, FRAMEWORK)
    asked = ["математика", "иностранный язык", "ФИЗИКА", "нет такого", "математика", "алгебра"]
    for own in [*asked, *asked]:
        matching = [
            code for name, code in table.subject_code.items() if FRAMEWORK.subjects_match(name, own)
        ]
        assert table.subjects_of(replace(TEACHER, subjects=(own,))) == matching
    both = table.subjects_of(replace(TEACHER, subjects=("ФИЗИКА", "иностранный язык")))
    assert [sorted(table.subject_code)[c] for c in both] == ["английский язык", "физика"]
    assert len(table._taught) <= most
