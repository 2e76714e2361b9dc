"""``routes batch``: many educators over processes or a cluster, NDJSON out, resumable."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.batch import BACKENDS, Line, Results, answers, open_cluster, open_results
from engine.cli.batch_input import STDIN, Given, of_ids, opened_input
from engine.cli.batch_spec import BatchSpec
from engine.cli.inputs import (
    AsOfOption,
    CalibrationOption,
    LanguageOption,
    MappingOption,
    PolicyOption,
    demo_path,
    parse_as_of,
    policy_named,
    read,
)
from engine.cli.models import ModelsOption, version_in_service
from engine.framework import load_framework
from engine.settings import load_settings

INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells have it."""

Solve = Callable[..., Iterator[tuple[Line, str]]]
_SOLVED = '"status": 201, '


@dataclass(slots=True)
class Tally:
    """What a run has done."""

    before: int = 0
    routes: int = 0
    problems: int = 0

    def text(self) -> str:
        """In words."""
        kept = f", сделано раньше: {self.before}" if self.before else ""
        return f"маршрутов: {self.routes}, отказов: {self.problems}{kept}"


def batch(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="ВХОД",
            help='NDJSON: строки {"educator": "код"} или тела POST /routes; либо таблица CSV, '
            "XLSX со столбцом кодов; «-» — стандартный ввод. Без него — все педагоги пакета.",
        ),
    ] = None,
    package: Annotated[
        Path | None, typer.Option(help="Папка пакета данных; без неё — демо.")
    ] = None,
    mapping: MappingOption = None,
    calibration: CalibrationOption = None,
    models: ModelsOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    deadline_ms: Annotated[
        int | None, typer.Option(min=1, max=30_000, help="Срок решения строки с кодом, мс.")
    ] = None,
    gap: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Зазор строки с кодом, доля.")
    ] = None,
    out: Annotated[
        str, typer.Option(help="Файл результатов NDJSON; «-» — стандартный вывод.")
    ] = STDIN,
    resume: Annotated[
        bool, typer.Option("--resume", help="Продолжить прерванное: готовые строки не считаются.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=512, help="Процессов; без него — по числу ядер.")
    ] = None,
    backend: Annotated[str, typer.Option(help=f"Где считать: {', '.join(BACKENDS)}.")] = "loky",
    address: Annotated[
        str | None, typer.Option(help="Адрес работающего кластера Dask или Ray.")
    ] = None,
    language: LanguageOption = "ru",
) -> int:
    """Построить маршруты многих педагогов: строка результата на каждую строку входа, по порядку."""
    if backend not in BACKENDS:
        raise typer.BadParameter(f"--backend {backend}: есть {', '.join(BACKENDS)}")
    if resume and out == STDIN:
        raise typer.BadParameter("--resume нужен файл: --out ФАЙЛ")
    if policy is not None:
        policy_named(policy)
    folder = models or _models_dir()
    spec = BatchSpec(
        package=package.resolve() if package else None,
        mapping=mapping.resolve() if mapping else None,
        calibration=calibration.resolve() if calibration else None,
        models=folder,
        model=None if folder is None else version_in_service(folder),
        as_of=parse_as_of(as_of),
        policy=policy,
        deadline_ms=deadline_ms,
        gap_rel=gap,
        language=language,
        limits=load_settings(),
    )
    # Read once here: a faulty package is told before any process starts.
    data = read(spec.package, load_framework(), mapping=spec.mapping, as_of=spec.as_of).accepted()
    opening = (
        opened_input(source) if source else nullcontext(of_ids([e.id for e in data.educators]))
    )
    with (
        opening as given,
        _opened(out, resume) as results,
        open_cluster(backend, jobs or os.cpu_count() or 1, address) as cluster,
    ):
        return _run(spec, given, results, partial(answers, cluster=cluster))


def _run(spec: BatchSpec, given: Given, results: Results, solve: Solve) -> int:
    # The service's modules take a second to load, which other commands need not wait for.
    from engine.cli.batch_worker import answer, given_up

    setting = _digest(spec)
    tally = Tally(before=len(results.done))
    remaining = results.remaining(given.lines, lambda line: line.mark(setting))
    try:
        with _progress(given.total, tally.before) as step:
            for line, text in solve(partial(answer, spec), remaining, lost=partial(given_up, spec)):
                results.write(line, line.mark(setting), text)
                solved = text.startswith(_SOLVED)
                tally.routes += solved
                tally.problems += not solved
                step()
    except KeyboardInterrupt:
        typer.echo(f"прервано: {tally.text()}; продолжить: та же команда и --resume", err=True)
        return INTERRUPTED
    typer.echo(tally.text(), err=True)
    return 0


@contextmanager
def _opened(out: str, resume: bool) -> Iterator[Results]:
    if out == STDIN:
        yield Results(sys.stdout.buffer)
        return
    results = open_results(Path(out), resume=resume)
    try:
        yield results
    finally:
        results.close()


@contextmanager
def _progress(total: int | None, done: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, nothing elsewhere; gives what is called after every line."""
    columns = (TextColumn("маршруты"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=total, completed=done)
        yield partial(progress.advance, task)


def _digest(spec: BatchSpec) -> str:
    """Digest of what answers depend on beside their lines: the settings and the data's files."""
    digest = hashlib.sha256()
    for setting in fields(spec):
        # Of files their content counts, wherever they lie.
        if setting.name not in ("package", "mapping", "calibration", "models", "limits"):
            digest.update(f"{setting.name}={getattr(spec, setting.name)}\n".encode())
    for path in (spec.package or demo_path(), spec.mapping, spec.calibration):
        for file in _files(path):
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    return [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_file())


def _models_dir() -> Path | None:
    named = load_settings().models_dir
    return None if named is None else Path(named)
