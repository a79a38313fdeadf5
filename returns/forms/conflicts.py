"""Two versions of one answer side by side, for a person to choose."""

from __future__ import annotations

from dataclasses import dataclass

from ..acts import Conflict, who_saved
from ..answers.cells import COUNT, LIGHT, MONEY, TEXT, kept_in_words, kind_of
from ..models import User
from ..values import wording
from ..values.differences import Piece, marked
from .answers import TableFormset
from .choices import ChoiceForm


@dataclass(frozen=True)
class Choice:
    """One answer that two saves want to change, in the words of the page."""

    number: int
    name: str
    where: str
    conflict: Conflict
    same_person: bool
    mine: str
    theirs: str
    before: str
    unit: str
    both: str
    mine_pieces: tuple[Piece, ...]
    theirs_pieces: tuple[Piece, ...]
    error: str

    @property
    def id(self) -> str:
        return f"keep-{self.number}"

    @property
    def is_text(self) -> bool:
        return self._kind == TEXT

    @property
    def is_light(self) -> bool:
        return self._kind == LIGHT

    @property
    def _kind(self) -> str:
        return kind_of(self.conflict.entry.table, self.conflict.column.field)


def conflict_context(conflicts: list[Conflict], formset: TableFormset, reader: User) -> dict:
    """What the page of a conflict shows that reader; it carries everything posted, so that nothing is lost."""
    asked, choices = set(), []
    for number, conflict in enumerate(conflicts, start=1):
        name = conflict.entry.field_name(conflict.column.field)
        chosen = formset.choices.get(name) or ChoiceForm(formset.data, field=name)
        asked |= set(chosen.names)
        choices.append(_choice(number, name, conflict, chosen, reader))
    codes = {choice.conflict.entry.place.code for choice in choices}
    count = len(choices)
    return {
        "heading": f"{codes.pop()}: two versions" if len(codes) == 1 else "Two versions of some answers",
        "choices": choices,
        "lead": (
            f"{who_saved([conflict.event for conflict in conflicts], reader)} saved after you opened this page. "
            f"{wording.counted(count, 'answer')} {wording.noun(count, 'differs', 'differ')}: "
            f"choose what to keep{'' if count == 1 else ' in each'}."
        ),
        "carried": [
            (name, value)
            for name, values in formset.data.lists()
            for value in values
            if name != "csrfmiddlewaretoken" and name not in asked
        ],
        "choice_errors": [
            {"href": f"#{choice.id}", "text": choice.error} for choice in choices if choice.error
        ],
    }


def _choice(number: int, name: str, conflict: Conflict, chosen: ChoiceForm, reader: User) -> Choice:
    entry, column = conflict.entry, conflict.column
    where = f"{entry.place.code}, {column.at(entry.point)}"
    kind = kind_of(entry.table, column.field)
    pieces = ((), ())
    if kind == TEXT:
        pieces = marked(conflict.mine, conflict.theirs, shorten=False)
    mine, theirs, before = (
        kept_in_words(entry.table, column.field, text)
        for text in (conflict.mine, conflict.theirs, conflict.before)
    )
    return Choice(
        number=number,
        name=name,
        where=where,
        conflict=conflict,
        same_person=conflict.event.by == reader,
        mine=mine,
        theirs=theirs,
        before=before,
        unit=column.unit if kind in (COUNT, MONEY) else "",
        both=conflict.mine if chosen.text_of_both is None else chosen.text_of_both,
        mine_pieces=pieces[0],
        theirs_pieces=pieces[1],
        error=_error(where, chosen),
    )


def _error(where: str, chosen: ChoiceForm) -> str:
    """Why a choice is asked for again; empty the first time."""
    if not chosen.was_met:
        return ""
    if not chosen.keeps:
        return f"{where}: choose which version to keep."
    return f"{where}: another version was saved while you chose. Choose again."
