"""Who may decide what of a route: the finer half of the rows ``decide`` and ``report_progress``."""

from __future__ import annotations

from collections.abc import Mapping

from api.access.principal import Role

_STAFF = frozenset({Role.PLATFORM, Role.METHODIST, Role.ADMIN})
_STEP_EVENTS = frozenset({"enrolled", "attended", "completed", "missed", "cancelled"})
_DECIDERS: Mapping[str, frozenset[Role]] = {
    "accept": _STAFF - {Role.METHODIST} | {Role.EDUCATOR},
    "cancel": _STAFF | {Role.EDUCATOR},
    "complete": _STAFF | {Role.TUTOR},
    "return": _STAFF | {Role.TUTOR},
    "report_accepted": _STAFF | {Role.TUTOR},
}
"""What is not listed is the methodist's. ``accept`` is the educator's word."""


def may_decide(role: Role, decision: str) -> bool:
    """Whether a role that may call the operation may also ask for this.

    Parameters
    ----------
    decision
        Name of a decision or of a step's event, as bodies of ``decisions`` and ``progress`` have
        it. What became of a step is told by everybody who may report progress.
    """
    return decision in _STEP_EVENTS or role in _DECIDERS.get(decision, _STAFF)
