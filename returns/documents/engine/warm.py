"""Imported once in the fork server from which child processes start: loads and tries all that rendering needs."""

import datetime

from . import inspection, joining, parts, pdf  # noqa: F401

TRIAL = """<!doctype html><html lang="en-GB"><title>Trial</title><body><h1>Trial <b>of</b> <i>each</i></h1>
<table><thead><tr><th>Head</th></tr></thead><tbody><tr><td>Words</td></tr></tbody></table></body></html>"""

pdf.render(
    TRIAL,
    at=datetime.datetime(2004, 12, 1, tzinfo=datetime.UTC),
    attached=(
        pdf.Attached("trial.json", b"{}", "Trial", "Data"),
        pdf.Attached("trial.xlsx", b"", "", "Data"),
    ),
)
