"""What a terminal gets and a file does not: a line of progress, colour, the window's width."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from engine.training.fit import Say

WIDTH = 110
"""Columns of a table that is written to a file."""


@contextmanager
def progress() -> Iterator[Say]:
    """What is being done and for how long, for a person at a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("…", total=None)
        yield lambda text: progress.update(task, description=text)


def print_wide(render: Callable[..., str], value: object) -> None:
    """A rendered table, in colour and as wide as the window on a terminal only."""
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((WIDTH, 24)).columns if terminal else WIDTH
    typer.echo(render(value, width=width, colour=terminal), nl=False)
