"""``routes simulate``: a region with known truth as a data package, of any size, from a seed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import JsonOption
from engine.cli.output import print_json
from engine.framework import load_framework
from engine.interactions import STATES
from engine.interchange import write_package
from engine.interchange.simulated import TRUTH, package_of, write_truth
from engine.interchange.words import STATE_WORDS
from engine.policy import load_policy
from engine.simulation.history import History, simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.wording.quantities import number

DEFAULT_POLICY = "default"


def simulate(
    out: Annotated[Path, typer.Option(help="Папка для пакета данных; правда ляжет в truth/.")],
    activities: Annotated[int, typer.Option(min=2, help="Активностей в каталоге.")] = 300,
    educators: Annotated[int, typer.Option(min=1, help="Педагогов.")] = 2_000,
    mentors: Annotated[int, typer.Option(min=0, help="Наставников.")] = 24,
    years: Annotated[int, typer.Option(min=1, max=20, help="Лет истории.")] = 3,
    seed: Annotated[
        int, typer.Option(min=0, help="Начальное число: с одним и тем же всё повторится.")
    ] = 0,
    exploration: Annotated[
        float,
        typer.Option(min=0, max=1, help="Доля подборок, составленных жребием; 0 — таких нет."),
    ] = 0.5,
    coverage_known: Annotated[
        float,
        typer.Option(min=0, max=1, help="Доля активностей с указанным охватом компетенций."),
    ] = 0.5,
    policy: Annotated[str, typer.Option(help="Профиль политики региона.")] = DEFAULT_POLICY,
    as_json: JsonOption = False,
) -> int:
    """Смоделировать регион: люди, каталог, предложения, исходы — и отдельно правда о них."""
    framework = load_framework()
    plan = HistoryPlan(
        activities=activities,
        educators=educators,
        mentors=mentors,
        years=years,
        exploration=exploration,
        coverage_known=coverage_known,
    )
    with _progress(educators) as progress:
        history = simulate_history(plan, seed, framework, load_policy(policy), progress=progress)
    paths = write_package(package_of(history, framework=framework.id, policy=policy), out)
    truth = write_truth(history, out / TRUTH)
    if as_json:
        print_json({"seed": seed, "files": len(paths), "truth_files": len(truth)} | _size(history))
    else:
        _print(history)
        typer.echo(f"записано: {out}; правда отдельно: {out / TRUTH}", err=True)
        typer.echo(f"дальше: routes import {out} --dry-run", err=True)
    return 0


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int, int], None] | None]:
    """Progress bar, for a person at a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    with typer.progressbar(length=total, label="Моделирую", file=sys.stderr) as bar:
        yield lambda done, _: bar.update(done - bar.pos)


def _size(history: History) -> dict[str, object]:
    interactions = history.interactions
    return {
        "activities": len(history.activities),
        "offerings": len(history.offerings),
        "educators": len(history.educators),
        "diagnostics": sum(len(person.diagnostics) for person in history.educators),
        "interactions": len(interactions),
        "by_state": {s.value: int((interactions.state == i).sum()) for i, s in enumerate(STATES)},
        "slates": int(interactions.slate.max(initial=-1)) + 1,
    }


def _print(history: History) -> None:
    size = _size(history)
    for title, name in (
        ("активностей", "activities"),
        ("потоков", "offerings"),
        ("педагогов", "educators"),
        ("баллов диагностики", "diagnostics"),
        ("исходов", "interactions"),
        ("подборок", "slates"),
    ):
        typer.echo(f"  {title + ':':20} {number(float(str(size[name])), 'ru', 0)}")
    states = history.interactions.state
    told = (f"{STATE_WORDS[s][0]} {(states == i).sum()}" for i, s in enumerate(STATES))
    typer.echo(f"  {'состояния:':20} {', '.join(told)}")
