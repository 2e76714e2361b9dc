"""Why a call to the engine has no answer although nothing is wrong with it; all are 503.

::

    SolvingError
    ├── Overloaded      too many wait already, or this one has waited too long
    ├── WorkerLost      its worker died, and the one of the retry too
    ├── CallOverrun     it went on long after its deadline and was ended
    └── Stopping        the service is being stopped
"""

from __future__ import annotations

from api.refusals import Refused


class SolvingError(Refused):
    """Root; the class says which problem document.

    Parameters
    ----------
    retry_after_s
        When it is worth trying again, in seconds, at least 1.
    """

    kind = "overloaded"

    def __init__(self, retry_after_s: int = 1) -> None:
        self.retry_after_s = max(1, retry_after_s)
        super().__init__(self.kind, headers={"Retry-After": str(self.retry_after_s)})


class Overloaded(SolvingError):
    """The queue is full, or the call waited in it longer than is admitted."""

    kind = "overloaded"


class WorkerLost(SolvingError):
    """Two workers died over the call."""

    kind = "worker_lost"


class CallOverrun(SolvingError):
    """The call did not end within its deadline and the grace after it; its worker was ended."""

    kind = "solve_overrun"


class Stopping(SolvingError):
    """The service takes no new work, or ends before the call could begin."""

    kind = "stopping"
