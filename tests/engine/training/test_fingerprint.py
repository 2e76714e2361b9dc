"""The fingerprint tells data apart by content, not by the order of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from engine.framework import build_framework
from engine.matching.tag_corrections import TagCorrection
from engine.training.data import TrainingData
from engine.training.fingerprint import data_fingerprint
from tests.engine.training.histories import part
from tests.engine.training.trained import data

DATA = part(data(), 25)
PERSON = next(id for id, p in DATA.people.items() if p.diagnostics and p.requests and p.history)


def shuffled(known: TrainingData) -> TrainingData:
    """The same data with every table in another order."""
    rng = np.random.default_rng(0)
    people = {
        id: replace(
            person,
            diagnostics=person.diagnostics[::-1],
            requests=person.requests[::-1],
            history=person.history[::-1],
        )
        for id, person in reversed(known.people.items())
    }
    order = rng.permutation(len(known.interactions))
    return replace(
        known,
        people=people,
        offerings=known.offerings[::-1],
        interactions=known.interactions.select(order),
    )


def rows(**columns: Any) -> TrainingData:
    return replace(DATA, interactions=replace(DATA.interactions, **columns))


def person(**fields: Any) -> TrainingData:
    changed = replace(DATA.people[PERSON], **fields)
    return replace(DATA, people={**DATA.people, PERSON: changed})


def other(column: str, value: float) -> TrainingData:
    """One cell of one row is another."""
    cells = getattr(DATA.interactions, column).copy()
    assert cells[3] != value
    cells[3] = value
    return rows(**{column: cells})


TABLE = DATA.interactions
KNOWN = DATA.people[PERSON]
CHANGES: dict[str, Callable[[], TrainingData]] = {
    "a row fewer": lambda: replace(DATA, interactions=TABLE.select(np.arange(1, len(TABLE)))),
    "a row twice": lambda: replace(
        DATA, interactions=TABLE.select(np.append(np.arange(len(TABLE)), 0))
    ),
    "person": lambda: other("person", (TABLE.person[3] + 1) % len(TABLE.people)),
    "activity": lambda: other("activity", (TABLE.activity[3] + 1) % len(TABLE.activities)),
    "time": lambda: other("time", TABLE.time[3] + 1),
    "state": lambda: other("state", (TABLE.state[3] + 1) % 6),
    "outcome": lambda: other("outcome", 0.0),
    "ended": lambda: other("ended", 1.0),
    "slate": lambda: other("slate", 10_000),
    "propensity": lambda: other("propensity", 0.123),
    "a name": lambda: rows(people=("another", *TABLE.people[1:])),
    "a score": lambda: person(
        diagnostics=(
            replace(KNOWN.diagnostics[0], score=KNOWN.diagnostics[0].score / 2 + 0.1),
            *KNOWN.diagnostics[1:],
        )
    ),
    "a sitting fewer": lambda: person(diagnostics=KNOWN.diagnostics[1:]),
    "a request fewer": lambda: person(requests=KNOWN.requests[1:]),
    "a completion fewer": lambda: person(history=KNOWN.history[1:]),
    "an educator": lambda: person(educator=replace(KNOWN.educator, tempo_min_per_week=77)),
    "a title": lambda: replace(
        DATA, activities=(replace(DATA.activities[0], title="Иное"), *DATA.activities[1:])
    ),
    "an offering": lambda: replace(DATA, offerings=DATA.offerings[1:]),
    "the day": lambda: replace(DATA, as_of=DATA.as_of + timedelta(days=1)),
    "the policy's numbers": lambda: replace(
        DATA, policy=replace(DATA.policy, levels=replace(DATA.policy.levels, high_below=0.111))
    ),
    "the framework": lambda: replace(
        DATA,
        framework=build_framework(
            DATA.framework.id,
            DATA.framework.version,
            "",
            [replace(DATA.framework.nodes[0], title="Иное"), *DATA.framework.nodes[1:]],
        ),
    ),
}


def test_the_order_of_rows_is_no_difference() -> None:
    """The same content in every table's other order has the same digest of 64 digits."""
    found = data_fingerprint(DATA)
    assert found == data_fingerprint(shuffled(DATA))
    assert len(found) == 64
    assert int(found, 16) >= 0


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_content_is_another_fingerprint(change: str) -> None:
    """One cell of any table, one row more or less: another digest."""
    changed = CHANGES[change]()
    assert data_fingerprint(changed) != data_fingerprint(DATA)


def test_all_single_changes_differ_from_each_other() -> None:
    """No two of the changes fall together."""
    found = {data_fingerprint(change()) for change in CHANGES.values()}
    assert len(found) == len(CHANGES)


def test_corrections_are_data() -> None:
    """What methodists corrected changes the digest; in which order they stand does not."""
    node = DATA.framework.codes[int(DATA.framework.leaves[0])]
    one, two = (TagCorrection(id, "Курс", right=((node, None),)) for id in ("a", "b"))
    assert data_fingerprint(DATA, (one, two)) == data_fingerprint(DATA, (two, one))
    found = {data_fingerprint(DATA, c) for c in ((), (one,), (two,), (one, two), (one, one))}
    assert len(found) == 5


def test_an_unknown_number_is_not_zero() -> None:
    """Not stated and 0 are two things; whatever bits stand for the unknown, and −0, are one."""
    none = np.full(len(TABLE), np.nan)
    bits = np.full(len(TABLE), 0x7FF8000000000001, dtype=np.uint64).view(np.float64)
    assert np.isnan(bits).all()
    zero = np.zeros(len(TABLE))
    assert data_fingerprint(rows(outcome=none)) != data_fingerprint(rows(outcome=zero))
    assert data_fingerprint(rows(outcome=none)) == data_fingerprint(rows(outcome=bits))
    assert data_fingerprint(rows(outcome=-zero)) == data_fingerprint(rows(outcome=zero))
