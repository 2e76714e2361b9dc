"""Choices by name: what is offered, what is chosen, what is never lost."""

from __future__ import annotations

from api.workbench.views.choices import SHOWN_MOST, Group, chosen, many, offered, places_of

ITEMS = [
    {"id": "a", "title": "Школа № 1", "district": "Невский"},
    {"id": "b", "title": "Школа № 1", "district": "Адмиралтейский"},
    {"id": "c", "title": "Лицей", "district": ""},
    {"id": "d", "title": "Гимназия", "district": "Невский"},
]


def test_organisations_stand_below_their_districts() -> None:
    """Districts in order, none last; of equal titles the code tells which is which."""
    found = places_of({"items": ITEMS, "districts": [{"title": "Невский"}]})
    assert [(g.title, g.pairs) for g in found.organisations] == [
        ("Адмиралтейский", (("b", "Школа № 1 (b)"),)),
        ("Невский", (("a", "Школа № 1 (a)"), ("d", "Гимназия"))),
        ("", (("c", "Лицей"),)),
    ]
    assert found.districts == (Group("", (("Невский", "Невский"),)),)
    assert found.organisation("c") == "Лицей"
    assert found.organisation("gone") == "gone"


def test_what_was_asked_for_is_never_dropped() -> None:
    """Another case is the same choice; what is not among them is added in front."""
    groups = (Group("", (("Невский", "Невский"),)),)
    assert chosen(groups, "невский") == "Невский"
    assert offered(groups, "невский") == (groups, "Невский")
    assert offered(groups, "") == (groups, "")
    found, value = offered(groups, "Дальний")
    assert value == "Дальний"
    assert found == (Group("", (("Дальний", "Дальний"),)), *groups)


def test_long_lists_are_proposed_instead() -> None:
    """One more than a list shows, over all its groups, is too many."""
    pairs = tuple((str(n), str(n)) for n in range(SHOWN_MOST))
    assert not many((Group("", pairs),))
    assert many((Group("", pairs), Group("x", (("more", "more"),))))
