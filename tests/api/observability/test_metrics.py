"""Prometheus metrics: what is counted, under which names, and for whom."""

from __future__ import annotations

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.observability.metrics import Metrics
from engine import __version__
from engine.settings import Settings
from engine.storage import Store
from tests.api.conftest import refused, running, whole
from tests.api.fakes import FakeEngine

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """By name and labels, as an independent reader of the format sees them."""
    return {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


def read(client: TestClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return samples(answer.text)


def counted(found: Samples, operation: str, status: int) -> float:
    labels = (("operation", operation), ("status", str(status)))
    return found.get(("routes_http_requests_total", labels), 0.0)


def test_requests_are_counted_by_operation_and_status(client: TestClient) -> None:
    """Each answer once, under the endpoint's name; an unknown path under one name for all."""
    before = read(client)
    client.post("/routes", json=whole())
    client.post("/routes", json=whole())
    client.post("/routes", json={})
    client.get("/one")
    client.get("/two")
    after = read(client)
    gained = {
        (operation, status): counted(after, operation, status) - counted(before, operation, status)
        for operation, status in (
            ("build_route", 201),
            ("build_route", 422),
            ("unmatched", 404),
            ("read_metrics", 200),
        )
    }
    assert gained == {
        ("build_route", 201): 2,
        ("build_route", 422): 1,
        ("unmatched", 404): 2,
        ("read_metrics", 200): 1,
    }
    took = ("routes_http_request_seconds_count", (("operation", "build_route"),))
    assert after[took] - before.get(took, 0) == 3


def test_solves_are_counted_by_status_with_gap_and_time() -> None:
    """A route has a gap, an infeasible request has none."""
    metrics = Metrics()
    metrics.solved("OPTIMAL", 0.0, 0.04)
    metrics.solved("WITHIN_GAP", 0.007, 0.3)
    metrics.solved("INFEASIBLE", None, 2.0)
    found = samples(metrics.text().decode())
    optimal = (("status", "OPTIMAL"),)
    assert found["routes_solve_seconds_count", optimal] == 1
    assert found["routes_solve_seconds_sum", (("status", "INFEASIBLE"),)] == 2.0
    assert found["routes_solve_gap_ratio_count", ()] == 2
    assert found["routes_solve_gap_ratio_bucket", (("le", "0.005"),)] == 1
    assert found["routes_solve_gap_ratio_bucket", (("le", "0.01"),)] == 2


def test_a_built_route_is_counted_as_a_solve(client: TestClient) -> None:
    """``POST /routes`` adds one solve under the status of its answer."""
    name = ("routes_solve_seconds_count", (("status", "OPTIMAL"),))
    before = read(client).get(name, 0.0)
    assert client.post("/routes", json=whole()).json()["status"] == "OPTIMAL"
    assert read(client)[name] - before == 1


def test_failures_of_the_database_are_counted_by_reason() -> None:
    """One counter with three reasons."""
    metrics = Metrics()
    metrics.database_failed("full")
    found = samples(metrics.text().decode())
    assert found["routes_database_errors_total", (("reason", "full"),)] == 1


def test_what_serves_is_told(client: TestClient, engine: FakeEngine) -> None:
    """Versions of program, catalogue and model, and the size of the catalogue."""
    found = read(client)
    assert found["routes_engine_info", (("version", __version__),)] == 1
    assert found["routes_catalogue_info", (("version", engine.catalogue.version),)] == 1
    assert found["routes_catalogue_activities", ()] == 4
    assert found["routes_ready", ()] == 1
    assert found["routes_model_refused", ()] == 0
    assert [name for name, _ in found if name == "routes_model_info"]
    assert found["process_resident_memory_bytes", ()] > 0


def test_metrics_can_be_switched_off(tmp_path, store: Store) -> None:  # type: ignore[no-untyped-def]
    """By the setting ``metrics_enabled``: then there is no such address."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'routes.db'}", metrics_enabled=False)
    with running(settings, FakeEngine(), store=store) as caller:
        refused(caller.get("/metrics"), 404, "not_found")


def test_applications_do_not_mix() -> None:
    """Two applications of one process count for themselves."""
    one, other = Metrics(), Metrics()
    one.answered("live", 200, 0.001)
    assert "routes_http_requests_total{" in one.text().decode()
    assert "routes_http_requests_total{" not in other.text().decode()


def test_metrics_need_a_key(client: TestClient) -> None:
    """They are no probe: without a credential 401."""
    anonymous = TestClient(client.app)
    refused(anonymous.get("/metrics"), 401, "unauthorized")
