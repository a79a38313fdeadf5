"""A PostgreSQL server of the tests' own: in a temporary folder, on loopback alone, stopped at the end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2

PROGRAMS = ("initdb", "postgres")
PACKAGED = "usr/lib/postgresql"  # where Debian keeps them, a folder for each version
ROLE = "ieg4"
PATIENCE = 60  # seconds for the server to answer, on a busy machine
PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>
TRIES = 5  # another program may take a port between its choice and the server's start

# Nothing here has to outlive the machine, so nothing waits for a disk.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "127.0.0.1"}


@dataclass(frozen=True)
class PostgreSQL:
    """A server that is running."""

    port: int
    password: str

    def url(self, name: str) -> str:
        return f"postgres://{ROLE}:{self.password}@127.0.0.1:{self.port}/{name}"

    def new_database(self, name: str) -> str:
        """An empty database of that name; returns its address."""
        with contextlib.closing(psycopg2.connect(self.url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)


def programs() -> Path | None:
    """The folder with the server's programs, the newest version's where there are several; or None."""
    found = shutil.which(PROGRAMS[0])
    versions = sorted(Path("/", PACKAGED).glob("*/bin"), key=lambda path: _number(path.parent.name))
    folders = [*reversed(versions), *([Path(found).parent] if found else [])]
    return next((f for f in folders if all(os.access(f / p, os.X_OK) for p in PROGRAMS)), None)


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0


@contextlib.contextmanager
def running(bin_: Path) -> Iterator[PostgreSQL]:
    """A new server with nothing in it, until the end of the block.

    Its programs refuse to run as root, who therefore hands folder and processes to somebody with fewer rights.
    The folder stands in the system's own, since pytest's is closed to everybody else.
    """
    identity = _identity()
    with tempfile.TemporaryDirectory(prefix="ieg4-postgresql-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        password = secrets.token_hex(16)
        _make_cluster(bin_, folder, password, identity)
        process, port = _start(bin_, folder, password, identity)
        try:
            yield PostgreSQL(port, password)
        finally:
            _stop(process)


def _identity() -> dict:
    """For `subprocess`: whom to become, where the tests run as root."""
    if os.geteuid():
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    person = known.get("postgres") or known["nobody"]
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _environment(folder: Path) -> dict[str, str]:
    """Ours, without settings that lead PostgreSQL's programs to another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"HOME": str(folder)}


def _make_cluster(bin_: Path, folder: Path, password: str, identity: dict) -> None:
    note = folder / "password"  # an argument would be there for everybody to read
    note.write_text(password)
    if identity:
        os.chown(note, identity["user"], identity["group"])
    done = subprocess.run(
        [bin_ / "initdb", "--pgdata", folder / "data", "--username", ROLE, "--pwfile", note,
         "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
        cwd=folder, env=_environment(folder), capture_output=True, text=True, **identity,
    )  # fmt: skip
    note.unlink()
    if done.returncode:
        raise RuntimeError(f"initdb ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _start(bin_: Path, folder: Path, password: str, identity: dict) -> tuple[subprocess.Popen, int]:
    for _ in range(TRIES):
        port = _free_port()
        settings = SETTINGS | {"port": str(port), "unix_socket_directories": str(folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "server.log").open("w+") as log:
            process = subprocess.Popen(
                [bin_ / "postgres", "-D", folder / "data", *options],
                cwd=folder, env=_environment(folder), stdout=log, stderr=log, preexec_fn=_end_with_us, **identity,
            )  # fmt: skip
            try:
                if _answers(process, folder, port, password):
                    return process, port
            except BaseException:
                _stop(process)
                raise
            _stop(process)
            log.seek(0)
            said = log.read()
        if "could not create any TCP/IP sockets" not in said:
            break
    raise RuntimeError(f"The PostgreSQL server does not start:\n{said}")


def _end_with_us() -> None:
    """The kernel ends the server when the tests are killed, who then stop nothing any more. Called in the child."""
    with contextlib.suppress(AttributeError):  # where there is no such call, the server outlives a killed run
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _free_port() -> int:
    """One that is free now; should another program take it first, our server ends and the next is tried."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(process: subprocess.Popen, folder: Path, port: int, password: str) -> bool:
    """Whether the server takes connections before it ends or patience does.

    Asked by the socket in its own folder, behind which nobody else's server can be.
    """
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg2.connect(
                host=str(folder), port=port, user=ROLE, password=password, dbname="postgres"
            ).close()
        except psycopg2.OperationalError:
            # Ends at once when the server does, so that this is no blind sleep.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
        else:
            return True
    return False


def _stop(process: subprocess.Popen) -> None:
    """That server and its own children are gone; open connections are cut, then, after patience, all at once."""
    for order in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(order)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
