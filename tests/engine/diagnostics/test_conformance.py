"""scikit-learn's own checks on the public estimators of diagnostics.

The checks feed numbers of any size; shares and answers lie in [0, 1], so the numbers are squashed
on the way in, and everything else is the estimator's own.
"""

import pytest
from scipy.special import expit
from sklearn.utils.estimator_checks import parametrize_with_checks

from engine.diagnostics.item_response_model import ItemResponseModel
from engine.diagnostics.score_model import ScoreModel


class SquashedScores(ScoreModel):
    def _validated(self, X, reset):
        return expit(super()._validated(X, reset))


class SquashedAnswers(ItemResponseModel):
    def _validated(self, X, reset):
        return expit(super()._validated(X, reset))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([SquashedScores(max_iter=3), SquashedAnswers(max_iter=3)])
def test_conformance(estimator, check):
    """Every check of scikit-learn that applies to a transformer passes; none is excused."""
    check(estimator)


def test_numbers_outside_the_unit_interval_are_refused():
    """What the squashing hides from the checks above: such numbers are an error."""
    for model in (ScoreModel(), ItemResponseModel()):
        with pytest.raises(ValueError, match=r"\[0, 1\]"):
            model.fit([[0.5, 1.5], [0.2, 0.1]])
