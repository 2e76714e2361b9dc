"""Metrics that are true at the moment they are read: queue, workers, what serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from engine import __version__


class ServiceCollector(Collector):
    """Asks the loaded service of an application; before it is loaded there is little to say.

    Parameters
    ----------
    app
        Application whose ``state.loading`` holds the service.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """Yield everything."""
        loading = self._app.state.loading
        service = loading.service
        yield InfoMetricFamily("routes_engine", "The program", {"version": __version__})
        ready = GaugeMetricFamily("routes_ready", "1 = catalogue, model and database are loaded")
        ready.add_metric([], float(service is not None))
        yield ready
        if service is not None:
            yield from _served(service)
            yield from _pool(service)


def _served(service: Any) -> Iterator[Metric]:
    catalogue, model = service.engine.catalogue, service.model
    yield InfoMetricFamily(
        "routes_catalogue", "The catalogue in use", {"version": catalogue.version}
    )
    yield InfoMetricFamily(
        "routes_model",
        "The matching model in use",
        {"version": model.version, "digest": model.digest or ""},
    )
    refused = GaugeMetricFamily("routes_model_refused", "1 = a newer model could not be loaded")
    refused.add_metric([], float(model.refused is not None))
    yield refused
    for name, about, values in (
        ("activities", "Activities of the catalogue", catalogue.activities),
        ("offerings", "Offerings of the catalogue", catalogue.offerings),
    ):
        size = GaugeMetricFamily(f"routes_catalogue_{name}", about)
        size.add_metric([], float(len(values)))
        yield size


def _pool(service: Any) -> Iterator[Metric]:
    """What the pool of solver processes tells of itself."""
    stats = getattr(getattr(service, "solving", None), "stats", None)
    if stats is None:
        return
    told = stats()
    for name, about, value in (
        ("queue_length", "Calls that wait for a worker", told.waiting),
        ("queue_size", "Calls that may wait", told.queue_size),
        ("workers_alive", "Workers that are ready or busy", told.alive),
        ("workers_busy", "Workers that solve", told.busy),
    ):
        gauge = GaugeMetricFamily(f"routes_{name}", about)
        gauge.add_metric([], float(value))
        yield gauge
    restarts = CounterMetricFamily("routes_worker_restarts", "Workers that died and were replaced")
    restarts.add_metric([], float(told.restarts))
    yield restarts
