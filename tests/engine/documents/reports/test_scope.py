"""A district or a school of a region: its people, what they did, its registers."""

from __future__ import annotations

from engine.documents.reports.scope import Scope, narrowed
from tests.engine.documents.reports.region import record


def test_a_district_holds_its_people_and_places():
    """Northern: three people, their rows, its mentor, site and methodists; not the region's."""
    north = narrowed(record(), Scope(district="Северный"))
    assert list(north.educators["educator"]) == ["E1", "E2", "E3"]
    assert set(north.sittings["educator"]) == {"E1", "E2"}
    assert set(north.routes["route"]) == {"R1", "R2"}
    assert set(north.participation["educator"]) == {"E1", "E2"}
    assert [o.id for o in north.organisations] == ["S1", "MS"]
    assert [m.id for m in north.mentors] == ["M1"]
    assert [m.id for m in north.registers.methodists] == ["T1", "T2"]
    assert [s.id for s in north.registers.sites] == ["P1"]
    assert [t.id for t in north.registers.teams] == ["K1"]
    assert north.registers.communities == north.registers.practices == ()
    assert north.registers.accompaniments == ()  # E4 is of the south
    assert north.activities == record().activities


def test_a_school_holds_its_own_alone():
    """The district's methodical centre and mentors of other schools are not the school's."""
    school = narrowed(record(), Scope(organisation="S2"))
    assert list(school.educators["educator"]) == ["E4", "E5", "E6"]
    assert [m.id for m in school.mentors] == ["M2"]
    assert school.registers.methodists == ()
    assert [a.educator_id for a in school.registers.accompaniments] == ["E4"]


def test_an_unknown_place_is_empty_and_no_scope_is_everything():
    """Nobody lives in a district that nobody names; without a scope the record is the same."""
    assert len(narrowed(record(), Scope(district="Нет такого")).educators) == 0
    whole = record()
    assert narrowed(whole, Scope()) is whole
