"""Russian text features."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from engine.matching.text import (
    RussianTextFeatures,
    as_texts,
    normalise,
    similarity,
    stem,
    word_terms,
)

TEXTS = [
    "Подготовка обучающихся к ЕГЭ по математике",
    "Профилактика эмоционального выгорания педагогов",
    "Инклюзивное образование: работа с детьми с ОВЗ",
]


def test_normalisation_unifies_what_catalogues_mix() -> None:
    """ё, case, quotes and spaces of one title written in different ways come out the same."""
    assert normalise("  «Учёба»:\tдетям") == normalise('"УЧЕБА" : детям') == "учеба | детям"


def test_forms_of_one_word_have_one_stem() -> None:
    """Cases of a noun share the published Snowball stem."""
    assert {stem(w) for w in ("оценивание", "оценивания", "оцениванию")} == {"оценивание"[:-2]}
    assert stem("running") == "run"


def test_pairs_do_not_cross_quotes_and_skip_function_words() -> None:
    """Neighbours across «…» or a colon are no pair; «и» does not part its neighbours."""
    terms = word_terms("Форум «Дети и школа»: итоги")
    assert terms == ["форум", "дет", "школ", "дет_школ", "итог"]


def test_hyphenated_words_match_their_parts() -> None:
    """«онлайн-конференция» and «онлайн конференция» give the same terms."""
    assert word_terms("онлайн-конференция") == word_terms("Онлайн конференция")


def test_similarity_is_symmetric_highest_with_itself_and_in_range() -> None:
    """Each text is most similar, namely wholly, to itself."""
    features = RussianTextFeatures().fit(TEXTS)
    X = features.transform(TEXTS)
    S = similarity(X, X).toarray()
    np.testing.assert_allclose(np.diag(S), 1.0)
    np.testing.assert_allclose(S, S.T)
    assert (S.argmax(axis=1) == np.arange(3)).all()


def test_inflected_request_finds_its_text() -> None:
    """A request in other word forms is nearest to the text that it means."""
    features = RussianTextFeatures().fit(TEXTS)
    asked = ["выгоранию педагога", "дети ОВЗ, инклюзивная школа", "готовить к егэ, математика"]
    S = similarity(features.transform(asked), features.transform(TEXTS)).toarray()
    assert S.argmax(axis=1).tolist() == [1, 2, 0]


def test_typing_errors_are_forgiven_by_characters() -> None:
    """A word with a typing error is still nearest to its text."""
    features = RussianTextFeatures().fit(TEXTS)
    S = similarity(features.transform(["матиматика"]), features.transform(TEXTS)).toarray()
    assert S.argmax() == 0
    assert S.max() > 0


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_gives_finite_features(texts: list[str]) -> None:
    """Emoji, control characters, Chinese or nothing never break it; lengths are at most 1."""
    X = FITTED.transform(texts)
    assert X.shape == (len(texts), N_FEATURES)
    assert np.isfinite(X.data).all()
    assert (np.sqrt(X.multiply(X).sum(axis=1)) <= 1 + 1e-9).all()


FITTED = RussianTextFeatures().fit(TEXTS)
N_FEATURES = FITTED.transform(["а"]).shape[1]


def test_one_bare_string_is_refused() -> None:
    """A string in place of a list of texts is an error, not a list of letters."""
    with pytest.raises(TypeError):
        as_texts("математика")
    with pytest.raises(TypeError):
        as_texts([1])
    assert as_texts([None, "а"]) == ["", "а"]


def test_constructor_only_stores_and_clone_keeps_parameters() -> None:
    """scikit-learn's promise: a clone has the same parameters and is not fitted."""
    copy = clone(RussianTextFeatures(char_weight=0.1).fit(TEXTS))
    assert copy.get_params() == RussianTextFeatures(char_weight=0.1).get_params()
    assert not hasattr(copy, "features_")
