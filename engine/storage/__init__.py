"""What is kept: routes, educators, diagnostics and, apart from them, people's names.

SQLAlchemy 2 over SQLite (embedded) or another database by URL; Alembic makes the tables.
"""

from engine.storage.repositories import Repositories, StoredRoute
from engine.storage.store import Store, open_store

__all__ = ["Repositories", "Store", "StoredRoute", "open_store"]
