"""Correcting what activities are about."""

from __future__ import annotations

from typing import Any

import pytest

from api.access.principal import Role
from api.workbench.views.tagging import judged, proposals_of, verdicts_of, waiting_of
from tests.api.workbench.markup import Markup, sound
from tests.api.workbench.small import SCRIPT, Browsers


def tags(source: str = "tagged", **changes: Any) -> dict[str, Any]:
    """Answer of GET /activities/{id}/tags."""
    found = [{"node": "A", "node_title": "Первая", "share": 0.6, "confidence": 0.75}]
    return {"source": source, "tags": found, "verdicts": [], **changes}


def test_proposals_carry_chances_and_former_verdicts() -> None:
    """What the text tells has a probability, what was stated has none; wrong ones come last."""
    listed = {"tags": [{"node": "B", "node_title": "Вторая", "chance": 0.4}]}
    said = [
        {"node": "A", "verdict": "wrong", "share": None},
        {"node": "C", "verdict": "right", "share": 0.125},
    ]
    found = proposals_of(tags(verdicts=said), listed, {"C": "Третья"})
    assert [(p.code, p.title, p.chance, p.verdict, p.share) for p in found] == [
        ("B", "Вторая", 0.4, "", ""),
        ("C", "Третья", None, "right", "12.5"),
        ("A", "Первая", 0.75, "wrong", ""),
    ]
    assert proposals_of(tags("given"), None, {})[0].chance is None


def test_the_form_becomes_verdicts() -> None:
    """Shares are per cent and only of right ones; what is left open is left out."""
    form = {
        "verdict-A": "right",
        "share-A": "12,5 %",
        "verdict-B": "wrong",
        "share-B": "40",
        "verdict-C": "",
        "verdict-D": "right",
        "share-D": "",
        "csrf": "x",
    }
    assert verdicts_of(form) == [
        {"node": "A", "verdict": "right", "share": 0.125},
        {"node": "B", "verdict": "wrong"},
        {"node": "D", "verdict": "right"},
    ]
    assert verdicts_of({"verdict-A": "right", "share-A": "много"})[0]["share"] == "много"
    assert judged(form) == {"A", "B", "C", "D"}


def test_the_worth_is_beside_the_first() -> None:
    """The first is the measure; a list of no worth at all divides by nothing."""
    items = [
        {"activity_id": i, "title": i, "similar": 0, "use": 1.0, "value": v}
        for i, v in (("a", 8.0), ("b", 2.0))
    ]
    assert [w.value for w in waiting_of(items)] == [1.0, 0.25]
    assert [w.value for w in waiting_of([{**items[0], "value": 0.0}])] == [0.0]


def radios(page: Markup) -> dict[str, list[str | None]]:
    """Values by name of the radio buttons."""
    found: dict[str, list[str | None]] = {}
    for attrs in page.of("input"):
        if attrs.get("type") == "radio":
            found.setdefault(str(attrs["name"]), []).append(attrs["value"])
    return found


def hidden(page: Markup, name: str) -> str:
    return str(next(a["value"] for a in page.of("input") if a.get("name") == name))


def test_an_activity_is_judged_and_the_next_follows(small: Browsers) -> None:
    """A correction is kept under its version, told, and can be forgotten again."""
    page = sound(small.get("/tagging?activity=u-fam").text)
    assert radios(page)["verdict-COM.FAM.01"] == ["right", "wrong", ""]
    version = hidden(page, "version")
    data = {"version": version, "verdict-COM.FAM.01": "right", "share-COM.FAM.01": "50"}
    saved = small.post("/tagging/u-fam", {**data, "do": "save"})
    assert saved.status_code == 303, saved.text
    assert saved.headers["location"] == "/workbench/tagging?saved=u-fam"
    after = sound(small.get("/tagging?saved=u-fam").text)
    assert "Сохранено: «Сотрудничество с родителями" in after.said
    kept = small.api("GET", "/activities/u-fam/tags").json()
    assert kept["source"] == "corrected"
    assert [(t["node"], t["share"]) for t in kept["tags"]] == [("COM.FAM.01", 0.5)]
    again = sound(small.get("/tagging?activity=u-fam").text)
    own = {"type": "radio", "name": "verdict-COM.FAM.01", "value": "right", "checked": None}
    assert own in again.of("input")
    stale = small.post("/tagging/u-fam", {**data, "do": "save"})
    assert stale.status_code in (409, 412)
    assert "Что делать" in sound(stale.text).said
    newer = {"version": hidden(again, "version"), "do": "forget"}
    assert small.post("/tagging/u-fam", newer).status_code == 303
    assert small.api("GET", "/activities/u-fam/tags").json()["verdicts"] == []


def test_the_first_is_worth_most_and_texts_are_texts(small: Browsers) -> None:
    """Without a choice the head of the list is shown; markup in a title is shown literally."""
    first = small.api("GET", "/tagging?limit=1").json()["items"][0]
    shown = small.get("/tagging").text
    assert " ".join(first["title"].split()) in sound(shown).said
    hostile = small.get("/tagging?activity=u-incl").text
    assert SCRIPT in sound(hostile).said
    assert "<script>alert" not in hostile


def test_other_competencies_are_found_by_words(small: Browsers) -> None:
    """As a part: rows that the form has not yet; without a script: in the page itself."""
    part = small.get("/tagging/found?find=сотрудничество с родителями&verdict-X=")
    assert set(radios(Markup(part.text))) == {"verdict-COM.FAM.01"}
    path = "/tagging/found?find=сотрудничество с родителями&verdict-COM.FAM.01="
    assert "ничего нового не нашлось" in sound(small.get(path).text).said
    whole = sound(small.get("/tagging?activity=u-incl&find=сотрудничество с родителями").text)
    assert "verdict-COM.FAM.01" in radios(whole)


def test_nothing_judged_is_told(small: Browsers) -> None:
    """A form without a verdict is not sent on, and the page says why."""
    answer = small.post("/tagging/u-incl", {"version": '"0"', "verdict-A": "", "do": "save"})
    assert answer.headers["location"] == "/workbench/tagging?activity=u-incl&nothing=1"
    page = sound(small.get("/tagging?activity=u-incl&nothing=1").text)
    assert "Не отмечено ни одной компетенции" in page.said


@pytest.mark.parametrize("share", ["150", "много", "-1", "nan"])
def test_a_wrong_share_is_refused(small: Browsers, share: str) -> None:
    """What is no share of an activity is told and changes nothing."""
    version = small.api("GET", "/activities/u-incl/tags").headers["etag"]
    data = {"version": version, "verdict-PSY.INC.01": "right", "share-PSY.INC.01": share}
    assert small.post("/tagging/u-incl", data).status_code == 422
    assert small.api("GET", "/activities/u-incl/tags").json()["verdicts"] == []


def test_who_may_look_and_who_may_correct(small: Browsers) -> None:
    """A data scientist looks without a form, an educator does not look; forged forms fail."""
    looked = sound(small.get("/tagging?activity=u-incl", Role.DATA_SCIENTIST).text)
    assert "может смотреть, но не править" in looked.said
    assert radios(looked) == {}
    assert small.get("/tagging", Role.EDUCATOR).status_code == 403
    data = {"version": '"0"', "verdict-PSY.INC.01": "right"}
    assert small.post("/tagging/u-incl", data, Role.DATA_SCIENTIST).status_code == 403
    assert small.post("/tagging/u-incl", data, forged=True).status_code == 403
