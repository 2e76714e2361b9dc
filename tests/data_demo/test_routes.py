"""Routes of the demo as a methodist would look at them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from engine.domain import PROGRAMME_KINDS, Document, Form, Kind
from engine.interchange import DataPackage
from engine.recommendation import Recommendation
from engine.recommender import Recommender
from tests.data_demo.asking import request_for

EDUCATORS = tuple(f"E{number:02d}" for number in range(1, 15))


def recommend(package: DataPackage, recommender: Recommender, educator: str) -> Recommendation:
    request = request_for(package, educator)
    request = dataclasses.replace(request, deadline_ms=20_000, deterministic_time=8.0)
    return recommender.recommend(request).recommendation


@pytest.fixture(scope="module")
def answers(package: DataPackage, recommender: Recommender) -> dict[str, Recommendation]:
    return {e: recommend(package, recommender, e) for e in EDUCATORS}


@pytest.mark.parametrize("educator", EDUCATORS)
def test_everybody_gets_a_certified_route(
    educator: str, answers: dict[str, Recommendation]
) -> None:
    """Each demo educator has a route that is not empty and proved to within a few percent."""
    answer = answers[educator]
    assert answer.route is not None
    assert answer.route.steps
    assert answer.certificate.gap_rel is not None
    assert answer.certificate.gap_rel <= 0.06


def test_first_educator_shows_what_a_route_is(answers: dict[str, Recommendation]) -> None:
    """The young maths teacher: a programme, later practice, webinars, a mentor, unmet demand."""
    answer = answers["E01"]
    route = answer.route
    assert route is not None
    assert 5 <= len(route.steps) <= 9
    programme = next(s for s in route.steps if s.kind in PROGRAMME_KINDS)
    internship = next(s for s in route.steps if s.kind == Kind.INTERNSHIP)
    assert internship.start > programme.end
    assert any(s.kind == Kind.WEBINAR for s in route.steps)
    assert route.mentor is not None
    assert len(route.mentor.meetings) >= 5
    assert any(c.node.startswith("request:") for s in route.steps for c in s.closes)
    measured = [d for d in answer.deficits if d.official_level == "high"]
    assert measured
    assert all(d.interval_90[0] < d.estimate < d.interval_90[1] for d in measured)
    assert answer.unmet


def test_the_strong_teacher_shares_experience(answers: dict[str, Recommendation]) -> None:
    """Without a deficit the route holds no programme and closes development demands."""
    route = answers["E08"].route
    assert route is not None
    assert answers["E08"].group == "development"
    assert not any(s.form == Form.FORMAL for s in route.steps)
    assert any(c.node.startswith("development:") for s in route.steps for c in s.closes)


def test_a_request_alone_is_enough(answers: dict[str, Recommendation]) -> None:
    """The educator without diagnostics has a route for the request, and no group."""
    answer = answers["E06"]
    assert answer.route is not None
    assert answer.group is None
    assert all(d.kind == "request" for d in answer.deficits)


def test_no_meeting_is_too_late_in_vladivostok(answers: dict[str, Recommendation]) -> None:
    """Meetings of the educator in Vladivostok lie between 8 and 21 of the local clock."""
    route = answers["E09"].route
    assert route is not None
    meetings = [m for s in route.steps for m in s.meetings]
    assert meetings
    for meeting in meetings:
        assert meeting.start.utcoffset() == dt.timedelta(hours=10)
        assert meeting.start.hour >= 8
        assert (meeting.end.hour, meeting.end.minute) <= (21, 0)


def test_without_internet_nothing_is_online(
    answers: dict[str, Recommendation], package: DataPackage, recommender: Recommender
) -> None:
    """The rural educator learns alone or in person; with internet online meetings would come.

    Told by the offerings of the package, not by what the answer says of their meetings.
    """
    online = {o.id for o in package.offerings if any(not m.place for m in o.meetings)}
    assert online
    answer = answers["E10"]
    assert answer.route is not None
    assert answer.route.steps
    assert not online & {s.offering for s in answer.route.steps}
    assert "online_not_possible" in {r.code for r in answer.not_chosen.values()}
    request = request_for(package, "E10")
    assert request.educator.organisation is not None
    connected = dataclasses.replace(
        request.educator,
        conditions=dataclasses.replace(request.educator.conditions, internet=True),
        organisation=dataclasses.replace(
            request.educator.organisation,
            conditions=dataclasses.replace(request.educator.organisation.conditions, internet=True),
        ),
    )
    request = dataclasses.replace(request, educator=connected, deadline_ms=20_000)
    route = recommender.recommend(request).recommendation.route
    assert route is not None
    assert online & {s.offering for s in route.steps}


def test_what_was_completed_does_not_come_again(
    answers: dict[str, Recommendation], package: DataPackage
) -> None:
    """Nothing out of the history stands in the route of the experienced teacher."""
    route = answers["E02"].route
    assert route is not None
    done = {h.activity_id for h in package.history["E02"]}
    assert not done & {s.activity for s in route.steps}


def test_documents_fit_forms(answers: dict[str, Recommendation]) -> None:
    """Formal steps, and only they, give удостоверение or диплом."""
    formal = {Document.CERTIFICATE_PK, Document.DIPLOMA_PP}
    for answer in answers.values():
        assert answer.route is not None
        for step in answer.route.steps:
            assert (step.form == Form.FORMAL) == (step.document in formal)
