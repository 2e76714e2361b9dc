"""Every eligibility rule both ways: it lets pass, it forbids."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from engine.catalogue import compile_catalogue
from engine.domain import (
    Activity,
    Constraints,
    Educator,
    Form,
    HistoryItem,
    Kind,
    Offering,
    Position,
    Reason,
    Stage,
)
from engine.matching.eligibility import EligibilityTable, OfferingTable, title_key
from tests.engine.matching.eligibility_rules import reasons_one_by_one
from tests.engine.matching.records import AS_OF, FRAMEWORK, HORIZON, TEACHER, activity, offering

MOSCOW = ZoneInfo("Europe/Moscow")


def _reasons(
    activities: Sequence[Activity],
    offerings: Sequence[Offering] | None = None,
    educator: Educator = TEACHER,
    history: Sequence[HistoryItem] = (),
    constraints: Constraints | None = None,
    as_of: dt.datetime = AS_OF,
    zone: ZoneInfo = MOSCOW,
) -> dict[str, tuple[Reason, ...]]:
    table = EligibilityTable(activities, FRAMEWORK)
    runs = [offering(a.id) for a in activities] if offerings is None else offerings
    found = table.reasons(
        educator,
        offerings=OfferingTable.compile(runs, table.index),
        history=history,
        constraints=constraints or Constraints(),
        as_of=as_of,
        horizon=HORIZON,
        zone=zone,
    )
    return {activities[i].id: reasons for i, reasons in found.items()}


def _codes(*arguments: object, **named: object) -> list[str]:
    found = _reasons(*arguments, **named)  # type: ignore[arg-type]
    return [reason.code for reasons in found.values() for reason in reasons]


def test_an_ordinary_activity_has_no_reason() -> None:
    """Open to everybody, with a run in the horizon: eligible."""
    assert _reasons([activity()]) == {}


@pytest.mark.parametrize(
    ("stated", "codes"),
    [
        ({"positions": (Position.TEACHER, Position.HEAD)}, []),
        ({"positions": (Position.HEAD,)}, ["audience_position"]),
        ({"subjects": ("Математика",)}, []),
        ({"subjects": ("алгебра", "физика")}, []),
        ({"subjects": ("физика",)}, ["audience_subject"]),
        ({"stages": (Stage.BASIC, Stage.SECONDARY)}, []),
        ({"stages": (Stage.PRESCHOOL,)}, ["audience_stage"]),
        ({"language": "RU"}, []),
        ({"language": "tt"}, ["language"]),
        ({"hours_academic": None}, ["hours_unknown"]),
        ({"hours_academic": float("nan")}, ["hours_unknown"]),
        ({"hours_academic": 0.0}, ["hours_unknown"]),
    ],
)
def test_audience_language_and_length(stated: dict[str, object], codes: list[str]) -> None:
    """Each field lets its own educator pass and stops another."""
    assert _codes([activity(**stated)]) == codes


def test_an_educator_without_subjects_or_stage() -> None:
    """No subject: subject courses are not for him; no stage stated: stages shut nobody out."""
    head = Educator("h", Position.HEAD)
    assert _codes([activity(subjects=("физика",))], educator=head) == ["audience_subject"]
    assert _codes([activity(stages=(Stage.BASIC,))], educator=head) == []


def test_parameters_tell_what_was_asked_and_what_is_there() -> None:
    """A reason carries the values that its wording needs."""
    [reason] = _reasons([activity(subjects=("физика",))])["a1"]
    assert reason.parameters == {"subjects": ["математика"], "named": ["физика"]}


def test_completed_by_id_or_by_title_written_differently() -> None:
    """The latest completion is named; another title and a recurring kind stay eligible."""
    acts = [
        activity("a1", "Учёт «новых» результатов – 2026"),
        activity("a2", "Другое"),
        activity("a3", "Встреча", kind=Kind.COMMUNITY),
    ]
    history = [
        HistoryItem(dt.date(2025, 1, 1), activity_id="a1"),
        HistoryItem(dt.date(2025, 5, 1), title="учет новых  результатов - 2026."),
        HistoryItem(dt.date(2025, 6, 1), activity_id="a3"),
        HistoryItem(dt.date(2025, 6, 1), activity_id="gone", title="Нет такой"),
    ]
    assert _reasons(acts, history=history) == {
        "a1": (Reason("already_completed", {"completed_on": "2025-05-01"}),)
    }
    assert title_key("Учёт «новых»") == title_key("УЧЕТ новых")


def test_forms_and_bans() -> None:
    """Only admitted forms pass; a ban names the activity or all its offerings."""
    acts = [activity("a1"), activity("a2", form=Form.FORMAL)]
    forms = Constraints(forms=(Form.NON_FORMAL,))
    assert _reasons(acts, constraints=forms) == {
        "a2": (Reason("form_not_admitted", {"form": "formal"}),)
    }
    assert _codes([acts[0]], constraints=Constraints(excluded=("a1",))) == ["excluded"]
    runs = [offering("a1"), offering("a1", "2026-11-01", "2026-11-02")]
    one, both = (Constraints(excluded=tuple(o.id for o in runs[:n])) for n in (1, 2))
    assert _codes([acts[0]], runs, constraints=one) == []
    assert _codes([acts[0]], runs, constraints=both) == ["excluded"]


@pytest.mark.parametrize(
    ("start", "end", "more", "code"),
    [
        ("2026-09-07", "2027-05-16", {}, None),
        ("2026-09-06", "2026-09-10", {}, "no_run_in_horizon"),
        ("2027-05-10", "2027-05-17", {}, "no_run_in_horizon"),
        ("2026-10-01", "2026-10-02", {"enrolment_until": dt.date(2026, 9, 1)}, None),
        ("2026-10-01", "2026-10-02", {"enrolment_until": dt.date(2026, 8, 31)}, "enrolment_closed"),
        ("2026-01-01", "2026-09-06", {"self_paced": True}, "no_run_in_horizon"),
        ("2026-01-01", "2026-09-07", {"self_paced": True}, None),
        (None, None, {"self_paced": True}, None),
        (None, None, {}, "no_run_in_horizon"),
    ],
)
def test_dates(
    start: str | None, end: str | None, more: dict[str, object], code: str | None
) -> None:
    """A run lies wholly in the horizon and can still be joined on the day of as_of."""
    run = replace(
        offering(**more),
        start=start and dt.date.fromisoformat(start),
        end=end and dt.date.fromisoformat(end),
    )
    assert _codes([activity()], [run]) == ([code] if code else [])


def test_one_open_run_is_enough_and_none_is_a_reason() -> None:
    """A closed run beside an open one does no harm; an activity without runs has no run."""
    closed = offering(enrolment_until=dt.date(2026, 8, 1))
    assert _codes([activity()], [closed, offering(start="2026-11-01", end="2026-11-02")]) == []
    assert _codes([activity()], []) == ["no_run_in_horizon"]


def test_today_is_the_educators_day() -> None:
    """20:00 UTC on 31 August is already 1 September in Vladivostok: enrolment has closed there."""
    run = offering(enrolment_until=dt.date(2026, 8, 31))
    instant = dt.datetime(2026, 8, 31, 20, 0, tzinfo=dt.UTC)
    assert _codes([activity()], [run], as_of=instant) == []
    vladivostok = ZoneInfo("Asia/Vladivostok")
    assert _codes([activity()], [run], as_of=instant, zone=vladivostok) == ["enrolment_closed"]


def test_all_reasons_are_kept() -> None:
    """Whoever mends one reason sees the next."""
    wrong = activity(positions=(Position.HEAD,), language="tt", hours_academic=None)
    assert _codes([wrong], []) == [
        "audience_position",
        "language",
        "hours_unknown",
        "no_run_in_horizon",
    ]


def test_instant_without_offset_is_refused() -> None:
    """as_of without an offset has no day in any zone."""
    with pytest.raises(ValueError, match="offset"):
        _reasons([activity()], as_of=dt.datetime(2026, 9, 1))


def test_table_from_the_compiled_catalogue_is_the_same() -> None:
    """Both ways to the offering table agree on every column."""
    acts = [activity("a1"), activity("a2")]
    runs = [
        offering("a1"),
        offering("a2", enrolment_until=dt.date(2026, 9, 20)),
        offering("a2", "2026-11-01", "2026-12-01", self_paced=True),
        replace(offering("a1", "2027-01-01", "2027-01-02"), start=None, end=None),
    ]
    catalogue = compile_catalogue(acts, runs)
    ours = OfferingTable.compile(catalogue.offerings, catalogue.activity_index)
    theirs = OfferingTable.from_catalogue(catalogue)
    assert ours.ids == theirs.ids
    for column in ("activity", "start", "end", "enrolment_until", "self_paced"):
        np.testing.assert_array_equal(getattr(ours, column), getattr(theirs, column))


SUBJECTS = ["математика", "Алгебра", "физика", "иностранный язык", "английский язык", "обж"]


def _some(rng: np.random.Generator, values: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(rng.permutation(list(values))[: rng.integers(0, most + 1)].tolist())


def _day(rng: np.random.Generator) -> dt.date:
    return dt.date(2026, 6, 1) + dt.timedelta(days=int(rng.integers(0, 400)))


def _random_activity(rng: np.random.Generator, i: int) -> Activity:
    return activity(
        f"a{i:03d}",
        f"Тема «{rng.integers(0, 40)}»",
        kind=list(Kind)[rng.integers(0, len(Kind))],
        positions=tuple(Position(p) for p in _some(rng, [p.value for p in Position], 3)),
        subjects=_some(rng, SUBJECTS, 2),
        stages=tuple(Stage(s) for s in _some(rng, [s.value for s in Stage], 2)),
        language=["ru", "RU", "tt"][rng.integers(0, 3)],
        form=list(Form)[rng.integers(0, 3)],
        hours_academic=[8.0, 36.0, None, 0.0][rng.integers(0, 4)],
    )


def _random_run(rng: np.random.Generator, i: int, n: int) -> Offering:
    one, other = sorted([_day(rng), _day(rng)])
    return replace(
        offering(f"a{rng.integers(0, n):03d}"),
        id=f"o{i:03d}",
        start=one,
        end=other,
        self_paced=bool(rng.random() < 0.2),
        enrolment_until=_day(rng) if rng.random() < 0.5 else None,
    )


@pytest.mark.parametrize("seed", range(12))
def test_all_rules_at_once_say_what_each_says_of_each_activity(seed: int) -> None:
    """Random catalogues and educators: the same reasons, in the same order, as one by one."""
    rng = np.random.default_rng(seed)
    n = 80
    acts = [_random_activity(rng, i) for i in range(n)]
    runs = [_random_run(rng, i, n) for i in range(150)]
    table = EligibilityTable(acts, FRAMEWORK)
    offerings = OfferingTable.compile(runs, table.index)
    seen = set()
    for _ in range(10):
        educator = Educator(
            "e",
            list(Position)[rng.integers(0, 3)],
            _some(rng, SUBJECTS, 2),
            tuple(Stage(s) for s in _some(rng, [s.value for s in Stage], 2)),
            languages=[("ru",), ("ru", "TT")][rng.integers(0, 2)],
        )
        history = [
            HistoryItem(_day(rng), activity_id=f"a{rng.integers(0, n):03d}")
            if rng.random() < 0.5
            else HistoryItem(_day(rng), title=f"тема {rng.integers(0, 40)}")
            for _ in range(rng.integers(0, 6))
        ]
        constraints = Constraints(
            forms=tuple(Form(f) for f in _some(rng, [f.value for f in Form], 2)),
            excluded=_some(rng, [a.id for a in acts] + [o.id for o in runs], 150),
        )
        said = table.reasons(
            educator,
            offerings=offerings,
            history=history,
            constraints=constraints,
            as_of=AS_OF,
            horizon=HORIZON,
            zone=MOSCOW,
        )
        expected = reasons_one_by_one(
            acts, runs, FRAMEWORK, educator, history, constraints, AS_OF, HORIZON, MOSCOW
        )
        assert list(said.items()) == list(expected.items())
        seen |= {reason.code for reasons in said.values() for reason in reasons}
    assert len(seen) == 10
