"""Whether a file is the archival PDF that it says it is. Runs in a child process, as drawing does."""

from __future__ import annotations

import io
import json

import pikepdf
from pikepdf import pdfa

PROFILE = "3b"  # PDF/A-3b, which the drawing claims: ISO 19005-3


def findings(body: bytes) -> bytes:
    """JSON: a sentence for each thing that pikepdf's checker of PDF/A-3b finds wrong; an empty list for none."""
    with pikepdf.open(io.BytesIO(body)) as file:
        return json.dumps([str(each) for each in pdfa.check(file, PROFILE).findings]).encode()
