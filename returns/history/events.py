"""The events of a return: the one way to add to them, and to read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..answers.address import of_event
from ..answers.reader import Place
from ..models import Allocation, Correction, Decision, Event, Filing, ReportCopy, Return, Version
from . import hash_chain, kinds


def to_text(value) -> str:
    """A value as the history keeps it: blank as nothing, yes or no as words, figures plain."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Decimal):
        return f"{value:.1f}"
    return str(value)


@dataclass(frozen=True)
class Head:
    """The last event of a history: its number and digest, or nought and nothing before the first."""

    number: int = 0
    digest: str = ""


def head(return_: Return) -> Head:
    last = return_.events.order_by("-number").values_list("number", "digest").first()
    return Head(*last) if last else Head()


def linked(after: Head, events: list[Event]) -> list[Event]:
    """The events, numbered and tied to the history that ends there. Nothing is written."""
    number, digest = after.number, after.digest
    for event in events:
        number += 1
        event.number = number
        event.digest = digest = hash_chain.link(digest, event)
    return events


def record(return_: Return, events: list[Event]) -> list[Event]:
    """The events stand at the end of the history. The return's row must be locked."""
    return Event.objects.bulk_create(linked(head(return_), events)) if events else []


def place_event(kind: str, place: Place, *, at, by, **values) -> Event:
    """An event of an act on a place as a whole."""
    return Event(
        return_record=place.return_,
        at=at,
        by=by,
        kind=kind,
        **place.key.columns,
        **values,
    )


def of_place(place: Place) -> list[Event]:
    """The events of a place, newest first, each with `what` saying in the form's words what it changed."""
    columns = place.key.columns
    del columns["section"]  # an answer names its table instead, an allocation its line alone
    events = Event.objects.filter(return_record=place.return_, **columns).select_related("by")
    return [
        _explained(place.return_, event)
        for event in events.order_by("-pk")
        if of_event(place.return_.proforma, event) == place.key
    ]


def of_return(return_: Return, *, kinds: list[str] | None = None):
    """All events, newest first; `explained` gives a page of them their words."""
    events = return_.events.select_related("by", "department").order_by("-number")
    return events.filter(kind__in=kinds) if kinds else events


def explained(return_: Return, events) -> list[Event]:
    return [_explained(return_, event) for event in events]


def _explained(return_: Return, event: Event) -> Event:
    """The event with `what` it changed, what `was` there and what `became` of it, of a figure both in `figures`."""
    told = kinds.of(event).tell(return_, event)
    event.what, event.was, event.became, event.figures = told.what, told.was, told.became, told.figures
    return event


# What an act records beside its words, in the event’s detail.


def allocation_detail(allocation: Allocation) -> dict:
    return {
        "owner": allocation.owner.username if allocation.owner else "",
        "department": allocation.department.slug if allocation.department else "",
        "due": allocation.due.isoformat() if allocation.due else "",
    }


def decision_detail(decision: Decision) -> dict:
    return {
        "outcome": decision.outcome,
        "date": decision.date.isoformat(),
        "minute": decision.minute,
        "text": decision.text,
        "delegate": decision.delegate.username if decision.delegate else "",
        "delegated_until": decision.delegated_until.isoformat() if decision.delegated_until else "",
    }


def report_detail(drafted: str) -> dict:
    return {"drafted": drafted}


def report_copy_detail(copy: ReportCopy) -> dict:
    return {
        "version": copy.version.number,
        "edition": copy.edition,
        "data": copy.digest,
        "pdf": copy.pdf_digest,
        "size": copy.pdf_size,
    }


def correction_detail(correction: Correction) -> dict:
    return {
        "event": correction.corrected.event.number,
        "date": correction.date.isoformat(),
        "number": correction.number,
    }


def filing_detail(filing: Filing) -> dict:
    return {"date": filing.date.isoformat(), "reference": filing.reference}


def version_detail(version: Version) -> dict:
    return {
        "number": version.number,
        "kind": version.kind,
        "data": version.digest,
        "pdf": version.pdf_digest,
        "size": version.pdf_size,
    }
