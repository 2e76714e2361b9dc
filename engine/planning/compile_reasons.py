"""Why activities have no candidate: worked out only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.domain import Reason


class Reasons(Mapping[str, Reason]):
    """Reasons by activity id in the order of the catalogue, made on first use.

    A solve needs none of them, a page needs all; thousands of small records are slow to make.
    """

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], dict[str, Reason]]) -> None:
        self._make = make
        self._found: dict[str, Reason] | None = None

    def _all(self) -> dict[str, Reason]:
        if self._found is None:
            self._found = self._make()
        return self._found

    def __getitem__(self, activity_id: str) -> Reason:
        return self._all()[activity_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())
