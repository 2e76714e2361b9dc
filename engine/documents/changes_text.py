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
from engine.wording.summaries import direction_words, tasks_done

FIRST, LAST = "○", "●"
_LEAST_CHANGE = 0.005
"""A smaller change prints as 0,00: it went nowhere."""
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
        status=t(
            "change_became",
            status=label("deficit_change", change.status, language),
            direction=direction_words(change.probability_grown, change.status, language),
        ),
        aside=_aside(change, language),
        chances=t(
            "change_chances", before=change.probability_before, after=change.probability_after
        ),
        code=change.status,
    )


def _aside(change: ChangeEntry, language: str) -> str:
    """What to say where the estimate went the other way than the shares done; else nothing."""
    by_shares = change.points[-1].raw_share - change.points[0].raw_share
    if abs(change.change) < _LEAST_CHANGE or by_shares * change.change >= 0:
        return ""
    grew = change.change > 0
    key = "change_up_despite_result" if grew else "change_down_despite_result"
    return phrase(key, language)


def _point(point: PointEntry, language: str) -> PointView:
    done = tasks_done(point.raw_share, 1.0, point.n_tasks)
    said = phrase(
        "change_point",
        language,
        date=point.date,
        level=label("official_level", point.official_level, language),
        share=point.raw_share,
        done=done,
        n_tasks=point.n_tasks,
        tasks=point.n_tasks if done is None else None,
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
    told = (change.aside, change.chances, size, change.grown)
    for line in (*filter(None, told), *(point.said for point in change.points)):
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
