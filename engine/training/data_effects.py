"""Effects of activities from training data: the estimator fed with what a training has."""

from __future__ import annotations

from engine.matching.tagging import CompetencyTagger
from engine.training.data import TrainingData
from engine.training.effects import EffectEstimates, estimate_effects
from engine.training.effects_design import BenefitRate
from engine.training.fit import table_matcher


def effects_of_data(
    data: TrainingData,
    tagger: CompetencyTagger | None,
    benefit_rate: BenefitRate,
    version: str = "",
) -> EffectEstimates:
    """Effects of people who benefit, by all the sittings and completions of the data.

    Parameters
    ----------
    tagger
        Gives the coverage; ``None`` = the default one.
    benefit_rate
        By which the labels count a completion as a benefit. Relevance holds that chance already,
        so it is divided out; an empty mapping = 1.
    """
    people = data.people
    return estimate_effects(
        {id: person.diagnostics for id, person in people.items()},
        data.interactions,
        data.activities,
        table_matcher(data, tagger).coverage_,
        data.framework,
        data.policy,
        responses={id: person.responses for id, person in people.items() if person.responses},
        educators={id: person.educator for id, person in people.items()},
        benefit_rate=benefit_rate or 1.0,
        version=version,
    )
