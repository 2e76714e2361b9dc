"""Parts of a reading: by where its people work, by position, by whether they are young."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from engine.domain import BoolArray, IntArray
from engine.indicators.columns import Ids
from engine.indicators.results import Slice
from engine.indicators.sets import Sets
from engine.indicators.vocabulary import TABLES, ColumnKind

YOUNG = "young"
YOUNG_KEYS = ("no", "unknown", "yes")


class Breakdown:
    """Groups of every entity by every dimension, made once for a period."""

    def __init__(self, sets: Sets) -> None:
        self.sets = sets
        self._groups: dict[tuple[str, str], tuple[IntArray, tuple[str, ...]] | None] = {}

    def slices(
        self, by: str, entity: str, counted: BoolArray, of: tuple[str, BoolArray] | None
    ) -> tuple[Slice, ...]:
        """Parts of a reading; none where the dimension means nothing for what is counted.

        Parameters
        ----------
        counted
            Mask of the numerator, over the ids of ``entity``.
        of
            Entity and mask of the denominator; ``None`` = there is none.
        """
        numerator = self._counts(by, entity, counted)
        denominator = None if of is None else self._counts(by, *of)
        if numerator is None or (of is not None and denominator is None):
            return ()
        keys = sorted({*numerator, *(denominator or {})})
        return tuple(
            part(
                by,
                key,
                numerator.get(key, 0),
                None if denominator is None else denominator.get(key, 0),
            )
            for key in keys
        )

    def _counts(self, by: str, entity: str, mask: BoolArray) -> Mapping[str, int] | None:
        groups = self._of(by, entity)
        if groups is None:
            return None
        codes, keys = groups
        counts = np.bincount(codes[mask], minlength=len(keys))
        return {key: n for key, n in zip(keys, counts.tolist(), strict=True) if n}

    def _of(self, by: str, entity: str) -> tuple[IntArray, tuple[str, ...]] | None:
        if (by, entity) not in self._groups:
            self._groups[by, entity] = self._made(by, entity)
        return self._groups[by, entity]

    def _made(self, by: str, entity: str) -> tuple[IntArray, tuple[str, ...]] | None:
        if by == YOUNG:
            return self._young() if entity == "educators" else None
        column = TABLES.get(entity, MappingProxyType({})).get(by)
        tables = self.sets.tables
        # Mentors may be known by their id alone: then there is no row of theirs to ask.
        if column is None or len(tables.frame(entity)) != tables.size(entity):
            return None
        values = tables.column(entity, by)
        if column.kind is ColumnKind.ID:
            return _grouped(values, tables.ids_of(column.entity))
        if isinstance(values, pd.Categorical):
            return _grouped(values.codes.astype(np.int64), values.categories.to_numpy(dtype=object))
        return None

    def _young(self) -> tuple[IntArray, tuple[str, ...]]:
        sets, profile = self.sets, self.sets.profile
        young = sets.mask(profile.young, {})
        unknown = sets.mask(profile.young_unknown, {})
        codes = np.where(young, 2, np.where(unknown, 1, 0)).astype(np.int64)
        return codes, YOUNG_KEYS


def part(by: str, key: str, numerator: int, denominator: int | None) -> Slice:
    """One part with its value."""
    return Slice(by, key, numerator, denominator, value_of(numerator, denominator))


def value_of(numerator: int, denominator: int | None) -> float:
    """Numerator over denominator; the numerator where there is none; NaN = an empty one."""
    if denominator is None:
        return float(numerator)
    return numerator / denominator if denominator else float("nan")


def _grouped(codes: IntArray, keys: Ids) -> tuple[IntArray, tuple[str, ...]]:
    """Groups by key; what states none is the last group, of the empty key."""
    return np.where(codes >= 0, codes, len(keys)), (*map(str, keys), "")
