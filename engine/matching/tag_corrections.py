"""Methodists' corrections of tags, and what they teach about other texts.

A correction says what one activity is about; for that activity it is the last word. Beyond it, the
zero-shot chances are the prior mean of a Gaussian process over texts, whose kernel is the cosine
of their words: what they missed on corrected texts is carried to similar ones and shrunk by
``ridge``, and a text that shares no word with a corrected one stays as it was (kernel ridge on
residuals; Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, § 2.2 and 2.7).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge

from engine.domain import Activity, FloatArray, Position, Stage
from engine.errors import Fault, InputError
from engine.framework import Framework
from engine.matching.audience import infer_audience
from engine.matching.tag_scores import TextFields
from engine.matching.text import as_texts, word_terms


def text_of(item: TextFields) -> str:
    """Text by which corrected and other activities are compared."""
    return f"{item.title}; {item.summary}" if item.summary else item.title


@dataclass(frozen=True, slots=True)
class TagCorrection:
    """What a methodist says of one activity.

    Parameters
    ----------
    title, summary, audience, positions, subjects, stages
        Text of the activity, from which other texts learn.
    right
        Leaves that are right, each with its share in (0, 1] or ``None`` = not stated. If there
        are any, the list is whole: every other leaf is wrong.
    wrong
        Leaves that are wrong; the rest of the tags stands where ``right`` is empty.
    """

    activity_id: str
    title: str
    right: tuple[tuple[str, float | None], ...] = ()
    wrong: tuple[str, ...] = ()
    summary: str = ""
    audience: str = ""
    positions: tuple[Position, ...] = ()
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()

    @classmethod
    def of(
        cls,
        activity: Activity,
        right: Mapping[str, float | None] | Collection[str] = (),
        wrong: Collection[str] = (),
    ) -> Self:
        """Return the correction of an activity; ``right`` with shares or without."""
        shares = right if isinstance(right, Mapping) else dict.fromkeys(right)
        return cls(
            activity_id=activity.id,
            title=activity.title,
            right=tuple(sorted(shares.items())),
            wrong=tuple(sorted(wrong)),
            summary=activity.summary,
            audience=activity.audience,
            positions=activity.positions,
            subjects=activity.subjects,
            stages=activity.stages,
        )

    def coverage(self) -> dict[str, float]:
        """Share of every right leaf: as stated; leaves without one split the rest evenly."""
        stated = sum(share for _, share in self.right if share is not None)
        open_ = sum(share is None for _, share in self.right)
        rest = max(0.0, 1.0 - stated) / open_ if open_ else 0.0
        return {leaf: rest if share is None else share for leaf, share in self.right}


def check_corrections(corrections: Sequence[TagCorrection], leaves: Collection[str]) -> None:
    """Check that corrections speak of known leaves, once per activity.

    Raises
    ------
    InputError
        With every fault: ``unknown_competency``, ``duplicate_correction``.
    """
    faults: list[Fault] = []
    seen: set[str] = set()
    for correction in corrections:
        id, prefix = correction.activity_id, f"Правка разметки «{correction.activity_id}»: "
        if id in seen:
            text = f"{prefix}активность исправлена дважды; оставьте одну правку"
            faults.append(Fault("duplicate_correction", text, parameters={"id": id}))
        seen.add(id)
        for leaf in (*(leaf for leaf, _ in correction.right), *correction.wrong):
            if leaf not in leaves:
                text = f"{prefix}компетенции «{leaf}» нет среди конечных в рамке; исправьте код"
                faults.append(Fault("unknown_competency", text, parameters={"id": id}))
    if faults:
        raise InputError(faults)


def with_stated_audience(correction: TagCorrection, framework: Framework) -> TagCorrection:
    """The correction with positions and subjects from its audience text, if it states none."""
    if correction.positions or correction.subjects or correction.stages or not correction.audience:
        return correction
    found = infer_audience(correction.audience, framework)
    return replace(correction, positions=found.positions, subjects=found.subjects)


def corrected_chances(
    corrections: Sequence[TagCorrection], leaves: Sequence[str], chances: FloatArray
) -> FloatArray:
    """What the chances should have been, shape (n_corrections, n_leaves) of ``chances``."""
    index = {leaf: j for j, leaf in enumerate(leaves)}
    target = chances.copy()
    for i, correction in enumerate(corrections):
        if correction.right:
            target[i] = 0.0
        target[i, [index[leaf] for leaf in correction.wrong]] = 0.0
        target[i, [index[leaf] for leaf, _ in correction.right]] = 1.0
    return target


class ResidualSmoother:
    """Carries the misses of corrected texts over to similar texts.

    Parameters
    ----------
    ridge
        Variance of one correction beside that of a text with itself, > 0: by ``1 / (1 + ridge)``
        the miss of a lone corrected text is mended.

    Attributes
    ----------
    words_
        Vectoriser with the document frequencies of the framework and the corrected texts.
    """

    def __init__(self, ridge: float) -> None:
        self.ridge = ridge

    def fit(self, texts: Sequence[str], residuals: FloatArray, background: Sequence[str]) -> Self:
        """Learn from texts and what was missed on them.

        Parameters
        ----------
        residuals
            Shape (n_texts, n_leaves): right chance less the zero-shot one.
        background
            Other texts that tell how common a word is.
        """
        texts = as_texts(texts)
        self.words_ = TfidfVectorizer(analyzer=word_terms, sublinear_tf=True)
        self.words_.fit([*background, *texts])
        self.model_ = KernelRidge(alpha=self.ridge).fit(self.words_.transform(texts), residuals)
        return self

    def predict(self, texts: Sequence[str]) -> FloatArray:
        """Expected residuals of texts, shape (n_texts, n_leaves)."""
        if not len(texts):
            return np.zeros((0, self.model_.dual_coef_.shape[1]))
        found: FloatArray = np.asarray(self.model_.predict(self.words_.transform(as_texts(texts))))
        return found
