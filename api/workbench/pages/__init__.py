"""Families of pages, each a router below ``/workbench``."""

from api.workbench.pages import entry

ROUTERS = (entry.router,)
"""In the order in which addresses are tried."""
