"""Reading records back from JSON is the inverse of writing them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import sys
import threading
import types
import typing
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain import DiagnosticResult, Educator, ItemResponse, Reason
from engine.errors import ArtefactError
from engine.recommendation import Certificate, Recommendation, VariantEntry, to_dict
from engine.recommendation_json import _decoder, recommendation_from_dict, record_from_dict
from tests.engine.recommender.mini import ask, recommender

RECORDS = (Recommendation, VariantEntry, Educator, DiagnosticResult, ItemResponse)

_ZONE = dt.timezone(dt.timedelta(hours=10))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(-(10**6), 10**6),
    bool: st.booleans(),
    # Six digits are printed, so values of six digits come back exactly.
    float: st.integers(-(10**9), 10**9).map(lambda n: round(n / 10**6, 6)) | st.just(math.nan),
    dt.date: st.dates(),
    dt.datetime: st.datetimes(timezones=st.sampled_from([dt.UTC, _ZONE])),
    object: _JSON,
}


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Strategy of any value that an annotation admits."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = next(a for a in arguments if a is not type(None))
        # NaN in a nullable field is null as well, and null comes back as None.
        known = anything(inner).filter(lambda v: v == v)
        return st.none() | known
    if origin is tuple and arguments[-1] is Ellipsis:
        if arguments[0] is VariantEntry:
            # Whole routes once more would outgrow what an example may hold; checked by itself.
            return st.just(())
        return st.lists(anything(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*[anything(a) for a in arguments])
    if origin is frozenset:
        return st.frozensets(anything(arguments[0]), max_size=2)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(anything(arguments[0]), anything(arguments[1]), max_size=2)
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return st.builds(
            hint, **{f.name: anything(hints[f.name]) for f in dataclasses.fields(hint)}
        )
    if hint in _SCALARS:
        return _SCALARS[hint]
    return st.sampled_from(hint)


def same(left: object, right: object) -> bool:
    """Equality in which NaN equals NaN."""
    if dataclasses.is_dataclass(left) and type(left) is type(right):
        return all(
            same(getattr(left, f.name), getattr(right, f.name)) for f in dataclasses.fields(left)
        )
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(v, right[k]) for k, v in left.items())
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return left == right


@pytest.mark.parametrize("record", RECORDS)
def test_every_record_comes_back_from_json(record: type) -> None:
    """Any value of the record, written as JSON text and read again, is the same value."""

    # A whole answer is so large that many draws run out of their buffer and are thrown away.
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(anything(record))
    def check(value: object) -> None:
        text = json.dumps(to_dict(value), ensure_ascii=False, allow_nan=False)
        back = record_from_dict(record, json.loads(text))
        assert same(back, value)
        assert json.dumps(to_dict(back), ensure_ascii=False) == text

    check()


def certificate() -> dict[str, object]:
    return {"value": 1.5, "bound": 2, "gap_rel": None, "work_limit": 0.25, "cut_by_clock": False}


def test_a_certificate_is_read_by_hand() -> None:
    """An integer in JSON is a float where the field says float; null stays None."""
    read = record_from_dict(Certificate, certificate())
    assert read == Certificate(1.5, 2.0, None, 0.25, False)
    assert isinstance(read.bound, float)


def test_lists_in_free_parameters_become_tuples() -> None:
    """Reasons stay immutable after reading."""
    read = record_from_dict(Reason, {"code": "x", "parameters": {"ids": ["a", ["b"]]}})
    assert read.parameters == {"ids": ("a", ("b",))}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"cut_by_clock": None}, "record_value_type", "/cut_by_clock"),
        ({"cut_by_clock": 1}, "record_value_type", "/cut_by_clock"),
        ({"value": "1.5"}, "record_value_type", "/value"),
        ({"value": True}, "record_value_type", "/value"),
        ({"surplus": 1}, "record_field_unknown", "/surplus"),
    ],
)
def test_damaged_records_are_refused(change: dict[str, object], code: str, pointer: str) -> None:
    """A wrong type or an unknown field is an ArtefactError that names the place."""
    with pytest.raises(ArtefactError) as caught:
        record_from_dict(Certificate, {**certificate(), **change})
    assert [(f.code, f.pointer) for f in caught.value.faults] == [(code, pointer)]


def test_a_missing_field_is_refused_only_without_a_default() -> None:
    """Data of an older version may lack a field that has a default."""
    without = {k: v for k, v in certificate().items() if k != "work_limit"}
    with pytest.raises(ArtefactError, match="work_limit"):
        record_from_dict(Certificate, without)
    assert record_from_dict(Reason, {"code": "x"}) == Reason("x")


def test_a_list_is_no_recommendation() -> None:
    """Something that is no object is refused."""
    with pytest.raises(ArtefactError, match="объект"):
        recommendation_from_dict([])


@pytest.mark.slow
def test_threads_that_read_first_at_once_all_read() -> None:
    """The first readers of a process know every field, whoever of them is first."""
    written = json.loads(
        json.dumps(to_dict(recommender().recommend(ask(gap_rel=0.2)).recommendation))
    )
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(6):
            _decoder.cache_clear()
            barrier = threading.Barrier(8)

            def read(barrier: threading.Barrier = barrier) -> Recommendation:
                barrier.wait()
                return recommendation_from_dict(written)

            with ThreadPoolExecutor(8) as pool:
                found = [future.result() for future in [pool.submit(read) for _ in range(8)]]
            assert all(to_dict(f) == to_dict(found[0]) for f in found)
    finally:
        sys.setswitchinterval(interval)


class Doubles(Mapping[int, tuple[int, int]]):
    """Makes each value as it is read, so that the next may lie where the last one lay."""

    def __getitem__(self, key: int) -> tuple[int, int]:
        return (key, 2 * key)

    def __iter__(self) -> Iterator[int]:
        return iter(range(1_000))

    def __len__(self) -> int:
        return 1_000


def test_values_that_are_made_as_they_are_read_are_not_mixed_up() -> None:
    """An equal part is written once; one that is only at the same address is another."""
    assert to_dict(Doubles()) == {str(i): [i, 2 * i] for i in range(1_000)}
