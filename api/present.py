"""From the engine's values to answers of the stages."""

from __future__ import annotations

import math
from collections.abc import Iterator

from api.models import ServedModel
from api.schemas.operations import (
    CatalogueAnswer,
    FrameworkAnswer,
    ModelAnswer,
    RefusedModelAnswer,
    VersionAnswer,
)
from api.schemas.stages import (
    DeficitsAnswer,
    DemandAnswer,
    DemandEvidence,
    NodeAnswer,
    RankedActivity,
    RecommendationsAnswer,
    RefusalAnswer,
)
from api.service import Service
from engine import __version__
from engine.catalogue import Catalogue
from engine.domain import DeficitVector, Demand, FloatArray, Ranking, Reason
from engine.recommendation import to_dict
from engine.recommender import RouteRequest
from engine.recommender.dynamics import change_entries, proficiency_entry
from engine.recommender.exploration import exploration_entry

_DIGITS = 6


def version_answer(service: Service) -> VersionAnswer:
    """What runs, and on what."""
    framework, catalogue = service.engine.framework, service.engine.catalogue
    return VersionAnswer(
        engine=__version__,
        policies=list(service.policies),
        policy=service.context.policy,
        framework=FrameworkAnswer(
            id=framework.id, version=framework.version, title=framework.title
        ),
        catalogue=CatalogueAnswer(
            version=catalogue.version,
            activities=len(catalogue.activities),
            offerings=len(catalogue.offerings),
        ),
        calibration=service.engine.calibration,
        model=_model(service.model),
    )


def _model(served: ServedModel) -> ModelAnswer:
    refused = None
    if served.refused is not None:
        refused = RefusedModelAnswer(
            version=served.refused.version,
            digest=served.refused.digest,
            detail=served.refused.detail,
        )
    return ModelAnswer(version=served.version, digest=served.digest, refused=refused)


def deficits_answer(request: RouteRequest, vector: DeficitVector) -> DeficitsAnswer:
    """Deficit vector as an answer; not assessed is null."""
    return DeficitsAnswer(
        educator_id=request.educator.id,
        as_of=request.as_of,
        policy=request.policy or "",
        group=vector.group.value if vector.group else None,
        demands=[_demand(d) for d in vector.demands],
        nodes=[
            NodeAnswer(
                node=node,
                mean=_number(vector.mean[i]),
                sd=_number(vector.sd[i]),
                target=_number(vector.target[i]),
            )
            for i, node in enumerate(vector.nodes)
        ],
        changes=[to_dict(change) for change in change_entries(vector)],
    )


def recommendations_answer(
    request: RouteRequest,
    stages: tuple[DeficitVector, Ranking],
    catalogue: Catalogue,
    limit: int,
) -> RecommendationsAnswer:
    """Ranking as an answer: eligible first, by relevance or as drawn, ties by id."""
    vector, ranking = stages
    ids, relevance, refused = ranking.activity_ids, ranking.relevance.tolist(), ranking.ineligible
    order = sorted(range(len(ids)), key=lambda i: (i in refused, -_rounded(relevance[i]), ids[i]))
    if ranking.draw is not None:
        place = ranking.draw.position.tolist()
        order.sort(key=lambda i: (i in refused, place[i]))
    return RecommendationsAnswer(
        educator_id=request.educator.id,
        as_of=request.as_of,
        policy=request.policy or "",
        model=ranking.model_version,
        total=len(order),
        eligible=len(order) - len(refused),
        items=[_activity(i, vector, ranking, catalogue) for i in order[:limit]],
        exploration=to_dict(exploration_entry(ranking, None, limit)),
    )


def _demand(demand: Demand) -> DemandAnswer:
    measured = not any(math.isnan(p) for p in demand.level_probability)
    known = demand.proficiency.evidence if demand.proficiency else ()
    return DemandAnswer(
        node=demand.code,
        kind=demand.kind.value,
        title=demand.title,
        nodes=list(demand.nodes),
        weight=_rounded(demand.weight),
        estimate=_rounded(demand.expected),
        sd=_rounded(demand.sd),
        interval_90=(_rounded(demand.interval_90[0]), _rounded(demand.interval_90[1])),
        official_level=demand.official_level.value if demand.official_level else None,
        level_probability=_three(demand.level_probability) if measured else None,
        proficiency=to_dict(proficiency_entry(demand)),
        evidence=[
            DemandEvidence(
                procedure_id=e.procedure_id,
                date=e.date,
                method=e.method.value,
                score=_rounded(e.score),
                max_score=_rounded(e.max_score),
                n_tasks=e.n_tasks,
                observer=e.observer,
                criterion=e.criterion,
            )
            for e in known
        ],
    )


def _activity(
    index: int, vector: DeficitVector, ranking: Ranking, catalogue: Catalogue
) -> RankedActivity:
    activity_id = ranking.activity_ids[index]
    refused = ranking.ineligible.get(index, ())
    return RankedActivity(
        id=activity_id,
        title=catalogue.activities[catalogue.activity_index[activity_id]].title,
        relevance=_rounded(ranking.relevance.item(index)),
        contributions=_contributions(ranking.contributions[index], ranking.factors),
        coverage=dict(_coverage(index, vector, ranking)),
        eligible=index not in ranking.ineligible,
        reasons=[_reason(r) for r in refused],
    )


def _coverage(index: int, vector: DeficitVector, ranking: Ranking) -> Iterator[tuple[str, float]]:
    matrix = ranking.coverage
    for place in range(matrix.indptr[index], matrix.indptr[index + 1]):
        share = _rounded(matrix.data[place])
        if share > 0:
            yield vector.demands[matrix.indices[place]].code, share


def _contributions(row: FloatArray, factors: tuple[str, ...]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in zip(factors, row, strict=True)}


def _reason(reason: Reason) -> RefusalAnswer:
    parameters = to_dict(reason.parameters)
    assert isinstance(parameters, dict)
    return RefusalAnswer(code=reason.code, parameters=parameters)


def _three(values: tuple[float, float, float]) -> tuple[float, float, float]:
    high, medium, minimal = (_rounded(v) for v in values)
    return high, medium, minimal


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else _rounded(value)
