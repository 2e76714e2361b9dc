"""Models and baselines beside each other in a terminal, in Russian."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.documents.model_card_tables import best_first
from engine.documents.model_words import RANKERS, figure, figure_within
from engine.documents.screen import rendered
from engine.documents.text import clean, shortened
from engine.training.evaluate import Evaluation, ModelEvaluation
from engine.training.ranking_metrics import RankingMetrics
from engine.wording.quantities import number

_LEAST_WIDTH = 90
_NAME_MOST = 28


def comparison_text(evaluation: Evaluation, *, width: int = 110, colour: bool = False) -> str:
    """Models, then rankers on the held-out part, best first, with their intervals.

    Parameters
    ----------
    width
        Columns, at least 90.
    colour
        Whether to use bold and dim; ``False`` gives plain text.

    Returns
    -------
    str
        Lines with a final line break; the same arguments give the same text.
    """
    return rendered(_comparison(evaluation), max(_LEAST_WIDTH, width), colour=colour)


def ranking_text(
    ranking: Sequence[RankingMetrics], *, width: int = 110, colour: bool = False
) -> str:
    """Rankers alone, as in ``comparison_text``."""
    return rendered(_ranking(ranking), max(_LEAST_WIDTH, width), colour=colour)


def _comparison(evaluation: Evaluation) -> Iterator[RenderableType]:
    yield Text(
        f"Отложенная часть: взаимодействий {number(evaluation.n_test, 'ru', 0)}; маршрутов на "
        f"модель {number(len(evaluation.people), 'ru', 0)}",
        style="bold",
    )
    yield _grid(
        ("модель", "потери", "AUC", "ошибка калибр.", "закрытый дефицит к работающей", "95 %, мс"),
        (_model(m) for m in evaluation.models),
    )
    yield ""
    yield from _ranking(evaluation.ranking)


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


def _ranking(ranking: Sequence[RankingMetrics]) -> Iterator[RenderableType]:
    if not ranking:
        yield "Ранжирование не измерено."
        return
    k, people = ranking[0].k, number(ranking[0].people, "ru", 0)
    yield Text(f"Списки из {k}, людей {people}", style="bold")
    yield _grid(
        ("чем", "Recall", "NDCG", "MAP", "охват", "перекос"),
        (_ranker(row) for row in best_first(ranking)),
    )
    yield Text("перекос — насколько списки популярнее пройденного раньше", style="dim")


def _ranker(row: RankingMetrics) -> tuple[str, ...]:
    return (
        RANKERS.get(row.name) or shortened(clean(row.name), _NAME_MOST),
        *(figure_within(found) for found in (row.recall, row.ndcg)),
        figure(row.map.estimate),
        figure(row.coverage, 2),
        figure(row.popularity_lift, 2),
    )


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for i, title in enumerate(head):
        table.add_column(title, justify="left" if i == 0 else "right", no_wrap=i == 0)
    for row in rows:
        table.add_row(*row)
    return table
