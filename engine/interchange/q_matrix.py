"""The Q-matrix of a test: which skills each item asks for, in a wide or a long table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from engine.framework import Framework
from engine.interchange.faults import FaultLog, Place
from engine.interchange.headers import nearest
from engine.interchange.look_alikes import cyrillic_in, in_latin
from engine.interchange.one_sheet import (
    LongLayout,
    WideLayout,
    long_layout,
    one_sheet,
    read_id,
    wide_layout,
)
from engine.interchange.sheets import Sheet
from engine.interchange.tables_evidence import ITEMS
from engine.interchange.values import Cell
from engine.interchange.words import FALSE_WORDS, TRUE_WORDS

ITEM, NODE = ITEMS.column("item"), ITEMS.column("node")


@dataclass(slots=True)
class QMatrix:
    """Skills by item, in the order of the file, and where each was named.

    Parameters
    ----------
    skills
        By item; at least one each.
    item_places, skill_places
        Where items and skills first stand.
    broken
        Items whose rows were faulty; they are known, yet not used.
    """

    file: str
    skills: dict[str, tuple[str, ...]] = field(default_factory=dict)
    item_places: dict[str, Place] = field(default_factory=dict)
    skill_places: dict[str, Place] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def table(self, items: Sequence[str]) -> pd.DataFrame:
        """Items × skills, 1 where the item asks for the skill; skills in their order."""
        used = {skill for item in items for skill in self.skills[item]}
        order = [skill for skill in self.skill_places if skill in used]
        return pd.DataFrame(
            [[float(skill in self.skills[item]) for skill in order] for item in items],
            index=list(items),
            columns=order,
        )


def read_q_matrix(path: Path, log: FaultLog) -> QMatrix | None:
    """Read a Q-matrix; ``None`` where the file cannot be read as one.

    Wide: a row per item, its id in the first column, a column per skill with 1 or 0 (empty = 0).
    Long: a row per item and node, under the headers of the table ``items``.
    """
    sheet = one_sheet(path, ITEMS, log)
    if sheet is None:
        return None
    layout = long_layout(sheet, ITEMS)
    if layout is not None and not _holds_marks(layout):
        found = _of_long(sheet, layout, log)
    else:
        wide = wide_layout(sheet, NODE, log)
        if wide is None:
            return None
        found = _of_wide(sheet, wide, log)
    if not found.skills and not found.broken:
        log.error("no_rows", "под заголовком нет ни одной строки", Place(sheet.file))
    return found


def _holds_marks(layout: LongLayout) -> bool:
    """Whether the column taken for the node holds 0 and 1: then its header names a skill."""
    cells = [layout.cell(cells, "node") for _, cells in layout.rows]
    return bool(cells) and all(_mark(cell) is not None for cell in cells)


def _mark(cell: Cell) -> bool | None:
    """1 or 0 in any spelling; an empty cell is 0; ``None`` = neither."""
    text = "" if cell is None else str(cell).strip().casefold().removesuffix(".0")
    if text in TRUE_WORDS:
        return True
    return False if not text or text in FALSE_WORDS else None


def _of_wide(sheet: Sheet, layout: WideLayout, log: FaultLog) -> QMatrix:
    found = QMatrix(sheet.file)
    for name in layout.names.values():
        found.skill_places[name] = Place(sheet.file, layout.header_row, name)
    for number, cells in layout.rows:
        place = Place(sheet.file, number)
        item = read_id(ITEM, cells[0], place.at(ITEM.header), log)
        if item is None:
            continue
        marks = {n: _mark(cells[i]) if i < len(cells) else False for i, n in layout.names.items()}
        for name, mark in marks.items():
            if mark is None:
                found.broken.add(item)
                log.error("q_matrix_value", "в Q-матрице должны стоять 0 или 1", place.at(name))
        if item not in found.broken:
            _take(found, item, tuple(n for n, mark in marks.items() if mark), place, log)
    return found


def _of_long(sheet: Sheet, layout: LongLayout, log: FaultLog) -> QMatrix:
    found = QMatrix(sheet.file)
    nodes: dict[str, dict[str, None]] = {}
    for number, cells in layout.rows:
        place = Place(sheet.file, number)
        item = read_id(ITEM, layout.cell(cells, "item"), place.at(ITEM.header), log)
        if item is None:
            continue
        found.item_places.setdefault(item, place)
        of_item = nodes.setdefault(item, {})
        if layout.cell(cells, "node") not in (None, ""):
            node = read_id(NODE, layout.cell(cells, "node"), place.at(NODE.header), log)
            if node is not None:
                of_item[node] = None
                found.skill_places.setdefault(node, place.at(NODE.header))
    for item, of_item in nodes.items():
        _take(found, item, tuple(of_item), found.item_places[item], log)
    return found


def _take(found: QMatrix, item: str, skills: tuple[str, ...], place: Place, log: FaultLog) -> None:
    if not skills:
        found.broken.add(item)
        detail = (
            f"задание «{item}» не связано ни с одним умением: отметьте хотя бы одно "
            "или уберите задание"
        )
        log.error("item_without_nodes", detail, place, item=item)
        return
    first = found.item_places.setdefault(item, place)
    if found.skills.setdefault(item, skills) != skills:
        detail = f"задание «{item}» связано с другими умениями в строке {first.row}: оставьте одну"
        log.error("duplicate_contradiction", detail, place, item=item)


def unknown_nodes(q_matrix: QMatrix, framework: Framework) -> tuple[str, ...]:
    """Skills that are no codes of a framework."""
    return tuple(s for s in q_matrix.skill_places if s not in framework)


def report_unknown(
    unknown: Sequence[str], places: Mapping[str, Place], framework: Framework, log: FaultLog
) -> None:
    """An error for each skill that should be a code and is not."""
    for skill in unknown:
        close = nearest(in_latin(skill), framework.codes)
        hint = f"похоже на {', '.join(close)}; " if close else ""
        if cyrillic_in(skill) and in_latin(skill) in framework:
            hint += f"в коде русские буквы ({', '.join(cyrillic_in(skill))}) вместо латинских; "
        detail = (
            f"кода «{skill}» нет в рамке {framework.id}: {hint}исправьте код или калибруйте "
            "с --framework none (отдельный банк, в маршрутах не участвует)"
        )
        log.error("unknown_node", detail, places[skill], node=skill, nearest=close)
