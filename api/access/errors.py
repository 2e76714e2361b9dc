"""Refusals of access."""

from __future__ import annotations

from api.access.principal import Principal
from api.refusals import Refused


class Forbidden(Refused):
    """The principal may not do this, or not with this object of its own tenant."""

    def __init__(self, principal: Principal) -> None:
        super().__init__("forbidden", {"role": principal.role.value})


class TooManyRequests(Refused):
    """The credential has used up its rate.

    Parameters
    ----------
    retry_after_s
        Whole seconds until the next call can be let in, ≥ 1.
    """

    def __init__(self, retry_after_s: int) -> None:
        headers = {"Retry-After": str(retry_after_s)}
        super().__init__("rate_limited", {"seconds": retry_after_s}, headers=headers)
        self.retry_after_s = retry_after_s
