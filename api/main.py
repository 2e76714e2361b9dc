"""The application: middleware, errors, routers, and what is built once at the start."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import Lifespan

from api.auth import AuthMiddleware, KeyRing
from api.bodies import BodyMiddleware
from api.errors import install_errors
from api.model_watch import watching
from api.models import PRIOR, ServedModel
from api.openapi import DESCRIPTION, TITLE, install_openapi
from api.routers import explanation, groups, operations, routes, side_by_side, stages
from api.service import Engine, Service, build_service, random_id, utc_now
from api.state import Loading
from engine import __version__
from engine.interchange import DataPackage
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
    """
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
    )
    app.state.loading = Loading()
    install_errors(app, settings)
    for router in (
        *(routes.router, routes.kept, explanation.router, side_by_side.router),
        *(stages.router, groups.router, operations.probes, operations.router),
    ):
        app.include_router(router)
    install_openapi(app)
    # The last one added runs first: nobody's body is read before the key is seen.
    app.add_middleware(BodyMiddleware, settings=settings)
    app.add_middleware(AuthMiddleware, keys=keys, clock=clock, language=settings.language)
    return app


def _lifespan(build: Callable[[], Service], settings: Settings) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loading: Loading = app.state.loading
        task = asyncio.create_task(loading.run(build))
        with watching(loading, settings):
            yield
        await task
        if loading.service is not None:
            loading.service.store.close()

    return lifespan
