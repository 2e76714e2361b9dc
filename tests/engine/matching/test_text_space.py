"""What models of one catalogue share: its texts, and the words of the framework's leaves."""

from __future__ import annotations

import numpy as np
import pytest

from engine.framework import load_framework
from engine.matching.matcher import ActivityMatcher
from engine.matching.tag_lexicon import LeafLexicon, leaf_lexicon
from engine.matching.tagging import CompetencyTagger
from engine.matching.text import RussianTextFeatures, similarity
from engine.matching.text_space import text_space
from tests.engine.matching.records import FRAMEWORK, activity

TEXTS = ("школьная медиация", "уроки математики", "медиация в школе и семье")
NODES = ("медиация", "математика")


def test_it_holds_what_features_by_themselves_give() -> None:
    """Vectors and similarities are those of features fitted on activities and nodes together."""
    space = text_space(TEXTS, NODES)
    features = RussianTextFeatures().fit([*TEXTS, *NODES])
    own, nodes = features.transform(TEXTS), features.transform(NODES)
    np.testing.assert_array_equal(space.text.toarray(), own.toarray())
    np.testing.assert_array_equal(space.by_feature.toarray(), own.toarray().T)
    np.testing.assert_array_equal(space.alike, similarity(own, nodes).toarray())


def test_equal_texts_share_and_others_do_not() -> None:
    """It goes by what the texts say, not by which objects hold it; nobody can change it."""
    space = text_space(TEXTS, NODES)
    assert text_space(tuple("".join(t) for t in TEXTS), NODES) is space
    assert text_space(TEXTS[:2], NODES) is not space
    assert text_space(TEXTS, NODES[::-1]) is not space
    with pytest.raises(ValueError, match="read-only"):
        space.alike[0, 0] = 1.0


def test_matchers_of_one_catalogue_differ_in_their_own_parameters_only() -> None:
    """Two matchers share vectors; similarities scaled otherwise are each one's own."""
    acts = [activity("a0", "Школьная медиация"), activity("a1", "Уроки математики")]
    one = ActivityMatcher().fit(acts, FRAMEWORK)
    other = ActivityMatcher(text_floor=0.0, text_full=1.0).fit(acts, load_framework())
    assert one.text_ is other.text_
    assert one.similar_ is not other.similar_
    known = one.node_similarity_.copy()
    other.node_similarity_[:] = 0.0
    np.testing.assert_array_equal(one.node_similarity_, known)


def test_a_lexicon_goes_by_the_frameworks_digest_and_the_weights() -> None:
    """Loaded twice a framework has one lexicon, as learned anew; another weight has its own."""
    plain, again = (CompetencyTagger().fit(load_framework()) for _ in range(2))
    heavy = CompetencyTagger(char_weight=0.9).fit(FRAMEWORK)
    assert plain.lexicon_ is again.lexicon_
    names = [n for n in vars(plain.lexicon_) if n.endswith("_weight")]
    weights = {name: getattr(plain.lexicon_, name) for name in names}
    alone = LeafLexicon(**weights).fit(FRAMEWORK)
    np.testing.assert_array_equal(plain.lexicon_.scores(TEXTS), alone.scores(TEXTS))
    assert leaf_lexicon(FRAMEWORK, **weights) is plain.lexicon_
    assert (heavy.lexicon_.scores(TEXTS) != alone.scores(TEXTS)).any()
