"""The documents of the Cabinet pack by name: what `render_return` and the documents page can draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from returns import rules
from returns.documents.changes import changes_sheet
from returns.documents.rekeying import rekeying_sheet
from returns.documents.return_ import return_sheet
from returns.documents.sheet import Sheet
from returns.documents.statement import statement_sheet
from returns.models import Return, User

from .covering_report import covering_report_sheet


@dataclass(frozen=True)
class Document:
    """One document. `sheet(return_, *, as_at)` makes it ready to be drawn; `rule` says who may have it."""

    title: str
    text: str
    sheet: Callable[..., Sheet]
    rule: Callable[[User, Return], bool]


DOCUMENTS = {
    "return": Document(
        "The return",
        "Every section in the order of the proforma, with what is missing.",
        return_sheet,
        rules.can_draw_draft,
    ),
    "cabinet-report": Document(
        "The covering report",
        "What Cabinet reads with the return, in the order of its standing orders.",
        covering_report_sheet,
        rules.can_read_report,
    ),
    "changes": Document(
        "What changed since Cabinet saw it",
        "The altered elements alone: was and now, by whom, why, by what power.",
        changes_sheet,
        rules.can_read_present,
    ),
    "statement": Document(
        "Department statements",
        "A page for each department, for its head to sign.",
        statement_sheet,
        rules.can_watch,
    ),
    "rekeying": Document(
        "The re-keying sheet",
        "Each answer as it is to be typed, with its reference and a box to tick.",
        rekeying_sheet,
        rules.can_watch,
    ),
}
