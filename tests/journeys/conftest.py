"""A real browser against the application as it is served: gunicorn, its static files, a database of its own."""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.demonstration import demonstration

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 45  # seconds for a server or page to answer, on a busy machine
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]


def environment(database: Path, *, debug: bool) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.journeys.served",
        "STATIC_ROOT": str(database.parent.parent / "static"),
        "DEBUG": str(int(debug)),
        "HTTPS": "0",
        "SECRET_KEY": "of-the-journeys-alone-and-long-enough-to-pass-every-check",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{database}",
        "DEMO": "1",
        "TODAY": "2004-12-08",
    }


def manage(database: Path, *arguments: str, debug: bool = True, accept=(0,)) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(database, debug=debug),
        capture_output=True,
        text=True,
    )
    told = f"manage.py {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    assert done.returncode in accept, told
    assert "Traceback" not in done.stderr, told
    return done.stdout


def check_return(database: Path, authority: str = "marchshire") -> dict:
    return json.loads(manage(database, "check_return", authority, "ieg4", "--json", accept=(0, 1)))


class Server:
    """The application with a database of its own."""

    def __init__(self, url: str, database: Path):
        self.url, self.database = url, database

    def check_return(self, authority: str = "marchshire") -> dict:
        return check_return(self.database, authority)

    def check_history(self, authority: str = "marchshire", *arguments: str) -> str:
        """What the command says of the history; it fails unless the history is whole."""
        return manage(self.database, "check_history", authority, "ieg4", *arguments)

    def draw_documents(self) -> None:
        """Everything that waits to be drawn is drawn, or given up."""
        manage(self.database, "draw_documents")

    def blockers(self) -> int:
        return len(self.check_return()["blockers"])

    def render(self, path: Path) -> Path:
        manage(self.database, "render_return", "marchshire", "ieg4", "--output", str(path))
        return path


@contextlib.contextmanager
def served(template: Path, folder: Path):
    """Gunicorn on a socket bound here, so that no other process can take the port in between."""
    database = Path(shutil.copy(template, folder / "journey.sqlite3"))
    with socket.socket() as listener, (folder / "server.log").open("w+") as log:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-m", "gunicorn", "ieg4.wsgi", "--bind", f"fd://{listener.fileno()}"]
        process = subprocess.Popen(
            [*command, "--workers", "1", "--threads", "4", "--timeout", "120", "--no-control-socket"],
            cwd=ROOT,
            env=environment(database, debug=False),
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )
        try:
            _await_health(url, process, log)
            yield Server(url, database)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_health(url: str, process: subprocess.Popen, log) -> None:
    # The socket listens already: a request waits in its queue until the worker takes it.
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health/", timeout=5) as answer:  # noqa: S310
            if answer.status == 200:
                return
    log.seek(0)
    pytest.fail(f"The server does not answer:\n{log.read()}")


@pytest.fixture(scope="session")
def template(shared_folder) -> Path:
    """The demonstration councils; each server gets a copy of the file."""
    database = demonstration(shared_folder / "demonstration")
    collected = shared_folder / "static"
    with FileLock(f"{collected}.lock"):
        if not collected.exists():
            arguments = ("--noinput", "--ignore", "scss", "--verbosity", "0")
            manage(database, "collectstatic", *arguments, debug=False)
    return database


@pytest.fixture(scope="session")
def completed_template(shared_folder) -> Path:
    """The same with nothing blank and everything signed, ready to go to Cabinet."""
    return demonstration(shared_folder / "demonstration", complete=True)


@pytest.fixture(scope="session")
def at_first(template) -> dict:
    """What blocks the return before anybody does anything."""
    return check_return(template)


@pytest.fixture(scope="session")
def running(template, shared_folder, worker_id):
    folder = shared_folder / f"server-{worker_id}"  # its neighbours share the static files
    folder.mkdir()
    with served(template, folder) as running:
        yield running


@pytest.fixture
def server(running, template):
    """The one server, its database as it was at first: the pages of the template are written over it."""
    return _restored(running, template)


@pytest.fixture
def completed(running, completed_template):
    """The one server, with Marchshire's return ready to go to Cabinet."""
    return _restored(running, completed_template)


def _restored(running: Server, template: Path) -> Server:
    with (
        contextlib.closing(sqlite3.connect(template)) as pristine,
        contextlib.closing(sqlite3.connect(running.database, timeout=20)) as database,
    ):
        pristine.backup(database)
    return running


@pytest.fixture(scope="module")
def browser():
    """One for each module: while it runs, so does its event loop, beside which Django refuses other tests."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, f"No browser is installed; looked for {', '.join(BROWSERS)}."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def javascript(request) -> bool:
    return request.param


@pytest.fixture
def new_page(browser):
    """Pages in contexts of their own; what the browser complains of fails the test at its end."""
    contexts, complaints = [], []

    def note(message):
        # A page that refuses is an answer, and the browser names its status as an error.
        refused = (
            message.text.startswith("Failed to load resource") and "static" not in message.location["url"]
        )
        if message.type in ("error", "warning") and not refused:
            complaints.append(f"{message.location.get('url')}: {message.text}")

    def new(server: Server, *, javascript: bool = True, width: int = 1280):
        context = browser.new_context(
            base_url=server.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield new
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def page(new_page, server, javascript):
    return new_page(server, javascript=javascript)
