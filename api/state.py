"""Loading in the background: the probes answer from the first moment, the rest once loaded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from api.service import Service

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Loading:
    """What has been loaded so far.

    Parameters
    ----------
    service
        ``None`` until everything is there.
    failed
        Loading has ended with an error; only a new start can help.
    """

    service: Service | None = None
    failed: bool = False

    async def run(self, build: Callable[[], Service]) -> None:
        """Build the service in a thread; a failure is logged and keeps the probe red."""
        try:
            self.service = await asyncio.to_thread(build)
        except Exception:
            log.exception("the service could not be loaded")
            self.failed = True
