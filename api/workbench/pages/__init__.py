"""Families of pages, each a router below ``/workbench``."""

from api.workbench.pages import (
    building,
    catalogue,
    check,
    educators,
    entry,
    groups,
    imports,
    listing,
    models,
    route_moves,
    route_page,
    tagging,
)

ROUTERS = (
    entry.router,
    educators.router,
    building.router,
    imports.router,
    groups.router,
    listing.router,
    check.router,
    catalogue.router,
    tagging.router,
    route_moves.router,
    route_page.router,
    models.router,
)
"""In the order in which addresses are tried."""
