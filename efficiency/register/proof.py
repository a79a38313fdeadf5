"""Proof that the funding-risk register agrees with the history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from returns import history
from returns.models import Event, Return

from ..models import Risk
from .acts import LABELS, dismissed_words, in_words, values_of
from .proposals import all_risks


@dataclass
class Told:
    """One risk as its events leave it, with its values in words."""

    values: dict[str, str]
    added: int
    accepted: bool
    version: int = 1
    closed: int | None = None


@history.also_proves
def differences(return_: Return, events: list[Event]) -> Iterator[str]:
    """A sentence for each risk and dismissal that differs from the events or has none."""
    told, dismissed = _replay(events)
    risks = {risk.number: risk for risk in all_risks(return_)}
    for number in sorted(told.keys() | risks.keys()):
        if number not in risks:
            yield f"Risk {number} is missing from the register."
        elif number not in told:
            yield f"Risk {number} is in the register, but the history has no event of it."
        else:
            yield from _differing(risks[number], told[number])
    present = {row.event_id: dismissed_words(row.title) for row in return_.dismissals.all()}
    for event in sorted(dismissed.keys() | present.keys()):
        if dismissed.get(event) != present.get(event):
            words = dismissed.get(event) or present[event]
            yield f"“{words}”: the register differs from the history."


def _replay(events: list[Event]) -> tuple[dict[int, Told], dict[int, str]]:
    """What became of each risk, by its number; and what was dismissed, by the key of its event."""
    told, dismissed = {}, {}
    for event in events:
        if event.kind != Event.Kind.RISK:
            continue
        detail = json.loads(event.detail)
        number = detail["risk"]
        if event.field == "dismissed":
            dismissed[event.pk] = detail["what"]
        elif event.field == "added":
            told[number] = Told(detail["values"], event.pk, accepted=detail["what"].endswith(" accepted"))
        elif event.field == "closed":
            told[number].closed = event.pk
        else:
            told[number].values[event.field] = event.new
            told[number].version = event.version
    return told, dismissed


def _differing(risk: Risk, told: Told) -> Iterator[str]:
    for name, value in values_of(risk).items():
        was, now = told.values[name], in_words(name, value)
        if was != now:
            yield (
                f"Risk {risk.number}, {LABELS[name].lower()}: the history says {was or 'nothing'}, "
                f"the register says {now or 'nothing'}."
            )
    stored = (risk.added_id, risk.closed_id, risk.version, bool(risk.source))
    if stored != (told.added, told.closed, told.version, told.accepted):
        yield f"Risk {risk.number}: who added, accepted, changed or closed it differs from the history."
