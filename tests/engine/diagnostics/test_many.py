"""Many people at once against the estimate of each by himself."""

import datetime as dt

import numpy as np
import pytest

from engine.diagnostics import estimate_proficiency
from engine.diagnostics.item_bank import ItemBank, ItemParameters, SkillPrior
from engine.diagnostics.many import ManyObservations, posterior_of_many
from engine.diagnostics.many_people import check_evidence, estimate_many
from engine.domain import ItemResponse, Method
from engine.errors import InputError
from tests.engine.diagnostics.examples import AS_OF, TODAY, framework, policy, result

FRAMEWORK = framework()
NODES = ("A", "A.1", "A.1.1", "A.1.2", "A.2.1", "B.1")
ITEMS = ItemBank(
    items={
        "i1": ItemParameters("i1", ("A.1.1",), 1.4, -0.5),
        "i2": ItemParameters("i2", ("A.1.1", "A.1.2"), 0.8, 0.3),
        "i3": ItemParameters("i3", ("B.1",), 1.0, 0.0, tasks=2.5),
    },
    people=SkillPrior(0.4, 0.7, 0.5),
)


def _person(rng, *, items):
    """Some sittings by several methods, cards of criteria with two observers, and answers."""
    rows = []
    for sitting in range(int(rng.integers(0, 4))):
        day = TODAY - dt.timedelta(days=int(rng.integers(0, 330)) + sitting)
        method = rng.choice([Method.TEST, Method.EXPERT, Method.SELF])
        for node in rng.choice(NODES, int(rng.integers(1, 5)), replace=False):
            score = float(rng.integers(0, 7))
            rows.append(
                result(str(node), score, procedure_id=f"p{sitting}", date=day, method=method)
            )
    if rng.random() < 0.5:
        for criterion in "abc":
            for observer in ("inner", "outer"):
                mark = float(rng.integers(0, 3))
                rows.append(
                    result(
                        "A.2.1",
                        mark,
                        2.0,
                        procedure_id="card",
                        method=Method.OBSERVATION,
                        n_tasks=None,
                        observer=observer,
                        criterion=criterion,
                    )
                )
    answers = []
    for item, nodes in (("i1", ["A.1.1"]), ("i2", ["A.1.1", "A.1.2"]), ("i3", ["B.1"])):
        right = float(rng.choice([0.0, 0.5, 1.0, np.nan]))
        answers += [ItemResponse("items", TODAY, item, right, node) for node in nodes]
    return tuple(rows), tuple(answers) if items and rng.random() < 0.7 else ()


@pytest.mark.parametrize("bank", [None, ITEMS], ids=["average items", "a bank"])
@pytest.mark.parametrize("change_sd", [0.0, 1.0])
def test_everybody_at_once_is_each_by_himself(bank, change_sd):
    """Means, sds and official shares of 120 mixed people agree to 1e-9, in the same order."""
    rng = np.random.default_rng(7)
    rule = policy(change_sd=change_sd)
    people = [_person(rng, items=True) for _ in range(120)]
    one_by_one = [
        estimate_proficiency(rows, answers, FRAMEWORK, rule, AS_OF, items=bank)
        for rows, answers in people
    ]
    found = estimate_many(
        [
            check_evidence(rows, answers, FRAMEWORK, rule, AS_OF, items=bank)
            for rows, answers in people
        ],
        FRAMEWORK,
        rule,
        bank,
    )
    expected = [
        (i, FRAMEWORK.index[n.node], n.mean, n.sd, n.raw_share)
        for i, person in enumerate(one_by_one)
        for n in person.nodes
    ]
    assert len(expected) > 300
    columns = np.array(expected).T
    assert found.person.tolist() == columns[0].tolist()
    assert found.node.tolist() == columns[1].tolist()
    for got, want in zip((found.mean, found.sd, found.raw_share), columns[2:], strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-9)


def test_nobody_depends_on_his_company():
    """A person among others has to the last bit but rounding what he has alone."""
    rng = np.random.default_rng(3)
    rule = policy()
    people = [_person(rng, items=False) for _ in range(40)]
    checked = [check_evidence(rows, (), FRAMEWORK, rule, AS_OF) for rows, _ in people]
    together = estimate_many(checked, FRAMEWORK, rule)
    for i in range(0, 40, 7):
        alone = estimate_many([checked[i]], FRAMEWORK, rule)
        own = together.person == i
        np.testing.assert_allclose(alone.mean, together.mean[own], rtol=0, atol=1e-12)


def test_people_without_evidence_have_no_entry():
    """``None`` and an empty record leave no row, and the others keep their places."""
    rule = policy()
    known = check_evidence([result("B.1")], (), FRAMEWORK, rule, AS_OF)
    empty = check_evidence([], (), FRAMEWORK, rule, AS_OF)
    found = estimate_many([None, empty, known], FRAMEWORK, rule)
    assert found.person.tolist() == [2]
    assert [FRAMEWORK.codes[k] for k in found.node.tolist()] == ["B.1"]
    assert len(estimate_many([None], FRAMEWORK, rule).person) == 0


def test_faults_are_those_of_the_single_estimate():
    """Checking refuses what the estimate refuses."""
    with pytest.raises(InputError) as fault:
        check_evidence([result("nowhere")], (), FRAMEWORK, policy(), AS_OF)
    assert [f.code for f in fault.value.faults] == ["unknown_node"]


def test_a_score_without_tasks_leaves_the_prior():
    """Evidence of no tasks says nothing: the posterior is N(logit 0.6, 0.9² + 0.4² + 0.5²)."""
    none = np.zeros(1)
    whole = np.zeros(1, dtype=np.int64)
    found = posterior_of_many(
        ManyObservations(
            person=whole,
            day=np.array([TODAY.toordinal()]),
            sheet=whole,
            sheet_variance=none,
            successes=none,
            failures=none,
            intercept=none,
            calibrated=np.zeros(1, dtype=np.bool_),
            part_of=whole,
            part_node=np.array([FRAMEWORK.index["B.1"]]),
            part_weight=np.ones(1),
        ),
        np.array([TODAY.toordinal()]),
        FRAMEWORK,
        policy().diagnostics,
    )
    assert found.mean == pytest.approx([np.log(0.6 / 0.4)])
    assert found.sd == pytest.approx([np.sqrt(0.81 + 0.16 + 0.25)])
