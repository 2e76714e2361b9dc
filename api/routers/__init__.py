"""Endpoints; each translates, calls the engine once, and returns."""
