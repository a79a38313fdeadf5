"""The documents of the Cabinet pack by name: those of `render_return` and of the documents page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from returns.documents.changes import changes_sheet
from returns.documents.engine.sheet import Sheet
from returns.documents.rekeying import rekeying_sheet
from returns.documents.return_ import return_sheet
from returns.documents.statement import statement_sheet
from returns.models import ReportCopy, Return, User, Version
from returns.rules import access

from ..cabinet.report import covering_report_sheet, kept_copy


def never_stored(_: Return) -> None:
    """For a document that is always made from the present answers."""


@dataclass(frozen=True)
class Document:
    """One document. `sheet(return_, *, as_at)` gives its HTML and CSS; `rule` says who may have it.

    `stored(return_)` is the stored copy to serve instead, with `pdf`, `pdf_url` and `pdf_size`, or None.
    """

    title: str
    text: str
    sheet: Callable[..., Sheet]
    rule: Callable[[User, Return], bool]
    stored: Callable[[Return], ReportCopy | Version | None] = never_stored


def locked_version(return_: Return) -> Version | None:
    """The version whose PDF is served while the return is locked."""
    return return_.versions.defer("data").last() if return_.status in access.LOCKED else None


DOCUMENTS = {
    "return": Document(
        "The return",
        "Every section in the order of the proforma, with what is missing.",
        return_sheet,
        access.can_draw_draft,
        locked_version,
    ),
    "cabinet-report": Document(
        "The covering report",
        "What Cabinet reads with the return, in the order that its standing orders require.",
        covering_report_sheet,
        access.can_read_report,
        kept_copy,
    ),
    "changes": Document(
        "What changed since Cabinet saw it",
        "Each changed answer, before and now: by whom, why and under which authority.",
        changes_sheet,
        access.can_read_present,
    ),
    "statement": Document(
        "Department statements",
        "A page for each department, for its head to sign.",
        statement_sheet,
        access.can_watch,
    ),
    "rekeying": Document(
        "The re-keying sheet",
        "Each answer as it is to be typed, with its reference and a box to tick.",
        rekeying_sheet,
        access.can_watch,
    ),
}
