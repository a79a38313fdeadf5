"""A document ready to be rendered."""

from __future__ import annotations

import datetime
import json
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from html import unescape

from django.core.cache import caches

from ...values import letters
from . import archive, child
from .joining import join
from .parts import DrawnPart, Part, Pieces, cut, draw_part
from .pdf import Attached, RenderFailed, identifier_of, render

CACHE = "parts"
MOST = 4  # children at one document, however many processors there are
AROUND = 30  # characters shown on either side of a letter that can't be printed

TAG = re.compile(r"<[^<>]*>")

logger = logging.getLogger(__name__)


class LimitReached(RenderFailed):
    """The document reached a limit; with a higher one it might be rendered."""


class NotArchival(RenderFailed):
    """The document can't be stored, because its PDF is not, or would not be, valid PDF/A-3b."""


@dataclass(frozen=True)
class Sheet:
    """Everything that a PDF is made of: the same sheet always gives the same bytes."""

    name: str  # of the file, without ending
    html: str
    css: str  # follows the packaged stylesheet
    at: datetime.datetime  # the moment that the document describes
    attached: tuple[Attached, ...] = ()

    def pdf(self, limits: child.Limits = child.USUAL) -> bytes:
        """The document as PDF, rendered in child processes. Takes seconds: never inside a transaction.

        A document in parts is rendered on several processors, and of its parts only those not in the cache.
        A letter that no packaged font has is printed as its code. Raises RenderFailed, with the reason, when the
        document asks for what it may not, and LimitReached.
        """
        pieces = cut(self._printed, self.css)
        crew = child.Crew(limits, size=min(len(os.sched_getaffinity(0)), MOST))
        try:
            with crew:
                if pieces:
                    return self._joined(crew, pieces)
                return crew.do([(self._render(self._printed),)])[0]
        except child.LimitBroken as failure:
            raise LimitReached(str(failure)) from failure
        except child.ChildFailed as failure:
            raise RenderFailed(str(failure)) from failure

    def archival_pdf(self) -> bytes:
        """The document as PDF that may be stored: the checker of its profile, PDF/A-3b, found nothing wrong in it.

        Takes seconds: never inside a transaction. Raises NotArchival where a letter can't be printed or the
        checker finds anything, which is logged; and as `pdf` does.
        """
        if missing := letters.unprintable(self.html):
            raise NotArchival(f"It {letters.refusal(missing)} It is in “{self._around(missing[0])}”.")
        body = self.pdf()
        try:
            found = json.loads(child.run(archive.findings, body))
        except child.ChildFailed as failure:
            raise RenderFailed(str(failure)) from failure
        if found:
            logger.error("%s is not PDF/A-3b, so it is not stored: %s", self.name, "; ".join(found))
            raise NotArchival(
                "It fails the check of archival files (PDF/A-3b). "
                "Tell whoever runs this site: its log says what is wrong."
            )
        return body

    @cached_property
    def _printed(self) -> str:
        return letters.with_codes(self.html)

    def _around(self, letter: str) -> str:
        """The words around that letter: of the text, or of an attribute, such as a repeated head."""
        text = TAG.sub(" ", self.html)
        text = unescape(text if letter in text else self.html)
        at = text.index(letter)
        return " ".join(text[max(0, at - AROUND) : at + AROUND].split())

    def _joined(self, crew: child.Crew, pieces: Pieces) -> bytes:
        cache = caches[CACHE]
        # Heads and feet have page numbers, known once all parts are rendered; mostly they are as they were last time.
        before = cache.get(self.name)
        guess = pieces.frame(before) if before else ""
        drawn, framed = _draw(crew, pieces.parts, self._framing(guess))
        frame = pieces.frame(drawn)
        drawn, again = _draw(crew, pieces.numbered(drawn), self._framing(frame if frame != guess else ""))
        cache.set(self.name, [replace(part, pdf=b"") for part in drawn])
        return crew.do([(join, (again or framed)[0], [part.joined for part in drawn])])[0]

    def _framing(self, frame: str) -> list[tuple]:
        """The job that renders heads and feet, and describes the document as a whole; none without a frame."""
        identifier = identifier_of(self.html, self.css, self.at, self.attached)
        return [(self._render(frame, identifier=identifier, tagged=False),)] if frame else []

    def _render(self, html: str, **how) -> partial[bytes]:
        # Plain str and UTC: a child imports no Django and reads no time zones.
        at = self.at.astimezone(datetime.UTC)
        return partial(render, f"{html}", at=at, css=self.css, attached=self.attached, **how)


def _draw(
    crew: child.Crew, parts: Sequence[Part], further: list[tuple]
) -> tuple[list[DrawnPart], list[bytes]]:
    """The parts in their order, from the cache or rendered now; and the results of the further jobs."""
    cache = caches[CACHE]
    known = cache.get_many(part.key for part in parts)
    # The longest is started first, so that the last job is a short one.
    wanted = sorted((part for part in parts if part.key not in known), key=lambda part: -len(part.html))
    replies = crew.do([*((draw_part, part) for part in wanted), *further])
    fresh = {part.key: reply for part, reply in zip(wanted, replies, strict=False)}
    cache.set_many(fresh)
    known |= fresh
    return [DrawnPart.read(part.name, known[part.key]) for part in parts], replies[len(wanted) :]
