"""A document that is ready to be drawn."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from .pdf import Attached, render


@dataclass(frozen=True)
class Sheet:
    """All that a drawing depends on: the same sheet always gives the same bytes."""

    name: str  # of the file, without ending
    html: str
    css: str  # follows the packaged stylesheet
    at: datetime.datetime  # the moment the document speaks of
    attached: tuple[Attached, ...] = ()

    def pdf(self) -> bytes:
        """The document as PDF. Takes seconds: never inside a transaction. Raises RenderFailed."""
        return render(self.html, at=self.at, css=self.css, attached=self.attached)
