"""Numbers, dates and sentences in Russian and English against grammar and typography."""

import ast
import datetime as dt
import math
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import domain
from engine.deficits.assess import NEXT_ACTIONS
from engine.domain import ACADEMIC_HOUR_MIN, Reason
from engine.matching.factors import FACTORS
from engine.planning.problem import RULES
from engine.planning.solution import SolveStatus
from engine.policy import load_policy
from engine.recommendation import ConflictMember, Repair, Unmet
from engine.wording import (
    FAMILIES,
    LANGUAGES,
    certificate_words,
    label,
    likelihood_words,
    next_steps,
    official_level_words,
    phrase,
    sentence,
    status_words,
    word,
)
from engine.wording.dates import date, month, span, times, utc_offset, weekday
from engine.wording.messages import parameters_of
from engine.wording.quantities import (
    academic,
    chance,
    interval,
    minutes,
    minutes_both,
    number,
    percent,
    percent_up,
    plural,
    roubles,
    signed,
)
from engine.wording.summaries import (
    CLEAR,
    LIKELY,
    UNLIKELY,
    direction_words,
    own_result_words,
)
from engine.wording.tables import declared, tables
from engine.wording.values import FORMATS

ENGINE = Path(engine.__file__).parent
HOURS = ("час", "часа", "часов")


# --------------------------------------------------------------------------- quantities


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (0, "часов"),
        (1, "час"),
        (2, "часа"),
        (4, "часа"),
        (5, "часов"),
        (11, "часов"),
        (12, "часов"),
        (14, "часов"),
        (20, "часов"),
        (21, "час"),
        (22, "часа"),
        (25, "часов"),
        (101, "час"),
        (111, "часов"),
        (112, "часов"),
        (1.5, "часа"),
    ],
)
def test_russian_plural(value, form):
    """Russian takes one form after 1, 21, 101; another after 2–4 but not 12–14; a third else."""
    assert plural(value, HOURS, "ru") == form


def test_english_plural():
    """English has the singular after one only."""
    assert [plural(n, ("hour", "hours"), "en") for n in (0, 1, 2, 1.5)] == [
        "hours",
        "hour",
        "hours",
        "hours",
    ]


@pytest.mark.parametrize(
    ("value", "russian", "english"),
    [
        (0, "0 мин", "0 min"),
        (45, "45 мин", "45 min"),
        (60, "1 ч", "1 h"),
        (200, "3 ч 20 мин", "3 h 20 min"),
        (4455, "74 ч 15 мин", "74 h 15 min"),
        (-90, "−1 ч 30 мин", "−1 h 30 min"),
    ],
)
def test_minutes(value, russian, english):
    """Clock minutes are hours and minutes, without a zero part."""
    assert minutes(value, "ru") == russian
    assert minutes(value, "en") == english


def test_academic_hours_stand_beside():
    """An academic hour is 45 minutes: 200 minutes are 4.44 of them."""
    assert minutes_both(200, "ru") == "3 ч 20 мин (4,4 ак. ч)"
    assert minutes_both(90, "en") == "1 h 30 min (2 ac. h)"
    assert academic(36.0, "ru") == "36 ак. ч"


@pytest.mark.parametrize(
    ("value", "russian", "english"),
    [
        (0.5, "0,5", "0.5"),
        (0.125, "0,13", "0.13"),
        (1200, "1200", "1,200"),
        (12000, "12 000", "12,000"),
        (1234567.891, "1 234 567,89", "1,234,567.89"),
        (-0.5, "−0,5", "−0.5"),
        (-0.001, "0", "0"),
    ],
)
def test_number(value, russian, english):
    """Comma and spaces in Russian, point and commas in English, halves rounded up."""
    assert number(value, "ru") == russian
    assert number(value, "en") == english


def test_percent_and_money():
    """Per cent is set off by a space in Russian; one decimal only below ten."""
    assert percent(0.55, "ru") == "55 %"
    assert percent(0.008, "ru") == "0,8 %"
    assert percent(0.555, "en") == "56%"
    assert roubles(6500, "ru") == "6500 ₽"
    assert interval(0.2, 0.64, "ru") == "0,20–0,64"


@given(st.floats(0, 10))
def test_a_proven_limit_is_never_overstated(share):
    """The printed percentage of a gap is at least the gap and less than 0.1 above it."""
    printed = float(percent_up(share, "en").rstrip("%").replace(",", ""))
    assert printed >= 100 * share - 1e-6
    assert printed < 100 * share + 0.1 + 1e-6


# --------------------------------------------------------------------------- dates


def test_dates():
    """Month names stand in the genitive after a day and in the nominative alone."""
    day = dt.date(2026, 11, 16)
    assert date(day, "ru") == "16 ноября 2026"
    assert date(day, "en") == "16 November 2026"
    assert month(day, "ru") == "ноябрь"
    assert weekday(day.isoweekday(), "ru") == "понедельник"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-16", "2026-11-16", "16 ноября 2026"),
        ("2026-11-16", "2026-11-20", "16–20 ноября 2026"),
        ("2026-11-28", "2026-12-03", "28 ноября – 3 декабря 2026"),
        ("2026-12-28", "2027-01-10", "28 декабря 2026 – 10 января 2027"),
        ("2026-11-16", "2027-11-20", "16 ноября 2026 – 20 ноября 2027"),
    ],
)
def test_spans(start, end, text):
    """A span repeats neither the month nor the year that both ends share."""
    assert span(dt.date.fromisoformat(start), dt.date.fromisoformat(end), "ru") == text


def test_times_and_offsets():
    """A meeting is told with its weekday; an offset with its sign and its half hours."""
    start = dt.datetime.fromisoformat("2026-11-16T15:00+10:00")
    end = start + dt.timedelta(minutes=90)
    assert times(start, end, "ru") == "16 ноября 2026 (пн), 15:00–16:30"
    assert times(start, start + dt.timedelta(hours=12), "ru").endswith("17 ноября 2026, 03:00")
    assert utc_offset(start) == "UTC+10"
    assert utc_offset(dt.datetime.fromisoformat("2026-01-01T00:00-03:30")) == "UTC−3:30"


# --------------------------------------------------------------------------- messages


def test_optional_parts_and_plurals():
    """A part in brackets appears with its parameters and is left out without them."""
    parameters = {"title": "Оценивание", "expected": 0.12, "n_tasks_wrong": 4, "n_tasks": 6}
    assert word("closes_deficit", parameters) == (
        "уменьшает дефицит «Оценивание»: ожидаемо на 0,12 (не выполнено 4 из 6 заданий)"
    )
    assert word("closes_deficit", {"title": "Оценивание"}) == "уменьшает дефицит «Оценивание»"
    assert word("closes_deficit", {**parameters, "n_tasks": 21}).endswith("4 из 21 задания)")
    assert word("more_steps", {"steps": 2}, family="repair") == (
        "разрешить в маршруте больше: ещё 2 мероприятия"
    )


def test_a_required_parameter_that_is_absent_is_not_stated():
    """What a sentence cannot do without reads «не указано», never a filler."""
    assert word("practice_for", {}) == "переносит в практику программу «не указано»"
    assert word("practice_for", {"title": math.nan}, "en").endswith("“not stated” into practice")


def test_family_decides_the_side_of_a_code():
    """One code is a reason here, a conflict there, and a rule elsewhere."""
    assert word("tempo", {"asked_min": 200, "limit_min": 90}) == (
        "не помещается в недельный темп: нужно 3 ч 20 мин, есть 1 ч 30 мин"
    )
    assert word("tempo", {"tempo_min": 90}, family="conflict") == "недельный темп: 1 ч 30 мин"
    assert word("tempo", {}, family="rule") == "недельная нагрузка не больше темпа"


def test_a_code_may_name_another_code():
    """The cause of an unmet demand is worded inside its reason."""
    assert word("not_eligible", {"code": "seats"}, family="unmet").endswith(": мест не осталось")


def test_several_repairs_together():
    """A repair of several changes words each of them as a repair."""
    changes = [
        {"code": "drop_pin", "label": "a-1", "rule": "pinned"},
        {"code": "relax_rule", "rule": "transfer"},
    ]
    assert word("together", {"changes": changes}, family="repair") == (
        "изменить сразу несколько: снять закрепление мероприятия a-1; "
        "снять требование политики: практика вслед за программой"
    )


def test_records_are_worded_with_extra_parameters():
    """Records with a code are worded directly; parameters of the call come on top."""
    reason = Reason("mentor_fit_competency", {"value": 0.5, "demands": ("A",)})
    assert word(reason) == "силён там, где у педагога дефицит или запрос: на 50 %"
    assert word(reason, {"titles": ["Оценивание"]}).endswith("в том числе «Оценивание»")


def test_unknown_code_and_language():
    """An unknown code comes back with its parameters, an unknown language as Russian."""
    assert word("brand_new", {"b": 1.5, "a": ["x", "y"]}, "ru") == "brand_new (a: x, y, b: 1,5)"
    assert word("brand_new") == "brand_new"
    assert word("no_gain", {}, "de") == word("no_gain", {}, "ru")
    assert word("no_gain", {}, "en-GB") == word("no_gain", {}, "en")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.sampled_from(list(domain.Form)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
        | st.lists(st.text(max_size=3), max_size=3).map(frozenset)
    ),
    max_leaves=4,
)
ALL_CODES = sorted((family, code) for family in FAMILIES for code in declared()[family])


@given(st.sampled_from(ALL_CODES), st.sampled_from(LANGUAGES), st.data())
def test_wording_never_raises(family_and_code, language, data):
    """Whatever a parameter holds, a message comes out."""
    family, code = family_and_code
    names = declared()[family][code]
    parameters = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES)))
    assert isinstance(word(code, parameters, language, family=family), str)


@pytest.mark.parametrize("family", FAMILIES)
def test_catalogue_is_complete_and_declared(family):
    """Both languages word the declared codes, with the same and only declared parameters."""
    assert set(tables("ru")[family]) == set(tables("en")[family]) == set(declared()[family])
    for code, names in declared()[family].items():
        russian, english = (parameters_of(tables(lang)[family][code]) for lang in LANGUAGES)
        assert russian == english, code
        assert russian <= set(names), code


def test_no_family_is_forgotten():
    """The declared families are those that are looked up."""
    assert set(declared()) == set(FAMILIES)


def test_tables_agree_between_languages():
    """Every list and every page phrase has the same keys and parameters in both languages."""
    assert set(tables("ru")) == set(tables("en"))
    for table, russian in tables("ru").items():
        english = tables("en")[table]
        assert set(russian) == set(english), table
        for key in russian:
            assert parameters_of(russian[key]) == parameters_of(english[key]), (table, key)


def test_templates_use_known_formats_words_and_lists():
    """A placeholder names a format that exists, a plural that exists, a list that exists."""
    placeholder = re.compile(r"\{([^}]*)\}")
    for language in LANGUAGES:
        found = tables(language)
        assert all(
            text.count("|") == (2 if language == "ru" else 1) for text in found["plurals"].values()
        )
        for table in (*FAMILIES, "page"):
            for key, text in found[table].items():
                for inside in placeholder.findall(text):
                    name, _, form = inside.partition(":")
                    form, _, argument = form.partition(" ")
                    assert re.fullmatch(r"[a-z_0-9]+", name), (table, key)
                    assert form == "code" or form in FORMATS, (table, key)
                    if form == "count":
                        assert argument in found["plurals"], (table, key)
                    if form == "label":
                        assert f"label_{argument}" in found, (table, key)


# --------------------------------------------------------------------------- coverage of codes


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


ENUMS = [
    value
    for value in vars(domain).values()
    if isinstance(value, type) and issubclass(value, domain.StrEnum) and value is not domain.StrEnum
] + [SolveStatus]


@pytest.mark.parametrize("enum", ENUMS, ids=lambda e: e.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_member_of_every_list_has_a_name(enum, language):
    """Controlled lists are complete: no code is shown to a person."""
    for member in enum:
        assert label(_snake(enum.__name__), member, language)
        assert member.value in tables(language)[f"label_{_snake(enum.__name__)}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_name(language):
    """Each rule code has a sentence and a short name."""
    for rule in (*RULES, "required_theme", "required_activity"):
        assert rule in tables(language)["rule"]
        assert rule in tables(language)["label_rule_of"]


def test_factors_and_actions_have_words():
    """Factors of the relevance and next actions are worded."""
    assert set(FACTORS) <= set(tables("ru")["label_factor"])
    assert set(NEXT_ACTIONS) <= set(tables("ru")["action"])


FAMILY_OF_RECORD = {
    Reason.__name__: ("reason", "unmet"),
    Unmet.__name__: ("unmet",),
    ConflictMember.__name__: ("conflict",),
    "Member": ("conflict",),
    Repair.__name__: ("repair",),
    "RepairOption": ("repair",),
    "priced": ("repair",),
    "ChangeOutcome": ("change",),
    "ChangeKind": ("change",),
    "single": ("change",),
    "Relaxation": ("change",),
}
POSITION_OF_CODE = {"Unmet": 2}


def _constants(module: ast.Module) -> dict[str, str]:
    """Names bound to a string at the top of a module."""
    return {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@cache
def _calls() -> tuple[tuple[Path, dict[str, str], tuple[ast.Call, ...]], ...]:
    """Every file of the engine that calls a record, with its constants and its calls of names."""
    found = []
    for path in sorted(ENGINE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not any(f"{name}(" in text for name in FAMILY_OF_RECORD):
            continue
        module = ast.parse(text)
        calls = [n for n in ast.walk(module) if isinstance(n, ast.Call)]
        plain = tuple(n for n in calls if isinstance(n.func, ast.Name))
        found.append((path, _constants(module), plain))
    return tuple(found)


def _codes_used() -> set[tuple[str, str, str]]:
    """(record, code, file) of every record in the engine whose code can be read off the source."""
    used = set()
    for path, constants, calls in _calls():
        for node in calls:
            name = node.func.id
            if name not in FAMILY_OF_RECORD:
                continue
            position = POSITION_OF_CODE.get(name, 0)
            given_codes = [k.value for k in node.keywords if k.arg == "code"]
            given_codes += node.args[position : position + 1]
            for value in given_codes:
                parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                for part in parts:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        used.add((name, part.value, path.name))
                    elif isinstance(part, ast.Name) and part.id in constants:
                        used.add((name, constants[part.id], path.name))
    return used


def test_every_code_that_the_engine_uses_is_worded():
    """No stage makes a reason, unmet demand, conflict or repair that people cannot read."""
    used = _codes_used()
    assert len(used) > 30, "the scan finds no codes any more"
    missing = [
        entry
        for entry in sorted(used)
        if not any(entry[1] in declared()[family] for family in FAMILY_OF_RECORD[entry[0]])
    ]
    assert not missing


def test_codes_chosen_from_tables_are_worded():
    """Codes that stages take from tables rather than write in place are worded as well."""
    from engine.planning import explain
    from engine.planning.compile_runs import STAGES

    assert set(STAGES) <= set(declared()["reason"])
    unmet = {*explain._UNMET_OF_RULE.values(), *explain._UNMET_OF_DROP.values()}
    assert unmet | {"no_activity", "outranked", "not_eligible"} <= set(declared()["unmet"])
    assert {f"mentor_fit_{name}" for name in ("competency", "subject", "position", "district")} <= (
        set(declared()["reason"])
    )


WORDED_AHEAD = {
    "inferred_coverage": "waits for coverage with its origin in the recommendation",
}
"""Reasons that have words and that no stage makes yet, and why they are kept."""


def _made_elsewhere() -> set[str]:
    """Reasons whose code is no literal at its ``Reason``: from tables and composed ones."""
    from engine.planning.compile_runs import STAGES
    from engine.planning.standing import REASON_OF_RULE
    from engine.planning.validity import PIN_CODES

    composed = {
        f"{prefix}{end}"
        for _, _, calls in _calls()
        for node in calls
        if node.func.id == "Reason" and node.args and isinstance(node.args[0], ast.JoinedStr)
        for prefix in [getattr(node.args[0].values[0], "value", "")]
        for end in ("competency", "subject", "position", "district")
    }
    return {*STAGES, *composed, *PIN_CODES, *REASON_OF_RULE.values()}


@pytest.mark.slow
def test_every_worded_reason_is_made_by_some_stage():
    """No words are kept for reasons that nobody gives; the few that wait are named with why."""
    made = {code for record, code, _ in _codes_used() if record == "Reason"} | _made_elsewhere()
    idle = set(declared()["reason"]) - made
    assert idle <= set(WORDED_AHEAD)
    assert set(WORDED_AHEAD) <= set(declared()["reason"])


def test_notes_on_what_was_not_taken_as_given():
    """Each says what was left out and, where something can be done, what."""
    limit = {"limit": "tempo_max_min", "asked": 600, "applied": 330}
    assert word("limit_applied", limit) == (
        "политика не допускает столько, сколько запрошено: темп, минут в неделю, запрошено 600, "
        "взято 330"
    )
    assert word("node_not_applicable", {"title": "Физика"}) == (
        "результат диагностики не учтён: компетенция «Физика» не относится к должности, "
        "предметам или уровню образования педагога"
    )
    assert "«Курсы»; чтобы учесть" in word("history_not_matched", {"title": "Курсы"})


# --------------------------------------------------------------------------- summaries


def test_official_level_and_probability_stand_apart():
    """The share belongs to the official level, the probability to the posterior."""
    chances = (0.71, 0.22, 0.07)
    assert official_level_words("high", chances, 11, 20) == "высокий (55 %; вероятность 0,71)"
    assert official_level_words("medium", chances, 15, 20, "en") == (
        "medium (75%; probability 0.22)"
    )
    assert official_level_words("high", None, 11, 20) == "высокий (55 %)"
    assert official_level_words("high", chances, None, None) == "высокий (вероятность 0,71)"
    assert official_level_words("high", (math.nan,) * 3, None, None) == "высокий"
    assert official_level_words(None, None, None, None) == "не измерялся"


@pytest.mark.parametrize(
    ("probability", "written"),
    [(0.0, "0,00"), (0.004, "< 0,01"), (0.005, "0,01"), (0.712, "0,71"), (0.994, "0,99"),
     (0.996, "> 0,99"), (1.0, "1,00")],
)  # fmt: skip
def test_rounding_makes_no_probability_certain(probability, written):
    """0,00 and 1,00 stand for exact zero and one only."""
    assert chance(probability, "ru") == written
    assert chance(probability, "en") == written.replace(",", ".")
    words = official_level_words("high", (probability, 1 - probability, 0.0), 11, 20)
    assert words == f"высокий (55 %; вероятность {written})"


def test_a_change_has_its_sign():
    """Plus, minus, and none where nothing of the change is left by rounding."""
    written = [signed(value, "ru") for value in (0.213, -0.051, 0.004, -0.004, 0.0)]
    assert written == ["+0,21", "−0,05", "0,00", "0,00", "0,00"]
    assert signed(0.213, "en") == "+0.21"


def test_likelihood_tells_the_tasks():
    """Tasks done follow from score, maximum and number."""
    assert likelihood_words((0.5, 0.3, 0.2), 2, 6, 6) == "вероятный дефицит (2 из 6 заданий)"
    assert likelihood_words((0.9, 0.06, 0.04), 0, 6, 6) == "явный дефицит (0 из 6 заданий)"
    assert likelihood_words((0.1, 0.1, 0.8), 6, 6, 1).startswith("дефицит маловероятен (1 из 1 ")
    assert likelihood_words((0.5, 0.3, 0.2), 2, 6, None) == "вероятный дефицит"
    assert likelihood_words(None, None, None, None) == "не измерялось"


@pytest.mark.parametrize(
    ("score", "maximum", "tasks", "told"),
    [
        (15, 25, 7, "15 из 25 баллов, 7 заданий"),  # 60 % is medium, 4 of 7 (57 %) is high
        (3.5, 6, 6, "3,5 из 6 баллов, 6 заданий"),  # 58 % is high, 4 of 6 (67 %) is medium
        (1.5, 5, 1, "1,5 из 5 баллов, 1 задание"),
        (1, 3, 2, "1 из 3 баллов, 2 задания"),
        (8, 24, 6, "2 из 6 заданий"),
        (0.1, 0.3, 3, "1 из 3 заданий"),  # a third as floats write it
    ],
)
def test_no_number_of_tasks_is_rounded(score, maximum, tasks, told):
    """A score that stands for no whole number of tasks is told as it is."""
    assert own_result_words(score, maximum, tasks) == told


@pytest.mark.parametrize(
    ("above", "said"),
    [
        (0.31, "неясно, есть ли дефицит"), (0.5, "неясно, есть ли дефицит"),
        (0.69, "неясно, есть ли дефицит"), (0.3, "дефицит маловероятен"),
        (0.0, "дефицит маловероятен"), (0.7, "вероятный дефицит"), (0.89, "вероятный дефицит"),
        (1.0, "вероятный дефицит"),
    ],
)  # fmt: skip
def test_around_a_half_nothing_is_claimed(above, said):
    """Probable from 0.7, unlikely up to 0.3, unclear between; clear only by a high deficit."""
    assert likelihood_words((above / 2, above / 2, 1 - above), None, None, None) == said


def test_clear_is_a_deficit_that_is_high_nearly_for_sure():
    """From 0.9 of the high level on; two of six tasks by themselves are not enough."""
    assert likelihood_words((0.9, 0.05, 0.05), None, None, None) == "явный дефицит"
    assert likelihood_words((0.89, 0.11, 0.0), 2, 6, 6) == "вероятный дефицит (2 из 6 заданий)"


def test_verdicts_have_the_thresholds_of_changes():
    """A deficit is probable here and likely to remain there at one probability."""
    dynamics = load_policy("default").dynamics
    assert (dynamics.removed_probability, dynamics.likely_probability) == (CLEAR, LIKELY)
    assert pytest.approx(1 - dynamics.likely_probability) == UNLIKELY


def test_a_verdict_against_the_own_result_says_where_it_comes_from():
    """6 of 6 beside a deficit, and 2 of 6 beside none, are explained and never called clear."""
    sure, none = (0.9, 0.06, 0.04), (0.05, 0.1, 0.85)
    assert likelihood_words(sure, 6, 6, 6, official_level="minimal") == (
        "возможен дефицит: так выходит по всем результатам вместе; на этом блоке 6 из 6 заданий"
    )
    assert likelihood_words(none, 2, 6, 6, official_level="high") == (
        "дефицит маловероятен: так выходит по всем результатам вместе; на этом блоке 2 из 6 заданий"
    )
    assert likelihood_words(sure, 2, 6, 6, official_level="high").startswith("явный дефицит (2")
    assert likelihood_words(none, 6, 6, 6, official_level="minimal").startswith(
        "дефицит маловероятен (6"
    )
    assert "all results together; on this block 6 of 6 tasks" in likelihood_words(
        sure, 6, 6, 6, "en", official_level="minimal"
    )
    assert word("closes_deficit", {"title": "Оценивание", "result_share": 1.0}) == (
        "уменьшает дефицит «Оценивание» (дефицит возможен по всем результатам вместе, "
        "на этом блоке: 100 %)"
    )


def test_a_change_has_its_direction():
    """From 0.9 up and 0.1 down it is told, between them not; a growth that removes nothing too."""
    assert direction_words(0.9, "removed") == "владение выросло"
    assert direction_words(0.99, "likely_remains") == (
        "владение выросло, но порог минимального уровня ещё не показан"
    )
    assert direction_words(0.1, "likely_remains") == "владение снизилось"
    assert direction_words(0.89, "unknown") is direction_words(0.11, "unknown") is None


def test_certificate_in_plain_words():
    """Each status says what is proved, and a clock cut warns of other machines."""
    assert certificate_words("WITHIN_GAP", 0.008) == (
        "Доказано: лучший маршрут по всему каталогу был бы лучше этого не более чем на 0,8 %",
    )
    assert "лучшего маршрута по всему каталогу нет" in certificate_words("OPTIMAL", 0.0)[0]
    assert "7,2 %" in certificate_words("FEASIBLE", 0.0711)[0]
    assert "не доказано" in certificate_words("FEASIBLE", None)[0]
    assert len(certificate_words("FEASIBLE", 0.1, cut_by_clock=True)) == 2
    for status in SolveStatus:
        for language in LANGUAGES:
            text = certificate_words(status.value, None, language=language)[0]
            assert not text.startswith("certificate_")
            assert status_words(status.value, language) != status.value


def test_an_empty_route_is_nothing_to_boast_of():
    """Without a step neither status nor certificate speaks of the best route."""
    assert status_words("OPTIMAL", empty=True) == "подходящих мероприятий нет: маршрут пуст"
    assert "остановлен" in status_words("FEASIBLE", empty=True)
    for language in LANGUAGES:
        for status in ("OPTIMAL", "WITHIN_GAP", "FEASIBLE"):
            (text,) = certificate_words(status, 0.0, empty=True, language=language)
            assert text not in certificate_words(status, 0.0, language=language)
            assert "лучш" not in text
            assert "better" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_open_demand_has_something_to_do(language):
    """Whatever keeps a demand open, it is said what to change; nothing open asks for a request."""
    asking = next_steps("OPTIMAL", (), language)
    assert len(asking) == 1
    for code in declared()["unmet"]:
        (advice,) = next_steps("OPTIMAL", {code}, language)
        assert advice not in asking, code
    both = next_steps("FEASIBLE", {"no_run", "seats", "budget"}, language)
    assert len(both) == 3
    assert both[1:] == next_steps("OPTIMAL", {"no_run", "seats", "budget"}, language)


def test_sentences():
    """A phrase becomes a sentence once."""
    assert sentence("мест не осталось") == "Мест не осталось."
    assert sentence("Готово.") == "Готово."
    assert sentence("") == ""


def test_page_phrases_that_documents_use_exist_and_none_is_idle():
    """Every phrase that a document asks for is there, and no phrase is left unused."""
    sources = [*sorted((ENGINE / "documents").rglob("*.py"))]
    sources += sorted((ENGINE / "documents").rglob("*.j2"))
    sources += sorted((ENGINE / "wording").glob("*.py"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r"\bt\(\s*[\"']([A-Za-z_]+)[\"']\s*[,)]", text))
    asked |= set(re.findall(r"phrase\(\s*[\"']([A-Za-z_]+)[\"']", text))
    known = set(tables("ru")["page"])
    assert asked <= known
    quoted = set(re.findall(r"[\"']([A-Za-z_]+)[\"']", text))
    composed = re.compile(r"certificate_|legend_(non_|in)?formal|demand_")
    assert {key for key in known - quoted if not composed.match(key)} == set()
    assert phrase("no_such_phrase") == "no_such_phrase"


def test_academic_hour_constant():
    """The academic hour of the page is the domain's."""
    assert ACADEMIC_HOUR_MIN == 45


def test_a_pin_is_named_by_its_title_where_it_is_known():
    """People know titles, not codes; the code stays for search."""
    titled = word("drop_pin", {"label": "a-1", "title": "Урок"}, family="repair")
    assert titled == "снять закрепление мероприятия «Урок», код a-1"
