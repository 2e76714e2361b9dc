"""Fitting: better than the prior on what comes later, monotone on any labels, no self-praise."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import DemandKind, IntArray, Kind
from engine.errors import InputError
from engine.interactions import STATES, Interactions, State
from engine.matching.factors import FACTORS, LEARNED_SIGNALS, NUISANCE
from engine.matching.matcher import ActivityMatcher
from engine.matching.model import MatchingModel
from engine.matching.relevance import load_prior
from engine.training import fit as module
from engine.training.fit import Fitted, benefit_rates, fit_matching_model, with_signals
from engine.training.outcome_metrics import predicted
from engine.training.plan_metrics import recommender_of
from engine.training.table import build_table, outcome_rows
from tests.engine.matching.records import (
    AS_OF,
    FRAMEWORK,
    HORIZON,
    TEACHER,
    activity,
    deficits,
    demand,
    offering,
)
from tests.engine.training.histories import (
    POLICY,
    SERIAL,
    fitted,
    history,
    log_loss,
    matcher,
    region,
    split_day,
    table,
)

pytestmark = pytest.mark.slow

LEARNED_BY_FOLD = [FACTORS.index(name) for name in LEARNED_SIGNALS if name != "novelty"]
DEFICIT = FACTORS.index("deficit")
POPULARITY = [FACTORS.index(name) for name in NUISANCE]


# --------------------------------------------------------------------------- what it is worth


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_learned_beats_the_prior_on_what_came_later_and_shuffled_labels_do_not(seed: int) -> None:
    """Log-loss of later outcomes, and correlation with the true chance by row and by ranking.

    A model of shuffled labels is no better than the mean label, and knows less of the truth.
    """
    world, data = history(seed), region(seed)
    day = split_day(data)
    past = data.before(day)
    rows = outcome_rows(data.interactions)
    later = build_table(
        data, matcher(seed), rows=rows[data.interactions.time[rows] >= day], n_jobs=1
    )
    known = build_table(past, matcher(seed), n_jobs=1)
    mixed = replace(known, label=np.random.default_rng(seed).permutation(known.label))
    models = {
        "prior": MatchingModel.prior(),
        "learned": fit_matching_model(past, "m", SERIAL, table=known).model,
        "shuffled": fit_matching_model(past, "s", SERIAL, table=mixed).model,
    }
    chance = {name: predicted(data, later, model, 1) for name, model in models.items()}
    loss = {name: log_loss(later.label, p, later.weight) for name, p in chance.items()}
    mean = np.full(len(later), np.average(known.label, weights=known.weight))
    nothing = log_loss(later.label, mean, later.weight)
    assert loss["learned"] < nothing - 0.002
    assert loss["learned"] < loss["prior"] - 0.05
    assert loss["learned"] < loss["shuffled"] - 0.004
    assert loss["shuffled"] > nothing - 0.004

    at = data.interactions
    true = world.truth.chance(at.person[later.row], at.activity[later.row], world.season[later.row])
    told = {name: np.corrcoef(p, true)[0, 1] for name, p in chance.items()}
    assert told["learned"] > told["prior"] + 0.15
    assert told["learned"] > told["shuffled"] + 0.15
    ranked = {name: _agreement(seed, models[name]) for name in ("prior", "learned")}
    assert ranked["learned"] > ranked["prior"] + 0.15


def _agreement(seed: int, model: MatchingModel) -> float:
    """Mean correlation of relevance and true chance over the catalogue, for 15 people."""
    world, data = history(seed), region(seed)
    recommender = recommender_of(data, model)
    taught = np.arange(len(data.activities) - 1)  # the last one is the diagnostic itself
    found = []
    for position, educator in enumerate(world.educators):
        person = data.people[educator.educator.id]
        if person.diagnostics and len(found) < 15:
            ranking = recommender.rank_for(person, recommender.deficits(person))
            true = world.truth.chance(position, taught)
            found.append(np.corrcoef(ranking.relevance[taught], true)[0, 1])
    return float(np.mean(found))


# --------------------------------------------------------------------------- folds


def test_a_persons_own_outcomes_do_not_reach_his_learned_columns() -> None:
    """Turning round the labels of a whole fold of people leaves their columns as they were.

    The columns of the others change: they learn from these people.
    """
    data, known = region(), table()
    fold = module._folds(data.interactions, known.row, SERIAL.folds)
    own = fold == 0
    turned = replace(known, label=np.where(own, 1 - known.label, known.label))
    before = fitted().table.X[:, LEARNED_BY_FOLD]
    after = fit_matching_model(data, "m", SERIAL, table=turned).table.X[:, LEARNED_BY_FOLD]
    np.testing.assert_array_equal(after[own], before[own])
    assert (np.abs(after[~own] - before[~own]) > 1e-4).any()


def test_what_a_person_takes_does_not_reach_his_learned_columns() -> None:
    """Hundreds of later enrolments of one fold change the others' popularity, not its own."""
    data, known = region(), table()
    at = data.interactions
    fold = module._folds(at, np.arange(len(at)), SERIAL.folds)
    mine = np.flatnonzero(fold == 0)
    last = float(np.max(at.time)) + 1_000.0
    added = replace(
        at.select(mine),
        activity=np.zeros(len(mine), dtype=np.int64),
        time=np.full(len(mine), last),
        state=np.full(len(mine), STATES.index(State.ENROLLED)),
        ended=np.full(len(mine), np.nan),
    )
    more = replace(data, interactions=_joined(at, added))
    place = _places(at, more.interactions)
    again = fit_matching_model(
        more, "m", SERIAL, table=replace(known, row=place[known.row])
    ).table.X[:, LEARNED_BY_FOLD]
    before = fitted().table.X[:, LEARNED_BY_FOLD]
    own = fold[known.row] == 0
    np.testing.assert_array_equal(again[own], before[own])
    popularity = [n for n in LEARNED_SIGNALS if n != "novelty"].index("popularity")
    assert (again[~own, popularity] != before[~own, popularity]).any()


def _joined(one: Interactions, other: Interactions) -> Interactions:
    names = ("person", "activity", "time", "state", "outcome", "ended", "slate", "propensity")
    columns = {n: np.concatenate([getattr(one, n), getattr(other, n)]) for n in names}
    return replace(one, **columns).in_order()


def _places(old: Interactions, new: Interactions) -> IntArray:
    """Positions of the old rows in the new table, which only has more rows at people's ends."""
    kept = np.flatnonzero(new.time <= old.time.max())
    np.testing.assert_array_equal(new.person[kept], old.person)
    return kept


def test_signals_of_several_folds_do_not_depend_on_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two processes fill in the same columns as one."""
    data, found = region(), fitted()
    signals = found.model.signals
    assert signals is not None
    nobody = np.zeros(len(found.table), dtype=np.int64)
    one = with_signals(data, found.table, [signals], nobody, 1)
    monkeypatch.setattr(module, "LEAST_PARALLEL", 1)
    np.testing.assert_array_equal(with_signals(data, found.table, [signals], nobody, 2), one)


# --------------------------------------------------------------------------- shape of the model


@cache
def adversary(name: str) -> Fitted:
    """A model of labels that speak against sense."""
    known = table()
    rng = np.random.default_rng(5)
    deficit = np.nan_to_num(known.X[:, DEFICIT])
    some = np.median(deficit[deficit > 0])
    label = {
        "against": (deficit == 0).astype(float),
        "humped": ((deficit > 0) & (deficit < some)).astype(float),
        "random": rng.integers(0, 2, len(known)).astype(float),
        "true": known.label,
    }[name]
    return fit_matching_model(region(), name, SERIAL, table=replace(known, label=label))


@pytest.mark.parametrize("name", ["against", "humped", "random", "true"])
def test_slopes_that_may_not_fall_do_not(name: str) -> None:
    """Whatever the labels say, no slope of a bounded factor is below 0; others are free."""
    model = adversary(name).model.relevance
    bounded = np.isin(model._owner(), load_prior().nonnegative)
    assert (model.coef_[0, bounded] >= 0).all()
    if name == "against":
        own = slice(model.slope_start_[DEFICIT], model.slope_start_[DEFICIT + 1])
        assert model.coef_[0, own][0] == 0.0  # it would have been far below
        assert (model.coef_[0, ~bounded] < 0).any()


@cache
def twins(name: str) -> ActivityMatcher:
    acts = [activity(id, "Школьная медиация", coverage={"MET": 0.1}) for id in ("a0", "a1")]
    return adversary(name).model.matcher(acts, FRAMEWORK)


@given(
    name=st.sampled_from(["against", "humped", "random", "true"]),
    before=st.dictionaries(
        st.sampled_from(["MET.ASM.01", "MET.ASM.02", "MET", "PSY.SLF.01", "COM"]),
        st.floats(0.01, 0.18),
        min_size=1,
    ),
    node=st.sampled_from(["MET.ASM.01", "MET.ASM", "PSY.SLF.01", "SUB.MTH.01"]),
    more=st.floats(0.0, 0.1),
    sizes=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4),
    texts=st.sampled_from([(), ("школьная медиация",), ("школьная система питания",)]),
)
def test_more_coverage_never_lowers_relevance_after_learning(
    name: str,
    before: Mapping[str, float],
    node: str,
    more: float,
    sizes: list[float],
    texts: tuple[str, ...],
) -> None:
    """Also a model of labels that punish coverage never ranks the wider of two twins lower."""
    first, second, third, fourth = sizes
    demands = [
        demand("MET.ASM", expected=first),
        demand("PSY.SLF.01", expected=second),
        demand("SUB.MTH", expected=third, kind=DemandKind.REQUEST, code="request:1"),
        *(
            demand(code="request:2", expected=fourth, kind=DemandKind.REQUEST, text=text)
            for text in texts
        ),
    ]
    after = {**before, node: before.get(node, 0.0) + more}
    matcher = copy.copy(twins(name))  # a whole fit for each example would take too long
    cells = np.zeros((2, len(FRAMEWORK)))
    for row, coverage in enumerate((before, after)):
        for code, share in coverage.items():
            cells[row, FRAMEWORK.index[code]] = share
    matcher.coverage_ = sp.csr_array(cells)
    less, grown = matcher.rank(
        TEACHER,
        deficits(demands),
        activities=matcher.activities_,
        offerings=[offering(a.id) for a in matcher.activities_],
        policy=POLICY,
        as_of=AS_OF,
        horizon=HORIZON,
    ).relevance
    assert grown >= less - 1e-12


def test_without_popularity_the_mean_stays() -> None:
    """A ranking leaves popularity out, yet mean relevance is the mean label within a hundredth."""
    found = fitted()
    X = found.table.X.copy()
    assert np.ptp(X[:, POPULARITY]) > 0.1
    X[:, POPULARITY] = np.nan
    chance = found.model.relevance.predict_proba(X)[:, 1]
    weight = found.table.weight
    label = np.average(found.table.label, weights=weight)
    assert np.average(chance, weights=weight) == pytest.approx(label, abs=0.01)


def test_the_same_data_give_the_same_model() -> None:
    """Two fits agree to the last bit; nothing is drawn."""
    again = fit_matching_model(region(), "m1", SERIAL, table=table())
    one, other = fitted().model, again.model
    np.testing.assert_array_equal(one.relevance.coef_, other.relevance.coef_)
    assert one.signals is not None
    assert other.signals is not None
    assert one.signals.quality == other.signals.quality


def test_rows_without_weight_are_no_part_of_the_training() -> None:
    """A weight of 0 for a person's rows is as if he had no row in the table."""
    data, known = region(), table()
    person = data.interactions.person
    weight = (person != person[known.row[0]]).astype(np.float64)
    found = fit_matching_model(data, "m", SERIAL, table=known, row_weight=weight)
    left = known.select(np.flatnonzero(weight[known.row] > 0))
    other = fit_matching_model(data, "m", SERIAL, table=left)
    assert len(found.table) == len(left) < len(known)
    np.testing.assert_array_equal(found.model.relevance.coef_, other.model.relevance.coef_)


def test_too_few_outcomes_or_outcomes_of_one_kind_are_refused() -> None:
    """Below fifty rows, or with one label only, the prior stays: an error says so."""
    data, known = region(), table()
    for few in (
        known.select(np.arange(49)),
        replace(known, label=np.ones(len(known))),
    ):
        with pytest.raises(InputError) as caught:
            fit_matching_model(data, "m", SERIAL, table=few)
        assert [f.code for f in caught.value.faults] == ["too_few_outcomes"]
    enough = np.flatnonzero(known.label == 0)[:49]
    one = np.flatnonzero(known.label > 0)[:1]
    barely = known.select(np.sort(np.concatenate([enough, one])))
    model = fit_matching_model(data, "m", SERIAL, table=barely).model
    assert np.isfinite(model.relevance.coef_).all()


def test_benefit_rates_by_hand() -> None:
    """Mean label of completions, each kind with ten of the mean added; others have the mean."""
    data, known = region(), table()
    rates = benefit_rates(data, known)
    done = data.interactions.state[known.row] == STATES.index(State.COMPLETED)
    label = known.label[done]
    kinds = [data.activities[i].kind for i in data.interactions.activity[known.row[done]]]
    for kind in Kind:
        own = [y for y, k in zip(label.tolist(), kinds, strict=True) if k is kind]
        assert rates[kind] == pytest.approx((sum(own) + 10 * label.mean()) / (len(own) + 10))
    assert any(kind not in kinds for kind in Kind)
    assert benefit_rates(data, known.select(np.flatnonzero(~done))) == {}
