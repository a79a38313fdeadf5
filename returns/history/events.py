"""The events of a return: the one way to add to them, and to read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from ..answers.cells import figures_in_words, kept_in_words
from ..answers.reader import Place
from ..models import Allocation, Correction, Decision, Event, Filing, ReportCopy, Return, Version
from ..models.report_headings import heading_of
from ..proforma import load
from . import hash_chain

# What a correction is of, by the field that its event names.
CORRECTED = {"decision": "Cabinet’s decision", "filing": "The filing"}


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
        section=place.section.key,
        line=place.line.key if place.line else "",
        department=place.department,
        **values,
    )


def of_place(place: Place) -> list[Event]:
    """The events of a place, newest first, each with `what` saying in the form's words what it changed."""
    events = Event.objects.filter(
        return_record=place.return_,
        line=place.line.key if place.line else "",
        department=place.department,
    ).select_related("by")
    tables = {table.key for table in place.tables}
    return [
        _explained(place.return_, event)
        for event in events.order_by("-pk")
        if event.table in tables
        or event.section == place.section.key
        or (event.kind == Event.Kind.ALLOCATION and place.line)
    ]


def of_return(return_: Return, *, kinds: list[str] | None = None):
    """All events, newest first; `explained` gives a page of them their words."""
    events = return_.events.select_related("by", "department").order_by("-number")
    return events.filter(kind__in=kinds) if kinds else events


def explained(return_: Return, events) -> list[Event]:
    return [_explained(return_, event) for event in events]


def _explained(return_: Return, event: Event) -> Event:
    """The event with `what` it changed, `was` and `became` in words, and of a figure both in `figures`."""
    event.was, event.became, event.figures = event.old, event.new, ""
    if event.kind == Event.Kind.ANSWER:
        _explain_answer(return_, event)
    elif event.kind == Event.Kind.ALLOCATION:
        event.what = "Owner"
    elif event.kind == Event.Kind.RISK:
        event.what = json.loads(event.detail)["what"]
    elif event.kind == Event.Kind.REPORT:
        event.what = f"{event.get_kind_display()}: {heading_of(event.field).title}"
    elif event.kind == Event.Kind.FORM:
        event.what = f"{event.get_kind_display()}: {load(event.new).name}"
    elif event.kind == Event.Kind.CORRECTED:
        event.what = f"{CORRECTED[event.field]} corrected"
    else:
        event.what = event.get_kind_display()
    return event


def _explain_answer(return_: Return, event: Event) -> None:
    _, table = return_.proforma.tables[event.table]
    column = table.column(event.field)
    event.what = f"{column.label}, {table.point(event.point).name}" if event.point else column.label
    event.was, event.became = (kept_in_words(table, event.field, text) for text in (event.old, event.new))
    event.figures = figures_in_words(table, column, event.was, event.became)


def risk_of(event: Event) -> int:
    """The number of the risk that the event changed, or 0 where it changed none."""
    return json.loads(event.detail)["risk"]


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
