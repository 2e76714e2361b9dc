"""From TOML files to a checked profile: read, build, check.

``files`` knows inheritance and sources, ``build`` turns tables into dataclasses by their types,
``checks`` holds the ranges. None of them knows the dataclasses of ``engine.policy``, which
stands above and gives them in.
"""

from engine.policy_loader.build import build_profile
from engine.policy_loader.files import RawProfile, profile_names, read_profile

__all__ = ["RawProfile", "build_profile", "profile_names", "read_profile"]
