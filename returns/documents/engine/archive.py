"""Whether a file is a valid PDF/A-3b. Runs in a child process, as rendering does."""

from __future__ import annotations

import io
import json

import pikepdf
from pikepdf import pdfa

PROFILE = "3b"  # PDF/A-3b, which the file claims: ISO 19005-3


def findings(body: bytes) -> bytes:
    """JSON: a sentence for each thing that pikepdf's checker of PDF/A-3b finds wrong; an empty list for none."""
    with pikepdf.open(io.BytesIO(body)) as file:
        return json.dumps([str(each) for each in pdfa.check(file, PROFILE).findings]).encode()
