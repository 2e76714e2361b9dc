"""Profiles of indicators: those of the package, and a region's own from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from engine.errors import ConfigurationError
from engine.indicators import IndicatorProfile, load_profile, profiles


@cache
def known_profiles(folder: str | None) -> Mapping[str, IndicatorProfile]:
    """Profiles by id, read once: a changed file is seen after a restart.

    Parameters
    ----------
    folder
        Setting ``indicators_dir``; ``None`` = the bundled profiles alone.

    Raises
    ------
    ConfigurationError
        The folder is not there, or a file is faulty; every fault with its file and place.
    """
    root = None if folder is None else Path(folder)
    if root is not None and not root.is_dir():
        raise ConfigurationError(f"indicators_dir: нет папки {folder}")
    return {name: load_profile(name, root) for name in profiles(root)}
