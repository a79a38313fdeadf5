"""The queue of documents to be drawn: asked for by a page, drawn by a process of its own, fetched when ready."""

from __future__ import annotations

import datetime
import logging

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from . import clock
from .documents import child
from .documents.pdf import RenderFailed
from .documents.sheet import LimitReached, Sheet
from .models import Drawing, Return, User

TRIES = 3
TURN = ("tries", "pk")
# Two are drawn at once, and a first try is short: ten documents that never end hold up the next good one for
# five short tries, a minute, which is one limit. What needs longer gets it after all that wait for a first try.
SLOTS = 2
FIRST = child.Limits(cpu=12, wall=12)
LATER = child.Limits(cpu=60, wall=60)
GRACE = datetime.timedelta(seconds=20)  # beyond the limit, before a drawing is taken from a worker that died
KEPT = datetime.timedelta(days=1)
State = Drawing.State
logger = logging.getLogger(__name__)


def ask(sheet: Sheet, *, document: str, title: str, return_: Return, by: User) -> Drawing:
    """The sheet waits to be drawn; one that this person has already waiting of the same kind is given instead.

    Nothing can be attached to such a document: that is for versions, which an act stores.
    """
    if sheet.attached:
        raise ValueError("Only versions have attachments, and those are drawn by the act that stores them.")
    mine = Drawing.objects.filter(return_record=return_, document=document, requested_by=by)
    try:
        with transaction.atomic():
            return Drawing.objects.create(
                return_record=return_,
                document=document,
                title=title,
                name=sheet.name,
                requested_by=by,
                requested_at=clock.now(),
                at=sheet.at,
                html=sheet.html,
                css=sheet.css,
            )
    except IntegrityError:
        return mine.filter(state__in=(State.WAITING, State.TAKEN)).defer("html", "pdf").get()


def before(drawing: Drawing) -> int:
    """How many are to be drawn before this one."""
    earlier = Q(tries__lt=drawing.tries) | Q(tries=drawing.tries, pk__lt=drawing.pk)
    return Drawing.objects.filter(earlier, state=State.WAITING).count()


def draw_next() -> bool:
    """Draws the one whose turn it is, fewest tries first, then oldest; False when none waits.

    Claimed first, so that two workers never draw the same one; drawn outside any transaction.
    """
    drawing = _claim()
    if drawing is None:
        return False
    limits = FIRST if drawing.tries == 1 else LATER
    try:
        body = Sheet(drawing.name, drawing.html, drawing.css, drawing.at).pdf(limits)
    except LimitReached as failure:
        _settle(drawing, State.WAITING if drawing.tries < TRIES else State.FAILED, problem=str(failure))
    except RenderFailed as failure:
        _settle(drawing, State.FAILED, problem=str(failure))  # it would ask for the same again
    else:
        _settle(drawing, State.DONE, pdf=body, pdf_size=len(body))
    return True


def sweep() -> int:
    """Drawings of yesterday are gone; returns how many were deleted."""
    return Drawing.objects.filter(requested_at__lt=clock.now() - KEPT).delete()[0]


def _claim() -> Drawing | None:
    while True:
        drawing = _claimable().order_by(*TURN).defer("pdf").first()
        if drawing is None:
            return None
        same = Drawing.objects.filter(pk=drawing.pk, state=drawing.state, tries=drawing.tries)
        if drawing.tries >= TRIES:
            same.update(
                state=State.FAILED, problem="The process that drew it ended each time before it was ready."
            )
            continue
        limits = LATER if drawing.tries else FIRST
        until = clock.now() + datetime.timedelta(seconds=limits.wall) + GRACE
        if same.update(state=State.TAKEN, tries=F("tries") + 1, leased_until=until):
            drawing.tries += 1
            return drawing


def _claimable() -> QuerySet[Drawing]:
    return Drawing.objects.filter(Q(state=State.WAITING) | Q(state=State.TAKEN, leased_until__lt=clock.now()))


def _settle(drawing: Drawing, state: str, **values) -> None:
    """What came of this try is noted, unless another worker has taken the drawing since."""
    if values.get("problem"):
        values["problem"] = values["problem"][:300]
        logger.warning("Drawing %s, try %s: %s", drawing.pk, drawing.tries, values["problem"])
    ours = Drawing.objects.filter(pk=drawing.pk, state=State.TAKEN, tries=drawing.tries)
    ours.update(state=state, leased_until=None, **values)
