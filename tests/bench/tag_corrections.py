"""What 30 corrections do to titles that were not corrected: the active list beside random picks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import Activity, BoolArray, FloatArray, IntArray
from engine.framework import Framework
from engine.matching.coverage import tag_chances
from engine.matching.tag_corrections import TagCorrection
from engine.matching.tag_review import review_list
from engine.matching.tagging import CompetencyTagger
from tests.bench.tag_measures import mean_interval, r_precision, recall
from tests.labels.titles import LabelledTitle, first_titles, rest_titles, right_leaves

CORRECTIONS = 30
THIRDS = 3


class Trial:
    """All labelled titles as a catalogue whose methodist answers by the labels."""

    def __init__(self, framework: Framework, titles: Sequence[LabelledTitle]) -> None:
        self.framework = framework
        self.labels = {t.title: t.labels for t in titles}
        self.activities = [t.activity(framework) for t in titles]
        self.right = right_leaves(titles, framework)
        self.index = {a.id: i for i, a in enumerate(self.activities)}
        self.before = self.chances(())

    def chances(self, corrected: Sequence[int]) -> FloatArray:
        """Chances of every title after corrections, as if itself had not been corrected."""
        answers = tuple(
            TagCorrection.of(self.activities[i], self.labels[self.activities[i].title])
            for i in corrected
        )
        tagger = CompetencyTagger(corrections=answers).fit(self.framework)
        return tag_chances(self.activities, self.framework, tagger)

    def active(self, pool: Sequence[int]) -> list[int]:
        """Corrections that the active list asks for, within a pool."""
        among: list[Activity] = [self.activities[i] for i in pool]
        tagger = CompetencyTagger().fit(self.framework)
        found = review_list(among, self.framework, tagger, CORRECTIONS)
        return [self.index[item.activity_id] for item in found]


def split(n: int, number: int) -> tuple[IntArray, IntArray, IntArray]:
    """Held-out third of the titles, the other two as a pool, and random picks out of the pool.

    Splits 3 k, 3 k + 1 and 3 k + 2 hold out the three thirds of one order.
    """
    rng = np.random.default_rng(number // THIRDS)
    order = rng.permutation(n)
    held = np.sort(order[number % THIRDS :: THIRDS])
    pool = np.setdiff1d(order, held)
    draw = np.random.default_rng([number, n])
    return held, pool, draw.choice(pool, CORRECTIONS, replace=False)


def gains(before: FloatArray, after: FloatArray, right: BoolArray) -> FloatArray:
    """Gain of R-precision and of recall, and the fall of the squared error; (n_texts, 3)."""
    return np.column_stack(
        [
            r_precision(after, right) - r_precision(before, right),
            recall(after, right) - recall(before, right),
            ((before - right) ** 2).sum(axis=1) - ((after - right) ** 2).sum(axis=1),
        ]
    )


@dataclass(frozen=True)
class Measured:
    """Mean gains of every title over the splits, by way of picking; see ``gains``.

    Parameters
    ----------
    held_out
        Shape (n_titles, 3), over the splits in which nobody could correct the title.
    catalogue
        Shape (n_titles, 3), over all splits: what a methodist has in the end, a corrected title
        being right.
    """

    held_out: FloatArray
    catalogue: FloatArray


def measure(trial: Trial, splits: int) -> dict[str, Measured]:
    """Gains by the active list and by random picks.

    Raises
    ------
    ValueError
        If the splits are no multiple of three: then some titles are held out less often.
    """
    if splits % THIRDS or splits < 1:
        raise ValueError("splits must be a multiple of three")
    found = {}
    for way in ("active list", "random"):
        held_out = np.zeros((len(trial.activities), 3))
        catalogue = np.zeros_like(held_out)
        for seed in range(splits):
            held, pool, random = split(len(held_out), seed)
            picks = trial.active(pool) if way == "active list" else random.tolist()
            after = trial.chances(picks)
            held_out[held] += gains(trial.before[held], after[held], trial.right[held])
            after[picks] = trial.right[picks]
            catalogue += gains(trial.before, after, trial.right) / splits
        found[way] = Measured(held_out * THIRDS / splits, catalogue)
    return found


def corrections_report(framework: Framework, splits: int) -> Iterator[str]:
    """Gains with intervals over the titles."""
    trial = Trial(framework, [*first_titles(), *rest_titles()])
    found = measure(trial, splits)
    yield f"{CORRECTIONS} corrections, {splits} splits; 95 % bootstrap over titles"
    for what in ("held_out", "catalogue"):
        active, random = (getattr(m, what) for m in found.values())
        for name, values in (
            ("active list", active),
            ("random", random),
            ("active less random", active - random),
        ):
            shown = (
                f"{measure} {mean:+.3f} ({low:+.3f} to {high:+.3f})"
                for measure, (mean, low, high) in zip(
                    ("R-precision", "recall", "squared error less"),
                    (mean_interval(column) for column in values.T),
                    strict=True,
                )
            )
            yield f"  {what:10s}{name:20s}" + "   ".join(shown)
