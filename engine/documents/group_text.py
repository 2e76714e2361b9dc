"""The table of a group view in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.deficits.group_table import GroupRow, GroupTable, ShareEstimate, group_title
from engine.deficits.groupings import Group, Grouping
from engine.documents.screen import rendered
from engine.documents.text import shortened
from engine.wording import known_language, label, phrase, sentence, word
from engine.wording.quantities import interval, number, percent

_LEAST_WIDTH = 90
_TITLE_MOST = 60
_HIDDEN = "·"
_NUMBERS = (
    "groups_measured",
    "groups_official",
    "groups_high",
    "groups_medium",
    "groups_minimal",
    "groups_deficit",
)


def render_groups(
    table: GroupTable, language: str = "ru", *, width: int = 120, colour: bool = False
) -> str:
    """The table as text: a part for each group, a line for each competency.

    Parameters
    ----------
    width
        Columns, at least 90.
    colour
        Whether to use bold and dim; ``False`` gives plain text.

    Returns
    -------
    str
        Lines with a final line break; the same arguments give the same text.
    """
    parts = _Page(table, known_language(language)).parts()
    return rendered(parts, max(_LEAST_WIDTH, width), colour=colour)


class _Page:
    """Makes the parts of the page from top to bottom."""

    def __init__(self, table: GroupTable, language: str) -> None:
        self.table = table
        self.language = language
        self.t = partial(phrase, language=language)

    def parts(self) -> Iterator[RenderableType]:
        yield Text(self.t("groups_title", by=self.table.by), style="bold")
        yield self.t("groups_people", count=self.table.n_people, policy=self.table.policy)
        if not self.table.rows:
            yield sentence(self.t("groups_empty"))
            return
        for group, rows in groupby(self.table.rows, key=lambda row: row.group):
            yield Text.assemble("\n", (self._heading(group), "bold"))
            yield from (Padding(part, (0, 0, 0, 2)) for part in self._group(list(rows)))
        yield ""
        if any(row.shares for row in self.table.rows):
            yield sentence(self.t("groups_official_note"))
            yield sentence(self.t("groups_estimate_note"))
        yield sentence(self.t("groups_protected_note", least=self.table.least_people))

    def _heading(self, group: Group) -> str:
        title = sentence(group_title(group, self.language)).rstrip(".")
        if group.grouping is Grouping.ALL:
            return title
        kind = sentence(label("group_kind", group.grouping, self.language)).rstrip(".")
        district = f" ({group.district})" if group.district else ""
        return f"{kind}: {title}{district}"

    def _group(self, rows: Sequence[GroupRow]) -> Iterator[RenderableType]:
        """Lines with estimates, then how many competencies have none, and why."""
        if any(row.shares for row in rows):
            yield self._lines([row for row in rows if row.shares])
        reasons = Counter(
            word(row.withheld, language=self.language) for row in rows if row.withheld
        )
        for reason, count in reasons.items():
            yield Text(self.t("groups_withheld", count=count, reason=reason), style="dim")

    def _lines(self, rows: Sequence[GroupRow]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column(self.t("groups_node"), ratio=1, min_width=20)
        for key in _NUMBERS:
            table.add_column(self.t(key), justify="right", no_wrap=True)
        for row in rows:
            title = shortened(f"{row.node} {row.node_title}", _TITLE_MOST)
            measured = self.t("groups_of", measured=row.n_measured, members=row.n_members)
            table.add_row(title, measured, self._official(row), *self._estimates(row))
        return table

    def _official(self, row: GroupRow) -> str:
        counts = (_HIDDEN if c is None else number(c, self.language) for c in row.official)
        return " / ".join(counts)

    def _estimates(self, row: GroupRow) -> Iterator[str]:
        yield from (self._share(share) for share in row.shares or ())
        if row.mean_deficit is not None and row.deficit_interval_90 is not None:
            ends = interval(*row.deficit_interval_90, self.language)
            yield f"{number(row.mean_deficit, self.language, 2, fixed=True)} ({ends})"

    def _share(self, share: ShareEstimate) -> str:
        low, high = (number(100 * end, self.language, 0) for end in share.interval_90)
        return f"{percent(share.expected, self.language)} ({low}–{high})"
