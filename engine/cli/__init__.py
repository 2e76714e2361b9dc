"""The command ``routes``."""

from __future__ import annotations

from engine.cli.app import main

__all__ = ["main"]
