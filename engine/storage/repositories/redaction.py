"""What may stay of an answer when its person is erased."""

from __future__ import annotations

import json
from typing import Any

_WHOLE = (
    *("id", "as_of", "status", "certificate", "group", "resources", "descriptors"),
    *("provenance", "exploration"),
)
"""Parts that stay as they are; what is neither here nor named below does not stay at all."""

_EMPTY: dict[str, Any] = {
    "conditions": {"rural": None, "internet": None, "shift": None, "forbidden_weekdays": []},
    # of these each tells of procedures, of subjects, or of what somebody wrote about his past
    "notes": [],
    "changes": [],
    "not_chosen": {},
}


def anonymous(answer: str, pseudonym: str) -> str:
    """Answer of which only what statistics need is left; still a recommendation.

    Activities, dates, closed competencies, levels, position and district stay. The person's id
    becomes the pseudonym. Gone are the organisation, subjects and conditions, raw scores and
    procedures, which others' tables hold too, everything in free words, reasons with their
    parameters, and the hours of meetings with the mentor.

    Parameters
    ----------
    answer
        JSON text of a recommendation. Of a text that is none nothing stays: ``{}``.
    """
    try:
        return json.dumps(_anonymous(json.loads(answer), pseudonym), ensure_ascii=False)
    except (ValueError, KeyError, TypeError, AttributeError):
        # a shape that nobody knows may hold anything, and the person is to be erased all the same
        return "{}"


def _anonymous(told: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    kept = {name: told[name] for name in _WHOLE if name in told} | _EMPTY
    nobody: dict[str, Any] = {"id": pseudonym, "organisation": None}
    nobody |= {"subjects": [], "stages": [], "strengths": []}
    kept["educator"] = {**told["educator"], **nobody}
    kept["deficits"] = [_without(d, "evidence", "raw_score", "raw_max") for d in told["deficits"]]
    kept["requests"] = [_without(r, "text", "career_position") for r in told["requests"]]
    for name in ("unmet", "conflict", "repairs"):
        found = told[name]
        kept[name] = None if found is None else [_without(f, "parameters") for f in found]
    kept["route"] = _route(told["route"])
    variants = told.get("variants", [])
    kept["variants"] = [{**v, "reason": None, "route": _route(v["route"])} for v in variants]
    return kept


def _route(route: dict[str, Any] | None) -> dict[str, Any] | None:
    if route is None:
        return None
    mentor = route["mentor"]
    return {
        **route,
        "steps": [_without(step, "reasons") for step in route["steps"]],
        "mentor": mentor and _without(mentor, "reasons", "meetings", "missed"),
    }


def _without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """Record with these fields empty, each as empty as its kind allows."""
    return {k: _nothing(v) if k in names else v for k, v in record.items()}


def _nothing(value: Any) -> Any:
    return type(value)() if isinstance(value, list | dict) else None
