"""The clerk's words in the covering report."""

from __future__ import annotations

from django.db import transaction

from .. import clock, history, locks, rules
from ..chain import canonical
from ..models import Event, ReportParagraph, Return, User
from ..report import BY_KEY, heading_of, own_key, own_number
from .base import ActionRefused, fresh, lock, refuse_newer, who_saved

SECTION = "report"  # what these events name as their section; the proforma has none of that name


class ParagraphConflict(ActionRefused):
    """The paragraph was saved first by somebody else, or in another window; `present` is what it says now."""

    def __init__(self, present: ReportParagraph, by: User):
        super().__init__(
            f"{who_saved([present.event], by)} saved this paragraph after you opened it, so this text was not "
            "saved. Compare the two, and save the text that you want."
        )
        self.present = present


@transaction.atomic
def edit_paragraph(
    *, return_: Return, by: User, key: str, text: str, drafted: str, seen: int
) -> ReportParagraph | None:
    """The paragraph has that text over that draft; a blank one brings the draft back, or removes an own one.

    None where there was nothing to change. Raises ActionRefused, and ParagraphConflict when the paragraph is no
    longer in the version that was seen. A version that isn't stored is refused.
    """
    return_, by = lock(return_), fresh(by)
    _check(return_, by)
    if heading_of(key) is None:
        raise ActionRefused("There is no such paragraph in the covering report. Go back to the report.")
    row = return_.paragraphs.select_related("event__by").filter(key=key).first()
    own = own_number(key) is not None
    if own:
        drafted = ""
        if row is None or (not row.text and text):
            raise ActionRefused("This paragraph was removed. Add it again under its heading.")
    if text == drafted:
        text = ""
    if not text:
        drafted = ""
    if (row.text, row.drafted) == (text, drafted) if row else not text:
        return row
    refuse_newer("this paragraph", seen=seen, stored=row.version if row else 0)
    if row and row.version != seen:
        raise ParagraphConflict(row, by)
    return _write(return_, by, row or ReportParagraph(return_record=return_, key=key), text, drafted)


@transaction.atomic
def add_paragraph(*, return_: Return, by: User, heading: str, text: str) -> ReportParagraph:
    """A paragraph of the clerk's own stands at the end of that heading. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    _check(return_, by)
    under = BY_KEY.get(heading)
    if under is None or not under.numbered or not text:
        raise ActionRefused(
            "Paragraphs are added under Considerations and Risk Management, and are not blank."
        )
    own = [
        row
        for row in return_.paragraphs.select_related("event")
        if row.is_own and row.key.startswith(heading)
    ]
    for row in own:
        if (row.text, row.event.by_id) == (text, by.pk):
            return row  # a form sent twice adds once
    added = ReportParagraph(return_record=return_, key=own_key(under, len(own) + 1))
    return _write(return_, by, added, text, "")


def _check(return_: Return, by: User) -> None:
    if not rules.can_edit_report(by, return_):
        raise ActionRefused(
            locks.refusal(return_, "The clerk edits the covering report, until Cabinet has decided.")
        )


def _write(return_: Return, by: User, row: ReportParagraph, text: str, drafted: str) -> ReportParagraph:
    row.version += 1
    event = Event(
        return_record=return_,
        at=clock.now(),
        by=by,
        kind=Event.Kind.REPORT,
        section=SECTION,
        field=row.key,
        old=row.text,
        new=text,
        detail=canonical(history.report_detail(drafted)),
        version=row.version,
    )
    row.text, row.drafted = text, drafted
    (row.event,) = history.record(return_, [event])
    row.save()
    return row
