"""Choices by name where the contract wants a code: organisations, districts, and lists of pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN_MOST = 500
"""Choices that one list shows; where there are more, they are proposed while one types."""


@dataclass(frozen=True, slots=True)
class Group:
    """Choices under one title: pairs of value and name. An empty title = none."""

    title: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Organisations by district, and districts.

    Parameters
    ----------
    organisations
        Pairs of code and title, below the district; those of no stated district come last.
    records
        Organisations by code, as the contract has them.
    """

    organisations: tuple[Group, ...] = ()
    districts: tuple[Group, ...] = ()
    records: Mapping[str, Mapping[str, Any]] | None = None

    def organisation(self, code: str) -> str:
        """Title of an organisation; its code where it is not known."""
        found = (self.records or {}).get(code)
        return code if found is None else str(found["title"])


def places_of(answer: Mapping[str, Any]) -> Places:
    """Choices from ``GET /organisations``; of equal titles the code tells which is which."""
    items = answer["items"]
    titles = [item["title"] for item in items]
    repeated = {title for title in titles if titles.count(title) > 1}
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in items:
        name = f"{item['title']} ({item['id']})" if item["title"] in repeated else item["title"]
        groups.setdefault(item["district"], []).append((item["id"], name))
    ordered = sorted(groups.items(), key=lambda pair: (not pair[0], pair[0].casefold()))
    return Places(
        organisations=tuple(Group(title, tuple(pairs)) for title, pairs in ordered),
        districts=(Group("", tuple((d["title"], d["title"]) for d in answer["districts"])),),
        records={item["id"]: item for item in items},
    )


def chosen(groups: Iterable[Group], given: str) -> str:
    """The value that a given one stands for: itself, or the one of another case; else itself."""
    values = [value for group in groups for value, _ in group.pairs]
    if given in values:
        return given
    return next((v for v in values if v.casefold() == given.casefold()), given)


def offered(groups: Sequence[Group], given: str) -> tuple[tuple[Group, ...], str]:
    """The choices and the one that is chosen; one that is not among them is added to them.

    What a link or an older page asked for must not be dropped without a word.
    """
    value = chosen(groups, given)
    if value and not any(value == v for group in groups for v, _ in group.pairs):
        return (Group("", ((value, value),)), *groups), value
    return tuple(groups), value


def many(groups: Sequence[Group]) -> bool:
    """Whether there are more choices than a list shows."""
    return sum(len(group.pairs) for group in groups) > SHOWN_MOST
