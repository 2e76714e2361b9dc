"""What the page of an educator shows of deficits, requests, evidence and their changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.wording import label, likelihood_words, official_level_words, phrase
from engine.wording.summaries import direction_words
from engine.wording.values import as_date

Record = Mapping[str, Any]

OLD_DAYS = 365
"""From this age on a result is called old."""

_TONES: Mapping[str, str] = {"high": "bad", "medium": "watch", "minimal": "good"}


@dataclass(frozen=True, slots=True)
class DeficitLine:
    """One assessed competency.

    Parameters
    ----------
    estimate, low, high
        Deficit and its 90 % interval, in [0, 1].
    level, tone
        Official level with the probability of the same level, in words; and its colour.
    likelihood
        How sure the deficit is, in words.
    evidence
        Results behind it in words, newest first.
    months
        Age of the newest result in full months; ``None`` = nothing stands behind it.
    old
        Whether that is so long ago that a new assessment is due.
    """

    node: str
    title: str
    estimate: float
    low: float
    high: float
    level: str
    tone: str
    likelihood: str
    evidence: tuple[str, ...]
    months: int | None
    old: bool


@dataclass(frozen=True, slots=True)
class WishLine:
    """One request or development aim; ``wish`` tells which of the two it is."""

    title: str
    wish: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What became of one competency between two assessments, in words."""

    title: str
    points: tuple[str, ...]
    size: str
    became: str


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One result: points, or tasks done.

    Parameters
    ----------
    title
        Of the competency; empty where it is not known here, then ``node`` is shown.
    score, most
        Points, or tasks where ``tasks`` is ``None`` and ``of_tasks`` holds.
    tasks
        Tasks behind the points; ``None`` = not known.
    """

    title: str
    node: str
    score: float
    most: float
    tasks: int | None
    of_tasks: bool


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure of diagnostics.

    Parameters
    ----------
    used
        Whether it stands behind an estimate: what is too old no longer does.
    """

    id: str
    day: str
    methods: str
    results: tuple[ResultLine, ...]
    used: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything that ``POST /deficits`` says of an educator."""

    group: str
    deficits: tuple[DeficitLine, ...]
    wishes: tuple[WishLine, ...]
    changes: tuple[ChangeLine, ...]
    today: dt.date
    titles: Mapping[str, str]


def profile_of(answer: Record, language: str) -> Profile:
    """Deficits from an answer of ``POST /deficits``, the largest first."""
    today = as_date(answer["as_of"]) or dt.date.max
    demands = answer["demands"]
    measured = [d for d in demands if d["kind"] == "deficit"]
    measured.sort(key=lambda d: (-d["estimate"], d["node"]))
    return Profile(
        group=label("group", answer["group"], language) if answer["group"] else "",
        deficits=tuple(_deficit(d, today, language) for d in measured),
        wishes=tuple(
            WishLine(d["title"], label("demand_kind", d["kind"], language))
            for d in demands
            if d["kind"] != "deficit"
        ),
        changes=tuple(_change(c, language) for c in answer["changes"]),
        today=today,
        titles={d["node"]: d["title"] for d in measured},
    )


def procedures_of(
    items: Sequence[Record], answer: Record | None, titles: Mapping[str, str], language: str
) -> list[ProcedureLine]:
    """Results of diagnostics by procedure, newest first.

    Parameters
    ----------
    items
        Of ``GET /diagnostics/{id}``.
    answer
        Of ``POST /deficits``; ``None`` = nothing was estimated.
    titles
        Titles of competencies by code, as far as they are known.
    """
    demands = answer["demands"] if answer else ()
    used = {(e["procedure_id"], e["date"]) for d in demands for e in d["evidence"]}
    ordered = sorted(items, key=_procedure)
    found = [
        ProcedureLine(
            id=key[1],
            day=key[0],
            methods=", ".join(_methods(entries, language)),
            results=tuple(_results(entries, titles)),
            used=(key[1], key[0]) in used,
        )
        for key, entries in ((k, list(g)) for k, g in groupby(ordered, key=_procedure))
    ]
    return sorted(found, key=lambda line: line.day, reverse=True)


def _procedure(entry: Record) -> tuple[str, str]:
    return entry["date"], entry["procedure_id"]


def _methods(entries: Iterable[Record], language: str) -> list[str]:
    # answers to single tasks name no method: they are those of a test
    found = {entry.get("method", "test") for entry in entries}
    return sorted(label("method", method, language) for method in found)


def _results(entries: Sequence[Record], titles: Mapping[str, str]) -> Iterator[ResultLine]:
    """Scores as they are; answers to single tasks counted by competency."""
    answers: dict[str, list[float]] = {}
    for entry in entries:
        node = entry["node"] or ""
        if "score" in entry:
            score, most = entry["score"], entry["max_score"]
            yield ResultLine(titles.get(node, ""), node, score, most, entry["n_tasks"], False)
        elif entry["response"] is not None:
            answers.setdefault(node, []).append(entry["response"])
    for node, given in sorted(answers.items()):
        yield ResultLine(titles.get(node, ""), node, sum(given), len(given), None, True)


def _deficit(demand: Record, today: dt.date, language: str) -> DeficitLine:
    evidence = demand["evidence"]
    chances = demand["level_probability"]
    # A share of several entries is the engine's to make; one alone speaks for itself.
    own = evidence[0] if len(evidence) == 1 else {}
    score, most, tasks = (own.get(key) for key in ("score", "max_score", "n_tasks"))
    level = demand["official_level"]
    last = max((day for e in evidence if (day := as_date(e["date"]))), default=None)
    return DeficitLine(
        node=demand["node"],
        title=demand["title"],
        estimate=demand["estimate"],
        low=demand["interval_90"][0],
        high=demand["interval_90"][1],
        level=official_level_words(level, chances, score, most, language),
        tone=_TONES.get(level or "", ""),
        likelihood=likelihood_words(chances, score, most, tasks, language, official_level=level),
        evidence=tuple(_evidence(e, language) for e in evidence),
        months=None if last is None else max(0, (today - last).days) * 12 // 365,
        old=last is not None and (today - last).days > OLD_DAYS,
    )


def _evidence(entry: Record, language: str) -> str:
    return phrase(
        "evidence",
        language,
        method=label("method", entry["method"], language),
        date=entry["date"],
        score=entry["score"],
        max_score=entry["max_score"],
        n_tasks=entry["n_tasks"],
        criterion=entry["criterion"],
        observer=entry["observer"],
        procedure=entry["procedure_id"],
    )


def _change(change: Record, language: str) -> ChangeLine:
    low, high = change["interval_90"]
    return ChangeLine(
        title=change["title"],
        points=tuple(
            phrase(
                "change_point",
                language,
                date=point["date"],
                level=official_level_words(point["official_level"], None, None, None, language),
                share=point["raw_share"],
                tasks=point["n_tasks"],
            )
            for point in change["points"]
        ),
        size=phrase("change_size", language, change=change["change"], low=low, high=high),
        became=phrase(
            "change_became",
            language,
            status=label("deficit_change", change["status"], language),
            direction=direction_words(change["probability_grown"], change["status"], language),
        ),
    )
