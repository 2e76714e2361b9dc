"""The most similar text of a history: as all pairs say, remembered or not."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

from engine.matching.similar_texts import SimilarTexts, scaled

FLOOR, FULL = 0.15, 0.6


def _texts(n: int = 40, seed: int = 0) -> sp.csr_array:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((n, 30)) < 0.25, rng.random((n, 30)), 0.0)
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-12)
    return sp.csr_array(dense)


def _similar(text: sp.csr_array, **more: int) -> SimilarTexts:
    return SimilarTexts(text, text.T.tocsr(), FLOOR, FULL, **more)


def test_scale_by_hand() -> None:
    """0 up to the floor, 1 from full on, a straight line between."""
    values = scaled(np.array([0.0, 0.2, 0.3, 0.4, 0.9]), 0.2, 0.4)
    np.testing.assert_allclose(values, [0.0, 0.0, 0.5, 1.0, 1.0])


@pytest.mark.parametrize("most_pairs", [1_000_000, 50, 0])
def test_nearest_is_the_largest_of_all_pairs(most_pairs: int) -> None:
    """Against the dense product, for many histories in turn, whatever room memory has."""
    text = _texts()
    similar = _similar(text, most_pairs=most_pairs)
    pairs = scaled(text.toarray() @ text.toarray().T, FLOOR, FULL)
    rng = np.random.default_rng(1)
    for _ in range(60):
        history = rng.choice(40, rng.integers(1, 5), replace=False)
        found = similar.nearest(history.tolist())
        np.testing.assert_allclose(found, pairs[history].max(axis=0), atol=1e-12)


def test_nothing_taken_is_like_nothing() -> None:
    """No history: similarity 0 everywhere."""
    assert not _similar(_texts()).nearest([]).any()


def test_what_is_remembered_stays_within_its_room() -> None:
    """Pairs are counted as they are kept and forgotten at the limit; 40 texts need more than it."""
    similar = _similar(_texts(), most_pairs=100)
    for i in range(40):
        similar.nearest([i])
        kept = sum(len(at) for at, _ in similar._known.values())
        assert kept == similar._pairs <= 100
    assert similar._known


def test_an_answer_is_remembered_and_a_copy_answers_alike() -> None:
    """The second question takes the kept pairs; another process begins without them."""
    similar = _similar(_texts())
    first = similar.nearest([3, 5])
    kept = similar._known[3][0]
    assert similar.nearest([5, 3]).tobytes() == first.tobytes()
    assert similar._known[3][0] is kept
    copy = pickle.loads(pickle.dumps(similar))
    assert not copy._known
    assert copy.nearest([3, 5]).tobytes() == first.tobytes()


def test_what_is_prepared_is_there_and_is_the_same() -> None:
    """Prepared activities are remembered, no others; answers are those without preparing."""
    similar = _similar(_texts())
    similar.prepare([7, 2])
    assert sorted(similar._known) == [2, 7]
    expected = _similar(_texts()).nearest([2, 9])
    assert similar.nearest([2, 9]).tobytes() == expected.tobytes()
