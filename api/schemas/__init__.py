"""Shapes of bodies: pydantic at the door, frozen dataclasses inside."""
