from decimal import Decimal

import pytest

from returns.values.parsing import NotTyped, clean_text, count_words, parse_count, parse_money


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", None),
        ("  ", None),
        ("0", 0),
        (" 45 ", 45),
        ("1,200", 1200),
        ("1200", 1200),
        ("999,999,999", 999999999),
    ],
)
def test_parse_count_reads_the_published_forms(typed, read):
    assert parse_count(typed) == read


REFUSED = [
    "1_000", "１２", "١٢", "1e308", "1E3", "NaN", "nan", "inf", "-1", "-0", "+5", "1.5", "1,2", "12,34", "1,2345",
    "1 200", "£5", "45%", "N/A", "-", "0x10", "1234567890", "½", "Ⅳ", "12\x00", "1.234,56", "true", "=1+1", "1,,000",
]  # fmt: skip


@pytest.mark.parametrize("typed", REFUSED)
def test_parse_count_refuses_with_what_to_type(typed):
    with pytest.raises(NotTyped, match="Type a whole number in figures, such as 0, 45 or 1,200"):
        parse_count(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", None),
        ("0", Decimal(0)),
        ("12.5", Decimal("12.5")),
        ("£1,200", Decimal(1200)),
        ("1,200.5", Decimal("1200.5")),
    ],
)
def test_parse_money_reads_the_published_forms(typed, read):
    assert parse_money(typed) == read


@pytest.mark.parametrize(
    "typed", [t for t in REFUSED if t not in ("1.5", "£5")] + ["12.55", "12.", ".5", "£", "5k"]
)
def test_parse_money_refuses_with_what_to_type(typed):
    with pytest.raises(NotTyped, match="Type £ thousand in figures"):
        parse_money(typed)


def test_parse_money_reads_a_decimal_place_and_a_pound_sign():
    assert (parse_money("1.5"), parse_money("£5")) == (Decimal("1.5"), Decimal(5))


def test_clean_text_drops_what_cannot_be_seen_and_keeps_the_rest():
    typed = "  One\r\ntwo\x0bthree\x00\x1b\u202e four \ud800\u200bfive\n\n\n\n<b>=six</b> naïve “£5” \n"

    cleaned = clean_text(typed)

    assert cleaned == "One\ntwo\nthree four five\n\n<b>=six</b> naïve “£5”"
    assert clean_text(cleaned) == cleaned


def test_count_words_counts_between_blanks():
    assert [count_words(text) for text in ("", " one ", "one two\nthree", "e-mail it’s")] == [0, 1, 3, 2]
