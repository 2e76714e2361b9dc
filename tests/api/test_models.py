"""Which matching model serves: at the start, after a promotion, after a rollback, when refused."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.model_watch import follow
from api.models import PRIOR
from api.service import Service, build_service
from api.state import Loading
from engine.errors import ArtefactError, ConfigurationError
from engine.interchange import DataPackage
from engine.settings import Settings
from tests.api.conftest import refused, running
from tests.engine.model_registry.registered import AT, add, model, promoted, registered
from tests.engine.recommender.mini import (
    ACTIVITIES,
    AS_OF,
    MENTORS,
    OFFERINGS,
    SCHOOL,
    WEAK,
    educator,
)

PACKAGE = DataPackage(
    as_of=AS_OF,
    time_zone="Europe/Moscow",
    activities=ACTIVITIES,
    offerings=OFFERINGS,
    organisations=(SCHOOL,),
    educators=(educator("E1"),),
    mentors=MENTORS,
    diagnostics={"E1": WEAK},
)
BODY = {
    "educator": {"id": "E1"},
    "as_of": AS_OF.isoformat(),
    "options": {"gap_rel": 0.2, "deadline_ms": 20_000},
}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def following(settings: Settings, models: Path) -> Settings:
    """Follows the registry, but for its thread: tests look when they want to."""
    return replace(settings, models_dir=str(models), models_poll_s=3_600)


@pytest.fixture
def caller(following: Settings, models: Path) -> Iterator[TestClient]:
    """A running service with the model m-1; m-2 and m-3 are registered."""
    promoted(registered(models, "m-1", "m-2", "m-3"), "m-1")
    with running(following, None, package=PACKAGE) as made:
        yield made


def loading_of(caller: TestClient) -> Loading:
    loading: Loading = caller.app.state.loading  # type: ignore[attr-defined]
    return loading


def now(caller: TestClient) -> dict[str, Any]:
    said: dict[str, Any] = caller.get("/version").json()["model"]
    return said


def started(settings: Settings) -> Service:
    service = build_service(settings, package=PACKAGE)
    service.store.close()
    return service


# ---------------------------------------------------------------------------------- the start


def test_without_a_registry_the_weights_of_the_package_serve(settings: Settings) -> None:
    """No folder, an empty folder, and a registry in which nothing was promoted."""
    empty = replace(settings, models_dir=str(Path(settings.database_url[10:]).parent / "none"))
    for each in (settings, empty):
        service = started(each)
        assert service.model == PRIOR
        assert service.model.digest is None


def test_registered_only_does_not_serve(following: Settings, models: Path) -> None:
    """A model serves when it was promoted, not before."""
    registered(models, "m-1")
    assert started(following).model == PRIOR


def test_the_answer_names_the_model_and_its_digest(caller: TestClient, models: Path) -> None:
    """The provenance of a route, the ranking and /version name what ranked."""
    digest = registered(models).entry("m-1").digest
    assert now(caller) == {"version": "m-1", "digest": digest, "refused": None}
    route = caller.post("/routes", json=BODY).json()
    assert (route["provenance"]["model"], route["provenance"]["model_digest"]) == ("m-1", digest)
    assert caller.post("/recommendations", json=BODY).json()["model"] == "m-1"


def test_a_refused_model_gives_way_to_the_one_before(
    following: Settings, models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At the start m-2 is damaged: m-1 serves, /version and the log say what is wrong."""
    promoted(registered(models, "m-1", "m-2"), "m-1", "m-2")
    (models / "m-2" / "card.md").write_text("другое")
    service = started(following)
    assert service.model.version == "m-1"
    assert service.model.refused is not None
    assert service.model.refused.version == "m-2"
    assert "m-2/card.md" in service.model.refused.detail
    assert "m-2" in caplog.text


def test_a_refused_only_model_gives_way_to_the_weights_of_the_package(
    following: Settings, models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """There never was another: the service starts on the package's weights and says so."""
    promoted(registered(models, "m-1"), "m-1")
    (models / "m-1" / "model.joblib").write_bytes(b"")
    service = started(following)
    assert (service.model.version, service.model.digest) == (PRIOR.version, None)
    assert service.model.refused is not None
    assert "weights that come with the package" in caplog.text


def test_where_all_of_several_are_refused_nothing_serves(following: Settings, models: Path) -> None:
    """Silently going back behind all models would be no «old one»: the start fails with words."""
    promoted(registered(models, "m-1", "m-2"), "m-1", "m-2")
    for version in ("m-1", "m-2"):
        (models / version / "manifest.json").unlink()
    with pytest.raises(ConfigurationError, match="ни одна модель"):
        started(following)
    (models / "registry.json").write_text("{")
    with pytest.raises(ConfigurationError, match="реестр"):
        started(following)


# ------------------------------------------------------------------------------ while it runs


def test_a_promotion_and_a_rollback_reach_a_running_service(
    caller: TestClient, following: Settings, models: Path
) -> None:
    """m-2 serves after its promotion, m-1 after the rollback, then the package's weights."""
    made = promoted(registered(models), "m-2")
    assert now(caller)["version"] == "m-1"
    follow(loading_of(caller), following)
    assert now(caller)["version"] == "m-2"
    assert caller.post("/recommendations", json=BODY).json()["model"] == "m-2"
    for version in ("m-1", PRIOR.version):
        made.rollback(at=AT, by="x")
        follow(loading_of(caller), following)
        assert now(caller)["version"] == version
        assert caller.post("/recommendations", json=BODY).json()["model"] == version


def test_a_look_without_a_change_changes_nothing(caller: TestClient, following: Settings) -> None:
    """The engine is not built anew every few seconds."""
    before = loading_of(caller).service
    follow(loading_of(caller), following)
    assert loading_of(caller).service is before


def _damage(models: Path) -> str:
    (models / "m-2" / "model.joblib").write_bytes(b"x")
    return "контрольная сумма"


def _break_registry(models: Path) -> str:
    (models / "registry.json").write_text("{")
    return "JSON"


@pytest.mark.parametrize("spoil", [_damage, _break_registry])
def test_a_running_service_keeps_its_model_when_the_next_is_refused(
    caller: TestClient,
    following: Settings,
    models: Path,
    spoil: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """m-1 goes on, /version and the log name the fault once, and a repair is taken up."""
    promoted(registered(models), "m-2")
    kept = {path: path.read_bytes() for path in models.rglob("*") if path.is_file()}
    said = spoil(models)
    for _ in range(3):
        follow(loading_of(caller), following)
    model = now(caller)
    assert model["version"] == "m-1"
    assert said in model["refused"]["detail"]
    assert caplog.text.count("was refused") == 1
    assert caller.get("/health/ready").status_code == 200
    assert caller.post("/recommendations", json=BODY).json()["model"] == "m-1"
    for path, content in kept.items():
        path.write_bytes(content)
    follow(loading_of(caller), following)
    assert (now(caller)["version"], now(caller)["refused"]) == ("m-2", None)


def test_what_is_no_matching_model_is_refused(
    caller: TestClient, following: Settings, models: Path
) -> None:
    """A file with another object, or a model over other factors, never ranks anybody."""
    made = registered(models)
    strange = model("m-8").relevance
    add(made, "m-8", content=strange)
    promoted(made, "m-8")
    follow(loading_of(caller), following)
    said = now(caller)
    assert (said["version"], said["refused"]["version"]) == ("m-1", "m-8")
    narrow = type(strange)(prior_weights=(0.5,)).fit([[0.0], [1.0]], [0, 1])
    add(made, "m-9", content=replace(model("m-9"), relevance=narrow))
    with pytest.raises(ArtefactError, match="другой версией программы"):
        promoted(made, "m-9")


@pytest.mark.slow
def test_no_request_is_lost_while_models_change(
    caller: TestClient, following: Settings, models: Path
) -> None:
    """Eight threads ask all the while models go in and out: every answer is whole, from one."""
    made = registered(models)
    end = threading.Event()
    answers: list[tuple[int, str, str]] = []

    def ask() -> None:
        while not end.is_set():
            response = caller.post("/routes", json=BODY)
            body = response.json()
            provenance = body.get("provenance", {})
            answers.append(
                (response.status_code, provenance.get("model"), provenance.get("model_digest"))
            )

    with ThreadPoolExecutor(8) as pool:
        running_ = [pool.submit(ask) for _ in range(8)]
        try:
            for _ in range(2):
                for change in (lambda: promoted(made, "m-2"), lambda: made.rollback(at=AT, by="x")):
                    before = len(answers)
                    change()
                    follow(loading_of(caller), following)
                    while len(answers) < before + 16:
                        time.sleep(0.01)
        finally:
            end.set()
        for each in running_:
            each.result()
    digests = {version: made.entry(version).digest for version in ("m-1", "m-2")}
    assert {status for status, *_ in answers} == {201}
    assert {(version, digest) for _, version, digest in answers} == set(digests.items())


def test_the_thread_follows_by_itself(settings: Settings, models: Path) -> None:
    """With a poll of a second a promotion is served soon, and the thread ends with the service."""
    promoted(registered(models, "m-1", "m-2"), "m-1")
    quick = replace(settings, models_dir=str(models), models_poll_s=1)
    with running(quick, None, package=PACKAGE) as caller:
        assert now(caller)["version"] == "m-1"
        promoted(registered(models), "m-2")
        deadline = time.monotonic() + 60
        while now(caller)["version"] != "m-2":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert any(t.name == "model-watch" for t in threading.enumerate())
    assert not any(t.name == "model-watch" for t in threading.enumerate())


def test_a_kept_route_of_the_old_model_is_outdated_only_if_it_changes_something(
    caller: TestClient, following: Settings, models: Path
) -> None:
    """m-2 has the same weights, so the kept route can still be asked about; its answer stands."""
    route = caller.post("/routes", json=BODY).json()
    promoted(registered(models), "m-2")
    follow(loading_of(caller), following)
    assert caller.get(f"/routes/{route['id']}").json() == route
    assert caller.get(f"/routes/{route['id']}/explanation").status_code == 200
    made = registered(models)
    add(made, "m-4", content=replace(model("m-4"), relevance=_heavier()))
    promoted(made, "m-4")
    follow(loading_of(caller), following)
    assert now(caller)["version"] == "m-4"
    refused(caller.get(f"/routes/{route['id']}/explanation"), 409, "route_outdated")


def _heavier() -> Any:
    """The package's weights with another intercept: every relevance differs."""
    relevance = model("m-4").relevance
    relevance.intercept_ = relevance.intercept_ - 1.0
    return relevance


def test_the_card_of_a_model_is_told_to_people_and_to_programs(
    caller: TestClient, models: Path
) -> None:
    """As it was registered: words by Accept or by the address, content as JSON otherwise."""
    words = (models / "m-2" / "card.md").read_text(encoding="utf-8")
    content = json.loads((models / "m-2" / "card.json").read_text(encoding="utf-8"))
    told = caller.get("/models/m-2/card").json()
    assert (told["version"], told["card"]) == ("m-2", content)
    assert len(told["digest"]) == 64
    for answer in (
        caller.get("/models/m-2/card?format=markdown"),
        caller.get("/models/m-2/card", headers={"Accept": "text/markdown, */*;q=0.1"}),
    ):
        assert answer.headers["content-type"].startswith("text/markdown")
        assert answer.text == words
    asked = {"Accept": "text/markdown"}
    assert caller.get("/models/m-2/card?format=json", headers=asked).json() == told
    refused(caller.get("/models/m-9/card"), 404, "model_not_found")


def test_a_card_that_was_changed_is_refused(caller: TestClient, models: Path) -> None:
    """A card is read only if it is the one that was registered."""
    path = models / "m-3" / "card.md"
    path.write_text(path.read_text(encoding="utf-8") + "и ещё лучше", encoding="utf-8")
    refused(caller.get("/models/m-3/card"), 422, "artefact_refused")
