"""Which letters can be printed: those that all packaged fonts of the documents have, and no others.

`letters.txt` is made from the font files by `.ci/letters`; a test compares the two.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

_NAMED = 3  # letters named in one message; more would hide what to do about them
MOST_MARKS = 4  # accents on one letter; Vietnamese needs two


def _without_face() -> re.Pattern:
    ranges = (Path(__file__).parent / "letters.txt").read_text(encoding="ascii").split()
    ends = ([chr(int(end, 16)) for end in each.split("-")] for each in ranges)
    printed = "".join(f"{re.escape(pair[0])}-{re.escape(pair[-1])}" for pair in ends)
    return re.compile(f"[^\n\t{printed}]+")


_WITHOUT_FACE = _without_face()

# Word processors write these bullets and arrows as private codes of the fonts Symbol and Wingdings, or as
# ornaments that few fonts have.
_BULLETS = (
    "\uf02d\uf06c\uf06e\uf06f\uf070\uf071\uf072\uf075\uf076\uf077\uf09e\uf09f\uf0a0\uf0a1\uf0a7\uf0a8\uf0aa\uf0b2"
    "\uf0b7\uf0d8\uf0dc\uf0fc\uf0fe⁃➢➤❖❏❑◽◾⬥⦁"
)
_ARROWS = "\uf0ae\uf0e0\uf0e8➔➙➜"
_PLAIN = str.maketrans(dict.fromkeys(_BULLETS, "•") | dict.fromkeys(_ARROWS, "→"))

# Normalised piece by piece: for a whole text the time grows with the square of a run of marks.
_MARK = "[\u0300-\u036f]"
_TOO_MANY_MARKS = re.compile(f"({_MARK}{{{MOST_MARKS}}}){_MARK}+")
_MARKED = re.compile(f"[^\u0300-\u036f]{_MARK}{{1,{MOST_MARKS}}}")


def plain(text: str) -> str:
    """The text in letters that can be printed, as far as that is possible without loss.

    Letters and their accents are one character where there is one; bullets of word processors are "•"; what
    Unicode calls only another form of printed letters (ﬅ, Ⅳ, ℃, a space of another width) is written in those.
    """
    if text.isascii():
        return text
    text = _TOO_MANY_MARKS.sub(r"\1", text.translate(_PLAIN))
    text = _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return _WITHOUT_FACE.sub(lambda found: "".join(map(_other_form, found[0])), text)


@lru_cache(maxsize=4096)
def _other_form(letter: str) -> str:
    """The printed letters of which this one is another form; itself where there are none."""
    form = unicodedata.normalize("NFKC", letter)
    return letter if _WITHOUT_FACE.search(form) else form


def unprintable(text: str) -> list[str]:
    """The letters of the text that no packaged font has, each once, in the order of the text."""
    return list(dict.fromkeys("".join(_WITHOUT_FACE.findall(text))))


def refusal(letters: Sequence[str]) -> str:
    """What is wrong with a text that has these letters and what to do, to follow the name of the text."""
    shown = ", ".join(named(letter) for letter in letters[:_NAMED])
    if len(letters) == 1:
        return f"has a letter that can’t be printed: {shown}. Remove it or write it in Latin letters."
    further = f" and {len(letters) - _NAMED:,} more" if len(letters) > _NAMED else ""
    return f"has letters that can’t be printed: {shown}{further}. Remove them or write them in Latin letters."


def named(letter: str) -> str:
    """The letter as itself and by its name in Unicode, or by its code where it has no name."""
    name = unicodedata.name(letter, "")
    return f"“{letter}” ({name})" if name else f"a character without a name ({_code(letter)})"


def with_codes(text: str) -> str:
    """The text with the code of each unprintable letter in its place, such as [U+6F22]."""
    return _WITHOUT_FACE.sub(lambda found: "".join(f"[{_code(letter)}]" for letter in found[0]), text)


def _code(letter: str) -> str:
    return f"U+{ord(letter):04X}"
