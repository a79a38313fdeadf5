"""What an answer says. Nought, blank, nil and not applicable are four things."""

from collections import Counter
from decimal import Decimal

import pytest

from returns.answers import cells
from returns.answers.reader import read
from returns.models import Return
from tests.support.factories import blank_return


def said(cell):
    return cells.typed(cell), cells.in_words(cell), cells.for_spreadsheet(cell)


def cell_of(section, line, field):
    """One answer of a line, at its first date or year where it has them; of a new return."""
    answers = read(blank_return(), section)
    place = answers.place(section, line)
    return answers, next(cell for cell in answers.cells(place) if cell.column.field == field)


def again(answers, cell):
    """The answer as it is once its records were changed."""
    return next(each for each in answers.cells(cell.entry.place) if each.address == cell.address)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ("", "", None)),
        (Decimal("0.0"), ("0", "0", Decimal("0.0"))),
        (Decimal("12.0"), ("12", "12", Decimal("12.0"))),
        (Decimal("1234.5"), ("1234.5", "1,234.5", Decimal("1234.5"))),
    ],
)
def test_money_is_said_as_a_figure_and_nought_is_not_blank(db, value, words):
    _, cell = cell_of("resources", "RS1", "amount")
    cell.entry.record.amount = value

    assert said(cell) == words


@pytest.mark.parametrize("value", [None, Decimal("12.0")])
def test_a_figure_of_a_line_declared_nil_is_nil_whatever_it_held(db, value):
    answers, cell = cell_of("resources", "RS1", "amount")
    cell.entry.record.amount = value
    answers.head(cell.entry.place).nil = True

    assert said(again(answers, cell)) == ("nil", "nil", None)
    assert answers.outside(cell.entry.place) == "Nil"


@pytest.mark.parametrize(
    ("value", "words"), [("", ("", "", None)), ("R", ("R", "R", "Red")), ("G", ("G", "G", "Green"))]
)
def test_a_light_is_said_by_its_letter_and_in_a_spreadsheet_by_its_name(db, value, words):
    _, cell = cell_of("outcomes", "R1", "light")
    cell.entry.record.light = value

    assert said(cell) == words


@pytest.mark.parametrize("value", ["", "G"])
def test_a_light_of_an_outcome_that_does_not_apply_is_not_applicable_whatever_it_held(db, value):
    answers, cell = cell_of("outcomes", "R1", "light")
    cell.entry.record.light = value
    answers.head(cell.entry.place).applicability = "not_applicable"

    assert said(again(answers, cell)) == ("N", "N", None)
    assert answers.lights(cell.entry.place) == ["N"] * 4
    assert answers.outside(cell.entry.place) == "Not applicable"


def test_what_is_declared_of_a_line_is_said_in_words(db):
    _, applicability = cell_of("outcomes", "R1", "applicability")
    assert said(applicability) == ("It applies",) * 3


def test_a_tick_is_yes_or_no(db):
    answers, tick = cell_of("resources", "RS1", "nil")
    assert said(tick) == ("No",) * 3

    tick.entry.record.nil = True
    assert said(again(answers, tick)) == ("Yes",) * 3


@pytest.mark.parametrize(
    ("field", "posted", "words"),
    [
        ("nil", "on", "Yes"),
        ("nil", "", ""),
        ("reason", "no partner\npays", "no partner\npays"),
        ("amount", "12,3 or so", "12,3 or so"),
    ],
)
def test_what_was_posted_is_said_as_it_was_typed(db, field, posted, words):
    _, cell = cell_of("resources", "RS1", field)

    assert cells.posted_in_words(cell.entry.table, field, posted) == words


@pytest.mark.parametrize(("posted", "words"), [("G", "Green"), ("", ""), ("X", "X")])
def test_a_light_that_was_posted_is_said_by_its_name(db, posted, words):
    _, cell = cell_of("outcomes", "R1", "light")

    assert cells.posted_in_words(cell.entry.table, "light", posted) == words


@pytest.mark.parametrize("council", ["marchshire", "wyeborough"])
def test_lights_are_counted_as_the_answers_say_them(db, council):
    answers = read(Return.objects.select_related("authority").get(authority__slug=council))
    places = list(answers.places())
    wanted = Counter(
        (cell.entry.point.key, cells.typed(cell))
        for place in places
        for cell in answers.cells(place)
        if cell.column.field == "light"
    )

    assert answers.count_lights(places) == wanted
    assert wanted.total() == (72 + 14) * 4
    assert {light for _, light in wanted} == {"R", "A", "G", "N", ""} - (
        {""} if council == "wyeborough" else set()
    )
