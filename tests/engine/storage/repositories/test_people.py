"""Educators and their evidence come back as they were put, without their names."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.storage import CursorRefused, Store, VersionConflict
from tests.engine.storage.facts import ANSWERS, AT, EDUCATOR, ROUTE, SCORES, TENANT, after


def test_an_educator_comes_back_without_the_name(store: Store) -> None:
    """The record is whole but for the name, which has a table of its own."""
    with store.writing(TENANT) as kept:
        kept.educators.put(replace(EDUCATOR, display_name="Анна"), AT)
    with store.reading(TENANT) as kept:
        assert kept.educators.get("e-1") == EDUCATOR
        assert kept.educators.get("e-2") is None
        assert kept.educators.ids() == ("e-1",)
    with store.engine.connect() as connection:
        assert "Анна" not in str(connection.execute(sa.text("SELECT * FROM educators")).all())


def test_an_educator_is_replaced(store: Store) -> None:
    """A second put wins."""
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
    with store.writing(TENANT) as kept:
        kept.educators.put(replace(EDUCATOR, tempo_min_per_week=0), AT)
    with store.reading(TENANT) as kept:
        assert kept.educators.get("e-1") == replace(EDUCATOR, tempo_min_per_week=0)


def test_evidence_keeps_its_order_and_its_gaps(store: Store) -> None:
    """Scores and responses come back in order; not answered stays not answered."""
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.diagnostics.replace("e-1", SCORES, ANSWERS)
    with store.reading(TENANT) as kept:
        assert kept.diagnostics.results("e-1") == SCORES
        first, second = kept.diagnostics.responses("e-1")
    assert first == ANSWERS[0]
    assert math.isnan(second.response)
    assert second.item == "i2"


def test_evidence_is_replaced_as_a_whole(store: Store) -> None:
    """What is not given again is gone."""
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.diagnostics.replace("e-1", SCORES, ANSWERS)
        kept.diagnostics.replace("e-1", SCORES[1:])
    with store.reading(TENANT) as kept:
        assert kept.diagnostics.results("e-1") == SCORES[1:]
        assert kept.diagnostics.responses("e-1") == ()


def test_evidence_needs_its_educator_and_goes_with_him(store: Store) -> None:
    """Foreign keys hold, and removing an educator removes his evidence but not his routes."""
    with pytest.raises(sa.exc.IntegrityError), store.writing(TENANT) as kept:
        kept.diagnostics.replace("nobody", SCORES)
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.diagnostics.replace("e-1", SCORES, ANSWERS)
        kept.routes.add(ROUTE)
        kept.educators.remove("e-1")
    with store.reading(TENANT) as kept:
        assert kept.diagnostics.results("e-1") == ()
        assert kept.diagnostics.responses("e-1") == ()
        assert kept.routes.count() == 1


def test_a_score_above_its_maximum_cannot_be_kept(store: Store) -> None:
    """The database itself refuses it, whoever writes."""
    wrong = replace(SCORES[0], score=11.0)
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
    with pytest.raises(sa.exc.IntegrityError), store.writing(TENANT) as kept:
        kept.diagnostics.replace("e-1", (wrong,))


def test_a_name_is_erased_first_and_alone(store: Store) -> None:
    """Erasing the name leaves educator and routes."""
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.routes.add(ROUTE)
        kept.labels.put("e-1", "Анна")
        kept.labels.put("e-1", "Анна Петровна")
    with store.reading(TENANT) as kept:
        assert kept.labels.get("e-1") == "Анна Петровна"
    with store.writing(TENANT) as kept:
        kept.labels.erase("e-1")
    with store.reading(TENANT) as kept:
        assert kept.labels.get("e-1") is None
        assert kept.educators.get("e-1") is not None
        assert kept.routes.get("r-1") is not None


def test_an_educators_version_counts_his_changes(store: Store) -> None:
    """Each put makes the next version; one that expects another is refused and changes nothing."""
    later = replace(EDUCATOR, tempo_min_per_week=60)
    with store.writing(TENANT) as kept:
        assert kept.educators.put(EDUCATOR, AT, expected=0) == 1
        assert kept.educators.put(EDUCATOR, AT) == 2
        assert kept.educators.put(later, after(days=1), expected=2) == 3
    for expected, found in ((0, 3), (2, 3), (4, 3)):
        with pytest.raises(VersionConflict) as refused, store.writing(TENANT) as kept:
            kept.educators.put(EDUCATOR, AT, expected=expected)
        assert (refused.value.expected, refused.value.found) == (expected, found)
    with store.reading(TENANT) as kept:
        found_now = kept.educators.kept("e-1")
    assert found_now is not None
    assert (found_now.educator, found_now.version) == (later, 3)
    assert found_now.updated_at == after(days=1)


def test_an_unknown_educator_has_no_version_to_expect(store: Store) -> None:
    """Expecting a version of somebody who is not there is a conflict with nothing."""
    with pytest.raises(VersionConflict) as refused, store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT, expected=1)
    assert refused.value.found is None


def test_pages_of_educators_follow_the_order_of_code_points(store: Store) -> None:
    """Pages hold each educator once, ordered as Python orders texts, on every database."""
    ids = ["a", "B", "_", "ё", "я", "Я", "10", "9", "é", "e-1"]
    with store.writing(TENANT) as kept:
        for one in ids:
            kept.educators.put(replace(EDUCATOR, id=one), AT)
    found: list[str] = []
    with store.reading(TENANT) as kept:
        assert kept.educators.ids() == tuple(sorted(ids))
        page = kept.educators.page(limit=3)
        while page.next is not None:
            assert len(page.items) == 3
            found += [k.educator.id for k in page.items]
            page = kept.educators.page(page.next, limit=3)
    found += [k.educator.id for k in page.items]
    assert found == sorted(ids)


def test_a_foreign_cursor_is_refused(store: Store) -> None:
    """What is no cursor, or one of another list, is refused by name."""
    with store.reading(TENANT) as kept:
        for wrong in ("", "???", "bnVsbA", "WzFd", "W10", "ё" * 5, "WyJhIiwiYiJd"):
            with pytest.raises(CursorRefused):
                kept.educators.page(wrong)
