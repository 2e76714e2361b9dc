"""Parts of a terminal page → plain or coloured text that does not depend on the environment."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.text import Text


def rendered(parts: Iterable[RenderableType], width: int, *, colour: bool) -> str:
    """The parts one below the other.

    Parameters
    ----------
    width
        Columns.
    colour
        Whether to use colours and bold; ``False`` gives plain text without any escape sequence.

    Returns
    -------
    str
        Lines with a final line break. The same arguments give the same text, whatever the
        environment says of terminals.
    """
    screen = io.StringIO()
    console = Console(
        file=screen,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    text = screen.getvalue()
    if not colour:
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    return text


def interval_bar(estimate: float, low: float, high: float, cells: int, mark: str = "●") -> Text:
    """The interval and the estimate on a line from 0 to 1; empty for an estimate of NaN."""
    if math.isnan(estimate):
        return Text("")

    def cell(value: float) -> int:
        return min(cells - 1, max(0, int(value * cells)))

    first, last, middle = cell(low), cell(high), cell(estimate)
    text = Text("0 ", style="dim")
    for i in range(cells):
        if i == middle:
            text.append(mark, style="bold")
        elif first <= i <= last:
            text.append("━", style="blue")
        else:
            text.append("·", style="dim")
    text.append(" 1", style="dim")
    return text
