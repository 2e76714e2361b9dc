"""Tagging against hand labels that were made before its output was seen."""

import numpy as np
import pytest

from engine.domain import FloatArray
from engine.matching.tagging import CompetencyTagger
from tests.bench.tag_measures import (
    r_precision,
    random_r_precision,
    random_recall,
    ratio_of_means,
    recall,
    word_tfidf,
)
from tests.bench.tagging import catalogue_scores, title_scores
from tests.engine.matching.records import FRAMEWORK
from tests.labels.titles import first_titles, rest_titles, right_leaves, second_pass

REST = rest_titles()
RIGHT = right_leaves(REST, FRAMEWORK)
TEXTS = {
    "title": [t.title for t in REST],
    "title and audience": [f"{t.title}; {t.audience}" for t in REST],
}
SCORES = {
    "title": title_scores(REST, FRAMEWORK),
    "title and audience": catalogue_scores(REST, FRAMEWORK),
}
WHICH = pytest.mark.parametrize("which", list(TEXTS))


def test_labels_are_leaves_and_titles_are_not_labelled_twice() -> None:
    """117 different titles with 1–5 different leaves each, 30 of them once more."""
    titles, leaves = [*first_titles(), *REST], set(CompetencyTagger().fit(FRAMEWORK).leaves_)
    assert len({t.title for t in titles}) == len(titles) == 117
    for title in [*titles, *second_pass()]:
        assert 1 <= len(title.labels) == len(set(title.labels)) <= 5
        assert set(title.labels) <= leaves
    assert {t.title for t in second_pass()} < {t.title for t in REST}
    assert len(second_pass()) == 30


def test_the_two_passes_agree_as_the_readme_says() -> None:
    """Mean Jaccard .91, the same main leaf in 27 of 30."""
    first = {t.title: t.labels for t in REST}
    pairs = [(set(t.labels), set(first[t.title])) for t in second_pass()]
    jaccard = np.mean([len(a & b) / len(a | b) for a, b in pairs])
    assert jaccard == pytest.approx(0.911, abs=5e-4)
    assert sum(t.labels[0] == first[t.title][0] for t in second_pass()) == 27


@WHICH
def test_titles_never_seen_are_ranked_a_fifth_better_than_by_word_tfidf(which: str) -> None:
    """The interval's lower end of the ratio of R-precision is above 1.2, of recall above 1.15."""
    baseline = word_tfidf(TEXTS[which], FRAMEWORK)
    for measure, least in ((r_precision, 1.2), (recall, 1.15)):
        ratio, low, _ = ratio_of_means(measure(SCORES[which], RIGHT), measure(baseline, RIGHT))
        assert ratio > 1.2
        assert low > least


@WHICH
def test_stems_alone_do_not_explain_the_lead(which: str) -> None:
    """A baseline with the tagger's own stems is behind as well, in precision with certainty."""
    baseline = word_tfidf(TEXTS[which], FRAMEWORK, stems=True)
    _, low, _ = ratio_of_means(r_precision(SCORES[which], RIGHT), r_precision(baseline, RIGHT))
    assert low > 1.05
    assert recall(SCORES[which], RIGHT).mean() > recall(baseline, RIGHT).mean()


def _mean(values: FloatArray) -> float:
    return float(values.mean())


@WHICH
def test_tags_are_far_from_chance(which: str) -> None:
    """Precision is over thirty times, recall over fifteen times the exact expectation."""
    assert _mean(r_precision(SCORES[which], RIGHT)) > 30 * _mean(random_r_precision(RIGHT))
    assert _mean(recall(SCORES[which], RIGHT)) > 15 * _mean(random_recall(RIGHT))
