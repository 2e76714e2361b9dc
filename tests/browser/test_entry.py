"""Signing in, in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import NARROW, WIDE, Visit
from tests.browser.judged import serious

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_way_in_is_for_everybody(visit: Visit, size: dict[str, int]) -> None:
    """The form can be read by a machine and fits the screen; the keyboard starts in its field."""
    visit.page.context.clear_cookies()
    visit.page.set_viewport_size(size)  # type: ignore[arg-type]
    page = visit.go("/workbench")
    assert "/sign-in" in page.url
    assert page.evaluate("document.activeElement.id") == "key"
    assert not serious(page)
