"""How well answers are predicted that were kept back, and what new people's answers tell.

``python -m tests.bench.diagnostics --responses FILE --q-matrix FILE`` takes any table of answers
with its Q-matrix (wide or long, CSV or XLSX) and prints Markdown: the engine's item response model
beside an item's mean, a person's share, Rasch, a two-parameter model of the library ``girth`` and
a logistic regression of means, all on the same answers.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from engine.diagnostics import estimate_proficiency
from engine.diagnostics.held_out import auc, kept_back, log_loss
from engine.diagnostics.item_bank import ItemBank, ItemParameters
from engine.diagnostics.item_response_model import ItemResponseModel
from engine.domain import FloatArray, ItemResponse
from engine.framework import load_framework
from engine.interchange.calibration_tables import CalibrationTables, read_calibration_tables
from engine.policy import load_policy
from tests.bench.answer_models import (
    GIRTH,
    AnswerModel,
    GirthTwoParameters,
    ItemMean,
    LogisticOfMeans,
    Rasch,
    ShareCorrect,
)
from tests.bench.results import machine
from tests.bench.stages import median_ms

HELD_SHARE = 0.2
NEW_SHARE = 0.2
KNOWN_ANSWERS = (7, 14)
SCORED_ANSWERS = (5, 30)
PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas")


class Ours:
    """The engine's model: calibrated items, P(right) from the posterior of the skills."""

    name = "ours"

    def fit(self, responses: FloatArray, q_matrix: FloatArray) -> Self:
        self.model = ItemResponseModel(q_matrix).fit(responses)
        return self

    def predict(self, known: FloatArray) -> FloatArray:
        return self.model.predict_proba(known)


def models_for(responses: FloatArray) -> tuple[list[Callable[[], AnswerModel]], str]:
    """Makers of the models that can take a table, and a word on what was left out."""
    makers: list[Callable[[], AnswerModel]] = [Ours, Rasch, LogisticOfMeans, ShareCorrect, ItemMean]
    whole = np.isin(responses[~np.isnan(responses)], (0.0, 1.0)).all()
    if GIRTH and whole:
        makers.insert(2, GirthTwoParameters)
        return makers, ""
    why = "it takes no answers right in part" if GIRTH else "it is not installed"
    return makers, f"2PL of girth left out: {why}."


@dataclass(frozen=True, slots=True)
class Measured:
    """One model on one draw of one study; NaN where there was nothing to predict."""

    study: str
    model: str
    seed: int
    answers: int
    auc: float
    log_loss: float


def held_out_answers(
    responses: FloatArray,
    q_matrix: FloatArray,
    makers: Sequence[Callable[[], AnswerModel]],
    seed: int,
) -> Iterator[Measured]:
    """A fifth of the answers, at random, is predicted from the others."""
    back = kept_back(responses, HELD_SHARE, seed)
    known = np.where(back, np.nan, responses)
    for make in makers:
        model = make()
        chance = model.fit(known, q_matrix).predict(known)
        yield _measured("held-out answers", model.name, seed, responses[back], chance[back])


def new_people(
    responses: FloatArray,
    q_matrix: FloatArray,
    makers: Sequence[Callable[[], AnswerModel]],
    seed: int,
) -> Iterator[Measured]:
    """A fifth of the people is new to the model; some of their answers predict the others."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(responses))
    n_new = round(NEW_SHARE * len(order))
    new, train = responses[order[:n_new]], responses[order[n_new:]]
    known = {n: answers_known(new, n, rng) for n in KNOWN_ANSWERS}
    for make in makers:
        model = make()
        model.fit(train, q_matrix)
        for n, given in known.items():
            chance = model.predict(given)
            taken = np.flatnonzero((~np.isnan(given)).any(axis=1))
            asked = np.zeros(new.shape, dtype=bool)
            asked[taken] = (np.isnan(given) & ~np.isnan(new))[taken]
            study = f"new people, {n} answers known"
            yield _measured(study, model.name, seed, new[asked], chance[asked])


def answers_known(new: FloatArray, n: int, rng: np.random.Generator) -> FloatArray:
    """``n`` answers of everybody who gave more than that, drawn at random; nobody else's."""
    given = ~np.isnan(new)
    rank = np.where(given, rng.random(new.shape), np.inf).argsort(axis=1).argsort(axis=1)
    chosen = (rank < n) & (given.sum(axis=1) > n)[:, None]
    return np.where(chosen, new, np.nan)


def _measured(
    study: str, model: str, seed: int, answers: FloatArray, chance: FloatArray
) -> Measured:
    return Measured(
        study, model, seed, len(answers), auc(answers, chance), log_loss(answers, chance)
    )


# --------------------------------------------------------------------------- time of one person


def scoring_times(tables: CalibrationTables, repeats: int) -> list[tuple[str, float]]:
    """Median milliseconds of scoring one new person, by the estimator and by the engine."""
    model = ItemResponseModel(tables.q_matrix).fit(tables.responses)
    rows = []
    for n in SCORED_ANSWERS:
        count = min(n, tables.responses.shape[1])
        person = pd.DataFrame(np.nan, index=["new"], columns=tables.responses.columns)
        person.iloc[0, :count] = np.arange(count) % 2
        rows.append(
            (
                f"`ItemResponseModel.posterior`, {count} answers",
                median_ms(partial(model.posterior, person), repeats),
            )
        )
        rows.append(
            (f"`estimate_proficiency` with a bank, {n} answers", median_ms(_estimate(n), repeats))
        )
    return rows


def _estimate(n: int) -> Callable[[], object]:
    """The engine's own way: items of a bank on leaves of the framework, four on each."""
    framework, policy = load_framework(), load_policy("default")
    leaves = [framework.codes[i] for i in framework.leaves]
    bank = ItemBank.of(
        ItemParameters(f"i{k}", (leaves[k // 4],), 0.8 + 0.02 * k, 0.1 * (k % 5)) for k in range(n)
    )
    day = dt.date(2026, 5, 20)
    answers = [
        ItemResponse("test", day, item.item, float(k % 2), item.nodes[0])
        for k, item in enumerate(bank.items.values())
    ]
    as_of = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    return lambda: estimate_proficiency([], answers, framework, policy, as_of, items=bank)


# --------------------------------------------------------------------------- the report


def report(
    tables: CalibrationTables,
    found: Sequence[Measured],
    times: Sequence[tuple[str, float]],
    word: str,
) -> str:
    """Markdown of everything measured."""
    values = tables.responses.to_numpy(np.float64)
    skills = tables.q_matrix.shape[1]
    lines = [
        f"{values.shape[0]} people, {values.shape[1]} items, {skills} skills, "
        f"{int((~np.isnan(values)).sum())} answers, {np.isnan(values).mean():.1%} missing, "
        f"share right {np.nanmean(values):.3f}.",
    ]
    lines += [word] if word else []
    for study in dict.fromkeys(m.study for m in found):
        rows = [m for m in found if m.study == study]
        lines += ["", f"## {study}", "", *_table(rows)]
    lines += ["", "## scoring one new person", "", "| what | median ms |", "|---|---|"]
    lines += [f"| {what} | {ms:.1f} |" for what, ms in times]
    lines += ["", _caption()]
    return "\n".join(lines)


def _table(rows: Sequence[Measured]) -> Iterator[str]:
    seeds = sorted({m.seed for m in rows})
    names = list(dict.fromkeys(m.model for m in rows))
    rasch = _means([m for m in rows if m.model == Rasch.name])[0]
    header = ["model", "AUC", "− Rasch", "log loss", *(f"AUC, seed {s}" for s in seeds)]
    yield _line(header)
    yield _line(["---"] * len(header))
    for name in names:
        own = [m for m in rows if m.model == name]
        mean, loss = _means(own)
        each = [f"{m.auc:.4f}" for m in sorted(own, key=lambda m: m.seed)]
        yield _line([name, f"{mean:.4f}", f"{mean - rasch:+.4f}", f"{loss:.4f}", *each])


def _means(rows: Sequence[Measured]) -> tuple[float, float]:
    return float(np.mean([m.auc for m in rows])), float(np.mean([m.log_loss for m in rows]))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _caption() -> str:
    packages = [*PACKAGES, *(["girth"] if GIRTH else [])]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    found: dict[str, Any] = machine()
    return f"{found['cpu']}, Python {found['python']}, {versions}."


def measure(
    tables: CalibrationTables, seeds: Sequence[int], repeats: int, say: Callable[[str], None]
) -> str:
    """Every study under every seed, as Markdown."""
    responses = tables.responses.to_numpy(np.float64)
    q_matrix = tables.q_matrix.to_numpy(np.float64)
    makers, word = models_for(responses)
    found: list[Measured] = []
    for study in (held_out_answers, new_people):
        for seed in seeds:
            started = time.perf_counter()
            found += study(responses, q_matrix, makers, seed)
            say(f"{study.__name__}, seed {seed}: {time.perf_counter() - started:.0f} s")
    found.sort(key=lambda m: [m.study.startswith("new"), len(m.study), m.study])
    return report(tables, found, scoring_times(tables, repeats), word)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=Path, required=True)
    parser.add_argument("--q-matrix", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5, help="seeds 0, 1, … of every study")
    parser.add_argument("--repeats", type=int, default=50, help="calls behind a median time")
    options = parser.parse_args(arguments)
    tables = read_calibration_tables(
        options.responses, options.q_matrix, load_framework(), named=False
    )

    def say(text: str) -> None:
        if sys.stderr.isatty():
            print(text, file=sys.stderr)

    print(measure(tables, range(options.folds), options.repeats, say))


if __name__ == "__main__":
    main()
