"""From the engine's pointers to those of the body that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from engine.errors import Fault, InputError, NothingToPlan

_MOVED: Mapping[str, str] = {
    "/constraints/horizon_start": "/constraints/horizon/start",
    "/constraints/horizon_end": "/constraints/horizon/end",
    "/deadline_ms": "/options/deadline_ms",
    "/gap_rel": "/options/gap_rel",
    "/seed": "/options/seed",
    "/language": "/options/language",
}
"""Fields that a body keeps elsewhere than the engine's request."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where the evidence stood in the body.

    Parameters
    ----------
    results, responses
        Index in the body's ``diagnostics`` by index of the score or of the item response;
        ``None`` = the evidence did not come with the body.
    """

    results: tuple[int, ...] | None = None
    responses: tuple[int, ...] | None = None

    def of(self, pointer: str) -> str:
        """Pointer of the body for one of the engine; unknown ones stay as they are."""
        for prefix, places in (
            ("/diagnostics/", self.results),
            ("/item_responses/", self.responses),
        ):
            if pointer.startswith(prefix):
                return self._evidence(pointer.removeprefix(prefix), places)
        return _MOVED.get(pointer, pointer)

    def _evidence(self, rest: str, places: tuple[int, ...] | None) -> str:
        index, slash, field = rest.partition("/")
        if places is None:
            # The service's own evidence is at fault, and the body named only its owner.
            return "/educator/id"
        if not index.isdigit() or int(index) >= len(places):
            return "/diagnostics"
        return f"/diagnostics/{places[int(index)]}{slash}{field}"

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Give the faults of any ``InputError`` raised inside the body's pointers."""
        try:
            yield
        except NothingToPlan as error:
            raise NothingToPlan(self._moved(error), error.next_actions) from error
        except InputError as error:
            moved = type(error)(self._moved(error))
            raise moved from error

    def _moved(self, error: InputError) -> tuple[Fault, ...]:
        return tuple(replace(f, pointer=self.of(f.pointer)) for f in error.faults)
