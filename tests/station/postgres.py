"""A PostgreSQL server of the tests' own: on 127.0.0.1, on a free port, in a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pg8000.native
import pytest

from station.stores import postgresql

PLACES = ("/usr/lib/postgresql/*/bin/initdb", "/usr/local/pgsql/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb")
PASSWORD = "secret of the tests"
QUICK = ("fsync=off", "max_connections=60", "shared_buffers=32MB", "autovacuum=off", "unix_socket_directories=")
"""No power is cut here; everything else as it comes."""


@dataclass
class Postgres:
    """A server. `stop` and `start` are its power switch, `freeze` and `thaw` its network."""

    programs: Path
    folder: Path
    port: int
    user: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        command = [*self.user, str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        for option in ("listen_addresses=127.0.0.1", *QUICK):
            command += ["-c", option]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        log.close()
        end = time.monotonic() + 30
        while True:
            try:
                self.admin("SELECT 1")
            except (pg8000.native.InterfaceError, pg8000.native.DatabaseError):
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """At once, as when somebody pulls the plug."""
        assert self.process is not None
        self.thaw()
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def freeze(self) -> None:
        """It takes connections, for the kernel does, and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """To the server and every process it made for a connection."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, children)):
            os.kill(pid, number)

    def admin(self, statement: str, database: str = "postgres") -> list[list[object]]:
        """As the server's own administrator."""
        with pg8000.native.Connection(
            "admin", host="127.0.0.1", port=self.port, database=database, password=PASSWORD
        ) as connection:
            return [list(row) for row in connection.run(statement) or ()]

    def database(self) -> str:
        """The name of a new and empty one."""
        name = f"records_{secrets.token_hex(6)}"
        self.admin(f"CREATE DATABASE {name}")
        return name

    def settings(self, database: str, /, **more: object) -> postgresql.Settings:
        """To reach it with; the password lies beside the server."""
        place = {"port": self.port, "user": "admin", "password_file": self.folder / "password", "database": database}
        return postgresql.Settings.model_validate(place | {"timeout_s": 2.0, "retry_s": 0.3} | more)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that runs; the test is skipped where PostgreSQL is not installed."""
    found = sorted(path for place in PLACES for path in Path("/").glob(place.removeprefix("/")))
    initdb = found[-1] if found else shutil.which("initdb")
    if initdb is None:
        pytest.skip("no PostgreSQL is installed: `apt install postgresql`")
    with TemporaryDirectory(prefix="station-postgres-") as made, socket.socket() as free:
        folder = Path(made)
        (folder / "password").write_text(PASSWORD)
        user: tuple[str, ...] = ()
        if os.geteuid() == 0:  # it refuses to run as root
            user = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
            shutil.chown(folder, "nobody")
            (folder / "password").chmod(0o644)
        make = [*user, initdb, "-D", folder / "data", "-U", "admin", "--pwfile", folder / "password"]
        make += ["-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run([str(word) for word in make], check=True, capture_output=True)
        free.bind(("127.0.0.1", 0))
        server = Postgres(Path(initdb).resolve().parent, folder, free.getsockname()[1], user)
        free.close()
        server.start()
        try:
            yield server
        finally:
            server.stop()
