"""`make bench`: what takes how long, side by side in one run, as ratios."""

import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieg4.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from returns import clock  # noqa: E402
from returns.completeness import assess  # noqa: E402
from returns.documents.return_ import return_sheet  # noqa: E402
from returns.models import Return, User, Version  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def best_of(number: int, action) -> float:
    times = []
    for _ in range(number):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return min(times)


def chromium_prints(html: str) -> None:
    """The same HTML printed by headless Chromium as a whole process."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "return.html")
        page.write_text(html)
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
        "DEBUG": "0", "SECRET_KEY": settings.SECRET_KEY, "ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "0",
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
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    if (answer.status, len(body)) != (200, size):
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
            paths = {
                "a static file of that size, same server": f"/static/{static.name}",
                "approved return downloaded": version.pdf_url,
            }
            for path in paths.values():
                fetch(connection, path, cookie, version.pdf_size)
            times = {what: [] for what in paths}
            for _ in range(100):
                for what, path in paths.items():
                    begun = time.perf_counter()
                    fetch(connection, path, cookie, version.pdf_size)
                    times[what].append(time.perf_counter() - begun)
            return [(what, sorted(each)[len(each) // 2]) for what, each in times.items()]
    finally:
        static.unlink()


def main() -> None:
    return_ = max(Return.objects.all(), key=lambda each: assess(each).tally.required)
    now = clock.now()
    html = return_sheet(return_, as_at=now).html
    return_sheet(return_, as_at=now).pdf()  # warm
    chromium = best_of(3, lambda: chromium_prints(html))
    print(f"| {return_}: what | seconds | to Chromium's print |")
    print("| --- | --- | --- |")
    rows = [
        ("headless Chromium prints the same HTML", chromium),
        ("full draft as PDF, warm process", best_of(3, lambda: return_sheet(return_, as_at=now).pdf())),
        ("its HTML alone", best_of(3, lambda: return_sheet(return_, as_at=now).html)),
        ("completeness of the whole return", best_of(5, lambda: assess(return_))),
    ]
    for what, seconds in rows:
        print(f"| {what} | {seconds:.3f} | {seconds / chromium:.2f} |")
    print()
    print("| what | milliseconds | to the static file |")
    print("| --- | --- | --- |")
    found = downloads()
    for what, seconds in found:
        print(f"| {what} | {seconds * 1000:.1f} | {seconds / found[0][1]:.2f} |")


if __name__ == "__main__":
    main()
