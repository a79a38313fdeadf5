"""Letters that documents can print: read from the fonts, asked wherever text is typed, refused by name."""

import subprocess
import sys
from pathlib import Path

import pytest
from django import forms

from returns import proforma
from returns.forms.answers import answer_form
from returns.values import letters
from returns.values.parsing import clean_text
from tests.support.walks import text_fields

ROOT = Path(__file__).resolve().parents[4]

# Fields whose text no document prints, each with the reason.
NOT_PRINTED = {
    ("SignInForm", "username"): "compared with what is stored",
    ("SignInForm", "password"): "compared with what is stored",
    ("PersonForm", "username"): "plain ASCII, by its own rule",
    ("PersonForm", "email"): "mail is sent to it",
    ("PersonForm", "new_password"): "stored as a digest",
    ("ParagraphForm", "drafted"): "compared with what is drafted now",
    ("AdoptForm", "key"): "compared with the key of the newest version",
}


def test_letters_are_those_that_all_packaged_faces_have():
    """When this fails, write the file anew: .ci/letters > returns/values/letters.txt"""
    made = subprocess.run([sys.executable, ROOT / ".ci/letters"], capture_output=True, text=True, check=True)

    assert (ROOT / "returns/values/letters.txt").read_text() == made.stdout


@pytest.mark.parametrize(
    "text",
    [
        "Llŷn, tŷ, dŵr, môr, pâr, sïo, ẁ, ẃ, ẅ, ỳ, ÿ, Ŵ, Ŷ",
        "Zażółć gęślą jaźń ZAŻÓŁĆ GĘŚLĄ JAŹŃ",
        "Příliš žluťoučký kůň úpěl ďábelské ódy PŘÍLIŠ ŽLUŤOUČKÝ KŮŇ",
        "Árvíztűrő tükörfúrógép; Ștefan cel Mare, Țara; Ğ ğ İ ı Ş ş; þú, æ, ð; ő; ģ ķ ļ ņ; Tiếng Việt",
        "Ελληνικά, άέήίόύώ ΐΰ; ἀρχὴ ἥμισυ παντός",
        "Съешь ещё этих мягких французских булок, да выпей чаю; Їжак, Ґанок, Ќ, Љ, Џ",
        "• – — ‘’ “” … £ € ½ ¾ ² ³ ° × ÷ ± ≤ ≥ → ✓ ✗ ■ ▪ ● ○ † ‡ ™ ® © № ﬁ ﬂ ‑",
    ],
)
def test_letters_of_europe_are_kept_and_printed(text):
    assert (clean_text(text), letters.unprintable(text)) == (text, [])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "\uf0b7 one\n\uf0a7 two\n\uf0d8 three\n\uf02d four\n\uf0fc five",
            "• one\n• two\n• three\n• four\n• five",
        ),
        ("➢ one\n❖ two", "• one\n• two"),
        ("paper \uf0e0 web", "paper → web"),
        ("cafe\u0301 w\u0302n m\u0302", "café ŵn m\u0302"),
        ("a\u0301\u0323\u0302\u0308\u0307\u0306", "ạ\u0301\u0302\u0308"),
        ("20 ℃ at Ⅳ, ５０％, \U0001d400", "20 °C at IV, 50%, A"),
        ("1\u2003000\u3000m", "1 000 m"),
        ("co\u200doperate \u2764\ufe0f", "cooperate \u2764"),
        ("soft\u00adhyphen", "soft\u00adhyphen"),
    ],
)
def test_other_forms_of_printed_letters_are_written_in_those(typed, kept):
    assert (clean_text(typed), clean_text(kept), letters.unprintable(kept)) == (kept, kept, [])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "Use 漢 here",
            "Why has a letter that can’t be printed: “漢” (CJK UNIFIED IDEOGRAPH-6F22). "
            "Remove it or write it in Latin letters.",
        ),
        (
            "Done 😀",
            "Why has a letter that can’t be printed: “😀” (GRINNING FACE). "
            "Remove it or write it in Latin letters.",
        ),
        (
            "Smile \uf04a",
            "Why has a letter that can’t be printed: a character without a name (U+F04A). "
            "Remove it or write it in Latin letters.",
        ),
        (
            "שלום שלום",
            "Why has letters that can’t be printed: “ש” (HEBREW LETTER SHIN), “ל” (HEBREW LETTER LAMED), "
            "“ו” (HEBREW LETTER VAV) and 1 more. Remove them or write them in Latin letters.",
        ),
    ],
)
def test_letter_without_face_is_refused_by_name(typed, sentence):
    field = next(field for form, name, field in text_fields() if (form, name) == ("ReasonForm", "reason"))

    with pytest.raises(forms.ValidationError) as refused:
        field.clean(typed)

    assert refused.value.messages == [sentence]


def test_every_field_whose_text_is_printed_refuses_a_letter_without_face():
    """Fields of a form added later are found by themselves."""
    accepting = {(form, name) for form, name, field in text_fields() if _accepts(field, "Use 漢 here")}

    assert accepting == set(NOT_PRINTED)


def _accepts(field, text: str) -> bool:
    try:
        field.clean(text)
    except forms.ValidationError as refused:
        return not any(
            "can’t be printed" in each or "isn’t" in each or "is no" in each for each in refused.messages
        )
    return True


def test_address_of_the_contact_is_printed_and_so_refuses_them():
    (table,) = proforma.load("ieg4").section_by_key["cover"].tables
    field = answer_form(table).base_fields["email"]

    with pytest.raises(forms.ValidationError) as refused:
        field.clean("clerk@漢.example")

    assert refused.value.messages == [
        f"{field.label} has a letter that can’t be printed: “漢” (CJK UNIFIED IDEOGRAPH-6F22). "
        "Remove it or write it in Latin letters."
    ]


def test_code_stands_for_a_letter_without_face():
    assert letters.with_codes("<p>漢 and\tÉ\n\uf04a</p>") == "<p>[U+6F22] and\tÉ\n[U+F04A]</p>"


def test_definition_of_the_form_can_be_printed():
    text = (ROOT / "returns/proforma/ieg4.json").read_text()

    assert letters.unprintable(text) == []
