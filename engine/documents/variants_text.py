"""The variants of a route in a sentence or two each."""

from __future__ import annotations

from collections.abc import Iterator

from engine.recommendation import Recommendation, VariantEntry
from engine.wording import label, phrase, sentence, word
from engine.wording.dates import date


def variant_lines(rec: Recommendation, language: str) -> Iterator[str]:
    """One line for each variant, the absent ones with the reason; none where none were asked for.

    The thorough one is the route itself and is shown in one line for comparison.
    """
    for variant in rec.variants:
        name = label("variant", variant.name, language)
        if variant.route is None:
            reason = (
                ""
                if variant.reason is None
                else word(variant.reason, None, language, family="variant")
            )
            yield phrase("variant_absent", language, name=name, reason=reason)
            continue
        yield " ".join(
            filter(
                None,
                (
                    _amounts(variant, name, language),
                    _proof(variant, language),
                    _titles(variant, language),
                ),
            )
        )


def _amounts(variant: VariantEntry, name: str, language: str) -> str:
    route = variant.route
    assert route is not None
    text = phrase(
        "variant_line",
        language,
        name=name,
        end=date(route.end, language) if route.end else None,
        peak=variant.peak_min,
        total=route.workload_min,
        steps=len(route.steps),
        share=variant.share if variant.name != "thorough" else None,
    )
    return sentence(text)


def _proof(variant: VariantEntry, language: str) -> str:
    """What is proved of the variant's own objective."""
    proved = variant.status == "OPTIMAL"
    if variant.name == "fast":
        end = variant.route.end if variant.route else None
        key = "variant_fast_proved" if proved else "variant_fast_open"
        return sentence(phrase(key, language, bound=variant.end_bound, end=end))
    if variant.name == "light":
        key = "variant_light_proved" if proved else "variant_light_open"
        return sentence(phrase(key, language, bound=variant.peak_bound_min))
    return ""


def _titles(variant: VariantEntry, language: str) -> str:
    if variant.name == "thorough" or variant.route is None:
        return ""
    steps = sorted(variant.route.steps, key=lambda step: (step.start, step.end, step.id))
    return sentence(phrase("variant_titles", language, titles=[step.title for step in steps]))
