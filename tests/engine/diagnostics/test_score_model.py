"""Score model: what a table of scores teaches, and what it says of people."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from engine.diagnostics import estimate_proficiency
from engine.diagnostics.components import Components
from engine.diagnostics.score_model import ScoreModel
from engine.domain import Method
from engine.errors import InputError
from tests.engine.diagnostics.examples import AS_OF, framework, policy, result

DIRECTIONS = ["A"] * 4 + ["B"] * 4
SDS = (0.9, 0.5, 0.6)


def simulate(n, seed, n_tasks=6):
    """Shares of people of the model, and their proficiencies."""
    rng = np.random.default_rng(seed)
    direction = np.repeat(rng.normal(0, SDS[1], (n, 2)), 4, axis=1)
    odds = 0.5 + rng.normal(0, SDS[0], (n, 1)) + direction + rng.normal(0, SDS[2], (n, 8))
    return rng.binomial(n_tasks, expit(odds)) / n_tasks, expit(odds)


@pytest.fixture(scope="module")
def fitted():
    shares = simulate(2_000, 1)[0]
    shares[::5, 2:4] = np.nan
    return ScoreModel(6, directions=DIRECTIONS, fit_people=2_000).fit(shares)


def test_sds_come_back(fitted):
    """How much people, directions and nodes differ, of simulated scores."""
    assert fitted.mean_ == pytest.approx(0.5, abs=0.06)
    assert fitted.person_sd_ == pytest.approx(0.9, abs=0.08)
    assert fitted.direction_sd_ == pytest.approx(0.5, abs=0.08)
    assert fitted.node_sd_ == pytest.approx(0.6, abs=0.08)


def test_intervals_cover_and_beat_the_raw_share(fitted):
    """90 % intervals of new people cover; the estimate errs less than the share itself."""
    shares, truth = simulate(1_000, 2)
    table = fitted.posterior(shares)
    covered = ((table["low"] <= truth.ravel()) & (truth.ravel() <= table["high"])).mean()
    assert covered == pytest.approx(0.9, abs=0.012)
    error = np.sqrt(((fitted.transform(shares) - truth) ** 2).mean())
    assert error < 0.8 * np.sqrt(((shares - truth) ** 2).mean())


def test_level_probabilities_are_calibrated(fitted):
    """Of those said to be high with probability p about p are; the three sum to one."""
    shares, truth = simulate(2_000, 3)
    chances = fitted.predict_proba(shares)
    np.testing.assert_allclose(chances.sum(axis=-1), 1.0)
    said, is_high = chances[..., 0].ravel(), (truth < 0.6).ravel()
    for low in (0.1, 0.3, 0.5, 0.7):
        near = (said >= low) & (said < low + 0.2)
        assert is_high[near].mean() == pytest.approx(said[near].mean(), abs=0.04)


def test_one_person_agrees_with_the_engine(fitted):
    """The same model as of single results: same sds, no effect of the sheet, same numbers."""
    nodes = ["A.1", "A.2", "B.1"]
    model = ScoreModel(6, directions=["A", "A", "B"]).fit(np.full((2, 3), 0.5))
    model.mean_ = float(np.log(0.6 / 0.4))
    model.components_ = Components.of_groups(["A", "A", "B"], (0.9, 0.4, 0.5))
    rows = [result(node, score) for node, score in zip(nodes, (1, 4, 6), strict=True)]
    got = estimate_proficiency(
        rows, [], framework(), policy(procedure_sd={Method.TEST: 0.0}), AS_OF
    )
    table = model.posterior([[1 / 6, 4 / 6, 1.0]])
    np.testing.assert_allclose(table["mean"], [n.mean for n in got.nodes], atol=1e-3)
    np.testing.assert_allclose(table["sd"], [n.sd for n in got.nodes], atol=1e-3)
    np.testing.assert_allclose(table["low"], [n.interval_90[0] for n in got.nodes], atol=2e-3)


def test_more_tasks_say_more(fitted):
    """Tasks per column of a wide table, and per row of a long one."""
    model = ScoreModel([4, 40], directions=["A", "A"]).fit(np.full((3, 2), 0.5))
    sd = model.posterior([[0.5, 0.5]])["sd"]
    assert sd[1] < sd[0]


def long_table(shares):
    rows = [
        {"person": f"p{i}", "node": f"n{k}", "score": 6 * s, "max_score": 6.0, "n_tasks": 6}
        for i, person in enumerate(shares)
        for k, s in enumerate(person)
    ]
    return pd.DataFrame(rows)


def test_long_table_says_the_same_as_the_wide_one():
    """Row order, exact repetitions and missing scores change nothing."""
    shares = simulate(60, 4)[0]
    shares[0, :3] = np.nan
    frame = pd.DataFrame(
        shares, columns=[f"n{k}" for k in range(8)], index=[f"p{i}" for i in range(60)]
    )
    directions = {f"n{k}": d for k, d in enumerate(DIRECTIONS)}
    wide = ScoreModel(6, directions=directions).fit(frame)
    table = long_table(shares)
    long = ScoreModel(6, directions=directions).fit(pd.concat([table, table.head(9)]))
    np.testing.assert_allclose(wide.transform(frame), long.transform(table), atol=1e-6)
    shuffled = long.posterior(table.sample(frac=1, random_state=2))
    known = wide.posterior(frame).set_index(["person", "node"])["mean"]
    got = shuffled.set_index(["person", "node"])["mean"].reindex(known.index)
    np.testing.assert_allclose(got, known, atol=1e-6)
    assert len(known) == 60 * 8 - 3


def test_procedures_of_one_node_add_up():
    """Two procedures of six tasks say as much as one of twelve."""
    table = pd.DataFrame(
        {
            "person": ["p", "p"],
            "node": ["n", "n"],
            "procedure": ["a", "b"],
            "score": [2, 5],
            "max_score": [6, 10],
            "n_tasks": [6, 6],
        }
    )
    model = ScoreModel().fit(table)
    one = table.head(1).assign(score=5, max_score=12, n_tasks=12)
    assert model.posterior(table)["sd"][0] == pytest.approx(model.posterior(one)["sd"][0], abs=1e-6)


def test_bad_tables_are_named():
    """Every fault of the values at once; contradictions of rows after that."""
    base = long_table(np.array([[0.5, 0.5, 0.5]]))
    broken = base.astype({"score": object})
    broken.loc[0, "score"], broken.loc[1, "max_score"] = "много", 0
    broken.loc[2, "score"] = 9
    with pytest.raises(InputError) as caught:
        ScoreModel().fit(broken)
    assert [f.code for f in caught.value.faults] == [
        "maximum_not_positive",
        "not_a_number",
        "score_above_maximum",
    ]
    for change, code in (
        ({"score": 1.0}, "duplicate_contradiction"),
        ({"max_score": 7.0}, "contradictory_maximum"),
    ):
        with pytest.raises(InputError) as caught:
            ScoreModel().fit(pd.concat([base, base.head(1).assign(**change)]))
        assert [f.code for f in caught.value.faults] == [code]
    with pytest.raises(ValueError, match="n_tasks"):
        ScoreModel(0).fit([[0.5]])
    with pytest.raises(ValueError, match="direction"):
        ScoreModel(directions=["A"]).fit([[0.5, 0.5]])
    with pytest.raises(ValueError, match="n9"):
        ScoreModel().fit(base).transform(base.replace({"node": {"n0": "n9"}}))


def test_one_node_and_nobody_measured():
    """A single column has one sd; people without any score get the prior."""
    model = ScoreModel().fit([[0.5], [1.0], [np.nan]])
    assert (model.direction_sd_, model.node_sd_) == (0.0, 0.0)
    assert model.posterior([[np.nan]]).empty
    empty = ScoreModel().fit([[np.nan, np.nan]])
    assert empty.transform([[np.nan, np.nan]]).shape == (1, 2)


def test_parts_of_a_long_table_change_nothing(monkeypatch, fitted):
    """People done seven at a time get what they get together."""
    shares = simulate(40, 6)[0]
    whole = fitted.transform(shares)
    monkeypatch.setattr("engine.diagnostics.score_model._CHUNK", 7)
    np.testing.assert_allclose(fitted.transform(shares), whole, rtol=1e-12)
