"""Whether the policy demands a mentor for an educator, and of which form.

Both readings of "under 35 and/in the first three years" are values of the policy; ages follow
from dates and the day of ``as_of`` in the educator's zone. The young rule is about педагогические
работники; managers are accompanied as teams (менторство: 384-а, разд. 2; Концепция, разд. 1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from engine.ages import is_young, years_since
from engine.calendar import educator_zone, local_date
from engine.domain import MANAGER_POSITIONS, Educator, MentorForm, Reason
from engine.policy import MentorshipPolicy, PolicyProfile

YOUNG = "young_educator"
NEW_POST = "new_post"
DATE_MISSING = "date_missing"


def mentor_reasons(
    educator: Educator, policy: PolicyProfile, as_of: dt.datetime
) -> tuple[Reason, ...]:
    """Why the policy demands a mentor; empty where it does not, or where dates are unknown.

    Codes: ``young_educator`` (rule, age, years, and the dates it came from) and ``new_post``
    (post_start, years). Somebody whose service or post begins only after ``as_of`` counts as in
    the first year.

    Raises
    ------
    InputError
        ``as_of`` without offset, or an unknown zone of the educator.
    """
    today = local_date(as_of, educator_zone(educator, policy))
    rules = policy.mentorship
    reasons = []
    if _young_rule_holds_for(educator) and is_young(educator, rules, today):
        reasons.append(Reason(YOUNG, _young_parameters(educator, rules)))
    start = educator.post_start
    if rules.new_post_years and start and years_since(start, today) < rules.new_post_years:
        reasons.append(Reason(NEW_POST, {"post_start": start, "years": rules.new_post_years}))
    return tuple(reasons)


def missing_dates(
    educator: Educator, policy: PolicyProfile, as_of: dt.datetime
) -> tuple[Reason, ...]:
    """Dates without which it cannot be said whether a mentor is due, for the caller to show.

    Code ``date_missing`` with ``field`` (``born_on``, ``pedagogical_start``, ``post_start``) and
    ``rule`` (``young_educator``, ``new_post``). Dates that would not change the answer are not
    asked for: a forty-year-old needs no ``pedagogical_start`` under ``and``.
    """
    today = local_date(as_of, educator_zone(educator, policy))
    return tuple(
        Reason(DATE_MISSING, {"field": field, "rule": rule})
        for field, rule in _missing(educator, policy.mentorship, today)
    )


def admitted_forms(educator: Educator, reasons: Sequence[Reason]) -> tuple[MentorForm, ...]:
    """Forms of mentorship that fit the need, best first.

    The young are given a наставник («наставник – молодой специалист»: 384-а, п. 4.4.3; 449-р,
    п. 3.4.4); managers learn from a team or a peer; everybody else from a peer or a tutor, in a
    new post also from a наставник.
    """
    codes = {r.code for r in reasons}
    if YOUNG in codes:
        return (MentorForm.MENTOR_YOUNG,)
    if educator.position in MANAGER_POSITIONS:
        return (MentorForm.TEAM, MentorForm.PEER, MentorForm.TUTOR)
    if NEW_POST in codes:
        return (MentorForm.PEER, MentorForm.TUTOR, MentorForm.MENTOR_YOUNG)
    return (MentorForm.PEER, MentorForm.TUTOR)


def _young_rule_holds_for(educator: Educator) -> bool:
    return educator.position not in MANAGER_POSITIONS


def _young_parameters(educator: Educator, rules: MentorshipPolicy) -> dict[str, object]:
    return {
        "rule": rules.young_rule,
        "age": rules.young_age,
        "years": rules.young_years,
        "born_on": educator.born_on,
        "turns_35_on": educator.turns_35_on,
        "pedagogical_start": educator.pedagogical_start,
    }


def _missing(
    educator: Educator, rules: MentorshipPolicy, today: dt.date
) -> Iterator[tuple[str, str]]:
    if _young_rule_holds_for(educator) and is_young(educator, rules, today) is None:
        if educator.born_on is None and educator.turns_35_on is None:
            yield "born_on", YOUNG
        # With zero years the rule goes by age alone and service does not matter.
        if educator.pedagogical_start is None and rules.young_years:
            yield "pedagogical_start", YOUNG
    if rules.new_post_years and educator.post_start is None:
        yield "post_start", NEW_POST
