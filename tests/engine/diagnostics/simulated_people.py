"""Simulated people with known truth: what was measured, what the engine says, what is true.

A ``Study`` says whom to draw and how they are measured; ``run_study`` gives one row per person
and node that was meant to be measured. The truth is the proficiency of the last day, ``AS_OF``;
evidence of earlier days shows what it was then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from engine.diagnostics import estimate_proficiency
from engine.diagnostics.item_bank import ItemBank, ItemParameters
from engine.domain import (
    BoolArray,
    DiagnosticResult,
    FloatArray,
    ItemResponse,
    Method,
    NodeProficiency,
)
from engine.framework import Framework, load_framework
from engine.policy import PolicyProfile, load_policy
from engine.simulation.abilities import Population, Shape
from engine.simulation.measurements import (
    Sheet,
    SimulatedItem,
    draw_answers,
    draw_items,
    draw_scores,
    independent_tasks,
)
from engine.simulation.streams import stream

AS_OF = dt.datetime(2026, 9, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=3)))
TODAY = dt.date(2026, 9, 1)
NODES_PER_PERSON = 8
TASKS = range(4, 11)
OBSERVERS = 40
"""Observers of a region; each of them sees many people."""

Evidence = tuple[tuple[DiagnosticResult, ...], tuple[ItemResponse, ...]]


@dataclass(frozen=True, eq=False)
class Person:
    """One simulated person.

    Parameters
    ----------
    codes
        Nodes to measure.
    ability
        Shape (n_days, n_nodes of the framework), log odds.
    """

    index: int
    rng: np.random.Generator
    policy: PolicyProfile
    framework: Framework
    codes: tuple[str, ...]
    ability: FloatArray

    def sheet(self, day: int, date: dt.date, method: Method, name: str) -> Sheet:
        """A procedure over the person's nodes on day ``day`` of those drawn."""
        own = self.ability[day, [self.framework.index[code] for code in self.codes]]
        return Sheet(f"{name}-{date}", date, method, self.codes, own)

    def lean(self, method: Method) -> float:
        """Lean of a new procedure."""
        return float(self.rng.normal(0.0, self.policy.diagnostics.procedure_sd[method]))

    def tasks(self, method: Method) -> list[int]:
        """4 … 10 tasks per node, such that they are worth a whole number of full ones."""
        worth = self.policy.diagnostics.reliability[method]
        options = [n for n in TASKS if _is_whole(n, worth)]
        return [options[i] for i in self.rng.integers(0, len(options), len(self.codes))]


@dataclass(frozen=True, eq=False)
class Study:
    """Whom to draw and how they are measured.

    Parameters
    ----------
    days
        Days of the measurements relative to ``TODAY``, ascending, ≤ 0.
    measure
        Evidence of a person.
    bank
        What the engine knows of the items.
    """

    name: str
    measure: Callable[[Person, Sequence[int]], Evidence]
    days: tuple[int, ...] = (0,)
    shape: Shape = "normal"
    bank: ItemBank | None = None


@dataclass(frozen=True, eq=False)
class Estimates:
    """One row per person and measured node; every array has shape (n,).

    Parameters
    ----------
    truth
        True proficiency of today.
    low, high, lower_quartile, upper_quartile
        Ends of the 90 % and of the 50 % interval.
    share
        Share of the tasks done right, all sittings together.
    """

    person: FloatArray
    tasks: FloatArray
    truth: FloatArray
    mean: FloatArray
    sd: FloatArray
    low: FloatArray
    high: FloatArray
    lower_quartile: FloatArray
    upper_quartile: FloatArray
    share: FloatArray

    @property
    def inside_90(self) -> BoolArray:
        """Whether the 90 % interval holds the truth."""
        return (self.low <= self.truth) & (self.truth <= self.high)

    @property
    def inside_50(self) -> BoolArray:
        """Whether the truth lies between the quartiles."""
        return (self.lower_quartile <= self.truth) & (self.truth <= self.upper_quartile)

    def below(self, target: float) -> FloatArray:
        """Posterior probability that the proficiency is below a target, from its 90 % interval.

        The posterior is normal in log odds, so two of its quantiles say all of it.
        """
        low, high = logit(self.low), logit(self.high)
        sd = (high - low) / (2 * ndtri(0.95))
        probability: FloatArray = ndtr((logit(target) - (low + high) / 2) / sd)
        return probability

    def where(self, rows: BoolArray) -> Estimates:
        """Some of the rows."""
        return Estimates(*(getattr(self, f.name)[rows] for f in fields(self)))


def study_policy(**diagnostics: object) -> PolicyProfile:
    """The bundled policy; ``diagnostics`` replaces what it says of diagnostics."""
    base = load_policy("default")
    changed = replace(base.diagnostics, **diagnostics)  # type: ignore[arg-type]
    return replace(base, diagnostics=changed)


def run_study(
    study: Study,
    n_people: int,
    *,
    seed: int = 1,
    truth_policy: PolicyProfile | None = None,
    engine_policy: PolicyProfile | None = None,
) -> Estimates:
    """Draw people under one policy and estimate them under another; the same by default."""
    drawn_by = truth_policy or study_policy()
    judged_by = engine_policy or drawn_by
    framework = load_framework()
    population = Population.of(drawn_by, framework, study.shape)
    days = study.days if study.days[-1] == 0 else (*study.days, 0)
    rows: list[tuple[float, ...]] = []
    for index in range(n_people):
        rng = stream(seed, "measurement", index)
        person = Person(
            index=index,
            rng=rng,
            policy=drawn_by,
            framework=framework,
            codes=_measured_codes(rng, framework),
            ability=population.draw(stream(seed, "ability", index), days, len(study.days)),
        )
        results, responses = study.measure(person, study.days)
        truth = dict(zip(framework.codes, expit(person.ability[-1]).tolist(), strict=True))
        found = estimate_proficiency(
            results, responses, framework, judged_by, AS_OF, items=study.bank
        )
        own = (node for node in found.nodes if node.node in person.codes)
        rows += [_row(index, node, truth[node.node]) for node in own]
    return Estimates(*np.array(rows, dtype=np.float64).T)


def _row(person: int, node: NodeProficiency, truth: float) -> tuple[float, ...]:
    low, high = node.interval_90
    lower, _, upper = node.quartiles
    right = sum(row.score / row.max_score * (row.n_tasks or 1) for row in node.evidence)
    tasks = sum(row.n_tasks or 1 for row in node.evidence)
    share = right / tasks
    return person, node.n_tasks, truth, node.mean, node.sd, low, high, lower, upper, share


def _measured_codes(rng: np.random.Generator, framework: Framework) -> tuple[str, ...]:
    """Blocks and leaves, the leaf of a measured block among them now and then."""
    below = [node.code for node in framework.nodes if node.parent is not None]
    return tuple(sorted(below[i] for i in rng.permutation(len(below))[:NODES_PER_PERSON]))


def _is_whole(n_tasks: int, reliability: float) -> bool:
    try:
        return independent_tasks(n_tasks, reliability) > 0
    except ValueError:
        return False


# ----------------------------------------------------------------------------- measurements


def _date(day: int) -> dt.date:
    return TODAY + dt.timedelta(days=day)


def block_tests(person: Person, days: Sequence[int]) -> Evidence:
    """A test over all nodes on every day."""
    results: list[DiagnosticResult] = []
    for t, day in enumerate(days):
        sheet = person.sheet(t, _date(day), Method.TEST, "test")
        leans: dict[str | None, float] = {None: person.lean(Method.TEST)}
        results += draw_scores(person.rng, sheet, person.tasks(Method.TEST), leans)
    return tuple(results), ()


@dataclass(frozen=True)
class Cards:
    """Observation cards of one lesson a day.

    Parameters
    ----------
    observers
        How many see the lesson.
    shift
        Lean of all observers together, log odds; other than 0 it is not in the model.
    regional
        Whether the observers are drawn from those of a region, each of whom leans the same way
        for all whom he sees; otherwise everybody has new ones, as in the model.
    """

    observers: int = 1
    shift: float = 0.0
    regional: bool = False
    by_criterion: bool = False

    def __call__(self, person: Person, days: Sequence[int]) -> Evidence:
        results: list[DiagnosticResult] = []
        for t, day in enumerate(days):
            sheet = person.sheet(t, _date(day), Method.OBSERVATION, "card")
            results += draw_scores(
                person.rng,
                sheet,
                person.tasks(Method.OBSERVATION),
                self._leans(person),
                reliability=person.policy.diagnostics.reliability[Method.OBSERVATION],
                by_criterion=self.by_criterion,
            )
        return tuple(results), ()

    def _leans(self, person: Person) -> Mapping[str | None, float]:
        names = [int(o) for o in person.rng.permutation(OBSERVERS)[: self.observers]]
        sd = person.policy.diagnostics.procedure_sd[Method.OBSERVATION]
        if not self.regional:
            return {f"o{o}": person.lean(Method.OBSERVATION) for o in names}
        return {f"o{o}": self.shift + sd * _regional_lean(o) for o in names}


@cache
def _regional_lean(observer: int) -> float:
    """Standard lean of an observer; those of a region have mean 0 and sd 1 exactly."""
    drawn = np.array([stream(0, "observer", o).normal() for o in range(OBSERVERS)])
    return float((drawn[observer] - drawn.mean()) / drawn.std())


def mixed_history(person: Person, days: Sequence[int]) -> Evidence:
    """Tests on all days, on the last one also a card by two observers and a self-assessment."""
    results, _ = block_tests(person, days)
    date = _date(days[-1])
    last = len(days) - 1
    card = draw_scores(
        person.rng,
        person.sheet(last, date, Method.OBSERVATION, "card"),
        person.tasks(Method.OBSERVATION),
        {name: person.lean(Method.OBSERVATION) for name in ("inner", "outer")},
        reliability=person.policy.diagnostics.reliability[Method.OBSERVATION],
    )
    own = draw_scores(
        person.rng,
        person.sheet(last, date, Method.SELF, "self"),
        person.tasks(Method.SELF),
        {None: person.lean(Method.SELF)},
        reliability=person.policy.diagnostics.reliability[Method.SELF],
    )
    return (*results, *card, *own), ()


@dataclass(frozen=True, eq=False)
class ItemTests:
    """Tests of 4 … 10 items per node.

    Parameters
    ----------
    items
        By their own node.
    as_single
        Whether answers and bank name an item's own node alone, whatever else it needs.
    """

    items: Mapping[str, tuple[SimulatedItem, ...]]
    as_single: bool = False

    def __call__(self, person: Person, days: Sequence[int]) -> Evidence:
        answers: list[ItemResponse] = []
        for t, day in enumerate(days):
            sheet = person.sheet(t, _date(day), Method.TEST, "items")
            asked = [
                item
                for code, n in zip(person.codes, person.tasks(Method.TEST), strict=True)
                for item in self.items[code][:n]
            ]
            whole = replace(sheet, codes=person.framework.codes, ability=person.ability[t])
            lean = person.lean(Method.TEST)
            answers += draw_answers(person.rng, whole, asked, lean, person.framework.index)
        own = {item.id: item.nodes[0] for items in self.items.values() for item in items}
        kept = [a for a in answers if not self.as_single or a.node == own[a.item]]
        return (), tuple(kept)

    def bank(self) -> ItemBank:
        """The true parameters, at the nodes that the answers name."""
        return ItemBank.of(
            ItemParameters(
                item.id,
                item.nodes[:1] if self.as_single else tuple(sorted(item.nodes)),
                item.slope,
                item.intercept,
            )
            for items in self.items.values()
            for item in items
        )


def item_tests(
    seed: int, two_skills: float = 0.0, *, as_single: bool = False, intercept_sd: float = 1.0
) -> ItemTests:
    """Ten items for every node of the bundled framework."""
    by_node: dict[str, list[SimulatedItem]] = {}
    for item in draw_items(
        stream(seed, "item"),
        load_framework().codes,
        max(TASKS),
        two_skills=two_skills,
        intercept_sd=intercept_sd,
    ):
        by_node.setdefault(item.nodes[0], []).append(item)
    return ItemTests({code: tuple(items) for code, items in by_node.items()}, as_single)
