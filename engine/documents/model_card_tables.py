"""Tables of the model card in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from engine.documents.model_words import (
    FIGURES,
    NO_DATA,
    NO_SUPPORT,
    RANKERS,
    cell,
    ends,
    figure,
    figure_within,
    slice_words,
)
from engine.evaluation.metrics import ReliabilityRow
from engine.training.evaluate import ModelEvaluation
from engine.training.off_policy_metrics import OffPolicyMetrics
from engine.training.ranking_metrics import RankingMetrics
from engine.training.report import FactorWeight, KindEffect
from engine.wording import label
from engine.wording.quantities import number, percent

LEAST_CHANGE = 0.005
"""Log odds below which a factor does nothing: its odds ratio would read 1,00."""


def models_table(models: Sequence[ModelEvaluation]) -> str:
    """A row for each model, the candidate first."""
    head = (
        "модель",
        "исходов",
        FIGURES["log_loss"],
        "AUC",
        "Брайер",
        FIGURES["calibration_error"],
        "закрытый дефицит",
        "к работающей",
        "мероприятий в маршруте",
        "95 % ранжирований быстрее, мс",
    )
    return _table(head, (_model(m) for m in models))


def _model(model: ModelEvaluation) -> tuple[str, ...]:
    outcomes, plans = model.outcomes, model.plans
    return (
        cell(model.version),
        number(outcomes.n, "ru", 0),
        figure_within(outcomes.log_loss),
        figure(outcomes.auc),
        figure(outcomes.brier),
        figure(outcomes.calibration_error),
        figure_within(plans.closed),
        figure_within(plans.to_in_service),
        figure(plans.steps, 1),
        figure(model.rank_p95_ms, 1),
    )


def best_first(ranking: Iterable[RankingMetrics]) -> list[RankingMetrics]:
    """By NDCG, unknown ones last, equal ones by name."""

    def key(row: RankingMetrics) -> tuple[bool, float, str]:
        ndcg = row.ndcg.estimate
        return math.isnan(ndcg), 0.0 if math.isnan(ndcg) else -ndcg, row.name

    return sorted(ranking, key=key)


def ranking_table(ranking: Sequence[RankingMetrics], candidate: str) -> str:
    """A row for each model and baseline, the candidate in bold."""
    if not ranking:
        return "Не измерено."
    k = ranking[0].k
    head = (
        "чем",
        "людей",
        f"Recall@{k}",
        f"NDCG@{k}",
        f"MAP@{k}",
        "новизна",
        "перекос к популярному",
        "охват",
        "сосредоточенность",
    )
    return _table(head, (_ranker(r, candidate) for r in best_first(ranking)))


def _ranker(row: RankingMetrics, candidate: str) -> tuple[str, ...]:
    name = RANKERS.get(row.name) or cell(row.name)
    return (
        f"**{name}**" if row.name == candidate else name,
        number(row.people, "ru", 0),
        *(figure_within(found) for found in (row.recall, row.ndcg, row.map)),
        figure(row.novelty, 2),
        figure(row.popularity_lift, 2),
        figure(row.coverage),
        figure(row.gini),
    )


def off_policy_table(found: Sequence[OffPolicyMetrics]) -> str:
    """A row for each model: estimates, or why there is none."""
    if not found:
        return "В отложенной части ничего не предлагали подборками, или этого не спрашивали."
    head = (
        "модель",
        "IPS",
        "SNIPS",
        "DR",
        "предложенное заработало",
        "подборок",
        "людей",
        "эффективно строк",
        "вне возможного",
    )
    return _table(head, (_off_policy(row) for row in found))


def _off_policy(row: OffPolicyMetrics) -> tuple[str, ...]:
    report = row.report
    if report.reason is None:
        estimates = [
            NO_DATA if found is None else figure_within(found)
            for found in (report.ips, report.snips, report.dr)
        ]
    else:
        estimates = [f"нет: {NO_SUPPORT[report.reason]}", NO_DATA, NO_DATA]
    return (
        cell(row.version),
        *estimates,
        figure(report.logged),
        number(report.slates, "ru", 0),
        number(report.people, "ru", 0),
        figure(report.effective, 0),
        percent(max(report.outside, 0.0), "ru") if math.isfinite(report.outside) else NO_DATA,
    )


def slices_table(models: Sequence[ModelEvaluation]) -> str:
    """Calibration and closed deficit of the candidate by slice, calibration in service beside."""
    candidate = models[0]
    other = models[1] if len(models) > 1 else None
    names = sorted({*candidate.outcomes.calibration_by_slice, *candidate.plans.by_slice})
    if not names:
        return "Признаков, по которым делят на срезы, нет ни у кого."
    head = ["срез", "исходов", FIGURES["calibration_error"]]
    if other is not None:
        head.append("у работающей")
    head += ["педагогов", FIGURES["closed_to_in_service"]]
    return _table(head, (_slice(name, candidate, other) for name in names))


def _slice(name: str, candidate: ModelEvaluation, other: ModelEvaluation | None) -> tuple[str, ...]:
    error, n = candidate.outcomes.calibration_by_slice.get(name, (math.nan, 0))
    before: tuple[str, ...] = ()
    if other is not None:
        found, _ = other.outcomes.calibration_by_slice.get(name, (math.nan, 0))
        before = (figure(found),)
    ratio, people = candidate.plans.by_slice.get(name, (None, 0))
    return (
        cell(slice_words(name)),
        number(n, "ru", 0),
        figure(error),
        *before,
        number(people, "ru", 0),
        NO_DATA if ratio is None else figure_within(ratio),
    )


def reliability_table(rows: Sequence[ReliabilityRow]) -> str:
    """What was promised beside what came; empty bins are left out."""
    full = [row for row in rows if row.n > 0]
    if not full:
        return "Отложенных исходов нет."
    head = ("обещано от и до", "вес исходов", "обещано в среднем", "сбылось")
    return _table(
        head,
        (
            (
                ends(r.low, r.high, 1),
                number(r.n, "ru", 1),
                figure(r.predicted),
                figure(r.observed),
            )
            for r in full
        ),
    )


def weights_table(weights: Sequence[FactorWeight]) -> str:
    """A row for each factor, what changes the odds most first."""

    def key(weight: FactorWeight) -> tuple[float, str]:
        return (0.0 if math.isnan(weight.log_odds) else -abs(weight.log_odds)), weight.name

    head = ("фактор", "обычно", "во сколько раз", "наклоны", "до обучения", "применим", "")
    return _table(head, (_weight(w) for w in sorted(weights, key=key)))


def _weight(weight: FactorWeight) -> tuple[str, ...]:
    usual = NO_DATA
    if not math.isnan(weight.usual[0]):
        usual = f"{figure(weight.usual[0], 2)} → {figure(weight.usual[1], 2)}"
    notes = []
    if not weight.in_ranking:
        notes.append("при ранжировании не участвует")
    if weight.nonnegative:
        notes.append("не может снижать")
    return (
        label("factor", weight.name, "ru"),
        usual,
        _odds(weight),
        _slopes(weight),
        figure(weight.prior, 2),
        percent(weight.known, "ru"),
        "; ".join(notes),
    )


def _odds(weight: FactorWeight) -> str:
    if math.isnan(weight.log_odds):
        return NO_DATA
    if abs(weight.log_odds) < LEAST_CHANGE:
        return "не меняет"
    word = "поднимает" if weight.log_odds > 0 else "снижает"
    return f"{word}: × {figure(weight.odds_ratio, 2)}"


def _slopes(weight: FactorWeight) -> str:
    if not weight.knots:
        return figure(weight.slopes[0], 2)
    edges = [None, *weight.knots, None]
    parts = []
    for (low, high), slope in zip(pairwise(edges), weight.slopes, strict=True):
        where = (
            f"от {number(low or 0.0, 'ru', 3)}" if high is None else f"до {number(high, 'ru', 3)}"
        )
        parts.append(f"{where}: {figure(slope, 2)}")
    return "; ".join(parts)


def effects_table(kinds: Sequence[KindEffect]) -> str:
    """Estimated effects of kinds beside the policy's, those with most evidence first."""
    head = ("вид", "эффект по исходам", "от и до (90 %)", "завершений", "по политике")
    return _table(head, _kinds(sorted(kinds, key=lambda row: (-row.effect.n, row.kind))))


def _kinds(kinds: Sequence[KindEffect]) -> Iterator[tuple[str, ...]]:
    for row in kinds:
        effect = row.effect
        yield (
            label("kind", row.kind, "ru"),
            figure(effect.mean, 2),
            ends(*effect.interval_90, 2),
            number(effect.n, "ru", 0),
            figure(row.policy, 2),
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
