"""No text that people type costs more than its length, whatever it is made of and wherever it is typed."""

import unicodedata
from contextlib import suppress

import pytest
from django import forms

from returns.documents.rows import words_of
from returns.values.letters import with_codes
from returns.values.parsing import clean_text, count_words, shorten
from tests.support.growth import LINE, growth
from tests.support.walks import text_fields

SIZE = 8_000  # characters, of which four times as many are tried; no field takes more than 30,000

# Each makes some expression or loop look far ahead, go back, or do much for one character.
ADVERSARIAL = {
    "spaces": " ",
    "spaces with an end": "   x",
    "lines": "\n",
    "blank lines with blanks": " \n\t\n",
    "line ends of every kind": "\r\n\r\x0b\x85\u2028",
    "unseen": "\u200b\u202e\x00",
    "surrogates": "\ud800",
    "marks": "a\u0323\u0301\u0323\u0301\u0323\u0301",
    "marks alone": "\u0301\u0323",
    "marks of another script": "\u05b0\u0327\u05b4\u0301",
    "letters without a face": "漢字",
    "other forms": "℃Ⅳ\U0001d400",
    "private bullets": "\uf0b7 ",
    "digits": "1",
    "digits and commas": "1,",
    "figures": "1,000.0",
    "pounds": "£ ",
    "codes": "R1, ",
    "addresses": "a@a.",
    "points": "a.",
    "markup": "<b>&amp;",
}
WAYS = {
    "clean_text": clean_text,
    "shorten": shorten,
    "count_words": count_words,
    "words_of": words_of,
    "with_codes": with_codes,
}


def repeated(words: str):
    return lambda size: words * (size // len(words))


def different_fields() -> dict[str, forms.Field]:
    """A field of each kind; those that differ in their label alone do the same."""
    found = {}
    for form, name, field in text_fields():
        limits = [getattr(field, limit, None) for limit in ("max_words", "max_length", "parse")]
        found.setdefault((type(field), *limits, type(field.widget)), (f"{form}.{name}", field))
    return dict(found.values())


def tried(field: forms.Field):
    """What a form does with the text, whether it takes it or not."""

    def clean(text: str) -> None:
        with suppress(forms.ValidationError):
            field.clean(text)

    return clean


@pytest.mark.parametrize("words", ADVERSARIAL.values(), ids=ADVERSARIAL)
@pytest.mark.parametrize("way", WAYS)
def test_cleaning_and_printing_cost_no_more_than_the_length(way, words):
    assert growth(WAYS[way], repeated(words), SIZE) < LINE


@pytest.mark.parametrize("words", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_no_field_costs_more_than_the_length(words):
    costs = {name: growth(tried(field), repeated(words), SIZE) for name, field in different_fields().items()}

    assert {name: cost for name, cost in costs.items() if cost >= LINE} == {}


def test_composing_a_whole_text_at_once_would_be_found_out():
    """The twin: accents put together by the library, without pieces."""
    marks = repeated("a" + "\u0301\u0323" * 1_000)

    assert growth(lambda text: unicodedata.normalize("NFC", "a" + text.replace("a", "")), marks, 2_000) > LINE
