"""Which words differ: what is marked, and how much work that takes at most."""

import random
import sys
from difflib import SequenceMatcher

import pytest

from returns.acts.review import MAX_WORDS
from returns.models.report_headings import MAX_WORDS as PARAGRAPH_WORDS
from returns.proforma import load
from returns.values.differences import GONE, LEFT_OUT, NEW, SAME, marked


def joined(pieces) -> str:
    """The pieces as one text, the gone in brackets, the new in braces."""
    marks = {GONE: "[{}]", NEW: "{{{}}}", SAME: "{}", LEFT_OUT: "<{}>"}
    return " ".join(marks[piece.kind].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        (
            "Calls fell to 8 a day",
            "Calls fell to 9 a day",
            "Calls fell to [8] a day",
            "Calls fell to {9} a day",
        ),
        ("", "All new", "", "{All new}"),
        ("All gone", "", "[All gone]", ""),
        ("one two three", "four five six", "[one two three]", "{four five six}"),
        ("One line", "One\n\nline", "One line", "One\n\nline"),
        ("A  b", "A b", "A b", "A b"),
        (
            " ".join(f"w{n}" for n in range(90)) + " end",
            " ".join(f"w{n}" for n in range(90)) + " stop",
            "<75> " + " ".join(f"w{n}" for n in range(75, 90)) + " [end]",
            "<75> " + " ".join(f"w{n}" for n in range(75, 90)) + " {stop}",
        ),
    ],
)
def test_words_that_differ_are_marked_and_no_others(old, new, was, now):
    assert tuple(map(joined, marked(old, new))) == (was, now)


def test_nothing_of_either_text_is_lost_by_marking():
    """All that is said stands in the pieces, but for what they say they left out."""
    chance = random.Random(4)
    for _ in range(200):
        words = [chance.choice("abcdefgh") for _ in range(chance.randint(0, 60))]
        other = [word for word in words if chance.random() > 0.2] + [chance.choice("xyz")] * chance.randint(
            0, 3
        )
        for text, pieces in zip((words, other), marked(" ".join(words), " ".join(other)), strict=True):
            kept = sum(len(p.text.split()) for p in pieces if p.kind != LEFT_OUT)
            left = sum(int(p.text.replace(",", "")) for p in pieces if p.kind == LEFT_OUT)
            assert kept + left == len(text)


def test_conflicts_show_every_word():
    """Somebody who has to choose between two texts reads both as a whole."""
    same = " ".join(f"w{n}" for n in range(90))

    found = marked(f"{same} mine", f"{same} theirs", shorten=False)

    assert tuple(map(joined, found)) == (f"{same} [mine]", f"{same} {{theirs}}")


def test_text_that_repeats_itself_is_compared_by_its_sentences():
    begun = ["not started yet, not started."] * 50
    old, new = [*begun, "Ready in May.", *begun * 4], [*begun * 4, "Ready in June.", *begun]

    was, now = marked(" ".join(old), " ".join(new), shorten=False)

    assert [piece.text for piece in now if "June" in piece.text and piece.kind == NEW] != []
    assert [piece.text for piece in was if "May" in piece.text and piece.kind == GONE] != []
    assert {piece.kind for piece in (*was, *now)} == {SAME, GONE, NEW}


# The longest text that any form takes, in words.
LONGEST = max(
    MAX_WORDS,
    PARAGRAPH_WORDS,
    *(
        column.max_words or 0
        for section in load("ieg4").sections
        for table in section.tables
        for column in table.columns
    ),
)
TWO_HUNDRED_MS = 2_500_000  # lines of Python: this many take about 200 ms on a slow computer


class TooManyLines(Exception):
    pass


def lines_executed(function, *given) -> int:
    """How many lines of Python that call runs; a measure of work that no busy computer changes."""
    count = 0

    def tracing(frame, event, arg):
        nonlocal count
        count += event == "line"
        if count > TWO_HUNDRED_MS:
            raise TooManyLines
        return tracing

    before = sys.gettrace()
    sys.settrace(tracing)
    try:
        function(*given)
    finally:
        sys.settrace(before)
    return count


def repetitive(kind: str) -> tuple[str, str]:
    chance = random.Random(1)
    few = [f"w{n}" for n in range(20)]
    sentences = ["not started.", "we do it.", "done by May."]
    old, new = {
        "one word": (["a"] * LONGEST, ["b", *["a"] * (LONGEST - 2), "c"]),
        "two words": (["a", "b"] * (LONGEST // 2), chance.choices("ab", k=LONGEST)),
        "few words": (chance.choices(few, k=LONGEST), chance.choices(few, k=LONGEST)),
        "short sentences": (
            chance.choices(sentences, k=LONGEST // 3),
            chance.choices(sentences, k=LONGEST // 3),
        ),
        "one letter sentences": (
            chance.choices(["a.", "b."], k=LONGEST),
            chance.choices(["a.", "b."], k=LONGEST),
        ),
        "reversed": ([f"x{n}" for n in range(LONGEST)], [f"x{n}" for n in reversed(range(LONGEST))]),
        "lines": (["a", "\n"] * LONGEST, chance.choices(["a", "\n"], k=2 * LONGEST)),
    }[kind]
    return " ".join(old), " ".join(new)


KINDS = ["one word", "two words", "few words", "short sentences", "one letter sentences", "reversed", "lines"]


@pytest.mark.parametrize("kind", KINDS)
def test_longest_texts_are_marked_with_limited_work(kind):
    assert lines_executed(marked, *repetitive(kind)) < TWO_HUNDRED_MS


def test_without_the_limit_repetitive_texts_take_too_much_work():
    def unlimited(old, new):
        SequenceMatcher(None, old.split(), new.split(), autojunk=False).get_opcodes()

    with pytest.raises(TooManyLines):
        lines_executed(unlimited, *repetitive("two words"))
