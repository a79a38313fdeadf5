"""How each kind of event is told to people."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from ..answers.cells import figures_in_words, kept_in_words
from ..models import Event, Return
from ..models.report_headings import heading_of
from ..proforma import load
from ..values.digests import short_code

# What a correction is of, by the field that its event names.
CORRECTED = {"decision": "Cabinet’s decision", "filing": "The filing"}


@dataclass(frozen=True)
class Telling:
    """What an event did, in words; what was there before and what is there since, blank as "".

    `was` and `became` are None where the event replaced or left no words; `figures` says both of a figure.
    """

    what: str
    was: str | None = None
    became: str | None = None
    figures: str = ""


Tell = Callable[[Return, Event], Telling]


def act(what: str, *, was: bool = False, became: bool = False) -> Tell:
    """An act told always alike; with the words that were there before and with those that are since, or without."""

    def tell(return_: Return, event: Event) -> Telling:
        return Telling(what, event.old if was else None, event.new if became else None)

    return tell


def move(what: str) -> Tell:
    """An act that brought the return from one state into another."""

    def tell(return_: Return, event: Event) -> Telling:
        before, since = Return.Status(event.old), Return.Status(event.new)
        return Telling(what, before.label, since.label)

    return tell


def answer(return_: Return, event: Event) -> Telling:
    """The question in the form's words, and both answers in its choices' words."""
    _, table = return_.proforma.tables[event.table]
    column = table.column(event.field)
    what = f"{column.label}, {table.point(event.point).name}" if event.point else column.label
    was, became = (kept_in_words(table, event.field, text) for text in (event.old, event.new))
    return Telling(what, was, became, figures_in_words(table, column, was, became))


def owner(return_: Return, event: Event) -> Telling:
    return Telling("Owner", event.old or "nobody", event.new or "nobody")


def correction(return_: Return, event: Event) -> Telling:
    return Telling(f"{CORRECTED[event.field]} corrected", event.old, event.new)


def version(return_: Return, event: Event) -> Telling:
    stored = json.loads(event.detail)
    return Telling("Version stored", became=f"Version {stored['number']}, code {short_code(stored['data'])}")


def form(return_: Return, event: Event) -> Telling:
    return Telling("Newer version of the form adopted", load(event.old).name, load(event.new).name)


def report(return_: Return, event: Event) -> Telling:
    return Telling(f"Covering report edited: {heading_of(event.field).title}", event.old, event.new)


def report_copy(return_: Return, event: Event) -> Telling:
    kept = json.loads(event.detail)
    words = f"Edition {kept['edition']}, with version {kept['version']}, code {short_code(kept['data'])}"
    return Telling("Covering report stored", became=words)
