"""Queries by the lead, questions from Cabinet, and the replies to both."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from .. import clock, history
from ..answers.reader import Answers, Place, read
from ..messages.notices import tell, with_roles
from ..models import Event, Query, Return, Role, User
from ..rules import access, refusals
from .base import ActionRefused, fresh, lock

MAX_WORDS = 200


@transaction.atomic
def raise_query(*, return_: Return, by: User, place: Place, text: str) -> Query:
    """An open query on that place blocks the return until it is closed; its owner is told. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    if not access.can_raise_query(by, return_):
        raise ActionRefused(refusals.refusal(return_, "Only the e-government lead raises queries."))
    return _ask(return_, by, place, text, Query.Kind.QUERY, Event.Kind.QUERIED)


@transaction.atomic
def ask_question(*, return_: Return, by: User, place: Place, text: str) -> Query:
    """A question from Cabinet to the owner of an outcome is on the Cabinet page. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    if not access.can_ask_question(by, return_):
        raise ActionRefused(
            "Only a Cabinet member asks questions, from the day the return is sent to Cabinet until it is filed."
        )
    if not place.section.has_tiers:
        lines = return_.proforma.tiered_lines
        choose = f" Choose one of {lines[0].key} to {lines[-1].key}." if lines else ""
        raise ActionRefused(f"A question is about an outcome.{choose}")
    return _ask(return_, by, place, text, Query.Kind.QUESTION, Event.Kind.ASKED)


def answerer(answers: Answers, place: Place) -> User | None:
    """The owner who is asked; None if there is none or the owner has left: then the lead is asked."""
    owner = answers.owner(place)
    return owner if owner and owner.is_active else None


def _ask(return_: Return, by: User, place: Place, text: str, kind: str, event_kind: str) -> Query:
    answers = read(return_, place.section.key)
    for query in answers.queries.get(place.key, []):
        if query.is_open and (query.kind, query.asked.by, query.asked.new) == (kind, by, text):
            return query  # a form sent twice asks one question
    number = return_.queries.count() + 1
    event = history.place_event(
        event_kind,
        Place(return_, place.section, place.line, place.department),
        at=clock.now(),
        by=by,
        new=text,
    )
    event.field = str(number)
    (event,) = history.record(return_, [event])
    query = Query.objects.create(
        return_record=return_,
        number=number,
        kind=kind,
        **place.key.columns,
        asked=event,
    )
    owner = answerer(answers, place)
    tell(
        return_,
        [owner] if owner else with_roles(return_, Role.LEAD),
        but=by,
        subject=f"{place.code}: {'a question from Cabinet' if kind == Query.Kind.QUESTION else 'a query to you'}",
        text=f"{by} asks: {text}",
        path=_path(return_, query),
    )
    return query


@transaction.atomic
def reply_to_query(*, return_: Return, by: User, number: int, text: str) -> Query:
    """The query has that reply, and whoever asked is told. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    query, place, answers = _find(return_, number)
    if not query.is_open:
        raise ActionRefused(f"This is {query.state.lower()} already. It needs no reply.")
    if not access.can_reply(by, query, place, answers.allocation(place)):
        raise ActionRefused(
            f"You don’t answer {place.code}. Its owner: {answers.owner(place) or 'no one yet'}."
        )
    if query.replied and (query.replied.by, query.replied.new) == (by, text):
        return query  # a form sent twice makes one reply
    event = history.place_event(Event.Kind.REPLIED, place, at=clock.now(), by=by, new=text)
    event.field = str(number)
    (query.replied,) = history.record(return_, [event])
    query.save(update_fields=["replied"])
    tell(
        return_,
        [query.asked.by],
        but=by,
        subject=f"{place.code}: a reply from {by}",
        text=f"You asked: {query.asked.new}\n\n{by} replies: {text}",
        path=_path(return_, query),
    )
    return query


@transaction.atomic
def close_query(*, return_: Return, by: User, number: int) -> Query:
    """The query no longer blocks. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    query, place, answers = _find(return_, number)
    if not query.is_open:
        raise ActionRefused("This query is closed already.")
    if not access.can_close_query(by, query, return_):
        raise ActionRefused("Only the e-government lead closes queries.")
    event = history.place_event(Event.Kind.CLOSED, place, at=clock.now(), by=by)
    event.field = str(number)
    (query.closed,) = history.record(return_, [event])
    query.save(update_fields=["closed"])
    tell(
        return_,
        [answers.owner(place)],
        but=by,
        subject=f"{place.code}: the query is closed",
        text=f"{by} closed the query: {query.asked.new}",
        path=_path(return_, query),
    )
    return query


def _find(return_: Return, number: int) -> tuple[Query, Place, Answers]:
    found = return_.queries.select_related("asked__by", "replied__by", "department").filter(number=number)
    query = found.first()
    if query is None:
        raise ActionRefused(f"There is no query {number} in this return.")
    answers = read(return_, query.section)
    place = place_of(answers, query)
    if place is None:
        raise ActionRefused("What the query was about has been removed.")
    return query, place, answers


def place_of(answers: Answers, row) -> Place | None:
    """The place that a query, signature or thing sent back is about, or None when it was removed."""
    return answers.at(row.key)


def _path(return_: Return, query: Query) -> str:
    return reverse("returns:query-detail", args=[return_.authority.slug, return_.round, query.number])
