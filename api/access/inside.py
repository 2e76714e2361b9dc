"""Calls from inside of the process: pages that ask the contract for somebody they know."""

from __future__ import annotations

INSIDE = "learning_routes.principal"
"""Key of an ASGI scope under which such a call brings its principal.

A server builds the scope of every request itself, and nothing that a client sends becomes a key
of it; so only code of this process can put something here.
"""
