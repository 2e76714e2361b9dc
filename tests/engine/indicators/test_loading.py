"""Definitions as files: a new indicator without code, and faults by name and place."""

from __future__ import annotations

import re

import pytest

from engine.errors import ConfigurationError
from engine.indicators import ReportPeriod, compute, load_profile, profiles

from .region import little_region

OWN = """
extends = "sosnovy-bor"
[profile]
title = "Свой"
[sets.rural_staff]
from = "educators"
key = "educator"
where = { district = "Юг" }
[[indicators]]
id = "own"
clause = "6.1, иные показатели"
wording = "доля работников юга, прошедших диагностику"
unit = "share"
formula = "прошедшие диагностику / все работники юга"
numerator = ["rural_staff", "$diagnosed"]
denominator = "rural_staff"
[[indicators.terms]]
id = "diagnosed"
words = "прошедших диагностику"
options = [
    { id = "in-period", label = "в периоде", set = "diagnosed_in_period" },
    { id = "by-end", label = "когда-либо", set = "diagnosed_by_end" },
]
"""


def written(folder, text, name="own"):
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_indicator_of_the_open_list_is_a_few_lines_of_toml(tmp_path):
    """«Иные показатели»: an indicator added by a file alone is computed beside the seven."""
    root = written(tmp_path, OWN)
    assert "own" in profiles(root)
    assert "own" not in profiles()
    report = compute(little_region(), "own", ReportPeriod.year(2026), root=root)
    assert len(report.indicators) == 8
    own = report.indicators[-1]
    # of p3 p4 p5 p7 h2 in the south, p3 and p7 were diagnosed in 2026, and nobody before
    assert {r.id: (r.numerator, r.denominator) for r in own.readings} == {
        "in-period": (2, 5),
        "by-end": (2, 5),
    }
    assert report.cadence_wording == load_profile("sosnovy-bor").cadence_wording


def test_a_child_replaces_by_id_and_by_name(tmp_path):
    """A set of the same name and an indicator of the same id take the place of the parent's."""
    text = OWN.replace('id = "own"', 'id = "diagnosed"') + (
        '[sets.staff]\nfrom = "educators"\nkey = "educator"\nwhere = { manager = true }\n'
    )
    known = load_profile("own", written(tmp_path, text))
    parent = load_profile("sosnovy-bor")
    assert [i.id for i in known.indicators] == [i.id for i in parent.indicators]
    assert known.indicators[2].wording == "доля работников юга, прошедших диагностику"
    report = compute(little_region(), known, ReportPeriod.year(2026))
    route = report.indicator("with-route")
    assert route is not None
    assert route.chosen.denominator == 3  # h1 d1 h2


FAULTS = {
    "no such column": ('district = "Юг"', 'town = "Юг"', "sets.rural_staff.where.town"),
    "no such table": ('from = "educators"', 'from = "people"', "sets.rural_staff.from"),
    "no such key": ('key = "educator"', 'key = "district"', "sets.rural_staff.key"),
    "wrong operator": ('"Юг"', "{ at_least = 3 }", "sets.rural_staff.where.district.at_least"),
    "wrong value": ('"Юг"', "7", "sets.rural_staff.where.district.is"),
    "no such day": (
        'district = "Юг"',
        'post_start = { after = "today" }',
        "sets.rural_staff.where.post_start.after",
    ),
    "unknown word": ("where =", "were =", "sets.rural_staff.were"),
    "no such set": ('"rural_staff", "$d', '"village", "$d', "«village»"),
    "no such term": ('"$diagnosed"]', '"$measured"]', "«$measured»"),
    "set of others": ('denominator = "rural_staff"', 'denominator = "programmes"', "own"),
    "rows beside people": ('set = "diagnosed_by_end"', 'set = "completions"', "participation"),
    "no denominator": ('denominator = "rural_staff"\n', "", "indicators.own.unit"),
    "no wording": ('wording = "доля работников юга, прошедших диагностику"\n', "", "own.wording"),
    "no such unit": ('unit = "share"', 'unit = "percent"', "indicators.own.unit"),
    "term twice": ('id = "by-end"', 'id = "in-period"', "indicators.own.terms.diagnosed"),
    "no options": ("options = [", "choices = [", "indicators.own.terms.diagnosed"),
    "circle": (
        'from = "educators"\nkey = "educator"\nwhere = { district = "Юг" }',
        'all_of = ["rural_staff"]',
        "по кругу",
    ),
    "no such parent": ('"sosnovy-bor"', '"pskov"', "pskov.toml"),
    "no such template": ('unit = "share"', 'like = "shared"', "indicators.own.like"),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_faults_are_named_with_their_place(tmp_path, name):
    """Whatever is wrong in a file is refused with the file and the place of the fault."""
    old, new, told = FAULTS[name]
    assert old in OWN
    with pytest.raises(ConfigurationError) as refused:
        load_profile("own", written(tmp_path, OWN.replace(old, new, 1)))
    assert told in str(refused.value)
    assert ".toml: " in str(refused.value)


def test_every_fault_is_told_at_once(tmp_path):
    """Two faults in two places are two entries of one refusal."""
    text = OWN.replace('district = "Юг"', 'town = "Юг"').replace('unit = "share"', 'unit = "%"')
    with pytest.raises(ConfigurationError, match=r"rural_staff\.where\.town.*own\.unit"):
        load_profile("own", written(tmp_path, text))


def test_files_that_are_no_profile_are_refused(tmp_path):
    """What is no TOML, extends itself or does not exist is refused by its name."""
    with pytest.raises(ConfigurationError, match=r"есть: .*spb"):
        load_profile("pskov")
    written(tmp_path, OWN.replace("sosnovy-bor", "own"))
    with pytest.raises(ConfigurationError, match="по кругу: own → own"):
        load_profile("own", tmp_path)
    written(tmp_path, "profile = [", "own")
    with pytest.raises(ConfigurationError, match=r"own\.toml: не читается"):
        profiles(tmp_path)


def test_too_many_readings_are_refused(tmp_path):
    """More combinations than anybody reads are no indicator."""
    option = '{{ id = "o{0}", label = "…", set = "diagnosed_by_end" }}'
    many = ", ".join(option.format(i) for i in range(65))
    text = OWN[: OWN.index("options = [")] + f"options = [{many}]\n"
    with pytest.raises(ConfigurationError, match="прочтений 65"):
        load_profile("own", written(tmp_path, text))


def test_every_reading_of_the_documents_is_labelled_in_both_languages():
    """Each option has an English label without a Russian letter, and no two of a term share it."""
    options = 0
    for profile in profiles():
        for indicator in load_profile(profile).indicators:
            for term in indicator.terms:
                english = [option.label_en for option in term.options]
                assert all(english), (profile, indicator.id, term.id)
                assert not re.search("[А-Яа-яЁё]", "".join(english)), english
                assert len(set(english)) == len(english) == len({o.label for o in term.options})
                options += len(english)
    assert options > 66


def test_a_reading_is_said_in_the_asked_language(tmp_path):
    """Labels of the terms are joined in either language; one that is not translated stays."""
    translated = OWN.replace('label = "в периоде"', 'label = "в периоде", label_en = "in period"')
    report = compute(
        little_region(), "own", ReportPeriod.year(2026), root=written(tmp_path, translated)
    )
    told = {r.id: (r.said("ru"), r.said("en")) for r in report.indicators[-1].readings}
    assert told == {"in-period": ("в периоде", "in period"), "by-end": ("когда-либо", "когда-либо")}
