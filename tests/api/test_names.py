"""What is taken for the name of a person, and what is not."""

import pytest

from api.names import looks_like_name


@pytest.mark.parametrize(
    "text",
    [
        "Иванова Анна Петровна",
        "Иванова Анна",
        "ИВАНОВА АННА ПЕТРОВНА",
        "Петрова-Водкина Мария Ильинична",
        "Иванова А. П.",
        "Иванова А.П.",
        "А. П. Иванова",
        "иванова анна петровна",
        "Алиев Вагиф Мамед оглы",
        "Иванова_Анна_Петровна",
        "  Иванова   Анна  Петровна ",
    ],
)
def test_names_are_seen(text: str) -> None:
    """Full names, surnames with initials and patronymics, however they are spaced or cased."""
    assert looks_like_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "E01",
        "П-001",
        "Педагог 7",
        "Учитель-12",
        "Ромашка",
        "школа-5/учитель математики",
        "ПЕД 001",
        "Teacher Seven",
        "6f1c2d",
        "учитель физики",
        "",
    ],
)
def test_codes_pass(text: str) -> None:
    """Anything with a digit, in Latin letters or of one word is a code."""
    assert not looks_like_name(text)
