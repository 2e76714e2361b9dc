"""What lives as long as the process: engine, store, people; built once, then only read."""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from api.errors import ActivityNotFound, RouteNotRepeatable, RouteOutdated
from api.models import PRIOR, ServedModel, matching_model, starting_engine
from api.people import People
from api.translate import Context, Translated
from engine.catalogue import Catalogue
from engine.diagnostics.item_bank import ItemBank
from engine.domain import DeficitVector, Ranking
from engine.errors import ConfigurationError, InputError
from engine.explanation import Explanation, WhyNot
from engine.framework import Framework, load_framework
from engine.interchange import DataPackage, nodes_of, read_package
from engine.interchange.faults import FaultLog
from engine.interchange.manifest import Manifest, read_manifest
from engine.item_bank_store import load_calibration
from engine.model_registry import Loaded, Registry
from engine.planning.problem_json import replay_options, write_problem_file
from engine.planning.solution import RouteSolution
from engine.planning.warm import warm
from engine.policy import list_policies, load_policy
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.recommender import (
    AskLimits,
    Outcome,
    OutdatedRoute,
    Recommender,
    RouteRequest,
    request_from_json,
    request_to_json,
)
from engine.recommender.given_steps import GivenStep
from engine.recommender.route_check import RouteCheck
from engine.resources import data_root
from engine.settings import Settings
from engine.storage import Store, StoredRoute, open_store

DEFAULT_POLICY = "default"
log = logging.getLogger(__name__)


class Engine(Protocol):
    """The part of ``Recommender`` that the service calls."""

    @property
    def catalogue(self) -> Catalogue:
        """Catalogue, compiled."""

    @property
    def framework(self) -> Framework:
        """Competency framework."""

    @property
    def items(self) -> ItemBank | None:
        """Calibrated items, ``None`` = none."""

    @property
    def calibration(self) -> str | None:
        """Their version for the provenance."""

    def deficits(self, request: RouteRequest) -> DeficitVector:
        """Deficits alone."""

    def rank(self, request: RouteRequest) -> tuple[DeficitVector, Ranking]:
        """Deficits and ranking."""

    def recommend(self, request: RouteRequest) -> Outcome:
        """Build the whole route."""

    def check(
        self, request: RouteRequest, steps: Sequence[GivenStep], mentor: str | None = None
    ) -> RouteCheck:
        """Judge a hand-made route."""

    def why_not(
        self,
        request: RouteRequest,
        activity_id: str,
        *,
        known: RouteSolution | None = None,
        digest: str | None = None,
        only: Collection[str] = (),
        limits: AskLimits | None = None,
    ) -> WhyNot:
        """Why an activity is not in a route."""

    def explain(
        self,
        request: RouteRequest,
        *,
        known: RouteSolution | None = None,
        digest: str | None = None,
        limits: AskLimits | None = None,
    ) -> Explanation:
        """Reasons of a route, and what would help."""


def utc_now() -> dt.datetime:
    """Now; the only place of the service that reads the clock."""
    return dt.datetime.now(dt.UTC)


def random_id() -> str:
    """Id that nobody can guess or meet twice."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Service:
    """Everything that handlers call.

    Parameters
    ----------
    engine
        Thread-safe.
    package
        Data package whose people are known by id.
    clock, new_id
        Sources of instants and ids; tests put their own.
    model
        Which matching model the engine ranks with.
    """

    settings: Settings
    engine: Engine
    store: Store
    package: DataPackage
    clock: Callable[[], dt.datetime] = utc_now
    new_id: Callable[[], str] = random_id
    model: ServedModel = PRIOR

    @cached_property
    def people(self) -> People:
        """Educators known by id."""
        return People(self.store, self.package)

    @cached_property
    def policies(self) -> Sequence[str]:
        """Names of the policy profiles."""
        return list_policies()

    @cached_property
    def context(self) -> Context:
        """What translating a body needs."""
        return Context(
            settings=self.settings,
            people=self.people,
            policies=self.policies,
            policy=policy_of(self.settings, self.package),
            clock=self.clock,
            new_id=self.new_id,
        )

    @cached_property
    def demo(self) -> DataPackage:
        """The bundled demo; never the people of another package."""
        return self.package if self.settings.data_package is None else load_package(Settings())

    def build_route(self, asked: Translated) -> StoredRoute:
        """Build a route and keep it, with the name of its educator if one was given.

        Raises
        ------
        InputError
            With pointers into the body.
        """
        with asked.pointers.translating():
            outcome = self.engine.recommend(asked.request)
        route = self._stored(outcome, asked)
        with self.store.writing() as kept:
            kept.routes.add(route)
            if asked.display_name is not None:
                kept.labels.put(route.educator_id, asked.display_name)
        return route

    def route(self, route_id: str) -> StoredRoute | None:
        """Kept route, ``None`` if there is none."""
        with self.store.reading() as kept:
            return kept.routes.get(route_id)

    def why_not(self, route: StoredRoute, activity_id: str, only: Collection[str]) -> WhyNot:
        """Why an activity is not in a kept route, from the request that is kept with it.

        Raises
        ------
        ActivityNotFound, RouteNotRepeatable, RouteOutdated
            Nothing can be said of it.
        """
        if activity_id not in self.engine.catalogue.activity_index:
            raise ActivityNotFound(activity_id)
        request, known = _asked(route)
        try:
            return self.engine.why_not(
                request, activity_id, known=known, digest=route.problem_digest, only=only
            )
        except OutdatedRoute as error:
            raise RouteOutdated(route.id) from error

    def explain(self, route: StoredRoute) -> Explanation:
        """Reasons of a kept route, and what would help.

        Raises
        ------
        RouteNotRepeatable, RouteOutdated
            Nothing can be said of it.
        """
        request, known = _asked(route)
        try:
            return self.engine.explain(request, known=known, digest=route.problem_digest)
        except OutdatedRoute as error:
            raise RouteOutdated(route.id) from error

    def _stored(self, outcome: Outcome, asked: Translated) -> StoredRoute:
        answer = replace(outcome.recommendation, id=self.new_id())
        replay = replay_options(outcome.options, outcome.solution)
        return StoredRoute(
            id=answer.id,
            created_at=self.clock(),
            educator_id=answer.educator.id,
            as_of=answer.as_of,
            status=answer.status,
            policy=asked.policy,
            problem_digest=answer.provenance.problem_digest,
            answer=json.dumps(to_dict(answer), ensure_ascii=False, allow_nan=False),
            problem=write_problem_file(outcome.problem, replay),
            request=request_to_json(asked.request),
            solution=json.dumps(to_dict(outcome.solution)),
        )


def _asked(route: StoredRoute) -> tuple[RouteRequest, RouteSolution]:
    """What a kept route was asked with, and what the solve said."""
    if route.request is None or route.solution is None:
        raise RouteNotRepeatable(route.id)
    known = record_from_dict(RouteSolution, json.loads(route.solution))
    return request_from_json(route.request), known


def build_service(
    settings: Settings,
    *,
    engine: Engine | None = None,
    store: Store | None = None,
    package: DataPackage | None = None,
    clock: Callable[[], dt.datetime] = utc_now,
    new_id: Callable[[], str] = random_id,
    model: ServedModel = PRIOR,
) -> Service:
    """Load what is heavy: package, engine, database, and the compiled loops of the solver.

    The first request after an installation would else wait seconds for them.

    Parameters
    ----------
    model
        That of a ready ``engine``; of one that is built here it is the one in service.

    Raises
    ------
    ConfigurationError
        The package, the calibration, the models, the policy or the database cannot be used.
    """
    package = package or load_package(settings)
    load_policy(policy_of(settings, package))
    if engine is None:
        engine, model = _started(settings, package)
    store = store or open_store(settings.database_url)
    store.upgrade()
    warm()
    log.info("loaded %d activities, %d educators", len(package.activities), len(package.educators))
    return Service(settings, engine, store, package, clock, new_id, model)


def _started(settings: Settings, package: DataPackage) -> tuple[Engine, ServedModel]:
    items = calibrated_items(settings, package)

    def build(loaded: Loaded | None) -> Engine:
        return build_engine(settings, package, items, loaded)

    return starting_engine(registry_of(settings, package), build)


def build_engine(
    settings: Settings, package: DataPackage, items: ItemBank | None, loaded: Loaded | None
) -> Engine:
    """Recommender of the package with a model of the registry; ``None`` = the package's weights.

    Raises
    ------
    ArtefactError, ConfigurationError
        The model is no matching model, or was fitted on other factors.
    """
    return Recommender.from_package(
        package,
        policy=policy_of(settings, package),
        items=items,
        model=None if loaded is None else matching_model(loaded),
        model_digest=None if loaded is None else loaded.entry.digest,
    )


def registry_of(settings: Settings, package: DataPackage) -> Registry | None:
    """Registry of the settings, for models of the package's framework; ``None`` = none."""
    if settings.models_dir is None:
        return None
    # whatever framework a model names, it must be the one that is in use here
    return Registry(Path(settings.models_dir), lambda _: load_framework(package.framework))


def load_package(settings: Settings) -> DataPackage:
    """Data package of the settings, the bundled demo by default.

    It is read against the framework that it names, as ``Recommender.from_package`` uses it.

    Raises
    ------
    ConfigurationError
        The package has faults; each is named.
    """
    folder = Path(settings.data_package or str(data_root() / "demo"))
    # What is wrong with the manifest is told by read_package, with everything else.
    manifest = read_manifest(folder, FaultLog()) if folder.is_dir() else Manifest()
    framework = load_framework(manifest.framework)
    try:
        return read_package(folder, known_nodes=nodes_of(framework)).accepted()
    except InputError as error:
        raise ConfigurationError(f"пакет данных {folder} не принят: {error}") from error


def calibrated_items(settings: Settings, package: DataPackage) -> ItemBank | None:
    """Calibrated items of the settings, for the framework of the package; ``None`` = none.

    Raises
    ------
    ConfigurationError
        The calibration was refused; the reason is named.
    """
    if settings.calibration_dir is None:
        return None
    folder = Path(settings.calibration_dir)
    framework = load_framework(package.framework)
    try:
        return load_calibration(folder, expected_framework=framework).bank
    except InputError as error:
        raise ConfigurationError(f"калибровка {folder} не принята: {error}") from error


def policy_of(settings: Settings, package: DataPackage) -> str:
    """Profile for bodies that name none: the settings', the package's, the default one."""
    return settings.policy or package.policy or DEFAULT_POLICY
