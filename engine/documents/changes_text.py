"""Dynamics in words: what became of the competencies that were measured on several days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from engine.documents.screen import interval_bar, rendered
from engine.documents.text import clean
from engine.documents.view import ChangeView, PointView
from engine.domain import Kind
from engine.dynamics import ChangeEntry, EducatorDynamics, PointEntry
from engine.recommendation import RouteEntry
from engine.wording import known_language, label, phrase, sentence
from engine.wording.dates import date
from engine.wording.summaries import tasks_done

FIRST, LAST = "○", "●"
_STATUS_STYLE = {
    "removed": "green",
    "likely_removed": "green",
    "unknown": "yellow",
    "likely_remains": "red",
}


def word_changes(changes: Sequence[ChangeEntry], language: str) -> tuple[ChangeView, ...]:
    """Every change in words."""
    return tuple(_change(change, language) for change in changes)


def _change(change: ChangeEntry, language: str) -> ChangeView:
    t = partial(phrase, language=language)
    low, high = change.interval_90
    return ChangeView(
        title=clean(change.title),
        points=tuple(_point(point, language) for point in change.points),
        size=t("change_size", change=change.change, low=low, high=high),
        grown=t("change_grown", chance=change.probability_grown),
        status=label("deficit_change", change.status, language),
        chances=t(
            "change_chances", before=change.probability_before, after=change.probability_after
        ),
        code=change.status,
    )


def _point(point: PointEntry, language: str) -> PointView:
    done = tasks_done(point.raw_share, 1.0, point.n_tasks)
    said = phrase(
        "change_point",
        language,
        date=point.date,
        level=label("official_level", point.official_level, language),
        share=point.raw_share,
        done=done[0] if done and done[1] else None,
        about=done[0] if done and not done[1] else None,
        n_tasks=point.n_tasks,
    )
    low, high = point.interval_90
    return PointView(said, point.estimate, low, high)


def next_measurements(route: RouteEntry | None, language: str) -> str:
    """When the route measures again, by date; empty where it does not."""
    if route is None:
        return ""
    planned = [
        (c.date, label("checkpoint", c.stage, language))
        for c in route.checkpoints
        if c.date is not None
    ]
    planned += [(s.start, clean(s.title)) for s in route.steps if s.kind == Kind.DIAGNOSTIC]
    said = "; ".join(f"{what} — {date(day, language)}" for day, what in sorted(planned))
    return phrase("dynamics_next", language, planned=said) if said else ""


def change_parts(
    changes: Sequence[ChangeView], width: int, language: str
) -> Iterator[RenderableType]:
    """The table of the changes for a terminal of ``width`` columns, and how to read it."""
    cells = 25 if width >= 96 else 15
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(ratio=2)
    table.add_column(width=cells + 4, no_wrap=True)
    table.add_column(ratio=3)
    for change in changes:
        last = len(change.points) - 1
        bars = [
            interval_bar(p.estimate, p.low, p.high, cells, LAST if i == last else FIRST)
            for i, p in enumerate(change.points)
        ]
        table.add_row(Text(change.title), Group(*bars), _told(change, language))
    yield table
    yield Text(phrase("dynamics_bar_legend", language), style="dim")
    yield Text(phrase("dynamics_note", language), style="dim")


def _told(change: ChangeView, language: str) -> Text:
    status = phrase("change_status", language, status=change.status)
    text = Text(sentence(status).rstrip("."), style=_STATUS_STYLE.get(change.code, ""))
    size = phrase("change_by", language, size=change.size)
    for line in (change.chances, size, change.grown, *(point.said for point in change.points)):
        text.append(f"\n{line}", style="dim")
    return text.append("\n")


def render_dynamics(
    dynamics: EducatorDynamics, language: str = "ru", *, width: int = 100, colour: bool = False
) -> str:
    """The changes of one educator as text for a terminal.

    Parameters
    ----------
    width
        Columns, at least 60.
    colour
        Whether to use colours; ``False`` gives plain text.
    """
    language, width = known_language(language), max(60, width)
    views = word_changes(dynamics.changes, language)
    title = phrase("dynamics_title", language, educator=clean(dynamics.educator_id))
    parts: list[RenderableType] = [Text(title, style="bold"), ""]
    if views:
        parts += change_parts(views, width, language)
    else:
        parts.append(Text(sentence(phrase("dynamics_nothing", language))))
    return rendered(parts, width, colour=colour)
