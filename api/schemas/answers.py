"""Answer of ``POST /routes``: models made out of ``engine.recommendation``, so they cannot drift.

The records give names and types, ``descriptions`` the words; a field without words is an error.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache, reduce
from operator import or_
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, create_model

from api.schemas.base import Answer
from api.schemas.descriptions import DESCRIPTIONS, RECORDS
from api.schemas.life_descriptions import LIFE_DESCRIPTIONS, LIFE_RECORDS
from api.schemas.side_descriptions import SIDE_DESCRIPTIONS, SIDE_RECORDS
from api.schemas.team_descriptions import TEAM_DESCRIPTIONS, TEAM_RECORDS
from engine.explanation import Explanation, WhyNot
from engine.recommendation import Recommendation
from engine.recommender.alternatives import Alternatives
from engine.recommender.compare import Comparison
from engine.recommender.route_check import RouteCheck

_WORDS = {**DESCRIPTIONS, **SIDE_DESCRIPTIONS, **LIFE_DESCRIPTIONS, **TEAM_DESCRIPTIONS}
_RECORDS = {**RECORDS, **SIDE_RECORDS, **LIFE_RECORDS, **TEAM_RECORDS}


@cache
def model_of(record: Any) -> type[BaseModel]:
    """Model with the fields of a dataclass, each with its description.

    Raises
    ------
    KeyError
        The record or one of its fields has no description.
    """
    hints = typing.get_type_hints(record)
    words = _WORDS[record.__name__]
    definitions: dict[str, Any] = {
        f.name: (_type(hints[f.name]), Field(description=words[f.name])) for f in fields(record)
    }
    made: type[BaseModel] = create_model(
        f"{record.__name__}Answer",
        __base__=Answer,
        __doc__=_RECORDS[record.__name__],
        **definitions,
    )
    return made


def _type(hint: Any) -> Any:
    """Annotation with records replaced by their models."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return reduce(or_, (_type(a) for a in arguments))
    if origin is tuple:
        return tuple[tuple(a if a is Ellipsis else _type(a) for a in arguments)]  # type: ignore[misc]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[arguments[0], _type(arguments[1])]  # type: ignore[valid-type, misc]
    if isinstance(hint, type) and is_dataclass(hint):
        return model_of(hint)
    return Any if hint is object else hint


RouteAnswer: Any = model_of(Recommendation)
"""Answer of ``POST /routes`` and ``GET /routes/{route_id}``."""

WhyNotAnswer: Any = model_of(WhyNot)
"""Answer of ``GET /routes/{route_id}/why-not/{activity_id}``."""

ExplanationAnswer: Any = model_of(Explanation)
"""Answer of ``GET /routes/{route_id}/explanation``."""

AlternativesAnswer: Any = model_of(Alternatives)
"""Answer of ``GET /routes/{route_id}/alternatives/{step_id}``."""

ComparisonAnswer: Any = model_of(Comparison)
"""Answer of ``POST /routes/compare``."""

CheckAnswer: Any = model_of(RouteCheck)
"""Answer of ``POST /routes/check``."""
