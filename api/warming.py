"""What the first caller of a process would otherwise wait for."""

from __future__ import annotations

from fastapi import FastAPI

from api.workbench.rendering import environment


def warm_pages(app: FastAPI) -> None:
    """Let the framework prepare every address, and compile every template of the pages.

    Both are done on first use otherwise: some 0.4 s of the first page of a process.

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
        templates.get_template(name)
