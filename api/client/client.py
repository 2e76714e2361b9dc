"""The client: every operation of the contract, and what several of them do together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from api.client.operations import Operations
from api.client.transport import Reply, Transport, retry_after

ASYNC = "respond-async"
"""``prefer`` of a route that is built while the caller does something else."""

LOOK_EVERY_S = 0.5


class RoutesClient(Operations):
    """Calls of one service with one key; close it, or use it in ``with``.

    Parameters
    ----------
    base_url, key
        Address of the service and API key or access token.
    language, timeout_s, tries
        See ``Transport``.
    transport
        Of httpx2, for tests; ``None`` = the network.
    sleep
        How to wait, seconds.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        language: str = "ru",
        timeout_s: float = 60.0,
        tries: int = 5,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(
            Transport(
                base_url,
                key,
                language=language,
                timeout_s=timeout_s,
                tries=tries,
                transport=transport,
                sleep=sleep,
            )
        )
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End connections."""
        self.transport.close()

    def every(self, listing: Callable[..., Reply[Any]], *place: str, **asked: Any) -> Iterator[Any]:
        """All items of a list, part after part: ``client.every(client.list_educators, q="Ан")``.

        Parameters
        ----------
        listing
            Method of a list with ``cursor``.
        """
        cursor: str | None = None
        while True:
            page: Mapping[str, Any] = listing(*place, **asked, cursor=cursor).data
            yield from page["items"]
            cursor = page.get("next")
            if cursor is None:
                return

    def wait(
        self,
        ordered: Reply[Any],
        *,
        told: Callable[[Mapping[str, Any]], None] | None = None,
        timeout_s: float = 120.0,
    ) -> Reply[Any]:
        """The route that ``build_route(..., prefer=ASYNC)`` ordered, when it is built.

        Parameters
        ----------
        ordered
            Its answer; one that holds a route already is given back.
        told
            Called with the state of the solve each time it is looked at.

        Raises
        ------
        TimeoutError
            It takes longer; the service goes on, and ``read_route`` will have it.
        RoutesProblem
            The solve has failed.
        """
        until = time.monotonic() + timeout_s
        reply = ordered
        while reply.status == 202:
            if told is not None:
                told(reply.data)
            if time.monotonic() >= until:
                raise TimeoutError(f"the route {reply.data['id']} is not built yet")
            self._sleep(LOOK_EVERY_S)
            reply = self.read_route(reply.data["id"])
        return reply

    def computed(
        self,
        reading: Callable[..., Reply[Any]],
        *place: str,
        told: Callable[[Mapping[str, Any]], None] | None = None,
        timeout_s: float = 600.0,
        **asked: Any,
    ) -> Reply[Any]:
        """A reading that may compute for minutes: ``client.computed(client.read_analysis)``.

        It is asked again as often as the service says until its answer is there.

        Parameters
        ----------
        reading
            Method that may answer 202: ``read_analysis``, ``read_report``.
        place, asked
            Its arguments.
        told
            Called with what is being computed each time that it is not there yet.

        Raises
        ------
        TimeoutError
            It takes longer; the service goes on, and a later question finds the answer.
        RoutesProblem
            The service has refused or failed.
        """
        until = time.monotonic() + timeout_s
        while (reply := reading(*place, **asked)).status == 202:
            if told is not None:
                told(reply.data)
            if time.monotonic() >= until:
                raise TimeoutError("the service is still computing")
            self._sleep(retry_after(reply.headers) or LOOK_EVERY_S)
        return reply
