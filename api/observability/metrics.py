"""Prometheus metrics of one application; names begin with ``routes_``, units end them."""

from __future__ import annotations

from contextvars import ContextVar

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.registry import Collector

MEDIA_TYPE = CONTENT_TYPE_LATEST

_LATENCY_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SOLVE_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 20, 30)
_GAP = (0.0, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """Counters and histograms of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._requests = Counter(
            "routes_http_requests",
            "Requests answered, by operation and HTTP status",
            ("operation", "status"),
            registry=self.registry,
        )
        self._latency = Histogram(
            "routes_http_request_seconds",
            "Time from the first byte of a request's head to the last byte of its answer",
            ("operation",),
            buckets=_LATENCY_S,
            registry=self.registry,
        )
        self._solves = Histogram(
            "routes_solve_seconds",
            "Time of building a route, waiting not counted, by solver status",
            ("status",),
            buckets=_SOLVE_S,
            registry=self.registry,
        )
        self._gap = Histogram(
            "routes_solve_gap_ratio",
            "Gap that the certificate of a built route states, as a share",
            buckets=_GAP,
            registry=self.registry,
        )
        self._database = Counter(
            "routes_database_errors",
            "Times the database could not be used, by reason",
            ("reason",),
            registry=self.registry,
        )

    def add(self, collector: Collector) -> None:
        """Ask ``collector`` too whenever metrics are read."""
        self.registry.register(collector)

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count one answer; ``operation`` is the name of an endpoint, never a path."""
        self._requests.labels(operation, str(status)).inc()
        self._latency.labels(operation).observe(seconds)

    def solved(self, status: str, gap_rel: float | None, seconds: float) -> None:
        """Count one solve; ``gap_rel`` ``None`` = there is no route."""
        self._solves.labels(status).observe(seconds)
        if gap_rel is not None:
            self._gap.observe(gap_rel)

    def database_failed(self, reason: str) -> None:
        """Count one failure: ``unreachable``, ``busy`` or ``full``."""
        self._database.labels(reason).inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


_current: ContextVar[Metrics | None] = ContextVar("metrics", default=None)


def enter_metrics(metrics: Metrics) -> None:
    """Make ``metrics`` those of whatever runs in this context."""
    _current.set(metrics)


def note_solve(status: str, gap_ppm: int | None, took_ms: int) -> None:
    """Count a solve for the application that answers the present request, if there is one.

    Parameters
    ----------
    gap_ppm
        Gap in millionths; ``None`` = there is no route.
    """
    metrics = _current.get()
    if metrics is not None:
        gap_rel = None if gap_ppm is None else gap_ppm / 1_000_000
        metrics.solved(status, gap_rel, took_ms / 1000)


def note_database_failure(reason: str) -> None:
    """Count a failure of the database for the application of the present request, if any."""
    metrics = _current.get()
    if metrics is not None:
        metrics.database_failed(reason)
