"""Keys by which a form that is sent twice does its work once."""

from __future__ import annotations

import uuid


def new_key() -> str:
    """Key of one rendering of a form."""
    return str(uuid.uuid4())


def own_key(sent: str) -> str:
    """The key that came with a form; what was never a key of ours is replaced by a new one."""
    try:
        return str(uuid.UUID(sent))
    except ValueError:
        return new_key()
