"""`make bench`: what takes how long, side by side in one run, as ratios.

In a `__main__` of a package, which the processes that draw don't read again, as they don't with manage.py or
gunicorn; any other module that is run with -m would be imported by each of them, Django and all.
"""

import datetime
import http.client
import itertools
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieg4.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.test import Client  # noqa: E402

from returns import clock  # noqa: E402
from returns.answers.reader import read  # noqa: E402
from returns.checks.completeness import assess  # noqa: E402
from returns.documents.engine import pdf  # noqa: E402
from returns.documents.engine.sheet import CACHE, Sheet  # noqa: E402
from returns.documents.return_ import return_sheet  # noqa: E402
from returns.models import Return, User, Version  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


ROUNDS = 9


def in_turn(actions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest time of each in seconds. They take turns, so that whatever else slows the machine slows all."""
    times: dict[str, list[float]] = {what: [] for what in actions}
    for _ in range(ROUNDS):
        for what, action in actions.items():
            begun = time.perf_counter()
            action()
            times[what].append(time.perf_counter() - begun)
    return {what: min(each) for what, each in times.items()}


def chromium_prints(sheet: Sheet) -> None:
    """The same HTML in the same style sheet and typefaces, printed by headless Chromium as a whole process."""
    styles = (
        f'<link rel="stylesheet" href="{(pdf.ROOT / pdf.DESIGN).as_uri()}"><style>{sheet.css}</style></head>'
    )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "return.html")
        page.write_text(sheet.html.replace("</head>", styles))
        subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--no-first-run", f"--user-data-dir={folder}/profile", f"--print-to-pdf={folder}/return.pdf",
             page.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip


@contextmanager
def server() -> Iterator[http.client.HTTPConnection]:
    """The application behind gunicorn, as `make run` serves it; a connection that is kept open."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DEBUG": "0", "SECRET_KEY": settings.SECRET_KEY, "ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "0", "DEMO": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "ieg4.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1",
         "--threads", "4", "--no-control-socket", "--log-level", "error"],
        env=environment,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                connection.connect()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield connection
        connection.close()
    finally:
        process.terminate()
        process.wait()


def fetch(connection: http.client.HTTPConnection, path: str, cookie: str, size: int) -> None:
    """Reads that path. Raises RuntimeError unless all of it came."""
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200 or size != len(body):
        raise RuntimeError(f"{path}: {answer.status}, {len(body):,} bytes")


def downloads() -> list[tuple[str, float]]:
    """An approved return and a static file of the same size, fetched in turn from the same server."""
    version = (
        Version.objects.filter(kind=Version.Kind.APPROVED).select_related("return_record__authority").first()
    )
    reader = User.objects.filter(
        authority=version.return_record.authority, username__endswith="clerk"
    ).first()
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    static = settings.STATIC_ROOT / f"bench-{os.getpid()}.bin"
    static.write_bytes(secrets.token_bytes(version.pdf_size))
    try:
        with server() as connection:
            asked = {
                "a static file of that size, same server": (f"/static/{static.name}", cookie),
                "the PDF of the approved return": (version.pdf_url, cookie),
            }
            times = {what: [] for what in asked}
            for _ in range(101):
                for what, request in asked.items():
                    begun = time.perf_counter()
                    fetch(connection, *request, version.pdf_size)
                    times[what].append(time.perf_counter() - begun)
            return [(what, sorted(each)[len(each) // 2]) for what, each in times.items()]
    finally:
        static.unlink()


class Draft:
    """A draft to be drawn again and again, and one comment in it that somebody keeps changing."""

    def __init__(self, return_: Return):
        self.return_ = return_
        self.minutes = itertools.count()
        answers = read(return_)
        places = answers.places(return_.proforma.section_by_key["outcomes"])
        self.place = next(place for place in places if answers.entries(place)[0].record.comment)
        self.record = answers.entries(self.place)[0].record

    def sheet(self) -> Sheet:
        """As it stands a minute after the last."""
        return return_sheet(self.return_, as_at=clock.now() + datetime.timedelta(minutes=next(self.minutes)))

    def draw_anew(self) -> None:
        caches[CACHE].clear()
        self.sheet().pdf()

    def change(self, comment: str) -> None:
        type(self.record).objects.filter(pk=self.record.pk).update(comment=comment)

    def draw_after_a_change(self) -> None:
        self.change(f"{self.record.comment} Said {next(self.minutes)} times.")
        self.sheet().pdf()


def main() -> None:
    draft = Draft(max(Return.objects.all(), key=lambda each: assess(each).tally.required))
    sheet = draft.sheet()
    draft.draw_anew()  # warm
    try:
        times = in_turn(
            {
                "headless Chromium, as a whole process, prints the same HTML": lambda: chromium_prints(sheet),
                "full draft as PDF, nothing kept, warm": draft.draw_anew,
                f"the same, after the comment on {draft.place.code} was changed": draft.draw_after_a_change,
                "its HTML alone": lambda: draft.sheet().html,
                "completeness of the whole return": lambda: assess(draft.return_),
            }
        )
    finally:
        draft.change(draft.record.comment)
    print(f"| {draft.return_}: what | seconds | to Chromium's print |")
    print("| --- | --- | --- |")
    chromium = next(iter(times.values()))
    for what, seconds in times.items():
        print(f"| {what} | {seconds:.3f} | {seconds / chromium:.2f} |")
    print()
    print("| what | milliseconds | to the static file |")
    print("| --- | --- | --- |")
    found = downloads()
    for what, seconds in found:
        print(f"| {what} | {seconds * 1000:.1f} | {seconds / found[0][1]:.2f} |")


if __name__ == "__main__":
    main()
