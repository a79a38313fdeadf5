"""A return in preparation moves to a newer version of its round's form."""

from django.db import transaction

from .. import clock, history
from ..answers.reader import Place, model_of, read
from ..models import Event, Return, User
from ..proforma import load
from ..proforma.differing import asks_otherwise, changes_between
from ..rules import access, refusals
from .base import ActionRefused, fresh, lock
from .signing import void_signatures


@transaction.atomic
def adopt_version(*, return_: Return, by: User, key: str) -> Return:
    """The return is pinned to the newer version of that key, and its history says so. Raises ActionRefused.

    Signatures on lines that ask something else from now on are cancelled, and their signers told. Answers stay as
    they are; a line that nobody has answered begins as the newer version has it begin. A version that asks for other
    answers is refused.
    """
    return_, by = lock(return_), fresh(by)
    if not access.can_adopt_version(by, return_):
        raise ActionRefused(
            refusals.refusal(
                return_, "The e-government lead adopts a newer version while the return is prepared."
            )
        )
    old, new = return_.proforma, return_.newer_proforma
    if new is None or new.key != key:
        raise ActionRefused("Another version is the newest now. Look at what it changes, then adopt it.")
    if place := asks_otherwise(old, new):
        raise ActionRefused(f"{new.name} asks for other answers ({place}), so this return can’t move to it.")
    reworded = {change.line.key for change in changes_between(old, new) if change.rewords}
    begun, now = _beginnings(return_), clock.now()
    # Said first: the database lets the form of a return change only where its history says so.
    event = Event(return_record=return_, at=now, by=by, kind=Event.Kind.FORM, old=old.key, new=new.key)
    history.record(return_, [event])
    return_.proforma_key = new.key
    return_.save(update_fields=["proforma_key"])
    asked_anew = reworded | _begin_anew(return_, begun)
    places = [place for place in read(return_).places() if place.line and place.line.key in asked_anew]
    because = f"{new.name} asks this differently."
    voided = void_signatures(return_, places, by=by, at=now, because=because)
    history.record(return_, voided)
    return return_


def places_asked_anew(return_: Return) -> list[Place]:
    """The signed places whose wording the newer version changes."""
    changes = changes_between(return_.proforma, load(return_.newer_proforma.key))
    reworded = {change.line.key for change in changes if change.rewords}
    answers = read(return_)
    return [p for p in answers.places() if p.line and p.line.key in reworded and p.key in answers.signed]


def _beginnings(return_: Return) -> dict[tuple[str, str], dict]:
    """How each line begins by the form that the return is pinned to, by table and line, where a model says so."""
    return {
        (table.key, line.key): model_of(table).starting_values(line, return_)
        for section in return_.proforma.sections
        for table in section.tables
        if table.shape == "grid" and hasattr(model_of(table), "starting_values")
        for line in section.lines
    }


def _begin_anew(return_: Return, begun: dict[tuple[str, str], dict]) -> set[str]:
    """Lines that begin otherwise now, and of which nobody has answered that, begin so; returns their codes."""
    answered = set(
        return_.events.filter(kind=Event.Kind.ANSWER).values_list("table", "line", "field").distinct()
    )
    moved = set()
    for (table_key, line), values in _beginnings(return_).items():
        changed = {
            name: value
            for name, value in values.items()
            if value != begun[table_key, line][name] and (table_key, line, name) not in answered
        }
        if changed:
            _, table = return_.proforma.tables[table_key]
            rows = model_of(table).objects.filter(return_record=return_, **{table.row_field: line})
            rows.update(**changed)
            moved.add(line)
    return moved
