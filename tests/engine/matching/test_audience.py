"""Audiences in the words of real catalogues."""

import pytest

from engine.domain import Position as P
from engine.matching.audience import infer_audience, with_audience
from tests.engine.matching.records import FRAMEWORK, activity

MANAGERS = (P.HEAD, P.DEPUTY_HEAD, P.UNIT_HEAD)


@pytest.mark.parametrize(
    ("text", "positions", "subjects"),
    [
        ("учителя математики и информатики", (P.TEACHER,), ("математика", "информатика")),
        ("учителя русского языка и литературы", (P.TEACHER,), ("русский язык", "литература")),
        ("Учителя физической культуры и ОБЖ", (P.TEACHER,), ("физическая культура", "обж")),
        ("учителя начальных классов", (P.PRIMARY_TEACHER,), ()),
        ("учителя", (P.TEACHER, P.PRIMARY_TEACHER), ()),
        ("классные руководители", (P.TEACHER, P.PRIMARY_TEACHER), ()),
        ("руководители общеобразовательных организаций", MANAGERS, ()),
        ("заместители директоров", (P.DEPUTY_HEAD,), ()),
        ("педагоги-психологи, социальные педагоги", (P.PSYCHOLOGIST, P.SOCIAL_PEDAGOGUE), ()),
        ("педагоги дополнительного образования", (P.EXTRA_TEACHER,), ()),
        ("педагоги дошкольного образования", (P.PRESCHOOL_TEACHER,), ()),
        ("учителя-логопеды", (P.SPEECH_THERAPIST,), ()),
    ],
)
def test_named_audiences(text: str, positions: tuple[P, ...], subjects: tuple[str, ...]) -> None:
    """Positions and subjects of the usual wordings, as a reader understands them."""
    found = infer_audience(text, FRAMEWORK)
    assert found.positions == positions
    assert sorted(found.subjects) == sorted(subjects)


@pytest.mark.parametrize(
    "text", ["", "педагоги", "педагоги и руководители", "работники образования", "члены совета"]
)
def test_open_audiences_stay_open(text: str) -> None:
    """Where anybody is meant, or nothing is recognised, nobody is shut out."""
    found = infer_audience(text, FRAMEWORK)
    assert (found.positions, found.subjects) == ((), ())


def test_codes_come_before_words() -> None:
    """An audience stated in codes is not overruled by its text."""
    stated = activity(audience="учителя физики", positions=(P.METHODIST,))
    assert with_audience(stated, FRAMEWORK) is stated
    worded = with_audience(activity(audience="учителя физики"), FRAMEWORK)
    assert (worded.positions, worded.subjects) == ((P.TEACHER,), ("физика",))
