"""A package written reads back equal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain import (
    Activity,
    Conditions,
    DiagnosticResult,
    Document,
    Educator,
    Form,
    Funding,
    HistoryItem,
    ItemResponse,
    Kind,
    Level,
    Meeting,
    Mentor,
    MentorForm,
    Method,
    Offering,
    Organisation,
    Position,
    Request,
    Slot,
    Stage,
    Technology,
)
from engine.interchange import DataPackage, read_package, write_package
from tests.engine.interchange.conftest import AS_OF, NODES

D = dt.date
MSK = dt.timezone(dt.timedelta(hours=3))
VLA = dt.timezone(dt.timedelta(hours=10))
SCHOOL = Organisation("s1", "Школа № 1; «Первая»", "Район", "Посёлок",
                      Conditions(True, False, 2, (1, 6)))  # fmt: skip
RICH = DataPackage(
    as_of=dt.datetime(2026, 8, 31, 9, tzinfo=MSK),
    time_zone="Asia/Vladivostok",
    activities=(
        Activity(
            "a1", Kind.DPP_PK, 'Курс "трудный", со всем; сразу', 36.5, Form.FORMAL,
            summary="Первая строка\nвторая", audience="учителя", positions=(Position.TEACHER,),
            subjects=("математика", "физика, астрономия"), stages=(Stage.BASIC, Stage.SECONDARY),
            provider="ИРО", document=Document.CERTIFICATE_PK, level=Level.REGIONAL,
            technologies=(Technology.BLENDED, Technology.CASE), network_form=True,
            partners=("Вуз; кафедра", r"Школа \ 2"), coverage={"MET.01": 0.6, "PSY.01": 0.25},
            coverage_confidence=0.5, prerequisites=(("a2", "a3"), ("a3",)),
            themes=("burnout_prevention", "своя тема"), register_from=D(2025, 9, 1),
            register_to=D(2028, 8, 31), price_rub=1500, funding=(Funding.STATE, Funding.OWN),
            language="tt", source="каталог", synthetic=True,
        ),
        Activity("a2", Kind.WEBINAR, "Вебинар", None, Form.NON_FORMAL),
        Activity("a3", Kind.CONTEST, "Конкурс", 2, Form.INFORMAL),
    ),
    offerings=(
        Offering(
            "o1", "a1", D(2026, 10, 5), D(2026, 11, 20), enrolment_until=D(2026, 9, 25),
            weekly_min=(240, 0, 180), seats_left=0, price_rub=0, locality="Владивосток",
            meetings=(
                Meeting(dt.datetime(2026, 10, 7, 15, tzinfo=VLA),
                        dt.datetime(2026, 10, 7, 18, tzinfo=VLA), "Владивосток"),
                Meeting(dt.datetime(2026, 10, 8, 15, tzinfo=MSK),
                        dt.datetime(2026, 10, 8, 18, 30, tzinfo=MSK)),
            ),
        ),
        Offering("o2", "a3", None, None, self_paced=True),
    ),
    organisations=(SCHOOL, Organisation("s2", "Сад")),
    educators=(
        Educator(
            "e1", Position.TEACHER, ("математика",), (Stage.BASIC,), SCHOOL, "Район",
            D(1998, 4, 12), D(2033, 4, 12), D(2024, 9, 1), D(2025, 9, 1), 180, 6000,
            Conditions(None, True, 1, (3,)), ("проекты",), ("ru", "tt"), "Asia/Vladivostok",
        ),
        Educator("e2", Position.HEAD, tempo_min_per_week=0),
    ),
    mentors=(
        Mentor(
            "m1", Position.METHODIST, ("математика",), (Stage.BASIC,), "s1", "Район",
            (MentorForm.TUTOR, MentorForm.PEER), True, D(2026, 1, 10), 2, ("MET.01",), ("ru", "en"),
            (Slot(dt.datetime(2026, 9, 9, 15, tzinfo=MSK),
                  dt.datetime(2026, 9, 9, 16, tzinfo=MSK)),),
            False, ("e2",), D(2027, 12, 31),
        ),
    ),
    diagnostics={"e1": (
        DiagnosticResult("p1", D(2026, 5, 20), Method.TEST, "MET", 11.5, 25, 6),
        DiagnosticResult("p2", D(2026, 5, 21), Method.OBSERVATION, "MET", 1, 3, None, "внешний",
                         "1.2"),
    )},
    responses={"e1": (
        ItemResponse("p1", D(2026, 5, 20), "q1", 0.5, "MET.01"),
        ItemResponse("p1", D(2026, 5, 20), "q2", 1.0, "MET"),
        ItemResponse("p1", D(2026, 5, 20), "q2", 1.0, "MET.01"),
    )},
    requests={"e2": (Request("r1", "MET.01"), Request("r2", text="Хочу; много", weight=2.5),
                     Request("r3", career_position=Position.HEAD))},
    history={"e1": (HistoryItem(D(2025, 3, 14), "a2"), HistoryItem(D(2020, 1, 1), None, "Старое"))},
    busy={"e1": (Slot(dt.datetime(2026, 9, 1, 8, tzinfo=VLA),
                      dt.datetime(2026, 9, 1, 14, tzinfo=VLA)),)},
    items={"q1": ("MET.01",), "q2": ("MET", "MET.01")},
    labels={"e1": "Образцова Анна Ивановна", "m1": "Наставник Пётр"},
    framework="educator-2026",
    policy="default",
    name="rich",
    title="Полный пакет",
    licences=("CC-BY-4.0",),
    sources=("каталог института", "диагностика"),
)  # fmt: skip


def reread(package: DataPackage, folder: Path) -> DataPackage:
    write_package(package, folder)
    report = read_package(folder, known_nodes=NODES)
    return report.accepted()


def test_a_package_with_everything_reads_back_equal(tmp_path: Path) -> None:
    """Every field of every table survives."""
    assert reread(RICH, tmp_path) == RICH


def test_no_field_of_the_domain_is_at_its_default_in_the_rich_package() -> None:
    """The rich package would miss a forgotten column: some value of each field differs."""
    groups: list[tuple[object, ...]] = [
        RICH.activities, RICH.offerings, RICH.organisations, RICH.educators, RICH.mentors,
        RICH.diagnostics["e1"], RICH.requests["e2"], RICH.history["e1"],
    ]  # fmt: skip
    for group in groups:
        for field in dataclasses.fields(group[0]):  # type: ignore[arg-type]
            if field.name in ("display_name",) or (
                field.default is dataclasses.MISSING
                and field.default_factory is dataclasses.MISSING
            ):
                continue
            default = (
                field.default
                if field.default is not dataclasses.MISSING
                else field.default_factory()  # type: ignore[misc]
            )
            assert any(getattr(v, field.name) != default for v in group), field.name


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """The same package gives the same files."""
    first = {p.name: p.read_bytes() for p in write_package(RICH, tmp_path / "1")}
    second = {p.name: p.read_bytes() for p in write_package(RICH, tmp_path / "2")}
    assert first == second


def test_an_unanswered_item_stays_unanswered(tmp_path: Path) -> None:
    """NaN is an empty cell and NaN again, never zero."""
    answer = ItemResponse("p1", D(2026, 5, 20), "q1", math.nan, "MET.01")
    package = dataclasses.replace(RICH, responses={"e1": (answer,)})
    (back,) = reread(package, tmp_path).responses["e1"]
    assert math.isnan(back.response)


def test_an_answer_counts_for_every_node_of_its_item(tmp_path: Path) -> None:
    """A row of answers that names no node takes all of those in the table of items."""
    write_package(RICH, tmp_path)
    rows = "educator_id,procedure_id,date,item,response\ne1,p1,2026-05-20,q2,1\n"
    (tmp_path / "responses.csv").write_text(rows)
    found = read_package(tmp_path, known_nodes=NODES).accepted().responses["e1"]
    assert [(r.item, r.response, r.node) for r in found] == [
        ("q2", 1.0, "MET"), ("q2", 1.0, "MET.01"),
    ]  # fmt: skip


def test_names_are_refused_outside_labels(tmp_path: Path) -> None:
    """A name on an educator would be lost or leak: the caller is told; nothing is written."""
    named = dataclasses.replace(RICH.educators[1], display_name="Иванова")
    with pytest.raises(ValueError, match="labels"):
        write_package(dataclasses.replace(RICH, educators=(named,)), tmp_path)
    with pytest.raises(ValueError, match="organisation"):
        write_package(dataclasses.replace(RICH, organisations=()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_names_stand_in_their_own_file_only(tmp_path: Path) -> None:
    """No other file of the package holds a name."""
    for path in write_package(RICH, tmp_path):
        assert ("Образцова" in path.read_text()) == (path.name == "labels.csv")


T = TypeVar("T")
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"),
                  include_characters=" \n"), min_size=1, max_size=20,
).filter(lambda s: s == s.replace("\u00a0", " ").strip() != "" and s.upper()[0] != "#")  # fmt: skip
texts = st.just("") | words
lists = st.lists(words, max_size=3, unique=True).map(tuple)
days = st.dates(D(2000, 1, 1), D(2030, 12, 31))
maybe_days = st.none() | days


def some(values: type[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(st.sampled_from(list(values)), unique=True, max_size=3).map(tuple)  # type: ignore[call-overload]


@st.composite
def activities(draw: Callable[[st.SearchStrategy[T]], T]) -> tuple[Activity, ...]:
    made = []
    for number in range(draw(st.integers(1, 3))):
        span = sorted(draw(st.tuples(days, days)))
        made.append(
            Activity(
                id=f"a{number}",
                kind=draw(st.sampled_from(Kind)),
                title=draw(words),
                hours_academic=draw(st.none() | st.floats(0.01, 2000)),
                form=draw(st.sampled_from(Form)),
                summary=draw(texts),
                audience=draw(texts),
                positions=draw(some(Position)),
                subjects=draw(lists),
                provider=draw(texts),
                document=draw(st.sampled_from(Document)),
                level=draw(st.none() | st.sampled_from(Level)),
                technologies=draw(some(Technology)),
                network_form=draw(st.booleans()),
                partners=draw(lists),
                coverage=draw(
                    st.dictionaries(st.sampled_from(list(NODES)), st.floats(0, 0.33), max_size=3)
                ),
                register_from=span[0],
                register_to=span[1],
                price_rub=draw(st.integers(0, 10_000_000)),
                funding=draw(some(Funding)),
                source=draw(texts),
                synthetic=draw(st.booleans()),
            )
        )
    return tuple(made)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(activities(), st.lists(st.tuples(texts, maybe_days, lists), max_size=3))
def test_any_catalogue_reads_back_equal(
    catalogue: tuple[Activity, ...], people: list[tuple[str, dt.date | None, tuple[str, ...]]]
) -> None:
    """Whatever the texts, numbers and dates, the package read is the package written."""
    educators = tuple(
        Educator(f"e{i}", Position.TEACHER, subjects=subjects, district=district, post_start=day)
        for i, (district, day, subjects) in enumerate(people)
    )
    package = DataPackage(AS_OF, "Europe/Moscow", activities=catalogue, educators=educators)
    with tempfile.TemporaryDirectory() as folder:
        assert reread(package, Path(folder)) == package
