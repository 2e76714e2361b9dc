"""A move that the state does not admit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import EngineError


class IllegalMove(EngineError):
    """A move that is not legal; nothing was changed.

    Parameters
    ----------
    reason
        Code of the family ``move`` in the wording: ``move_not_legal``, ``route_is_final``,
        ``route_not_agreed``, ``step_move_not_legal``, ``unknown_step``, ``nothing_to_agree``,
        ``steps_open``, ``nothing_completed``, ``hold_not_due``, ``report_accepted_already``,
        ``step_has_begun``, ``step_not_new``.
    move
        What was wanted.
    state
        Present state, of the step where the move is a step's.
    legal
        What the state admits.
    parameters
        Further values behind the wording.
    """

    code = "illegal_move"

    def __init__(
        self,
        reason: str,
        move: str,
        state: str,
        *,
        legal: Sequence[str] = (),
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        self.reason = reason
        self.move, self.state, self.legal = str(move), str(state), tuple(map(str, legal))
        self.parameters: dict[str, object] = {
            "move": self.move,
            "state": self.state,
            "legal": self.legal,
            **(parameters or {}),
        }
        super().__init__(f"{reason}: {self.move} in {self.state}; legal: {', '.join(self.legal)}")
