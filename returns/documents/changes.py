"""What changed since Cabinet saw the return, as a document."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from ..models import Return, Version
from ..values.digests import short_code
from ..values.parsing import clean_text
from ..versions.comparing import Comparison, compare
from .engine.sheet import Sheet
from .return_ import council_css

DASH = "–"


@dataclass(frozen=True)
class ChangesDocument:
    """The comparison with the words around it: alike on the page and on paper."""

    council: str
    round: str
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    foot: tuple[str, str]
    comparison: Comparison


def changes_document(return_: Return, comparison: Comparison, as_at: datetime.datetime) -> ChangesDocument:
    """The comparison in the words of page and paper."""
    stamp = date_format(localtime(as_at), "j F Y, H.i")
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
    """The altered elements of the return; with `copies_only` of the latest copy, not of what is worked on since."""
    document = changes_document(return_, compare(return_, copies_only=copies_only), as_at)
    html = render_to_string("documents/changes.html", {"document": document})
    name = f"{return_.round}-{return_.authority.slug}-changes"
    return Sheet(name, html, council_css(return_.authority), as_at)


def _cites(version: Version) -> str:
    return f"{version.called}; code {short_code(version.digest)}"


def _lead(return_: Return, comparison: Comparison) -> str:
    """What there is to read, in a sentence; where there is nothing, why, and what comes next."""
    if comparison.seen is None:
        return (
            "Cabinet has not had the return yet, so nothing can have changed since. Once the e-government lead "
            "sends it to Cabinet, every element that is altered afterwards is listed here."
        )
    count, all_ = comparison.count, f"{comparison.compared:,}"
    if comparison.is_seen and not count:
        return (
            f"None of the {all_} elements has changed: Cabinet has this very copy, and the answers are locked "
            "until it has decided. Changes made after that are listed here."
        )
    if not count:
        return (
            f"None of the {all_} elements has changed since Cabinet saw the return. A change made from now on is "
            "listed here with who made it and why."
        )
    verb = "has" if count == 1 else "have"
    rest = "Everything that is not listed is the same, word for word."
    return f"{count:,} of the {all_} elements {verb} changed. {rest}"
