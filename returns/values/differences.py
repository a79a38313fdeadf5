"""Which words of two versions of a text differ. The work is limited, whatever the texts are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"\n|[^\s]+")
SENTENCE_END = re.compile(r".*[.!?:;]\W*|\n")
AROUND = 15  # unchanged words kept on either side of a change
ALIKE = 0.3  # share of words in common below which single words are not marked, since that only confuses
MOST_STEPS = 200_000  # pairs of equal words looked at in one comparison: about 50 ms

GONE, NEW, SAME, LEFT_OUT = "gone", "new", "same", "left out"


@dataclass(frozen=True)
class Piece:
    """A run of words. kind: same, gone, new, or left out: a count of words that stayed the same."""

    kind: str
    text: str


class TooManySteps(Exception):
    """The texts repeat the same words too often to be compared at this level."""


class LimitedMatcher(SequenceMatcher):
    """Finds the runs that two sequences share; raises TooManySteps instead of taking more than `MOST_STEPS`.

    difflib looks at each pair of equal items, once for each run that it finds: a thousand times the same word
    makes a million pairs.
    """

    def __init__(self, a: list[str], b: list[str]):
        super().__init__(None, a, b, autojunk=False)
        self.steps = 0

    def find_longest_match(self, alo=0, ahi=None, blo=0, bhi=None):
        items = self.a[alo:ahi]
        self.steps += len(items) + sum(len(self.b2j.get(item, ())) for item in items)
        if self.steps > MOST_STEPS:
            raise TooManySteps
        return super().find_longest_match(alo, ahi, blo, bhi)


def marked(old: str, new: str, *, shorten: bool = True) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces that say which words are gone and which are new.

    Texts that repeat themselves so much that their words can't be compared within the limit are compared by
    sentences, or the part that differs is marked as a whole. Unless `shorten` is false, long runs that stayed the
    same are cut down to what is near a change.
    """
    a, b = WORD.findall(old), WORD.findall(new)
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    shared = sum((Counter(middle_a) & Counter(middle_b)).values()) + head + tail
    if 2 * shared < ALIKE * (len(a) + len(b)):
        return whole(old, new)
    steps = [
        ("equal", a[:head], b[:head]),
        *_steps(middle_a, middle_b),
        ("equal", a[len(a) - tail :], b[len(b) - tail :]),
    ]
    around = AROUND if shorten else None
    return _pieces(steps, 1, GONE, around), _pieces(steps, 2, NEW, around)


def whole(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Each text as one piece that is changed as a whole."""
    return (Piece(GONE, old),) if old else (), (Piece(NEW, new),) if new else ()


def _steps(a: list[str], b: list[str]) -> list[tuple]:
    """From one list of words to the other: what is equal and what isn't, by words, sentences or as a whole."""
    try:
        opcodes = LimitedMatcher(a, b).get_opcodes()
        return [(tag, a[i:j], b[k:m]) for tag, i, j, k, m in opcodes]
    except TooManySteps:
        left, right = _sentences(a), _sentences(b)
    try:
        opcodes = LimitedMatcher(left, right).get_opcodes()
    except TooManySteps:
        return [("replace", a, b)]
    return [(tag, _words(left[i:j]), _words(right[k:m])) for tag, i, j, k, m in opcodes]


def _sentences(words: list[str]) -> list[tuple[str, ...]]:
    found, begun = [], []
    for word in words:
        begun.append(word)
        if SENTENCE_END.fullmatch(word):
            found.append(tuple(begun))
            begun = []
    return [*found, tuple(begun)] if begun else found


def _words(sentences: list[tuple[str, ...]]) -> list[str]:
    return [word for sentence in sentences for word in sentence]


def _common(a: list[str], b: list[str]) -> int:
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return count


def _pieces(steps: list[tuple], side: int, kind: str, around: int | None) -> tuple[Piece, ...]:
    """One side of the comparison; of long runs that stayed the same, `around` words at either end are kept."""
    runs: list[tuple[str, list[str]]] = []
    for step in steps:
        words = step[side]
        # A line end that is added or removed is no word, and nobody would see its mark.
        found = SAME if step[0] == "equal" or not any(word != "\n" for word in words) else kind
        if words and runs and runs[-1][0] == found:
            runs[-1][1].extend(words)
        elif words:
            runs.append((found, list(words)))
    pieces = []
    for at, (found, words) in enumerate(runs):
        before, after = at > 0, at < len(runs) - 1
        keep = (around or 0) * (before + after)
        if found == SAME and keep and len(words) > keep + around:
            left_out = sum(word != "\n" for word in words) - keep
            if before:
                pieces.append(Piece(SAME, _join(words[:around])))
            pieces.append(Piece(LEFT_OUT, f"{left_out:,}"))
            if after:
                pieces.append(Piece(SAME, _join(words[-around:])))
        else:
            pieces.append(Piece(found, _join(words)))
    return tuple(pieces)


def _join(words: list[str]) -> str:
    return re.sub(r" ?\n ?", "\n", " ".join(words)).strip()
