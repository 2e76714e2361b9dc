"""The application: middleware, errors, routers, and what is built once at the start."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import Depends, FastAPI
from starlette.types import Lifespan

from api.access.deps import gate, operation_id
from api.access.install import install_access
from api.auth import KeyRing
from api.bodies import BodyMiddleware
from api.computing.flights import Computations
from api.errors import install_errors
from api.housekeeping import housekeeping
from api.jobs import Jobs
from api.model_watch import watching
from api.models import PRIOR, ServedModel
from api.observability.install import install_observability
from api.observability.router import router as metrics_router
from api.openapi import DESCRIPTION, TITLE, install_openapi
from api.routers import (
    analysis,
    assignment,
    audit,
    batch,
    catalogue,
    choices,
    documents,
    explanation,
    feedback,
    framework,
    groups,
    indicators,
    life,
    operations,
    organisations,
    people,
    registers,
    reports,
    routes,
    side_by_side,
    solves,
    stages,
    tagging,
    team,
    workbooks,
)
from api.service import Service, build_service, random_id, utc_now
from api.solving.engine import Engine
from api.solving.pool import SolverPool, cores
from api.standing import spare_what_stays
from api.state import Loading
from api.tenants import Tenants
from api.warming import warm_pages
from api.workbench.install import install_workbench
from api.workbench.refusals import PageProblems
from engine import __version__
from engine.interchange import DataPackage
from engine.planning.warm import warm
from engine.settings import Settings
from engine.storage import Store


def create_app(
    settings: Settings,
    *,
    keys: KeyRing,
    recommender: Engine | None = None,
    store: Store | None = None,
    package: DataPackage | None = None,
    clock: Callable[[], dt.datetime] = utc_now,
    new_id: Callable[[], str] = random_id,
    model: ServedModel = PRIOR,
    workers: int | None = None,
    pool: SolverPool | None = None,
) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    settings
        Configuration.
    keys
        Keys that are let in; there is no default one.
    recommender, store, package
        Ready ones; what is not given is loaded in the background when the server starts, and
        until then every call but ``/health/live`` answers 503.
    clock, new_id
        Where ``as_of`` comes from if a body has none, and where ids come from.
    model
        Which matching model a ready ``recommender`` ranks with.
    workers
        0 = what solves is done by threads of this process; ``None`` = so for a ready
        ``recommender``, else by as many processes as the settings say.
    pool
        Ready workers instead; they are stopped with the application.
    """
    if workers is None:
        workers = 0 if recommender is not None else settings.workers or cores()
    if pool is None and workers:
        pool = SolverPool(workers, settings.queue_size)
    build = partial(
        build_service,
        settings,
        engine=recommender,
        store=store,
        package=package,
        clock=clock,
        new_id=new_id,
        model=model,
    )
    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=__version__,
        lifespan=_lifespan(build, settings),
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(gate)],
        generate_unique_id_function=operation_id,
    )
    app.state.loading = Loading(pool=pool)
    app.state.tenants = Tenants(app.state.loading)
    app.state.jobs = Jobs(app.state.tenants.of)
    app.state.computations = Computations(app.state.loading)
    install_errors(app, settings)
    for router in (
        *(routes.router, routes.kept, documents.router, explanation.router, side_by_side.router),
        *(stages.router, groups.router, operations.probes, operations.router),
        *(
            team.router,
            feedback.router,
            batch.router,
            life.router,
            choices.router,
            solves.router,
            catalogue.router,
            people.router,
            organisations.router,
            tagging.router,
            registers.router,
            indicators.router,
            analysis.router,
            framework.router,
            reports.router,
            workbooks.router,
        ),
        assignment.router,
        audit.router,
        metrics_router,
    ):
        app.include_router(router)
    install_openapi(app)
    install_workbench(app, settings)
    # The last one added runs first: nobody's body is read before the key is seen.
    app.add_middleware(BodyMiddleware, settings=settings)
    app.add_middleware(PageProblems)
    install_access(app, settings, keys, clock)
    install_observability(app, settings)
    return app


def _lifespan(build: Callable[[], Service], settings: Settings) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loading: Loading = app.state.loading
        task = asyncio.create_task(loading.run(partial(_warmed, build, app)))
        tenants: Tenants = app.state.tenants
        jobs: Jobs = app.state.jobs
        with (
            watching(loading, settings),
            tenants.watching(settings.models_poll_s),
            jobs.watching(tenants.names),
            housekeeping(tenants.of, tenants.names),
        ):
            yield
        app.state.computations.close()
        await task
        if loading.pool is not None:
            await asyncio.to_thread(loading.pool.drain, settings.stop_timeout_s)
        if loading.service is not None:
            loading.service.store.close()

    return lifespan


def _warmed(build: Callable[[], Service], app: FastAPI) -> Service:
    """Build; what the first callers would else wait for is made before anybody is let in.

    Where this process solves, the compiled loops: after an installation they take seconds. Where
    it serves with workers, the pages.
    """
    loading: Loading = app.state.loading
    if loading.pool is None:
        warm()
        return build()
    warm_pages(app)
    service = build()
    spare_what_stays()
    return service
