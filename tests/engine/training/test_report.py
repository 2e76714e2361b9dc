"""The JSON form of a training's report."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.errors import ArtefactError
from engine.training.report import report_from_json, report_to_json
from tests.engine.training.reports import REPORT


def test_json_comes_back_as_the_same_report() -> None:
    """Reading what was written and writing it again gives the same text, byte by byte."""
    text = report_to_json(REPORT)
    again = report_from_json(text)
    assert report_to_json(again) == text
    assert again.data == REPORT.data
    assert again.lineage.parent == REPORT.lineage.parent
    assert again.gate == REPORT.gate


def test_json_knows_no_nan() -> None:
    """What was not measured is null: strict readers take the text, and no digit is lost."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    content = json.loads(report_to_json(REPORT), parse_constant=refuse)
    assert content["models"][1]["rank_p95_ms"] is None
    assert content["ranking"][1]["ndcg"] == {"estimate": None, "low": None, "high": None}
    assert content["data"]["by_state"] == {"completed": 12_345, "dropped": 2_222}
    assert content["models"][0]["plans"]["by_slice"]["rural:yes"][1] == 87
    thirds = replace(REPORT, intercept=1 / 3)
    assert json.loads(report_to_json(thirds))["intercept"] == 1 / 3


@pytest.mark.parametrize("text", ["{", "[]", '{"version": "m"}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    """A broken or foreign file is named as such."""
    with pytest.raises(ArtefactError):
        report_from_json(text)
