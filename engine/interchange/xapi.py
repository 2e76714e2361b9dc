"""xAPI 1.0.x statements as feedback: who took what up, and how it ended.

Checked by the published schemas of 1.0.1, then by what feedback needs; files and HTTP are read
this one way. Names and mailboxes are never kept: a person is an account's name, or the
``mbox_sha1sum`` under the account's absence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.errors import Fault, InputError
from engine.interchange.json_schemas import pointer
from engine.interchange.xapi_outcome import Given, Outcome, outcome_of
from engine.interchange.xapi_schemas import schema_faults
from engine.interchange.xapi_words import VERBS, VOIDED, WORDS, fault

__all__ = ["VERBS", "WORDS", "Given", "Outcome", "outcomes", "read_placed", "read_statements"]

STATEMENTS_MOST = 100_000
_FAULTS_MOST = 100


def read_statements(text: str) -> tuple[Outcome, ...]:
    """Read statements: a JSON list, one object, a ``StatementResult``, or one object a line.

    Returns
    -------
    tuple of Outcome
        By time, then id. A statement that came twice counts once; one that another voids, and
        the voiding one, not at all.

    Raises
    ------
    InputError
        Every fault with its JSON pointer, and its line where statements stand one a line;
        nothing is taken then.
    """
    return _ordered(read_placed(_loaded(text)))


def outcomes(statements: Sequence[Any]) -> tuple[Outcome, ...]:
    """Outcomes of statements as JSON gives them; see :func:`read_statements`."""
    return _ordered(read_placed([Given(s, (place,)) for place, s in enumerate(statements)]))


def read_placed(given: Sequence[Given], *, kept: bool = False) -> Mapping[int, Outcome]:
    """Read statements that stand somewhere: what each says, and faults with that place.

    Parameters
    ----------
    kept
        They go into a store that knows them by id and forgets none: each must have an id, and
        one that voids another is a fault.

    Returns
    -------
    mapping of int to Outcome
        Index in ``given`` → what it says, in that order. Repeated and voided ones are absent.

    Raises
    ------
    InputError
        Every fault, at most 100; nothing is taken then.
    """
    if len(given) > STATEMENTS_MOST:
        raise InputError([fault("xapi_too_many", (), what=str(STATEMENTS_MOST))])
    reading = _Reading(given, kept)
    for index in range(len(given)):
        reading.take(index)
        if len(reading.faults) >= _FAULTS_MOST:
            break
    if reading.faults:
        raise InputError(reading.faults[:_FAULTS_MOST])
    found = reading.found.items()
    return {index: outcome for key, (index, outcome) in found if key not in reading.voided}


def _ordered(found: Mapping[int, Outcome]) -> tuple[Outcome, ...]:
    return tuple(sorted(found.values(), key=lambda o: (o.at, o.id, o.person, o.activity)))


class _Reading:
    """Takes statements one by one."""

    def __init__(self, given: Sequence[Given], kept: bool) -> None:
        self.given = given
        self.kept = kept
        self.faults: list[Fault] = []
        self.found: dict[str, tuple[int, Outcome]] = {}
        self.voided: set[str] = set()

    def take(self, index: int) -> None:
        one = self.given[index]
        wrong = [
            one.fault("xapi_schema", *at, what=rule) for at, rule in schema_faults(one.statement)
        ]
        if wrong:
            self.faults += wrong
            return
        if self.kept and "id" not in one.statement:
            self.faults.append(one.fault("xapi_no_id"))
        if one.statement["verb"]["id"] == VOIDED:
            self._void(one)
        else:
            self._count(index, one)

    def _void(self, one: Given) -> None:
        target = one.statement["object"]
        if self.kept:
            self.faults.append(one.fault("xapi_voiding", "verb", "id"))
        elif target.get("objectType") != "StatementRef":
            kind = target.get("objectType", "Activity")
            self.faults.append(one.fault("xapi_no_activity", "object", what=kind))
        self.voided.add(str(target.get("id", "")).lower())

    def _count(self, index: int, one: Given) -> None:
        outcome = outcome_of(one, self.faults)
        if outcome is None:
            return
        key = outcome.id or f"/{index}"
        if key in self.found:
            first = self.given[self.found[key][0]]
            if not _same(first.statement, one.statement):
                self.faults.append(one.fault("xapi_id_twice", "id", what=_where(first)))
        self.found.setdefault(key, (index, outcome))


def _where(given: Given) -> str:
    return pointer(*given.place) if given.row is None else str(given.row)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two statements of one id say the same (xAPI 2.4.1), what a store adds aside."""
    aside = ("id", "stored", "authority", "version", "timestamp")
    try:
        return all(one.get(k) == other.get(k) for k in {*one, *other} - set(aside))
    except RecursionError:  # nested so deeply that nobody can say
        return False


# --------------------------------------------------------------------------- the text


def _loaded(text: str) -> list[Given]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return list(_lines(text))
    prefix: tuple[str | int, ...] = ()
    if isinstance(found, dict) and isinstance(found.get("statements"), list):
        found, prefix = found["statements"], ("statements",)
    if not isinstance(found, list):
        return [Given(found, ())]
    return [Given(statement, (*prefix, place)) for place, statement in enumerate(found)]


def _lines(text: str) -> Iterator[Given]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield Given(json.loads(line), (), row=number)
        except (ValueError, RecursionError) as error:
            raise InputError([fault("xapi_not_json", (), number)]) from error
