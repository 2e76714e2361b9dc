"""Score model: what a table of scores teaches, and what it says of people."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp, roots_hermite
from sklearn.exceptions import ConvergenceWarning

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
    model.node_means_ = np.full(3, np.log(0.6 / 0.4))
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


NODE_MEANS = 0.62 + np.linspace(-1.2, 1.2, 12)


def test_nodes_of_different_difficulty_are_not_differences_between_people():
    """Means and sds come back; intervals hold at the easiest and the hardest nodes as well."""
    rng = np.random.default_rng(3)
    truth = expit(NODE_MEANS + rng.normal(0, 0.8, (1_000, 1)) + rng.normal(0, 0.3, (1_000, 12)))
    shares = rng.binomial(6, truth) / 6
    model = ScoreModel().fit(shares)
    assert model.converged_
    np.testing.assert_allclose(model.node_means_, NODE_MEANS, atol=0.12)
    assert model.node_sd_ == pytest.approx(0.3, abs=0.06)
    assert model.person_sd_ == pytest.approx(0.8, abs=0.08)
    assert model.difficulty_sd_ == pytest.approx(NODE_MEANS.std(), abs=0.12)
    table = model.posterior(shares)
    inside = ((table["low"] <= truth.ravel()) & (truth.ravel() <= table["high"])).to_numpy()
    ends = inside.reshape(1_000, 12)[:, [0, 1, 10, 11]]
    assert ends.mean() == pytest.approx(0.9, abs=0.02)


def test_nodes_that_few_were_measured_at_are_thought_to_be_like_the_others():
    """Of two nodes with the same poor scores the seldom measured one is less far from the rest."""
    shares = np.random.default_rng(1).binomial(6, 0.7, (200, 6)) / 6
    shares[:, 0] = np.random.default_rng(2).permutation(np.repeat([0, 1, 2, 3], 50)) / 6
    shares[:, 1] = np.where(np.arange(200) < 4, [0, 1 / 6, 2 / 6, 3 / 6] * 50, np.nan)
    model = ScoreModel().fit(shares)
    often, seldom = model.node_means_[:2]
    assert often < seldom < model.mean_
    # without any score at all a node is as the mean of all
    shares[:, 1] = np.nan
    model = ScoreModel(tol=1e-5).fit(shares)
    assert model.node_means_[1] == pytest.approx(model.mean_, abs=1e-3)


def test_rare_nodes_reach_the_fit():
    """Whom the draw of people left out is looked at where hardly anyone else was measured."""
    shares = simulate(3_000, 1)[0]
    shares[30:, 7] = np.nan
    shares[:30, 7] = 1 / 6
    drawn = ScoreModel(fit_people=100).fit(shares)
    assert drawn.node_means_[7] < drawn.mean_ - 0.8


@pytest.mark.parametrize("right", [[6] * 10, [6], [0, 3, 5, 6, 6, 6, 2, 1, 6, 6, 4, 6]])
def test_one_node_agrees_with_direct_maximisation(right):
    """Mean and sd under their priors, by SciPy on a grid of abilities; all right stays finite."""
    nodes, weights = roots_hermite(101)
    right = np.array(right)

    def loss(x):
        odds = x[0] + np.exp(x[1]) * np.sqrt(2) * nodes[:, None]
        log = right * log_expit(odds) + (6 - right) * log_expit(-odds)
        likelihood = logsumexp(log, axis=0, b=weights[:, None] / weights.sum())
        return -likelihood.sum() + (x[0] - 0.6) ** 2 / 2 - x[1] + np.exp(2 * x[1]) / 2 / 0.7**2

    best = minimize(loss, [0.5, 0.0], method="Nelder-Mead", options={"xatol": 1e-5}).x
    model = ScoreModel(tol=1e-4).fit(right[:, None] / 6)
    assert model.mean_ == pytest.approx(best[0], abs=0.02)
    assert model.person_sd_ == pytest.approx(np.exp(best[1]), abs=0.02)


def test_small_sds_do_not_stop_half_way():
    """What fitting gives is where much longer fitting would end, within a few tolerances."""
    rng = np.random.default_rng(3)
    group = np.repeat(rng.normal(0, 0.6, (400, 3)), 4, axis=1)
    odds = 0.6 + rng.normal(0, 0.3, (400, 1)) + group + rng.normal(0, 0.25, (400, 12))
    shares = rng.binomial(6, expit(odds)) / 6
    directions = np.repeat(["a", "b", "c"], 4)
    one = ScoreModel(directions=directions).fit(shares)
    end = ScoreModel(directions=directions, tol=1e-6, max_iter=500).fit(shares)
    assert one.converged_
    for name in ("mean_", "person_sd_", "direction_sd_", "node_sd_"):
        assert getattr(one, name) == pytest.approx(getattr(end, name), abs=0.003)


def test_too_few_steps_are_said():
    """scikit-learn's warning, and the attribute."""
    with pytest.warns(ConvergenceWarning, match="max_iter"):
        model = ScoreModel(max_iter=2).fit(simulate(100, 1)[0])
    assert not model.converged_


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
    """A single column has one sd; a table without any score teaches nothing."""
    model = ScoreModel().fit([[0.5], [1.0], [np.nan]])
    assert (model.direction_sd_, model.node_sd_) == (0.0, 0.0)
    assert model.posterior([[np.nan]]).empty
    for table in ([[np.nan, np.nan]], long_table(np.full((2, 3), np.nan))):
        with pytest.raises(InputError) as caught:
            ScoreModel().fit(table)
        assert [f.code for f in caught.value.faults] == ["no_answers"]


def test_parts_of_a_long_table_change_nothing(monkeypatch, fitted):
    """People done seven at a time get what they get together."""
    shares = simulate(40, 6)[0]
    whole = fitted.transform(shares)
    monkeypatch.setattr("engine.diagnostics.score_model._CHUNK", 7)
    np.testing.assert_allclose(fitted.transform(shares), whole, rtol=1e-12)
