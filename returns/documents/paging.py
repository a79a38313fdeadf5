"""Where the return begins a new page: its parts, each rendered separately."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from .rows import LightRow, RowGroup, SectionRows

# Rough sizes of the table of ratings in print.css, in points. It only decides where a page ends early.
LINE = 11.5
LABEL = 44  # letters to a line in the column of the outcome
COMMENT = 112  # letters to a line of a comment below its row
PADDING = 6
HEADING = 60  # of an area with the head of its table
REMARK = 36  # letters to a line of a comment beside its row
OPENING = 90.0  # of the section, before its first area
PAGE = 690
STRETCH, LONGEST = 2 * PAGE, 3 * PAGE


@dataclass(frozen=True)
class PartRows:
    """Sections, or areas of one, on pages of their own."""

    name: str
    sections: tuple[SectionRows, ...]


def parts_of(sections: tuple[SectionRows, ...]) -> tuple[PartRows, ...]:
    """The sections by the pages that they share; one with many areas is divided between areas."""
    groups: list[list[SectionRows]] = []
    for section in sections:
        if section.follows and groups:
            groups[-1].append(section)
        else:
            groups += [[stretch] for stretch in _stretches(section)]
    names: dict[str, int] = {}
    parts = []
    for group in groups:
        key = group[0].key
        names[key] = names.get(key, 0) + 1
        name = key if names[key] == 1 else f"{key}-{names[key]}"
        parts.append(PartRows(name, tuple(group)))
    return tuple(parts)


def _stretches(section: SectionRows) -> Iterator[SectionRows]:
    """The section, divided between areas where about two pages are full: one answer seldom moves another stretch."""
    if not section.divided:
        yield section
        return
    taken: list[RowGroup] = []
    height, first = OPENING, True
    for group in section.groups:
        needed = HEADING + sum(map(_height, group.rows))
        if taken and height + needed > STRETCH and not _better_with(height, needed):
            yield replace(section, groups=tuple(taken), continued=not first)
            taken, height, first = [], 0.0, False
        taken.append(group)
        height += needed
    yield replace(section, groups=tuple(taken), continued=not first)


def _better_with(height: float, needed: float) -> bool:
    """Whether a third page would leave less empty than to end here."""
    return height + needed <= LONGEST and -(height + needed) % PAGE < -height % PAGE


def _height(row: LightRow) -> float:
    beside = "" if row.comment.long else row.comment.text or f"Not yet answered. {row.comment.todo}"
    lines = max(ceil(len(f"{row.label} {row.help}") / LABEL), ceil(len(beside) / REMARK))
    height = PADDING + LINE * lines
    if row.comment.long:
        height += PADDING + LINE * sum(
            ceil((len(line) + 1) / COMMENT) for line in row.comment.text.splitlines()
        )
    return height
