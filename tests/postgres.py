"""A private PostgreSQL server for tests: its own folder, its own socket, no port."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings of a server whose data nobody will miss."""


@dataclass
class Server:
    """A server that can be stopped and started again.

    Parameters
    ----------
    folder
        For data and socket; the server's user owns it.
    settings
        Of the server, by name.
    """

    folder: Path
    settings: dict[str, str]
    _count: Iterator[int] = field(default_factory=itertools.count)

    def start(self) -> None:
        told = {"listen_addresses": "", "unix_socket_directories": str(self.folder)}
        told |= {"max_connections": "300", **self.settings}
        options = " ".join(f"-c {name}='{value}'" for name, value in told.items())
        log = str(self.folder / "log")
        try:
            _run("pg_ctl", "start", "-w", "-s", "-D", str(self.data), "-l", log, "-o", options)
        except RuntimeError as error:
            raise RuntimeError(Path(log).read_text()[-2_000:]) from error

    def stop(self, mode: str = "fast") -> None:
        """Stop it; ``immediate`` breaks all connections and leaves recovery to the next start."""
        _run("pg_ctl", "stop", "-w", "-s", "-D", str(self.data), "-m", mode)

    def kill(self) -> None:
        """Let it die as in a power cut, and wait until all its processes have noticed."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        # what it has left behind holds the shared memory, which a new server refuses to share
        while _running(self.data):
            time.sleep(0.02)
        # Where nobody buries the dead (a container without an init) its number stays in use, and
        # the next server would take the lock for that of a living one.
        for lock in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database as a copy of another one that nobody uses; returns its name."""
        name = f"t{next(self._count)}_{os.getpid()}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        self._execute(f"DROP DATABASE {database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        address = f"host={self.folder} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(settings: dict[str, str] | None = None) -> Iterator[Server]:
    """Start a server in a new folder, and stop it and remove the folder at the end.

    Parameters
    ----------
    settings
        ``None`` = ``QUICK``.
    """
    # the path of a socket may have about a hundred characters, so pytest's folders are too deep
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Server(folder, QUICK if settings is None else settings)
    options = ("-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    try:
        _run("initdb", "-D", str(server.data), *options)
        server.start()
        try:
            yield server
        finally:
            if (server.data / "postmaster.pid").exists():
                server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running(data: Path) -> bool:
    """Whether a process works in a folder of data."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == data:
                return True
    return False


def _run(program: str, *arguments: str) -> None:
    """Run a server program, as its own user where we are root, whom it refuses."""
    asked = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
    command: Sequence[str] = (str(Path(asked.stdout.strip()) / program), *arguments)
    if os.getuid() == 0:
        command = ("runuser", "-u", "postgres", "--", *command)
    # the server keeps what it inherits open for as long as it lives, so it inherits nothing
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd="/",
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}")
