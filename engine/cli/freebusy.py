"""``routes freebusy``: busy times of an educator, or offered times of a mentor, as iCalendar."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import AsOfOption, MappingOption, parse_as_of, read
from engine.documents.freebusy import render_freebusy
from engine.framework import load_framework


def freebusy(
    package: Annotated[Path, typer.Argument(help="Папка пакета.")],
    educator: Annotated[str | None, typer.Option(help="Шифр педагога: занятость.")] = None,
    mentor: Annotated[str | None, typer.Option(help="Шифр наставника: свободное время.")] = None,
    weeks: Annotated[int, typer.Option(min=1, max=156, help="Сколько недель от дня расчёта.")] = 52,
    out: Annotated[Path, typer.Option(help="Файл .ics.")] = Path("freebusy.ics"),
    mapping: MappingOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Записать занятость (VFREEBUSY, RFC 5545): когда, а не чем."""
    if (educator is None) == (mentor is None):
        raise typer.BadParameter("укажите --educator или --mentor")
    found = read(package, load_framework(), mapping=mapping, as_of=parse_as_of(as_of)).accepted()
    mentors = {m.id: m for m in found.mentors}
    if educator is not None and educator not in {e.id for e in found.educators}:
        raise typer.BadParameter(f"педагога «{educator}» в пакете нет")
    if mentor is not None and mentor not in mentors:
        raise typer.BadParameter(f"наставника «{mentor}» в пакете нет")
    start = found.as_of
    content = render_freebusy(
        str(educator or mentor),
        start,
        start + dt.timedelta(weeks=weeks),
        start,
        busy=found.busy.get(educator, ()) if educator is not None else (),
        free=mentors[mentor].slots if mentor is not None else (),
    )
    out.write_bytes(content)
    typer.echo(out)
    return 0
