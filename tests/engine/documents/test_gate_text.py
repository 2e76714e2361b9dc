"""The gate's report in words: every threshold, every number, and what to do about a refusal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.documents.gate_text import refusals, render_gate
from engine.policy import load_policy
from engine.training.gate import Evaluated, gate
from engine.training.gate_report import GateReport

THRESHOLDS = load_policy("default").promotion


def report(**changes: object) -> GateReport:
    n = 400
    own = np.tile([0.8, 1.2], n // 2)
    in_service = Evaluated(
        version="m-1",
        digest="",
        people=tuple(str(i) for i in range(n)),
        closed=own,
        calibration_error=0.04,
        calibration_n=700,
        latency_s=np.array([0.004]),
    )
    candidate = replace(in_service, version="m-2", digest="ab" * 32, **changes)  # type: ignore[arg-type]
    slices = {"село | район": np.arange(n) < 120, "мал": np.arange(n) < 20}
    return gate(candidate, in_service, slices, THRESHOLDS)


def test_every_threshold_and_number_is_printed() -> None:
    """The table names the five thresholds of the policy beside what was found."""
    text = render_gate(report(closed=np.tile([0.8, 1.2], 200) * 1.015))
    assert "Допуск модели m-2: допущена" in text
    assert "m-1 (веса из поставки)" in text
    for part in (
        "не меньше 50 | 400",
        "не ниже −1 % | +1,5 % (изменение +1,5 % ± 0 %; в среднем 1 → 1,015)",
        "срезы не меньше 100 педагогов | падение не больше 3 %, если не случайно | "
        "хуже всех село \\| район: +1,5 %",
        "не больше 0,02 | 0,04 → 0,04 (исходов 700 и 700)",
        "меньше 2 | 1 (4 мс → 4 мс)",
        "| мал | 20 | 1 | 1,015 | +1,5 % | не измерено | мало людей |",
    ):
        assert part in text, part
    assert "**нет**" not in text
    assert refusals(report()) == ()


def test_each_refusal_is_a_sentence() -> None:
    """What failed is named with its threshold; a fallen slice by its name."""
    member = np.arange(400) < 120
    closed = np.tile([0.8, 1.2], 200) * np.where(member, 0.9, 1.06)
    refused = report(closed=closed, calibration_error=0.07, latency_s=np.array([0.009]))
    said = refusals(refused)
    assert len(said) == 3
    assert "упали: село \\| район" in said[0]
    assert "0,04 → 0,07" in said[1]
    assert "2,25 (4 мс → 9 мс)" in said[2]
    text = render_gate(refused)
    assert "не допущена" in text
    assert text.count("**нет**") == 3
    assert "**падает**" in text


def test_a_refusal_by_chance_says_how_many_people_it_takes() -> None:
    """Where the mean has not fallen but the spread is wide, the number needed is named."""
    rng = np.random.default_rng(2)
    noise = 1 + 0.4 * rng.standard_normal(400)
    closed = (np.tile([0.8, 1.2], 200) * noise).clip(0)
    noisy = report(closed=closed * (400 / closed.sum()))
    assert noisy.closed.change >= -0.01
    (said,) = refusals(noisy)
    assert f"нужно около {noisy.people_needed} педагогов" in said
    # sd of the mean is about 2 %, so (2.93 · 2)² ≈ 34 times as many
    assert 25 * 400 < noisy.people_needed < 45 * 400


def test_what_was_not_measured_is_said() -> None:
    """NaN never shows as a number."""
    text = render_gate(report(calibration_error=float("nan"), latency_s=np.zeros(0)))
    assert text.count("не измерено") >= 3
    assert "nan" not in text.casefold()


def test_slices_are_named_as_in_the_card() -> None:
    """A trait and its value are words in the table and in the sentence of a refusal."""
    plain = report(closed=np.tile([0.8, 1.2], 200) * np.where(np.arange(400) < 120, 0.9, 1.06))
    own = ("rural:yes", "position:teacher")
    named = replace(
        plain, slices=tuple(replace(s, name=n) for s, n in zip(plain.slices, own, strict=True))
    )
    assert "упали: сельские школы" in refusals(named)[0]
    text = render_gate(named)
    assert "| сельские школы | 120 |" in text
    assert "| должность: учитель | 20 |" in text
    assert "rural" not in text
