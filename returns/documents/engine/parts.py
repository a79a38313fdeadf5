"""A document in parts, each of which begins a page: drawn side by side, and again only when they change."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape

import pydyf
from weasyprint.document import Document, Page
from weasyprint.formatting_structure.boxes import Box

from .joining import Joined
from .pdf import VARIANT, lay_out, packaged_only
from .tags import finish

SAID = "section"  # the string that print.css shows at the head of a page
CONTENTS = "contents"  # the part that says on which page the others begin
PART = re.compile(r'(?=<div class="part" data-part="([a-z0-9-]+)">)')
CLOSING = "</body>\n</html>\n"
HEAD = re.compile(r"<head>.*?</head>", re.DOTALL)
RUNNING = re.compile(r'<div\s+class="running".*?</div>', re.DOTALL)
UNKNOWN = '.toc a::after { content: "00" }\n'  # as wide as the number that is known later
# The head and foot of a page tell its number, which no part knows: they are drawn when all pages are there.
BARE = """
@page { @top-left { content: none } @top-center { content: none } @top-right { content: none }
@bottom-left { content: none } @bottom-right { content: none } }
"""


@dataclass(frozen=True)
class Part:
    """Some pages of a document, as HTML that stands by itself."""

    name: str
    html: str
    css: str

    @property
    def key(self) -> str:
        """The same for the same pages."""
        return hashlib.sha256(json.dumps([self.name, self.html, self.css]).encode()).hexdigest()


@dataclass(frozen=True)
class DrawnPart:
    """The pages of a part, without head and foot."""

    name: str
    pdf: bytes
    anchors: dict[str, int]  # what a link can lead to, and on which page of the part it is, from 0
    heads: tuple[str | None, ...]  # what each page says at its head; None: what the part before said last
    last_head: str | None

    @classmethod
    def read(cls, name: str, reply: bytes) -> DrawnPart:
        """From what `draw_part` returned."""
        facts, _, body = reply.partition(b"\n")
        found = json.loads(facts)
        return cls(name, body, found["anchors"], tuple(found["heads"]), found["last_head"])

    @property
    def joined(self) -> Joined:
        return Joined(self.pdf, frozenset(self.anchors), continues=self.last_head is None)


@dataclass(frozen=True)
class Pieces:
    """A document taken apart."""

    opening: str  # all before the first part
    running: str  # what the head and foot of each page repeat
    parts: tuple[Part, ...]

    def numbered(self, drawn: Sequence[DrawnPart]) -> list[Part]:
        """The parts again, with the pages in the contents that only all of them together show."""
        pages: dict[str, int] = {}
        before = 0
        for part in drawn:
            pages |= {anchor: before + page + 1 for anchor, page in part.anchors.items()}
            before += len(part.heads)
        numbers = "".join(
            f'.toc a[href="#{anchor}"]::after {{ content: "{page}" }}\n' for anchor, page in pages.items()
        )
        return [
            replace(part, css=part.css + numbers) if part.name == CONTENTS else part for part in self.parts
        ]

    def frame(self, drawn: Sequence[DrawnPart]) -> str:
        """The HTML of the heads and feet: as many pages as these parts have, with nothing between."""
        leaves: list[str] = []
        said = None
        for part in drawn:
            for head in part.heads:
                said = head or said
                shown = f' data-head="{escape(said)}"' if said else ""
                running = "" if leaves else self.running  # said once, it holds for all
                leaves.append(f'<div class="leaf leaf--{part.name}"{shown}>{running}</div>\n')
            said = part.last_head or said
        return f"{self.opening}{''.join(leaves)}{CLOSING}"


def cut(html: str, css: str) -> Pieces | None:
    """The parts of that document; None when it isn't in parts."""
    opening, *rest = PART.split(html)
    if not rest:
        return None
    running = RUNNING.search(html)
    # What is said of the whole, and of the moment, draws no part anew.
    bare = HEAD.sub("<head><title>Part</title></head>", opening)
    parts = []
    for name, body in zip(rest[::2], rest[1::2], strict=True):
        own = f"{bare}{RUNNING.sub('', body).removesuffix(CLOSING)}{CLOSING}"
        parts.append(Part(name, own, css + UNKNOWN if name == CONTENTS else css))
    return Pieces(opening, running.group() if running else "", tuple(parts))


def draw_part(part: Part) -> bytes:
    """A line of JSON that says what is on which page, then the PDF."""
    with packaged_only() as fetcher:
        document = lay_out(part.html, part.css + BARE, fetcher)
        anchors: dict[str, int] = {}
        for number, page in enumerate(document.pages):
            for anchor in page.anchors:
                anchors.setdefault(anchor, number)
        heads, last = _heads(document)
        _keep_links(document, anchors)
        body = document.write_pdf(
            finisher=partial(_finish, name=part.name), pdf_variant=VARIANT, pdf_tags=True
        )
    facts = {"heads": heads, "last_head": last, "anchors": anchors}
    return json.dumps(facts).encode() + b"\n" + body


def _heads(document: Document) -> tuple[list[str | None], str | None]:
    """What each page says at its head, as `string(section, start)` in print.css; and what one after it would say."""
    found: list[str | None] = []
    last = None
    for page in document.pages:
        box = page._page_box
        said = [text for each in box.descendants() for text in _said(each)]
        begun = None
        while begun is None and getattr(box, "children", ()):
            box = box.children[0]
            begun = next(_said(box), None)
        found.append(begun or last)
        last = said[-1] if said else last
    return found, last


def _said(box: Box) -> Iterator[str]:
    if box.string_set and box.string_set != "none":
        yield from (text for name, text in box.string_set if name == SAID)


def _keep_links(document: Document, anchors: dict[str, int]) -> None:
    """Links into other parts are written too: they lead somewhere once the parts are joined."""
    first: Page = document.pages[0]
    for page in document.pages:
        for kind, target, *_ in page.links:
            if kind == "internal" and target not in anchors:
                first.anchors[target] = (0, 0, 0, 0)


def _finish(document: Document, pdf: pydyf.PDF, *, name: str) -> None:
    """Tags, and fonts under names of their own: each part holds those letters of a font that it needs."""
    finish(document, pdf, f"{name}-")
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Dictionary):
            for key in ("BaseFont", "FontName"):
                if key in thing:
                    thing[key] = _retagged(thing[key], name)


def _retagged(font: bytes, part: str) -> bytes:
    """The name of a font with another six letters before the plus; ISO 32000-2, 9.9.2."""
    _, _, plain = font.partition(b"+")
    digest = hashlib.sha256(part.encode() + font).digest()
    return b"/" + bytes(ord("A") + each % 26 for each in digest[:6]) + b"+" + plain
