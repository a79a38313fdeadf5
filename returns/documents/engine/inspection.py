"""Reads a PDF file's own description, which is not trusted. Runs in a child process, since the bytes can be any."""

from __future__ import annotations

import io
import json

import pikepdf

DATA = "return.json"
MOST = 20_000_000  # bytes of the attached answers; forty times the largest return


def inspect(body: bytes) -> bytes:
    """JSON: protected (by a password, so that nothing can be read), title, made (when, as the file says) and data.

    `data` is the text of the attached answers, null where there are none, "" where they can't be read.
    Raises whatever a broken file raises.
    """
    try:
        with pikepdf.open(io.BytesIO(body)) as pdf:
            found = {
                "protected": False,
                "title": str(pdf.docinfo.get("/Title", "")),
                "made": str(pdf.docinfo.get("/CreationDate", "")),
                "data": _data(pdf),
            }
    except pikepdf.PasswordError:
        found = {"protected": True, "title": "", "made": "", "data": None}
    return json.dumps(found).encode()


def _data(pdf: pikepdf.Pdf) -> str | None:
    if DATA not in pdf.attachments:
        return None
    try:
        body = pdf.attachments[DATA].get_file().read_bytes()
    except (pikepdf.PdfError, ValueError, KeyError):
        return ""
    if len(body) > MOST:
        raise ValueError("The attached answers are too large.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return ""
