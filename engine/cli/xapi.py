"""``routes xapi``: statements of learning systems as a table of outcomes."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from engine.cli.inputs import JsonOption
from engine.cli.output import print_json
from engine.interactions import State
from engine.interchange.writing import cell_text
from engine.interchange.xapi import Outcome, read_statements

_ENDED = frozenset({State.COMPLETED, State.DROPPED})


def xapi(
    file: Annotated[Path, typer.Argument(help="Утверждения xAPI 1.0.x: список, JSON построчно.")],
    out: Annotated[
        Path | None, typer.Option(help="Куда записать таблицу interactions.csv; нет — проверить.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Пояс дней, имя IANA.")] = "Europe/Moscow",
    as_json: JsonOption = False,
) -> int:
    """Прочитать утверждения xAPI: все ошибки сразу с местом; имена и почта не берутся."""
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise typer.BadParameter(f"пояс «{time_zone}» неизвестен") from error
    found = read_statements(file.read_bytes().decode("utf-8-sig", errors="replace"))
    if as_json:
        print_json(found)
    else:
        people = len({outcome.person for outcome in found})
        typer.echo(f"утверждений {len(found)}, людей {people}")
    if out is not None:
        out.write_bytes(_table(found, zone))
        typer.echo(f"записано: {out}", err=True)
    return 0


def _table(found: tuple[Outcome, ...], zone: ZoneInfo) -> bytes:
    """Table ``interactions``: of one person, activity and day the last statement holds."""
    rows = {(o.person, o.activity, o.at.astimezone(zone).date()): o for o in found}
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["educator_id", "activity_id", "date", "state", "outcome", "ended_on"])
    for (person, activity, day), outcome in sorted(rows.items()):
        ended = day if outcome.state in _ENDED else None
        values = (person, activity, day, outcome.state, outcome.score, ended)
        writer.writerow([cell_text(value) for value in values])
    return buffer.getvalue().encode()
