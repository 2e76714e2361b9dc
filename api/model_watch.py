"""A running service follows the registry: a promotion or rollback reaches it without a restart.

The new engine is built beside the old one, here and in the workers, and takes its place in one
assignment (``Loading.switch``). A model that is
refused changes nothing but what ``/version`` says.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from api.models import RefusedModel, ServedModel, refusal, served
from api.service import Service, build_engine, registry_of
from api.solving.engine import Engine
from api.state import Loading
from engine.model_registry import Entry, Loaded
from engine.settings import Settings

log = logging.getLogger(__name__)

Build = Callable[[Service, Loaded | None], Engine]


def rebuilt(service: Service, loaded: Loaded | None) -> Engine:
    """The same engine with another model."""
    return build_engine(service.settings, service.package, service.engine.items, loaded)


def follow(loading: Loading, settings: Settings, build: Build = rebuilt) -> None:
    """Look at the registry once, and serve the model that it says.

    Parameters
    ----------
    loading
        Its ``service`` is replaced; before it is loaded nothing is done.
    build
        Makes the engine with a model.
    """
    service = loading.service
    if service is None:
        return
    registry = registry_of(settings, service.package)
    if registry is None:
        return
    entry: Entry | None = None
    try:
        entry = registry.state().present
        if service.model.is_(entry):
            _keep(loading, service, None)
            return
        loaded = None if entry is None else registry.load(entry.version)
        model = served(entry)
        loading.switch(lambda now: replace(now, engine=build(now, loaded), model=model))
    except Exception as error:
        # whatever is wrong with the newcomer, the one that serves goes on
        _keep(loading, service, refusal(entry, error))
        return
    log.warning("the matching model is now %s", model.version)


def _keep(loading: Loading, service: Service, refused: RefusedModel | None) -> None:
    if service.model.refused == refused:
        return
    if refused is not None:
        log.error("the matching model %s was refused: %s", refused.version, refused.detail)
    model = ServedModel(service.model.version, service.model.digest, refused)
    loading.switch(lambda now: replace(now, model=model))


@contextmanager
def watching(loading: Loading, settings: Settings) -> Iterator[None]:
    """Follow the registry of the settings in a thread of its own; without one do nothing."""
    if settings.models_dir is None:
        yield
        return
    end = threading.Event()

    def run() -> None:
        while not end.wait(settings.models_poll_s):
            follow(loading, settings)

    thread = threading.Thread(target=run, name="model-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
