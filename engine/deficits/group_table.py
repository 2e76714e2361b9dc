"""The table of a group view: records, and a frame for notebooks and files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from engine.deficits.group_measures import LEVELS
from engine.deficits.groupings import Group, Grouping
from engine.domain import Reason
from engine.wording import label, sentence, word


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """Share of the measured people who truly have a deficit of one level.

    Parameters
    ----------
    expected
        Mean over the people of their probability of the level, in [0, 1]; what all people of the
        table have in common is averaged over.
    interval_90
        The true share lies in it with about 90 %, if the policy's spreads are right: of people, of
        the difficulty of one test that all sat, of the means of tables and of groups. It says
        nothing of people who were not measured.
    """

    expected: float
    interval_90: tuple[float, float]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Deficits of one group at one node.

    Parameters
    ----------
    n_members
        People of the group to whom the node applies.
    n_measured
        Those of them who were measured at this very node; the others are not assessed, never
        counted as zero.
    official
        People at the official level high, medium, minimal by their newest sitting; ``None`` =
        withheld. With all three withheld ``official_withheld`` says why; with two, the third is
        printed beside all others together.
    shares
        Estimates for high, medium, minimal; ``None`` = withheld or nobody measured.
    mean_deficit, deficit_interval_90
        Mean deficit below target of the measured people, in [0, 1], and its 90 % interval, which
        holds the same as that of shares; ``None`` as for ``shares``.
    withheld
        Why there are no estimates: ``group_not_assessed``, ``group_too_few``,
        ``group_protected``; ``None`` = there are. Then nothing official is printed either.
    official_withheld
        Why some number of people by official level is not printed; ``None`` = all are.
    """

    group: Group
    node: str
    node_title: str
    n_members: int
    n_measured: int
    official: tuple[int | None, int | None, int | None] = (None, None, None)
    shares: tuple[ShareEstimate, ShareEstimate, ShareEstimate] | None = None
    mean_deficit: float | None = None
    deficit_interval_90: tuple[float, float] | None = None
    withheld: Reason | None = None
    official_withheld: Reason | None = None

    @property
    def official_shares(self) -> tuple[float | None, float | None, float | None]:
        """Official numbers as shares of the measured people, in [0, 1]."""
        high, medium, minimal = (
            None if count is None else count / self.n_measured for count in self.official
        )
        return high, medium, minimal


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Deficits of groups.

    Parameters
    ----------
    by
        What the groups are; everybody stands in front.
    least_people
        Nothing about fewer people than this can be worked out from the table.
    n_people
        People in all, measured or not.
    rows
        By group, then in the framework's order of nodes; a node that nobody was measured at has
        no rows, nor has a group that the node does not apply to.
    """

    by: Grouping
    policy: str
    least_people: int
    n_people: int
    rows: tuple[GroupRow, ...]

    def to_frame(self, language: str | None = None) -> pd.DataFrame:
        """One row a group and node.

        Parameters
        ----------
        language
            ``ru`` or ``en`` words column heads and reasons; ``None`` keeps names and codes.

        Returns
        -------
        DataFrame
            Numbers withheld are missing. Shares and deficits are in [0, 1].
        """
        records = [dict(_cells(row, language)) for row in self.rows]
        frame = pd.DataFrame.from_records(records, columns=COLUMNS)
        frame = frame.astype(_TYPES)
        if language is None:
            return frame
        return frame.rename(columns={c: label("group_column", c, language) for c in COLUMNS})

    def to_sheet(self, language: str) -> pd.DataFrame:
        """As ``to_frame``, for a spreadsheet: no text of it is taken for a formula."""
        frame = self.to_frame(language)
        names = [label("group_column", c, language) for c in sorted(_WORDS)]
        for name in names:
            risky = frame[name].astype(str).str.startswith(_FORMULA_STARTS)
            frame.loc[risky, name] = "'" + frame.loc[risky, name]
        return frame


_OFFICIAL = tuple(f"official_{level}" for level in LEVELS)
COLUMNS = (
    "grouping", "district", "group", "title", "node", "node_title", "n_members", "n_measured",
    *_OFFICIAL, *(f"{name}_share" for name in _OFFICIAL), "official_withheld",
    *(f"{level}_{part}" for level in LEVELS for part in ("share", "low", "high")),
    "mean_deficit", "mean_deficit_low", "mean_deficit_high", "withheld",
)  # fmt: skip
"""Columns of the frame, in order."""

_WORDS = frozenset({"grouping", "district", "group", "title", "node", "node_title"})
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_COUNTS = frozenset({"n_members", "n_measured", *_OFFICIAL})
_TYPES = {
    name: "Int64" if name in _COUNTS else "float64"
    for name in COLUMNS
    if name not in _WORDS and not name.endswith("withheld")
}


def group_title(group: Group, language: str) -> str:
    """Name of a group for people to read."""
    if group.grouping is Grouping.ALL:
        return label("group_kind", group.grouping, language)
    if not group.key:
        return label("group_absent", group.grouping, language)
    if group.grouping is Grouping.POSITION:
        return label("position", group.key, language)
    return group.title


def reason_text(reason: Reason | None, language: str) -> str:
    """Why something is withheld, as a sentence; empty where nothing is."""
    return "" if reason is None else sentence(word(reason, language=language))


def _cells(row: GroupRow, language: str | None) -> Iterator[tuple[str, object]]:
    group = row.group
    yield "grouping", label("group_kind", group.grouping, language) if language else group.grouping
    yield "district", group.district
    yield "group", group.key
    yield "title", group_title(group, language) if language else group.title
    yield "node", row.node
    yield "node_title", row.node_title
    yield "n_members", row.n_members
    yield "n_measured", row.n_measured
    for name, count, share in zip(_OFFICIAL, row.official, row.official_shares, strict=True):
        yield name, count
        yield f"{name}_share", share
    for level, estimate in zip(LEVELS, row.shares or (), strict=False):
        yield f"{level}_share", estimate.expected
        yield f"{level}_low", estimate.interval_90[0]
        yield f"{level}_high", estimate.interval_90[1]
    yield "mean_deficit", row.mean_deficit
    low, high = row.deficit_interval_90 or (None, None)
    yield "mean_deficit_low", low
    yield "mean_deficit_high", high
    for name, reason in (
        ("withheld", row.withheld),
        ("official_withheld", row.official_withheld),
    ):
        yield name, reason_text(reason, language) if language else (reason and reason.code)
