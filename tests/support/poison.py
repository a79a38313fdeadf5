"""Documents that never end, want all memory or are nested without measure, and a good one."""

import datetime

from returns.documents.engine.sheet import Sheet

AT = datetime.datetime(2004, 12, 8, 9, 0, tzinfo=datetime.UTC)


def document(body: str) -> str:
    return f'<html lang="en-GB"><title>x</title><body><h1>x</h1>{body}'


GOOD = Sheet("good", document("<p>All is well."), "", AT)
# The width of each box is tried twice within each try of the box around it.
ENDLESS = Sheet("endless", document('<div style="display: flex">' * 24 + "x"), "", AT)
GREEDY = Sheet("greedy", document("<table><tr><td colspan=90000000>x"), "", AT)
NESTED = Sheet("nested", document("<table><tr><td>" * 200 + "x"), "", AT)
