"""Claims about the whole chain on a small catalogue."""

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.domain import Constraints, Form, Funding, HistoryItem, Position, Request, Slot
from engine.errors import InputError, NothingToPlan
from engine.framework import load_framework
from engine.matching.matcher import ActivityMatcher
from engine.planning.checks import check_route
from engine.planning.problem_json import read_problem_file, write_problem_file
from engine.planning.solver import solve
from engine.recommendation import to_dict
from engine.recommendation_json import recommendation_from_dict
from engine.recommender import Recommender
from tests.engine.recommender.mini import (
    ACTIVITIES,
    AS_OF,
    ASKS,
    MENTORS,
    MSK,
    OFFERINGS,
    STRONG,
    ask,
    day,
    educator,
    mentor,
    recommender,
    score,
)


def recommend(**fields):
    return recommender().recommend(ask(**fields)).recommendation


def kinds(recommendation):
    return {s.kind for s in recommendation.route.steps}


def fault_codes(error):
    return [f.code for f in error.value.faults]


def test_a_route_closes_deficits_with_dates_and_reasons():
    """The main job: dated steps against measured deficits, each with a reason, certified."""
    answer = recommend()
    assert answer.status in ("OPTIMAL", "WITHIN_GAP")
    assert answer.certificate.gap_rel <= 0.01
    assert answer.route.steps
    for step in answer.route.steps:
        assert answer.as_of.date() < step.start <= step.end
        assert step.reasons
        assert 0 < step.relevance <= 1
    closed = {c.node for s in answer.route.steps for c in s.closes}
    assert "MET.ASM" in closed
    assert {d.node for d in answer.deficits} == {"MET.ASM", "PSY", "COM"}


def test_what_the_steps_close_sums_to_what_the_deficits_say():
    """Shares of the steps add up to the part of each deficit that the route closes."""
    answer = recommend()
    for deficit in answer.deficits:
        shares = [
            c.expected for s in answer.route.steps for c in s.closes if c.node == deficit.node
        ]
        assert sum(shares) == pytest.approx(deficit.closed_expected, abs=1e-9)


def test_weekly_load_is_the_sum_of_everything_and_fits_the_tempo():
    """Load never exceeds the tempo, and its sum is the route's workload."""
    answer = recommend(educator=educator(tempo_min_per_week=200))
    loads = answer.route.weekly_load
    assert all(w.load_min <= w.tempo_min <= 200 for w in loads)
    assert sum(w.load_min for w in loads) == answer.route.workload_min


def test_an_official_level_stands_beside_the_probabilities():
    """2 of 6 is high officially; the three probabilities sum to one."""
    deficit = next(d for d in recommend().deficits if d.node == "MET.ASM")
    assert deficit.official_level == "high"
    assert sum(deficit.level_probability) == pytest.approx(1, abs=1e-6)
    assert (deficit.raw_score, deficit.raw_max, deficit.n_tasks) == (2, 6, 6)


def test_a_request_alone_gives_a_route():
    """No diagnostics: the request is the demand, and the reader is told."""
    answer = recommend(diagnostics=(), requests=(ASKS,))
    assert answer.route.steps
    assert [d.kind for d in answer.deficits] == ["request"]
    assert any(n.code == "no_diagnostics" for n in answer.notes)
    assert answer.group is None


def test_neither_diagnostics_nor_request_is_nothing_to_plan():
    """There is nothing to plan for, and the error says what to add."""
    with pytest.raises(NothingToPlan) as error:
        recommend(diagnostics=())
    assert error.value.next_actions == ("add_diagnostics", "add_request")


def test_a_strong_educator_gets_a_route_without_programmes():
    """Without deficits the route develops by non-formal means, and is not empty."""
    answer = recommend(diagnostics=STRONG)
    assert answer.group == "development"
    assert answer.route.steps
    assert not kinds(answer) & {"dpp_pk", "dpp_pp"}
    assert all(s.form != "formal" for s in answer.route.steps)


def test_a_young_educator_gets_a_mentor_with_meetings():
    """Under 35 in the first three years: the fitting mentor, one meeting a window."""
    young = educator(
        born_on=day(3, 1, 2000), pedagogical_start=day(9, 1, 2025), tempo_min_per_week=300
    )
    answer = recommend(educator=young)
    assert answer.route.mentor is not None
    assert answer.route.mentor.id == "M1"
    assert answer.route.mentor.meetings
    assert not answer.route.mentor.missed
    assert all(m.start.tzinfo is not None for m in answer.route.mentor.meetings)


def test_a_mentor_who_is_missing_is_said_and_does_not_stop_the_route():
    """Without an eligible mentor: a route without one and the shortage as unmet demand."""
    lonely = Recommender(
        activities=ACTIVITIES,
        offerings=OFFERINGS,
        mentors=(mentor("M9", capacity=0),),
        framework=load_framework(),
    )
    young = educator(born_on=day(3, 1, 2000), pedagogical_start=day(9, 1, 2025))
    answer = lonely.recommend(ask(educator=young)).recommendation
    assert answer.route.mentor is None
    assert "mentor_shortage" in {u.code for u in answer.unmet}


def test_a_pin_overrides_relevance_and_is_marked():
    """A pinned contest covers no deficit and is in the route all the same."""
    answer = recommend(constraints=Constraints(pinned=("contest",)))
    step = next(s for s in answer.route.steps if s.activity == "contest")
    assert step.pinned
    assert "pinned" in {r.code for r in step.reasons}


def test_a_ban_keeps_an_activity_out_and_says_so():
    """Banned: not in the route, and why-not names the ban."""
    answer = recommend(constraints=Constraints(excluded=("pk-assess",)))
    assert all(s.activity != "pk-assess" for s in answer.route.steps)
    assert answer.not_chosen["pk-assess"].code == "excluded"


def test_a_ban_and_a_pin_of_one_activity_conflict():
    """Infeasible is an answer: conflict and repairs in codes, no route."""
    answer = recommend(constraints=Constraints(pinned=("contest",), excluded=("contest",)))
    assert answer.status == "INFEASIBLE"
    assert answer.route is None
    assert {m.code for m in answer.conflict} <= {"pinned", "excluded"}
    assert answer.repairs


def test_busy_time_keeps_a_meeting_out():
    """The webinar meets a busy span and is dropped with that reason."""
    start = dt.datetime(2026, 9, 16, 16, 30, tzinfo=MSK)
    busy = (Slot(start, start + dt.timedelta(minutes=10)),)
    answer = recommend(constraints=Constraints(busy=busy))
    assert answer.not_chosen["web-assess"].code == "busy_time"


def test_meetings_are_told_in_the_educators_zone():
    """16:00 in Moscow is 23:00 in Vladivostok, past the latest hour: dropped for that reason."""
    far = recommend(educator=educator(time_zone="Asia/Vladivostok"))
    assert far.not_chosen["web-assess"].code == "outside_hours"
    assert far.educator.time_zone == "Asia/Vladivostok"


def test_a_completed_activity_is_not_offered_again():
    """History by id or by title."""
    for item in (
        HistoryItem(day(3, 1), activity_id="pk-assess"),
        HistoryItem(day(3, 1), title="Формирующее  оценивание на уроке"),
    ):
        assert recommend(history=(item,)).not_chosen["pk-assess"].code == "already_completed"


def test_what_was_not_taken_as_asked_is_said():
    """Old results, results for others, tighter limits and foreign history each leave a note."""
    answer = recommend(
        educator=educator(tempo_min_per_week=5_000),
        diagnostics=(score("MET.ASM", 2), score("PSY", 3, date=day(5, 12, 2012)), score("MAN", 1)),
        history=(HistoryItem(day(3, 1), title="Курс другого региона"),),
    )
    noted = {n.code: n.parameters for n in answer.notes}
    assert noted["stale_evidence"]["date"] == day(5, 12, 2012)
    assert "node_not_applicable" in noted
    assert noted["limit_applied"]["asked"] == 5_000
    assert noted["history_not_matched"] == {"title": "Курс другого региона"}
    assert {n.code for n in recommend().notes} == set()


def test_a_budget_pays_for_the_paid_programme():
    """Without money the programme is dropped for the budget; with it, its cost is accounted."""
    deep = (score("PSY", 0, 24),)
    broke = {Funding.STATE: 0, Funding.OWN: 0}
    poor = recommend(diagnostics=deep, constraints=Constraints(budget_by_source=broke))
    assert poor.not_chosen["pk-paid"].code == "budget"
    rich = recommend(
        diagnostics=deep,
        constraints=Constraints(
            budget_by_source={**broke, Funding.OWN: 5_000}, pinned=("pk-paid",)
        ),
    )
    assert rich.route.cost_by_source == {"own": 4_000}


def test_forms_are_respected():
    """Only informal learning is admitted: nothing else is in the route."""
    answer = recommend(constraints=Constraints(forms=(Form.INFORMAL,)))
    assert {s.form for s in answer.route.steps} <= {"informal"}


def test_a_policy_that_requires_a_theme_and_checkpoints_is_obeyed():
    """Приморье: burnout prevention in the route, or named as unmet; checkpoints are steps."""
    answer = recommend(policy="primorye")
    served = any(s.activity == "burnout" for s in answer.route.steps)
    assert served or any(u.code == "required_theme" for u in answer.unmet)
    assert {c.stage for c in answer.route.checkpoints} >= {"final"}


def test_career_requests_plan_for_the_aimed_position():
    """A teacher who wants to be a deputy head has managers' competencies as demands."""
    career = Request("R2", career_position=Position.DEPUTY_HEAD)
    answer = recommend(diagnostics=(), requests=(career,))
    assert any(d.node.startswith("request:R2") for d in answer.deficits)


def test_the_relevance_drives_the_route():
    """Exchanging the relevance model changes the route: the similarity model is no ornament."""

    class Reversed(ActivityMatcher):
        def rank(self, *args, **kwargs):
            ranking = super().rank(*args, **kwargs)
            return replace(ranking, relevance=np.where(ranking.relevance > 0.5, 0.02, 0.98))

    ordered = sorted(ACTIVITIES, key=lambda a: a.id)
    other = Recommender(
        activities=ACTIVITIES,
        offerings=OFFERINGS,
        mentors=MENTORS,
        framework=load_framework(),
        matcher=Reversed().fit(ordered, load_framework()),
    )
    limit = Constraints(max_steps=1)
    usual = recommend(constraints=limit).route.steps
    turned = other.recommend(ask(constraints=limit)).recommendation.route.steps
    assert [s.activity for s in usual] != [s.activity for s in turned]


def test_the_served_problem_replays_the_route():
    """Problem file → solve → the same route, value and bound; the checker agrees."""
    outcome = recommender().recommend(ask())
    problem, options = read_problem_file(write_problem_file(outcome.problem, outcome.options))
    again = solve(problem, options)
    assert again == outcome.solution
    report = check_route(problem, again.route)
    assert report.holds
    assert report.value_mpt / 1000 == outcome.recommendation.certificate.value


def test_the_answer_survives_json():
    """to_dict → JSON → recommendation: the same JSON again."""
    first = json.dumps(to_dict(recommend()), ensure_ascii=False, allow_nan=False)
    again = to_dict(recommendation_from_dict(json.loads(first)))
    assert json.dumps(again, ensure_ascii=False) == first


def test_an_unknown_policy_and_an_empty_horizon_are_faults():
    """Both name what is wrong."""
    with pytest.raises(InputError) as error:
        recommend(policy="mars")
    assert fault_codes(error) == ["unknown_policy"]
    backwards = Constraints(horizon_start=day(12, 1), horizon_end=day(10, 1))
    with pytest.raises(InputError) as error:
        recommend(constraints=backwards)
    assert fault_codes(error) == ["empty_horizon"]


def test_an_empty_catalogue_gives_an_empty_route_with_reasons():
    """Nothing to choose from is no error here: the route is empty and every demand says why."""
    bare = Recommender(activities=(), offerings=(), mentors=(), framework=load_framework())
    answer = bare.recommend(ask()).recommendation
    assert answer.route.steps == ()
    assert {u.code for u in answer.unmet} == {"no_activity"}


_SCRIPT = """
import json, sys, time_machine
from tests.engine.recommender.mini import ask, recommender, educator, day
from engine.recommendation import to_dict
with time_machine.travel(sys.argv[1]):
    young = educator(born_on=day(3, 1, 2000), pedagogical_start=day(9, 1, 2025))
    answer = recommender().recommend(ask(educator=young, policy="primorye")).recommendation
    sys.stdout.write(json.dumps(to_dict(answer), ensure_ascii=False))
"""


def _answering(clock: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": "random"}
    return subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, clock],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=root,
        encoding="utf-8",
    )


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes_in_2030_and_beside_a_busy_process():
    """Neither the clock, nor the hash seed, nor contention shows in the answer.

    Two processes, four years apart by their clocks, answer at once.
    """
    both = [_answering(clock) for clock in ("2026-09-01T00:00:00Z", "2030-06-01T00:00:00Z")]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    (first, _), (second, _) = said
    assert json.loads(first)["as_of"] == AS_OF.isoformat()
    assert first == second
