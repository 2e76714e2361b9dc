"""Hand labels of real titles, as tests and benchmarks read them; see ``README.md``."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.domain import Activity, BoolArray, Form, Kind
from engine.framework import Framework
from engine.matching.audience import with_audience

FIRST = Path(__file__).with_name("catalogue_titles.csv")
REST = Path(__file__).with_name("catalogue_titles_rest.csv")


@dataclass(frozen=True, slots=True)
class LabelledTitle:
    """One title with its right leaves, the main one first."""

    title: str
    kind: str
    audience: str
    labels: tuple[str, ...]

    def activity(self, framework: Framework) -> Activity:
        """The title as an activity of a catalogue, with positions from its audience."""
        known = Activity(
            id=self.title,
            kind=Kind.SEMINAR,
            title=self.title,
            hours_academic=None,
            form=Form.NON_FORMAL,
            audience=self.audience,
        )
        return with_audience(known, framework)


def first_titles() -> list[LabelledTitle]:
    """The 40 that were labelled before the first tagger and seen while it was built."""
    return _read(FIRST, None)


def rest_titles() -> list[LabelledTitle]:
    """The 77 others, labelled before any output of the tagger on them was seen: first pass."""
    return _read(REST, "1")


def second_pass() -> list[LabelledTitle]:
    """Return 30 of the 77, labelled once more."""
    return _read(REST, "2")


def _read(path: Path, which: str | None) -> list[LabelledTitle]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            LabelledTitle(
                row["title"], row["kind"], row["audience"], tuple(row["labels"].split(";"))
            )
            for row in csv.DictReader(file)
            if which is None or row["pass"] == which
        ]


def right_leaves(titles: Sequence[LabelledTitle], framework: Framework) -> BoolArray:
    """Whether a leaf is right for a title, shape (n_titles, n_leaves)."""
    leaves = [framework.nodes[i].code for i in framework.leaves]
    return np.array([[leaf in title.labels for leaf in leaves] for title in titles])
