"""Demands, gains, bonuses and prices as integers."""

from __future__ import annotations

import datetime as dt
import math

from hypothesis import given
from hypothesis import strategies as st

from engine.domain import Constraints, DemandKind, Form, Funding, Kind, Level
from engine.planning.compile_gains import compile_demands
from tests.engine.planning.compile_builders import (
    POLICY,
    Case,
    demand,
    meeting,
    programme,
    run,
    seminar,
    with_value,
)


def test_pieces_become_gain_units_and_millipoints():
    """A piece (0.12345, 0.8) of weight 1.5 is 1 234 gain units at 1 200 mpt (banker's 1 234.5)."""
    (compiled,) = compile_demands([demand(pieces=((0.12345, 0.8), (0.3, 0.25)), weight=1.5)])
    assert compiled.pieces == ((1234, 1200), (3000, 375))


def test_pieces_with_equal_rounded_slopes_are_joined():
    """Slopes 0.50049 and 0.50001 are both 500 mpt: one piece of 0.1 + 0.2 deficits."""
    (compiled,) = compile_demands([demand(pieces=((0.1, 0.50049), (0.2, 0.50001), (0.1, 1e-5)))])
    assert compiled.pieces == ((3000, 500),)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=8),
    st.floats(0.001, 5),
)
def test_slopes_fall_strictly_and_stay_positive(pieces, weight):
    """Whatever the concave pieces are, the compiled ones fall strictly above 0."""
    falling = tuple(sorted(pieces, key=lambda piece: -piece[1]))
    (compiled,) = compile_demands([demand(pieces=falling, weight=weight)])
    slopes = [slope for _, slope in compiled.pieces]
    assert slopes == sorted(set(slopes), reverse=True)
    assert all(length > 0 and slope > 0 for length, slope in compiled.pieces)


def test_categories_become_a_mask():
    """Development demands admit non-formal (bit 2) and informal (bit 3) learning only."""
    only = frozenset({"non_formal", "informal"})
    (compiled,) = compile_demands([demand("development:share", categories=only)])
    assert compiled.categories == 0b1100


def test_gain_follows_the_formula():
    """Relevance 0.8, effect 0.5, coverage 0.5, 16 academic hours = 12 h, h0 = 12 h.

    0.8 · 0.5 · (1 − e^(−0.5)) = 0.4 · 0.393469 = 0.157388 → 1 574 gain units.
    """
    candidate = Case([seminar(hours=16)], [run(last=55)], relevance=0.8).candidates()["a-1"]
    assert candidate.gains == ((0, 1574),)


def test_gains_of_zero_are_dropped():
    """A coverage that closes less than half a gain unit is no gain, and the activity has none."""
    case = Case([seminar()], [run()], coverage={"a": {"d1": 1e-6}})
    assert case.why() == "no_gain"


def test_gain_on_each_demand_in_order():
    """Two demands get their own gains: coverage 0.25 and 0.5 of 16 academic hours.

    0.5 · (1 − e^(−0.25)) = 0.1106 → 1 106; 0.5 · (1 − e^(−0.5)) = 0.196735 → 1 967.
    """
    case = Case(
        [seminar(hours=16)],
        [run(last=55)],
        demands=[demand("d1"), demand("d2")],
        coverage={"a": {"d2": 0.5, "d1": 0.25}},
    )
    assert case.candidates()["a-1"].gains == ((0, 1106), (1, 1967))


def test_demand_that_is_worth_nothing_attracts_nobody():
    """A demand without pieces (a deficit of 0) gives no gain to anyone."""
    assert Case([seminar()], [run()], demands=[demand(pieces=())]).why() == "no_gain"


def test_form_by_level_drops_what_no_demand_admits():
    """A programme for a minimal deficit (non-formal and informal only) is not planned."""
    minimal = demand(categories=frozenset({"non_formal", "informal"}))
    case = Case([programme(), seminar()], [run("p", last=55), run()], demands=[minimal])
    assert case.why("p") == "form_by_level"
    assert list(case.candidates()) == ["a-1"]


def test_federal_register_counts_on_the_start():
    """In the register from day 7 on: the run of day 0 has no bonus, that of day 7 has 100."""
    registered = seminar(register_from=dt.date(2026, 9, 7))
    case = Case(
        [registered],
        [run(first=0, offering_id="early"), run(first=7, offering_id="late")],
        policy=with_value(bonus_federal_register=100.0),
    )
    bonuses = {label: c.bonus_mpt for label, c in case.candidates().items()}
    assert bonuses == {"early": 0, "late": 100_000}


def test_bonuses_keep_their_parts():
    """A regional seminar named by a request: 300 + 20 points, each by its name."""
    asked = demand("request:r1", kind=DemandKind.REQUEST)
    compiled = Case(
        [seminar(level=Level.REGIONAL)],
        [run()],
        demands=[asked],
        policy=with_value(bonus_requested=300.0, bonus_level={Level.REGIONAL: 20.0}),
    ).compile()
    assert compiled.facts.of(0).bonus_mpt == {
        "federal_register": 0,
        "requested": 300_000,
        "level": 20_000,
        "information": 0,
    }
    assert compiled.problem.candidates.record(0).bonus_mpt == 320_000


def test_no_bonus_without_a_gain_that_counts():
    """A pinned activity that closes nothing is not made attractive by its level."""
    case = Case(
        [seminar(level=Level.NATIONAL)],
        [run()],
        coverage={"a": {}},
        constraints=Constraints(pinned=("a",)),
        policy=with_value(bonus_level={Level.NATIONAL: 40.0}),
    )
    assert case.candidates()["a-1"].bonus_mpt == 0


def test_no_bonus_below_the_least_gain():
    """What closes next to nothing gets no bonus: the same seminar with the limit above its gain."""
    asked = demand("request:r1", kind=DemandKind.REQUEST)
    for least, bonus in ((0.001, 300_000), (0.99, 0)):
        case = Case(
            [seminar()],
            [run()],
            demands=[asked],
            policy=with_value(bonus_requested=300.0, bonus_least_gain=least),
        )
        assert case.candidates()["a-1"].bonus_mpt == bonus


def test_prices_by_hand():
    """2 academic h = 90 min at 8 a hour = 12; 1 000 roubles at 0.02 = 20; end in week 3 at 2 = 6.

    One day of 60 min travel at 20 an hour = 20. Together 58 points.
    """
    policy = with_value(
        price_hour=8.0, price_rouble=0.02, price_week_later=2.0, price_travel_hour=20.0
    )
    compiled = Case(
        [seminar(price_rub=1_000, funding=(Funding.STATE,))],
        [
            run(
                first=14,
                last=21,
                weekly_min=(0, 90),
                meetings=(meeting(21, "15:00", "16:30", "Лицей"),),
            )
        ],
        policy=policy,
    ).compile()
    assert compiled.facts.of(0).price_mpt == {
        "hours": 12_000,
        "roubles": 20_000,
        "weeks_later": 6_000,
        "travel": 20_000,
    }
    assert compiled.problem.candidates.record(0).price_mpt == 58_000


def test_relevance_drives_gain_in_proportion():
    """Half the relevance is half the gain (0.5 · 0.5 · (1 − e^(−0.5)) = 0.098367 → 984)."""
    case = Case([seminar(hours=16)], [run(last=55)], relevance=0.5)
    expected = round(0.5 * POLICY.value.effect[Kind.SEMINAR] * (1 - math.exp(-0.5)) * 10_000)
    assert case.candidates()["a-1"].gains == ((0, expected),) == ((0, 984),)


def test_category_of_formal_learning_that_is_no_programme():
    """A formal internship counts as dpp_pk (category 1)."""
    internship = seminar(kind=Kind.INTERNSHIP, form=Form.FORMAL)
    (activity,) = Case([internship], [run()]).compile().problem.activities
    assert activity.category == 1
