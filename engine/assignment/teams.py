"""Management teams that accompany management teams (менторство).

384-а, разд. 2: «обмен эффективными практиками между опытными управленческими командами и
управленческими командами, испытывающими затруднения». A team knows what the best of its members
knows and needs what its members need on average; what one gives another is worked out as for
single colleagues, and the rest is the assignment of many people to few.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.ages import local_day
from engine.assignment.assign import refuse_repeated
from engine.assignment.crossing import same
from engine.assignment.mentees import WISHED, Person
from engine.assignment.network import UNIT, Network
from engine.assignment.optimum import solve
from engine.assignment.peer_value import Exchange, exchange_of
from engine.assignment.records import Assignment, Pair, Pricing, Wish
from engine.assignment.telling import Case, tell
from engine.domain import BoolArray, FloatArray, IntArray, MentorForm
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.registers import Accompaniment, Team

NOT_ASSESSED = "team_not_assessed"
SAME_ORGANISATION = "team_same_organisation"
LITTLE_TO_GIVE = "team_little_to_give"
VETOED = "mentor_vetoed"
COMPETENCIES = 3


@dataclass(frozen=True, slots=True)
class TeamRules:
    """Which team may accompany which. Local: no regulation prescribes it.

    Parameters
    ----------
    most
        Teams that one team accompanies at most, ≥ 1.
    least
        What it must give at least, in whole deficits of weight 1, > 0.
    declared
        Probability of a strength that a member states and that was not measured, in [0, 1].
    has_from
        Least probability of having a competency from which it can be given, in [0, 1].
    """

    most: int = 1
    least: float = 0.1
    declared: float = 0.5
    has_from: float = 0.5

    def __post_init__(self) -> None:
        shares = (self.declared, self.has_from)
        if self.most < 1 or not self.least > 0 or not all(0 <= x <= 1 for x in shares):
            raise ValueError("most ≥ 1, least > 0, declared and has_from in [0, 1] are needed")


def pair_teams(
    teams: Sequence[Team],
    people: Sequence[Person],
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    framework: Framework | None = None,
    rules: TeamRules = TeamRules(),
    present: Sequence[Accompaniment] = (),
    wishes: Sequence[Wish] = (),
    pricing: Pricing = Pricing(),  # noqa: B008 - frozen
) -> Assignment:
    """Give every team that needs it an experienced one, as many as can be, then by what is given.

    Parameters
    ----------
    people
        Members of the teams among them; who is not, is a member of whom nothing is known.
    present
        Accompaniments; teams that have one of the form ``TEAM`` on the day of ``as_of`` keep it.

    Returns
    -------
    Assignment
        Ids are those of teams; ``fit`` of a pair is what is given, in whole deficits of weight 1.

    Raises
    ------
    InputError
        ``as_of`` without offset; ``person_repeated``.
    """
    today = local_day(as_of, policy.time_zone)
    teams = sorted((t for t in teams if t.exists.holds_on(today)), key=lambda t: t.id)
    refuse_repeated([t.id for t in teams], "/teams")
    now = [p for p in present if p.form is MentorForm.TEAM and p.during.holds_on(today)]
    kept = {p.educator_id: p for p in sorted(now, key=lambda p: p.id, reverse=True)}
    wanting = np.array([i for i, t in enumerate(teams) if t.id not in kept], dtype=np.int64)
    exchange = _exchange(teams, people, framework, rules)
    given = exchange.given(range(len(teams)), wanting.tolist()).T
    refused = _refused(teams, wanting, exchange, given, rules, wishes)
    admitted = ~np.logical_or.reduce(list(refused.values()))
    network = _network(teams, given, admitted, rules, now, wishes, wanting, pricing)

    def pair(arc: int) -> Pair:
        i, j = int(network.person[arc]), int(network.carer[arc])
        taker = int(wanting[i])
        shared = tuple(code for code, _ in exchange.shared(j, taker, COMPETENCIES))
        worth = float(given[i, j])
        return Pair(teams[taker].id, teams[j].id, MentorForm.TEAM, worth, competencies=shared)

    case = Case(
        people=tuple(teams[i].id for i in wanting.tolist()),
        required=(False,) * len(wanting),
        carers=tuple(t.id for t in teams),
        network=network,
        refusals=lambda i: _counted(refused, i),
        pair=pair,
        standing=tuple(
            Pair(p.educator_id, p.by, p.form, float("nan"), present=True) for p in kept.values()
        ),
    )
    return tell(case, solve(network), MentorForm.TEAM, as_of, policy.id, pricing)


def _exchange(
    teams: Sequence[Team],
    people: Sequence[Person],
    framework: Framework | None,
    rules: TeamRules,
) -> Exchange:
    """What teams need and have, a row each.

    The strength of a team is that of its strongest member: whatever the members have to do with
    one another, the chance that one of them has a competency is not below it.
    """
    own = exchange_of(people, framework, declared=rules.declared, has_from=rules.has_from)
    row = {p.educator.id: i for i, p in enumerate(people)}
    need, strong = np.zeros((2, len(teams), len(own.leaves)))
    for at, team in enumerate(teams):
        members = [row[m] for m in dict.fromkeys(team.members) if m in row]
        assessed = [i for i in members if people[i].needs]
        if members:
            strong[at] = own.strong[members].max(axis=0)
        if assessed:
            need[at] = own.need[assessed].mean(axis=0)
    return Exchange(own.leaves, need, strong)


def _refused(
    teams: Sequence[Team],
    wanting: IntArray,
    exchange: Exchange,
    given: FloatArray,
    rules: TeamRules,
    wishes: Sequence[Wish],
) -> Mapping[str, BoolArray]:
    """By code, which team may not accompany which, shape (wanting, teams)."""
    school, _ = same([t.organisation_id for t in teams], ())
    known: BoolArray = np.asarray(exchange.need.any(axis=1) | exchange.strong.any(axis=1))
    place = {t.id: i for i, t in enumerate(teams)}
    row = {int(i): at for at, i in enumerate(wanting)}
    vetoed = np.zeros(given.shape, dtype=np.bool_)
    for wish in wishes:
        i, j = row.get(place.get(wish.educator_id, -1)), place.get(wish.carer_id)
        if wish.veto and i is not None and j is not None:
            vetoed[i, j] = True
    alike: BoolArray = school[wanting, None] == school[None, :]
    return {
        NOT_ASSESSED: ~(known[wanting][:, None] & known),
        SAME_ORGANISATION: alike,
        LITTLE_TO_GIVE: given < rules.least,
        VETOED: vetoed,
    }


def _counted(refused: Mapping[str, BoolArray], row: int) -> Mapping[str, int]:
    counts = {code: int(against[row].sum()) for code, against in refused.items()}
    return {code: count for code, count in counts.items() if count}


def _network(
    teams: Sequence[Team],
    given: FloatArray,
    admitted: BoolArray,
    rules: TeamRules,
    present: Sequence[Accompaniment],
    wishes: Sequence[Wish],
    wanting: IntArray,
    pricing: Pricing,
) -> Network:
    held = Counter(p.by for p in present)
    loads = np.array([held[t.id] for t in teams], dtype=np.int64)
    place = {t.id: i for i, t in enumerate(teams)}
    row = {int(i): at for at, i in enumerate(wanting)}
    worth = given.copy()
    for wish in wishes:
        i, j = row.get(place.get(wish.educator_id, -1)), place.get(wish.carer_id)
        if not wish.veto and i is not None and j is not None:
            worth[i, j] += pricing.wish
    counts = admitted.sum(axis=1)
    return Network(
        level=np.full(len(wanting), WISHED, dtype=np.int64),
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        carer=np.nonzero(admitted)[1],
        gain=np.rint(UNIT * worth[admitted]).astype(np.int64),
        places=np.maximum(rules.most - loads, 0),
        held=loads,
        fairness=pricing.fairness,
    )
