"""Signals of a catalogue: by id, neutral where nothing is known, by hand where something is."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy.special import expit, logit

from engine.domain import HistoryItem, Kind
from engine.interactions import Interactions
from engine.matching.collaborative import CollaborativeSignals
from engine.matching.quality import QualityEvidence
from engine.matching.signals import EPOCH, EXPERIENCE_WEIGHT, LINEAR_SCALE, LearnedSignals
from tests.engine.matching.records import activity

TODAY = dt.date(2026, 9, 1)
CATALOGUE = [
    activity("a0"),
    activity("a1"),
    activity("a2", kind=Kind.INTERNSHIP),
    activity("a3", kind=Kind.CONFERENCE),
]


def learned() -> LearnedSignals:
    """Everybody takes a0, then a1; some a2; nobody a3."""
    rng = np.random.default_rng(0)
    person, taken, time = [], [], []
    for i in range(40):
        row = ["a0", "a1", *(["a2"] if rng.random() < 0.3 else [])]
        person += [f"p{i:02}"] * len(row)
        taken += row
        time += [20_000.0 + 30 * j for j in range(len(row))]
    table = Interactions.from_columns(
        person, taken, np.array(time), activities=[a.id for a in CATALOGUE]
    )
    at = table.activity
    quality = QualityEvidence.fit(CATALOGUE, at, np.where(at == 1, 0.9, 0.4), np.full(len(at), 0.6))
    return LearnedSignals(
        collaborative=CollaborativeSignals().fit(table),
        activities=table.activities,
        quality=quality,
        kind_share={Kind.SEMINAR: 0.75, Kind.INTERNSHIP: 0.25},
    )


LEARNED = learned()


def done(*items: tuple[str, dt.date]) -> tuple[HistoryItem, ...]:
    return tuple(HistoryItem(day, id) for id, day in items)


def test_nothing_learned_gives_no_column() -> None:
    """Without interactions there is no signal at all, whatever the history."""
    compiled = LearnedSignals().compile(CATALOGUE)
    assert compiled.columns(done(("a0", TODAY)), TODAY) == {}


def test_experience_by_hand() -> None:
    """Two internships and a seminar beside 3 : 1 in favour of seminars: r / (r + p)."""
    history = done(*[(id, TODAY - dt.timedelta(9)) for id in ("a2", "a2", "a0")])
    column = LEARNED.compile(CATALOGUE).columns(history, TODAY)["experience"]
    w = EXPERIENCE_WEIGHT
    seminar = (1 + w * 0.75) / (3 + w)
    internship = (2 + w * 0.25) / (3 + w)
    expected = [seminar / (seminar + 0.75)] * 2 + [internship / (internship + 0.25), np.nan]
    np.testing.assert_allclose(column, expected)
    new = LEARNED.compile(CATALOGUE).columns((), TODAY)["experience"]
    np.testing.assert_allclose(new, [0.5, 0.5, 0.5, np.nan])


def test_columns_are_the_collaborative_signals_on_the_scale_of_factors() -> None:
    """Logistic of each, so that 0, which says nothing, is 0.5."""
    history = done(("a0", TODAY - dt.timedelta(40)))
    columns = LEARNED.compile(CATALOGUE).columns(history, TODAY)
    now = float(TODAY.toordinal() - EPOCH)
    assert LEARNED.collaborative is not None
    raw = LEARNED.collaborative.features(np.array([0]), np.array([now - 40]), now)
    np.testing.assert_allclose(logit(columns["co_enrolment"]), LINEAR_SCALE * raw["linear"])
    np.testing.assert_allclose(logit(columns["order"]), raw["transition_lift"], atol=1e-12)
    np.testing.assert_allclose(logit(columns["popularity"]), raw["popularity"], atol=1e-12)
    assert columns["order"][1] > 0.5 > columns["order"][0]


def test_who_took_nothing_and_what_nobody_took_stand_at_the_middle() -> None:
    """Cold start: a new person has 0.5 in what depends on him, a new activity everywhere."""
    columns = LEARNED.compile(CATALOGUE).columns((), TODAY)
    np.testing.assert_allclose(columns["co_enrolment"], 0.5)
    np.testing.assert_allclose(columns["order"], 0.5)
    old = LEARNED.compile(CATALOGUE).columns(done(("a0", TODAY)), TODAY)
    for name in ("co_enrolment", "order", "popularity"):
        assert old[name][3] == 0.5


def test_a_catalogue_of_another_order_with_strangers() -> None:
    """Signals go by id: a shuffled catalogue has them shuffled, a new activity has none."""
    history = done(("a0", TODAY - dt.timedelta(40)), ("gone", TODAY), ("a1", TODAY))
    own = LEARNED.compile(CATALOGUE).columns(history, TODAY)
    other = [CATALOGUE[2], activity("new", provider="x"), CATALOGUE[0], CATALOGUE[1]]
    found = LEARNED.compile(other).columns(history, TODAY)
    for name in ("co_enrolment", "order", "popularity", "quality"):
        np.testing.assert_allclose(found[name][[2, 3, 0]], own[name][:3])
    for name in ("co_enrolment", "order", "popularity"):
        assert np.isnan(found[name][1])
    assert found["quality"][1] == pytest.approx(expit(_kind_and_provider(LEARNED)))


def _kind_and_provider(signals: LearnedSignals) -> float:
    assert signals.quality is not None
    quality = signals.quality
    return quality.by_kind[Kind.SEMINAR] + quality.by_provider.get((Kind.SEMINAR, "x"), 0.0)


def test_some_rows_are_the_rows_of_all() -> None:
    """Columns of a selection are the selection of the columns."""
    compiled = LEARNED.compile(CATALOGUE)
    history = done(("a0", TODAY - dt.timedelta(40)))
    rows = np.array([3, 1, 1])
    some, whole = compiled.columns(history, TODAY, rows), compiled.columns(history, TODAY)
    assert (
        some.keys()
        == whole.keys()
        == {
            "quality",
            "experience",
            "co_enrolment",
            "order",
            "popularity",
        }
    )
    for name, column in some.items():
        np.testing.assert_array_equal(column, whole[name][rows])


def test_the_order_of_the_history_given_does_not_matter() -> None:
    """Days decide what came last, not the order of the records; titles alone say nothing."""
    items = done(("a0", TODAY - dt.timedelta(90)), ("a1", TODAY - dt.timedelta(3)))
    compiled = LEARNED.compile(CATALOGUE)
    titled = HistoryItem(TODAY, title="Где-то когда-то")
    one = compiled.columns(items, TODAY)
    for history in (items[::-1], (*items, titled)):
        for name, column in compiled.columns(history, TODAY).items():
            np.testing.assert_array_equal(column, one[name])
