"""What makes a broken row worth its place."""

VIOLATION = 1e-3
"""Least violation of a row by its scale that is worth a row."""
