"""Every reading of every indicator against counts made by hand on the little region.

The arithmetic stands beside each table; ids of a reading are its options in the order of terms.
"""

from __future__ import annotations

import math

import pytest

from engine.indicators import IndicatorReport, ReportPeriod, compute

from .region import little_region

YEAR = ReportPeriod.year(2026)
Sides = tuple[int, int | None]

# Diagnosed in 2026: p1, p2, p3 (both of these rated themselves), p6, p7; ever by its end: also
# h1 (2025). Without self-ratings: p1, p6, p7; ever also p2 (test of 2025) and h1.
# Took part in 2026, but not in the diagnostic A7: marked p1, p2, p3, p4, p7, h1; also enrolled
# p6, d1; completed within the year p1, p2, p3, h1, h2.
PARTICIPATED: dict[str, Sides] = {
    "of-staff.in-period.attended": (4, 10),  # p1 p2 p3 p7
    "of-staff.in-period.enrolled": (5, 10),  # + p6
    "of-staff.in-period.completed": (3, 10),  # p1 p2 p3
    "of-staff.by-end.attended": (5, 10),  # p1 p2 p3 p7 h1
    "of-staff.by-end.enrolled": (6, 10),
    "of-staff.by-end.completed": (4, 10),  # p1 p2 p3 h1
    "of-diagnosed.in-period.attended": (4, 5),
    "of-diagnosed.in-period.enrolled": (5, 5),
    "of-diagnosed.in-period.completed": (3, 5),
    "of-diagnosed.by-end.attended": (5, 6),
    "of-diagnosed.by-end.enrolled": (6, 6),
    "of-diagnosed.by-end.completed": (4, 6),
}

# Runs over by 30 November, not self-paced: regional R1 R2 of A4, and R9 of the programme A3;
# national R3 of A5. R4 is still to come, R7 was last year, R8 is self-paced, R6 municipal.
# Marked participation of people in the system: A4 (p4), A5 (p3), A3 (p2); x9 at A9 does not count.
EVENTS: dict[str, Sides] = {
    "activities.regional.events": (1, None),  # A4
    "activities.regional.with-programmes": (2, None),  # A4 A3
    "activities.and-above.events": (2, None),  # A4 A5
    "activities.and-above.with-programmes": (3, None),
    "runs.regional.events": (2, None),  # R1 R2
    "runs.regional.with-programmes": (3, None),  # + R9
    "runs.and-above.events": (3, None),  # R1 R2 R3
    "runs.and-above.with-programmes": (4, None),
    "attended.regional.events": (1, None),  # A4
    "attended.regional.with-programmes": (2, None),
    "attended.and-above.events": (2, None),
    "attended.and-above.with-programmes": (3, None),
}

DIAGNOSED: dict[str, Sides] = {
    "in-period.any": (5, 10),
    "in-period.not-self": (3, 10),
    "by-end.any": (6, 10),
    "by-end.not-self": (5, 10),
}

# Routes on diagnostics that are not cancelled: made in 2026 r1 (p1), r5 (h1); in force also r2
# (p2, of 2025). Agreed: r1 alone. r3 is cancelled, r4 and r6 rest on no diagnostics.
WITH_ROUTE: dict[str, Sides] = {
    "of-staff.created.built": (2, 10),
    "of-staff.created.agreed": (1, 10),
    "of-staff.active.built": (3, 10),
    "of-staff.active.agreed": (1, 10),
    "of-diagnosed-in-period.created.built": (1, 5),  # h1 was diagnosed in 2025
    "of-diagnosed-in-period.created.agreed": (1, 5),
    "of-diagnosed-in-period.active.built": (2, 5),  # p1 p2
    "of-diagnosed-in-period.active.agreed": (1, 5),
    "of-diagnosed.created.built": (2, 6),
    "of-diagnosed.created.agreed": (1, 6),
    "of-diagnosed.active.built": (3, 6),
    "of-diagnosed.active.agreed": (1, 6),
}

# Programmes completed in 2026 by those who teach: p1 A1 (in the register until 30 June, done on
# 1 April), p2 A3 (in it without end), p3 A1 (begun in it, done on 15 July after it).
# Link in the route: p1. A deficit covered: p1 (5 of 10 in a part of SUB.A), p2 (8 of 10 on
# 1 March: 80 % is not above 80 %); p3 had 10 of 10.
COMPLETED: dict[str, Sides] = {
    f"{base}.{register}.{selected}": (numerator, denominator)
    for base, denominator in (("of-pedagogical", 7), ("of-completers", 3), ("of-diagnosed", 5))
    for register, selected, numerator in (
        ("register-at-end", "linked", 1),  # p1
        ("register-at-end", "covering", 2),  # p1 p2
        ("register-at-end", "either", 2),
        ("register-at-start", "linked", 1),
        ("register-at-start", "covering", 2),
        ("register-at-start", "either", 2),
        ("register-on-last-day", "linked", 0),  # A3 alone is in it on 30 November
        ("register-on-last-day", "covering", 1),  # p2
        ("register-on-last-day", "either", 1),
    )
}

# Teams of 2026: T1 = h1 d1, T3 = h2 (z9 is nobody); T2 ended in 2025. By organisation: S1 = h1
# d1, S2 = h2. Completed: h1 A2 (for managers), h2 A6 (on quality management); d1 nothing.
TEAMS: dict[str, Sides] = {
    f"{team}.{trained}.{topic}": (numerator, 2)
    for team in ("registered", "formed")
    for trained, topic, numerator in (
        ("all", "for-managers", 0),
        ("half", "for-managers", 1),  # T1
        ("any", "for-managers", 1),
        ("all", "marked", 1),  # T3
        ("half", "marked", 1),
        ("any", "marked", 1),
        ("all", "any-topic", 1),  # T3
        ("half", "any-topic", 2),
        ("any", "any-topic", 2),
    )
}

# Under 35 and in the first three years on 31 December: p1 (p2 turned 35 in June, p3 completed
# three years that day); on 1 January: p1 p2 p3. Either on 31 December: p1 p3 by age, p1 p2 p5 by
# service; on 1 January p1 p2 p3 p5. Under 35 on 31 December: p1 p3.
# Supported: register p1 p3, mentor of an agreed route p1 p5; at all also p2 p4 p7.
YOUNG: dict[str, Sides] = {
    "of-young.both-last.accompanied": (1, 1),
    "of-young.both-last.register-only": (1, 1),
    "of-young.both-last.any-form": (1, 1),
    "of-young.both-first.accompanied": (2, 3),  # p1 p3
    "of-young.both-first.register-only": (2, 3),
    "of-young.both-first.any-form": (3, 3),
    "of-young.either-last.accompanied": (3, 4),  # p1 p3 p5
    "of-young.either-last.register-only": (2, 4),
    "of-young.either-last.any-form": (4, 4),
    "of-young.either-first.accompanied": (3, 4),
    "of-young.either-first.register-only": (2, 4),
    "of-young.either-first.any-form": (4, 4),
    "of-under-35.both-last.accompanied": (1, 2),
    "of-under-35.both-last.register-only": (1, 2),
    "of-under-35.both-last.any-form": (1, 2),
    **{
        f"of-under-35.{young}.{supported}": (2, 2)
        for young in ("both-first", "either-last", "either-first")
        for supported in ("accompanied", "register-only", "any-form")
    },
}

# Programmes A1 A2 A3 A6; in the register on 30 November A3, on some day of 2026 A1 A3. Runs in
# 2026: A1 A3. Somebody began in 2026: A1 A2 A3.
REGISTER: dict[str, Sides] = {
    "of-catalogue.at-end": (1, 4),
    "of-catalogue.in-period": (2, 4),
    "of-run.at-end": (1, 2),
    "of-run.in-period": (2, 2),
    "of-attended.at-end": (1, 3),
    "of-attended.in-period": (2, 3),
}

# ПК begun in 2026: p1 p3 A1, h1 d1 A2 (A3 is ПП); completed in it: p1 p3 h1 h2.
TEAMS_PARTICIPATED: dict[str, Sides] = {
    f"{team}.{share}": (count, None)
    for team in ("registered", "formed")
    for share, count in (
        ("any.enrolled", 1),  # T1
        ("any.completed", 2),  # h1 of T1, h2 of T3
        ("half.enrolled", 1),
        ("half.completed", 2),
        ("all.enrolled", 1),  # T1
        ("all.completed", 1),  # T3
    )
}

# Regional methodists on 30 November: M1 M5 M6. By name: M1 p1 p2 (h1 leads a school), M5 p1;
# through S2 also M1 p3 p4 p5 p7. M6 has nobody.
PER_METHODIST: dict[str, Sides] = {
    "all.by-name.people": (2, 3),
    "all.by-name.assignments": (3, 3),
    "all.with-organisations.people": (6, 3),
    "all.with-organisations.assignments": (7, 3),
    "with-charges.by-name.people": (2, 2),
    "with-charges.by-name.assignments": (3, 2),
    "with-charges.with-organisations.people": (6, 2),
    "with-charges.with-organisations.assignments": (7, 2),
}

MUNICIPAL: dict[str, Sides] = {
    "both.on-last-day": (0, None),  # M4 left in June
    "both.in-period": (1, None),
    "either.on-last-day": (1, None),  # M3
    "either.in-period": (2, None),
}

_COMMON = {
    "diagnosed": DIAGNOSED,
    "with-route": WITH_ROUTE,
    "completed-selected": COMPLETED,
    "young-supported": YOUNG,
}
EXPECTED: dict[str, dict[str, dict[str, Sides]]] = {
    "spb": {"diagnosed-and-participated": PARTICIPATED, "regional-events": EVENTS},
    "primorye": {**_COMMON, "teams-trained": TEAMS, "programmes-in-register": REGISTER},
    "volgodonsk": {**_COMMON, "teams-trained": TEAMS, "programmes-in-register": REGISTER},
    "sosnovy-bor": {
        **_COMMON,
        "teams-participated": TEAMS_PARTICIPATED,
        "educators-per-methodist": PER_METHODIST,
        "municipal-methodists": MUNICIPAL,
    },
}


def counted(report: IndicatorReport) -> dict[str, dict[str, Sides]]:
    return {
        i.definition.id: {r.id: (r.numerator, r.denominator) for r in i.readings}
        for i in report.indicators
    }


@pytest.mark.parametrize("profile", sorted(EXPECTED))
def test_every_reading_is_what_counting_by_hand_gives(profile):
    """All indicators of a regulation and all their readings are those of the tables above."""
    assert counted(compute(little_region(), profile, YEAR)) == EXPECTED[profile]


@pytest.mark.parametrize("profile", sorted(EXPECTED))
def test_values_are_numerator_over_denominator(profile):
    """A value is the quotient of what was counted by hand, or the count itself."""
    report = compute(little_region(), profile, YEAR)
    for result in report.indicators:
        for reading in result.readings:
            above, below = EXPECTED[profile][result.definition.id][reading.id]
            assert reading.value == (above if below is None else above / below)


def test_a_target_is_reached_at_its_very_value():
    """4 of 10 is the demanded 40 %, 3 of 10 is not, and 4 events are not 70."""
    report = compute(little_region(), "spb", YEAR)
    shares = {r.id: r.reached for r in report.indicators[0].readings}
    assert shares["of-staff.in-period.attended"] is True
    assert shares["of-staff.in-period.completed"] is False
    assert {r.reached for r in report.indicators[1].readings} == {False}


def test_who_is_counted_can_be_named():
    """The ids behind a reading are the people that were counted by hand."""
    chosen = compute(little_region(), "spb", YEAR).indicators[0].chosen
    assert chosen.numerator_ids == ("p1", "p2", "p3", "p7")
    assert chosen.denominator_ids == (
        "d1", "h1", "h2", "p1", "p2", "p3", "p4", "p5", "p6", "p7",
    )  # fmt: skip


def test_assignments_are_named_by_whom_they_tie():
    """Where assignments and not people are counted, each is named by both."""
    result = compute(little_region(), "sosnovy-bor", YEAR).indicator("educators-per-methodist")
    assert result is not None
    pairs = result.reading("all.by-name.assignments")
    assert pairs is not None
    assert pairs.numerator_ids == ("M1 · p1", "M1 · p2", "M5 · p1")


def test_missing_dates_are_told_and_not_guessed():
    """p5, whose age is not known, is undecided where age matters and service does not decide."""
    result = compute(little_region(), "primorye", YEAR).indicator("young-supported")
    assert result is not None
    undecided = {r.id: r.undecided for r in result.readings}
    assert undecided["of-young.both-last.accompanied"] == 1
    assert undecided["of-young.both-first.accompanied"] == 1
    assert undecided["of-young.either-last.accompanied"] == 0  # the first years decide alone


def test_breakdown_parts_are_those_counted_by_hand():
    """By district, position and age group: diagnosed in 2026 were p1 p2 p6 and p3 p7."""
    report = compute(little_region(), "primorye", YEAR, by=("district", "position", "young"))
    chosen = report.indicators[0].chosen
    parts = {(s.by, s.key): (s.numerator, s.denominator) for s in chosen.breakdown}
    assert parts == {
        ("district", "Север"): (3, 5),  # p1 p2 p6 of these and h1 d1
        ("district", "Юг"): (2, 5),  # p3 p7 of these and p4 p5 h2
        ("position", "teacher"): (4, 6),
        ("position", "primary_teacher"): (1, 1),
        ("position", "head"): (0, 2),
        ("position", "deputy_head"): (0, 1),
        ("young", "yes"): (1, 1),  # p1
        ("young", "unknown"): (0, 1),  # p5
        ("young", "no"): (4, 8),
    }


def test_a_trend_is_the_same_count_in_earlier_periods():
    """Diagnosed in 2024 nobody, in 2025 p2 and h1, in 2026 five of ten."""
    report = compute(little_region(), "primorye", YEAR, previous=YEAR.previous(2))
    trend = report.indicators[0].chosen.trend
    assert [(p.first.year, value) for p, value in trend] == [(2024, 0.0), (2025, 0.2), (2026, 0.5)]


def test_half_a_year_counts_what_lies_in_it():
    """All sittings of 2026, of five people in the system, lie in its first half."""
    halves = [compute(little_region(), "sosnovy-bor", ReportPeriod.half(2026, n)) for n in (1, 2)]
    found = [h.indicator("diagnosed") for h in halves]
    assert [r.chosen.numerator for r in found if r is not None] == [5, 0]


def test_a_region_reports_by_the_reading_it_chose():
    """A chosen option puts its reading first and leaves every value as it is."""
    usual = compute(little_region(), "spb", YEAR).indicators[0]
    own = compute(little_region(), "spb", YEAR, choices={"base": "of-diagnosed"}).indicators[0]
    assert own.chosen.id == "of-diagnosed.in-period.attended"
    assert {r.id: r.value for r in own.readings} == {r.id: r.value for r in usual.readings}


def test_an_empty_denominator_has_no_value():
    """A region without people has no share, and a number of events all the same."""
    report = compute(little_region(educators=()), "spb", YEAR)
    share, events = (i.chosen for i in report.indicators)
    assert (share.numerator, share.denominator) == (0, 0)
    assert math.isnan(share.value)
    assert share.reached is None
    assert events.value == 1.0


def test_an_empty_table_is_told():
    """Where there are no routes at all, the reading says that its table is empty."""
    report = compute(little_region(routes=()), "primorye", YEAR)
    result = report.indicator("with-route")
    assert result is not None
    assert result.chosen.empty_sources == ("routes",)
    assert report.notes == ("empty_routes",)
    assert compute(little_region(), "primorye", YEAR).notes == ()
