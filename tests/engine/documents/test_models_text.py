"""The registry's list in words."""

from __future__ import annotations

from pathlib import Path

from engine.documents.model_card_tables import models_table
from engine.documents.models_text import render_models
from tests.engine.model_registry.registered import add, registry
from tests.engine.training.reports import MODELS


def test_figures_are_named_as_in_the_card(tmp_path: Path) -> None:
    """The names of a training's figures are words, and the same as over the card's columns."""
    made = registry(tmp_path)
    figures = {"log_loss": 0.6544, "calibration_error": 0.0712, "closed_to_in_service": 1.0321}
    add(made, "m-1", figures=figures)
    text = render_models(made.listed(), made.state())
    assert (
        "логарифмические потери 0,654, ошибка калибровки 0,071, закрытый дефицит к работающей 1,032"
        in text
    )
    head = models_table(MODELS).splitlines()[0]
    for word in ("логарифмические потери", "ошибка калибровки", "закрытый дефицит", "к работающей"):
        assert f"| {word} |" in head


def test_other_figures_keep_their_names_and_unknown_ones_no_number(tmp_path: Path) -> None:
    """A figure that the program does not know is named as it was; NaN is said in words."""
    made = registry(tmp_path)
    add(made, "m-1", figures={"своя мера": 0.25, "log_loss": float("nan")})
    text = render_models(made.listed(), made.state())
    assert "своя мера 0,25, логарифмические потери нет данных" in text
