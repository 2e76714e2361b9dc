"""Activities and offerings, compiled once per version into arrays.

A request only masks and multiplies what stands in here. Records are sorted by id; "activity
index" and "offering index" are positions in that order. Hours become clock minutes here, once;
instants become UTC minutes; dates become proleptic ordinals.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from itertools import pairwise

import numpy as np

from engine.domain import (
    ACADEMIC_HOUR_MIN,
    Activity,
    BoolArray,
    Form,
    Funding,
    IntArray,
    Kind,
    Level,
    Meeting,
    Offering,
)
from engine.errors import Fault, InputError

KINDS: tuple[Kind, ...] = tuple(Kind)
FORMS: tuple[Form, ...] = (Form.FORMAL, Form.NON_FORMAL, Form.INFORMAL)
LEVELS: tuple[Level, ...] = tuple(Level)
FUNDING: tuple[Funding, ...] = tuple(Funding)
CATEGORIES: tuple[str, ...] = ("dpp_pp", "dpp_pk", "non_formal", "informal")

UNKNOWN = -1
ONLINE = -1
FIRST_DAY = dt.date.min.toordinal()
LAST_DAY = dt.date.max.toordinal()


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Catalogue:
    """One version of the catalogue.

    Parameters
    ----------
    version
        Digest of the content; the same records in any order give the same version.
    activities, offerings
        The records, sorted by id.
    activity_ids, offering_ids
        Ids of the records.
    activity_index, offering_index
        Position by id.
    kind, form, category, level
        Shape (n_activities,): positions in ``KINDS``, ``FORMS``, ``CATEGORIES``, ``LEVELS``
        (level −1 = not stated).
    duration_min
        Shape (n_activities,), clock minutes; −1 = unknown, never a candidate.
    register_from, register_to
        Shape (n_activities,), ordinals of the span in the federal register; from > to = never.
    funding_rank
        Shape (n_activities, len(FUNDING)): place of the source in the order of preference; −1 =
        it may not pay. Where a record names no source, the educator may pay (``own``).
    prerequisites
        OR-groups of activity ids by activity index, only of activities that have some.
    offering_activity
        Shape (n_offerings,), activity index.
    start, end
        Shape (n_offerings,), ordinals; of a self-paced offering the span in which it may be
        taken. A dated offering without dates has start > end.
    enrolment_until
        Shape (n_offerings,), ordinal of the last day; open until the start = ``LAST_DAY``.
    seats
        Shape (n_offerings,); −1 = no limit.
    price_rub
        Shape (n_offerings,), the offering's own price, else the activity's.
    self_paced
        Shape (n_offerings,).
    weekly_ptr, weekly_min
        CSR rows per offering: clock minutes by ISO week from the week of the start on.
    meeting_ptr, meeting_start, meeting_end, meeting_place
        CSR rows per offering: UTC minutes since 1970 and place code (−1 = online).
    places
        Place key by code.
    meeting_locality
        Locality by meeting, position in ``localities``; −1 = unknown.
    localities
        Folded names (``locality_key``).
    themes
        Activity indices by theme.
    """

    version: str
    activities: tuple[Activity, ...]
    offerings: tuple[Offering, ...]
    activity_ids: tuple[str, ...]
    offering_ids: tuple[str, ...]
    activity_index: Mapping[str, int]
    offering_index: Mapping[str, int]
    kind: IntArray
    form: IntArray
    category: IntArray
    level: IntArray
    duration_min: IntArray
    register_from: IntArray
    register_to: IntArray
    funding_rank: IntArray
    prerequisites: Mapping[int, tuple[tuple[str, ...], ...]]
    offering_activity: IntArray
    start: IntArray
    end: IntArray
    enrolment_until: IntArray
    seats: IntArray
    price_rub: IntArray
    self_paced: BoolArray
    weekly_ptr: IntArray
    weekly_min: IntArray
    meeting_ptr: IntArray
    meeting_start: IntArray
    meeting_end: IntArray
    meeting_place: IntArray
    meeting_locality: IntArray
    places: tuple[str, ...]
    localities: tuple[str, ...]
    themes: Mapping[str, tuple[int, ...]]

    def place_code(self, key: str) -> int:
        """Code of a place key; an unknown key gets the code after the last one."""
        if not key:
            return ONLINE
        return self.places.index(key) if key in self.places else len(self.places)


def fold(text: str) -> str:
    """Text as it is compared: small letters, ё as е, single spaces, no quotes at the ends."""
    return " ".join(text.casefold().replace("ё", "е").split()).strip("«»\"'. ")


def clock_minutes(hours_academic: float) -> int:
    """Clock minutes of so many academic hours (45 min each), rounded half up."""
    return math.floor(hours_academic * ACADEMIC_HOUR_MIN + 0.5)


def category_of(activity: Activity) -> str:
    """Category for the rule ``form_by_level``: the kind of a programme, else the form.

    Formal learning that is no programme of retraining (a стажировка with удостоверение) counts
    as ``dpp_pk``.
    """
    if activity.kind is Kind.DPP_PP:
        return "dpp_pp"
    if activity.kind is Kind.DPP_PK or activity.form is Form.FORMAL:
        return "dpp_pk"
    return activity.form.value


def locality_of(meeting: Meeting, offering: Offering) -> str:
    """Folded locality of a meeting in person: the offering's, else the key before the comma.

    Empty = unknown.
    """
    return fold(offering.locality or meeting.place.partition(",")[0])


def compile_catalogue(activities: Sequence[Activity], offerings: Sequence[Offering]) -> Catalogue:
    """Compile activities and offerings into one version.

    Parameters
    ----------
    activities, offerings
        In any order; ids are unique.

    Raises
    ------
    InputError
        Every fault: ``duplicate_activity``, ``duplicate_offering``, ``unknown_activity``,
        ``hours_not_positive``, ``price_negative``, ``ends_before_start``,
        ``meeting_without_offset``, ``meeting_ends_before_start``, ``meetings_of_self_paced``,
        ``weekly_negative``, ``weekly_empty``, ``weekly_too_long``.
    """
    acts = tuple(sorted(activities, key=lambda a: a.id))
    offs = tuple(sorted(offerings, key=lambda o: o.id))
    faults = _faults(acts, offs)
    if faults:
        raise InputError(faults)
    index = {a.id: i for i, a in enumerate(acts)}
    registers = [_register(a) for a in acts]
    spans = [_span(o) for o in offs]
    meetings = [(o, m) for o in offs for m in o.meetings]
    places = tuple(sorted({m.place for _, m in meetings if m.place}))
    codes = {"": ONLINE, **{key: code for code, key in enumerate(places)}}
    homes = [locality_of(m, o) if m.place else "" for o, m in meetings]
    localities = tuple(sorted(set(homes) - {""}))
    home_code = {"": UNKNOWN, **{key: code for code, key in enumerate(localities)}}
    owner = [index[o.activity_id] for o in offs]
    return Catalogue(
        version=_digest(acts, offs),
        activities=acts,
        offerings=offs,
        activity_ids=tuple(a.id for a in acts),
        offering_ids=tuple(o.id for o in offs),
        activity_index=index,
        offering_index={o.id: i for i, o in enumerate(offs)},
        kind=_ints(KINDS.index(a.kind) for a in acts),
        form=_ints(FORMS.index(a.form) for a in acts),
        category=_ints(CATEGORIES.index(category_of(a)) for a in acts),
        level=_ints(UNKNOWN if a.level is None else LEVELS.index(a.level) for a in acts),
        duration_min=_ints(
            UNKNOWN if a.hours_academic is None else clock_minutes(a.hours_academic) for a in acts
        ),
        register_from=_ints(first for first, _ in registers),
        register_to=_ints(last for _, last in registers),
        funding_rank=_ints(rank for a in acts for rank in _funding(a)).reshape(-1, len(FUNDING)),
        prerequisites={i: a.prerequisites for i, a in enumerate(acts) if a.prerequisites},
        offering_activity=_ints(owner),
        start=_ints(first for first, _ in spans),
        end=_ints(last for _, last in spans),
        enrolment_until=_ints(
            LAST_DAY if o.enrolment_until is None else o.enrolment_until.toordinal() for o in offs
        ),
        seats=_ints(UNKNOWN if o.seats_left is None else o.seats_left for o in offs),
        price_rub=_ints(
            acts[i].price_rub if o.price_rub is None else o.price_rub
            for i, o in zip(owner, offs, strict=True)
        ),
        self_paced=np.array([o.self_paced for o in offs], dtype=np.bool_),
        weekly_ptr=_pointers(len(o.weekly_min) for o in offs),
        weekly_min=_ints(m for o in offs for m in o.weekly_min),
        meeting_ptr=_pointers(len(o.meetings) for o in offs),
        meeting_start=_ints(utc_minute(m.start) for _, m in meetings),
        meeting_end=_ints(-(-m.end.timestamp() // 60) for _, m in meetings),
        meeting_place=_ints(codes[m.place] for _, m in meetings),
        meeting_locality=_ints(home_code[key] for key in homes),
        places=places,
        localities=localities,
        themes=_by_theme(acts),
    )


def utc_minute(instant: dt.datetime) -> int:
    """Whole UTC minutes since 1970 of an instant with offset, rounded down."""
    return int(instant.timestamp() // 60)


def _ints(values: Iterable[float]) -> IntArray:
    return np.fromiter((int(v) for v in values), dtype=np.int64)


def _pointers(lengths: Iterable[int]) -> IntArray:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(_ints(lengths), dtype=np.int64)])


def _by_theme(activities: Sequence[Activity]) -> dict[str, tuple[int, ...]]:
    members: dict[str, list[int]] = {}
    for i, activity in enumerate(activities):
        for theme in activity.themes:
            members.setdefault(theme, []).append(i)
    return {theme: tuple(members[theme]) for theme in sorted(members)}


def _register(activity: Activity) -> tuple[int, int]:
    """Span in the federal register; neither date = not in it."""
    if activity.register_from is None and activity.register_to is None:
        return LAST_DAY, FIRST_DAY
    first, last = activity.register_from, activity.register_to
    return (
        FIRST_DAY if first is None else first.toordinal(),
        LAST_DAY if last is None else last.toordinal(),
    )


def _funding(activity: Activity) -> list[int]:
    sources = list(dict.fromkeys(activity.funding)) or [Funding.OWN]
    return [sources.index(s) if s in sources else UNKNOWN for s in FUNDING]


def _span(offering: Offering) -> tuple[int, int]:
    if not offering.self_paced and (offering.start is None or offering.end is None):
        return LAST_DAY, FIRST_DAY
    return (
        FIRST_DAY if offering.start is None else offering.start.toordinal(),
        LAST_DAY if offering.end is None else offering.end.toordinal(),
    )


def _faults(activities: Sequence[Activity], offerings: Sequence[Offering]) -> list[Fault]:
    faults = _duplicates("activity", "активности", [a.id for a in activities])
    faults += _duplicates("offering", "потока", [o.id for o in offerings])
    for a in activities:
        if a.hours_academic is not None and not 0 < a.hours_academic < math.inf:
            detail = f"Активность «{a.id}»: объём должен быть больше 0 часов; "
            faults.append(
                _fault("hours_not_positive", a.id, detail + "если он неизвестен, оставьте пустым")
            )
        if a.price_rub < 0:
            faults.append(
                _fault("price_negative", a.id, f"Активность «{a.id}»: цена меньше нуля; исправьте")
            )
    known = {a.id for a in activities}
    for o in offerings:
        faults += _offering_faults(o, known)
    return faults


def _offering_faults(offering: Offering, known: set[str]) -> list[Fault]:
    """Faults of one offering, each with what to do."""
    found: list[tuple[str, str]] = []
    if offering.activity_id not in known:
        text = f"активности «{offering.activity_id}» нет в каталоге; добавьте её или исправьте код"
        found.append(("unknown_activity", text))
    if offering.start and offering.end and offering.end < offering.start:
        text = f"окончание {offering.end} раньше начала {offering.start}; поменяйте даты"
        found.append(("ends_before_start", text))
    if offering.price_rub is not None and offering.price_rub < 0:
        found.append(("price_negative", "цена меньше нуля; исправьте"))
    if offering.self_paced and offering.meetings:
        text = "самостоятельное изучение не имеет встреч в назначенное время; уберите встречи"
        found.append(("meetings_of_self_paced", text))
    for m in offering.meetings:
        if m.start.utcoffset() is None or m.end.utcoffset() is None:
            found.append(("meeting_without_offset", f"встреча {m.start}: укажите часовой пояс"))
        elif m.end <= m.start:
            found.append(("meeting_ends_before_start", f"встреча {m.start}: исправьте окончание"))
    if any(minutes < 0 for minutes in offering.weekly_min):
        found.append(("weekly_negative", "минуты недели меньше нуля; исправьте разбивку"))
    if offering.weekly_min and not any(offering.weekly_min):
        found.append(("weekly_empty", "в разбивке одни нули; уберите её или укажите минуты"))
    if offering.start and offering.end and len(offering.weekly_min) > _iso_weeks(offering):
        found.append(("weekly_too_long", "в разбивке больше недель, чем в потоке; сократите её"))
    return [_fault(code, offering.id, f"Поток «{offering.id}»: {text}") for code, text in found]


def _iso_weeks(offering: Offering) -> int:
    """ISO weeks that a dated run touches."""
    assert offering.start is not None
    assert offering.end is not None
    first = offering.start.toordinal() - offering.start.weekday()
    return (offering.end.toordinal() - first) // 7 + 1


def _duplicates(name: str, genitive: str, ids: Sequence[str]) -> list[Fault]:
    repeated = sorted({a for a, b in pairwise(ids) if a == b})
    return [
        _fault(f"duplicate_{name}", i, f"Код {genitive} «{i}» повторяется; оставьте одну запись")
        for i in repeated
    ]


def _fault(code: str, record_id: str, detail: str) -> Fault:
    return Fault(code, detail, parameters={"id": record_id})


def _digest(activities: Sequence[Activity], offerings: Sequence[Offering]) -> str:
    digest = hashlib.sha256()
    for record in (*activities, *offerings):
        plain = json.dumps(_plain(record), ensure_ascii=False, sort_keys=True)
        digest.update(plain.encode() + b"\n")
    return digest.hexdigest()


def _plain(value: object) -> object:
    """Value made of JSON types, the same for equal records."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(_plain(k)): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"no canonical form of {type(value).__name__}")
