"""What each change does to the compiled problem, by hand-computed amounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from engine.domain import Conditions, Constraints, Form, Funding, HistoryItem, Slot
from engine.recommendation import to_dict
from engine.recommender import changes, request_from_json, request_to_json
from engine.recommender.changes import Case
from tests.engine.recommender.mini import MSK, ask, day, educator, recommender, score

TEMPO = 200


def prepared(**fields):
    base = {"educator": educator(tempo_min_per_week=TEMPO)}
    return recommender().prepare(ask(**{**base, **fields}))


def changed(base, kind, n=1):
    case = kind.apply(Case(base.request, base.policy), n)
    return recommender().prepare_changed(
        base, case.request, case.policy, rank_again=kind.rank_again
    )


def test_tempo_grows_in_ordinary_and_in_stated_weeks_but_not_in_blocked_ones():
    """Three steps are 90 minutes: 200 → 290, a stated 120 → 210, a blocked week stays 0."""
    monday = day(9, 14)
    stated = {monday: 120, monday + dt.timedelta(7): 0}
    base = prepared(constraints=Constraints(tempo_by_week=stated))
    after = changed(base, changes.more_tempo(base), 3).compiled.problem.tempo_min
    before = base.compiled.problem.tempo_min
    assert before.max() == TEMPO
    assert after.max() == TEMPO + 90
    # 31 August is a Monday: the horizon begins on 7 September.
    assert (before[1], after[1]) == (120, 210)
    assert (before[2], after[2]) == (0, 0)


def test_going_beyond_the_policy_is_possible_and_said():
    """The policy's most is 720 minutes: 17 steps stay within, 18 do not."""
    base = prepared()
    kind = changes.more_tempo(base)
    assert kind.parameters(17) == {"minutes": 510}
    assert kind.parameters(18) == {"minutes": 540, "above_policy": True}
    assert changed(base, kind, 18).compiled.problem.tempo_min.max() == 740


def test_amounts_of_the_whole_route():
    """Total, steps, budget, weeks, parallel and daily limits grow by their steps."""
    base = prepared(educator=educator(total_min=3_000, tempo_min_per_week=TEMPO))
    limits = base.compiled.problem.limits
    total = changed(base, changes.more_total(base), 2).compiled.problem.limits
    assert total.workload_max_min == 3_120
    steps = changed(base, changes.more_steps(base), 2).compiled.problem.limits
    assert steps.steps_max == limits.steps_max + 2
    weeks = changed(base, changes.more_weeks(base), 3).compiled.problem
    assert weeks.n_weeks == base.compiled.problem.n_weeks + 3
    assert weeks.first_day == base.compiled.problem.first_day
    budget = changes.more_budget(base, Funding.OWN, 4_000)
    now = dict(zip(*_budget(base), strict=True))
    after = dict(zip(*_budget(changed(base, budget, 3)), strict=True))
    assert after == {**now, "own": now["own"] + 1_500}
    rules = {(k.code, str(k.parameters(1))): k for k in changes.policy_rules(base)}
    more = next(k for (code, _), k in rules.items() if code == "more_parallel")
    assert changed(base, more, 2).compiled.problem.limits.parallel_max == limits.parallel_max + 2
    daily = next(k for (code, _), k in rules.items() if code == "more_daily")
    assert changed(base, daily, 1).compiled.problem.limits.daily_max_min == (
        limits.daily_max_min + 30
    )


def _budget(base):
    return base.compiled.problem.budget_sources, base.compiled.problem.budget_rub


def test_hours_and_weekdays_open_the_day():
    """Later and earlier hours move the ends of the day; a forbidden weekday opens."""
    shut = educator(conditions=Conditions(forbidden_weekdays=(3,)))
    base = prepared(educator=shut)
    problem = base.compiled.problem
    kinds = {k.code: k for k in changes.hours(base)}
    later = changed(base, kinds["later_hours"], 2).compiled.problem
    open_days = problem.day_open_min < problem.day_close_min
    assert np.all(later.day_close_min[open_days] == problem.day_close_min[open_days] + 60)
    earlier = changed(base, kinds["earlier_hours"], 1).compiled.problem
    assert np.all(earlier.day_open_min[open_days] == problem.day_open_min[open_days] - 30)
    (weekday,) = changes.weekdays(base, {3, 4})
    opened = changed(base, weekday).compiled.problem
    wednesday = 2
    assert problem.day_open_min[wednesday] == problem.day_close_min[wednesday]
    assert opened.day_open_min[wednesday] < opened.day_close_min[wednesday]


def test_busy_time_bans_pins_and_forms_are_given_up():
    """Each wish alone is taken back; what is not asked about stays."""
    start = dt.datetime(2026, 9, 16, 15, tzinfo=MSK)
    busy = tuple(
        Slot(start + dt.timedelta(days=i), start + dt.timedelta(days=i, hours=4)) for i in range(2)
    )
    constraints = Constraints(
        busy=busy,
        excluded=("web-assess-1", "contest", "web-assess"),
        pinned=("burnout", "self-psy"),
        forms=(Form.NON_FORMAL,),
    )
    base = prepared(constraints=constraints)
    catalogue = recommender().catalogue
    (slot,) = changes.free_slots(base, [(0,)])
    assert len(changed(base, slot).compiled.problem.busy) == 1
    bans = list(changes.lift_bans(base, catalogue, "web-assess"))
    said = [k.parameters(1)["labels"] for k in bans]
    assert said == [["web-assess-1"], ["web-assess"], ["web-assess-1", "web-assess"]]
    left = bans[2].apply(Case(base.request, base.policy), 1).request.constraints
    assert left.excluded == ("contest",)
    pins = [changed(base, k).request.constraints.pinned for k in changes.drop_pins(base)]
    assert pins == [("self-psy",), ("burnout",)]
    index = catalogue.activity_index["pk-assess"]
    form = changes.allow_form(base, catalogue, index)
    assert base.compiled.dropped["pk-assess"].code == "form_not_admitted"
    assert "pk-assess" not in changed(base, form).compiled.dropped


def test_a_pin_overrides_relevance():
    """An activity for nobody's deficit becomes a candidate when it is pinned."""
    base = prepared(diagnostics=(score("MET.ASM", 2),))
    assert base.compiled.dropped["self-psy"].code == "no_gain"
    assert "self-psy" in changed(base, changes.pin_it("self-psy")).compiled.activity_ids


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_request_survives_its_json_form(language):
    """Every kind of field comes back as it was, floats to the last bit, the name left out."""
    request = ask(
        educator=replace(educator(), display_name="Анна"),
        diagnostics=(score("MET.ASM", 1 / 3),),
        history=(HistoryItem(day(5, 1), title="Курсы"),),
        constraints=Constraints(
            horizon_end=day(2, 1, 2027),
            tempo_by_week={day(9, 14): 120},
            busy=(Slot(dt.datetime(2026, 9, 16, 15, tzinfo=MSK), ask().as_of.replace(year=2027)),),
            forms=(Form.FORMAL,),
            budget_by_source={Funding.OWN: 500},
            pinned=("burnout",),
        ),
        gap_rel=1 / 7,
        language=language,
    )
    text = request_to_json(request)
    assert "Анна" not in text
    back = request_from_json(text)
    assert back == replace(request, educator=educator())
    assert to_dict(request.diagnostics[0])["score"] == pytest.approx(1 / 3, abs=1e-6)
    assert back.diagnostics[0].score == 1 / 3
