"""`make bench`: what takes how long, side by side in one run, as ratios."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieg4.settings")

import django  # noqa: E402

django.setup()

from returns import clock  # noqa: E402
from returns.completeness import assess  # noqa: E402
from returns.documents.return_ import return_sheet  # noqa: E402
from returns.models import Return  # noqa: E402

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


if __name__ == "__main__":
    main()
