"""A built route in words and pictures, from the contract's answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from engine.documents.build_view import build_view
from engine.documents.pictures import deficit_profile_svg, timeline_svg
from engine.documents.view import RouteView, StepView
from engine.explanation import Price, WhyNot
from engine.recommendation import Recommendation
from engine.recommendation_json import recommendation_from_dict, record_from_dict
from engine.wording import label, price_words, sentence, why_not_words
from engine.wording.quantities import percent_up

DASH = "— "
"""Begins the lines of a list in ``engine.wording.explanations``."""

TONES: Mapping[str, str] = {"OPTIMAL": "good", "WITHIN_GAP": "good", "FEASIBLE": "watch"}
"""Colour of a solver's status; every other one has no route."""


@dataclass(frozen=True, slots=True)
class ShownRoute:
    """What the page of a route shows.

    Parameters
    ----------
    view
        The route in words, as in the documents.
    tone
        Colour of the status.
    timeline, profile
        Drawings; ``None`` = nothing to draw.
    """

    rec: Recommendation
    view: RouteView
    tone: str
    timeline: Markup | None
    profile: Markup | None

    @property
    def steps(self) -> tuple[StepView, ...]:
        """Steps by date."""
        return self.view.steps


def shown(answer: Mapping[str, Any], language: str) -> ShownRoute:
    """What is shown of the answer of ``GET /routes/{route_id}``.

    Raises
    ------
    ArtefactError
        The answer is no recommendation.
    """
    rec = recommendation_from_dict({k: v for k, v in answer.items() if k != "lifecycle"})
    view = build_view(rec, language)
    return ShownRoute(
        rec=rec,
        view=view,
        tone=TONES.get(rec.status, "bad"),
        timeline=_drawing(timeline_svg(rec, language, view=view)),
        profile=_drawing(deficit_profile_svg(rec, language, view=view)),
    )


def levels(answer: Mapping[str, Any], language: str) -> tuple[tuple[str, str], ...]:
    """Title and official level of every deficit, for those who see levels only."""
    return tuple(
        (d["title"], label("official_level", d["official_level"], language))
        for d in answer["deficits"]
        if d.get("official_level")
    )


def _drawing(svg: str | None) -> Markup | None:
    # made by our own templates, where every text in it is escaped
    return None if svg is None else Markup(svg)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence and the list that it introduces; ``items`` empty = none."""

    text: str
    items: tuple[str, ...]


def prices(answer: Mapping[str, Any], *, has_route: bool, language: str) -> list[str]:
    """What would help, a line each, from the answer of ``GET …/explanation``.

    Returns
    -------
    list of str
        Where there is no route, the one line that says so.
    """
    found = [record_from_dict(Price, p) for p in answer["prices"]]
    lines = price_words(found, has_route=has_route, language=language)
    # the first line is a heading, which the page has
    return [sentence(line.removeprefix(DASH)) for line in (lines[1:] if has_route else lines)]


def why_not(answer: Mapping[str, Any], language: str) -> tuple[Paragraph, ...]:
    """Why an activity is not in a route, from the answer of ``GET …/why-not``."""
    found = record_from_dict(WhyNot, answer)
    lines = why_not_words(found.verdict, found.reason, found.loss, found.changes, language)
    paragraphs: list[Paragraph] = []
    for line in lines:
        if line.startswith(DASH) and paragraphs:
            last = paragraphs.pop()
            paragraphs.append(replace(last, items=(*last.items, line.removeprefix(DASH))))
        else:
            paragraphs.append(Paragraph(line, ()))
    return tuple(paragraphs)


@dataclass(frozen=True, slots=True)
class Building:
    """How far a route is that is being built.

    Parameters
    ----------
    state
        ``queued``, ``running``, ``done`` or ``failed``.
    gap
        A proven limit, so rounded up, with its unit; empty = not known yet.
    found
        Whether there is a route already.
    elapsed
        Minutes and seconds since it was asked for.
    """

    state: str
    gap: str
    found: bool
    stopping: bool
    elapsed: str

    @property
    def mark(self) -> str:
        """Changes with what is said of the state, and only then."""
        return f"{self.state}-{self.found:d}-{self.stopping:d}-{self.gap}"


def building(job: Mapping[str, Any], language: str, now: dt.datetime) -> Building:
    """How far it is at an instant, from a job's answer."""
    gap = job.get("gap_rel")
    since = now - dt.datetime.fromisoformat(job["created_at"])
    minutes, seconds = divmod(max(0, int(since.total_seconds())), 60)
    return Building(
        state=job["state"],
        gap="" if gap is None else percent_up(gap, language),
        found=job.get("value") is not None,
        stopping=bool(job.get("stop_requested")),
        elapsed=f"{minutes}:{seconds:02}",
    )


def offers(items: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Id and title of activities of ``GET /activities``."""
    return [(i["record"]["id"], i["record"]["title"]) for i in items]
