"""Collecting faults: all of them in one pass, without drowning the reader."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from engine.errors import Fault

FAULTS_SHOWN = 20
"""Faults of one code shown per file; the rest are counted in one closing fault."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file (with sheet), row as a spreadsheet counts, column."""

    file: str | None = None
    row: int | None = None
    column: str | None = None

    def at(self, column: str) -> Place:
        """Return the same row, another column."""
        return Place(self.file, self.row, column)


NOWHERE = Place()


@dataclass(slots=True)
class _Bin:
    """Faults of one severity, capped per code and file."""

    limit: int
    shown: list[Fault] = field(default_factory=list)
    counted: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def add(self, fault: Fault) -> None:
        key = (fault.code, fault.file)
        self.counted[key] += 1
        if self.counted[key] <= self.limit:
            self.shown.append(fault)

    def result(self) -> tuple[Fault, ...]:
        """Shown faults in the order found; one more per code and file with the count of the rest.

        The closing fault has ``parameters["more"]`` and no row.
        """
        rest = [
            Fault(
                code=code,
                file=file,
                detail=f"с тем же замечанием ещё строк: {n - self.limit}; исправьте их так же",
                parameters={"more": n - self.limit},
            )
            for (code, file), n in self.counted.items()
            if n > self.limit
        ]
        return (*self.shown, *rest)


class FaultLog:
    """Errors, warnings and notes of one import.

    Parameters
    ----------
    limit
        Faults of one code shown per file, ≥ 1.

    Notes
    -----
    An *error* stops the import, a *warning* says what was not taken as written, a *note* says
    what the import decided on its own (a default, an example row skipped).
    """

    def __init__(self, limit: int = FAULTS_SHOWN) -> None:
        if limit < 1:
            raise ValueError("limit must be at least 1")
        self._errors = _Bin(limit)
        self._warnings = _Bin(limit)
        self._notes = _Bin(limit)

    def error(self, code: str, detail: str, place: Place = NOWHERE, **parameters: object) -> None:
        """Add an error; nothing of the package is taken over after it."""
        self._errors.add(_fault(code, detail, place, parameters))

    def warning(self, code: str, detail: str, place: Place = NOWHERE, **parameters: object) -> None:
        """Add a warning."""
        self._warnings.add(_fault(code, detail, place, parameters))

    def note(self, code: str, detail: str, place: Place = NOWHERE, **parameters: object) -> None:
        """Add a note."""
        self._notes.add(_fault(code, detail, place, parameters))

    @property
    def failed(self) -> bool:
        """Whether there is any error."""
        return bool(self._errors.counted)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """Errors, capped per code and file."""
        return self._errors.result()

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """Warnings, capped per code and file."""
        return self._warnings.result()

    @property
    def notes(self) -> tuple[Fault, ...]:
        """Notes, capped per code and file."""
        return self._notes.result()


def _fault(code: str, detail: str, place: Place, parameters: dict[str, object]) -> Fault:
    return Fault(
        code=code,
        detail=detail,
        file=place.file,
        row=place.row,
        column=place.column,
        parameters=parameters,
    )
