"""The clerk's text in the covering report, and the copies of the report that are kept for Cabinet."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from .. import clock, history
from ..models import Event, ReportCopy, ReportParagraph, Return, User, Version
from ..models.report_headings import BY_KEY, heading_of, own_key, own_number
from ..rules import access, refusals
from ..values.digests import canonical
from .base import ActionRefused, fresh, lock, refuse_newer, who_saved

SECTION = "report"  # what these events name as their section; the proforma has none of that name
# While the return is with Cabinet an edit makes a copy first; if the history has grown meanwhile, it is made again.
TRIES = 4

# Makes the next edition of the report that goes with a version, unsaved. Takes the return, the version, the event of
# the act, and the paragraph that the act changes. Raises ActionRefused where the PDF can’t be made.
Maker = Callable[[Return, Version, Event, ReportParagraph | None], ReportCopy]
_makers: list[Maker] = []


def makes_report_copies(maker: Maker) -> Maker:
    """Registers the function that makes the copies of the covering report. Raises ValueError for a second one."""
    if _makers:
        raise ValueError("A function that makes copies of the covering report is registered already.")
    _makers.append(maker)
    return maker


class ParagraphConflict(ActionRefused):
    """The paragraph was saved first by somebody else, or in another window; `present` is what it says now."""

    def __init__(self, present: ReportParagraph, by: User):
        super().__init__(
            f"{who_saved([present.event], by)} saved this paragraph after you opened it, so your text was not "
            "saved. Compare the two, then save the text that you want."
        )
        self.present = present


@dataclass
class Edit:
    """A paragraph to be saved, and the event that tells of it; neither is written yet."""

    row: ReportParagraph
    event: Event


def edit_paragraph(
    *, return_: Return, by: User, key: str, text: str, drafted: str, seen: int
) -> ReportParagraph | None:
    """The paragraph has that text in place of that draft; a blank text restores the draft or removes an added one.

    While the return is with Cabinet, a further edition of the report is kept with it. None where there was nothing
    to change. Raises ActionRefused, and ParagraphConflict when the paragraph is no longer in the version that was
    seen. A version that isn't stored is refused.
    """

    def edit(return_: Return, by: User) -> ReportParagraph | Edit | None:
        return _edited(return_, by, key, text, drafted, seen)

    return save_edit(return_=return_, by=by, edit=edit)


def add_paragraph(*, return_: Return, by: User, heading: str, text: str) -> ReportParagraph:
    """A paragraph added by the clerk is at the end of that heading. Raises ActionRefused.

    While the return is with Cabinet, a further edition of the report is kept with it.
    """

    def edit(return_: Return, by: User) -> ReportParagraph | Edit:
        return _added(return_, by, heading, text)

    return save_edit(return_=return_, by=by, edit=edit)


def save_edit(
    *, return_: Return, by: User, edit: Callable[[Return, User], ReportParagraph | Edit | None]
) -> ReportParagraph | None:
    """What `edit` makes of the return is saved, and while the return is with Cabinet a copy of the report with it.

    The copy is made before the transaction, from the history as it then is. Raises ActionRefused.
    """
    for _ in range(TRIES):
        seen = Return.objects.select_related("authority").get(pk=return_.pk)
        after = history.head(seen)
        copy = _copy_for(seen, edit(seen, fresh(by)))
        with transaction.atomic():
            locked, by = lock(return_), fresh(by)
            found = edit(locked, by)
            if not isinstance(found, Edit):
                return found
            with_cabinet = locked.status == Return.Status.WITH_CABINET
            if not with_cabinet:
                return _write(locked, found)
            if copy and history.head(locked) == after:
                return _write(locked, found, copy)
    raise ActionRefused(
        "Others kept changing the return while the report was made. Wait a moment, then try again."
    )


def draw_report_copy(
    return_: Return, version: Version, event: Event, row: ReportParagraph | None = None
) -> ReportCopy:
    """The next edition of the report that goes with the version, unsaved. Takes a second: never in a transaction.

    Raises ActionRefused where the PDF can't be made.
    """
    return _makers[0](return_, version, event, row)


def report_kept(copy: ReportCopy, *, at: datetime.datetime, by: User) -> Event:
    """The event that tells of the copy, with its digests; not written yet."""
    return Event(
        return_record=copy.return_record,
        at=at,
        by=by,
        kind=Event.Kind.REPORT_KEPT,
        section=SECTION,
        detail=canonical(history.report_copy_detail(copy)),
    )


def _copy_for(return_: Return, found: ReportParagraph | Edit | None) -> ReportCopy | None:
    """The copy that goes with an edit, while Cabinet has the return."""
    if return_.status != Return.Status.WITH_CABINET or not isinstance(found, Edit):
        return None
    sent = return_.versions.filter(kind=Version.Kind.CABINET).defer("pdf").select_related("event")
    return draw_report_copy(return_, sent.order_by("-number").first(), found.event, found.row)


def _edited(
    return_: Return, by: User, key: str, text: str, drafted: str, seen: int
) -> ReportParagraph | Edit | None:
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
    return _edit(return_, by, row or ReportParagraph(return_record=return_, key=key), text, drafted)


def _added(return_: Return, by: User, heading: str, text: str) -> ReportParagraph | Edit:
    _check(return_, by)
    under = BY_KEY.get(heading)
    if under is None or not under.numbered or not text:
        raise ActionRefused(
            "Add paragraphs under Considerations or Risk Management only, and write some text."
        )
    own = [
        row
        for row in return_.paragraphs.select_related("event")
        if row.is_own and row.key.startswith(heading)
    ]
    for row in own:
        if (row.text, row.event.by_id) == (text, by.pk):
            return row  # a form sent twice adds one paragraph
    added = ReportParagraph(return_record=return_, key=own_key(under, len(own) + 1))
    return _edit(return_, by, added, text, "")


def _check(return_: Return, by: User) -> None:
    if not access.can_edit_report(by, return_):
        raise ActionRefused(
            refusals.refusal(return_, "Only the clerk edits the covering report, until Cabinet has decided.")
        )


def _edit(return_: Return, by: User, row: ReportParagraph, text: str, drafted: str) -> Edit:
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
    row.text, row.drafted, row.event = text, drafted, event
    return Edit(row, event)


def _write(return_: Return, edit: Edit, copy: ReportCopy | None = None) -> ReportParagraph:
    events = [edit.event]
    if copy:
        events.append(report_kept(copy, at=edit.event.at, by=edit.event.by))
    history.record(return_, events)
    edit.row.event = edit.event
    edit.row.save()
    if copy:
        copy.return_record, copy.event = return_, events[-1]
        copy.save(force_insert=True)
    return edit.row
