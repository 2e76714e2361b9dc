"""Alembic's entry: migrations run on the connection that ``Store.upgrade`` hands over.

There is no offline mode and no ini file: the transaction is the caller's.
"""

from __future__ import annotations

from alembic import context

from engine.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot alter most of a table in place.
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
