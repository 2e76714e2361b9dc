"""Arrays of fit and admission against the rules for single pairs."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.assignment.admission import CODES, FORMS, NO_FORM, Admission
from engine.assignment.closeness import FACTORS, closeness_table
from engine.domain import MentorForm
from engine.framework import load_framework
from engine.mentorship.eligibility import refusals
from engine.mentorship.fit import Closeness
from tests.engine.assignment.people import TODAY, draw_world
from tests.engine.mentorship.people import deficits, policy

FRAMEWORK = load_framework()
RULES = policy(trained_forms=(MentorForm.TUTOR, MentorForm.MENTOR_YOUNG)).mentorship


def one_by_one(world, framework):
    """Closeness of each person as the planner of one route works it out."""
    return [
        Closeness(m.person.educator, deficits(*demands), RULES.fit_weight, framework)
        for m, demands in zip(world.mentees, world.demands, strict=True)
    ]


@pytest.mark.parametrize("framework", [None, FRAMEWORK], ids=["codes", "framework"])
@pytest.mark.parametrize("seed", range(6))
def test_fit_is_that_of_single_pairs(seed, framework):
    """Every pair has the fit, the factors and the covered demands of ``Closeness``."""
    world = draw_world(seed, 25, 20)
    mentees, carers = world.mentees, world.carers
    table = closeness_table([m.person for m in mentees], carers, RULES.fit_weight, framework)
    fit = np.concatenate([table.fit(slice(0, 10)), table.fit(slice(10, 25))])
    for i, closeness in enumerate(one_by_one(world, framework)):
        for j, carer in enumerate(carers):
            expected, reasons = closeness.fit(carer)
            assert fit[i, j] == pytest.approx(expected, abs=1e-12)
            assert table.near(slice(i, i + 1))[0, j] == closeness.near(carer)
            assert table.related(slice(i, i + 1))[0, j] == closeness.related(carer)
            assert table.covered(i, j) == closeness.covered(carer)
            values, parts = table.factors(i, j)
            told = {r.code.removeprefix("mentor_fit_"): r.parameters for r in reasons}
            for at, name in enumerate(FACTORS):
                if name in told:
                    assert values[at] == pytest.approx(told[name]["value"])
                assert parts[at] == pytest.approx(told.get(name, {}).get("contribution", 0.0))


@pytest.mark.parametrize("seed", range(6))
def test_admission_is_that_of_single_pairs(seed):
    """Each pair's form, and each person's refusals by code, are those of the single rules."""
    world = draw_world(100 + seed, 30, 25)
    mentees, carers = world.mentees, world.carers
    table = closeness_table([m.person for m in mentees], carers, RULES.fit_weight, FRAMEWORK)
    admission = Admission(mentees, carers, RULES, table, TODAY)
    blocks = [admission.judge(slice(0, 7)), admission.judge(slice(7, 30))]
    forms = np.concatenate([b.form for b in blocks])
    counts = np.concatenate([b.refusals for b in blocks])
    seen = Counter()
    for i, closeness in enumerate(one_by_one(world, FRAMEWORK)):
        mentee = mentees[i]
        against: Counter[str] = Counter()
        for j, carer in enumerate(carers):
            free = [
                f
                for f in mentee.forms
                if f in carer.forms
                and not refusals(mentee.person.educator, carer, (f,), RULES, closeness, TODAY)
            ]
            assert forms[i, j] == (FORMS.index(free[0]) if free else NO_FORM)
            if not free:
                told = refusals(
                    mentee.person.educator, carer, mentee.forms, RULES, closeness, TODAY
                )
                against.update({reason.code for reason in told})
        assert dict(zip(CODES, counts[i].tolist(), strict=True)) == {c: against[c] for c in CODES}
        seen += against
    assert (forms != NO_FORM).any()
    assert set(CODES) - {"mentor_is_self"} <= set(seen)
