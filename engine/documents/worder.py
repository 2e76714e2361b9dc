"""The parts of a recommendation → words; ``build_view`` puts them together."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.documents.evidence_text import evidence_lines
from engine.documents.view import (
    CheckpointView,
    DeficitView,
    MentorView,
    StepView,
)
from engine.domain import Reason
from engine.recommendation import (
    Checkpoint,
    DeficitEntry,
    MeetingEntry,
    MentorEntry,
    Recommendation,
    RequestEntry,
    Step,
    Unmet,
)
from engine.wording import (
    label,
    likelihood_words,
    official_level_words,
    phrase,
    word,
)
from engine.wording.dates import date, span, times, utc_offset, weekday
from engine.wording.quantities import (
    academic,
    interval,
    minutes,
    minutes_both,
    number,
    percent,
    roubles,
)
from engine.wording.summaries import LEVELS

_LEAST_EXPECTED = 0.05
"""An expected number that would print as 0,0 is not worth a line."""

_LEAST_CLOSED = 0.005
"""What would print as 0,00 closes nothing."""


def zone_of(rec: Recommendation) -> ZoneInfo:
    """The educator's zone; UTC where its name is unknown."""
    try:
        return ZoneInfo(rec.educator.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def speaks_for(reason: Reason) -> bool:
    """Whether a reason for a mentor says anything for him: factors of no weight do not."""
    return reason.parameters.get("contribution") != 0


def _listed(value: object) -> TypeGuard[Sequence[str]]:
    return isinstance(value, list | tuple)


class Worder:
    """Words one recommendation; holds what every part needs."""

    def __init__(self, rec: Recommendation, language: str) -> None:
        self.rec = rec
        self.language = language
        self.zone = zone_of(rec)
        self.titles = {d.node: d.title for d in rec.deficits}
        self.nothing = label("kind", None, language)

    def t(self, key: str, **parameters: object) -> str:
        """A fixed phrase in the language of the document."""
        return phrase(key, self.language, **parameters)

    def or_nothing(self, items: Iterable[str]) -> tuple[str, ...]:
        """The items that are there, or «не указано» alone."""
        kept = tuple(item for item in items if item)
        return kept or (self.nothing,)

    def labels(self, group: str, values: Iterable[str]) -> tuple[str, ...]:
        """Names of the values of a controlled list, or «не указано»."""
        return self.or_nothing(label(group, value, self.language) for value in values)

    # ------------------------------------------------------------------ head

    def terms(self) -> str:
        """First and last day of the route."""
        route = self.rec.route
        if route is None or route.start is None or route.end is None:
            return self.nothing
        return span(route.start, route.end, self.language)

    def about(self) -> Iterable[tuple[str, str]]:
        """General data of the educator, names and values."""
        educator = self.rec.educator
        yield self.t("position"), label("position", educator.position, self.language)
        yield self.t("subjects"), ", ".join(self.or_nothing(educator.subjects))
        yield self.t("stages"), ", ".join(self.labels("stage", educator.stages))
        yield self.t("organisation"), educator.organisation or "" or self.nothing
        yield self.t("district"), educator.district or "" or self.nothing
        strengths = (self.titles.get(s, s) for s in educator.strengths)
        yield self.t("strengths"), ", ".join(self.or_nothing(strengths))
        yield self.t("group"), label("group", self.rec.group, self.language)
        yield self.t("route_id"), self.rec.id
        as_of = self.rec.as_of.astimezone(self.zone)
        zone = label("time_zone", educator.time_zone, self.language)
        yield (
            self.t("as_of"),
            f"{date(as_of, self.language)}, {as_of:%H:%M} ({zone}, {utc_offset(as_of)})",
        )

    def descriptors(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """The five descriptors of a route (173-р, section 2)."""
        d = self.rec.descriptors
        yield self.t("content"), self.or_nothing(d.content)
        yield self.t("forms"), self.labels("form", d.forms)
        yield self.t("technologies"), self.labels("technology", d.technologies)
        tempo = minutes_both(d.tempo_min_per_week, self.language)
        yield self.t("tempo"), (self.t("at_most_a_week", tempo=tempo),)
        yield self.t("total_time"), (minutes_both(d.total_min, self.language),)

    def inputs(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """The four inputs of a route (173-р, section 2)."""
        yield self.t("input_deficits"), tuple(self.deficit_summary())
        requests = tuple(self.request(r) for r in self.rec.requests)
        yield self.t("input_requests"), requests or (self.t("no_requests"),)
        yield self.t("input_conditions"), tuple(self.conditions())
        yield self.t("input_resources"), tuple(self.resources())

    def deficit_summary(self) -> Iterable[str]:
        """How many deficits of which official level, expected by probability, and the group."""
        measured = [d for d in self.rec.deficits if d.kind == "deficit"]
        if not measured:
            yield self.t("no_diagnostics")
            return
        levels = Counter(d.official_level for d in measured)
        known = [d.level_probability for d in measured if d.level_probability is not None]
        for i, level in enumerate(LEVELS):
            expected = sum(chances[i] for chances in known)
            if levels[level] or expected >= _LEAST_EXPECTED:
                name = label("official_level", level, self.language)
                told = number(expected, self.language, 1, fixed=True) if known else None
                yield self.t("level_count", level=name, count=levels[level], expected=told)
        if levels[None]:
            yield self.t("level_not_measured_count", count=levels[None])
        yield self.t("group_is", group=label("group", self.rec.group, self.language))

    def request(self, request: RequestEntry) -> str:
        """One request as it was asked, with what was found for it."""
        if request.text:
            asked = self.t("quoted", text=request.text)
        elif request.node:
            asked = self.titles.get(request.node, request.node)
        else:
            asked = self.nothing
        position = request.career_position
        career = label("position", position, self.language) if position else None
        if career and not request.text and not request.node:
            return self.t("career_request", position=career)
        # A node without a demand of its own is known by the title of the request's demand.
        of_request = self.titles.get(f"request:{request.id}")
        found = dict.fromkeys(self.titles.get(n) or of_request or n for n in request.nodes)
        shown = ", ".join(f for f in found if f != asked) or None
        return self.t("request_line", asked=asked, career=career, found=shown)

    def conditions(self) -> Iterable[str]:
        """Conditions of the school, each stated or «не указано»."""
        c = self.rec.conditions
        answers = {True: self.t("yes"), False: self.t("no"), None: self.nothing}
        yield self.t("condition_rural", value=answers[c.rural])
        yield self.t("condition_internet", value=answers[c.internet])
        shift = self.nothing if c.shift is None else self.t("shift", number=c.shift)
        yield self.t("condition_shift", value=shift)
        days = ", ".join(weekday(day, self.language) for day in c.forbidden_weekdays)
        yield self.t("condition_weekdays", value=days or self.nothing)

    def resources(self) -> Iterable[str]:
        """Resources of ДПО that were looked at."""
        r = self.rec.resources
        yield self.t("resource_activities", count=r.activities)
        yield self.t("resource_eligible", count=r.eligible)
        yield self.t("resource_offerings", count=r.offerings_considered)
        yield self.t("resource_register", count=r.federal_register)
        yield self.t("resource_regional", count=r.regional)

    # ------------------------------------------------------------------ parts

    def deficit(self, d: DeficitEntry) -> DeficitView:
        """One demand of the deficit vector."""
        low, high = d.interval_90
        known = not math.isnan(d.estimate)
        size = number(d.estimate, self.language, 2, fixed=True) if known else self.t("not_measured")
        if known and high - low > 1e-9:
            size += f" ({interval(low, high, self.language)})"
        if d.kind == "deficit":
            official = official_level_words(
                d.official_level, d.level_probability, d.raw_score, d.raw_max, self.language
            )
            likelihood = likelihood_words(
                d.level_probability,
                d.raw_score,
                d.raw_max,
                d.n_tasks,
                self.language,
                official_level=d.official_level,
            )
        else:
            official, likelihood = self.t(f"demand_{d.kind}"), ""
        closed = d.closed_expected if self.rec.route is not None else 0.0
        return DeficitView(
            title=d.title,
            kind=label("demand_kind", d.kind, self.language),
            direction=d.direction or "",
            official=official,
            likelihood=likelihood,
            size=size,
            closed_words=self.after(d.estimate, closed),
            evidence=tuple(evidence_lines(d.evidence, self.language)),
            estimate=d.estimate,
            low=low,
            high=high,
            closed=closed,
        )

    def after(self, estimate: float, closed: float) -> str:
        """What the route closes of a deficit and what it leaves; empty without a route."""
        if self.rec.route is None:
            return ""
        if closed < _LEAST_CLOSED:
            return self.t("closed_nothing")
        return self.t("closed_words", closed=closed, rest=max(0.0, estimate - closed))

    def step(self, index: int, s: Step) -> StepView:
        """One step, numbered as in every document."""
        closings = [c for c in s.closes if c.expected >= _LEAST_CLOSED]
        closes = tuple(
            self.t(
                "closing",
                title=c.title,
                expected=c.expected,
                interval=c.interval if c.interval[1] - c.interval[0] > 1e-9 else None,
            )
            for c in closings
        )
        reasons = [word(reason, None, self.language) for reason in s.reasons]
        spoken_of = {reason.parameters.get("title") for reason in s.reasons}
        if s.pinned and all(reason.code != "pinned" for reason in s.reasons):
            reasons.append(word("pinned", None, self.language))
        return StepView(
            number=index,
            title=s.title,
            kind=label("kind", s.kind, self.language),
            form=label("form_short", s.form, self.language),
            technologies=", ".join(self.labels("technology", s.technology)),
            document=label("document", s.document, self.language),
            provider=s.provider or self.nothing,
            level=label("level", s.level, self.language),
            terms=span(s.start, s.end, self.language),
            meetings=tuple(self.meeting(m) for m in s.meetings),
            hours=academic(s.hours_academic, self.language),
            workload=self.t("workload", minutes=s.workload_min, travel=s.travel_min or None),
            funding=self.funding(s),
            closes=closes,
            unexplained=tuple(
                text for text, c in zip(closes, closings, strict=True) if c.title not in spoken_of
            ),
            reasons=tuple(reasons),
            record=s,
        )

    def funding(self, s: Step) -> str:
        """Who pays, and how much."""
        if not s.cost_rub and not s.funding:
            return self.t("free")
        source = label("funding", s.funding, self.language)
        return f"{source}, {roubles(s.cost_rub, self.language)}" if s.cost_rub else source

    def meeting(self, m: MeetingEntry) -> str:
        """One meeting in the zone of the educator."""
        start, end = m.start.astimezone(self.zone), m.end.astimezone(self.zone)
        place = m.place or self.t("online")
        return f"{times(start, end, self.language)}, {place}"

    def mentor(self, m: MentorEntry) -> MentorView:
        """The mentor with meetings, missed windows and reasons."""
        return MentorView(
            id=m.id,
            form=label("mentor_form", m.form, self.language),
            fit=percent(m.fit, self.language),
            reasons=tuple(self.mentor_reason(r) for r in m.reasons if speaks_for(r)),
            meetings=tuple(self.meeting(meeting) for meeting in m.meetings),
            missed=tuple(span(w.start, w.end, self.language) for w in m.missed),
        )

    def mentor_reason(self, reason: Reason) -> str:
        """A reason for the mentor, with the titles of the demands that it names by code."""
        codes = reason.parameters.get("demands")
        titles = [self.titles[k] for k in codes if k in self.titles] if _listed(codes) else None
        return word(reason, {"titles": titles} if titles else None, self.language)

    def checkpoint(self, c: Checkpoint) -> CheckpointView:
        """One diagnostic of the route, or that none is on offer."""
        return CheckpointView(
            stage=label("checkpoint", c.stage, self.language),
            title=c.title or c.activity or "" or self.nothing,
            when=date(c.date, self.language) if c.date else self.t("checkpoint_missing"),
            duration=minutes(c.duration_min, self.language) if c.date else "",
            missing=c.date is None,
        )

    def unmet_title(self, u: Unmet) -> str:
        """What stays open: its title, or the name of a theme, the mentor or a diagnostic."""
        if u.code == "required_theme":
            return label("theme", u.title or u.node, self.language)
        return u.title or label("unmet_node", u.node, self.language)

    def not_chosen(self) -> Iterable[tuple[str, str]]:
        """How many activities were left out for which reason, the most frequent first."""
        counts = Counter(reason.code for reason in self.rec.not_chosen.values())
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            yield word(code, None, self.language), self.t("activities_count", count=count)

    # ------------------------------------------------------------------ proof and totals

    def certificate_numbers(self) -> Iterable[tuple[str, str]]:
        """Value, bound and precision."""
        c = self.rec.certificate
        if c.value is not None:
            yield self.t("value"), self.t("points", value=c.value)
        if c.bound is not None:
            yield self.t("bound"), self.t("points", value=c.bound)
        if c.gap_rel is not None:
            yield self.t("gap"), self.t("gap_value", gap=c.gap_rel)

    def busiest(self) -> str:
        """The week with the highest load; empty where there is none."""
        weeks = self.rec.route.weekly_load if self.rec.route else ()
        if not any(week.load_min for week in weeks):
            return ""
        top = max(weeks, key=lambda week: (week.load_min, -week.week.toordinal()))
        return self.t(
            "busiest_week",
            week=span(top.week, top.week + dt.timedelta(days=6), self.language),
            load=top.load_min,
            tempo=top.tempo_min,
        )

    def money(self) -> Iterable[tuple[str, str]]:
        """Cost by source."""
        if self.rec.route is None:
            return
        for source, amount in sorted(self.rec.route.cost_by_source.items()):
            yield label("funding", source, self.language), roubles(amount, self.language)

    def provenance(self) -> Iterable[tuple[str, str]]:
        """What the answer was made with."""
        p = self.rec.provenance
        yield self.t("policy"), p.policy
        yield self.t("framework"), p.framework
        yield self.t("catalogue"), p.catalogue
        yield self.t("model"), " ".join(filter(None, (p.model, p.model_digest))) or self.nothing
        yield self.t("effects"), p.effects or self.t("effects_by_policy")
        if self.rec.exploration is not None:
            drawn = self.rec.exploration
            epsilon = number(drawn.epsilon, self.language)
            yield self.t("exploration"), self.t("drawn", epsilon=epsilon, seed=str(drawn.seed))
        yield self.t("calibration"), p.calibration or self.nothing
        yield self.t("engine_version"), p.engine_version
        yield self.t("problem_digest"), p.problem_digest
        yield self.t("seed"), str(p.seed)
        yield self.t("gap_asked"), percent(p.gap_rel_asked, self.language)
        yield self.t("deadline"), self.t("milliseconds", value=p.deadline_ms)
        work = number(self.rec.certificate.work_limit, self.language, 3)
        yield self.t("work_limit"), work
