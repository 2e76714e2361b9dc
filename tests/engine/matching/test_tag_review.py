"""The active list: what a correction is worth, against brute force and by planted cases."""

import numpy as np
import pytest

from engine.matching.tag_corrections import TagCorrection
from engine.matching.tag_review import _picks, doubts, review_list
from engine.matching.tagging import CompetencyTagger
from tests.engine.matching.records import FRAMEWORK, activity

ZERO_SHOT = CompetencyTagger().fit(FRAMEWORK)
SURE = activity("sure", "Школьная медиация и служба примирения")
VAGUE = activity("vague", "Педагогическая мастерская: вопросы практики и карьеры")


def _ids(activities: list, most: int = 9, **options: object) -> list[str]:
    tagger = options.pop("tagger", ZERO_SHOT)
    found = review_list(activities, FRAMEWORK, tagger, most, **options)  # type: ignore[arg-type]
    return [item.activity_id for item in found]


def test_doubt_by_hand() -> None:
    """Variance of right or wrong plus the chance of a miss; certainty has none, nothing has one."""
    found = doubts(np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 0.0], [0.2, 0.0]]))
    np.testing.assert_allclose(found, [0.75, 0.0, 1.0, 0.16 + 0.8])


def test_the_value_is_the_fall_of_the_catalogue_s_variance() -> None:
    """Each pick takes out what full Gaussian conditioning on all picks takes out, and the most.

    Brute force: variance Σ w_i (1 − kᵀ (K + ridge I)⁻¹ k) after every possible next correction.
    """
    rng = np.random.default_rng(5)
    rows = rng.random((7, 4))
    alike = rows @ rows.T / np.outer(np.linalg.norm(rows, axis=1), np.linalg.norm(rows, axis=1))
    weight, ridge, n_open = rng.random(5), 0.3, 5

    def left(known: list[int]) -> float:
        k = alike[:n_open][:, known]
        inverse = np.linalg.inv(alike[np.ix_(known, known)] + ridge * np.eye(len(known)))
        return float(weight @ (1 - np.einsum("ij,jk,ik->i", k, inverse, k)))

    known = [5, 6]
    for pick, value in _picks(alike, n_open, weight, ridge, 3):
        falls = {j: left(known) - left([*known, j]) for j in range(n_open) if j not in known}
        assert value == pytest.approx(falls[pick])
        assert value == pytest.approx(max(falls.values()))
        known.append(pick)


def test_what_is_sure_comes_last() -> None:
    """A title with one clear leaf is worth less than a vague one, and less than no tags at all."""
    nothing = activity("nothing", "Абракадабра")
    assert _ids([SURE, VAGUE, nothing])[-1] == "sure"


def test_use_puts_an_activity_first() -> None:
    """Of two texts alike in doubt the one that more hangs on comes first, whichever it is."""
    pair = [activity("a1", "Вопросы практики первой"), activity("a2", "Вопросы практики второй")]
    assert _ids(pair, use={"a1": 2.0})[0] == "a1"
    assert _ids(pair, use={"a2": 2.0})[0] == "a2"


def test_one_of_many_alike_is_asked_first_and_the_rest_later() -> None:
    """A text that stands for others goes before a lone one; its twins then wait for it."""
    title = "Лаборатория тихих перемен"
    twins = [activity(f"t{i}", title) for i in range(3)]
    lone = activity("lone", "Мастерская карьеры")
    items = review_list([*twins, lone], FRAMEWORK, ZERO_SHOT, 9)
    assert [item.activity_id for item in items][:2] == ["t0", "lone"]
    assert [item.similar for item in items if item.activity_id != "lone"] == [2, 2, 2]
    values = [item.value for item in items]
    assert values == sorted(values, reverse=True)


def test_covered_and_corrected_activities_are_not_asked_again() -> None:
    """Given coverage needs no look; a corrected activity is done, and its twin is worth less."""
    given = activity("given", VAGUE.title, coverage={"MET": 0.5})
    twin = activity("twin", VAGUE.title)
    tagger = CompetencyTagger(corrections=(TagCorrection.of(VAGUE, ["MET.TEC.01"]),))
    tagger.fit(FRAMEWORK)
    lone = activity("lone", "Лаборатория тихих перемен")
    assert _ids([given, VAGUE, twin, lone], tagger=tagger) == ["lone", "twin"]


def test_the_list_is_short_and_in_one_order() -> None:
    """It has at most as many as asked for, and the order of the catalogue does not matter."""
    items = [activity(f"a{i}", f"Мастерская {i} вопросов") for i in range(6)]
    assert _ids(items, 4) == _ids(items[::-1], 4)
    assert len(_ids(items, 4)) == 4
    assert _ids(items, 0) == []
    assert _ids([]) == []
