"""What the first caller of a process would otherwise wait for."""

from __future__ import annotations

from fastapi import FastAPI

from api.workbench.rendering import environment

BEGINNING = "educators/"
"""Folder of the templates of the first page."""


def warm_pages(app: FastAPI) -> None:
    """Let the framework prepare every address, and compile the templates that people begin with.

    Both are done on first use otherwise: some 0.4 s of the first page of a process. A template
    of another page takes up to 0.04 s when that is first seen, half a second all together: time
    that a restart should not take.

    Parameters
    ----------
    app
        With all of its routers; templates are those of the language of its settings.
    """
    nowhere = {"type": "http", "method": "GET", "path": "/\x00", "headers": []}
    for route in app.routes:
        route.matches(nowhere)
    templates = environment(app.state.page_language)
    for name in templates.list_templates(extensions=["j2"]):
        if "/" not in name or name.startswith(BEGINNING):
            templates.get_template(name)
