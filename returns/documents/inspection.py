"""What a PDF file holds, read without believing it. Runs in a child process: any bytes may come."""

from __future__ import annotations

import hashlib
import io
import json

import pikepdf

from .joining import FRAME

DATA = "return.json"
MOST = 20_000_000  # bytes of an attachment; forty times the largest return


def inspect(body: bytes) -> bytes:
    """JSON: title, data (text of the attached return, or null), pages (a digest of what each draws), sections, rest.

    `sections` are [title, first page from 0] of the outline; `rest` is a digest of everything else that
    decides how the pages look or what else is attached. Raises whatever a broken file raises.
    """
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pages = [_drawn(page) for page in pdf.pages]
        attached = {name: _attached(pdf, name) for name in sorted(pdf.attachments)}
        data = attached.pop(DATA, None)
        found = {
            "title": str(pdf.docinfo.get("/Title", "")),
            "data": data.decode("utf-8", "surrogateescape") if data is not None else None,
            "pages": pages,
            "sections": _sections(pdf),
            "rest": _rest(pdf, attached),
        }
    return json.dumps(found).encode()


def _attached(pdf: pikepdf.Pdf, name: str) -> bytes:
    body = pdf.attachments[name].get_file().read_bytes()
    if len(body) > MOST:
        raise ValueError(f"The attachment {name[:100]} is too large.")
    return body


def _drawn(page: pikepdf.Page) -> str:
    found = hashlib.sha256()
    for part in _streams(page):
        found.update(part.read_bytes())
    found.update(repr([float(each) for each in page.mediabox]).encode())
    for note in page.obj.get("/Annots", ()):
        where = [float(each) for each in note.get("/Rect", ())]
        target = note.get("/A", {}).get("/URI", "")
        # Not what it points to within the file: another program numbers that anew.
        found.update(
            repr([str(note.get("/Subtype")), where, str(target), str(note.get("/Contents", ""))]).encode()
        )
    return found.hexdigest()


def _sections(pdf: pikepdf.Pdf) -> list:
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    found = []
    with pdf.open_outline() as outline:
        for item in outline.root:
            where = item.destination
            if isinstance(where, pikepdf.Array) and len(where):
                found.append([str(item.title), numbers.get(where[0].objgen, 0)])
    return found


def _rest(pdf: pikepdf.Pdf, attached: dict[str, bytes]) -> str:
    """A digest of fonts, pictures and other attachments; the order in which the file holds them is no matter."""
    parts = [hashlib.sha256(name.encode() + b"\x00" + body).digest() for name, body in attached.items()]
    drawn = {part.objgen for page in pdf.pages for part in _streams(page)}
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.objgen not in drawn:
            kind = str(thing.get("/Type", ""))
            if kind not in ("/ObjStm", "/XRef", "/Metadata"):  # every program writes these its own way
                parts.append(hashlib.sha256(thing.read_bytes()).digest())
    return hashlib.sha256(b"".join(sorted(parts))).hexdigest()


def _streams(page: pikepdf.Page) -> list:
    """What is drawn on this page and on no other: its contents, and its head and foot."""
    contents = page.obj.get("/Contents")
    found = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    found.append(page.obj.get("/Resources", {}).get("/XObject", {}).get(FRAME))
    return [each for each in found if each is not None]
