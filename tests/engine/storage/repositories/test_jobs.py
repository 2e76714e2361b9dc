"""A solve that somebody waits for is worked on by one living process at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.storage import Job, JobEvent, JobState, Store
from tests.engine.storage.facts import AT, TENANT, after

JOB = Job("j-1", AT, '{"educator": "ё"}', educator_id="e-1", route_id="r-1", updated_at=AT)


@pytest.fixture
def job(store: Store) -> Job:
    with store.writing(TENANT) as kept:
        kept.jobs.add(JOB)
    return JOB


def test_a_job_comes_back_as_put(store: Store) -> None:
    """Every field is kept."""
    whole = replace(
        JOB,
        state=JobState.RUNNING,
        owner="p-1",
        lease_until=after(minutes=1),
        stop_requested=True,
        value=1.25,
        gap_rel=0.01,
        answer="{}",
        error="[]",
        updated_at=after(minutes=2),
    )
    with store.writing(TENANT) as kept:
        kept.jobs.add(whole)
    with store.reading(TENANT) as kept:
        assert kept.jobs.get("j-1") == whole
        assert kept.jobs.get("j-2") is None


def test_a_job_is_one_owners_until_his_lease_ends(store: Store, job: Job) -> None:
    """Nobody takes it from a living owner; from a dead one somebody does, and he is out."""
    until, later = after(seconds=30), after(seconds=60)
    with store.writing(TENANT) as kept:
        mine = kept.jobs.claim("j-1", "p-1", until, AT)
        assert mine is not None
        assert (mine.state, mine.owner, mine.lease_until) == (JobState.RUNNING, "p-1", until)
        assert kept.jobs.claim("j-1", "p-2", later, after(seconds=29)) is None
        assert kept.jobs.renew("j-1", "p-1", after(seconds=40), after(seconds=10)) is not None
        assert kept.jobs.lapsed(after(seconds=39)) == ()
        assert kept.jobs.lapsed(after(seconds=40)) == ("j-1",)
        assert kept.jobs.claim("j-1", "p-2", later, after(seconds=40)) is not None
        assert kept.jobs.renew("j-1", "p-1", later, after(seconds=41)) is None
        assert not kept.jobs.update("j-1", later, owner="p-1", answer="late")
        assert kept.jobs.update("j-1", later, owner="p-2", state=JobState.DONE, answer="{}")
        assert kept.jobs.claim("j-1", "p-3", after(hours=2), after(hours=1)) is None
        assert kept.jobs.lapsed(after(hours=1)) == ()


def test_what_is_not_given_is_left(store: Store, job: Job) -> None:
    """An update changes what it names; a job that is over changes no more."""
    with store.writing(TENANT) as kept:
        assert kept.jobs.update("j-1", after(seconds=1), value=2.0, gap_rel=0.5)
        assert kept.jobs.update("j-1", after(seconds=2), gap_rel=0.0)
        assert kept.jobs.stop("j-1", after(seconds=3))
        found = kept.jobs.get("j-1")
        at = after(seconds=3)
        assert found == replace(JOB, value=2.0, gap_rel=0.0, stop_requested=True, updated_at=at)
        assert kept.jobs.update("j-1", at, state=JobState.FAILED, error="{}")
        assert not kept.jobs.update("j-1", at, value=3.0)
        assert not kept.jobs.stop("j-1", at)
        assert not kept.jobs.stop("j-2", at)


def test_progress_is_numbered_and_read_on_from_anywhere(store: Store, job: Job) -> None:
    """Whoever has seen event 2 gets 3 and 4, with exact numbers in them."""
    with store.writing(TENANT) as kept:
        kept.jobs.append("j-1", JobEvent(AT, "queued"), JobEvent(AT, "running"))
        kept.jobs.append("j-1", JobEvent(after(seconds=1), "route", {"gap_rel": 0.12345678901}))
        kept.jobs.append("j-1", JobEvent(after(seconds=2), "done"))
        third = JobEvent(after(seconds=1), "route", {"gap_rel": 0.12345678901}, 3)
        assert kept.jobs.events("j-1", after=2) == (
            third,
            JobEvent(after(seconds=2), "done", {}, 4),
        )
        assert kept.jobs.events("j-1", after=2, limit=1) == (third,)
        assert kept.jobs.events("j-2") == ()
    with pytest.raises(sa.exc.IntegrityError), store.writing(TENANT) as kept:
        kept.jobs.append("j-2", JobEvent(AT, "queued"))


def test_old_jobs_go_with_their_events(store: Store, job: Job) -> None:
    """What was over before an instant is forgotten; what is open stays however old it is."""
    with store.writing(TENANT) as kept:
        kept.jobs.add(replace(JOB, id="open"))
        kept.jobs.append("j-1", JobEvent(AT, "queued"))
        kept.jobs.update("j-1", after(hours=1), state=JobState.DONE)
        assert kept.jobs.purge(after(hours=1)) == 0
        assert kept.jobs.purge(after(hours=1, seconds=1)) == 1
        assert kept.jobs.events("j-1") == ()
        assert kept.jobs.get("open") is not None


def test_of_many_who_claim_at_once_one_gets_it(store: Store, job: Job) -> None:
    """Twenty threads claim one job: one owner."""

    def claim(i: int) -> bool:
        with store.writing(TENANT) as kept:
            return kept.jobs.claim("j-1", f"p-{i}", after(minutes=1), AT) is not None

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(claim, range(20))) == 1
