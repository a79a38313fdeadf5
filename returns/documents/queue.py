"""The queue of PDFs to be made: requested by a page, made by a process of their own, fetched when ready."""

from __future__ import annotations

import datetime
import logging

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from .. import clock
from ..models import Drawing, Return, User
from .engine import child
from .engine.pdf import RenderFailed
from .engine.sheet import LimitReached, Sheet

TRIES = 3
TURN = ("tries", "pk")
# Two PDFs are made at once, and a first try is short: ten documents that never finish delay the next good one by
# five short tries, which is a minute. A document that needs longer gets it once none waits for a first try.
SLOTS = 2
FIRST = child.Limits(cpu=12, wall=12)
LATER = child.Limits(cpu=60, wall=60)
GRACE = datetime.timedelta(
    seconds=20
)  # beyond the limit, before another worker takes over from one that died
KEPT = datetime.timedelta(days=1)
ASKS = 10  # how often `ask` looks again when a worker has just finished what it found waiting
State = Drawing.State
logger = logging.getLogger(__name__)


def ask(sheet: Sheet, *, document: str, title: str, return_: Return, by: User) -> Drawing:
    """The sheet waits in the queue; where this person has one of the same kind waiting, that one is returned.

    Nothing can be attached to such a document: that is for versions, which an act stores.
    """
    if sheet.attached:
        raise ValueError(
            "Only versions have attachments, and their PDFs are made by the act that stores them."
        )
    asked = Drawing(
        return_record=return_,
        document=document,
        title=title,
        name=sheet.name,
        requested_by=by,
        requested_at=clock.real_now(),
        at=sheet.at,
        html=sheet.html,
        css=sheet.css,
    )
    for _ in range(ASKS):
        found = _waiting_or_added(asked)
        if found:
            return found
    raise RuntimeError(
        f"No {document} could be asked for: {ASKS} were finished while this one was asked for."
    )


def _waiting_or_added(asked: Drawing) -> Drawing | None:
    """The same document that waits already, or else this one, added.

    None when another was added first and has been finished, or deleted, since the database refused this one.
    """
    same = Drawing.objects.filter(
        return_record=asked.return_record, document=asked.document, requested_by=asked.requested_by
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
            return asked
    except IntegrityError:
        return same.filter(state__in=(State.WAITING, State.TAKEN)).defer("html", "pdf").first()


def before(drawing: Drawing) -> int:
    """How many PDFs will be made before this one."""
    earlier = Q(tries__lt=drawing.tries) | Q(tries=drawing.tries, pk__lt=drawing.pk)
    return Drawing.objects.filter(earlier, state=State.WAITING).count()


def draw_next() -> bool:
    """Makes the PDF that is next, fewest tries first, then oldest; False when none waits.

    It is claimed first, so that two workers never make the same one, and made outside any transaction.
    """
    drawing = _claim()
    if drawing is None:
        return False
    try:
        body = Sheet(drawing.name, drawing.html, drawing.css, drawing.at).pdf(_limits(drawing.tries))
    except LimitReached as failure:
        _settle(drawing, State.WAITING if drawing.tries < TRIES else State.FAILED, problem=str(failure))
    except RenderFailed as failure:
        _settle(drawing, State.FAILED, problem=str(failure))  # it would ask for the same again
    else:
        _settle(drawing, State.DONE, pdf=body, pdf_size=len(body))
    return True


def sweep() -> int:
    """Deletes the PDFs requested more than a day ago; returns how many."""
    return Drawing.objects.filter(requested_at__lt=clock.real_now() - KEPT).delete()[0]


def _claim() -> Drawing | None:
    while True:
        drawing = _claimable().order_by(*TURN).defer("pdf").first()
        if drawing is None:
            return None
        same = Drawing.objects.filter(pk=drawing.pk, state=drawing.state, tries=drawing.tries)
        if drawing.tries >= TRIES:
            same.update(
                state=State.FAILED,
                problem="The process that makes PDFs stopped each time before this one was ready.",
            )
            continue
        until = clock.real_now() + _lease(drawing.tries + 1)
        if same.update(state=State.TAKEN, tries=F("tries") + 1, leased_until=until):
            drawing.tries += 1
            return drawing


def _limits(tries: int) -> child.Limits:
    """What a try may take, the first being number 1."""
    return FIRST if tries == 1 else LATER


def _lease(tries: int) -> datetime.timedelta:
    """How long a worker has a drawing to itself at that try."""
    return datetime.timedelta(seconds=_limits(tries).wall) + GRACE


def _claimable() -> QuerySet[Drawing]:
    """What waits, and what was taken by a worker whose lease is over.

    A lease that ends later than one given now would was written by a clock that was wrong: it is over too.
    """
    now = clock.real_now()
    latest = now + clock.TOLERANCE
    over = (
        Q(leased_until__lt=now)
        | Q(leased_until__gt=latest + _lease(TRIES))
        | Q(leased_until__gt=latest + _lease(1), tries=1)
    )
    return Drawing.objects.filter(Q(state=State.WAITING) | Q(state=State.TAKEN) & over)


def _settle(drawing: Drawing, state: str, **values) -> None:
    """What came of this try is noted, unless another worker has taken the drawing since."""
    if values.get("problem"):
        values["problem"] = values["problem"][:300]
        logger.warning("Drawing %s, try %s: %s", drawing.pk, drawing.tries, values["problem"])
    ours = Drawing.objects.filter(pk=drawing.pk, state=State.TAKEN, tries=drawing.tries)
    ours.update(state=state, leased_until=None, **values)
