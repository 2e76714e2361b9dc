"""A running service for benchmarks: its package, its process, its memory, its clients."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from engine.domain import Educator, Offering, Organisation
from engine.framework import load_framework
from engine.interchange import DataPackage, write_package
from engine.simulation import RegionPlan, simulate_region

START_S = 120
"""How long a service may take until it is ready, compiling its loops included."""


def region_package(activities: int, educators: int, seed: int, folder: Path) -> DataPackage:
    """The region of the planning benchmark as a data package, written into ``folder``."""
    framework = load_framework()
    region = simulate_region(RegionPlan(activities, educators), seed, framework)
    people = [_with_school(p.educator) for p in region.educators]
    mentors = tuple(m for m in region.mentors if m.consent)
    organisations: dict[str, Organisation] = {
        id: Organisation(id, id) for m in mentors if (id := m.organisation_id) is not None
    }
    organisations |= {e.organisation.id: e.organisation for e in people if e.organisation}
    package = DataPackage(
        as_of=region.as_of,
        time_zone=region.plan.zone,
        activities=region.activities,
        offerings=tuple(o for o in region.offerings if _within_days(o)),
        organisations=tuple(organisations[id] for id in sorted(organisations)),
        educators=tuple(people),
        mentors=mentors,
        diagnostics={p.educator.id: p.diagnostics for p in region.educators if p.diagnostics},
        requests={p.educator.id: p.requests for p in region.educators if p.requests},
        history={p.educator.id: p.history for p in region.educators if p.history},
        busy={p.educator.id: p.constraints.busy for p in region.educators if p.constraints.busy},
        framework=framework.id,
        policy="primorye",
    )
    write_package(package, folder)
    return package


def _within_days(offering: Offering) -> bool:
    """Whether every meeting ends on a day of the run; a package admits no other."""
    end = offering.end
    return end is None or all(m.end.date() <= end for m in offering.meetings)


def _with_school(educator: Educator) -> Educator:
    """The educator in a school of his own: those of the region differ under one id."""
    if educator.organisation is None:
        return educator
    return replace(educator, organisation=replace(educator.organisation, id=f"S-{educator.id}"))


@dataclass
class Served:
    """A service that runs, with the key that it printed."""

    process: subprocess.Popen[str]
    host: str
    port: int
    key: str
    lines: list[str] = field(default_factory=list)

    def client(self) -> Client:
        """A connection that is kept open."""
        return Client(self.host, self.port, self.key)

    def ended(self, timeout_s: float | None = None) -> None:
        """Wait for its end, and let go what is left of it.

        Raises
        ------
        subprocess.TimeoutExpired
            It still runs.
        """
        self.process.wait(timeout_s)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def memory_mib(self) -> float:
        """Proportional memory of the process and its children; what they share counts once."""
        parent = psutil.Process(self.process.pid)
        total = 0.0
        for process in (parent, *parent.children(recursive=True)):
            try:
                total += process.memory_full_info().pss / 2**20
            except psutil.NoSuchProcess:
                continue
        return total

    def cpu_s(self) -> float:
        """Processor seconds that the process and its living children have used."""
        parent = psutil.Process(self.process.pid)
        spent = (p.cpu_times() for p in (parent, *parent.children(recursive=True)))
        return sum(t.user + t.system for t in spent)


class Client:
    """HTTP over one connection by the standard library: little work of its own."""

    def __init__(self, host: str, port: int, key: str, timeout_s: float = 60.0) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes]:
        """Status and body of one call."""
        self._connection.request(method, path, body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def post(self, path: str, body: object, **headers: str) -> tuple[int, bytes]:
        """Post JSON."""
        return self.ask("POST", path, json.dumps(body).encode(), headers)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


@contextmanager
def served(folder: Path, *arguments: str, **settings: object) -> Iterator[Served]:
    """Run ``routes serve`` in ``folder`` until the block ends.

    Parameters
    ----------
    arguments
        Of the command, for instance ``--package``.
    settings
        Of the service, given by environment.

    Raises
    ------
    RuntimeError
        It ended, or was not ready in time.
    """
    service = start(folder, *arguments, **settings)
    try:
        yield service
    finally:
        service.process.send_signal(signal.SIGTERM)
        try:
            service.ended(30)
        except subprocess.TimeoutExpired:
            service.process.kill()
            service.ended()


def start(folder: Path, *arguments: str, **settings: object) -> Served:
    """The same without an end."""
    variables = {f"ROUTES_{k.upper()}": str(v) for k, v in settings.items()}
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "serve", *arguments],
        cwd=folder,
        env={**os.environ, **variables, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        # a group of its own, so that a test may end all of it at once
        start_new_session=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    key = place = None
    for line in process.stdout:
        lines.append(line)
        key = key or re.search(r"Authorization: Bearer (\S+?)'", line)
        place = place or re.search(r"http://([\d.]+):(\d+)", line)
        if key and place:
            break
    if not key or not place:
        process.kill()
        process.wait()
        process.stdout.close()
        raise RuntimeError(f"the service has not started: {''.join(lines)}")
    found = Served(process, place[1], int(place[2]), key[1], lines)
    _wait_ready(found)
    return found


def _wait_ready(service: Served) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if service.process.poll() is not None:
            break
        try:
            client = service.client()
            status, _ = client.ask("GET", "/health/ready")
            client.close()
        except OSError:
            status = 0
        if status == 200:
            return
        time.sleep(0.1)
    service.process.kill()
    service.ended()
    raise RuntimeError(f"the service is not ready after {START_S} s")
