"""The re-keying sheet: for each answer a reference, the answer as it is to be typed, and a box to tick."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.text import capfirst

from .. import clock
from ..answers.reader import Answers, read
from ..exchange.rekeying import KeyedCell, keyed_cells
from ..models import Return
from ..proforma import Section
from ..rules import access
from ..rules.states import state_words
from ..values import wording
from ..values.digests import short_code
from ..values.parsing import clean_text
from ..versions.snapshot import thaw_version
from .engine.sheet import Sheet
from .return_ import council_css


@dataclass(frozen=True)
class LineCells:
    """The answers of one line, or of a record."""

    code: str
    label: str
    cells: tuple[KeyedCell, ...]


def answers_to_key(return_: Return) -> tuple[Answers, str]:
    """The answers to be keyed, and a sentence that says which they are: those of the latest version, or a draft."""
    version = return_.latest_version
    if version and return_.status in access.LOCKED:
        words = f"{capfirst(version.called)}, code {short_code(version.digest)}"
        if not version.is_approved:
            words += ": not for keying, since Cabinet has not approved it"
        return thaw_version(return_, version), words
    return read(return_), f"Draft, {state_words(return_, clock.today()).foot}: not for keying"


def rekeying_sheet(return_: Return, *, as_at: datetime.datetime) -> Sheet:
    """Every answer that is keyed, in the order of the proforma."""
    answers, words = answers_to_key(return_)
    cells = keyed_cells(answers)
    round_ = return_.proforma.round
    context = {
        "council": clean_text(return_.authority.name),
        "round": f"{round_.name} return {round_.deadline.year}",
        "system": round_.system,
        "draft": not answers.frozen,
        "words": words,
        "stamp": f"{words} · printed {wording.moment(as_at)}",
        "proforma": return_.proforma.name,
        "count": f"{len(cells):,}",
        "blank": sum(not cell.typed for cell in cells),
        "sections": [(section, _lines(cells, section)) for section in answers.sections],
    }
    html = render_to_string("documents/rekeying.html", context)
    return Sheet(
        f"{return_.round}-{return_.authority.slug}-rekeying", html, council_css(return_.authority), as_at
    )


def _lines(cells: list[KeyedCell], section: Section) -> list[LineCells]:
    grouped: dict[str, list[KeyedCell]] = {}
    for cell in cells:
        if cell.section.key == section.key:
            grouped.setdefault(cell.line.key if cell.line else "", []).append(cell)
    return [
        LineCells(code, found[0].line.label if code else "", tuple(found)) for code, found in grouped.items()
    ]
