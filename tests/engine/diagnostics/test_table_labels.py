"""Labels of the public estimators' tables: whole numbers, text, both, in any order."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer

from engine.diagnostics.item_response_model import ItemResponseModel
from engine.diagnostics.score_model import ScoreModel
from engine.errors import InputError

EASY = np.linspace(-2, 2, 6)


def answers(labels):
    """Answers of 150 people to items from hard to easy, long and wide."""
    rng = np.random.default_rng(1)
    chance = 1 / (1 + np.exp(-(rng.normal(size=(150, 1)) + EASY)))
    wide = pd.DataFrame((rng.random(chance.shape) < chance).astype(float), columns=labels)
    wide.index = [f"p{i}" for i in range(150)]
    rows = [(p, i, wide.at[p, i]) for p in wide.index for i in labels]
    return wide, pd.DataFrame(rows, columns=["person", "item", "response"])


def scores():
    """Scores of three people at the nodes 3, 1 and 2."""
    return pd.DataFrame(
        {
            "person": ["a", "a", "b", "b", "c", "c"],
            "node": [3, 1, 1, 2, 2, 3],
            "score": [1, 6, 5, 3, 2, 0],
            "max_score": 6,
        }
    )


def codes(call):
    with pytest.raises(InputError) as caught:
        call()
    return [(fault.code, fault.pointer) for fault in caught.value.faults]


@pytest.mark.parametrize("labels", [[5, 4, 3, 2, 1, 0], [7, 1, 9, 2, 4, 3], ["a", 3, "b", 1, 2, 0]])
def test_numbers_are_names_of_items_and_no_places(labels):
    """A long table of whole numbers says what it says with text in their stead."""
    wide, long = answers(labels)
    q_matrix = pd.DataFrame({"A": [1, 1, 1, 0, 0, 0], "B": [0, 0, 0, 1, 1, 1]}, index=labels)
    shuffled = q_matrix.iloc[[3, 0, 5, 1, 4, 2]]
    model = ItemResponseModel(shuffled).fit(long)
    text = ItemResponseModel(q_matrix.rename(index="i{}".format)).fit(
        wide.rename(columns="i{}".format)
    )
    np.testing.assert_allclose(model.weights_, text.weights_)
    np.testing.assert_allclose(model.intercepts_, text.intercepts_, atol=1e-9)
    assert model.items_ == tuple(labels)
    assert list(model.to_bank().items) == [str(label) for label in labels]
    # the hardest item right, the easiest wrong: long, in another order, and wide
    some = pd.DataFrame({"person": "x", "item": [labels[5], labels[0]], "response": [0.0, 1.0]})
    row = pd.DataFrame([[1.0, np.nan, np.nan, np.nan, np.nan, 0.0]], columns=labels)
    expected = text.transform(row.rename(columns="i{}".format))
    np.testing.assert_allclose(model.transform(some), expected, atol=1e-9)
    np.testing.assert_allclose(model.transform(row[labels[::-1]]), expected, atol=1e-9)
    with pytest.raises(ValueError, match="without a column"):
        model.transform(row[labels[:5]])


def test_scores_of_numbered_nodes():
    """Directions and tasks by number; a wide table in another order of its columns."""
    tasks, directions = {1: 4, 2: 6, 3: 25}, {1: "d", 2: "d", 3: "e"}
    model = ScoreModel(tasks, directions=directions).fit(scores())
    assert model.nodes_ == (3, 1, 2)
    found = model.posterior(scores())
    assert [tasks[node] for node in found["node"]] == found["n_tasks"].tolist()
    text = ScoreModel(
        {f"n{k}": n for k, n in tasks.items()},
        directions={f"n{k}": d for k, d in directions.items()},
    ).fit(scores().assign(node=scores()["node"].map("n{}".format)))
    np.testing.assert_allclose(
        model.transform(scores()),
        text.transform(scores().assign(node=scores()["node"].map("n{}".format))),
    )
    wide = pd.DataFrame([[1.0, np.nan, 1 / 6]], columns=[1, 2, 3])
    np.testing.assert_allclose(model.transform(wide), model.transform(scores().head(2)))
    with pytest.raises(ValueError, match="without a column: 1"):
        model.transform(wide[[2, 3]])
    as_text = scores().assign(node=scores()["node"].astype(str))
    with pytest.raises(ValueError, match="not fitted on: 3, 1, 2"):
        ScoreModel().fit(scores()).transform(as_text)
    with pytest.raises(ValueError, match="without n_tasks: 3, 1, 2"):
        model.transform(as_text)


def test_places_do_not_suit_long_tables():
    """Tasks and directions by place would depend on the order of the rows."""
    with pytest.raises(ValueError, match="n_tasks by place"):
        ScoreModel([4, 6, 25]).fit(scores())
    with pytest.raises(ValueError, match="directions by place"):
        ScoreModel(directions=["d", "d", "e"]).fit(scores())
    stated = ScoreModel([4, 6, 25]).fit(scores().assign(n_tasks=7))
    assert set(stated.posterior(scores().assign(n_tasks=7))["n_tasks"]) == {7}
    with pytest.raises(ValueError, match="without n_tasks: 2"):
        ScoreModel({1: 4, 3: 5}).fit(pd.DataFrame([[0.5, 0.5, 0.5]], columns=[1, 2, 3]))


def test_rows_are_counted_as_they_stand():
    """Whatever the index of a frame: text, or that of another order."""
    _, long = answers(list("abcdef"))
    twice = pd.concat([long.head(3), long.head(1).assign(response=0.5)])
    for index in (list("wxyz"), [9, 2, 5, 0]):
        found = codes(lambda index=index: ItemResponseModel().fit(twice.set_axis(index)))
        assert found == [("duplicate_contradiction", "/3/response")]
    table = scores().iloc[[0, 1, 0]].assign(procedure=None, score=[1, 6, 2])
    assert codes(lambda: ScoreModel().fit(table)) == [("duplicate_contradiction", "/2/score")]


def test_what_is_no_number_is_named():
    """Endless maxima and numbers of tasks in words are faults; an empty cell is the default."""
    endless = scores().astype({"max_score": float})
    endless.loc[2, "max_score"] = np.inf
    assert codes(lambda: ScoreModel().fit(endless)) == [("maximum_not_positive", "/2/max_score")]
    words = scores().assign(n_tasks=["25 tasks", 4, None, np.inf, "", 3])
    assert codes(lambda: ScoreModel().fit(words)) == [
        ("tasks_not_positive", "/0/n_tasks"),
        ("tasks_not_positive", "/3/n_tasks"),
    ]


def test_an_empty_score_contradicts_nothing():
    """It is no measurement: the score beside it stands, whatever its own maximum."""
    beside = scores().astype(float, errors="ignore")
    empty = beside.head(2).assign(score=np.nan, max_score=[7, np.nan])
    model = ScoreModel().fit(pd.concat([beside, empty]))
    np.testing.assert_allclose(model.node_means_, ScoreModel().fit(beside).node_means_)


def test_nothing_to_learn_from_is_said():
    """No rows, or no answer in them."""
    wide, long = answers(list("abcdef"))
    for model, table in (
        (ItemResponseModel(), long.head(0)),
        (ItemResponseModel(), long.assign(response=np.nan)),
        (ItemResponseModel(), wide * np.nan),
        (ScoreModel(), scores().head(0)),
        (ScoreModel(), wide * np.nan),
    ):
        assert codes(lambda model=model, table=table: model.fit(table)) == [("no_answers", "")]


@pytest.mark.parametrize("levels", [(0.8, 0.6), (0, 0.5), (0.5, 1), (0.5, 0.5), (np.nan, 0.5)])
def test_levels_out_of_order_are_refused(levels):
    """At fitting, and where they were changed after it."""
    with pytest.raises(ValueError, match="levels"):
        ScoreModel(levels=levels).fit(scores())
    with pytest.raises(ValueError, match="levels"):
        ScoreModel().fit(scores()).set_params(levels=levels).posterior(scores())


def test_results_are_named():
    """Skills and nodes name the columns, people the rows, of long tables too."""
    wide, long = answers(list("abcdef"))
    model = ItemResponseModel(np.eye(2)[[0, 0, 0, 1, 1, 1]], tol=0.05).set_output(
        transform="pandas"
    )
    for table in (wide, long):
        found = model.fit(table).transform(table)
        assert found.columns.tolist() == ["skill1", "skill2"]
        assert found.index.tolist() == wide.index.tolist()
    named = ScoreModel().set_output(transform="pandas").fit(scores()).transform(scores())
    assert (named.columns.tolist(), named.index.tolist()) == (["3", "1", "2"], ["a", "b", "c"])
    both = ColumnTransformer([("s", ScoreModel(), ["a", "b"])]).set_output(transform="pandas")
    assert both.fit_transform(wide).columns.tolist() == ["s__a", "s__b"]
