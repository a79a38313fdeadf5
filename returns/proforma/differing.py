"""What a newer version of a form changes, for whoever decides whether a return moves to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .schema import Line, Proforma, Section


@dataclass(frozen=True)
class LineChange:
    """One thing said of a line that the newer version says differently; empty where it is not said."""

    section: Section
    line: Line
    what: str
    old: str
    new: str
    rewords: bool = False  # it changes what the owner is asked, and so what was signed


def asks_otherwise(old: Proforma, new: Proforma) -> str:
    """Where the newer version asks for other answers than the older one; empty where it asks for the same.

    Answers are kept under section, table, line, point and field, so a return can only move between versions that
    have these in common.
    """
    before, after = set(_asked(old)), set(_asked(new))
    return next((place for place in [*_asked(old), *_asked(new)] if place not in before & after), "")


def changes_between(old: Proforma, new: Proforma) -> list[LineChange]:
    """What is said differently of the lines, in the order of the form."""
    found = []
    for section in new.sections:
        before = old.section_by_key[section.key].lines_by_key
        for line in section.lines:
            found += [
                LineChange(section, line, what, was, now, what in ("Wording", "Explanation"))
                for (what, was), (_, now) in zip(_said(old, before[line.key]), _said(new, line), strict=True)
                if was != now
            ]
    return found


def _asked(proforma: Proforma) -> Iterator[str]:
    for section in proforma.sections:
        for table in section.tables:
            stem = f"{section.key}.{table.key}"
            yield f"{stem}.{table.model}.{table.shape}"
            yield from (f"{stem}.{column.field}" for column in table.columns)
            yield from (f"{stem}.{point.key}" for point in table.points)
        yield from (f"{section.key}.{line.key}" for line in section.lines)


def _said(proforma: Proforma, line: Line) -> list[tuple[str, str]]:
    kinds = {kind.key: kind.label for kind in proforma.authority_types}
    tier = proforma.tier_of(line)
    return [
        ("Wording", line.label),
        ("Explanation", line.help),
        ("Guidance", line.guidance),
        ("Tier", tier.label if tier else ""),
        ("Applies to", "; ".join(kinds[key] for key in line.applies_to) or "every council"),
        ("How sure the code and the subject are", line.confidence),
        ("How sure it is whom it applies to", line.applies_to_confidence),
    ]
