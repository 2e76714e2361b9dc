"""Coverage of framework nodes by activities: as given, else inferred from the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from engine.domain import Activity, BoolArray, FloatArray
from engine.errors import Fault, InputError
from engine.framework import Framework
from engine.matching.audience import with_audience
from engine.matching.tag_corrections import text_of
from engine.matching.tag_scores import activity_scores
from engine.matching.tagging import CompetencyTagger

THEME_SHARE = 0.5

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ActivityCoverage:
    """Coverage of a whole catalogue.

    Parameters
    ----------
    coverage
        CSR, shape (n_activities, n_nodes), in [0, 1], rows sum to ≤ 1.
    confidence
        Shape (n_activities,), in [0, 1]; as stated for a given coverage.
    inferred
        Shape (n_activities,): the coverage comes from the text.
    chances
        Shape (n_inferred, n_leaves): chances of the leaves of the inferred rows, in their order.
    """

    coverage: sp.csr_array
    confidence: FloatArray
    inferred: BoolArray
    chances: FloatArray


def cover_activities(
    activities: Sequence[Activity], framework: Framework, tagger: CompetencyTagger
) -> ActivityCoverage:
    """Coverage of every activity: as given, else as corrected, else from the text.

    A corrected coverage is as sure as a given one. A correction that only strikes leaves out
    stands, too: none of them comes back from the text.

    Parameters
    ----------
    tagger
        Fitted on ``framework``.

    Raises
    ------
    InputError
        Every fault of a given coverage: ``unknown_competency``, ``coverage_out_of_range``,
        ``coverage_above_one``.
    """
    faults = [fault for a in activities for fault in coverage_faults(a, framework)]
    if faults:
        raise InputError(faults)
    activities = [_corrected(a, tagger) for a in activities]
    inferred = np.array([not a.coverage for a in activities], dtype=np.bool_)
    untagged = [a for a in activities if not a.coverage]
    chances = tag_chances(untagged, framework, tagger)
    from_text, confidence_text = tagger.coverage_from_chances(chances)
    confidence = np.array([a.coverage_confidence for a in activities], dtype=np.float64)
    confidence[inferred] = confidence_text
    to_row = sp.csr_array(
        (np.ones(len(untagged)), (np.flatnonzero(inferred), np.arange(len(untagged)))),
        shape=(len(activities), len(untagged)),
    )
    to_node = sp.csr_array(
        (np.ones(len(framework.leaves)), (np.arange(len(framework.leaves)), framework.leaves)),
        shape=(len(framework.leaves), len(framework)),
    )
    coverage = sp.csr_array(_given(activities, framework) + to_row @ from_text @ to_node)
    coverage.eliminate_zeros()
    return ActivityCoverage(coverage, confidence, inferred, chances)


def _corrected(activity: Activity, tagger: CompetencyTagger) -> Activity:
    """The activity with the coverage that a methodist's correction gives it, if one does."""
    correction = tagger.corrections_.get(activity.id)
    if activity.coverage or correction is None or not correction.right:
        return activity
    return replace(activity, coverage=correction.coverage(), coverage_confidence=1.0)


def tag_chances(
    activities: Sequence[Activity], framework: Framework, tagger: CompetencyTagger
) -> FloatArray:
    """Chance that a leaf is right for an activity, shape (n_activities, n_leaves), in [0, 1].

    From title, summary and audience; 0 where the leaf does not apply to the stated audience, or
    a methodist struck it out.
    """
    scores, meant = activity_scores(activities, framework, tagger.decision_function)
    for i, activity in enumerate(activities):
        correction = tagger.corrections_.get(activity.id)
        if correction is not None and correction.wrong:
            meant[i] &= ~np.isin(tagger.leaves_, correction.wrong)
    return tagger.chances(scores, [text_of(a) for a in activities], meant)


def coverage_faults(activity: Activity, framework: Framework) -> list[Fault]:
    """Faults of a given coverage, each with what to do."""
    found: list[tuple[str, str]] = []
    for node, share in sorted(activity.coverage.items()):
        if node not in framework:
            text = f"компетенции «{node}» нет в рамке {framework.id}; исправьте код"
            found.append(("unknown_competency", text))
        if not 0.0 <= share <= 1.0:
            found.append(("coverage_out_of_range", f"доля «{node}» должна быть от 0 до 1"))
    if sum(activity.coverage.values()) > 1.0 + SUM_TOLERANCE:
        found.append(("coverage_above_one", "сумма долей больше 1; уменьшите доли"))
    return [
        Fault(code, f"Активность «{activity.id}»: {text}", parameters={"id": activity.id})
        for code, text in found
    ]


def _given(activities: Sequence[Activity], framework: Framework) -> sp.csr_array:
    cells = [
        (i, framework.index[node], share)
        for i, activity in enumerate(activities)
        for node, share in activity.coverage.items()
    ]
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    shape = (len(activities), len(framework))
    return sp.csr_array((np.array(values, dtype=float), (rows, columns)), shape=shape)


def infer_themes(
    activities: Sequence[Activity], framework: Framework, tagger: CompetencyTagger | None = None
) -> dict[str, tuple[str, ...]]:
    """Themes that a policy may require, by activity id: as stated, else from the coverage.

    A theme is inferred where at least ``THEME_SHARE`` of the activity goes to its nodes.
    """
    tagger = tagger if tagger is not None else CompetencyTagger().fit(framework)
    coverage = cover_activities(activities, framework, tagger).coverage
    themes = sorted({node.theme for node in framework.nodes if node.theme})
    carries = np.array([[node.theme == theme for theme in themes] for node in framework.nodes])
    share = coverage @ carries.astype(np.float64)
    return {
        a.id: a.themes or tuple(t for t, s in zip(themes, row, strict=True) if s >= THEME_SHARE)
        for a, row in zip(activities, share, strict=True)
    }


def tag_activities(
    activities: Sequence[Activity], framework: Framework, tagger: CompetencyTagger | None = None
) -> list[tuple[str, list[tuple[str, float, float]]]]:
    """Coverage of every activity for people: (activity id, [(node, coverage, confidence)]).

    Nodes come by falling coverage, then by code. The confidence of an inferred node is the chance
    that it is right; that of a given one is the activity's.

    Parameters
    ----------
    tagger
        Fitted on ``framework``; ``None`` = the default one.
    """
    tagger = tagger if tagger is not None else CompetencyTagger().fit(framework)
    activities = [with_audience(a, framework) for a in activities]
    table = cover_activities(activities, framework, tagger)
    leaf_of = {node: j for j, node in enumerate(framework.leaves)}
    chance_row = np.cumsum(table.inferred) - 1
    found = []
    for i, activity in enumerate(activities):
        row = table.coverage[[i]]
        nodes = []
        for j, share in zip(row.indices.tolist(), row.data.tolist(), strict=True):
            confidence = float(table.confidence[i])
            if table.inferred[i]:
                confidence = float(table.chances[chance_row[i], leaf_of[j]])
            nodes.append((framework.codes[j], float(share), confidence))
        found.append((activity.id, sorted(nodes, key=lambda n: (-n[1], n[0]))))
    return found
