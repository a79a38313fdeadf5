"""The registry of event kinds: how each is grouped and told, what it does when replayed, whether it moves the return.

Each kind that `Event.Kind` declares is here or registered by the app that owns it. A kind that nobody registered is
an error wherever it is met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..models import Event, Return
from ..models.return_ import MOVES
from ..proforma import Proforma
from . import steps, telling


@dataclass(frozen=True)
class Group:
    """Kinds that the page of the history shows together."""

    key: str
    label: str


@dataclass(frozen=True)
class KindOfEvent:
    """All there is to a kind.

    `tell` gives its words, `replay` what it does to the state that a history tells, `moves_to` the state into which
    it brings the return, or None where it leaves that as it is.
    """

    group: Group
    tell: telling.Tell
    replay: Callable[[steps.Replayed, Event, Proforma], None]
    moves_to: Return.Status | None = None


class UnknownKind(LookupError):
    """An event is of a kind that nobody has registered."""


ANSWERS = Group("answers", "Answers")
OWNERS = Group("owners", "Owners")
SIGNATURES = Group("signatures", "Signatures")
QUERIES = Group("queries", "Queries")
REPORT = Group("report", "Covering report")
ACTS = Group("acts", "Acts")

_known: dict[str, KindOfEvent] = {}


def register(
    kind: Event.Kind,
    group: Group,
    tell: telling.Tell,
    replay: Callable[[steps.Replayed, Event, Proforma], None] = steps.beside,
) -> None:
    """Events of that kind are known. Raises ValueError where another has registered it."""
    if kind in _known:
        raise ValueError(f"The kind {kind.value} is registered already.")
    _known[kind] = KindOfEvent(group, tell, replay, MOVES.get(kind))


def of(event: Event) -> KindOfEvent:
    """The kind of the event. Raises UnknownKind."""
    try:
        return _known[event.kind]
    except KeyError:
        raise UnknownKind(f"event {event.number:,} is of the unknown kind {event.kind}") from None


def groups() -> dict[Group, list[Event.Kind]]:
    """The kinds of each group, in the order in which the kinds are declared."""
    found: dict[Group, list[Event.Kind]] = {}
    for kind in Event.Kind:
        found.setdefault(_known[kind].group, []).append(kind)
    return found


_kind = Event.Kind
register(_kind.ANSWER, ANSWERS, telling.answer, steps.answered)
register(_kind.ALLOCATION, OWNERS, telling.owner, steps.allocated)
register(_kind.ADDED, ANSWERS, telling.act("Added"), steps.added)
register(_kind.REMOVED, ANSWERS, telling.act("Removed", was=True), steps.removed)
register(_kind.SIGNED, SIGNATURES, telling.act("Signed"), steps.signed)
register(_kind.VOIDED, SIGNATURES, telling.act("Signature cancelled"), steps.cancelled)
register(_kind.REINSTATED, SIGNATURES, telling.act("Signature restored"), steps.restored)
register(_kind.QUERIED, QUERIES, telling.act("Query raised", became=True), steps.queried)
register(_kind.ASKED, QUERIES, telling.act("Question from Cabinet", became=True), steps.asked)
register(_kind.REPLIED, QUERIES, telling.act("Reply", became=True), steps.replied)
register(_kind.CLOSED, QUERIES, telling.act("Query closed"), steps.closed)
register(_kind.SENT_BACK, ACTS, telling.act("Sent back"), steps.sent_back)
register(_kind.SENT, ACTS, telling.move("Sent to Cabinet"), steps.sent)
register(_kind.APPROVED, ACTS, telling.move("Approved by Cabinet"), steps.decided)
register(_kind.REFERRED, ACTS, telling.move("Referred back by Cabinet"), steps.decided)
register(_kind.AMENDING, ACTS, telling.move("Amendment begun"), steps.moved)
register(_kind.AMENDED, ACTS, telling.move("Amendment finished"), steps.moved)
register(_kind.ABANDONED, ACTS, telling.move("Amendment abandoned"), steps.moved)
register(_kind.SUBMITTED, ACTS, telling.move("Filed"), steps.filed)
register(_kind.REOPENED, ACTS, telling.move("Reopened"), steps.moved)
register(_kind.CORRECTED, ACTS, telling.correction, steps.corrected)
register(_kind.FORM, ACTS, telling.form, steps.form_adopted)
register(_kind.STORED, ACTS, telling.version, steps.stored)
register(_kind.REPORT, REPORT, telling.report, steps.report_edited)
register(_kind.REPORT_KEPT, REPORT, telling.report_copy, steps.report_stored)
