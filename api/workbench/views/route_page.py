"""A built route in words and pictures, from the contract's answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from api.workbench.views import step_words
from api.workbench.views.route_levels import LevelLine, closed_of_all, level_counts, level_lines
from api.workbench.views.used_busy import UsedBusy
from api.workbench.words import said, say
from engine.documents.build_view import build_view
from engine.documents.pictures import deficit_profile_svg, timeline_svg
from engine.documents.view import RouteView, StepView
from engine.domain import Reason
from engine.explanation import Price, WhyNot
from engine.recommendation import Recommendation
from engine.recommendation_json import recommendation_from_dict, record_from_dict
from engine.wording import label, phrase, sentence, word
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
    reasons
        Why each step is there, by the step's id.
    levels
        Lines of the table of deficits.
    closed
        What the route closes of all deficits and requests, and their sum; ``None`` = nothing.
    notes
        What is to be known of the data, sentences.
    inputs
        What was taken into account: headings with their lines.
    """

    rec: Recommendation
    view: RouteView
    tone: str
    timeline: Markup | None
    profile: Markup | None
    reasons: Mapping[str, tuple[str, ...]]
    levels: tuple[LevelLine, ...]
    closed: tuple[float, float] | None
    notes: tuple[str, ...]
    inputs: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def steps(self) -> tuple[StepView, ...]:
        """Steps by date."""
        return self.view.steps

    @property
    def lacks_mentor(self) -> bool:
        """Whether the policy asks for a mentor and there was none to be had."""
        return any(u.code == "mentor_shortage" for u in self.rec.unmet)


def shown(answer: Mapping[str, Any], language: str, busy: UsedBusy | None = None) -> ShownRoute:
    """What is shown of the answer of ``GET /routes/{route_id}``.

    Parameters
    ----------
    busy
        Busy times that it was built around; ``None`` = not for this reader.

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
        reasons={s.record.id: step_words.reasons(s.record, language) for s in view.steps},
        levels=level_lines(rec.deficits, view.deficits, language),
        closed=closed_of_all(rec),
        notes=tuple(_note(note, language) for note in rec.notes),
        inputs=tuple(_inputs(rec, view, busy, language)),
    )


def _note(note: Reason, language: str) -> str:
    """A note in the words of the pages where the engine's speak of files."""
    key = f"route_page.note_{note.code}"
    if said(key, language, ""):
        title = note.parameters.get("title")
        return say(key, language, {"title": title})
    return sentence(word(note, None, language))


def _inputs(
    rec: Recommendation, view: RouteView, busy: UsedBusy | None, language: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The inputs of the documents, with levels as in the table and with busy times."""
    deficits, conditions = (phrase(f"input_{p}", language) for p in ("deficits", "conditions"))
    for name, lines in view.inputs:
        told = tuple(sentence(line).removesuffix(".") for line in lines)
        counts = level_counts(rec.deficits, language)
        if name == deficits and counts:
            group = label("group", rec.group, language)
            told = (*counts, sentence(phrase("group_is", language, group=group)).removesuffix("."))
        if name == conditions and busy is not None:
            values = {"spans": busy.spans, "known": busy.known or 0}
            told = (*told, say(f"route_page.busy_{busy.source}", language, values))
        yield name, told


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
    return step_words.prices(found, has_route=has_route, language=language)


def why_not(answer: Mapping[str, Any], language: str) -> tuple[Paragraph, ...]:
    """Why an activity is not in a route, from the answer of ``GET …/why-not``."""
    found = record_from_dict(WhyNot, answer)
    paragraphs: list[Paragraph] = []
    for line in step_words.why_not(found, language):
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


@dataclass(frozen=True, slots=True)
class Offer:
    """An activity that was found; ``about`` tells its kind and form."""

    id: str
    title: str
    about: str


def offers(items: Sequence[Mapping[str, Any]], language: str) -> list[Offer]:
    """Activities of ``GET /activities``, each once."""
    records = {i["record"]["id"]: i["record"] for i in items}
    return [Offer(r["id"], r["title"], _about(r, language)) for r in records.values()]


def _about(record: Mapping[str, Any], language: str) -> str:
    return " · ".join(label(group, record[group], language) for group in ("kind", "form"))
