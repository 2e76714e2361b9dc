"""A service for each tenant: its people, its routes, its catalogue, its engine.

All tenants start from the service that was loaded. A tenant that has changed nothing of the
catalogue, and whose people the package holds, is served by that engine; any other has one of its
own, built beside the one that serves and put in its place in one assignment.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from api.errors import NotReady
from api.overlay import NO_OVERLAY, Overlay, effective, overlaid, overlay_of, package_of
from api.service import Service, build_engine, registry_of
from api.state import Loading
from engine.recommender import Recommender
from engine.storage import DEFAULT_TENANT, DatabaseUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """Service of a tenant, and what it was made from."""

    base: Service
    version: int
    service: Service


class Tenants:
    """Services by tenant; thread-safe.

    Parameters
    ----------
    loading
        Holds the service that was loaded; it is exchanged when the model changes.
    """

    def __init__(self, loading: Loading) -> None:
        self._loading = loading
        self._known: dict[str, _Known] = {}
        self._building = threading.RLock()
        self._changed = threading.Event()
        self._ended = False

    def of(self, tenant: str) -> Service:
        """Service of a tenant; the first call of a tenant waits until its engine is built.

        Raises
        ------
        NotReady
            Nothing is loaded yet.
        """
        found = self.at_hand(tenant)
        if found is not None:
            return found
        base = self._loading.service
        if base is None:
            raise NotReady(self._loading.failed)
        return self._brought_up(tenant, base)

    def at_hand(self, tenant: str) -> Service | None:
        """Service of a tenant, ``None`` where one would have to wait for it."""
        base, known = self._loading.service, self._known.get(tenant)
        if base is None or known is None or not self._still_serves(known, base):
            return None
        return known.service

    def _still_serves(self, known: _Known, base: Service) -> bool:
        """Whether the service of a tenant may go on until its new engine is built."""
        if known.base is base:
            return True
        shared = known.service.engine is known.base.engine
        return not shared and known.base.store is base.store and known.base.package is base.package

    def names(self) -> tuple[str, ...]:
        """Tenants that there are, sorted; empty before anything is loaded.

        Raises
        ------
        DatabaseUnavailable
            They cannot be looked up.
        """
        base = self._loading.service
        if base is None:
            return ()
        with base.store.system() as system:
            return tuple(sorted({DEFAULT_TENANT, *self._known, *system.tenants.ids()}))

    def refresh(self) -> None:
        """Look once whether a catalogue or the model has changed, and bring every tenant up."""
        base = self._loading.service
        if base is None:
            return
        for tenant in sorted({DEFAULT_TENANT, *self._known}):
            try:
                self._brought_up(tenant, base)
            except DatabaseUnavailable:
                return
            except Exception:
                # whatever is wrong with the newcomer, the one that serves goes on
                log.exception("the catalogue of a tenant could not be brought up to date")

    def changed(self, tenant: str) -> None:
        """A catalogue has changed; whoever watches looks at once."""
        self._changed.set()

    @contextmanager
    def watching(self, every_s: float) -> Iterator[None]:
        """Follow the catalogues in a thread of its own."""

        def run() -> None:
            while not self._ended:
                self._changed.wait(every_s)
                self._changed.clear()
                if not self._ended:
                    self.refresh()

        thread = threading.Thread(target=run, name="catalogue-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended = True
            self._changed.set()
            thread.join()

    def _brought_up(self, tenant: str, base: Service) -> Service:
        with self._building:
            with base.store.reading(tenant) as kept:
                known, version = self._known.get(tenant), kept.catalogue.version()
                if known is not None and known.base is base and known.version == version:
                    return known.service
                overlay = overlay_of(kept)
            service = self._derived(tenant, base, overlay)
            self._known[tenant] = _Known(base, overlay.version, service)
            return service

    def _derived(self, tenant: str, base: Service, overlay: Overlay) -> Service:
        mine = replace(base, tenant=tenant, base=base.package, catalogue_changed=self.changed)
        if tenant == DEFAULT_TENANT and overlay == NO_OVERLAY:
            return mine
        package = effective(overlaid(package_of(base.package, tenant), overlay), overlay)
        mine = replace(mine, package=package)
        if not isinstance(base.engine, Recommender):
            return mine  # a ready engine of somebody else's making, which cannot be made anew
        registry, loaded = registry_of(base.settings, base.package), None
        if registry is not None and base.model.digest is not None:
            loaded = registry.load(base.model.version)
        engine = build_engine(base.settings, package, base.engine.items, loaded)
        mine = replace(mine, engine=engine)
        log.info("catalogue %d of a tenant serves", overlay.version)
        return self._loading.with_workers(mine, overlay.version)
