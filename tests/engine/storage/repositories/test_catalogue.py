"""Records of a catalogue carry their versions, and so does the catalogue."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.storage import CatalogueRow, CursorRefused, Store, VersionConflict
from tests.engine.storage.facts import AT, TENANT, after


def test_records_come_back_as_put(store: Store) -> None:
    """A record keeps its JSON, counts its own changes, and is of its kind alone."""
    first, second = {"id": "a1", "title": "Ёлка", "n": [1.5, None]}, {"id": "a1", "title": "б"}
    with store.writing(TENANT) as kept:
        kept.catalogue.put("activity", {"a1": first, "a0": {}}, AT)
        kept.catalogue.put("activity", {"a1": second}, after(days=1))
        kept.catalogue.put("mentor", {"a1": {"id": "m"}}, AT)
    with store.reading(TENANT) as kept:
        row = CatalogueRow("activity", "a1", 2, after(days=1), second)
        assert kept.catalogue.get("activity", "a1") == row
        assert kept.catalogue.rows("activity") == (CatalogueRow("activity", "a0", 1, AT, {}), row)
        assert kept.catalogue.get("offering", "a1") is None


def test_the_catalogue_counts_its_changes(store: Store) -> None:
    """Every change of anything is one more, however many records it has; no change is none."""
    with store.writing(TENANT) as kept:
        assert kept.catalogue.version() == 0
        assert kept.catalogue.put("activity", {"a1": {}, "a2": {}}, AT) == 1
        assert kept.catalogue.put("offering", {"o1": {}}, AT) == 2
        assert kept.catalogue.withdraw("activity", ["a1"], AT) == 3
        assert kept.catalogue.put("mentor", {}, AT) == 3
    with store.reading(TENANT) as kept:
        assert kept.catalogue.version() == 3
    with store.reading("other") as kept:
        assert kept.catalogue.version() == 0


def test_what_is_withdrawn_is_remembered(store: Store) -> None:
    """A withdrawn record stays as a mark, also where only the package had it, and can come back."""
    with store.writing(TENANT) as kept:
        kept.catalogue.put("activity", {"a1": {"id": "a1"}}, AT)
        kept.catalogue.withdraw("activity", ["a1", "packaged"], after(days=1))
        assert kept.catalogue.rows("activity") == (
            CatalogueRow("activity", "a1", 2, after(days=1), None),
            CatalogueRow("activity", "packaged", 1, after(days=1), None),
        )
        assert kept.catalogue.page("activity").items == ()
        kept.catalogue.put("activity", {"a1": {"again": True}}, after(days=2))
        (back,) = kept.catalogue.page("activity").items
    assert (back.version, back.record) == (3, {"again": True})


def test_whoever_expects_another_version_changes_nothing(store: Store) -> None:
    """One record that is not as expected keeps the whole change away."""
    with store.writing(TENANT) as kept:
        kept.catalogue.put("activity", {"a1": {}}, AT, expected={"a1": 0})
    for expected, found in (({"a1": 2}, 1), ({"a1": 0}, 1), ({"a2": 1}, None)):
        with pytest.raises(VersionConflict) as refused, store.writing(TENANT) as kept:
            kept.catalogue.put("activity", {"a1": {"n": 2}, "a2": {}}, AT, expected=expected)
        assert refused.value.found == found
    with store.reading(TENANT) as kept:
        assert kept.catalogue.version() == 1
        assert [r.version for r in kept.catalogue.rows("activity")] == [1]


def test_a_whole_catalogue_is_put_at_once(store: Store) -> None:
    """Thousands of records are one change, and pages lead through all of them in order."""
    records = {f"a{i:04}": {"i": i} for i in range(2_345)}
    with store.writing(TENANT) as kept:
        assert kept.catalogue.put("activity", records, AT) == 1
        assert kept.catalogue.put("activity", records, AT) == 2
    found: list[str] = []
    cursor: str | None = None
    with store.reading(TENANT) as kept:
        while True:
            page = kept.catalogue.page("activity", cursor, limit=1000)
            found += [row.id for row in page.items]
            assert {row.version for row in page.items} == {2}
            cursor = page.next
            if cursor is None:
                break
        with pytest.raises(CursorRefused):
            kept.catalogue.page("activity", "x")
    assert found == sorted(records)


def test_changes_at_once_get_numbers_of_their_own(store: Store) -> None:
    """Forty changes by eight threads are numbered from 1 to 40, and each record counts its own."""

    def change(i: int) -> int:
        with store.writing(TENANT) as kept:
            return kept.catalogue.put("activity", {"a": {"i": i}}, AT)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(change, range(40))) == list(range(1, 41))
    with store.reading(TENANT) as kept:
        assert [r.version for r in kept.catalogue.rows("activity")] == [40]
