"""What an empty cell means: ids, forms, documents, technologies and runs derived from the rest."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from engine.domain import (
    PROGRAMME_KINDS,
    Document,
    Form,
    Kind,
    Offering,
    Technology,
)
from engine.interchange.dates import DateText, parse_dates
from engine.interchange.faults import FaultLog, Place
from engine.interchange.headers import normalise
from engine.interchange.records import Record, Records
from engine.interchange.words import APPROXIMATE_KINDS, KIND_WORDS, THEME_WORDS

INFORMAL_KINDS = frozenset(
    {Kind.SELF_STUDY, Kind.COMMUNITY, Kind.CONTEST, Kind.OPEN_LESSON, Kind.LESSON_VISIT}
)
_DOCUMENT_BY_KIND = {Kind.DPP_PK: Document.CERTIFICATE_PK, Kind.DPP_PP: Document.DIPLOMA_PP}
_BOTH = (
    "очно-заочн",
    "очно и дистанц",
    "дистанционная и очная",
    "online/offline",
    "смешанн",
    "гибрид",
)
_DISTANCE = ("дистанц", "онлайн", "online", "заочн", "вебинар", "с дот")
_SELF = ("видеозапись", "материалы", "самостоятельн")


def stable_hash(*parts: object, length: int = 10) -> str:
    """Return a short hash of the parts' texts, the same on every machine and run."""
    text = "\x1f".join("" if p is None else str(p) for p in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


# --------------------------------------------------------------------------- activities


def complete_activities(activities: Records, hours: Mapping[Kind, float], log: FaultLog) -> None:
    """Fill id, form, document and technologies of activities that do not state them.

    ``hours`` are the package's default academic hours by kind.
    """
    approximate: dict[str, list[Record]] = defaultdict(list)
    assumed: Counter[Kind] = Counter()
    taken: dict[str, Record] = {}
    for record in activities:
        kind = Kind(record["kind"])
        values = record.values
        if values.get("id") is None:
            values["id"] = _free_id(record, taken, log)
        taken.setdefault(values["id"], record)
        if values.get("hours_academic") is None and kind in hours:
            values["hours_academic"] = hours[kind]
            assumed[kind] += 1
        values["document"] = values.get("document") or _document(kind)
        values["form"] = values.get("form") or _form(kind, Document(values["document"]))
        if values.get("technologies") is None:
            values["technologies"] = technologies_of(values.get("format") or "")
        values["themes"] = _themes(values.get("themes") or ())
        raw = str(record.raw.get("kind", "")).strip().casefold()
        if raw in APPROXIMATE_KINDS:
            approximate[raw].append(record)
    for kind, count in sorted(assumed.items()):
        log.note(
            "hours_assumed",
            f"часы вида «{KIND_WORDS[kind][0]}» не указаны, строк: {count}; взято "
            f"{hours[kind]:g} ак. ч по defaults пакета",
            kind=kind.value,
            count=count,
        )
    for raw, records in sorted(approximate.items()):
        kind = Kind(records[0]["kind"])
        log.note(
            "kind_approximated",
            f"вид «{raw}» взят как «{KIND_WORDS[kind][0]}», строк: {len(records)}; если это не "
            "так, впишите вид точнее",
            Place(records[0].place.file),
            kind=kind.value,
            count=len(records),
        )


def activity_id(record: Record) -> str:
    """Id of an activity without one, from kind, title, hours and provider.

    The same row gives the same id in every import; changing one of the four makes a new one.
    """
    hours = record["hours_academic"]
    content = stable_hash(
        record["kind"],
        normalise(record["title"]),
        "" if hours is None else f"{hours:g}",
        normalise(record["provider"] or ""),
    )
    return f"{record['kind']}-{content}"


def _free_id(record: Record, taken: Mapping[str, Record], log: FaultLog) -> str:
    """Derived id; one already taken by a row of other content is told apart by the whole row."""
    derived = activity_id(record)
    other = taken.get(derived)
    if other is None or other.raw == record.raw:
        return derived
    log.warning(
        "similar_activities",
        f"вид, название, часы и организатор те же, что в строке {other.place.row}, а остальное "
        "иное: взяты как две активности; если это одна, оставьте одну строку",
        record.place,
        first_row=other.place.row,
    )
    return f"{derived}-{stable_hash(*sorted(record.raw.items()), length=4)}"


def _document(kind: Kind) -> Document:
    return _DOCUMENT_BY_KIND.get(kind, Document.NONE)


def _form(kind: Kind, document: Document) -> Form:
    if document in (Document.CERTIFICATE_PK, Document.DIPLOMA_PP):
        return Form.FORMAL
    return Form.INFORMAL if kind in INFORMAL_KINDS else Form.NON_FORMAL


def technologies_of(text: str) -> tuple[str, ...]:
    """Technologies that a format in words speaks of; empty when it names none."""
    folded = text.casefold()
    if any(w in folded for w in _SELF):
        return (Technology.SELF_DIRECTED.value,)
    distance = any(w in folded for w in _DISTANCE)
    # «заочно» holds «очно»; only a word that begins with «очн» is face to face.
    in_person = any(word.startswith("очн") for word in normalise(folded).split())
    if any(w in folded for w in _BOTH) or (distance and in_person):
        return (Technology.BLENDED.value,)
    if distance:
        return (Technology.DISTANCE.value,)
    return (Technology.CLASSROOM.value,) if in_person else ()


def _themes(themes: Iterable[str]) -> tuple[str, ...]:
    spelled = {normalise(w): code for code, words in THEME_WORDS.items() for w in (code, *words)}
    return tuple(dict.fromkeys(spelled.get(normalise(t), t) for t in themes))


# --------------------------------------------------------------------------- offerings


def complete_offerings(offerings: Records, log: FaultLog) -> None:
    """Fill dates out of words and the id of offerings that do not state them."""
    for record in offerings:
        values = record.values
        words = values.get("dates")
        if words and values.get("start") is None and values.get("end") is None:
            found = parse_dates(words)
            if len(found.spans) == 1 and not found.unclear:
                values["start"], values["end"] = found.spans[0]
                values["enrolment_until"] = values.get("enrolment_until") or found.enrolment_until
            else:
                log.warning(
                    "dates_unclear",
                    f"даты «{words}» не читаются однозначно: впишите начало и окончание",
                    record.at("dates"),
                )
        if values.get("id") is None:
            values["id"] = offering_id(
                record["activity_id"], record["start"], record["end"], record["locality"] or ""
            )


def offering_id(
    activity: str, start: dt.date | None, end: dt.date | None, locality: str = ""
) -> str:
    """Id of a run without one, from its activity, days and place."""
    first = start.isoformat() if start else "open"
    return f"{activity}-{first}-{stable_hash(end, locality, length=6)}"


def offerings_from_text(
    activities: Records, offerings: Records | None, today: dt.date, log: FaultLog
) -> list[Offering]:
    """Runs that activities without any describe in words (``dates`` and ``format``).

    Only spans that can be read in one way and begin after ``today`` become runs; a text of dates
    that cannot is a warning unless it speaks of years gone by.
    """
    have_runs = {r["activity_id"] for r in offerings or ()}
    made: dict[str, Offering] = {}
    for record in activities:
        if record["id"] in have_runs:
            continue
        for column in ("dates", "format"):
            text = record[column]
            if not text:
                continue
            found = parse_dates(text)
            _warn_unclear(found, text, column, record, today, log)
            for start, end in found.spans:
                if start > today:
                    run = _run(record["id"], start, end, found.enrolment_until)
                    made.setdefault(run.id, run)
    return list(made.values())


def _run(activity: str, start: dt.date, end: dt.date, enrolment: dt.date | None) -> Offering:
    if enrolment is not None and enrolment > end:
        enrolment = None
    return Offering(
        offering_id(activity, start, end), activity, start, end, enrolment_until=enrolment
    )


def _warn_unclear(
    found: DateText, text: str, column: str, record: Record, today: dt.date, log: FaultLog
) -> None:
    past = found.last_year is not None and found.last_year < today.year
    if found.unclear and not past:
        log.warning(
            "dates_unclear",
            f"даты «{text}» не читаются однозначно и не взяты: впишите "
            "поток с датами в таблицу offerings",
            record.at(column),
        )


def self_paced_runs(activities: Records, have_runs: Iterable[str]) -> list[Offering]:
    """Open runs for programmes and self-study of known length that have no run.

    Only by the package's ``defaults``: a dated programme is not open at any time by itself.
    """
    have = set(have_runs)
    open_kinds = PROGRAMME_KINDS | {Kind.SELF_STUDY}
    return [
        Offering(f"{r['id']}-open", r["id"], None, None, self_paced=True)
        for r in activities
        if r["id"] not in have and Kind(r["kind"]) in open_kinds and r["hours_academic"] is not None
    ]
