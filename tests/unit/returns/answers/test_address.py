"""One address of a place, a record and an answer, with one way each to and from what is stored and sent."""

import json

import pytest
from django.http import QueryDict
from django.urls import resolve

from returns.answers.address import FieldName, PlaceName, RecordName
from returns.answers.reader import read
from returns.models import Return, SignOff
from returns.proforma import load
from returns.values.address import PlaceAddress
from returns.versions.snapshot import freeze


@pytest.fixture(params=["marchshire", "wyeborough"])
def answers(request, db):
    return read(Return.objects.select_related("authority").get(authority__slug=request.param))


def entries_of(answers):
    return [entry for place in answers.places() for entry in answers.entries(place)]


def cells_of(answers):
    return [cell for place in answers.places() for cell in answers.cells(place)]


def test_each_place_is_found_by_its_address(answers):
    places = list(answers.places())

    assert [answers.at(place.key) for place in places] == places
    assert len({place.key for place in places}) == len(places)


def test_what_an_address_has_not_is_none(answers):
    parts = [part for place in answers.places() for part in place.key]
    parts += [part for entry in entries_of(answers) for part in entry.address]

    assert "" not in parts
    assert {type(part) for part in parts} == {str, int, type(None), PlaceAddress}


def test_no_place_is_found_where_nothing_is_asked(answers):
    education = answers.departments[0].pk

    assert [
        answers.at(PlaceAddress("outcomes")),
        answers.at(PlaceAddress("outcomes", "CM1")),
        answers.at(PlaceAddress("outcomes", "R1", education)),
        answers.at(PlaceAddress("efficiency", "EF1", 0)),
        answers.at(PlaceAddress("cases", "C99", education)),
        answers.at(PlaceAddress("nowhere")),
    ] == [None] * 6


def test_a_stored_row_names_the_place_that_wrote_it(answers):
    rows = [SignOff(**place.key.columns) for place in answers.places()]

    assert [row.key for row in rows] == [place.key for place in answers.places()]


def test_a_place_comes_back_from_its_name_in_a_form(answers):
    names = [place.name for place in answers.places()]

    assert [PlaceName.read(str(name)) for name in names] == names
    assert len({str(name) for name in names}) == len(names)


@pytest.mark.parametrize("text", ["", "--", "outcomes--", "--R1", "outcomes----education"])
def test_no_place_has_such_a_name(text):
    assert PlaceName.read(text) is None


def test_a_place_comes_back_from_its_address_of_the_web(answers):
    places = [place for place in answers.places() if place.tables]
    named = [PlaceName.of_web(resolve(place.get_absolute_url()).kwargs) for place in places]

    assert [answers.place(*name) for name in named] == places


def test_a_query_of_the_web_names_a_place_with_what_it_has():
    assert PlaceName.of_web(QueryDict("section=outcomes&line=R1&department=").dict()) == PlaceName(
        "outcomes", "R1"
    )
    assert PlaceName.of_web(QueryDict("section=efficiency&line=EF1&department=hr&page=2").dict()) == (
        PlaceName("efficiency", "EF1", "hr")
    )
    assert PlaceName.of_web({"section": "context"}) == PlaceName("context")


def test_an_answer_comes_back_from_the_name_of_its_field(answers):
    proforma = answers.return_.proforma
    names = [cell.name for cell in cells_of(answers)]

    assert [FieldName.read(proforma, str(name)) for name in names] == names
    assert len({str(name) for name in names}) == len(names)


def test_names_of_fields_are_as_they_always_were(answers):
    """Forms that were refused are kept with the names that were posted."""
    slug = answers.departments[0].slug
    names = {str(cell.name) for cell in cells_of(answers)}

    assert names >= {
        "cover-email",
        "context-text",
        "outcomes--R1-comment",
        "outcome_lights--R1--mar05-light",
        f"bvpi157_counts--I1--{slug}--2005-12-31-enabled",
        "cases--C1-text",
    }


def test_a_department_may_have_hyphens_in_its_slug():
    name = FieldName(RecordName("bvpi157_counts", "I1", "adult--and-children", "2005-12-31"), "enabled")

    assert FieldName.read(load("ieg4"), str(name)) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "seen",
        "cover",
        "cover-",
        "cover-nothing",
        "cover--R1-email",
        "nothing-email",
        "outcomes-comment",
        "outcomes----comment",
        "outcomes--CM1-comment",
        "outcomes--R1--education-comment",
        "outcome_lights--R1-light",
        "outcome_lights--R1--mar99-light",
        "outcome_lights--R1--education--mar05-light",
        "bvpi157_counts--I1--2005-12-31-enabled",
        "cases-text",
        "keep--outcomes--R1-comment",
    ],
)
def test_no_answer_has_such_a_name(text):
    assert FieldName.read(load("ieg4"), text) is None


def test_a_record_comes_back_from_the_data_of_a_version(answers):
    rows = json.loads(freeze(answers))["answers"]

    assert [RecordName.of_columns(row) for row in rows] == [entry.name for entry in entries_of(answers)]
