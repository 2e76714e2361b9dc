"""The table of a framework: one node a row, every fault named by its row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from engine.domain import Position, Stage
from engine.errors import ConfigurationError, Fault

NodeLevel = Literal["direction", "block", "leaf"]

TABLE = "competencies.csv"
_REQUIRED = ("code", "parent", "title", "level", "verified")
_CODE = re.compile(r"[^\s:;]+")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a framework.

    Parameters
    ----------
    code
        Unique within the framework; the key of every reference.
    parent
        Code of the parent; ``None`` for a direction.
    positions, stages
        To whom the node applies; empty = no restriction of its own (the parents' holds).
    subjects
        Groups of names of one subject each; the first group is the general subject of the node.
        Empty = for every subject.
    functions_544n
        Functions of the professional standard (приказ Минтруда 18.10.2013 № 544н).
    verified
        Whether ``functions_544n`` was checked against the text of the standard.
    theme
        Theme that a policy may require; empty = none.
    identifier, human_code
        Identifier and code in the framework that the node came from.
    """

    code: str
    parent: str | None
    title: str
    level: NodeLevel
    description: str = ""
    keywords: tuple[str, ...] = ()
    positions: tuple[Position, ...] = ()
    subjects: tuple[tuple[str, ...], ...] = ()
    stages: tuple[Stage, ...] = ()
    functions_544n: tuple[str, ...] = ()
    verified: bool = False
    theme: str = ""
    identifier: str = ""
    human_code: str = ""


def normalise_subject(name: str) -> str:
    """Lower-case name of a subject with ё → е and single spaces."""
    return " ".join(name.casefold().replace("ё", "е").split())


def refuse(faults: Sequence[Fault]) -> None:
    """Raise ``ConfigurationError`` with every fault, if there is any."""
    if faults:
        raise ConfigurationError("; ".join(f"{f.place()}: {f.detail}" for f in faults))


def _fault(code: str, row: int, column: str, detail: str) -> Fault:
    return Fault(code=code, detail=detail, file=TABLE, row=row, column=column)


def read_rows(text: str) -> Iterable[tuple[Node, int]]:
    """Nodes with their rows; every fault of every row is reported at once."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [c for c in _REQUIRED if c not in (reader.fieldnames or ())]
    refuse([_fault("missing_column", 1, c, "нет обязательного столбца") for c in missing])
    faults: list[Fault] = []
    found: list[tuple[Node, int]] = []
    for record in reader:
        row = reader.line_num
        cells = {k: (v or "").strip() for k, v in record.items() if isinstance(k, str)}
        node = _node(cells, row, faults)
        if node is not None:
            found.append((node, row))
    if not found and not faults:
        faults.append(_fault("empty_framework", 1, "code", "в таблице нет ни одного узла"))
    refuse(faults)
    return found


def _node(cells: Mapping[str, str], row: int, faults: list[Fault]) -> Node | None:
    before = len(faults)
    code = cells["code"]
    if not _CODE.fullmatch(code):
        faults.append(
            _fault("bad_code", row, "code", f"код «{code}» пуст или содержит пробел, «:», «;»")
        )
    if cells["level"] not in get_args(NodeLevel):
        allowed = ", ".join(get_args(NodeLevel))
        faults.append(_fault("bad_level", row, "level", f"допустимы только {allowed}"))
    if cells["verified"] not in ("true", "false"):
        faults.append(_fault("bad_flag", row, "verified", "допустимы только true и false"))
    positions = _members(cells, "positions", Position, row, faults)
    stages = _members(cells, "stages", Stage, row, faults)
    if len(faults) > before:
        return None
    return Node(
        code=code,
        parent=cells["parent"] or None,
        title=cells["title"],
        level=cast(NodeLevel, cells["level"]),
        description=cells.get("description", ""),
        keywords=_split(cells.get("keywords", "")),
        positions=tuple(Position(p) for p in positions),
        subjects=tuple(
            tuple(normalise_subject(n) for n in _split(group, "="))
            for group in _split(cells.get("subjects", ""))
        ),
        stages=tuple(Stage(s) for s in stages),
        functions_544n=_split(cells.get("functions_544n", "")),
        verified=cells["verified"] == "true",
        theme=cells.get("theme", ""),
        identifier=cells.get("identifier", ""),
        human_code=cells.get("human_code", "") or code,
    )


def _split(cell: str, separator: str = ";") -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(separator) if part.strip())


def _members(
    cells: Mapping[str, str],
    column: str,
    kind: type[Position] | type[Stage],
    row: int,
    faults: list[Fault],
) -> tuple[str, ...]:
    values = _split(cells.get(column, ""))
    allowed = {member.value for member in kind}
    for value in values:
        if value not in allowed:
            detail = f"значение «{value}» неизвестно; допустимы {', '.join(sorted(allowed))}"
            faults.append(_fault("unknown_value", row, column, detail))
    return values


def hierarchy_faults(nodes: Sequence[Node], rows: Sequence[int]) -> Iterable[Fault]:
    """Faults of the hierarchy; ``rows`` gives the row of the table per node."""
    first: dict[str, int] = {}
    parents = {node.code: node.parent for node in nodes}
    inner = {node.parent for node in nodes}
    for node, row in zip(nodes, rows, strict=True):
        if node.code in first:
            detail = f"код «{node.code}» уже есть в строке {first[node.code]}; дайте другой код"
            yield _fault("duplicate_code", row, "code", detail)
            continue
        first[node.code] = row
        if not node.title.strip():
            yield _fault("empty_title", row, "title", f"у узла «{node.code}» нет названия")
        if node.parent is not None and node.parent not in parents:
            detail = f"родитель «{node.parent}» узла «{node.code}» не найден в таблице"
            yield _fault("unknown_parent", row, "parent", detail)
        elif _in_cycle(node.code, parents):
            detail = f"узел «{node.code}» оказался собственным предком; исправьте родителя"
            yield _fault("cycle", row, "parent", detail)
        elif node.level != (expected := _expected_level(node, inner)):
            detail = f"узел «{node.code}» стоит на месте {expected}, а указано {node.level}"
            yield _fault("level_mismatch", row, "level", detail)


def _in_cycle(code: str, parents: Mapping[str, str | None]) -> bool:
    seen = {code}
    step = parents[code]
    while step is not None and step in parents:
        if step == code:
            return True
        if step in seen:  # a cycle further up: named at its own nodes
            return False
        seen.add(step)
        step = parents[step]
    return False


def _expected_level(node: Node, inner: Collection[str | None]) -> NodeLevel:
    if node.code not in inner:
        return "leaf"
    return "direction" if node.parent is None else "block"
