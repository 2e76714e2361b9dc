"""What one statement that fits the schemas says of an activity: who, what, when, how well."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Fault
from engine.interactions import State
from engine.interchange.xapi_words import OUTCOME_OF_VERB, VERBS, fault

FIRST_YEAR, LAST_YEAR = 2000, 2099
# Something visible, nothing that a database or a text of UTF-8 cannot hold.
_CODE = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f\ud800-\udfff]{1,128}")
_DURATION = re.compile(
    r"P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Given:
    """A statement as it came, and where it stands.

    Parameters
    ----------
    statement
        As JSON gives it; nothing is known of it.
    place
        Parts of its JSON pointer (RFC 6901); empty = it is the whole document.
    row
        Its line, counted from 1, where statements stand one a line; ``None`` = they do not.
    """

    statement: Any
    place: tuple[str | int, ...]
    row: int | None = None

    def fault(self, code: str, *path: str | int, what: str = "") -> Fault:
        """Fault at a place within the statement."""
        return fault(code, (*self.place, *path), self.row, what)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one statement says.

    Parameters
    ----------
    id
        UUID of the statement in small letters; "" = it has none (a record store would give one).
    person, activity
        Outside ids of 1 to 128 signs; the activity is the last part of the object's address.
    at
        When, with offset.
    score
        Success in [0, 1]; ``None`` = not stated.
    minutes
        Length of ``result.duration`` if it is stated in weeks, days and less; ``None`` = not.
    """

    id: str
    person: str
    activity: str
    state: State
    at: dt.datetime
    score: float | None = None
    minutes: float | None = None


def outcome_of(given: Given, faults: list[Fault]) -> Outcome | None:
    """What a statement of the schemas' form says; ``None`` = ``faults`` tell why it cannot count.

    Parameters
    ----------
    faults
        Each fault of this statement is added.
    """
    before, statement = len(faults), given.statement
    person = _person(statement["actor"])
    if person is None:
        faults.append(given.fault("xapi_no_person", "actor"))
    verb = statement["verb"]["id"]
    state = VERBS.get(verb)
    if state is None:
        faults.append(given.fault("xapi_unknown_verb", "verb", "id", what=verb))
    activity = _activity(given, faults)
    at = _instant(statement.get("timestamp") or statement.get("stored") or "")
    if at is None:
        faults.append(given.fault("xapi_no_time", "timestamp"))
    result = statement.get("result", {})
    score = _score(given, result, faults)
    if score is None:
        score = OUTCOME_OF_VERB.get(verb)
    if len(faults) > before or person is None or state is None or at is None:
        return None
    minutes = _minutes(result.get("duration"))
    return Outcome(statement.get("id", "").lower(), person, activity, state, at, score, minutes)


def _person(actor: Mapping[str, Any]) -> str | None:
    if actor.get("objectType", "Agent") != "Agent":
        return None
    account = actor.get("account")
    # The schemas admit null for an identifier that is not given.
    found = account["name"].strip() if account else (actor.get("mbox_sha1sum") or "").lower()
    return found if _CODE.fullmatch(found) else None


def _activity(given: Given, faults: list[Fault]) -> str:
    target = given.statement["object"]
    kind = target.get("objectType", "Activity")
    code = str(target.get("id", "")).rstrip("/").rpartition("/")[2]
    if kind != "Activity":
        faults.append(given.fault("xapi_no_activity", "object", what=kind))
    elif not _CODE.fullmatch(code):
        faults.append(given.fault("xapi_no_activity", "object", "id", what=code))
    return code


def _score(given: Given, result: Mapping[str, Any], faults: list[Fault]) -> float | None:
    """Success in [0, 1]: the scaled score, else the raw one within its bounds, else success."""
    score = result.get("score", {})
    before = len(faults)
    for name in ("scaled", "raw", "min", "max"):
        if not _is_measure(score.get(name, 0)):
            faults.append(given.fault("xapi_score_range", "result", "score", name, what=name))
    if len(faults) > before:
        return None
    low, high, raw, scaled = (score.get(name) for name in ("min", "max", "raw", "scaled"))
    if low is not None and high is not None and low >= high:
        what = f"min {low}, max {high}"
        faults.append(given.fault("xapi_score_range", "result", "score", what=what))
    elif raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
        faults.append(given.fault("xapi_score_range", "result", "score", "raw", what=f"{raw}"))
    elif scaled is not None:
        return max(0.0, float(scaled))
    elif raw is not None and high is not None and high > (low or 0):
        # Halves, as the width of the widest bounds is no float.
        least = (low or 0) / 2
        return float((raw / 2 - least) / (high / 2 - least))
    return float(result["success"]) if "success" in result else None


def _is_measure(value: float) -> bool:
    """Whether a number is one that can be reckoned with; JSON has larger ones than floats."""
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _minutes(duration: str | None) -> float | None:
    found = _DURATION.fullmatch(duration or "")
    if found is None:  # years and months have no one length
        return None
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    length = ((weeks * 7 + days) * 24 + hours) * 60 + minutes + seconds / 60
    return length if math.isfinite(length) else None


def _instant(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    known = found.utcoffset() is not None and FIRST_YEAR <= found.year <= LAST_YEAR
    return found if known else None
