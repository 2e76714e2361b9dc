"""Tagging on hand labels: ranking beside word TF-IDF and chance, calibration, corrections.

``python -m tests.bench.tagging [--fit FILE]`` (``--fit`` writes the calibration anew.)
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from engine.domain import BoolArray, FloatArray
from engine.framework import Framework, load_framework
from engine.matching.tag_calibration import TagCalibration, candidates, fit_calibration, to_json
from engine.matching.tag_scores import activity_scores
from engine.matching.tagging import CompetencyTagger
from tests.bench.tag_corrections import corrections_report
from tests.bench.tag_measures import (
    TOP,
    calibration_error,
    calibration_error_by_chance,
    r_precision,
    random_r_precision,
    random_recall,
    ratio_of_means,
    recall,
    word_tfidf,
)
from tests.labels.titles import LabelledTitle, first_titles, rest_titles, right_leaves

FOLDS = 10
SEEDS = 5
FITTED_ON = (
    "117 titles of a real catalogue labelled by hand (tests/labels), each once by its title alone "
    "and once with its audience; the first ten leaves of a text that were found"
)


def catalogue_scores(titles: Sequence[LabelledTitle], framework: Framework) -> FloatArray:
    """Scores from title and audience, as for a catalogue."""
    tagger = CompetencyTagger().fit(framework)
    items = [t.activity(framework) for t in titles]
    return activity_scores(items, framework, tagger.decision_function)[0]


def title_scores(titles: Sequence[LabelledTitle], framework: Framework) -> FloatArray:
    """Scores from the title alone, as for a request."""
    return CompetencyTagger().fit(framework).decision_function([t.title for t in titles])


def ranking_report(framework: Framework) -> Iterator[str]:
    """R-precision and recall of both sets of titles with ratios to the baselines."""
    for name, titles in (("77 new titles", rest_titles()), ("40 old titles", first_titles())):
        right = right_leaves(titles, framework)
        with_audience = [f"{t.title}; {t.audience}" for t in titles]
        for what, ours, texts in (
            ("title", title_scores(titles, framework), [t.title for t in titles]),
            ("title, audience", catalogue_scores(titles, framework), with_audience),
        ):
            yield f"{name}, {what}"
            yield _line("  tagger", r_precision(ours, right), recall(ours, right))
            chance = random_r_precision(right), random_recall(right)
            yield _line("  random, exact", *chance)
            for label, stems in (("word TF-IDF", False), ("word TF-IDF, stems", True)):
                theirs = word_tfidf(texts, framework, stems=stems)
                pairs = [(m(ours, right), m(theirs, right)) for m in (r_precision, recall)]
                ratios = [ratio_of_means(*pair) for pair in pairs]
                shown = ", ".join(f"x{r:.2f} ({low:.2f}-{high:.2f})" for r, low, high in ratios)
                yield _line(f"  {label}", pairs[0][1], pairs[1][1]) + f"   ours: {shown}"


def _line(name: str, precision: FloatArray, found: FloatArray) -> str:
    means = f"R-precision@{TOP} {precision.mean():.3f}   recall@{TOP} {found.mean():.3f}"
    return f"{name:24s} {means}"


def fit_on(scores: Sequence[FloatArray], right: BoolArray) -> TagCalibration:
    """Calibration on several scorings of the same titles."""
    labels = np.concatenate([right] * len(scores))
    return fit_calibration(
        np.concatenate(scores), labels, version="labels-2026-11", fitted_on=FITTED_ON
    )


def out_of_fold(scores: Sequence[FloatArray], right: BoolArray, seed: int) -> list[FloatArray]:
    """Chances of every title from a curve that has not seen it, for each scoring."""
    fold = np.random.default_rng(seed).permutation(len(right)) % FOLDS
    found = [np.zeros(s.shape) for s in scores]
    for k in range(FOLDS):
        curve = fit_on([s[fold != k] for s in scores], right[fold != k])
        for chances, s in zip(found, scores, strict=True):
            chances[fold == k] = curve.chances(s[fold == k])
    return found


def calibration_report(framework: Framework) -> Iterator[str]:
    """Calibration error out of fold, over several groups of pairs of a text and a leaf."""
    titles = [*first_titles(), *rest_titles()]
    right = right_leaves(titles, framework)
    scores = [catalogue_scores(titles, framework), title_scores(titles, framework)]
    tagger = CompetencyTagger()
    folds = [out_of_fold(scores, right, seed) for seed in range(SEEDS)]
    yield f"calibration error, {FOLDS} folds by title, mean of {SEEDS} splits, 15 bins (floor)"
    for i, what in enumerate(("title, audience", "title")):
        for group in (f"first {TOP} leaves", "leaves kept as tags", "the first leaf"):
            errors, floors = [], []
            for chances in (fold[i] for fold in folds):
                chosen = {
                    "leaves kept as tags": tagger.kept(chances),
                    "the first leaf": candidates(scores[i], 1),
                }.get(group, candidates(scores[i], TOP))
                errors.append(calibration_error(chances[chosen], right[chosen]))
                floors.append(calibration_error_by_chance(chances[chosen]))
            yield (
                f"  {what + ', ' + group:38s} {np.mean(errors):.3f} (worst {max(errors):.3f}; "
                f"{np.mean(floors):.3f} if every chance were true)"
            )


def main(argv: Sequence[str] | None = None) -> str:
    """Measure; with ``--fit`` write the calibration first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", type=Path, help="calibration file to write")
    parser.add_argument("--splits", type=int, default=30, help="splits of the corrections")
    options = parser.parse_args(argv)
    framework = load_framework()
    if options.fit is not None:
        titles = [*first_titles(), *rest_titles()]
        scores = [catalogue_scores(titles, framework), title_scores(titles, framework)]
        curve = fit_on(scores, right_leaves(titles, framework))
        options.fit.write_text(to_json(curve), encoding="utf-8")
    return "\n".join(
        [
            *ranking_report(framework),
            *calibration_report(framework),
            *corrections_report(framework, options.splits),
        ]
    )


if __name__ == "__main__":
    print(main())
