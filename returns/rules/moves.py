"""Which acts move a return from one state to another, and into which."""

from ..models import Event, Return

# By the kind of the event that tells of the act; the lifecycle's table says from where and on what condition.
MOVES = {
    Event.Kind.SENT: Return.Status.WITH_CABINET,
    Event.Kind.APPROVED: Return.Status.APPROVED,
    Event.Kind.REFERRED: Return.Status.REFERRED_BACK,
    Event.Kind.AMENDING: Return.Status.AMENDING,
    Event.Kind.AMENDED: Return.Status.APPROVED,
    Event.Kind.ABANDONED: Return.Status.APPROVED,
    Event.Kind.SUBMITTED: Return.Status.SUBMITTED,
    Event.Kind.REOPENED: Return.Status.REFERRED_BACK,
}


def last_move(return_: Return) -> Event | None:
    """The event that brought the return into its present state; none while it has never left preparation."""
    return return_.events.filter(kind__in=MOVES).select_related("by").order_by("-number").first()
