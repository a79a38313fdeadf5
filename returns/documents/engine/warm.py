"""Imported once where the children that draw are started from: all that drawing needs, read and tried."""

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
