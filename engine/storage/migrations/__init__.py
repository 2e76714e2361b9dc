"""Alembic environment; run through ``Store.upgrade``."""
