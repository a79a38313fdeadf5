"""A document that is ready to be drawn."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from . import child
from .pdf import Attached, RenderFailed, render


class LimitReached(RenderFailed):
    """The document took more of something than it may; with more of it, it might be drawn."""


@dataclass(frozen=True)
class Sheet:
    """All that a drawing depends on: the same sheet always gives the same bytes."""

    name: str  # of the file, without ending
    html: str
    css: str  # follows the packaged stylesheet
    at: datetime.datetime  # the moment the document speaks of
    attached: tuple[Attached, ...] = ()

    def pdf(self, limits: child.Limits = child.USUAL) -> bytes:
        """The document as PDF, drawn in a child process. Takes seconds: never inside a transaction.

        Raises RenderFailed, with the reason, when the document asks for what it may not, and LimitReached.
        """
        try:
            return child.run(_draw, self, limits=limits)
        except child.LimitBroken as failure:
            raise LimitReached(str(failure)) from failure
        except child.ChildFailed as failure:
            raise RenderFailed(str(failure)) from failure


def _draw(sheet: Sheet) -> bytes:
    return render(sheet.html, at=sheet.at, css=sheet.css, attached=sheet.attached)
