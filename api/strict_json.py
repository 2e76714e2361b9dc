"""Reading a JSON body without the leniency of the standard reader.

Numbers that are not finite pass here on purpose: the schemas refuse them with a pointer to the
field, which a syntax error could not name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

DEPTH_MOST = 32


class BodyRefused(ValueError):
    """The body cannot be read; ``code`` is one of ``messages.PROBLEMS``."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


def check_json(body: bytes) -> None:
    """Refuse a body that is no JSON, is nested too deeply or repeats a key.

    Raises
    ------
    BodyRefused
        ``invalid_json``, ``json_too_deep`` or ``duplicate_key``.
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        line, column = _place(body[: error.start])
        raise BodyRefused("invalid_json", line=line, column=column) from error
    except json.JSONDecodeError as error:
        raise BodyRefused("invalid_json", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise BodyRefused("json_too_deep", most=DEPTH_MOST) from error
    except BodyRefused:
        raise
    except ValueError as error:  # an integer of thousands of digits
        raise BodyRefused("invalid_json", line=1, column=1) from error
    if _deeper_than(value, DEPTH_MOST):
        raise BodyRefused("json_too_deep", most=DEPTH_MOST)


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BodyRefused("duplicate_key", key=_repeated(pairs)[:80])
    return found


def _repeated(pairs: Sequence[tuple[str, object]]) -> str:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("no key is repeated")


def _deeper_than(value: object, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [inner for outer in layer for inner in _inside(outer)]
        if not layer:
            return False
    return True


def _inside(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _place(before: bytes) -> tuple[int, int]:
    return before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
