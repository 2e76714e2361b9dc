"""Where the bundled data lies: inside the wheel, or beside the package in a source tree."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path


def data_root() -> Traversable:
    """Root of the bundled data (``policies``, ``frameworks``, ``demo``).

    Raises
    ------
    FileNotFoundError
        If neither the wheel's nor the source tree's data is there.
    """
    packaged = resources.files("engine") / "_data"
    if packaged.is_dir():
        return packaged
    source = Path(__file__).resolve().parent.parent / "data"
    if source.is_dir():
        return source
    raise FileNotFoundError("bundled data not found; reinstall the package")
