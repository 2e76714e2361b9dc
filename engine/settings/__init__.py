"""One configuration of the service: defaults, then a TOML file, then the environment.

Every setting has a default that works on one machine without any file. The environment wins over
the file: ``ROUTES_PORT=9000`` sets ``port``. A key that is not known is refused in either place,
so that a slip of the pen never goes unnoticed. ``routes config template`` prints the one commented
file with every default.
"""

from engine.settings.described import Described, config_template, described, hidden
from engine.settings.fields import (
    DEADLINE_LEAST_MS,
    DEADLINE_MOST_MS,
    LANGUAGES,
    Settings,
)
from engine.settings.sources import (
    CONFIG_VARIABLE,
    ENVIRONMENT_PREFIX,
    LoadedSettings,
    Source,
    load_settings,
    read_settings,
)

__all__ = [
    "CONFIG_VARIABLE",
    "DEADLINE_LEAST_MS",
    "DEADLINE_MOST_MS",
    "ENVIRONMENT_PREFIX",
    "LANGUAGES",
    "Described",
    "LoadedSettings",
    "Settings",
    "Source",
    "config_template",
    "described",
    "hidden",
    "load_settings",
    "read_settings",
]
