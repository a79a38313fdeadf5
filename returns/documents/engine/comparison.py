"""Two PDF files compared object by object. Runs in a child process: any bytes may come.

Compared is everything that can be reached from the catalogue and the description of the document (`facts`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import pikepdf

from .facts import File
from .objects import NONE, Fact, Facts

LARGEST_BLOCK = 40  # pages that are matched with each other by what they have in common


def compare(stored: bytes, found: bytes) -> bytes:
    """JSON: same, sections, missing, added, moved, changed, rest.

    `same` is the number of stored pages in which nothing differs; `sections` are [title, first page] of the stored
    file. Pages are numbered from 1: `missing` are stored pages, `added` [page of the file, the stored page it
    repeats or null], `moved` [stored page, page of the file], `changed` [stored page, what, stored, found],
    `rest` [what, stored, found]. Raises whatever a broken file raises.
    """
    with pikepdf.open(io.BytesIO(stored)) as ours, pikepdf.open(io.BytesIO(found)) as theirs:
        return json.dumps(_compared(File(ours), File(theirs))).encode()


def _compared(ours: File, theirs: File) -> dict:
    looks = [[file.looks(page) for page in file.pages] for file in (ours, theirs)]
    pairs, moved = _with_moved(list(aligned(*looks)), *looks)
    for token, pair in enumerate(pairs):
        for file, number in zip((ours, theirs), pair, strict=True):
            if number is not None:
                file.name_page(number, f"page {token}")
    for file in (ours, theirs):
        file.name_attachments()
    changed = []
    for old, new in pairs:
        if old is not None and new is not None:
            found = [*_unequal(looks[0][old], looks[1][new]), *_notes(ours.notes(old), theirs.notes(new))]
            changed += [[old + 1, *each] for each in found]
    missing = [old + 1 for old, new in pairs if new is None]
    unlike = {*missing, *(old for old, _ in moved), *(old for old, *_ in changed)}
    return {
        "same": len(ours.pages) - len(unlike),
        "sections": ours.sections(),
        "missing": missing,
        "added": [[new + 1, _first(looks[0], looks[1][new])] for old, new in pairs if old is None],
        "moved": moved,
        "changed": changed,
        "rest": list(_unequal(ours.rest(), theirs.rest())),
    }


def _with_moved(pairs: list[tuple], ours: list, theirs: list) -> tuple[list[tuple], list[list[int]]]:
    """The pairs, with a page that is missing in one place and added in another as one pair; and those pages."""
    moved = []
    for new in [new for old, new in pairs if old is None]:
        old = next((old for old, other in pairs if other is None and ours[old] == theirs[new]), None)
        if old is not None:
            pairs = [each for each in pairs if each not in ((old, None), (None, new))] + [(old, new)]
            moved.append([old + 1, new + 1])
    return pairs, moved


def _first(pages: list, page) -> int | None:
    """The number of the first page that looks like this one."""
    return pages.index(page) + 1 if page in pages else None


def _unequal(ours: Facts, theirs: Facts) -> Iterator[list[str]]:
    for what in dict.fromkeys([*ours, *theirs]):
        one, other = ours.get(what, NONE), theirs.get(what, NONE)
        if not one.fits(other):
            yield [what, *_told(one, other)]


def _notes(ours: list[Fact], theirs: list[Fact]) -> Iterator[list[str]]:
    for old, new in aligned(ours, theirs):
        one, other = NONE if old is None else ours[old], NONE if new is None else theirs[new]
        if not one.fits(other):
            yield ["annotation", *_told(one, other)]


def _told(one: Fact, other: Fact) -> tuple[str, str]:
    return one.shown, f"{other.shown}; its content differs" if one.shown == other.shown else other.shown


def aligned(ours: Sequence, theirs: Sequence) -> Iterator[tuple[int | None, int | None]]:
    """Both as pairs of positions: equal ones first of all, then those most alike; None where one has no other."""
    keys = [[repr(each) for each in side] for side in (ours, theirs)]
    for tag, i, j, k, m in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        old, new = list(range(i, j)), list(range(k, m))
        if tag == "equal" or len(old) == len(new):
            yield from zip(old, new, strict=True)
            continue
        while old and new:
            block = [(a, b) for a in old[:LARGEST_BLOCK] for b in new[:LARGEST_BLOCK]]
            pair = max(block, key=lambda pair: _in_common(ours[pair[0]], theirs[pair[1]]))
            yield pair
            old.remove(pair[0])
            new.remove(pair[1])
        yield from ((each, None) for each in old)
        yield from ((None, each) for each in new)


def _in_common(one, other) -> int:
    return sum(other.get(what) == fact for what, fact in one.items()) if isinstance(one, dict) else 0
