"""Tags of activities over HTTP: whence they are known, what a methodist's word does to them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.framework import load_framework
from engine.matching.coverage import tag_activities
from engine.matching.tag_review import review_list, use_by_hours
from engine.matching.tagging import CompetencyTagger
from engine.storage import DEFAULT_TENANT
from tests.api.conftest import places, refused
from tests.api.kept_service import Kept, _demo, kept_service

ONE, OTHER, THIRD = "MET.ASM.01", "SUB.HUM.01", "SUB.HUM.02"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def untagged() -> str:
    """An activity of the demo in whose text something is found and whose coverage is not given."""
    framework, package = load_framework(), _demo()[0]
    found = dict(tag_activities(package.activities, framework))
    return next(a.id for a in package.activities if not a.coverage and len(found[a.id]) > 1)


def given() -> str:
    return next(a.id for a in _demo()[0].activities if len(a.coverage) > 1)


def put(kept: Kept, activity: str, *verdicts: dict[str, Any], tag: str = "*") -> Any:
    body = {"verdicts": list(verdicts)}
    return kept.caller.put(f"/activities/{activity}/tags", json=body, headers={"If-Match": tag})


def right(node: str, share: float | None = None) -> dict[str, Any]:
    return {"node": node, "verdict": "right", "share": share}


def wrong(node: str) -> dict[str, Any]:
    return {"node": node, "verdict": "wrong"}


def tags(kept: Kept, activity: str) -> dict[str, Any]:
    answer = kept.caller.get(f"/activities/{activity}/tags")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def shares(told: dict[str, Any]) -> dict[str, float]:
    return {t["node"]: t["share"] for t in told["tags"]}


def test_tags_say_whence_they_are(kept: Kept) -> None:
    """A given coverage as in the record, a found one as the tagger alone finds it."""
    package, framework = _demo()[0], load_framework()
    stated = next(a for a in package.activities if a.id == given())
    told = tags(kept, stated.id)
    assert (told["source"], told["version"], told["verdicts"]) == ("given", 0, [])
    assert shares(told) == pytest.approx(dict(stated.coverage))
    bare = next(a for a in package.activities if a.id == untagged())
    [(_, expected)] = tag_activities([bare], framework)
    told = tags(kept, bare.id)
    assert told["source"] == "tagged"
    assert [(t["node"], t["share"], t["confidence"]) for t in told["tags"]] == [
        (node, pytest.approx(share, abs=1e-6), pytest.approx(chance, abs=1e-6))
        for node, share, chance in expected
    ]
    refused(kept.caller.get("/activities/нет/tags"), 404, "record_not_found")


def test_a_right_list_is_whole_and_shares_what_is_left(kept: Kept) -> None:
    """0.5 is stated, the two others share the rest evenly; nothing else stays; sure."""
    answer = put(kept, untagged(), right(ONE, 0.5), right(OTHER), right(THIRD), tag='"0"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    told = tags(kept, untagged())
    assert told == answer.json()
    assert told["source"] == "corrected"
    assert shares(told) == {ONE: 0.5, OTHER: 0.25, THIRD: 0.25}
    assert {t["confidence"] for t in told["tags"]} == {1.0}
    assert told["updated_at"] is not None


def test_a_struck_tag_does_not_come_back(kept: Kept) -> None:
    """Of a found coverage the others stay, found in the text still."""
    before = shares(tags(kept, untagged()))
    struck = next(iter(before))
    after = put(kept, untagged(), wrong(struck)).json()
    assert after["source"] == "tagged"
    assert struck not in shares(after)
    assert shares(after).keys() >= before.keys() - {struck}


def test_the_word_of_a_methodist_goes_before_a_given_coverage(kept: Kept) -> None:
    """Also when the same record is sent again; the record itself stays as it was sent."""
    record = kept.caller.get(f"/activities/{given()}").json()["record"]
    put(kept, given(), right(ONE, 1))
    assert shares(tags(kept, given())) == {ONE: 1.0}
    assert kept.caller.get(f"/activities/{given()}").json()["record"] == record
    assert kept.caller.post("/activities", json={"items": [record]}).status_code == 200
    assert shares(tags(kept, given())) == {ONE: 1.0}


def test_a_correction_reaches_routes_and_other_processes(kept: Kept) -> None:
    """The catalogue has a new version, and after a moment the engine covers as was said."""
    before = kept.caller.get("/version").json()["catalogue"]["version"]
    assert untagged() not in covering(kept, OTHER)
    put(kept, untagged(), right(OTHER, 1))
    while kept.caller.get("/version").json()["catalogue"]["version"] == before:
        time.sleep(0.01)
    assert untagged() in covering(kept, OTHER)
    assert untagged() in covering(kept, "SUB.HUM")
    assert untagged() not in covering(kept, ONE)
    with kept.store.reading(DEFAULT_TENANT) as stored:
        assert stored.catalogue.version() == 1


def covering(kept: Kept, node: str) -> set[str]:
    answer = kept.caller.get("/activities", params={"covers": node, "limit": 500}).json()
    return {i["record"]["id"] for i in answer["items"]}


def test_no_verdicts_forget_a_correction(kept: Kept) -> None:
    """The tags are as before, under a version that has grown."""
    before = tags(kept, untagged())
    put(kept, untagged(), right(ONE))
    forgotten = put(kept, untagged(), tag='"1"')
    assert forgotten.headers["etag"] == '"2"'
    assert forgotten.json() == before | {"version": 2}


def test_an_edit_must_know_the_version(kept: Kept) -> None:
    """Two methodists: the second reads again."""
    assert put(kept, untagged(), right(ONE), tag='"0"').status_code == 200
    refused(put(kept, untagged(), right(OTHER), tag='"0"'), 412, "version_stale")
    body = {"verdicts": []}
    answer = kept.caller.put(f"/activities/{untagged()}/tags", json=body)
    refused(answer, 428, "version_required")


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [
        ([right("НЕТ")], [("/verdicts/0/node", "leaf_expected")]),
        ([right("MET")], [("/verdicts/0/node", "leaf_expected")]),
        ([right(ONE), wrong(ONE)], [("/verdicts/1/node", "id_repeated")]),
        ([wrong(ONE) | {"share": 0.5}], [("/verdicts/0", "share_of_wrong")]),
        ([right(ONE, 0.7), right(OTHER, 0.4)], [("/verdicts/0", "correction_shares_above_one")]),
        ([right(ONE, 1), right(OTHER)], [("/verdicts/0", "correction_shares_above_one")]),
    ],
)
def test_faults_of_verdicts_are_named(
    kept: Kept, verdicts: list[dict[str, Any]], found: list[tuple[str, str]]
) -> None:
    """Unknown and inner nodes, a node twice, shares of what is wrong and above one."""
    assert places(refused(put(kept, untagged(), *verdicts), 422, "invalid_input")) == found
    assert tags(kept, untagged())["version"] == 0


def test_the_list_is_that_of_the_command_and_shrinks(kept: Kept) -> None:
    """As ``routes tag --review`` orders it; what was corrected is on it no more."""
    package, framework = _demo()[0], load_framework()
    tagger = CompetencyTagger().fit(framework)
    use = use_by_hours(package.activities, package.offerings)
    expected = review_list(package.activities, framework, tagger, 5, use)
    told = kept.caller.get("/tagging?limit=5").json()
    assert [i["activity_id"] for i in told["items"]] == [i.activity_id for i in expected]
    assert [i["value"] for i in told["items"]] == pytest.approx(
        [i.value for i in expected], rel=1e-5
    )
    assert told["untagged"] == sum(not a.coverage for a in package.activities)
    first = expected[0].activity_id
    put(kept, first, right(ONE))
    again = kept.caller.get("/tagging?limit=200").json()
    assert again["untagged"] == told["untagged"] - 1
    assert first not in {i["activity_id"] for i in again["items"]}


def test_another_tenant_keeps_its_own_word(kept: Kept) -> None:
    """A correction of one region is none of another's."""
    put(kept, untagged(), right(ONE))
    with kept.store.reading("other") as stored:
        assert stored.catalogue.rows("correction") == ()
        assert stored.catalogue.version() == 0
