"""Competency framework: hierarchy of nodes, codes, and to whom a node applies.

A framework is a data package: ``datapackage.json`` (id, version, title) and ``competencies.csv``
with one node a row. Only ``code``, ``parent``, ``title``, ``level`` and ``verified`` must be
there, so that other frameworks can be written in the same form: an import of 1EdTech CASE puts
``CFItem.identifier`` into ``identifier``, ``humanCodingScheme`` into ``human_code``, and
``isChildOf`` into ``parent``; the depth of the hierarchy is free.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from engine.domain import BoolArray, IntArray, Position, Stage
from engine.errors import ConfigurationError
from engine.framework_table import (
    TABLE,
    Node,
    NodeLevel,
    hierarchy_faults,
    normalise_subject,
    read_rows,
    refuse,
)
from engine.resources import data_root

__all__ = [
    "DEFAULT_FRAMEWORK",
    "Framework",
    "Node",
    "NodeLevel",
    "build_framework",
    "load_framework",
    "normalise_subject",
]

DEFAULT_FRAMEWORK = "educator-2026"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, eq=False)
class Framework:
    """A competency framework; nodes keep the order of their table.

    Parameters
    ----------
    nodes
        All nodes, n_nodes of them; build with :func:`build_framework` to have them checked.

    Attributes
    ----------
    parent
        Shape (n_nodes,), index of the parent, -1 for a direction.
    index
        Index of a node by code.
    codes
        All codes, in order.
    leaves
        Indices of the nodes without children, ascending; n_leaves of them.
    digest
        SHA-256 over id, version and every node; models are bound to it.
    """

    id: str
    version: str
    title: str
    nodes: tuple[Node, ...]
    parent: IntArray = field(init=False, repr=False)
    index: Mapping[str, int] = field(init=False, repr=False)
    codes: tuple[str, ...] = field(init=False, repr=False)
    leaves: tuple[int, ...] = field(init=False, repr=False)
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        index = {node.code: i for i, node in enumerate(self.nodes)}
        parent = np.array(
            [-1 if n.parent is None else index[n.parent] for n in self.nodes], dtype=np.int64
        )
        parent.setflags(write=False)
        inner = set(parent.tolist())
        leaves = tuple(i for i in range(len(self.nodes)) if i not in inner)
        for name, value in (
            ("index", index),
            ("parent", parent),
            ("codes", tuple(index)),
            ("leaves", leaves),
            ("digest", _digest(self.id, self.version, self.nodes)),
        ):
            object.__setattr__(self, name, value)

    def __contains__(self, code: object) -> bool:
        return code in self.index

    def __len__(self) -> int:
        return len(self.nodes)

    def node(self, code: str) -> Node:
        """Node by code; ``KeyError`` if there is none."""
        return self.nodes[self.index[code]]

    def children(self, code: str) -> tuple[Node, ...]:
        """Direct children, in the framework's order."""
        i = self.index[code]
        return tuple(self.nodes[j] for j in np.flatnonzero(self.parent == i))

    def ancestors(self, code: str) -> tuple[Node, ...]:
        """Ancestors, nearest first, without the node itself."""
        found: list[Node] = []
        i = int(self.parent[self.index[code]])
        while i >= 0:
            found.append(self.nodes[i])
            i = int(self.parent[i])
        return tuple(found)

    def descendants(self, code: str) -> tuple[Node, ...]:
        """All nodes below, without the node itself, in the framework's order."""
        top = self.index[code]
        below = {top}
        grown = True
        while grown:  # a parent may stand after its children in the table
            more = {i for i, p in enumerate(self.parent.tolist()) if p in below} - below
            below |= more
            grown = bool(more)
        return tuple(self.nodes[i] for i in sorted(below - {top}))

    def leaves_of(self, code: str) -> tuple[Node, ...]:
        """Leaves at or below a node, in the framework's order."""
        if self.index[code] in self.leaves:
            return (self.node(code),)
        below = {n.code for n in self.descendants(code)}
        return tuple(self.nodes[i] for i in self.leaves if self.nodes[i].code in below)

    def nearest(self, code: str, among: Collection[str]) -> str | None:
        """Nearest ancestor-or-self whose code is ``among`` the given; ``None`` if there is none."""
        if code in among:
            return code
        return next((a.code for a in self.ancestors(code) if a.code in among), None)

    def applies_to(
        self,
        position: Position,
        subjects: Sequence[str] = (),
        stages: Sequence[Stage] = (),
    ) -> BoolArray:
        """Which nodes apply to an educator.

        A node applies if its own restrictions and those of all its ancestors admit the educator
        and, for a node with children, at least one leaf below does. A node with subjects applies
        only to educators of such a subject; stages that the educator did not state restrict
        nothing.

        Returns
        -------
        ndarray of bool, shape (n_nodes,)
        """
        own = [self._admits(node, position, subjects, stages) for node in self.nodes]
        applies = np.zeros(len(self.nodes), dtype=np.bool_)
        for leaf in self.leaves:
            path = [leaf]
            while self.parent[path[-1]] >= 0:
                path.append(int(self.parent[path[-1]]))
            if all(own[i] for i in path):
                applies[path] = True
        return applies

    @staticmethod
    def _admits(
        node: Node, position: Position, subjects: Sequence[str], stages: Sequence[Stage]
    ) -> bool:
        if node.positions and position not in node.positions:
            return False
        if node.stages and stages and not set(node.stages) & set(stages):
            return False
        if not node.subjects:
            return True
        names = {name for group in node.subjects for name in group}
        return any(normalise_subject(s) in names for s in subjects)

    def subjects_match(self, one: str, other: str) -> bool:
        """Whether two names stand for one subject, or one is the general subject of the other.

        «обж» and «обзр» are one subject; «иностранный язык» matches «английский язык», which
        does not match «немецкий язык».
        """
        a, b = normalise_subject(one), normalise_subject(other)
        if a == b:
            return True
        for node in self.nodes:
            for group in node.subjects:
                if a in group and b in group:
                    return True
            if node.subjects and a in (names := set().union(*node.subjects)) and b in names:
                general = node.subjects[0]
                if a in general or b in general:
                    return True
        return False


def load_framework(name: str | None = None, directory: Path | None = None) -> Framework:
    """Load and check the framework package ``name``.

    Parameters
    ----------
    name
        Folder of the package; ``None`` = ``DEFAULT_FRAMEWORK``, so that what a data package says
        of its framework can be passed as it is.
    directory
        Folder that holds framework packages; ``None`` = the bundled ones.

    Raises
    ------
    ConfigurationError
        If the package is missing or any row is wrong; every faulty row is named.
    """
    name = DEFAULT_FRAMEWORK if name is None else name
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"имя рамки «{name}» недопустимо: нужны латинские буквы, цифры, точка, дефис"
        )
    base: Traversable = directory if directory is not None else data_root() / "frameworks"
    package = base / name
    try:
        meta = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
        text = (package / TABLE).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"рамка «{name}» не найдена: нужны файлы datapackage.json и {TABLE}"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"рамка «{name}»: файлы должны быть в кодировке utf-8") from error
    except json.JSONDecodeError as error:
        raise ConfigurationError(
            f"рамка «{name}»: datapackage.json не читается (строка {error.lineno})"
        ) from error
    if not isinstance(meta, dict) or not meta.get("version"):
        raise ConfigurationError(f"рамка «{name}»: в datapackage.json не указана version")
    rows = list(read_rows(text))
    return build_framework(
        str(meta.get("id") or meta.get("name") or name),
        str(meta["version"]),
        str(meta.get("title", "")),
        [node for node, _ in rows],
        [row for _, row in rows],
    )


def build_framework(
    id: str, version: str, title: str, nodes: Sequence[Node], rows: Sequence[int] | None = None
) -> Framework:
    """Check the hierarchy and build the framework.

    Parameters
    ----------
    rows
        Row of the table per node, for naming faults; ``None`` = counted from row 2.

    Raises
    ------
    ConfigurationError
        Duplicate code, unknown parent, cycle, empty title, a level that does not fit the place.
    """
    numbers = list(rows) if rows is not None else list(range(2, len(nodes) + 2))
    refuse(list(hierarchy_faults(nodes, numbers)))
    return Framework(id=id, version=version, title=title, nodes=tuple(nodes))


def _digest(id: str, version: str, nodes: Iterable[Node]) -> str:
    content = [id, version, [asdict(node) for node in nodes]]
    packed = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(packed).hexdigest()
