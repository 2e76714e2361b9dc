"""Families of pages, each a router below ``/workbench``, and the root that leads there."""

from api.workbench.pages import (
    analysis,
    building,
    catalogue,
    check,
    educators,
    entry,
    groups,
    imports,
    indicators,
    listing,
    models,
    new_person,
    route_moves,
    route_page,
    tagging,
)

ROUTERS = (
    entry.root,
    entry.router,
    educators.router,
    building.router,
    new_person.router,
    imports.router,
    groups.router,
    indicators.router,
    analysis.router,
    listing.router,
    check.router,
    catalogue.router,
    tagging.router,
    route_moves.router,
    route_page.router,
    models.router,
)
"""In the order in which addresses are tried."""
