"""A comparison of routes, and the check of a hand-made one, as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from rich.table import Table
from rich.text import Text

from engine.documents.screen import rendered
from engine.documents.text import clean
from engine.recommender.compare import MOVED, SAME, Comparison, StepDifference
from engine.recommender.route_check import RepairedRoute, RouteCheck
from engine.wording import known_language, label, phrase, sentence, word
from engine.wording.dates import date, span
from engine.wording.quantities import minutes, number, roubles


def render_comparison(comparison: Comparison, language: str = "ru", *, width: int = 100) -> str:
    """Routes side by side: totals and what they close as columns, then the steps that differ."""
    language = known_language(language)
    t = partial(phrase, language=language)
    names = [label("variant", route.id, language) for route in comparison.routes]
    totals = _columns(names, list(_totals(comparison, language)), width)
    lines = [t("compare_title"), "", totals, "", t("compare_pairs")]
    for pair in comparison.pairs:
        first, second = names[pair.first], names[pair.second]
        said = t(
            "compare_pair", first=first, second=second, distance=pair.distance, changes=pair.changes
        )
        lines.append(f"  {said}")
    same = [step.title for step in comparison.steps if step.code == SAME]
    lines += ["", t("compare_steps_title")]
    lines += [f"  {sentence(t('compare_same', titles=same))}"] if same else []
    for step in comparison.steps:
        if step.code != SAME:
            lines.append(f"  {_difference(step, names, language)}")
    return _clean_lines(lines)


def _totals(comparison: Comparison, language: str) -> Iterator[tuple[str, list[str]]]:
    t = partial(phrase, language=language)
    routes = comparison.routes
    nothing = t("not_measured")
    values = [number(r.value, language, 0) if r.value is not None else nothing for r in routes]
    yield t("compare_value"), values
    yield t("compare_end"), [date(r.end, language) if r.end else t("no_steps") for r in routes]
    yield t("compare_peak"), [minutes(r.peak_min, language) for r in routes]
    yield t("compare_total"), [minutes(r.workload_min, language) for r in routes]
    yield t("compare_steps"), [str(r.steps) for r in routes]
    yield t("compare_cost"), [roubles(r.cost_rub, language) for r in routes]
    yield (
        t("compare_mentor"),
        [
            t(
                "compare_mentor_is",
                id=r.mentor,
                meetings=r.mentor_meetings,
                missed=r.mentor_missed or None,
            )
            if r.mentor
            else t("no")
            for r in routes
        ],
    )
    for demand in comparison.demands:
        closed = [
            number(c, language, 2, fixed=True) if c is not None else nothing for c in demand.closed
        ]
        yield t("compare_closed", title=demand.title), closed


def _difference(step: StepDifference, names: Sequence[str], language: str) -> str:
    """A step that moved, with all its runs; one that is not in all, with those that are there."""
    runs = [
        phrase(
            "compare_in",
            language,
            name=name,
            span=span(run.start, run.end, language),
            offering=run.offering,
        )
        for name, run in zip(names, step.runs, strict=True)
        if run is not None
    ]
    partly = "compare_partly" if len(runs) == 1 else "compare_several"
    key = "compare_moved" if step.code == MOVED else partly
    return sentence(phrase(key, language, title=step.title, where="; ".join(runs)))


def render_check(check: RouteCheck, language: str = "ru") -> str:
    """What a hand-made route breaks, what it is worth, and the least edit."""
    language = known_language(language)
    t = partial(phrase, language=language)
    lines = []
    for step in check.steps:
        when = date(step.start, language) if step.start else ""
        when = span(step.start, step.end, language) if step.start and step.end else when
        text = t("check_step", number=step.number, title=step.title, when=when or None)
        if step.reason is not None:
            text = t("check_step_refused", step=text, reason=word(step.reason, None, language))
        lines.append(f"  {text}")
    broken = t("check_broken") if check.violations else t("check_unfit")
    lines += ["", t("check_holds") if check.holds else broken]
    for v in check.violations:
        said = word(v.code, v.parameters, language, family="violation")
        about = f"«{v.title}»: " if v.title else ""
        lines.append(f"  {about}{said}")
    lines += ["", sentence(_worth(check, language)), "", *_repair(check.repair, language)]
    return _clean_lines(lines)


def _worth(check: RouteCheck, language: str) -> str:
    """Value beside that of the best route, in whole points."""
    t = partial(phrase, language=language)
    key = "check_value" if check.holds else "check_value_broken"
    text = phrase(key, language, value=round(check.value))
    if check.loss is None:
        value, bound = check.best.value, check.best.bound
        if value is None:
            return text
        most = None if bound is None else round(bound)
        return f"{text}; {t('check_best', value=round(value), bound=most)}"
    low, high = round(check.loss[0]), round(check.loss[1])
    if not high:
        return f"{text}; {t('check_best_itself')}"
    key = "check_loss" if low < high else "check_loss_exact"
    return f"{text}; {phrase(key, language, low=low, high=high)}"


def _repair(repair: RepairedRoute, language: str) -> Iterator[str]:
    t = partial(phrase, language=language)
    if repair.edits is None:
        key = "repair_impossible" if repair.status == "INFEASIBLE" else "repair_unknown"
        yield t(key)
        return
    if repair.edits == 0:
        yield t("repair_nothing")
        return
    yield t("repair_title", edits=repair.edits)
    for change in repair.changes:
        yield f"  {word(change.code, change.parameters, language, family='edit')}"
    if repair.edits_proof == "proved":
        yield t("repair_proved")
    else:
        yield t("repair_not_proved", bound=repair.edits_bound)
    if repair.value is not None:
        yield t("repair_value", value=round(repair.value))


def _columns(names: Sequence[str], rows: list[tuple[str, list[str]]], width: int) -> str:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", ratio=1)
    for name in names:
        table.add_column(Text(name), justify="right", ratio=1)
    for title, cells in rows:
        table.add_row(Text(title), *(Text(cell) for cell in cells))
    return rendered([table], max(60, width), colour=False).strip("\n")


def _clean_lines(lines: Sequence[str]) -> str:
    """Lines without control characters: titles come from catalogues."""
    return "\n".join(clean(part) for line in lines for part in line.split("\n"))
