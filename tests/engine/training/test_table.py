"""Labels and features of the table that relevance is learned from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.diagnostics.dynamics import estimate_changes
from engine.domain import (
    Activity,
    DiagnosticResult,
    Educator,
    Form,
    HistoryItem,
    ItemResponse,
    Kind,
    Method,
    Position,
)
from engine.interactions import STATES, Interactions, State
from engine.matching.factors import FACTORS, LEARNED_SIGNALS
from engine.matching.signals import EPOCH
from engine.recommender.request import RouteRequest
from engine.training import table as module
from engine.training.data import TrainingData
from engine.training.fit import table_matcher
from engine.training.table import (
    ACCEPTED_WEIGHT,
    LabelledTable,
    build_table,
    known_at,
    outcome_rows,
)
from tests.engine.training.histories import FRAMEWORK, POLICY, matcher, region, table

pytestmark = pytest.mark.slow

AS_OF = dt.datetime(2026, 8, 31, 12, tzinfo=dt.UTC)
NODE = "MET.ASM.01"
BEFORE, AFTER = dt.date(2025, 9, 10), dt.date(2026, 5, 10)
START = 100.0 + BEFORE.toordinal() - EPOCH
END = START + 30


def course(id: str, title: str = "Критерии оценивания") -> Activity:
    return Activity(
        id=id,
        kind=Kind.SEMINAR,
        title=title,
        hours_academic=8.0,
        form=Form.NON_FORMAL,
        coverage={NODE: 0.8},
    )


ACTIVITIES = (course("a0"), course("a1"), course("a2", "Школьная служба примирения"))


def measured(id: str, first: float, second: float) -> RouteRequest:
    rows = tuple(
        DiagnosticResult(f"d{day}", day, Method.TEST, NODE, score, 10, 10)
        for day, score in ((BEFORE, first), (AFTER, second))
    )
    return RouteRequest(Educator(id, Position.TEACHER), AS_OF, diagnostics=rows)


def untested(id: str) -> RouteRequest:
    return RouteRequest(Educator(id, Position.TEACHER), AS_OF)


def built(
    people: Sequence[RouteRequest],
    state: Sequence[str],
    outcome: Sequence[float] | None = None,
    *,
    person: Sequence[str] | None = None,
    activity: Sequence[str] | None = None,
    time: Sequence[float] | None = None,
    ended: Sequence[float] | None = None,
) -> LabelledTable:
    n = len(state)
    interactions = Interactions.from_columns(
        person or [p.educator.id for p in people],
        activity or ["a0"] * n,
        np.array(time or [START] * n),
        state,
        outcome=np.array(outcome) if outcome else None,
        ended=np.array(ended or [END if s in ("completed", "dropped") else np.nan for s in state]),
        activities=[a.id for a in ACTIVITIES],
    )
    data = TrainingData.of(FRAMEWORK, POLICY, ACTIVITIES, (), people, interactions, AS_OF)
    return build_table(data, table_matcher(data), n_jobs=1)


def grown(person: RouteRequest) -> float:
    (change,) = estimate_changes(person.diagnostics, (), FRAMEWORK, POLICY, AS_OF)
    return change.probability_grown


def test_labels_by_hand() -> None:
    """Refused and dropped 0, completed its chance of growth, unmeasured as the measured are.

    Consent has the mean of what ended, at less weight; proposed and enrolled are no rows.
    """
    up, down = measured("p0", 3.0, 9.0), measured("p1", 7.0, 5.0)
    people = [up, down, *(untested(f"p{i}") for i in range(2, 8))]
    state = ["completed", "completed", "completed", "dropped", "rejected", "accepted"]
    found = built(people, [*state, "proposed", "enrolled"])
    a, b = grown(up), grown(down)
    usual = (a + b) / 2
    ended = (a + b + usual + 0.0) / 4
    assert found.row.tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose(found.label, [a, b, usual, 0.0, 0.0, ended], atol=2e-3)
    assert found.weight.tolist() == [1.0] * 5 + [ACCEPTED_WEIGHT]
    np.testing.assert_allclose(found.measured[:2], [a, b], atol=2e-3)
    assert np.isnan(found.measured[2:]).all()


def test_nobody_measured_again_leaves_completion_itself() -> None:
    """Without a single re-diagnosis a completion counts 1, and consent the share of completers."""
    people = [untested(f"p{i}") for i in range(4)]
    found = built(people, ["completed", "completed", "dropped", "accepted"])
    np.testing.assert_allclose(found.label, [1.0, 1.0, 0.0, 2 / 3])
    only = built(people[:1], ["accepted"])
    assert only.label.tolist() == [1.0]


def test_what_the_source_states_goes_first() -> None:
    """A stated outcome stands in every state, with full weight; it makes a row of any state."""
    people = [measured("p0", 3.0, 9.0), *(untested(f"p{i}") for i in range(1, 6))]
    state = ["completed", "dropped", "rejected", "accepted", "enrolled", "proposed"]
    stated = [0.1, 0.2, 0.3, 0.4, 0.5, np.nan]
    found = built(people, state, stated)
    np.testing.assert_allclose(found.label, stated[:5])
    assert (found.weight == 1.0).all()


def test_a_dropout_has_no_gain_and_a_later_test_after_the_end_only_counts() -> None:
    """Growth of a dropout is not looked at; a completion that ends after the last test has none."""
    people = [measured("p0", 3.0, 9.0), measured("p1", 3.0, 9.0)]
    late = AFTER.toordinal() - EPOCH + 1.0
    found = built(people, ["dropped", "completed"], ended=[END, late])
    assert np.isnan(found.measured).all()
    assert found.label.tolist() == [0.0, 1.0]


def test_growth_is_seen_in_answers_to_items_too() -> None:
    """Two sittings of single answers measure growth as two scores do."""
    answers = tuple(
        ItemResponse(f"d{day}", day, f"i{i}", float(i < right), NODE)
        for day, right in ((BEFORE, 2), (AFTER, 9))
        for i in range(10)
    )
    person = replace(untested("p0"), responses=answers)
    found = built([person], ["completed"])
    assert found.measured[0] > 0.9
    assert found.label[0] == found.measured[0]


def test_features_are_those_of_a_ranking_on_that_day() -> None:
    """Before the first test nothing of a deficit is known; novelty knows what was done before.

    Also what was done since the last test.
    """
    day = [BEFORE.toordinal() - EPOCH - 5.0, START, START + 40, START + 60]
    found = built(
        [measured("p0", 3.0, 9.0)],
        ["dropped", "completed", "dropped", "dropped"],
        person=["p0"] * 4,
        activity=["a1", "a0", "a1", "a2"],
        time=day,
        ended=[day[0] + 1, END, day[2] + 1, day[3] + 1],
    )
    deficit = found.X[:, FACTORS.index("deficit")]
    assert np.isnan(deficit[0])
    assert (deficit[1:] > 0).all()
    novelty = found.X[:, FACTORS.index("novelty")]
    assert np.isnan(novelty[:2]).all()
    assert novelty[2] == 0.0  # the same text as what he completed ten days before
    assert novelty[3] > 0.5
    learned = [FACTORS.index(name) for name in LEARNED_SIGNALS if name != "novelty"]
    assert np.isnan(found.X[:, learned]).all()


def test_known_at_by_hand() -> None:
    """Tests up to the day, completions before it, each once though two sources tell of it."""
    item = HistoryItem(dt.date(2026, 1, 5), "a0")
    person = replace(
        measured("p0", 3.0, 9.0), history=(item, HistoryItem(dt.date(2026, 3, 1), "a1"))
    )
    day = float(dt.date(2026, 3, 1).toordinal() - EPOCH)
    now = known_at(person, day, (item, HistoryItem(dt.date(2026, 2, 1), "a2")))
    assert now.as_of == dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    assert [r.date for r in now.diagnostics] == [BEFORE]
    assert [h.activity_id for h in now.history] == ["a0", "a2"]
    on_the_day = known_at(person, float(AFTER.toordinal() - EPOCH), ())
    assert len(on_the_day.diagnostics) == 2


def test_rows_with_an_outcome_in_a_simulated_region() -> None:
    """The table has a row for each decided or ended interaction, in their order, and no other."""
    data, found = region(), table()
    states = np.array(STATES)[data.interactions.state[found.row]]
    assert set(states.tolist()) == {"rejected", "accepted", "dropped", "completed"}
    np.testing.assert_array_equal(found.row, outcome_rows(data.interactions))
    assert (np.diff(found.row) > 0).all()
    left = np.setdiff1d(np.arange(len(data.interactions)), found.row)
    assert set(data.interactions.state[left].tolist()) <= {
        STATES.index(State.PROPOSED),
        STATES.index(State.ENROLLED),
    }
    assert ((found.X >= 0) & (found.X <= 1) | np.isnan(found.X)).all()


def test_rows_asked_for_have_the_same_features_as_among_all() -> None:
    """The held-out part of a table is the part of the whole table."""
    data, whole = region(), table()
    start = int(np.searchsorted(data.interactions.person[whole.row], 40))
    rows = whole.row[:start]
    some = build_table(data, matcher(), rows=rows, n_jobs=1)
    np.testing.assert_array_equal(some.row, rows)
    np.testing.assert_array_equal(some.X, whole.X[:start])
    np.testing.assert_array_equal(some.measured, whole.measured[:start])


def test_two_processes_give_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units of people are put together again in the order of the rows."""
    data, whole = region(), table()
    rows = whole.row[data.interactions.person[whole.row] < 40]
    monkeypatch.setattr(module, "LEAST_PARALLEL", 1)
    parallel = build_table(data, matcher(), rows=rows, n_jobs=2)
    np.testing.assert_array_equal(parallel.row, rows)
    np.testing.assert_array_equal(parallel.X, whole.X[: len(rows)])


def test_nothing_with_an_outcome_gives_an_empty_table() -> None:
    """Proposals alone are no error here; the fit refuses them."""
    found = built([untested("p0")], ["proposed"])
    assert len(found) == 0
    assert found.X.shape == (0, len(FACTORS))
