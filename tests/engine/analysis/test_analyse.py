"""The analysis of regions with planted holes, and of regions without data."""

import datetime as dt

import numpy as np
import pytest

from engine.analysis import Addressee, AnalysisOptions, GapCode, analyse
from engine.deficits.groupings import Grouping
from engine.framework import load_framework
from engine.policy import load_policy
from engine.recommendation import to_dict
from engine.simulation.holes import BARE_FOR, HolesPlan, simulate_holes
from engine.wording import LANGUAGES, word
from tests.bench.analysis import Truth, judge
from tests.engine.analysis.small import FRAMEWORK, TODAY, programme, region, rules, weak

PLAN = HolesPlan(educators=2_500, activities=150, mentors=250)


@pytest.fixture(scope="module", params=[0, 1, pytest.param(2, marks=pytest.mark.long)])
def found(request):
    framework, policy = load_framework(), load_policy("default")
    record, holes = simulate_holes(PLAN, request.param, framework, policy)
    return record, holes, analyse(record, framework, policy)


@pytest.mark.slow
def test_planted_holes_are_found_and_nothing_else(found):
    """Every planted hole of each kind is named with its reason; what else is named is true."""
    record, holes, analysis = found
    score = judge(analysis, Truth.of(record, holes, load_framework(), load_policy("default")))
    assert score.planted == score.planted_found
    assert score.false == 0


def test_reasons_of_the_planted_gaps(found):
    """Bare: no activity for the position; runless: no run; narrow: seats left over."""
    _, holes, analysis = found
    gaps = {(g.node, g.code): g for g in analysis.gaps}
    for node in holes.bare:
        gap = gaps[node, GapCode.NO_ACTIVITY]
        assert {a.position for a in gap.audiences} == {BARE_FOR}
        assert not gap.everyone
    for node in holes.runless:
        assert gaps[node, GapCode.NO_RUN].everyone
        assert gaps[node, GapCode.NO_RUN].activities
    for node in holes.narrow:
        gap = gaps[node, GapCode.TOO_FEW_SEATS]
        assert 0 < gap.unserved == pytest.approx(gap.people.value - gap.seats, abs=1.0)


def test_runs_to_add_are_about_the_holes(found):
    """Most are about what people need and cannot have now; what closes more comes earlier, and no
    list closes more than the limit."""
    _, holes, analysis = found
    holed = {*holes.bare, *holes.runless, *holes.narrow}
    assert len(analysis.runs.runs) == 10
    assert np.mean([bool(holed & set(run.nodes)) for run in analysis.runs.runs]) > 0.5
    values = [run.closes.value for run in analysis.runs.runs]
    assert values == sorted(values, reverse=True)
    assert analysis.runs.closes <= analysis.runs.limit


def test_every_recommendation_has_a_number_an_addressee_and_words(found):
    """Sizes are positive, counts stand behind them, and both languages word them without a hole."""
    _, _, analysis = found
    assert {r.addressee for r in analysis.recommendations} >= {
        Addressee.MUNICIPALITY,
        Addressee.METHODICAL_SERVICE,
        Addressee.REGION,
        Addressee.EDUCATOR,
    }
    for advice in analysis.recommendations:
        assert advice.size > 0
        assert all(n > 0 for n in advice.rests_on.values())
        assert advice.rests_on
        for language in LANGUAGES:
            said = word(advice, None, language, family="recommendation")
            assert advice.code not in said
            assert "не указано" not in said
            assert "not stated" not in said
            assert "{" not in said


@pytest.mark.slow
@pytest.mark.parametrize("found", [0], indirect=True)
def test_the_same_record_gives_the_same_analysis(found):
    """Twice the same, to the last digit of its JSON."""
    record, _, analysis = found
    again = analyse(record, load_framework(), load_policy("default"))
    assert to_dict(again, None) == to_dict(analysis, None)


def test_shares_of_nodes_hold_the_truth(found):
    """Most of the twelve intervals of the share above minimal hold what is true of the measured."""
    record, holes, analysis = found
    framework = load_framework()
    place = {name: i for i, name in enumerate(record.educators["educator"])}
    held = []
    for node in analysis.nodes:
        people = record.sittings.loc[record.sittings["node"] == node.node, "educator"].map(place)
        true = (holes.proficiency[people, framework.index[node.node]] <= 0.8).mean()
        low, high = node.share.interval_90
        held.append(low <= true <= high)
        assert node.n_measured == len(people)
    assert np.mean(held) >= 0.8


# --------------------------------------------------------------------------- without data


def codes(analysis):
    return {m.code for m in analysis.missing}


def test_without_diagnostics_nothing_is_guessed():
    """No result: no shares, gaps, runs or advice about deficits; it is said why."""
    record = region([{}] * 30, [], [programme("a", "B.1")])
    found = analyse(record, FRAMEWORK, rules())
    assert (found.nodes, found.concentrations, found.gaps, found.runs.runs) == ((), (), (), ())
    assert found.recommendations == ()
    assert codes(found) == {"no_diagnostics", "no_offerings", "no_mentors", "no_dates"}


def test_without_anybody_there_is_nothing():
    """An empty region is analysed and says so."""
    found = analyse(region([], []), FRAMEWORK, rules())
    assert (found.n_people, found.n_measured, found.recommendations) == (0, 0, ())
    assert {"no_educators", "no_diagnostics", "no_catalogue"} <= codes(found)


def test_without_a_catalogue_no_gap_is_claimed():
    """That nothing is known of activities is no lack of activities."""
    found = analyse(region([{}] * 30, weak(30)), FRAMEWORK, rules())
    assert found.gaps == ()
    assert np.isnan(found.supply.closable)
    assert found.supply.deficit > 0
    assert "no_catalogue" in codes(found)
    assert {r.code for r in found.recommendations} == set()


def test_people_who_were_not_measured_are_counted_and_nothing_said_of_them():
    """Ten of thirty were measured: the share is theirs, the twenty are asked to come."""
    found = analyse(region([{}] * 30, weak(10)), FRAMEWORK, rules())
    (node,) = found.nodes
    assert (node.n_members, node.n_measured) == (30, 10)
    assert node.people.value <= 10
    (advice,) = found.recommendations
    assert (advice.code, advice.size) == ("not_measured", 20.0)


def test_districts_that_nobody_states_are_no_district():
    """The group of those who do not state one is not named, and their number is."""
    people = [{"district": ""}] * 20 + [{"district": "Юг"}] * 20
    scores = weak(20) + [(f"e{i}", "B.1", 5) for i in range(20, 40)]
    options = AnalysisOptions(by=(Grouping.DISTRICT,))
    found = analyse(region(people, scores), FRAMEWORK, rules(), options)
    assert found.concentrations == ()
    assert {m.code: m.parameters for m in found.missing}["no_district"] == {"count": 20}


def test_a_group_that_stands_out_is_named_with_its_share():
    """Sixty of the south did one task of six, the others four: their share is near one."""
    people = [{"district": d} for d in ["Юг"] * 60 + ["Север"] * 60 + ["Запад"] * 60]
    scores = weak(60) + [(f"e{i}", "B.1", 4) for i in range(60, 180)]
    options = AnalysisOptions(by=(Grouping.DISTRICT,))
    found = analyse(region(people, scores), FRAMEWORK, rules(), options)
    (group,) = found.concentrations
    assert (group.key, group.node, group.n_measured) == ("Юг", "B.1", 60)
    assert group.share.value > 0.9
    assert group.excess.interval_90[0] > 0
    (advice,) = [r for r in found.recommendations if r.code == "deficit_in_district"]
    assert (advice.addressee, advice.subject_id) == (Addressee.MUNICIPALITY, "Юг")


@pytest.mark.parametrize(
    "more",
    [{"benefit": 0}, {"least_gain": 2}, {"run_seats": 0}, {"false_share": 1}, {"least_excess": -1}],
)
def test_options_that_cannot_be_are_refused(more):
    """Shares lie in their ranges, counts are positive."""
    with pytest.raises(ValueError, match=r"lie|≥ 1"):
        AnalysisOptions(**more)


def test_the_day_is_the_policys():
    """Late in the evening in UTC it is the next day in Moscow."""
    record = region([{}] * 5, weak(5))
    late = record.__class__(
        **{
            **{f: getattr(record, f) for f in record.__dataclass_fields__},
            "as_of": dt.datetime(2026, 8, 31, 22, tzinfo=dt.UTC),
        }
    )
    assert analyse(late, FRAMEWORK, rules()).as_of == TODAY
