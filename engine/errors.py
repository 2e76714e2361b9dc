"""The one tree of errors.

::

    EngineError                 everything the engine raises on purpose
    ├── InputError              what came from outside is wrong; carries faults
    │   ├── NothingToPlan       neither diagnostics nor requests
    │   ├── ArtefactError       a model or problem file that cannot be trusted or read
    │   └── PromotionRefused    a model that the promotion gate does not let into service
    └── ConfigurationError      a policy, framework or setting is wrong

No feasible route is an answer, not an error: see ``SolveStatus.INFEASIBLE``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in what came from outside.

    Parameters
    ----------
    code
        Stable machine-readable code, snake_case (``score_above_maximum``).
    detail
        What is wrong and what to do, in Russian.
    pointer
        Where it stands: a JSON pointer (``/diagnostics/0/score``) for JSON input, else empty.
    file, row, column
        Where it stands in a table; ``row`` counts as a spreadsheet does (the header is row 1).
    parameters
        The values behind the wording, so that it can be made again in another language.
    """

    code: str
    detail: str
    pointer: str = ""
    file: str | None = None
    row: int | None = None
    column: str | None = None
    parameters: dict[str, object] = field(default_factory=dict)

    def place(self) -> str:
        """Human-readable place of the fault, empty when it has none."""
        parts = [self.file or ""]
        if self.row is not None:
            parts.append(f"строка {self.row}")
        if self.column:
            parts.append(f"столбец «{self.column}»")
        if self.pointer:
            parts.append(self.pointer)
        return ", ".join(p for p in parts if p)


class EngineError(Exception):
    """Root of everything that the engine raises on purpose."""

    code = "engine_error"


class InputError(EngineError):
    """What came from outside is wrong; nothing of it was taken over.

    Parameters
    ----------
    faults
        Every fault that was found, not the first one only.
    """

    code = "invalid_input"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{f.place()}: {f.detail}".lstrip(": ") for f in self.faults))

    def __reduce__(self) -> tuple[object, ...]:
        # between processes an exception is made again from its arguments, not from its text
        return type(self), (self.faults,)


class NothingToPlan(InputError):
    """Neither a diagnostic result nor a request: there is nothing to plan for."""

    code = "nothing_to_plan"

    def __init__(self, faults: Sequence[Fault], next_actions: Sequence[str]) -> None:
        super().__init__(faults)
        self.next_actions = tuple(next_actions)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.faults, self.next_actions)


class ArtefactError(InputError):
    """A stored model or problem file is damaged, foreign or of another version."""

    code = "artefact_refused"


class PromotionRefused(InputError):
    """A model may not go into service: its comparison is missing, stale or says no."""

    code = "promotion_refused"


class ConfigurationError(EngineError):
    """A policy profile, framework or setting is wrong."""

    code = "configuration_error"
