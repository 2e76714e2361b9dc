"""The simulated history: its seed, its time, and every planted thing found again in the rows."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from engine.catalogue import KINDS, compile_catalogue
from engine.domain import BoolArray, FloatArray, Kind, Technology
from engine.framework import Framework, load_framework
from engine.interactions import STATES, State
from engine.policy import PolicyProfile, load_policy
from engine.simulation import (
    History,
    HistoryPlan,
    HistoryTruth,
    TruthPlan,
    closed_true_deficit,
    simulate_history,
)
from engine.simulation.history_catalogue import draw_catalogue

pytestmark = pytest.mark.slow

PLAN = HistoryPlan(educators=2_000)
SMALL = HistoryPlan(educators=90, activities=80, mentors=4)
EPOCH = dt.date(1970, 1, 1).toordinal()
LATE = 5
"""Seasons before the end that are left out where everything begun must be over."""


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


@pytest.fixture(scope="module")
def policy() -> PolicyProfile:
    return load_policy("default")


@pytest.fixture(scope="module")
def history(framework: Framework, policy: PolicyProfile) -> History:
    return simulate_history(PLAN, 1, framework, policy)


def in_state(history: History, *states: State) -> BoolArray:
    return np.isin(history.interactions.state, [STATES.index(s) for s in states])


def early(history: History) -> BoolArray:
    """Rows begun so early that all is over."""
    return history.season < history.plan.seasons - LATE


def z_score(happened: BoolArray, chance: FloatArray) -> float:
    """Standardised difference of a count of independent events and its expectation."""
    return float((happened.sum() - chance.sum()) / np.sqrt((chance * (1 - chance)).sum()))


# --------------------------------------------------------------------------- seed and size


def equal(left: History, right: History, n: int) -> bool:
    """Whether two histories agree on the catalogue and on their first ``n`` educators."""
    a, b = left.interactions, right.interactions
    rows = [t.select(t.person < n) for t in (a, b)]
    names = ("person", "activity", "time", "state", "ended", "slate", "propensity")
    return (
        left.activities == right.activities
        and left.offerings == right.offerings
        and left.mentors == right.mentors
        and left.educators[:n] == right.educators[:n]
        and all(
            np.array_equal(
                np.asarray(getattr(rows[0], c), float),
                np.asarray(getattr(rows[1], c), float),
                equal_nan=True,
            )
            for c in names
        )
        and all(
            np.array_equal(
                getattr(left.truth.people, f.name)[:n], getattr(right.truth.people, f.name)[:n]
            )
            for f in fields(left.truth.people)
        )
    )


def test_a_seed_repeats_and_another_differs(framework: Framework, policy: PolicyProfile) -> None:
    """The same plan and seed give equal records, rows and truth; another seed does not."""
    first = simulate_history(SMALL, 3, framework, policy)
    assert equal(first, simulate_history(SMALL, 3, framework, policy), 90)
    other = simulate_history(SMALL, 4, framework, policy)
    assert other.activities != first.activities
    assert other.educators != first.educators


def test_more_educators_leave_the_rest_as_it_is(
    framework: Framework, policy: PolicyProfile
) -> None:
    """The catalogue and all that the first 90 did stay, within a block and beyond one."""
    few = simulate_history(SMALL, 3, framework, policy)
    for n in (200, 600):
        more = simulate_history(replace(SMALL, educators=n), 3, framework, policy)
        assert len(more.educators) == n
        assert equal(few, more, 90)


def test_progress_counts_the_educators(framework: Framework, policy: PolicyProfile) -> None:
    """It ends at all of them and never exceeds them."""
    said: list[tuple[int, int]] = []
    plan = replace(SMALL, educators=300)
    simulate_history(plan, 3, framework, policy, progress=lambda *at: said.append(at))
    assert said == [(256, 300), (300, 300)]


@pytest.mark.parametrize(
    "wrong",
    [{"activities": 1}, {"exploration": 1.2}, {"slate_size": (5, 2)}, {"temperature": 0.0},
     {"first_monday": dt.date(2026, 8, 1)}, {"slates_per_year": 9.0}],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(
    wrong: dict[str, object], framework: Framework, policy: PolicyProfile
) -> None:
    """Each impossible size is the caller's mistake and named."""
    with pytest.raises(ValueError, match=next(iter(wrong)).partition("_")[0]):
        simulate_history(replace(SMALL, **wrong), 1, framework, policy)


# --------------------------------------------------------------------------- the catalogue


def test_the_catalogue_compiles(history: History) -> None:
    """Every record passes the catalogue's checks, is marked synthetic and in the order of ids."""
    compiled = compile_catalogue(history.activities, history.offerings)
    assert compiled.activity_ids == tuple(a.id for a in history.activities)
    assert all(a.synthetic and a.source == "simulation" for a in history.activities)
    assert history.activities[-1].kind is Kind.DIAGNOSTIC


def test_stated_coverage_is_the_true_one(history: History) -> None:
    """About the planned half of the activities state coverage, and where they do it is true."""
    truth, known = history.truth, 0
    for j, activity in enumerate(history.activities[:-1]):
        if not activity.coverage:
            continue
        known += 1
        pairs = zip(truth.activities.nodes[j], truth.activities.share[j], strict=True)
        true = {truth.leaves[k]: share for k, share in pairs if share > 0}
        assert activity.coverage == true
    assert abs(known - 150) < 4 * np.sqrt(300 * 0.25)


def test_texts_tell_the_coverage_but_not_always(history: History, framework: Framework) -> None:
    """A whole keyword of a covered competency stands in most texts, yet in few titles alone."""
    truth = history.truth
    in_title = in_text = 0
    for j, activity in enumerate(history.activities[:-1]):
        covered = truth.activities.nodes[j][truth.activities.share[j] > 0]
        words = [w.casefold() for k in covered for w in framework.node(truth.leaves[k]).keywords]
        title, text = activity.title.casefold(), f"{activity.title} {activity.summary}".casefold()
        in_title += any(w in title for w in words)
        in_text += any(w in text for w in words)
    n = len(history.activities) - 1
    assert 0.7 < in_text / n < 0.99
    assert 0.3 < in_title / n < 0.8


def test_formats_and_runs_agree(history: History) -> None:
    """Runs of what is by distance have no place, others have one; no meeting lasts past nine."""
    runs = defaultdict(list)
    for offering in history.offerings:
        runs[offering.activity_id].append(offering)
    seen = Counter()
    for activity in history.activities[:-1]:
        technology = activity.technologies[0]
        seen[technology] += 1
        online = technology in (Technology.DISTANCE, Technology.SELF_DIRECTED)
        for run in runs[activity.id]:
            assert run.self_paced == (technology is Technology.SELF_DIRECTED)
            assert bool(run.locality) != online
            assert all(bool(m.place) != online for m in run.meetings)
            assert all((m.end.hour, m.end.minute) <= (21, 0) for m in run.meetings)
    assert min(seen[t] for t in (Technology.DISTANCE, Technology.CLASSROOM)) > 60


def test_effects_have_the_planted_factors(framework: Framework, policy: PolicyProfile) -> None:
    """Kinds differ from the policy by 0.6 … 1.4; around a kind, ln(effect) has the planned sd.

    √(0.15² + 0.25² + 0.15²) = 0.328; the providers' part is of twelve draws only.
    """
    plan = HistoryPlan(activities=1_500)
    traits = draw_catalogue(plan, 2, framework, policy).traits
    kinds = np.array([policy.value.effect[k] for k in KINDS])[traits.kind]
    there = (traits.share > 0) & (traits.effect < 0.95)
    logs = np.log(traits.effect[there] / np.repeat(kinds[:, None], 4, axis=1)[there])
    kind_of = np.repeat(traits.kind[:, None], 4, axis=1)[there]
    inside = np.concatenate([logs[kind_of == k] - logs[kind_of == k].mean() for k in {*kind_of}])
    assert inside.std() == pytest.approx(0.328, rel=0.15)
    factors = [np.exp(logs[kind_of == k]).mean() for k in {*kind_of} if (kind_of == k).sum() > 60]
    assert len(factors) > 8
    assert min(factors) > 0.6 * 0.85
    assert max(factors) < 1.4 * 1.15
    assert np.std(factors) > 0.1


def test_a_gain_saturates_with_the_covered_hours(history: History, policy: PolicyProfile) -> None:
    """gain = effect · (1 − exp(−share · hours / h0)), with hours of 60 minutes."""
    traits = history.truth.activities
    for j in (0, 17, 101):
        activity = history.activities[j]
        assert activity.hours_academic is not None
        hours = activity.hours_academic * 0.75
        h0 = policy.value.saturation_hours[activity.kind]
        for m in range(4):
            expected = traits.effect[j, m] * (1 - np.exp(-traits.share[j, m] * hours / h0))
            assert traits.gain[j, m] == pytest.approx(expected)


# --------------------------------------------------------------------------- people and time


def test_people_are_as_planned(history: History) -> None:
    """Three in ten live rurally, as their school says; a quarter are young, as their dates say."""
    rural = [p.educator.organisation.conditions.rural for p in history.educators]  # type: ignore[union-attr]
    assert np.array_equal(rural, history.truth.people.rural == 1)
    assert 0.26 < np.mean(rural) < 0.34
    service = [
        (PLAN.as_of - p.educator.pedagogical_start).days  # type: ignore[operator]
        for p in history.educators
    ]
    assert np.array_equal(np.array(service) < 1_000, history.truth.people.young == 1)
    asked = [p for p in history.educators if p.requests]
    assert 0.31 < len(asked) / len(history.educators) < 0.39
    assert 0.4 < np.mean([p.requests[0].text is not None for p in asked]) < 0.6


def test_nothing_happens_before_somebody_works_or_after_the_end(history: History) -> None:
    """Proposals, ends and sittings lie between the start of work and the last day, in order."""
    rows = history.interactions
    last = history.plan.boundary(history.plan.seasons)
    start = [p.educator.pedagogical_start.toordinal() - EPOCH for p in history.educators]  # type: ignore[union-attr]
    assert (rows.time >= np.array(start)[rows.person]).all()
    assert rows.time.max() <= last
    assert np.nanmax(rows.ended) <= last
    ended = ~np.isnan(rows.ended)
    assert (rows.ended[ended] >= rows.time[ended]).all()
    assert np.array_equal(ended, in_state(history, State.COMPLETED, State.DROPPED))
    for person, begun in zip(history.educators, start, strict=True):
        days = [result.date.toordinal() - EPOCH for result in person.diagnostics]
        assert days == sorted(days)
        assert all(begun <= day <= last for day in days)


def test_sittings_repeat_for_some(history: History) -> None:
    """Tests of 6–10 tasks in 6–10 competencies, the same ones again; a quarter never come back."""
    counts = []
    for person in history.educators:
        by_day = defaultdict(set)
        for result in person.diagnostics:
            assert 6 <= result.max_score == result.n_tasks <= 10
            by_day[result.date].add(result.node)
        assert len({frozenset(nodes) for nodes in by_day.values()}) <= 1
        assert all(6 <= len(nodes) <= 10 for nodes in by_day.values())
        counts.append(len(by_day))
    assert 0.2 < np.mean(np.array(counts) <= 1) < 0.45
    assert np.mean(np.array(counts) >= 3) > 0.3


def test_history_items_are_the_completions(history: History) -> None:
    """What an educator has completed is exactly his completed rows, by day."""
    rows = history.interactions
    done = np.flatnonzero(in_state(history, State.COMPLETED))
    by_person = defaultdict(list)
    for row in done.tolist():
        by_person[rows.person[row]].append(
            (int(rows.ended[row]), rows.activities[rows.activity[row]])
        )
    for i, person in enumerate(history.educators):
        items = [(h.completed_on.toordinal() - EPOCH, h.activity_id) for h in person.history]
        assert sorted(items) == sorted(by_person[i])
        assert [day for day, _ in items] == sorted(day for day, _ in items)


# --------------------------------------------------------------------------- chances


def test_nothing_is_taken_twice(history: History) -> None:
    """An activity that was taken up is neither proposed to that educator nor taken up again."""
    rows = history.interactions
    for row in np.flatnonzero(rows.taken).tolist():
        later = (
            (rows.person == rows.person[row])
            & (rows.activity == rows.activity[row])
            & (history.season > history.season[row])
        )
        assert not later.any()
        if row > 4_000:
            break
    pairs = Counter(zip(rows.person[rows.taken], rows.activity[rows.taken], strict=True))
    assert max(pairs.values()) == 1


def test_completion_follows_the_truth(history: History) -> None:
    """In every fifth of the chance, completions are as many as it says, ± 4.5 standard errors."""
    rows, truth = history.interactions, history.truth
    at = np.flatnonzero(rows.taken & early(history))
    chance = truth.completion(rows.person[at], rows.activity[at], history.season[at])
    done = in_state(history, State.COMPLETED)[at]
    assert chance.std() > 0.1
    for part in np.array_split(np.argsort(chance), 5):
        assert abs(z_score(done[part], chance[part])) < 4.5


def test_benefit_follows_the_truth(history: History) -> None:
    """Of those who completed, so many benefited as the truth says; nobody else did."""
    rows, truth = history.interactions, history.truth
    at = np.flatnonzero(in_state(history, State.COMPLETED) & early(history))
    chance = truth.benefit(rows.person[at], rows.activity[at], history.season[at])
    for part in np.array_split(np.argsort(chance), 5):
        assert abs(z_score(history.benefited[at][part], chance[part])) < 4.5
    assert not history.benefited[~in_state(history, State.COMPLETED)].any()


def test_answers_to_proposals_follow_the_truth(history: History) -> None:
    """Rejections and, among the others, taking up are as frequent as the truth says."""
    rows, truth = history.interactions, history.truth
    at = np.flatnonzero(rows.slate >= 0)
    person, activity, season = rows.person[at], rows.activity[at], history.season[at]
    refused = in_state(history, State.REJECTED)[at]
    assert abs(z_score(refused, truth.rejection(person, activity))) < 4.5
    chance = truth.uptake(person, activity, season)[~refused]
    taken = rows.taken[at][~refused]
    for part in np.array_split(np.argsort(chance), 5):
        assert abs(z_score(taken[part], chance[part])) < 4.5


def test_the_chance_is_the_product_of_its_parts(history: History) -> None:
    """Tables and single pairs agree, for one season each or one per pair."""
    truth = history.truth
    people, activities = np.array([3, 500, 1_999]), np.array([0, 7, 200])
    table = truth.chance(people[:, None], activities)
    for i, e in enumerate(people.tolist()):
        row = truth.completion(e, activities) * truth.benefit(e, activities)
        assert table[i] == pytest.approx(row)
    seasons = np.array([0, 4, 11])
    pairs = truth.chance(people, activities, seasons)
    for e, j, s, chance in zip(people, activities, seasons, pairs, strict=True):
        assert truth.chance(int(e), int(j), int(s)) == pytest.approx(chance)


def test_more_need_and_a_request_raise_the_chance(history: History) -> None:
    """With θ lowered at what an activity covers, or the activity asked for, the chance rises."""
    truth = history.truth
    people = np.arange(50)
    fits = truth.fit(people, 3) == 1
    theta = truth.people.proficiency.copy()
    theta[:, -1, truth.activities.nodes[3][truth.activities.share[3] > 0]] = 0.05
    poor = replace(truth, people=replace(truth.people, proficiency=theta))
    higher, before = poor.chance(people, 3)[fits], truth.chance(people, 3)[fits]
    assert (higher >= before).all()
    assert (higher > before)[truth.need(people, 3)[fits] < 1].all()
    assert np.mean(higher > before) > 0.5
    asked = np.full(len(truth.people.request), truth.activities.nodes[3, 0])
    keen = replace(truth, people=replace(truth.people, request=asked))
    silent = replace(truth, people=replace(truth.people, request=np.full_like(asked, -1)))
    assert (keen.chance(people, 3) > silent.chance(people, 3)).all()


# --------------------------------------------------------------------------- slates


def exploring(history: History) -> BoolArray:
    return ~np.isnan(history.interactions.propensity)


def test_slates_are_of_one_educator_and_day(history: History) -> None:
    """Numbered 0, 1, … in the order of the rows, of five to eight different activities."""
    rows = history.interactions
    at = np.flatnonzero(rows.slate >= 0)
    numbers, first, size = np.unique(rows.slate[at], return_index=True, return_counts=True)
    assert np.array_equal(numbers, np.arange(len(numbers)))
    assert (np.diff(first) > 0).all()
    assert set(size.tolist()) == {5, 6, 7, 8}
    assert (rows.person[at] == rows.person[at][first][rows.slate[at]]).all()
    assert (rows.time[at] == rows.time[at][first][rows.slate[at]]).all()
    assert len(set(zip(rows.slate[at], rows.activity[at], strict=True))) == len(at)


def test_propensities_stand_for_whole_slates(history: History) -> None:
    """A slate has all or none of them; half of the slates explore; own choices have none."""
    rows = history.interactions
    at = rows.slate >= 0
    known = np.bincount(rows.slate[at], weights=exploring(history)[at])
    size = np.bincount(rows.slate[at])
    assert set(np.unique(known / size).tolist()) == {0.0, 1.0}
    assert abs(np.mean(known > 0) - 0.5) < 4 * np.sqrt(0.25 / len(size))
    assert not exploring(history)[~at].any()


def open_to(history: History, person: int, season: int) -> BoolArray:
    """What may be proposed: anything but the diagnostic that he has not taken up before."""
    rows = history.interactions
    taken = rows.taken & (rows.person == person) & (history.season < season)
    free = np.ones(len(history.activities), dtype=np.bool_)
    free[-1] = False
    free[rows.activity[taken]] = False
    return free


def test_stored_propensities_weigh_the_slates_right(history: History) -> None:
    """Weighted by 1 / propensity, a slate stands for everything that might have been in it.

    Horvitz–Thompson: the expectation of Σ 1/π over a slate is the number of activities that
    were open, and of Σ reward/π the sum of the true rewards of all of them.
    """
    rows, truth = history.interactions, history.truth
    at = np.flatnonzero(exploring(history) & early(history))
    counts, rewards = [], []
    for slate in np.unique(rows.slate[at]).tolist():
        own = at[rows.slate[at] == slate]
        person, season = int(rows.person[own[0]]), int(history.season[own[0]])
        free = np.flatnonzero(open_to(history, person, season))
        weight = 1 / rows.propensity[own]
        counts.append(weight.sum() - len(free))
        rewards.append(weight @ history.benefited[own] - truth.reward(person, free, season).sum())
    assert len(counts) > 500
    for differences in (np.array(counts), np.array(rewards)):
        error = differences.std() / np.sqrt(len(differences))
        assert abs(differences.mean()) < 4 * error
    assert np.std(counts) / np.sqrt(len(counts)) < 0.05 * len(history.activities)


def test_without_exploration_nothing_is_known(framework: Framework, policy: PolicyProfile) -> None:
    """Slates are still proposed, and no row has a propensity."""
    plain = simulate_history(replace(SMALL, exploration=0.0), 3, framework, policy)
    assert (plain.interactions.slate >= 0).sum() > 100
    assert np.isnan(plain.interactions.propensity).all()


# --------------------------------------------------------------------------- what is planted


def test_the_rural_complete_less_in_person_and_more_by_distance(history: History) -> None:
    """On days away they complete at most half as often as others, by distance more often."""
    rows, truth = history.interactions, history.truth
    over = in_state(history, State.COMPLETED, State.DROPPED)
    done = in_state(history, State.COMPLETED)
    rural = truth.people.rural[rows.person] == 1
    away = over & (truth.activities.trip[rows.activity] > 0.9)
    far = over & (truth.activities.distance[rows.activity] == 1)
    assert (away & rural).sum() > 60
    assert done[away & rural].mean() < 0.5 * done[away & ~rural].mean()
    assert done[far & rural].mean() > done[far & ~rural].mean() + 0.05


def best_plan(history: History, seen: HistoryTruth, educator: int, hours: float) -> list[str]:
    """Greedy plan of at most ten activities by what ``seen`` says of chances."""
    truth, traits = history.truth, history.truth.activities
    chance = seen.chance(educator, np.arange(len(history.activities)))
    lack, chosen = truth.deficit(educator), []
    for _ in range(10):
        value = (chance[:, None] * np.minimum(traits.gain, lack[traits.nodes])).sum(axis=1)
        value[(traits.hours > hours) | np.isin(np.arange(len(value)), chosen)] = 0
        best = int(value.argmax())
        if value[best] <= 0:
            break
        chosen.append(best)
        hours -= float(traits.hours[best])
        np.subtract.at(lack, traits.nodes[best], chance[best] * traits.gain[best])
        lack = np.maximum(lack, 0.0)
    return [history.activities[j].id for j in chosen]


def test_plans_made_for_the_urban_serve_the_rural_worse(
    history: History, policy: PolicyProfile
) -> None:
    """Who plans for rural educators as if they lived in town closes over 10 % less for them."""
    truth = history.truth
    town = replace(truth, people=replace(truth.people, rural=np.zeros_like(truth.people.rural)))
    own, urban = [], []
    for educator in np.flatnonzero(truth.people.rural)[:100].tolist():
        for seen, closed in ((truth, own), (town, urban)):
            plan = best_plan(history, seen, educator, 60.0)
            closed.append(closed_true_deficit(history, educator, plan, policy))
    assert np.mean(urban) < 0.9 * np.mean(own)


def test_the_young_benefit_more_from_practice(history: History) -> None:
    """Those under three years of work benefit more often, from practice alone."""
    rows, people = history.interactions, history.truth.people
    done = in_state(history, State.COMPLETED)
    young = people.young[rows.person] == 1
    practice = history.truth.activities.practice[rows.activity] == 1
    share = {
        (y, p): history.benefited[done & (young == y) & (practice == p)].mean()
        for y in (True, False)
        for p in (True, False)
    }
    assert share[True, True] > share[False, True] + 0.08
    assert abs(share[True, False] - share[False, False]) < 0.04


def followers(history: History) -> float:
    """How much likelier the next part is taken up by who has taken the part before."""
    rows, after = history.interactions, history.truth.activities.after
    taken = np.zeros((len(history.educators), len(history.activities)), dtype=np.bool_)
    taken[rows.person[rows.taken], rows.activity[rows.taken]] = True
    both = with_before = others = without = 0
    for j in np.flatnonzero(after >= 0).tolist():
        before = taken[:, after[j]]
        both += int(taken[before, j].sum())
        with_before += int(before.sum())
        others += int(taken[~before, j].sum())
        without += int((~before).sum())
    return (both / with_before) / (others / without)


def test_people_take_the_next_part_of_a_series(
    history: History, framework: Framework, policy: PolicyProfile
) -> None:
    """Who has taken a part takes the next more than twice as often as without the planted pull."""
    still = simulate_history(replace(PLAN, series_pull=0.0, series_wait=0.0), 1, framework, policy)
    assert followers(history) > 2 * followers(still)


def test_order_within_a_series_is_directed(history: History) -> None:
    """Of those who took both parts, most took the earlier part first."""
    rows, after = history.interactions, history.truth.activities.after
    day = np.full((len(history.educators), len(history.activities)), np.nan)
    day[rows.person[rows.taken], rows.activity[rows.taken]] = rows.time[rows.taken]
    next_part = np.flatnonzero(after >= 0)
    gap = day[:, next_part] - day[:, after[next_part]]
    gap = gap[~np.isnan(gap)]
    assert len(gap) > 200
    assert np.mean(gap > 0) > 0.65


def test_own_choices_go_with_popularity(history: History) -> None:
    """The most popular tenth of the catalogue takes over a quarter of what people choose."""
    rows = history.interactions
    own = rows.activity[rows.slate < 0]
    top = np.argsort(-history.truth.activities.popularity)[:30]
    assert np.isin(own, top).mean() > 0.25


# --------------------------------------------------------------------------- learning


def test_proficiency_is_what_was_gained(framework: Framework, policy: PolicyProfile) -> None:
    """Without drift θ now is θ at first plus every gain that benefited, at most 0.99."""
    plan = replace(SMALL, truth=TruthPlan(drift_sd=0.0), own_per_year=4.0)
    still = simulate_history(plan, 3, framework, policy)
    rows, traits = still.interactions, still.truth.activities
    theta = still.truth.people.proficiency
    expected = theta[:, 0].astype(np.float64)
    for row in np.flatnonzero(still.benefited).tolist():
        for m in range(4):
            expected[rows.person[row], traits.nodes[rows.activity[row], m]] += traits.gain[
                rows.activity[row], m
            ]
    assert np.abs(theta[:, -1] - theta[:, 0]).max() > 0.1
    assert theta[:, -1] == pytest.approx(np.minimum(expected, 0.99), abs=2e-6)


def changes(history: History) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Changes of the shown share between two sittings in a row, with what lay between them.

    Returns
    -------
    tuple
        Change; gains of what ended with benefit between the sittings; gains of what was begun
        before the later sitting and ended with benefit after it.
    """
    rows, truth = history.interactions, history.truth
    leaf_at = {code: k for k, code in enumerate(truth.leaves)}
    gained: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)
    for row in np.flatnonzero(history.benefited).tolist():
        j = int(rows.activity[row])
        for m in range(4):
            gain = float(truth.activities.gain[j, m])
            if gain > 0:
                key = (int(rows.person[row]), int(truth.activities.nodes[j, m]))
                gained[key].append((float(rows.time[row]), float(rows.ended[row]), gain))
    found = []
    for i, person in enumerate(history.educators):
        series = defaultdict(list)
        for result in person.diagnostics:
            day = result.date.toordinal() - EPOCH
            series[result.node].append((day, result.score / result.max_score))
        for node, points in series.items():
            events = gained.get((i, leaf_at[node]), [])
            for (d0, s0), (d1, s1) in pairwise(points):
                between = sum(g for _, end, g in events if d0 < end <= d1)
                coming = sum(g for begun, end, g in events if begun < d1 < end)
                found.append((s1 - s0, between, coming))
    table = np.array(found)
    return table[:, 0], table[:, 1], table[:, 2]


def test_re_diagnosis_shows_the_gain_in_the_mean(
    framework: Framework, policy: PolicyProfile
) -> None:
    """Where more was gained between two sittings the scores rise by as much: slope 1 ± 4 errors.

    Where nothing ended between them they stay, and what ends only later does not show yet.
    """
    plan = replace(PLAN, own_per_year=3.0, activities=120)
    lively = simulate_history(plan, 2, framework, policy)
    change, between, coming = changes(lively)
    assert (between > 0.1).sum() > 300
    design = np.column_stack([np.ones(len(change)), between, coming])
    beta, *_ = np.linalg.lstsq(design, change, rcond=None)
    rest = change - design @ beta
    error = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * rest.var())
    assert abs(beta[0]) < 4 * error[0] + 0.005
    assert abs(beta[1] - 1) < 4 * error[1] + 0.05
    assert error[1] < 0.1
    assert abs(beta[2]) < 4 * error[2]


def test_the_effect_is_the_mean_over_who_completes(history: History) -> None:
    """E[gain | completed] by drawing completion and benefit for everybody, ± 4 standard errors."""
    truth, rng = history.truth, np.random.default_rng(0)
    for j in (1, 25, 140):
        everybody = np.flatnonzero(truth.fit(np.arange(2_000), j) >= 0.5)
        at = np.full(len(everybody), j)
        shape = (40, len(everybody))
        done = rng.random(shape) < truth.completion(everybody, at)
        came = rng.random(shape) < truth.benefit(everybody, at)
        gain = (truth.gain(everybody, at)[:, 0] * came)[done]
        error = gain.std() / np.sqrt(len(gain))
        assert truth.effect(j)[0] == pytest.approx(gain.mean(), abs=4 * error)
