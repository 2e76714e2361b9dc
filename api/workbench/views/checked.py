"""What is said of a hand-made route: verdict, steps, violations, worth, least repair."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.workbench.words import say
from engine.wording import phrase, sentence, word
from engine.wording.dates import date, span
from engine.wording.quantities import minutes, roubles
from engine.wording.values import as_date

Record = Mapping[str, Any]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as it was understood.

    Parameters
    ----------
    reason
        Why it cannot stand in this educator's route; empty = it can.
    """

    number: int
    title: str
    activity: str
    when: str
    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Violations of one rule.

    Parameters
    ----------
    said
        Each in words, with its sizes; with how much is too much where that adds something.
    """

    rule: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """The least edit.

    Parameters
    ----------
    verdict
        What it is, or why there is none.
    edits
        Each change in words; empty = nothing to change or no repair.
    proof
        What is proved of it, and what the route is worth then.
    offerings
        Runs of the mended route, in its order; empty = there is none.
    """

    verdict: str
    edits: tuple[str, ...]
    proof: tuple[str, ...]
    offerings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything the page shows."""

    holds: bool
    verdict: str
    steps: tuple[StepLine, ...]
    broken: tuple[Broken, ...]
    worth: str
    repair: Repair


def checked(answer: Record, language: str) -> Checked:
    """What to show of an answer of ``POST /routes/check``."""
    key = "check_broken" if answer["violations"] else "check_unfit"
    verdict = phrase("check_holds" if answer["holds"] else key, language)
    return Checked(
        holds=answer["holds"],
        verdict=verdict.rstrip(":"),
        steps=tuple(_step(s, language) for s in answer["steps"]),
        broken=tuple(_broken(answer["violations"], language)),
        worth=sentence(_worth(answer, language)),
        repair=_repair(answer["repair"], language),
    )


def _step(step: Record, language: str) -> StepLine:
    start, end = as_date(step["start"]), as_date(step["end"])
    when = span(start, end, language) if start and end else date(start, language) if start else ""
    reason = step["reason"]
    said = ""
    if reason is not None:
        said = word(reason["code"], dated(reason["parameters"]), language)
    return StepLine(step["number"], step["title"], step["activity"], when, sentence(said))


def dated(value: Any) -> Any:
    """The value with its ISO days as dates, so that lists of them are worded as days."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return as_date(value)
    if isinstance(value, list):
        return [dated(item) for item in value]
    if isinstance(value, dict):
        return {key: dated(item) for key, item in value.items()}
    return value


def _broken(violations: list[Record], language: str) -> list[Broken]:
    """By rule, in the order in which the rules come first."""
    found: dict[str, list[str]] = {}
    for violation in violations:
        said = word(violation["code"], dated(violation["parameters"]), language, family="violation")
        about = f"«{violation['title']}»: " if violation["title"] else ""
        too_much = _excess(violation, language)
        found.setdefault(violation["rule"], []).append(f"{sentence(about + said)} {too_much}")
    return [
        Broken(
            sentence(word(rule, None, language, family="rule")).rstrip("."),
            tuple(s.strip() for s in said),
        )
        for rule, said in found.items()
    ]


def _excess(violation: Record, language: str) -> str:
    """By how much, of what is measured in time or money; counts stand in the sentence."""
    forms = {"min": minutes, "rub": roubles}
    form = forms.get(violation["unit"])
    if form is None or not violation["excess"]:
        return ""
    return say("check.excess", language, {"size": form(violation["excess"], language)})


def _worth(answer: Record, language: str) -> str:
    """Value beside that of the best route, in whole points."""
    key = "check_value" if answer["holds"] else "check_value_broken"
    text = phrase(key, language, value=round(answer["value"]))
    if answer["loss"] is None:
        value, bound = answer["best"]["value"], answer["best"]["bound"]
        if value is None:
            return text
        most = None if bound is None else round(bound)
        return f"{text}; {phrase('check_best', language, value=round(value), bound=most)}"
    low, high = (round(v) for v in answer["loss"])
    if not high:
        return f"{text}; {phrase('check_best_itself', language)}"
    key = "check_loss" if low < high else "check_loss_exact"
    return f"{text}; {phrase(key, language, low=low, high=high)}"


def _repair(repair: Record, language: str) -> Repair:
    if repair["edits"] is None:
        impossible = repair["status"] == "INFEASIBLE"
        key = "repair_impossible" if impossible else "repair_unknown"
        return Repair(phrase(key, language), (), (), ())
    steps = repair["route"]["steps"] if repair["route"] else ()
    offerings = tuple(step["offering"] for step in steps)
    if repair["edits"] == 0:
        return Repair(phrase("repair_nothing", language), (), (), offerings)
    if repair["edits_proof"] == "proved":
        proof = [phrase("repair_proved", language)]
    else:
        proof = [phrase("repair_not_proved", language, bound=repair["edits_bound"])]
    if repair["value"] is not None:
        proof.append(phrase("repair_value", language, value=round(repair["value"])))
    return Repair(
        phrase("repair_title", language, edits=repair["edits"]),
        tuple(
            sentence(word(change["code"], change["parameters"], language, family="edit"))
            for change in repair["changes"]
        ),
        tuple(proof),
        offerings,
    )
