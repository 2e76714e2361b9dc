"""Whom activities name as their audience, compiled for quick questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.domain import Activity, BoolArray, Educator, FloatArray, IntArray, Position, Stage
from engine.framework import Framework, normalise_subject
from engine.matching.verdicts import Groups

MOST_SUBJECTS = 4_096
"""Names of educators' subjects that are remembered; they come from outside and may be anything."""


@dataclass(frozen=True, slots=True, eq=False)
class NamedGroups:
    """Activities by what they name of one kind: positions, subjects or stages.

    Parameters
    ----------
    values
        Named as stated, n_groups different lists.
    of
        Shape (n_activities,), group of each.
    members
        Shape (n_groups, n_codes): the code is named.
    anybody
        Shape (n_groups,): nothing is named.
    """

    values: tuple[tuple[str, ...], ...]
    of: IntArray
    members: BoolArray
    anybody: BoolArray

    @classmethod
    def compile(
        cls, stated: Sequence[tuple[str, ...]], code: Mapping[str, int], n_codes: int
    ) -> Self:
        """From what each activity states and the code of every name."""
        groups = Groups.by(stated)
        members = np.zeros((len(groups.values), n_codes), dtype=np.bool_)
        for row, names in zip(members, groups.values, strict=True):
            row[[code[name] for name in names]] = True
        return cls(groups.values, groups.of, members, np.asarray(~members.any(axis=1)))

    def shut(self, codes: Sequence[int]) -> BoolArray:
        """Shape (n_groups,): something is named and none of ``codes``."""
        named = self.members[:, codes].any(axis=1)
        return np.asarray(~self.anybody & ~named)

    def fit(self, codes: Sequence[int]) -> FloatArray:
        """Shape (n_activities,): 1 = one of ``codes`` is named, 0 = others are, 0.5 = nobody is."""
        named = self.members[:, codes].any(axis=1)
        fit: FloatArray = np.where(self.anybody, 0.5, named.astype(np.float64))[self.of]
        return fit


class AudienceTable:
    """What activities say of their audience, compiled once per catalogue version.

    Parameters
    ----------
    activities
        n_activities of them, in the order of the ranking.
    framework
        Knows which names of subjects stand for one subject.
    """

    def __init__(self, activities: Sequence[Activity], framework: Framework) -> None:
        self.framework = framework
        self.position_code = {p.value: i for i, p in enumerate(Position)}
        self.stage_code = {s.value: i for i, s in enumerate(Stage)}
        subjects = sorted({normalise_subject(s) for a in activities for s in a.subjects})
        self.subject_code = {s: i for i, s in enumerate(subjects)}
        self.positions = NamedGroups.compile(
            [tuple(p.value for p in a.positions) for a in activities],
            self.position_code,
            len(self.position_code),
        )
        self.stages = NamedGroups.compile(
            [tuple(s.value for s in a.stages) for a in activities],
            self.stage_code,
            len(self.stage_code),
        )
        self.subjects = NamedGroups.compile(
            [tuple(a.subjects) for a in activities],
            {s: self.subject_code[normalise_subject(s)] for a in activities for s in a.subjects},
            len(subjects),
        )
        self._taught: dict[str, tuple[int, ...]] = {}

    def position_of(self, educator: Educator) -> list[int]:
        """Code of the educator's position."""
        return [self.position_code[educator.position.value]]

    def stages_of(self, educator: Educator) -> list[int]:
        """Codes of the educator's stages."""
        return [self.stage_code[s.value] for s in educator.stages]

    def subjects_of(self, educator: Educator) -> list[int]:
        """Codes of subjects that match one of the educator's, in ascending order."""
        return sorted({code for s in educator.subjects for code in self._matching(s)})

    def _matching(self, subject: str) -> tuple[int, ...]:
        known = self._taught.get(subject)
        if known is None:
            match = self.framework.subjects_match
            known = tuple(c for name, c in self.subject_code.items() if match(name, subject))
            if len(self._taught) >= MOST_SUBJECTS:
                self._taught.clear()
            self._taught[subject] = known
        return known
