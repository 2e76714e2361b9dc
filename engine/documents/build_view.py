"""A recommendation → one ``RouteView``: what every document starts with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import cast

from engine.documents.changes_text import next_measurements, word_changes
from engine.documents.text import clean
from engine.documents.variants_text import variant_lines
from engine.documents.view import (
    RouteView,
    UnmetView,
)
from engine.documents.worder import Worder
from engine.recommendation import (
    Recommendation,
    Step,
)
from engine.wording import (
    certificate_words,
    next_steps,
    status_words,
    word,
)


def build_view(rec: Recommendation, language: str) -> RouteView:
    """Word the whole recommendation.

    Parameters
    ----------
    rec
        The answer of the engine.
    language
        ``ru`` or ``en`` (see ``engine.wording.known_language``).
    """
    make = Worder(rec, language)
    route = rec.route
    steps = by_date(route.steps) if route else []
    empty = route is not None and not steps
    view = RouteView(
        language=language,
        status=rec.status,
        status_words=status_words(rec.status, language, empty=empty),
        terms=make.terms(),
        about=tuple(make.about()),
        descriptors=tuple(make.descriptors()),
        inputs=tuple(make.inputs()),
        deficits=tuple(make.deficit(d) for d in rec.deficits),
        changes=word_changes(rec.changes, language),
        next_measurements=next_measurements(route, language),
        steps=tuple(make.step(number, step) for number, step in enumerate(steps, 1)),
        mentor=make.mentor(route.mentor) if route and route.mentor else None,
        checkpoints=tuple(make.checkpoint(c) for c in route.checkpoints) if route else (),
        unmet=tuple(
            UnmetView(make.unmet_title(u), word(u, None, language, family="unmet"))
            for u in rec.unmet
        ),
        conflict=tuple(
            word(member, None, language, family="conflict") for member in rec.conflict or ()
        ),
        repairs=tuple(word(r, None, language, family="repair") for r in rec.repairs),
        notes=tuple(word(note, None, language) for note in rec.notes),
        next_steps=next_steps(rec.status, _open_codes(rec), language) if empty else (),
        not_chosen=tuple(make.not_chosen()),
        certificate=certificate_words(
            rec.status,
            rec.certificate.gap_rel,
            cut_by_clock=rec.certificate.cut_by_clock,
            empty=empty,
            language=language,
        ),
        certificate_numbers=tuple(make.certificate_numbers()),
        variants=tuple(variant_lines(rec, language)),
        busiest=make.busiest(),
        money=tuple(make.money()),
        provenance=tuple(make.provenance()),
    )
    # Texts come from catalogues and people: cleaned here once, whatever part they went into.
    return cast(RouteView, _cleaned(view))


def _open_codes(rec: Recommendation) -> set[str]:
    """Why demands are open; of an unmet demand that names its cause, the cause."""
    return {str(u.parameters.get("code") or u.parameters.get("cause") or u.code) for u in rec.unmet}


def _cleaned(value: object) -> object:
    """The view without control characters in any of its texts; records from outside stay."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_cleaned(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type) and not isinstance(value, Step):
        changed = {f.name: _cleaned(getattr(value, f.name)) for f in fields(value)}
        return replace(value, **changed)
    return value


def by_date(steps: Iterable[Step]) -> list[Step]:
    """Steps in the order in which documents number them."""
    return sorted(steps, key=lambda step: (step.start, step.end, step.id))
