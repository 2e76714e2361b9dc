"""Correcting what activities are about: the list of what is worth it, and one activity's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.wording.values import as_number

Record = Mapping[str, Any]

VERDICT, SHARE = "verdict-", "share-"
"""Beginnings of the names of fields; the code of a competency follows."""
RIGHT, WRONG = "right", "wrong"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An activity on the list.

    Parameters
    ----------
    value
        What correcting it is worth beside the first one, in [0, 1].
    """

    id: str
    title: str
    similar: int
    use: float
    value: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A competency to be judged.

    Parameters
    ----------
    chance
        Probability that it is right, in [0, 1]; ``None`` = not inferred from the text.
    verdict
        What was said before: ``right``, ``wrong`` or empty.
    share
        Per cent of the activity, as it was said before; empty = not said.
    """

    code: str
    title: str
    chance: float | None = None
    verdict: str = ""
    share: str = ""


def waiting_of(items: Sequence[Record]) -> list[Waiting]:
    """The list, most valuable first."""
    most = max((item["value"] for item in items), default=0.0) or 1.0
    return [
        Waiting(i["activity_id"], i["title"], i["similar"], i["use"], max(0.0, i["value"] / most))
        for i in items
    ]


def proposals_of(tags: Record, listed: Record | None, titles: Mapping[str, str]) -> list[Proposal]:
    """Competencies to be judged, the surest first, those judged wrong before last.

    Parameters
    ----------
    tags
        Answer of ``GET /activities/{id}/tags``.
    listed
        The activity's entry of ``GET /tagging``; ``None`` = it is not on the list.
    titles
        Of competencies that only verdicts name.
    """
    tagged = tags["source"] == "tagged"
    said = {v["node"]: v for v in tags["verdicts"]}
    chances = {t["node"]: t["confidence"] for t in tags["tags"]} if tagged else {}
    chances |= {t["node"]: t["chance"] for t in (listed or {}).get("tags", ())}
    names = {**titles, **{t["node"]: t["node_title"] for t in tags["tags"]}}
    names |= {t["node"]: t["node_title"] for t in (listed or {}).get("tags", ())}
    covered = [t["node"] for t in tags["tags"]]
    codes = list(dict.fromkeys([*covered, *chances, *said]))
    codes.sort(key=lambda c: _verdict(said, c) == WRONG)  # stable
    return [
        Proposal(c, names.get(c, c), chances.get(c), _verdict(said, c), _percent(said, c))
        for c in codes
    ]


def _verdict(said: Mapping[str, Record], code: str) -> str:
    return str(said[code]["verdict"]) if code in said else ""


def _percent(said: Mapping[str, Record], code: str) -> str:
    share = said[code]["share"] if code in said else None
    return "" if share is None else f"{100 * share:.6g}"


def verdicts_of(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Body's verdicts from the fields of the form, by code; competencies not judged are left out.

    A share that is no number goes on as it was typed, to be refused with its place.
    """
    found = []
    for name in sorted(form):
        verdict = form[name]
        if not name.startswith(VERDICT) or verdict not in (RIGHT, WRONG):
            continue
        code = name.removeprefix(VERDICT)
        one: dict[str, Any] = {"node": code, "verdict": verdict}
        typed = form.get(SHARE + code, "").strip().rstrip("%").strip().replace(",", ".")
        if typed and verdict == RIGHT:
            number = as_number(typed)
            one["share"] = typed if number is None else round(number / 100, 9)
        found.append(one)
    return found


def judged(form: Mapping[str, str]) -> set[str]:
    """Codes of the competencies that a form already has."""
    return {name.removeprefix(VERDICT) for name in form if name.startswith(VERDICT)}
