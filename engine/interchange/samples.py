"""Example rows of the blank forms: which node they name, and how they are known again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.interchange.columns import NODE, Column, Table
from engine.interchange.records import Record
from engine.interchange.values import parse_cell

SAMPLE_NODE = "MET.ASM.01"
"""Node of the example rows, in frameworks that have it."""


def sample_node(nodes: Collection[str]) -> str:
    """Code of the example rows: a leaf, as the forms ask for leaves and blocks.

    Without ``SAMPLE_NODE`` it is the first code that is no beginning of another one.

    Parameters
    ----------
    nodes
        Codes of a framework in its order; at least one.
    """
    if SAMPLE_NODE in nodes:
        return SAMPLE_NODE
    above = {code.rpartition(".")[0] for code in nodes}
    return next((code for code in _in_order(nodes) if code not in above), _in_order(nodes)[0])


def _in_order(nodes: Collection[str]) -> list[str]:
    return sorted(nodes) if isinstance(nodes, set | frozenset) else list(nodes)


@dataclass(frozen=True, slots=True)
class Samples:
    """Example rows of the blank forms of one framework.

    Parameters
    ----------
    node
        Framework node that the example rows name.
    former_node
        Node that they named in earlier forms, which people may have filled in since.
    """

    node: str
    former_node: str

    @classmethod
    def of(cls, nodes: Collection[str]) -> Samples:
        """Samples of the forms written for these nodes; without nodes they name none."""
        if not nodes:
            return cls("", "")
        return cls(sample_node(nodes), _in_order(nodes)[0])

    def holds(self, record: Record) -> bool:
        """Whether every cell of a record stands as in an example row of a form, then or now.

        Only rows under the form's Russian headers count: a table written by the engine may well
        hold the same values in earnest.
        """
        table = record.table
        for name, header in record.headers.items():
            column = table.column(name)
            if header not in (column.head, column.header):
                return False
        forms = ((table.examples, self.node), (table.former_examples, self.former_node))
        return any(
            _equal(record, table, example, node) for examples, node in forms for example in examples
        )


def _equal(record: Record, table: Table, example: Mapping[str, str], node: str) -> bool:
    return all(
        record[column.name] == parse_cell(column, sample_cell(column, example, node))
        for column in table.columns
    )


def sample_cell(column: Column, example: Mapping[str, str], node: str) -> str | None:
    """Cell of an example row as the form is written; ``None`` = empty."""
    value = example.get(column.name)
    return node if value and column.references == NODE else value
