"""Figures of a report as SVG that stands by itself, in the style of the pictures of a route."""

from __future__ import annotations

from functools import cache
from typing import Any

from engine.documents.environment import template_environment
from engine.documents.reports.bars import build_bars
from engine.documents.reports.model import Drawing, Figure
from engine.documents.reports.speak import Speaker
from engine.documents.reports.trend import build_trend

_DESCRIBED = {
    Drawing.BARS: "chart_bars_described",
    Drawing.LEVELS: "chart_levels_described",
    Drawing.TREND: "chart_trend_described",
}


def figure_svgs(figure: Figure, speaker: Speaker, uid: str) -> tuple[str, ...]:
    """The pictures of a figure: several of one scale where it has many rows.

    Parameters
    ----------
    uid
        With which identifiers in the pictures begin: unique on a page.

    Returns
    -------
    tuple
        Each carries a title and a description; none carries a style or a script. Empty where no
        number is known.
    """
    if not figure.shown:
        return ()
    title = speaker.text(figure.table.title)
    described = speaker.say(_DESCRIBED[figure.drawing])
    if figure.drawing is Drawing.TREND:
        return (_drawn("trend", build_trend(figure, speaker), uid, title, described),)
    pictures = build_bars(figure, speaker)
    several = len(pictures) > 1
    return tuple(
        _drawn(
            "bars",
            bars,
            f"{uid}p{i}",
            speaker.say("chart_part", {"title": title, "part": i, "parts": len(pictures)})
            if several
            else title,
            described,
            legend_interval=speaker.say("chart_interval"),
        )
        for i, bars in enumerate(pictures, 1)
    )


def _drawn(macro: str, *arguments: object, **named: object) -> str:
    return str(getattr(_charts(), macro)(*arguments, **named)).strip()


@cache
def _charts() -> Any:
    return template_environment().get_template("reports/charts.j2").make_module({})
