"""What changed since Cabinet saw the return, as a document."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.template.loader import render_to_string

from ..models import Return, Version
from ..values import wording
from ..values.digests import short_code
from ..values.parsing import clean_text
from ..versions.comparing import Comparison, compare
from .engine.sheet import Sheet
from .return_ import council_css


@dataclass(frozen=True)
class ChangesDocument:
    """The comparison with its title and sentences, the same on the page and in the PDF."""

    council: str
    round: str
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    foot: tuple[str, str]
    comparison: Comparison


def changes_document(return_: Return, comparison: Comparison, as_at: datetime.datetime) -> ChangesDocument:
    """The comparison with its title and sentences, for the page and the PDF."""
    stamp = wording.moment(as_at)
    now = _cites(comparison.now) if comparison.now else f"the answers as at {stamp}"
    facts, compares = (), "Cabinet has not had the return"
    if comparison.seen:
        facts = (("Cabinet saw", _cites(comparison.seen)), ("Compared with", now))
        compares = (
            f"Compares version {comparison.seen.number} (code {short_code(comparison.seen.digest)}) with "
        )
        compares += (
            f"version {comparison.now.number} (code {short_code(comparison.now.digest)})"
            if comparison.now
            else now
        )
    return ChangesDocument(
        council=clean_text(return_.authority.name),
        round=f"{return_.proforma.round.name} return {return_.proforma.round.deadline.year}",
        title="What changed since Cabinet saw it",
        lead=_lead(return_, comparison),
        facts=facts,
        foot=(compares, f"{return_.proforma.name} · printed {stamp}"),
        comparison=comparison,
    )


def changes_sheet(return_: Return, *, as_at: datetime.datetime, copies_only: bool = False) -> Sheet:
    """The changed answers as a document; with `copies_only` those of the latest stored copy, not of later work."""
    document = changes_document(return_, compare(return_, copies_only=copies_only), as_at)
    html = render_to_string("documents/changes.html", {"document": document})
    name = f"{return_.round}-{return_.authority.slug}-changes"
    return Sheet(name, html, council_css(return_.authority), as_at)


def _cites(version: Version) -> str:
    return f"{version.called}; code {short_code(version.digest)}"


def _lead(return_: Return, comparison: Comparison) -> str:
    """How many answers have changed; where none has, why, and what will be listed later."""
    if comparison.seen is None:
        return (
            "Cabinet has not had the return yet, so nothing can have changed since. Once the e-government lead "
            "sends it to Cabinet, every answer that is changed afterwards is listed here."
        )
    count, all_ = comparison.count, f"{comparison.compared:,}"
    if comparison.is_seen and not count:
        return (
            f"None of the {all_} answers has changed: this is the copy that Cabinet has, and the answers are locked "
            "until it has decided. Changes made after that are listed here."
        )
    if not count:
        return (
            f"None of the {all_} answers has changed since Cabinet saw the return. A change made from now on is "
            "listed here with who made it and why."
        )
    verb = "has" if count == 1 else "have"
    rest = "Everything that is not listed is the same, word for word."
    return f"{count:,} of the {all_} answers {verb} changed. {rest}"
