"""Models and baselines beside each other for a terminal, in Russian."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.documents.model_card_tables import best_first
from engine.documents.model_words import NO_DATA, NO_SUPPORT, RANKERS, figure, figure_within
from engine.documents.screen import rendered
from engine.documents.text import clean, shortened
from engine.training.evaluate import Evaluation, ModelEvaluation
from engine.training.off_policy_metrics import OffPolicyMetrics
from engine.training.ranking_metrics import RankingMetrics
from engine.wording.quantities import number

_LEAST_WIDTH = 100
_NAME_MOST = 28
_EARNED = ("среднее на предложение: исход завершённого, иначе 0",)


def comparison_text(evaluation: Evaluation, *, width: int = 110, colour: bool = False) -> str:
    """Models, the candidate first, and below them the rankers, best first.

    Parameters
    ----------
    width
        Columns, at least 100.
    colour
        Whether to use bold and dim; ``False`` gives plain text.

    Returns
    -------
    str
        Lines with a final line break; the same arguments give the same text.
    """
    parts: list[RenderableType] = [_models(evaluation), "", _rankers(evaluation.ranking)]
    if evaluation.off_policy:
        parts += ["", _off_policy(evaluation.off_policy)]
    return rendered(parts, max(_LEAST_WIDTH, width), colour=colour)


def ranking_text(
    ranking: Sequence[RankingMetrics], *, width: int = 110, colour: bool = False
) -> str:
    """The rankers alone, as in ``comparison_text``."""
    return rendered([_rankers(ranking)], max(_LEAST_WIDTH, width), colour=colour)


def _models(evaluation: Evaluation) -> Table:
    held_out = number(evaluation.n_test, "ru", 0)
    plans = number(len(evaluation.people), "ru", 0)
    return _table(
        f"Отложенная часть: взаимодействий {held_out}, маршрутов на модель {plans}",
        ("модель", "потери", "AUC", "ошибка калибр.", "закрытый дефицит к работающей", "95 %, мс"),
        (_model(m) for m in evaluation.models),
    )


def _model(model: ModelEvaluation) -> tuple[str, ...]:
    outcomes, plans = model.outcomes, model.plans
    return (
        shortened(clean(model.version), _NAME_MOST),
        figure(outcomes.log_loss.estimate),
        figure(outcomes.auc),
        figure(outcomes.calibration_error),
        figure_within(plans.to_in_service),
        figure(model.rank_p95_ms, 1),
    )


def _rankers(ranking: Sequence[RankingMetrics]) -> RenderableType:
    if not ranking:
        return Text("Ранжирование не измерено.")
    people = number(ranking[0].people, "ru", 0)
    return _table(
        f"Списки из {ranking[0].k}, людей {people}",
        ("чем", "Recall", "NDCG", "MAP", "охват", "перекос"),
        (_ranker(row) for row in best_first(ranking)),
        "охват — доля каталога; перекос — насколько списки популярнее пройденного раньше",
    )


def _ranker(row: RankingMetrics) -> tuple[str, ...]:
    return (
        RANKERS.get(row.name) or shortened(clean(row.name), _NAME_MOST),
        *(figure_within(found) for found in (row.recall, row.ndcg)),
        figure(row.map.estimate),
        figure(row.coverage, 2),
        figure(row.popularity_lift, 2),
    )


def _off_policy(found: Sequence[OffPolicyMetrics]) -> Table:
    logged = figure(found[0].report.logged)
    why = tuple(
        f"{shortened(clean(row.version), _NAME_MOST)}: {NO_SUPPORT[row.report.reason]}"
        for row in found
        if row.report.reason is not None
    )
    return _table(
        f"Что заработали бы списки из {found[0].k}, по журналу (предложенное: {logged})",
        ("модель", "IPS", "SNIPS", "DR", "подборок"),
        (_estimated(row) for row in found),
        "; ".join(_EARNED + why),
    )


def _estimated(row: OffPolicyMetrics) -> tuple[str, ...]:
    report = row.report
    name = shortened(clean(row.version), _NAME_MOST)
    slates = number(report.slates, "ru", 0)
    if report.reason is not None:
        return name, NO_DATA, NO_DATA, NO_DATA, slates
    estimates = (report.ips, report.snips, report.dr)
    return name, *(NO_DATA if e is None else figure_within(e) for e in estimates), slates


def _table(
    title: str, head: Sequence[str], rows: Iterable[Sequence[str]], note: str | None = None
) -> Table:
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        caption=None if note is None else Text(note, style="dim"),
        caption_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )
    for i, name in enumerate(head):
        table.add_column(Text(name), justify="left" if i == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # a version is no markup
    return table
