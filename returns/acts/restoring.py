"""Part of abandoning an amendment: the approved answers and the signatures on them are put back."""

from __future__ import annotations

from .. import history
from ..answers.reader import Answers, Place, read
from ..history import to_text
from ..models import Event, Return, SignOff, User
from ..versions.snapshot import place_digest, stored_columns
from .merging import answer_event
from .signing import void_signatures


def restore_answers(return_: Return, approved: Answers, *, by: User, at, reason: str) -> list[Event]:
    """Every answer is what `approved` says; returns the events, still to be recorded.

    The return must be locked. Signatures that the amendment cancelled are restored; those given since on the
    amended answers are cancelled.
    """
    present = read(return_)
    events, restored, records = [], [], {}
    for place in approved.places():
        before = len(events)
        for entry in approved.entries(place):
            record = present.record(place, entry.table, entry.point)
            texts = [
                (n, to_text(getattr(record, n)), to_text(getattr(entry.record, n)))
                for n in stored_columns(entry)
            ]
            taken_back = [(name, old, new) for name, old, new in texts if old != new]
            if not taken_back:
                continue
            record.version += 1
            records.setdefault(type(record), []).append(record)
            for name, old, new in taken_back:
                setattr(record, name, getattr(entry.record, name))
                events.append(answer_event(entry, record, by, at, name, old, new, reason))
        if len(events) > before:
            restored.append(Place(return_, place.section, place.line, place.department))
    for model, rows in records.items():
        names = {event.field for event in events} | {"version"}
        model.objects.bulk_update(rows, [f.name for f in model._meta.concrete_fields if f.name in names])
    events += void_signatures(return_, restored, by=by, at=at, because="The amendment was abandoned.")
    # Also where an answer was changed and changed back, so that there is nothing to put back.
    standing = {row.key for row in return_.signoffs.all()}
    unsigned = [
        Place(return_, place.section, place.line, place.department)
        for place in approved.places()
        if place.section.provisional and place.key not in standing
    ]
    return events + _reinstate(return_, present, unsigned, by=by, at=at)


def _reinstate(return_: Return, answers: Answers, places: list[Place], *, by: User, at) -> list[Event]:
    """The latest signature on each place that covers exactly its present answers is restored."""
    events = []
    for place in places:
        given = return_.events.filter(
            kind=Event.Kind.SIGNED,
            **place.key.columns,
            new=place_digest(answers, place),
        )
        signed = given.order_by("-number").first()
        if signed:
            SignOff.objects.create(
                return_record=return_,
                **place.key.columns,
                event=signed,
            )
            event = history.place_event(
                Event.Kind.REINSTATED, place, at=at, by=by, new=signed.new, detail=str(signed.number)
            )
            events.append(event)
    return events
