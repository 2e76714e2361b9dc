"""What lives as long as the process: engine, store, people; built once, then only read."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fastapi.concurrency import run_in_threadpool

from api.errors import ActivityNotFound, RouteNotRepeatable, RouteOutdated
from api.indicator_profiles import known_profiles
from api.models import PRIOR, ServedModel, matching_model, starting_engine
from api.observability.metrics import note_solve
from api.people import People
from api.review_lists import ReviewLists
from api.solving.calls import BuildCall, Built, CheckCall, EngineCall, ExplainCall, WhyNotCall
from api.solving.engine import Engine
from api.solving.solving import InlinePool, Solving
from api.solving.spec import CatalogueRecords, EngineKey, EngineSpec
from api.tenant_catalogue import Catalogues
from api.translate import Context, Translated
from engine.diagnostics.item_bank import ItemBank
from engine.errors import ConfigurationError, InputError
from engine.framework import load_framework
from engine.indicators import IndicatorProfile
from engine.interchange import DataPackage, nodes_of, read_package
from engine.interchange.faults import FaultLog
from engine.interchange.manifest import Manifest, read_manifest
from engine.item_bank_store import load_calibration
from engine.model_registry import Loaded, Registry
from engine.policy import list_policies, load_policy
from engine.recommender import AskLimits, OutdatedRoute, Recommender, RouteRequest
from engine.recommender.given_steps import GivenStep
from engine.recommender.prices import PRICES_DEADLINE_MS
from engine.resources import data_root
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store, StoredRoute, open_store

DEFAULT_POLICY = "default"
if TYPE_CHECKING:
    from api.region import RegionRecords

T = TypeVar("T")
log = logging.getLogger(__name__)


def utc_now() -> dt.datetime:
    """Now; the only place of the service that reads the clock."""
    return dt.datetime.now(dt.UTC)


def random_id() -> str:
    """Id that nobody can guess or meet twice."""
    return uuid.uuid4().hex


def _nobody_told(tenant: str) -> None:
    """Nobody waits for new catalogues."""


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
    solvers
        Where calls that solve go; ``None`` = threads of this process.
    tenant
        Whose people and routes; ``package`` and ``engine`` are those of this tenant.
    base
        Package that all tenants start from; ``None`` = ``package`` is it.
    catalogue_changed
        Told of a tenant whose catalogue has a new version.
    """

    settings: Settings
    engine: Engine
    store: Store
    package: DataPackage
    clock: Callable[[], dt.datetime] = utc_now
    new_id: Callable[[], str] = random_id
    model: ServedModel = PRIOR
    solvers: Solving | None = None
    tenant: str = DEFAULT_TENANT
    base: DataPackage | None = None
    catalogue_changed: Callable[[str], None] = _nobody_told

    @cached_property
    def solving(self) -> Solving:
        """Where calls that solve go."""
        return self.solvers or InlinePool(self.engine)

    @cached_property
    def people(self) -> People:
        """Educators known by id."""
        return People(self.store, self.package, self.tenant)

    @cached_property
    def catalogues(self) -> Catalogues:
        """The package as each tenant has it."""
        return Catalogues(self.base or self.package)

    @cached_property
    def review_lists(self) -> ReviewLists:
        """What is most worth correcting of the tags."""
        return ReviewLists()

    @cached_property
    def region(self) -> RegionRecords:
        """The tenant's region by column."""
        from api.region import RegionRecords  # it reads the region of a service

        return RegionRecords(self)

    @property
    def indicator_profiles(self) -> Mapping[str, IndicatorProfile]:
        """Profiles of indicators by id."""
        return known_profiles(self.settings.indicators_dir)

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

    async def build_route(self, asked: Translated) -> StoredRoute:
        """Build a route and keep it, with the name of its educator if one was given.

        Raises
        ------
        InputError
            With pointers into the body.
        SolvingError
            No worker could do it; it says when to come again.
        """
        call = BuildCall(asked.request, self.new_id())
        with asked.pointers.translating():
            built = await self.solved(call, self.deadline_ms(asked.request))
        route = self.stored(built, call.route_id, asked)
        await run_in_threadpool(self._keep, route, asked.display_name)
        return route

    def _keep(self, route: StoredRoute, display_name: str | None) -> None:
        with self.store.writing(self.tenant) as kept:
            kept.routes.add(route)
            if display_name is not None:
                kept.labels.put(route.educator_id, display_name)

    async def solved(self, call: EngineCall[T], deadline_ms: int) -> T:
        """What a call to the engine gives, wherever it is done.

        Raises
        ------
        SolvingError
            No worker could do it.
        """
        answer = await asyncio.wrap_future(self.solving.submit(call, deadline_ms=deadline_ms))
        if isinstance(answer, Built):
            note_solve(answer.status, answer.gap_ppm, answer.took_ms)
        return answer

    def deadline_ms(self, request: RouteRequest) -> int:
        """Time that the solves of a request have together: its own, else its policy's."""
        if request.deadline_ms is not None:
            return request.deadline_ms
        return load_policy(request.policy or self.context.policy).solve.deadline_ms

    def route(self, tenant: str, route_id: str) -> StoredRoute | None:
        """Kept route of a tenant, ``None`` if it has none of that id."""
        with self.store.reading(tenant) as kept:
            return kept.routes.get(route_id)

    async def why_not(self, route: StoredRoute, activity_id: str, only: Collection[str]) -> str:
        """Why an activity is not in a kept route, from the request that is kept with it.

        Returns
        -------
        str
            JSON text.

        Raises
        ------
        ActivityNotFound, RouteNotRepeatable, RouteOutdated
            Nothing can be said of it.
        SolvingError
            No worker could do it.
        """
        if activity_id not in self.engine.catalogue.activity_index:
            raise ActivityNotFound(activity_id)
        call = WhyNotCall(*_asked(route), activity_id, tuple(only))
        try:
            return await self.solved(call, AskLimits().deadline_ms)
        except OutdatedRoute as error:
            raise RouteOutdated(route.id) from error

    async def explain(self, route: StoredRoute) -> str:
        """Reasons of a kept route, and what would help; JSON text.

        Raises
        ------
        RouteNotRepeatable, RouteOutdated
            Nothing can be said of it.
        SolvingError
            No worker could do it.
        """
        call = ExplainCall(*_asked(route))
        try:
            return await self.solved(call, PRICES_DEADLINE_MS)
        except OutdatedRoute as error:
            raise RouteOutdated(route.id) from error

    async def check(self, asked: Translated, steps: Sequence[GivenStep], mentor: str | None) -> str:
        """What is said of a hand-made route; JSON text.

        Raises
        ------
        InputError
            With pointers into the body.
        SolvingError
            No worker could do it.
        """
        request = replace(asked.request, variants=False)
        call = CheckCall(request, tuple(steps), mentor)
        with asked.pointers.translating():
            return await self.solved(call, self.deadline_ms(request))

    def stored(self, built: Built, route_id: str, asked: Translated) -> StoredRoute:
        """A built route as it is kept."""
        return StoredRoute(
            id=route_id,
            created_at=self.clock(),
            educator_id=built.educator_id,
            as_of=asked.request.as_of,
            status=built.status,
            policy=asked.policy,
            problem_digest=built.problem_digest,
            answer=built.answer,
            problem=built.problem,
            request=built.request,
            solution=built.solution,
            links=built.links,
        )


def _asked(route: StoredRoute) -> tuple[str, str, str]:
    """What a kept route was asked with, what the solve said, and the digest of the problem."""
    if route.request is None or route.solution is None:
        raise RouteNotRepeatable(route.id)
    return route.request, route.solution, route.problem_digest


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
    """Load what is heavy: package, engine, database; workers are brought in by ``Loading``.

    Parameters
    ----------
    model
        That of a ready ``engine``; of one that is built here it is the one in service.

    Raises
    ------
    ConfigurationError
        The package, the calibration, the models, the policy, the indicators or the database cannot
        be used.
    """
    package = package or load_package(settings)
    load_policy(policy_of(settings, package))
    # a faulty file is told at the start, not to whoever asks first
    known_profiles(settings.indicators_dir)
    if engine is None:
        engine, model = _started(settings, package)
    store = store or open_store(settings.database_url, settings.db_pool_size)
    store.upgrade()
    log.info("loaded %d activities, %d educators", len(package.activities), len(package.educators))
    return Service(settings, engine, store, package, clock, new_id, model)


def engine_spec(service: Service, revision: int = 0) -> EngineSpec:
    """Recipe of the service's engine for its workers.

    Parameters
    ----------
    revision
        See ``EngineKey``.
    """
    model = service.model
    key = EngineKey(service.tenant, service.engine.catalogue.version, model.digest, revision)
    return EngineSpec(
        key=key,
        records=CatalogueRecords.of(service.package),
        policy=policy_of(service.settings, service.package),
        items=service.engine.items,
        models_dir=service.settings.models_dir,
        model_version=None if model.digest is None else model.version,
    )


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
