"""Factors by hand: what each says, what is not known, and the range of all."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from engine.domain import Conditions, Demand, DemandKind, Document, Kind, Level
from engine.matching.audience import with_audience
from engine.matching.eligibility import EligibilityTable
from engine.matching.factors import (
    FACTORS,
    LEARNED_SIGNALS,
    NUISANCE,
    FactorTable,
    certain_need,
    relative_need,
)
from engine.matching.relevance import load_prior
from tests.engine.matching.records import FRAMEWORK, TEACHER, activity, demand

TODAY = dt.date(2026, 9, 1)
ACTIVITIES = [
    activity(
        "a0",
        kind=Kind.DPP_PK,
        hours_academic=36.0,
        document=Document.CERTIFICATE_PK,
        register_from=dt.date(2026, 1, 1),
        provider="ИРО",
        level=Level.REGIONAL,
    ),
    activity("a1", kind=Kind.INTERNSHIP, hours_academic=None, document=Document.NONE),
    activity("a2", hours_academic=250.0, provider=" Не указан ", document=Document.ATTENDANCE),
]


def factor_table() -> FactorTable:
    known = [with_audience(a, FRAMEWORK) for a in ACTIVITIES]
    audience = EligibilityTable(known, FRAMEWORK).audience
    return FactorTable(ACTIVITIES, np.array([0.9, 0.5, 0.7]), audience)


def matrix(
    demands: list[Demand],
    coverage: np.ndarray,
    *,
    rural: bool | None = None,
    young: bool | None = None,
    learned: dict[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    n = len(ACTIVITIES)
    table = factor_table().matrix(
        replace(TEACHER, conditions=Conditions(rural=rural)),
        demands,
        sp.csr_array(coverage),
        np.array([0.1, 0.2, 0.3]),
        np.zeros(n),
        TODAY,
        young=young,
        online=np.array([1.0, 0.0, np.nan]),
        learned=learned or {},
    )
    assert table.shape == (n, len(FACTORS))
    return dict(zip(FACTORS, table.T, strict=True))


TWO = [demand("MET.ASM", expected=0.4), demand("PSY.SLF", expected=0.2, weight=1.5)]
COVER = np.array([[0.5, 0.2], [0.0, 0.4], [0.0, 0.0]])


def test_need_by_hand() -> None:
    """Weight · expected in parts of the largest; the certain part by the interval's lower end."""
    np.testing.assert_allclose(relative_need(TWO), [1.0, 0.75])
    # lower ends 0.2: 0.2 / 0.4, and 1.5 · 0.2 = 0.3, which is the whole need / 0.4
    np.testing.assert_allclose(certain_need(TWO), [0.5, 0.75])
    assert relative_need([]).shape == (0,)
    nothing = [demand("MET", expected=0.0)]
    assert relative_need(nothing).tolist() == certain_need(nothing).tolist() == [0.0]


def test_deficit_and_certainty_by_hand() -> None:
    """Coverage times need, summed: 0.5 · 1 + 0.2 · 0.75; nothing demanded is not known."""
    found = matrix(TWO, COVER)
    np.testing.assert_allclose(found["deficit"], [0.65, 0.3, 0.0])
    np.testing.assert_allclose(found["certainty"], [0.4, 0.3, 0.0])
    assert np.isnan(found["request"]).all()
    empty = matrix([], np.zeros((3, 0)))
    for name in ("deficit", "certainty", "request", "text_similarity"):
        assert np.isnan(empty[name]).all()


def test_a_request_is_no_deficit() -> None:
    """What is only asked for counts as a request, measured against the largest need of all."""
    wish = demand("PSY.SLF", kind=DemandKind.REQUEST, code="request:1", expected=0.2)
    found = matrix([demand("MET.ASM", expected=0.4), wish], COVER)
    np.testing.assert_allclose(found["deficit"], [0.5, 0.0, 0.0])
    np.testing.assert_allclose(found["request"], [0.1, 0.2, 0.0])
    assert np.isnan(matrix([wish], COVER[:, :1])["deficit"]).all()


def test_fixed_factors_by_hand() -> None:
    """Document, provider, practice, length and register of three activities."""
    found = matrix(TWO, COVER)
    assert found["document"].tolist() == [1.0, 0.0, 0.5]
    assert found["provider"].tolist() == [1.0, 0.0, 0.0]
    assert found["practice"].tolist() == [0.0, 1.0, 0.0]
    np.testing.assert_allclose(found["length"], [math.log(37) / math.log(251), np.nan, 251 / 251])
    np.testing.assert_allclose(found["federal_register"], [1.0, np.nan, np.nan])
    assert found["confidence"].tolist() == [0.9, 0.5, 0.7]
    np.testing.assert_array_equal(found["online"], [1.0, 0.0, np.nan])


@pytest.mark.parametrize("yes", [True, False, None])
def test_what_is_on_top_for_some_is_there_for_them_alone(yes: bool | None) -> None:
    """Online for the rural, practice for the young; for others and the unknown it is NaN."""
    found = matrix(TWO, COVER, rural=yes, young=yes)
    if yes:
        np.testing.assert_array_equal(found["online_rural"], [1.0, 0.0, np.nan])
        np.testing.assert_array_equal(found["practice_young"], [0.0, 1.0, 0.0])
    else:
        assert np.isnan(found["online_rural"]).all()
        assert np.isnan(found["practice_young"]).all()


def test_learned_signals_stand_where_they_are_given() -> None:
    """What interactions gave goes into its own column; the other signals stay unknown."""
    given = np.array([0.2, 0.5, 0.8])
    found = matrix(TWO, COVER, learned={"order": given})
    np.testing.assert_array_equal(found["order"], given)
    assert all(np.isnan(found[name]).all() for name in LEARNED_SIGNALS if name != "order")


def test_some_rows_are_the_rows_of_all() -> None:
    """Factors of a selection, in any order and with repeats, are those of the whole catalogue."""
    arguments = (np.array([0.1, 0.2, 0.3]), np.zeros(3), TODAY)
    options = {"young": True, "online": np.array([1.0, 0.0, np.nan]), "learned": {}}
    whole = factor_table().matrix(TEACHER, TWO, sp.csr_array(COVER), *arguments, **options)  # type: ignore[arg-type]
    rows = np.array([2, 0, 0])
    some = factor_table().matrix(
        TEACHER,
        TWO,
        sp.csr_array(COVER[rows]),
        arguments[0][rows],
        arguments[1][rows],
        TODAY,
        young=True,
        online=np.array([1.0, 0.0, np.nan])[rows],
        learned={},
        rows=rows,
    )
    np.testing.assert_array_equal(some, whole[rows])


def test_the_prior_has_every_factor_and_none_for_popularity() -> None:
    """Weights stand in the factors' order; what a ranking leaves out may weigh nothing at first."""
    prior = load_prior()
    assert prior.names == FACTORS
    assert [prior.weights[FACTORS.index(name)] for name in NUISANCE] == [0.0]
    bounded = {FACTORS[i] for i in prior.nonnegative}
    assert {"deficit", "request", "certainty"} <= bounded
