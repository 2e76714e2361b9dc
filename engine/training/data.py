"""What a matching model is trained on: people with their evidence, a catalogue, interactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.domain import Activity, HistoryItem, IntArray, Offering
from engine.errors import Fault, InputError
from engine.evaluation.splits import time_split
from engine.framework import Framework
from engine.interactions import STATES, Interactions, State
from engine.matching.signals import EPOCH
from engine.policy import PolicyProfile
from engine.recommender.request import RouteRequest
from engine.simulation.history import History


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Everything that one training sees.

    Parameters
    ----------
    activities
        Sorted by id; positions in ``interactions`` are these.
    people
        By educator id: all that is known at the end, every sitting among it. What stood there
        at the time of an interaction is cut out of it, see ``known_at``.
    interactions
        With the clock ``days``; people without a record are no part of it.
    """

    framework: Framework
    policy: PolicyProfile
    activities: tuple[Activity, ...]
    offerings: tuple[Offering, ...]
    people: Mapping[str, RouteRequest]
    interactions: Interactions
    as_of: dt.datetime

    @classmethod
    def of(
        cls,
        framework: Framework,
        policy: PolicyProfile,
        activities: Sequence[Activity],
        offerings: Sequence[Offering],
        people: Iterable[RouteRequest],
        interactions: Interactions,
        as_of: dt.datetime,
    ) -> TrainingData:
        """Put in order; interactions of unknown people or activities are refused.

        Raises
        ------
        InputError
            ``unknown_educator``, ``unknown_activity`` and ``no_days``, each at most once.
        """
        ordered = tuple(sorted(activities, key=lambda a: a.id))
        by_id = {r.educator.id: r for r in people}
        faults = _faults(by_id, {a.id for a in ordered}, interactions)
        if faults:
            raise InputError(faults)
        index = {a.id: i for i, a in enumerate(ordered)}
        at = np.array([index[id] for id in interactions.activities], dtype=np.int64)
        aligned = replace(
            interactions,
            activities=tuple(a.id for a in ordered),
            activity=at[interactions.activity] if len(interactions) else interactions.activity,
        )
        return cls(framework, policy, ordered, tuple(offerings), by_id, aligned.in_order(), as_of)

    @classmethod
    def from_history(
        cls, history: History, framework: Framework, policy: PolicyProfile
    ) -> TrainingData:
        """Of a simulated region; the truth stays behind."""
        return cls.of(
            framework,
            policy,
            history.activities,
            history.offerings,
            (
                RouteRequest(
                    educator=p.educator,
                    as_of=history.as_of,
                    diagnostics=p.diagnostics,
                    requests=p.requests,
                    history=p.history,
                    constraints=p.constraints,
                    policy=policy.id,
                )
                for p in history.educators
            ),
            history.interactions,
            history.as_of,
        )

    def rows_of_people(self) -> dict[str, IntArray]:
        """Rows of ``interactions`` by person, in order of time; people without any are absent."""
        person = self.interactions.person
        starts = np.flatnonzero(np.diff(person, prepend=-1))
        ends = np.append(starts[1:], len(person))
        people = self.interactions.people
        return {people[person[a]]: np.arange(a, b) for a, b in zip(starts, ends, strict=True)}

    def before(self, at: float) -> TrainingData:
        """What was known at the beginning of a day (days since 1970-01-01).

        Later interactions, sittings and completions are gone, and an end that came later is
        unknown again.
        """
        day = dt.date.fromordinal(EPOCH + int(at))
        known = dt.datetime.combine(day, dt.time(0), tzinfo=self.as_of.tzinfo)
        people = {
            id: replace(
                r,
                as_of=known,
                diagnostics=tuple(d for d in r.diagnostics if d.date < day),
                responses=tuple(d for d in r.responses if d.date < day),
                history=tuple(h for h in r.history if h.completed_on < day),
            )
            for id, r in self.people.items()
        }
        train = time_split(self.interactions, at).train.in_order()
        return replace(self, people=people, interactions=train, as_of=known)


def _faults(
    people: Mapping[str, RouteRequest], activities: set[str], interactions: Interactions
) -> list[Fault]:
    found = []
    strangers = sorted(set(interactions.people) - people.keys())
    if strangers:
        detail = (
            f"в таблице взаимодействий {len(strangers)} педагогов, которых нет в пакете, "
            f"например «{strangers[0]}»; добавьте их или уберите строки"
        )
        found.append(Fault("unknown_educator", detail, parameters={"id": strangers[0]}))
    unknown = sorted(set(interactions.activities) - activities)
    if unknown:
        detail = (
            f"в таблице взаимодействий {len(unknown)} активностей, которых нет в каталоге, "
            f"например «{unknown[0]}»; добавьте их или уберите строки"
        )
        found.append(Fault("unknown_activity", detail, parameters={"id": unknown[0]}))
    if interactions.clock != "days":
        detail = "у взаимодействий нет дат, а без них не видно, что было измерено до и после"
        found.append(Fault("no_days", detail))
    return found


def completed_before(
    interactions: Interactions, rows: IntArray, day: float
) -> tuple[HistoryItem, ...]:
    """What a person had completed before ``day``, out of the interactions ``rows``."""
    done = rows[interactions.state[rows] == STATES.index(State.COMPLETED)]
    # an end that is unknown, or stated before the beginning, must not let a row know itself
    ended = np.fmax(interactions.ended[done], interactions.time[done])
    return tuple(
        HistoryItem(
            dt.date.fromordinal(EPOCH + int(at)), interactions.activities[interactions.activity[i]]
        )
        for i, at in zip(done.tolist(), ended.tolist(), strict=True)
        if at < day
    )
