"""Item response model: calibration, new people, and bad input."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp, roots_hermite
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from engine.diagnostics.item_bank import ItemBank, SkillPrior
from engine.diagnostics.item_response_model import ItemResponseModel
from engine.errors import InputError

Q = np.array([[1, 0], [1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [0, 1], [0, 1], [1, 1], [1, 1]])
SLOPES = np.array([0.6, 0.9, 1.2, 1.6, 0.6, 0.9, 1.2, 1.6, 1.0, 1.0])
SLOPES = SLOPES / np.exp(np.log(SLOPES).mean())
INTERCEPTS = np.array([-1.5, -0.5, 0.5, 1.5, 1.5, 0.5, -0.5, -1.5, -0.4, 0.4])


def simulate(n, seed, *, missing=0.0, mean=0.4, person=0.8, skill=0.6):
    """Answers of people of the model, and their skills in log odds."""
    rng = np.random.default_rng(seed)
    skills = mean + person * rng.normal(size=(n, 1)) + skill * rng.normal(size=(n, 2))
    odds = SLOPES * (skills @ (Q / Q.sum(1, keepdims=True)).T) + INTERCEPTS
    answers = (rng.random(odds.shape) < expit(odds)).astype(float)
    answers[rng.random(odds.shape) < missing] = np.nan
    return answers, skills


@pytest.fixture(scope="module")
def fitted():
    return ItemResponseModel(Q, tol=2e-3).fit(simulate(2_000, 1, missing=0.2)[0])


def test_parameters_come_back(fitted):
    """Slopes, intercepts and the people's sds of simulated answers, a fifth of them missing."""
    assert fitted.converged_
    np.testing.assert_allclose(np.log(fitted.slopes_), np.log(SLOPES), atol=0.3)
    np.testing.assert_allclose(fitted.intercepts_, INTERCEPTS, atol=0.25)
    assert fitted.mean_ == pytest.approx(0.4, abs=0.1)
    assert fitted.person_sd_ == pytest.approx(0.8, abs=0.12)
    assert fitted.skill_sd_ == pytest.approx(0.6, abs=0.15)
    assert fitted.n_answers_.sum() == pytest.approx(16_000, rel=0.02)


def test_one_skill_agrees_with_direct_maximisation():
    """The penalised marginal likelihood of five items, maximised by SciPy on a grid of abilities.

    The same model in another unit: there the abilities have sd 1 and the slopes take up the rest.
    """
    rng = np.random.default_rng(5)
    ability = rng.normal(0, 1.2, 600)
    answers = (
        rng.random((600, 5)) < expit(ability[:, None] + np.array([-1, -0.4, 0, 0.4, 1.0]))
    ).astype(float)
    nodes, weights = roots_hermite(61)
    nodes, weights = nodes * np.sqrt(2), weights / weights.sum()

    def loss(x):
        unit, mean, log_slope, easy = x[0], x[1], x[2:7], x[7:]
        odds = np.exp(log_slope) * (mean + np.exp(unit) * nodes[:, None]) + easy
        right, wrong = np.log(expit(odds)), np.log(expit(-odds))
        likelihood = np.exp(answers @ right.T + (1 - answers) @ wrong.T) @ weights
        held = (log_slope**2).sum() / 0.5 / 2 / 0.5 + (easy**2).sum() / 2 / 4
        # the unit and the origin that the model fixes by construction
        fixed = 1e4 * (log_slope.mean() ** 2 + easy.mean() ** 2)
        people = (mean - 0.6) ** 2 / 2 - unit + np.exp(2 * unit) / 2 / 0.7**2
        return -np.log(likelihood).sum() + held + fixed + people

    best = minimize(loss, np.zeros(12), method="L-BFGS-B", options={"maxiter": 500})
    got = ItemResponseModel(tol=1e-5, max_iter=500).fit(answers)
    np.testing.assert_allclose(np.log(got.slopes_), best.x[2:7], atol=0.06)
    np.testing.assert_allclose(got.intercepts_, best.x[7:], atol=0.06)
    assert got.person_sd_ == pytest.approx(np.exp(best.x[0]), abs=0.06)
    assert got.mean_ == pytest.approx(best.x[1], abs=0.04)
    assert got.skill_sd_ == 0.0


def test_all_right_agrees_with_direct_maximisation():
    """Where everybody does everything right, the priors alone keep mean and sd finite."""
    nodes, weights = roots_hermite(101)

    def loss(x):
        odds = x[0] + np.exp(x[1]) * np.sqrt(2) * nodes
        likelihood = logsumexp(10 * log_expit(odds), b=weights / weights.sum())
        return -50 * likelihood + (x[0] - 0.6) ** 2 / 2 - x[1] + np.exp(2 * x[1]) / 2 / 0.7**2

    best = minimize(loss, [1.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-5}).x
    model = ItemResponseModel(tol=1e-4).fit(np.ones((50, 10)))
    assert model.mean_ == pytest.approx(best[0], abs=0.01)
    assert model.person_sd_ == pytest.approx(np.exp(best[1]), abs=0.01)


def test_new_person_agrees_with_brute_force(fitted):
    """Skills and chances of somebody never seen, by a grid over both skills."""
    answers = np.array([[1, 0, 1, np.nan, 0, np.nan, np.nan, 0, 1, np.nan]], dtype=float)
    grid = np.linspace(-5, 5, 241)
    one, two = np.meshgrid(grid, grid, indexing="ij")
    skills = np.stack([one.ravel(), two.ravel()], axis=1)
    p, s = fitted.person_sd_**2, fitted.skill_sd_**2
    precision = np.linalg.inv(np.array([[p + s, p], [p, p + s]]))
    deviation = skills - fitted.mean_
    log = -np.einsum("ni,ij,nj->n", deviation, precision, deviation) / 2
    odds = fitted.slopes_ * (skills @ (Q / Q.sum(1, keepdims=True)).T) + fitted.intercepts_
    for j in np.flatnonzero(~np.isnan(answers[0])):
        log += np.log(expit(odds[:, j] if answers[0, j] else -odds[:, j]))
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    np.testing.assert_allclose(fitted.transform(answers)[0], weight @ expit(skills), atol=0.005)
    np.testing.assert_allclose(fitted.predict_proba(answers)[0], weight @ expit(odds), atol=0.005)
    table = fitted.posterior(answers)
    mean = weight @ expit(skills)
    sd = np.sqrt(weight @ (expit(skills) - mean) ** 2)
    np.testing.assert_allclose(table["sd"], sd, atol=0.005)
    assert table["n_answers"].tolist() == [4, 3]


def test_intervals_cover_the_truth(fitted):
    """90 % intervals of 1 500 new people's skills: 3 standard errors around 0.9."""
    answers, skills = simulate(1_500, 2, missing=0.3)
    table = fitted.posterior(answers)
    truth = expit(skills).ravel()
    covered = ((table["low"] <= truth) & (truth <= table["high"])).mean()
    assert covered == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / 2_000))


def test_skills_lean_on_the_general_ability(fitted):
    """Answers to the first skill's items move the second skill, but less."""
    none, good = np.full(10, np.nan), np.full(10, np.nan)
    good[:4] = 1.0
    low, high = fitted.transform([none, good])
    assert high[0] - low[0] > high[1] - low[1] > 0.02


def test_missing_is_not_wrong(fitted):
    """Leaving an item out is no answer; getting it wrong lowers the skill."""
    left, wrong = np.full(10, np.nan), np.full(10, np.nan)
    left[0] = wrong[0] = 1.0
    wrong[1] = 0.0
    a, b = fitted.transform([left, wrong])
    assert a[0] > b[0]


@pytest.mark.parametrize("right", [0.0, 1.0])
def test_all_alike_and_single_answers_stay_inside(fitted, right):
    """All right, all wrong, one answer or none: proficiency inside (0, 1), wide where little."""
    everything, one, none = np.full(10, right), np.full(10, np.nan), np.full(10, np.nan)
    one[2] = right
    table = fitted.posterior(np.array([everything, one, none]))
    assert table["mean"].between(0.02, 0.98).all()
    sd = table["sd"].to_numpy().reshape(3, 2)[:, 0]
    assert sd[0] < sd[1] < sd[2]


def test_constant_and_unanswered_items_stay_finite():
    """An item that everybody does and one that nobody met are named and keep their priors."""
    answers = simulate(300, 3)[0]
    answers[:, 0], answers[:, 9] = 1.0, np.nan
    answers[:5] = np.nan
    model = ItemResponseModel(Q).fit(answers)
    assert model.constant_items_ == (0,)
    assert model.n_answers_[9] == 0
    assert (model.slopes_[9], model.intercepts_[9]) == (1.0, 0.0)
    assert 2 < model.intercepts_[0] < 9
    assert np.isfinite(model.slopes_).all()


def long_table(answers):
    frame = pd.DataFrame(answers, columns=[f"q{i}" for i in range(answers.shape[1])])
    frame.index = [f"p{i}" for i in range(len(frame))]
    named = frame.rename_axis("person").reset_index()
    return frame, named.melt("person", var_name="item", value_name="response")


def test_long_and_wide_tables_say_the_same():
    """A shuffled long table with repeated rows and a Q-matrix by names fit the same model."""
    wide, long = long_table(simulate(200, 4, missing=0.1)[0])
    q_matrix = pd.DataFrame(Q, index=wide.columns, columns=["MET.1", "MET.2"])
    one = ItemResponseModel(q_matrix.sample(frac=1, random_state=1), tol=1e-2).fit(wide)
    repeated = pd.concat([long, long.dropna().head(7)])
    other = ItemResponseModel(q_matrix, tol=1e-2).fit(repeated)
    np.testing.assert_allclose(one.slopes_, other.slopes_, atol=1e-9)
    assert one.skills_ == ("MET.1", "MET.2")
    part = long[long["item"].isin(["q3", "q1"])]
    rest = [name for name in wide.columns if name not in ("q1", "q3")]
    np.testing.assert_allclose(
        other.transform(part), one.transform(wide.assign(**dict.fromkeys(rest, np.nan)))
    )
    bank = one.to_bank("v1")
    assert bank.items["q8"].nodes == ("MET.1", "MET.2")
    assert bank.items["q2"].slope == pytest.approx(one.slopes_[2])


def test_a_bank_scores_like_the_model_that_made_it(fitted):
    """Without refitting: the same skills, chances and intervals of people never seen."""
    frame, _ = long_table(simulate(40, 8, missing=0.3)[0])
    wide = frame.set_axis([str(item) for item in fitted.items_], axis=1)
    model = ItemResponseModel.from_bank(fitted.to_bank("v1"))
    np.testing.assert_allclose(model.transform(wide), fitted.transform(frame.to_numpy()))
    np.testing.assert_allclose(model.predict_proba(wide), fitted.predict_proba(frame.to_numpy()))
    assert model.get_feature_names_out().tolist() == ["skill1", "skill2"]
    assert model.to_bank("v1") == fitted.to_bank("v1")
    # a test for others: their own prior, which nobody's answers move
    others = ItemResponseModel.from_bank(fitted.to_bank(), people=SkillPrior(-1.0, 0.1, 0.1))
    assert others.transform(wide).max() < 0.4
    nobody = ItemBank.of(fitted.to_bank().items.values())
    with pytest.raises(ValueError, match="people"):
        ItemResponseModel.from_bank(nobody)
    with pytest.raises(ValueError, match="no items"):
        ItemResponseModel.from_bank(ItemBank(), people=SkillPrior(0.0, 1.0, 0.5))


def test_parts_of_a_table_change_nothing(monkeypatch, fitted):
    """People done three at a time fit and score as they do together."""
    answers = np.round(simulate(60, 6, missing=0.2)[0] * 0.9, 1)
    answers[::7] = np.nan
    whole, chances = ItemResponseModel(Q, tol=0.05).fit(answers), fitted.predict_proba(answers)
    monkeypatch.setattr("engine.diagnostics.calibration._CHUNK_CELLS", 30)
    parts = ItemResponseModel(Q, tol=0.05).fit(answers)
    np.testing.assert_allclose(parts.slopes_, whole.slopes_, rtol=1e-8)
    np.testing.assert_allclose(parts.tasks_, whole.tasks_, rtol=1e-8)
    np.testing.assert_allclose(fitted.predict_proba(answers), chances, rtol=1e-10)


def test_too_few_steps_are_said():
    """scikit-learn's warning, and the attribute."""
    with pytest.warns(ConvergenceWarning, match="max_iter"):
        model = ItemResponseModel(max_iter=2).fit(simulate(100, 1)[0])
    assert not model.converged_


def codes(call):
    with pytest.raises(InputError) as caught:
        call()
    return [fault.code for fault in caught.value.faults]


def test_bad_tables_are_named():
    """Every fault of a long table at once, with its row."""
    wide, long = long_table(simulate(20, 4)[0])
    broken = long.astype({"response": object})
    broken.loc[3, "response"] = 7
    broken.loc[5, "response"] = "да"
    broken.loc[8, "item"] = None
    with pytest.raises(InputError) as caught:
        ItemResponseModel().fit(broken)
    assert [f.pointer for f in caught.value.faults] == ["/8/item", "/3/response", "/5/response"]
    twice = pd.concat([long, long.head(1).assign(response=1 - long["response"].head(1))])
    assert codes(lambda: ItemResponseModel().fit(twice)) == ["duplicate_contradiction"]
    two_columns = long[["person", "item"]]
    with pytest.raises(ValueError):
        ItemResponseModel().fit(two_columns)
    assert wide.shape == (20, 10)


def test_bad_q_matrices_are_named():
    """An item without a skill, values beside 0 and 1, another number of rows."""
    answers = simulate(20, 4)[0]
    empty = Q.copy()
    empty[[2, 4]] = 0
    assert codes(lambda: ItemResponseModel(empty).fit(answers)) == ["item_without_nodes"] * 2
    assert codes(lambda: ItemResponseModel(Q * 2).fit(answers)) == ["q_matrix_value"] * 10
    assert codes(lambda: ItemResponseModel(Q[:4]).fit(answers)) == ["q_matrix_shape"]
    wide, long = long_table(answers)
    known = pd.DataFrame(Q, index=wide.columns).drop(index="q4")
    assert codes(lambda: ItemResponseModel(known).fit(long)) == ["item_without_nodes"]
    assert codes(lambda: ItemResponseModel([1] * 10).fit(answers)) == ["q_matrix_shape"]
    named = pd.DataFrame(Q, index=wide.columns)
    assert codes(lambda: ItemResponseModel(named).fit(answers)) == ["q_matrix_labels"]
    twice = pd.concat([named, named.head(1)])
    assert codes(lambda: ItemResponseModel(twice).fit(wide)) == ["duplicate_item"]


def test_unknown_items_and_no_fit_are_refused(fitted):
    """Answers to items that were not calibrated, and use before fitting."""
    wide, long = long_table(simulate(30, 4)[0])
    model = ItemResponseModel().fit(wide)
    with pytest.raises(ValueError, match="zz"):
        model.transform(pd.concat([long, long.head(1).assign(item="zz")]))
    with pytest.raises(NotFittedError):
        ItemResponseModel().transform(wide)
    with pytest.raises(NotFittedError):
        ItemResponseModel().to_bank()
