"""The dates of a route as an iCalendar file (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from icalendar import Calendar, Event

from engine.documents.text import clean
from engine.documents.worder import zone_of
from engine.recommendation import Checkpoint, MeetingEntry, MentorEntry, Recommendation, Step
from engine.wording import known_language, label, phrase, word
from engine.wording.quantities import minutes

DOMAIN = "learning-routes"
_SEQUENCE_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def render_ics(rec: Recommendation, language: str = "ru") -> bytes:
    """Calendar of the route: meetings, spans of independent work, mentor, checkpoints.

    Meetings are events in the educator's zone, with its VTIMEZONE in the file; runs with work
    outside meetings are all-day spans that do not block time. UIDs are made of the ids of route
    and step, so that importing a newer file moves events and does not double them; DTSTAMP is
    ``as_of``, and SEQUENCE grows with it, as a calendar keeps the event of the greater one.

    Parameters
    ----------
    rec
        The answer of the engine; without a route the calendar has no events.
    language
        ``ru`` or ``en``.
    """
    writer = _Writer(rec, known_language(language))
    calendar = Calendar()
    calendar.add("prodid", f"-//{DOMAIN}//{rec.provenance.engine_version}//RU")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", phrase("title", writer.language))
    for event in writer.events():
        calendar.add_component(event)
    # Zones of the years around the route only: the whole history of a zone helps nobody.
    year, last = rec.as_of.year, writer.last_year()
    calendar.add_missing_timezones(dt.date(year - 1, 1, 1), dt.date(last + 2, 1, 1))
    return bytes(calendar.to_ical())


class _Writer:
    """Makes the events of one route."""

    def __init__(self, rec: Recommendation, language: str) -> None:
        self.rec = rec
        self.language = language
        self.zone = zone_of(rec)

    def last_year(self) -> int:
        """Year of the last meeting, or of the calculation where that is later."""
        route = self.rec.route
        days = [self.rec.as_of.date()]
        if route is not None:
            met = [m for step in route.steps for m in step.meetings]
            met += route.mentor.meetings if route.mentor is not None else ()
            days += [meeting.end.date() for meeting in met]
        return max(days).year

    def events(self) -> Iterator[Event]:
        route = self.rec.route
        if route is None:
            return
        for step in route.steps:
            yield from self._step(step)
        if route.mentor is not None:
            yield from self._mentor(route.mentor)
        for checkpoint in route.checkpoints:
            if checkpoint.date is not None:
                yield self._checkpoint(checkpoint, checkpoint.date)

    def _event(self, key: str, summary: str, notes: Sequence[str]) -> Event:
        event = Event()
        event.add("uid", f"{clean(self.rec.id)}/{clean(key)}@{DOMAIN}".replace(" ", "_"))
        event.add("dtstamp", self.rec.as_of.astimezone(dt.UTC))
        event.add("sequence", max(0, int((self.rec.as_of - _SEQUENCE_FROM).total_seconds())))
        event.add("summary", clean(summary))
        if notes:
            event.add("description", "\n".join(clean(note) for note in notes))
        event.add("class", "PRIVATE")
        return event

    def _timed(self, event: Event, meeting: MeetingEntry) -> Event:
        start, end = (m.astimezone(self.zone) for m in (meeting.start, meeting.end))
        if start.fold or end.fold:
            # An hour that comes twice would be read as its first coming (RFC 5545, 3.3.5); both
            # ends are of one form (3.8.2.2).
            start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
        event.add("dtstart", start)
        event.add("dtend", end)
        event.add("location", clean(meeting.place) or phrase("online", self.language))
        event.add("transp", "OPAQUE")
        return event

    def _days(self, event: Event, start: dt.date, end: dt.date) -> Event:
        # DTEND of an all-day event is the day after (RFC 5545, 3.6.1).
        event.add("dtstart", start)
        event.add("dtend", end + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return event

    def _step(self, step: Step) -> Iterator[Event]:
        notes = [
            label("kind", step.kind, self.language),
            phrase("ics_workload", self.language, minutes=step.workload_min),
            *([step.provider] if step.provider else []),
            *(word(reason, None, self.language) for reason in step.reasons),
        ]
        for number, meeting in enumerate(step.meetings, 1):
            summary = step.title
            if len(step.meetings) > 1:
                summary = phrase(
                    "ics_meeting",
                    self.language,
                    title=step.title,
                    number=number,
                    count=len(step.meetings),
                )
            yield self._timed(self._event(f"{step.id}/meeting-{number}", summary, notes), meeting)
        if _works_alone(step):
            key = "ics_span" if step.meetings else "ics_self_paced"
            summary = phrase(key, self.language, title=step.title)
            yield self._days(self._event(step.id, summary, notes), step.start, step.end)

    def _mentor(self, mentor: MentorEntry) -> Iterator[Event]:
        notes = [label("mentor_form", mentor.form, self.language)]
        for number, meeting in enumerate(mentor.meetings, 1):
            event = self._event(f"mentor/{number}", phrase("ics_mentor", self.language), notes)
            yield self._timed(event, meeting)

    def _checkpoint(self, checkpoint: Checkpoint, day: dt.date) -> Event:
        summary = label("checkpoint", checkpoint.stage, self.language)
        if checkpoint.title:
            summary += f": {checkpoint.title}"
        notes = [
            phrase(
                "ics_duration",
                self.language,
                duration=minutes(checkpoint.duration_min, self.language),
            )
        ]
        return self._days(self._event(f"checkpoint/{checkpoint.stage}", summary, notes), day, day)


def _works_alone(step: Step) -> bool:
    """Whether there is work besides the meetings, so that the whole run is worth showing."""
    met = sum((m.end - m.start).total_seconds() / 60 for m in step.meetings)
    return not step.meetings or step.workload_min - step.travel_min > met
