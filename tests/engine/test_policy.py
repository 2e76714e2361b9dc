"""Policy profiles: the bundled ones, inheritance, sources and refusals."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import pickle
import re
import tomllib
from pathlib import Path

import pytest

from engine.domain import Form, Funding, Kind, MentorForm, Method, OfficialLevel
from engine.errors import ConfigurationError
from engine.policy import CalendarPolicy, FormShare, PolicyProfile, list_policies, load_policy
from engine.policy_loader.checks import RANGES, range_of
from engine.policy_loader.files import leaves, read_profile
from engine.resources import data_root

BUNDLED = ("default", "leningrad-oblast", "primorye", "sosnovy-bor", "spb", "volgodonsk")
DEFAULT_TEXT = (data_root() / "policies" / "default.toml").read_text(encoding="utf-8")
ABOUT = '[profile]\ntitle="Край"\nregion="Край"\nregulation="1-р"\nversion="1"\n'


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def child(folder: Path, body: str, sources: str = "") -> Path:
    """A folder with the default profile and a child ``krai`` of it."""
    write(folder, "default", DEFAULT_TEXT)
    write(folder, "krai", f'extends = "default"\n{body}\n{ABOUT}\n[sources]\n{sources}\n')
    return folder


def changed_default(folder: Path, old: str, new: str) -> Path:
    """A folder with a default profile in which one text is replaced."""
    assert DEFAULT_TEXT.count(old) == 1, old
    write(folder, "default", DEFAULT_TEXT.replace(old, new))
    return folder


def message(folder: Path, name: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_policy(name, directory=folder)
    return str(caught.value)


# ------------------------------------------------------------------------ the bundled profiles


def test_bundled_profiles_are_the_five_regulations_and_a_default():
    """The package holds exactly the profiles that were asked for."""
    assert list_policies() == BUNDLED


@pytest.mark.parametrize("name", BUNDLED)
def test_every_leaf_has_a_source(name: str):
    """Each leaf of a loaded profile has a non-empty source under its dotted key, and no more."""
    profile = load_policy(name)
    assert set(profile.sources) == set(leaves(read_profile(name).values))
    assert all(text.strip() for text in profile.sources.values())


@pytest.mark.parametrize("name", BUNDLED)
def test_profile_survives_a_process_boundary(name: str):
    """Profiles are sent to worker processes, so they pickle without loss."""
    profile = load_policy(name)
    assert pickle.loads(pickle.dumps(profile)) == profile


def test_datapackage_lists_every_profile():
    """The package describes each of its files and no other."""
    folder = data_root() / "policies"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert sorted(r["path"] for r in package["resources"]) == [f"{n}.toml" for n in BUNDLED]


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("default", "Europe/Moscow"),
        ("spb", "Europe/Moscow"),
        ("primorye", "Asia/Vladivostok"),
        ("leningrad-oblast", "Europe/Moscow"),
        ("sosnovy-bor", "Europe/Moscow"),
        ("volgodonsk", "Europe/Moscow"),
    ],
)
def test_time_zone_of_the_region(name: str, zone: str):
    """Each region has its own zone; a child inherits its parent's."""
    assert load_policy(name).time_zone == zone


@pytest.mark.parametrize(
    ("name", "rule", "years"),
    [
        ("spb", "and", 3),
        ("primorye", "and", 3),
        ("leningrad-oblast", "or", 0),
        ("sosnovy-bor", "and", 3),
        ("volgodonsk", "and", 3),
    ],
)
def test_reading_of_the_young_educator(name: str, rule: str, years: int):
    """Four documents say "до 35 лет в первые три года", 1184-р (4.5) names the age alone."""
    rules = load_policy(name).mentorship
    assert (rules.young_rule, rules.young_age, rules.young_years) == (rule, 35, years)


@pytest.mark.parametrize(
    ("name", "weeks", "middle", "final", "theme"),
    [
        ("default", 0, False, False, False),
        ("spb", 0, False, False, True),
        ("primorye", 8, True, True, True),
        ("leningrad-oblast", 0, False, False, True),
        ("sosnovy-bor", 8, False, True, True),
        ("volgodonsk", 8, False, False, False),
    ],
)
def test_duties_that_a_document_names(
    name: str, weeks: int, middle: bool, final: bool, theme: bool
):
    """Transfer (384-а 4.3.1, 449-р 3.3.2, Концепция 2), checkpoints (384-а 5.7, 449-р 3.4.1)
    and burnout prevention (173-р 4.2.3, 384-а 3.1, 1184-р 5.10) hold where they are named."""
    profile = load_policy(name)
    assert profile.transfer.weeks == weeks
    assert (profile.checkpoints.middle, profile.checkpoints.final) == (middle, final)
    assert profile.required_themes == (("burnout_prevention",) if theme else ())


def test_official_levels_and_forms_follow_the_table():
    """Thresholds and forms by level are those of Р-201, table 1."""
    profile = load_policy("default")
    assert (profile.levels.high_below, profile.levels.minimal_above) == (0.60, 0.80)
    assert profile.form_by_level == {
        OfficialLevel.HIGH: {"dpp_pp", "dpp_pk", "non_formal", "informal"},
        OfficialLevel.MEDIUM: {"dpp_pk", "non_formal", "informal"},
        OfficialLevel.MINIMAL: {"non_formal", "informal"},
    }
    assert "Р-201" in profile.sources["levels.high_below"]


def test_values_arrive_typed():
    """Enumerated keys, dates, tuples and optional values are of the dataclasses' types."""
    profile = load_policy("primorye")
    assert profile.diagnostics.reliability[Method.TEST] == 1.0
    assert profile.limits.budget_rub[Funding.STATE] == 30_000
    assert profile.calendar.shift_hours_min == {1: (480, 840), 2: (780, 1140)}
    assert profile.calendar.periods[0].start == dt.date(2026, 10, 24)
    assert profile.calendar.subdivision is None
    assert profile.form_mix == (
        FormShare(Form.FORMAL, most_steps=4),
        FormShare(Form.NON_FORMAL, least_steps=1),
    )
    assert profile.mentorship.trained_forms == (MentorForm.TUTOR,)
    assert isinstance(profile.value.saturation_hours[Kind.DPP_PK], float)


def test_one_programme_closes_about_half_a_deficit():
    """36 academic hours on one competency at relevance 0.8 close between 0.45 and 0.6 of 0.45."""
    value = load_policy("default").value
    effect, h0 = value.effect[Kind.DPP_PK], value.saturation_hours[Kind.DPP_PK]
    closed = 0.8 * effect * (1 - math.exp(-36 * 45 / 60 / h0))
    assert 0.45 <= closed / 0.45 <= 0.6


@pytest.mark.parametrize("name", BUNDLED)
def test_each_value_key_stands_beside_an_example(name: str):
    """Every key of [value] and its tables carries a comment with numbers on its line."""
    text = (data_root() / "policies" / f"{name}.toml").read_text(encoding="utf-8")
    tables = re.findall(r"^\[value[.\w]*\](.*?)(?=^\[)", text, re.S | re.M)
    lines = [line for t in tables for line in t.splitlines() if re.match(r"\w+ = ", line)]
    assert [x for x in lines if not re.search(r"\d", x.partition("#")[2])] == []
    values = leaves(tomllib.loads(text).get("value", {}))
    assert len(lines) == len(values)


def test_examples_of_effects_are_right():
    """The examples in the comments are the formula's values, from the keys on those lines."""
    table = DEFAULT_TEXT.split("[value.effect]")[1].split("[value.saturation_hours]")[0]
    saturation = tomllib.loads(DEFAULT_TEXT)["value"]["saturation_hours"]
    pattern = re.compile(r"^(\w+) = ([\d.]+) .*?([\d,]+) ч: .*/([\d,]+)\)\).* = ([\d,]+)$", re.M)
    rows = pattern.findall(table)
    assert len(rows) == len(Kind) - 1  # all but the diagnostic, which closes nothing
    for kind, effect, hours, h0, result in rows:
        hours_number, h0_number, closed = (float(x.replace(",", ".")) for x in (hours, h0, result))
        assert h0_number == saturation[kind]
        expected = float(effect) * (1 - math.exp(-hours_number / h0_number))
        assert closed == pytest.approx(expected, abs=0.0011), kind


def test_every_number_has_a_range():
    """No numeric leaf of the default profile escapes the range checks."""
    values = leaves(read_profile("default").values)
    numeric = [k for k, v in values.items()
               if isinstance(v, int | float) and not isinstance(v, bool)]  # fmt: skip
    assert len(numeric) > 100
    assert [k for k in numeric if range_of(k) is None] == []


def test_every_range_is_of_some_key():
    """No range check is left behind by a key that went away."""
    empty_tables = {"targets.by_position.*", "targets.by_node.*", "targets.profiles.*.target"}
    keys = {k for name in BUNDLED for k in leaves(read_profile(name).values)}
    used = {range_of(k) for k in keys}
    assert {r.pattern for r in RANGES if r not in used} == empty_tables


# ------------------------------------------------------------------------ inheritance


def test_child_changes_only_what_it_names(tmp_path: Path):
    """A child's leaf replaces the parent's; everything else is inherited with its source."""
    folder = child(tmp_path, "[limits]\nsteps_max = 7", '"limits.steps_max" = "1-р, п. 2"')
    parent, own = load_policy("default", directory=folder), load_policy("krai", directory=folder)
    assert own.limits == dataclasses.replace(parent.limits, steps_max=7)
    assert own.value == parent.value
    assert own.sources["limits.steps_max"] == "1-р, п. 2"
    assert own.sources["limits.parallel_max"] == "local"
    assert (own.id, own.title, own.regulation) == ("krai", "Край", "1-р")


def test_grandchild_inherits_through_two_files(tmp_path: Path):
    """Inheritance goes through any number of profiles."""
    child(tmp_path, "[limits]\nsteps_max = 7", '"limits.steps_max" = "1-р"')
    write(tmp_path, "city", f'extends = "krai"\n[limits]\nparallel_max = 1\n{ABOUT}'
          '[sources]\n"limits.*" = "2-р"\n')  # fmt: skip
    limits = load_policy("city", directory=tmp_path).limits
    assert (limits.steps_max, limits.parallel_max, limits.daily_max_min) == (7, 1, 480)


def test_table_source_is_beaten_by_the_leafs_own(tmp_path: Path):
    """The longest source entry wins."""
    folder = child(
        tmp_path,
        "[limits]\nsteps_max = 7\nparallel_max = 1",
        '"limits.*" = "local"\n"limits.steps_max" = "1-р, п. 3"',
    )
    sources = load_policy("krai", directory=folder).sources
    assert (sources["limits.steps_max"], sources["limits.parallel_max"]) == ("1-р, п. 3", "local")


def test_list_policies_of_a_folder(tmp_path: Path):
    """Names come in alphabetical order; other files are not profiles."""
    child(tmp_path, "")
    (tmp_path / "notes.txt").write_text("")
    assert list_policies(directory=tmp_path) == ("default", "krai")


# ------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("body", "source", "expected"),
    [
        ("[limits]\nsteps_max = 7", "", "krai.toml: limits.steps_max: нет источника"),
        ("", '"limits.steps_max" = "1-р"', "krai.toml: sources.limits.steps_max: источник без"),
        ("[limits]\nsteps_max = 7", '"limits.steps_max" = " "', "sources.limits.steps_max: нужен"),
        ("[limits]\nsteps = 7", '"limits.*" = "l"', "krai.toml: limits.steps: неизвестный ключ"),
        ("[weather]\nsun = 7", '"weather.*" = "l"', "krai.toml: weather: неизвестный ключ"),
        ("title = 'x'", '"title" = "l"', "krai.toml: title: неизвестный ключ"),
        ("[limits]\nsteps_max = 7.5", '"limits.*" = "l"', "limits.steps_max: нужно: целое число"),
        ("[limits]\nsteps_max = true", '"limits.*" = "l"', "limits.steps_max: нужно: целое число"),
        ("[limits]\npaces = 1", '"limits.*" = "l"', "limits.paces: нужен список"),
        ("limits = 3", '"limits" = "l"', "krai.toml: limits: нужна таблица"),
        ("[groups]\nsupport_young = 1", '"groups.*" = "l"', "support_young: нужно: true или"),
        ("[value.effect]\nparty = 0.1", '"value.*" = "l"', "value.effect.party: значение 'party'"),
        ("[form_mix.magic]\nmost_steps = 1", '"form_mix.*" = "l"', "form_mix.magic: значение"),
        ("[form_mix.formal]\nform = 'informal'", '"form_mix.*" = "l"', "form_mix.formal.form: не"),
        ("[mentorship]\nyoung_rule = 'xor'", '"mentorship.*" = "l"', "young_rule: значение 'xor'"),
        (
            "[calendar.periods.x]\nstart = 2026-01-01T00:00:00\nend = 2026-01-02\n"
            "title = 'x'\ntempo_factor = 1\nholiday = true",
            '"calendar.*" = "l"',
            "calendar.periods.x.start: нужно: дата",
        ),
        ("[calendar.shift_hours_min]\nday = [1, 2]", '"calendar.*" = "l"', "ключ должен быть чис"),
        ("[calendar.shift_hours_min]\n1 = [1]", '"calendar.*" = "l"', "список из 2 значений"),
        ("[levels]\nhigh_below = 1.5", '"levels.*" = "l"', "levels.high_below: 1.5 вне [0, 1]"),
        ("[levels]\nhigh_below = nan", '"levels.*" = "l"', "levels.high_below: nan вне [0, 1]"),
        ("[levels]\nhigh_below = 0.9", '"levels.*" = "l"', "должно быть ≤ levels.minimal_above"),
        ("[value]\nprice_hour = inf", '"value.*" = "l"', "value.price_hour: inf вне"),
        ("[value]\nprice_hour = -1", '"value.*" = "l"', "value.price_hour: -1 вне [0, ∞)"),
        ("[limits]\npaces = [0.0, 1.0]", '"limits.*" = "l"', "limits.paces: 0 вне (0, 1]"),
        ("[limits]\npaces = [1.0, 0.5]", '"limits.*" = "l"', "limits.paces: доли должны возраст"),
        ("[limits]\npaces = []", '"limits.*" = "l"', "limits.paces: список не может быть пустым"),
        ("[limits]\nsteps_max = 0", '"limits.*" = "l"', "limits.steps_max: 0 вне [1, 100]"),
        ("[limits]\ntempo_default_min = 800", '"limits.*" = "l"', "≤ limits.tempo_max_min"),
        ("[limits]\neducator_may_replace = ['luck']", '"limits.*" = "l"', "неизвестно: luck"),
        ("[calendar]\nearliest_min = 1260", '"calendar.*" = "l"', "< calendar.latest_min"),
        ("[calendar]\nmeeting_weekdays = [0]", '"calendar.*" = "l"', "0 вне [1, 7]"),
        ("[calendar]\nmeeting_weekdays = [1, 1]", '"calendar.*" = "l"', "значения повторяются"),
        ("[calendar.shift_hours_min]\n1 = [900, 800]", '"calendar.*" = "l"', "начало смены позже"),
        (
            "[calendar.periods.autumn_2026]\nend = 2026-10-01",
            '"calendar.*" = "l"',
            "≤ calendar.periods.autumn_2026.end",
        ),
        ("[form_mix.formal]\nleast_steps = 5", '"form_mix.*" = "l"', "≤ form_mix.formal.most_st"),
        ("[form_by_level]\nhigh = ['circus']", '"form_by_level.*" = "l"', "неизвестно: circus"),
        ("[mentorship.fit_weight]\nluck = 1", '"mentorship.*" = "l"', "fit_weight.luck: неизвест"),
        ("[mentorship.fit_weight]\nposition = 0", '"mentorship.*" = "l"', "position: должен быть"),
        ("time_zone = 'Asia/Atlantis'", '"time_zone" = "l"', "time_zone: неизвестный часовой"),
        ("time_zone = '../secret'", '"time_zone" = "l"', "time_zone: неизвестный часовой"),
    ],
)
def test_wrong_profile_is_refused(tmp_path: Path, body: str, source: str, expected: str):
    """Each kind of mistake is refused with the dotted key and what is wrong."""
    assert expected in message(child(tmp_path, body, source), "krai")


def test_all_problems_are_named_at_once(tmp_path: Path):
    """Two wrong values give one error that names both."""
    body = "[levels]\nhigh_below = 2.0\n[limits]\nsteps_max = 0"
    text = message(child(tmp_path, body, '"levels.*" = "l"\n"limits.*" = "l"'), "krai")
    assert "krai.toml: levels.high_below" in text
    assert "krai.toml: limits.steps_max" in text


def test_inherited_mistake_names_the_parents_file(tmp_path: Path):
    """A wrong value is blamed on the file that sets it, also when a child is loaded."""
    write(tmp_path, "default", DEFAULT_TEXT.replace("steps_max = 10", "steps_max = 0"))
    write(tmp_path, "krai", f'extends = "default"\n{ABOUT}')
    assert message(tmp_path, "krai").startswith("default.toml: limits.steps_max: 0 вне")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("parallel_max = 2 ", "limits.parallel_max"),
        ("expert = 0.7\n", "diagnostics.reliability.expert"),
        ("webinar = 0.08 ", "value.effect.webinar"),
        ("national = 40 ", "value.bonus_level.national"),
    ],
)
def test_missing_key_is_refused(tmp_path: Path, line: str, key: str):
    """A profile without parent must be complete, members of enumerations included."""
    replacement = "# " + line
    text = message(changed_default(tmp_path, line, replacement), "default")
    assert f"default.toml: {key}: ключа нет" in text


def test_missing_table_is_refused(tmp_path: Path):
    """A table that is missing altogether is named, not a traceback."""
    body = re.sub(r"^\[transfer\].*?(?=^\[)", "", DEFAULT_TEXT, flags=re.S | re.M)
    write(tmp_path, "default", re.sub(r'^"transfer.*\n', "", body, flags=re.M))
    assert "default.toml: transfer: ключа нет" in message(tmp_path, "default")


def test_profile_table_is_never_inherited(tmp_path: Path):
    """A child must say for itself what region and regulation it is of."""
    write(tmp_path, "default", DEFAULT_TEXT)
    write(tmp_path, "krai", 'extends = "default"\n')
    assert "krai.toml: profile: нет таблицы" in message(tmp_path, "krai")
    write(tmp_path, "krai", 'extends = "default"\n[profile]\ntitle = "Край"\nmotto = "x"\n')
    text = message(tmp_path, "krai")
    assert "profile.motto: неизвестный ключ" in text
    assert "profile.regulation: нужна непустая строка" in text


@pytest.mark.parametrize("name", ["mars", "../default", "", "default.toml", "DEFAULT", "a/b"])
def test_unknown_name_is_refused_with_those_there_are(name: str):
    """A name that is no profile, or would leave the folder, is refused and the rest listed."""
    with pytest.raises(ConfigurationError, match=r"нет профиля политики.*primorye, sosnovy-bor"):
        load_policy(name)


def test_unknown_parent_names_who_asks(tmp_path: Path):
    """The message on an unknown parent says which file extends it."""
    write(tmp_path, "krai", f'extends = "mars"\n{ABOUT}')
    assert "«mars» (его называет extends в krai.toml)" in message(tmp_path, "krai")


def test_circle_of_parents_is_refused(tmp_path: Path):
    """Profiles that extend each other are refused, not followed for ever."""
    write(tmp_path, "a", f'extends = "b"\n{ABOUT}')
    write(tmp_path, "b", f'extends = "a"\n{ABOUT}')
    assert "a → b → a" in message(tmp_path, "a")


@pytest.mark.parametrize("content", [b"limits = [", b"title = '\xff'"])
def test_unreadable_file_is_refused(tmp_path: Path, content: bytes):
    """Broken TOML and broken UTF-8 are named with the file."""
    (tmp_path / "krai.toml").write_bytes(content)
    assert "krai.toml: не читается как TOML" in message(tmp_path, "krai")


def test_profiles_are_frozen():
    """Nobody changes a policy in passing."""
    profile: PolicyProfile = load_policy("default")
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.time_zone = "UTC"  # type: ignore[misc]
    assert isinstance(profile.calendar, CalendarPolicy)
