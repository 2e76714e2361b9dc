"""A recommendation and how far its route has come → ``Iom``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence

from engine.documents.build_view import build_view, by_date
from engine.documents.iom import (
    Iom,
    IomCheckpoint,
    IomDeficit,
    IomMeeting,
    IomReport,
    IomSignature,
    IomStep,
    IomWeek,
    Pair,
)
from engine.documents.text import clean
from engine.documents.view import DeficitView, RouteView, StepView
from engine.documents.worder import zone_of
from engine.domain import Level
from engine.lifecycle.states import RouteProgress, StepState
from engine.recommendation import MeetingEntry, Recommendation, Step
from engine.wording import known_language, label, phrase, sentence
from engine.wording.dates import date, day_month

CLASSES_NAMED = 6
"""Days of more meetings than these stand in the calendar and the workbook alone."""

_DONE = {
    StepState.ENROLLED: "done_enrolled",
    StepState.ATTENDED: "done_attended",
    StepState.COMPLETED: "done_completed",
    StepState.MISSED: "done_missed",
    StepState.CANCELLED: "done_cancelled",
}

_PRODUCT = ("report_product", "report_presentation", "report_control")
_REFLECTION = ("reflection_changed", "reflection_difficult", "reflection_next")


def build_iom(
    rec: Recommendation,
    *,
    language: str = "ru",
    progress: RouteProgress | None = None,
    display_name: str | None = None,
    mentor_name: str | None = None,
) -> Iom:
    """Word a recommendation as the document that is signed.

    Parameters
    ----------
    rec
        The answer of the engine; without a route the document tells why there is none.
    language
        ``ru`` or ``en``.
    progress
        How far the route has come; ``None`` = not known, the report is left to be filled in.
    display_name, mentor_name
        Names; ``None`` leaves a line to fill in, and of the mentor the cipher alone.
    """
    return _Builder(rec, known_language(language), progress, display_name, mentor_name).iom()


class _Builder:
    """Words one document; holds what every part needs."""

    def __init__(
        self,
        rec: Recommendation,
        language: str,
        progress: RouteProgress | None,
        display_name: str | None,
        mentor_name: str | None,
    ) -> None:
        self.rec, self.language, self.progress = rec, language, progress
        self.view: RouteView = build_view(rec, language)
        self.zone = zone_of(rec)
        self.name = clean(display_name or "")
        self.mentor_name = clean(mentor_name or "")
        self.records: Sequence[Step] = by_date(rec.route.steps) if rec.route else ()

    def t(self, key: str, **values: object) -> str:
        """A phrase of the documents."""
        return phrase(key, self.language, **values)

    def iom(self) -> Iom:
        """Put the document together."""
        view, route = self.view, self.rec.route
        return Iom(
            view=view,
            language=self.language,
            route_id=clean(self.rec.id),
            as_of=self.rec.as_of.astimezone(self.zone),
            has_route=route is not None,
            status=sentence(view.status_words),
            state=self.state(),
            terms=view.terms,
            name=self.name,
            about=view.about,
            deficits=tuple(self.deficits(view.deficits)),
            inputs=tuple((name, joined(values)) for name, values in view.inputs),
            descriptors=tuple((name, joined(values)) for name, values in view.descriptors),
            level=self.level(),
            accompaniment=self.accompaniment(),
            mentor_meetings=self.mentor_meetings(),
            steps=tuple(self.step(s) for s in view.steps),
            total=self.total(),
            money=self.money(),
            checkpoints=tuple(
                IomCheckpoint(sentence(c.stage).rstrip("."), c.title, c.when, c.duration)
                for c in view.checkpoints
            ),
            unmet=tuple((u.title, u.reason) for u in view.unmet),
            notes=tuple(sentence(note) for note in view.notes),
            refusal=() if route is not None else tuple(self.refusal()),
            meetings=tuple(sorted(self.meetings(), key=_when)),
            weeks=tuple(self.weeks()),
            report=tuple(self.reported(s) for s in view.steps),
            product=tuple(self.t(key) for key in _PRODUCT) if view.steps else (),
            reflection=tuple(self.t(key) for key in _REFLECTION) if view.steps else (),
            signatures=tuple(self.signatures()) if route is not None else (),
            certificate=" ".join(sentence(line) for line in view.certificate),
            provenance="; ".join(f"{name}: {value}" for name, value in view.provenance),
        )

    # ------------------------------------------------------------------ head

    def state(self) -> str:
        """State and revision of the route; empty where they are not known."""
        if self.progress is None:
            return ""
        state, revision = self.progress.state, self.progress.revision
        return self.t("document_state", state=state.value, revision=revision)

    def level(self) -> str:
        """Levels of the events of the map, from the school's to the country's."""
        found = {s.level for s in self.records if s.level}
        known = [level.value for level in Level if level.value in found]
        others = sorted(found.difference(known))
        return ", ".join(
            clean(label("level", level, self.language)) for level in [*known, *others]
        ) or label("level", None, self.language)

    def accompaniment(self) -> str:
        """Mentor with form and number of meetings, or that there is none."""
        mentor = self.view.mentor
        if mentor is None:
            return self.t("mentor_none").rstrip(".")
        name = f"{self.mentor_name} ({mentor.id})" if self.mentor_name else mentor.id
        count = len(mentor.meetings) or None
        return self.t("document_mentor", form=mentor.form, name=name, meetings=count)

    def mentor_meetings(self) -> str:
        """Days of the meetings with the mentor, those of one time and place together."""
        mentor = self.rec.route.mentor if self.rec.route else None
        days: dict[tuple[str, str], list[dt.date]] = {}
        for m in mentor.meetings if mentor else ():
            start, end = m.start.astimezone(self.zone), m.end.astimezone(self.zone)
            place = clean(m.place) or self.t("online")
            days.setdefault((f"{start:%H:%M}–{end:%H:%M}", place), []).append(start.date())
        return "; ".join(
            f"{hours}, {place}: {', '.join(date(day, self.language) for day in found)}"
            for (hours, place), found in days.items()
        )

    def refusal(self) -> Iterator[str]:
        """Why there is no route, and what would make one possible."""
        yield from (sentence(line) for line in self.view.certificate)
        yield from (sentence(line) for line in self.view.conflict)
        if self.view.repairs:
            yield self.t("repairs_intro")
            yield from (sentence(line) for line in self.view.repairs)

    # ------------------------------------------------------------------ tables

    def deficits(self, views: Sequence[DeficitView]) -> Iterator[IomDeficit]:
        """Every demand; those that were measured are numbered for their bars."""
        place = 0
        for d in views:
            measured = not math.isnan(d.estimate)
            yield IomDeficit(
                title=d.title,
                direction=d.direction,
                official=sentence(d.official).rstrip("."),
                likelihood=d.likelihood,
                size=d.size,
                after=d.closed_words,
                evidence=d.evidence,
                drawn=place if measured else None,
            )
            place += measured

    def step(self, s: StepView) -> IomStep:
        """One activity of the map."""
        level = self.t("level", level=s.level) if s.record.level else ""
        kind = "; ".join(part for part in (s.kind, s.provider, level) if part)
        terms = f"{s.terms}, {self.t('any_time')}" if s.record.self_paced else s.terms
        return IomStep(
            number=s.number,
            title=s.title,
            kind=f"{kind}; {self.t('pinned')}" if s.record.pinned else kind,
            against=s.closes or (self.t("no_closing"),),
            form=s.form,
            technologies=s.technologies,
            document=s.document,
            funding=s.funding,
            terms=terms,
            classes=self.classes(s.record.meetings),
            hours=s.hours,
            workload=s.workload,
        )

    def classes(self, meetings: Sequence[MeetingEntry]) -> str:
        """Days of the meetings in words."""
        days = dict.fromkeys(m.start.astimezone(self.zone).date() for m in meetings)
        if not days:
            return ""
        if len(days) > CLASSES_NAMED:
            return self.t("document_classes_many", count=len(days))
        return self.t(
            "document_classes", days=", ".join(day_month(day, self.language) for day in days)
        )

    def total(self) -> str:
        """Number of activities and their whole time."""
        if not self.view.steps or self.rec.route is None:
            return ""
        return self.t("total_row", steps=len(self.view.steps), minutes=self.rec.route.workload_min)

    def money(self) -> str:
        """Cost by source; empty without activities."""
        if not self.view.steps:
            return ""
        if not self.view.money:
            return self.t("money_none")
        told = ", ".join(f"{source} {amount}" for source, amount in self.view.money)
        return self.t("money_row", money=told)

    def reported(self, s: StepView) -> IomReport:
        """One line of the report, with what the life of the route tells of it."""
        record = self.progress.step(s.record.id) if self.progress else None
        key = _DONE.get(record.state) if record else None
        accepted = record.report_accepted if record else None
        return IomReport(
            number=s.number,
            title=s.title,
            terms=s.terms,
            done=self.t(key) if key else "",
            link="",
            accepted=self.t("document_accepted", date=accepted) if accepted else "",
        )

    def signatures(self) -> Iterator[IomSignature]:
        """Who signs."""
        yield IomSignature(self.t("sign_educator"), self.name)
        yield IomSignature(self.t("sign_tutor"), "")
        if self.view.mentor is not None:
            yield IomSignature(self.t("sign_mentor"), self.mentor_name)
        yield IomSignature(self.t("sign_head"), "")

    # ------------------------------------------------------------------ dates

    def meetings(self) -> Iterator[IomMeeting]:
        """Every date of the route."""
        route = self.rec.route
        if route is None:
            return
        for view in self.view.steps:
            for m in view.record.meetings:
                yield self.meeting(m, f"{view.number}. {view.title}")
        for m in route.mentor.meetings if route.mentor else ():
            yield self.meeting(m, self.t("ics_mentor"))
        for c, named in zip(route.checkpoints, self.view.checkpoints, strict=True):
            if c.date is not None:
                yield IomMeeting(c.date, None, None, f"{named.stage}: {named.title}", "")

    def meeting(self, m: MeetingEntry, what: str) -> IomMeeting:
        """One meeting in the zone of the educator."""
        start, end = m.start.astimezone(self.zone), m.end.astimezone(self.zone)
        return IomMeeting(start.date(), start, end, what, clean(m.place) or self.t("online"))

    def weeks(self) -> Iterator[IomWeek]:
        """Every week of the route with what goes on in it."""
        for week in self.rec.route.weekly_load if self.rec.route else ():
            last = week.week + dt.timedelta(days=6)
            going = tuple(
                f"{s.number}. {s.title}"
                for s in self.view.steps
                if s.record.start <= last and s.record.end >= week.week
            )
            yield IomWeek(week.week, week.load_min, week.tempo_min, going)


def head_of(iom: Iom) -> tuple[Pair, ...]:
    """Level, accompaniment, five descriptors and terms: the head of the map, names and values."""
    language = iom.language
    rows = [
        (phrase("document_level", language), iom.level),
        (phrase("document_accompaniment", language), iom.accompaniment),
    ]
    if iom.mentor_meetings:
        rows.append((phrase("mentor_meetings", language), iom.mentor_meetings))
    rows.extend(iom.descriptors)
    return (*rows, (phrase("column_terms", language), iom.terms))


def joined(values: Sequence[str]) -> str:
    """Several values as one sentence-like text."""
    return "; ".join(value.rstrip(".") for value in values)


def _when(meeting: IomMeeting) -> tuple[dt.date, bool, str, str]:
    start = "" if meeting.start is None else meeting.start.isoformat()
    return meeting.day, bool(start), start, meeting.what
