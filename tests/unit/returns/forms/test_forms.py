"""Every form of the product: what it does to the record it shows, and what it says when it refuses."""

import pytest
from django import forms
from django.urls import get_resolver

from returns.answers.reader import read
from returns.forms.answers import NamedErrors, PageForm, RecordForm, named, table_formset
from returns.forms.choices import ChoiceForm
from returns.forms.people import PersonForm
from returns.proforma import load
from returns.versions.snapshot import freeze

BASES = {PageForm, RecordForm}  # no page shows these as they are


def all_forms() -> list[type[forms.BaseForm]]:
    """Every form class of the application: a form that no address leads to is on no page."""
    assert get_resolver().url_patterns  # which imports all views
    found, waiting = set(), [forms.BaseForm]
    while waiting:
        for form in waiting.pop().__subclasses__():
            waiting.append(form)
            if form.__module__.split(".")[0] in ("returns", "outcomes", "efficiency", "ieg4"):
                found.add(form)
    return sorted(found - BASES, key=lambda form: (form.__module__, form.__qualname__))


def another(bound) -> str:
    """A value that differs from what the field shows."""
    value = bound.value()
    if isinstance(bound.field, forms.ChoiceField):
        return next(key for key, _ in bound.field.choices if key != value)
    if isinstance(bound.field, forms.BooleanField):
        return "" if value else "on"
    return "3" if value in (None, "") or str(value).isdecimal() else "words"


@pytest.mark.parametrize("section", [section.key for section in load("ieg4").sections])
def test_form_that_was_read_leaves_the_page_s_record_as_it_is(marchshire, section):
    """Django's ModelForm writes what was typed into the record it is given, whether it is saved or not."""
    answers = read(marchshire)
    entries = [entry for place in answers.places() for entry in answers.entries(place)]
    entries = [entry for entry in entries if entry.place.section.key == section]
    before = freeze(answers)
    posted = {bound.html_name: another(bound) for form in table_formset(entries) for bound in form}

    table_formset(entries, posted).is_valid()

    assert freeze(answers) == before


def test_person_s_page_is_headed_by_the_stored_name_while_another_is_refused(person):
    someone = person("officer-education")
    name = str(someone)

    form = PersonForm(
        {"first_name": "Another", "last_name": ""},
        instance=someone,
        authority=someone.authority,
        by=person("admin"),
    )

    assert form.is_valid() is False
    assert str(someone) == name


def test_every_form_of_a_record_works_on_its_own_copy():
    forms_of_records = [form for form in all_forms() if issubclass(form, forms.ModelForm)]

    assert [form for form in forms_of_records if not issubclass(form, RecordForm)] == []
    assert {form.__name__ for form in forms_of_records} >= {"AnswerForm", "PersonForm", "DepartmentForm"}


def test_every_form_names_its_fields_in_what_it_says():
    """That its pages do is what `test_an_empty_form_is_told_which_fields_are_blank` holds."""
    # A choice between two versions says nothing itself: the page of the conflict asks for it again.
    assert [form for form in all_forms() if not issubclass(form, NamedErrors)] == [ChoiceForm]


@pytest.mark.parametrize(
    ("label", "message", "said"),
    [
        ("Comment", "Comment has 301 words; the limit is 300.", "Comment has 301 words; the limit is 300."),
        ("Owner", "Choose the owner.", "Choose the owner."),
        ("Email", "Enter a valid address.", "Email: Enter a valid address."),
        ("", "The two don’t fit.", "The two don’t fit."),
    ],
)
def test_message_is_given_its_label_once(label, message, said):
    assert named(label, message) == said


def test_summary_names_the_figure_its_year_and_its_kind(signed_in, marchshire, form_data):
    data = form_data(marchshire, "efficiency", "EF1", "education")
    wrong = {
        "gains--EF1--education--2004-05-forecast-cashable": "a lot",
        "gains--EF1--education--2005-06-non_cashable": "-5",
    }
    assert data.keys() >= wrong.keys(), sorted(data)

    response = signed_in("officer-education").post("/marchshire/ieg4/efficiency/EF1/education/", data | wrong)

    assert response.status_code == 422
    assert [(each["href"], each["text"].split(":")[0]) for each in response.context["errors"]] == [
        ("#id_gains--EF1--education--2004-05-forecast-cashable", "Cashable for 2004/05 forecast"),
        ("#id_gains--EF1--education--2005-06-non_cashable", "Non-cashable for 2005/06 forecast"),
    ]


def test_summary_names_the_date_where_two_figures_do_not_fit(signed_in, marchshire, form_data):
    data = form_data(marchshire, "bvpi157", "I1", "education")
    data |= {
        "bvpi157_counts--I1--education--2004-03-31-enabled": "999",
        "bvpi157_counts--I1--education--2004-03-31-permissible": "1",
    }

    response = signed_in("officer-education").post("/marchshire/ieg4/bvpi157/I1/education/", data)

    assert response.status_code == 422
    assert [each["text"].split(":")[0] for each in response.context["errors"]] == ["Enabled at 31 March 2004"]


def test_summary_of_the_grid_names_the_line(signed_in, marchshire):
    response = signed_in("officer-education").post(
        "/marchshire/ieg4/grid/",
        {"outcome_lights--R1--mar05-light": "X", "outcome_lights--R1--mar05-seen": "1"},
    )

    assert response.status_code == 422
    assert [(each["href"], each["text"]) for each in response.context["errors"]] == [
        (
            "#id_outcome_lights--R1--mar05-light",
            "R1, Light at 31 March 2005: Choose one of the answers offered.",
        )
    ]


def test_panel_counts_what_is_stored_after_a_refused_save(signed_in, marchshire, form_data):
    officer = signed_in("officer-education")
    data = form_data(marchshire, "efficiency", "EF1", "education")
    points = [name for name in data if name.endswith("-cashable")]
    before = officer.get("/marchshire/ieg4/efficiency/EF1/education/").context["state"]

    response = officer.post(
        "/marchshire/ieg4/efficiency/EF1/education/",
        data | dict.fromkeys(points, "") | {"efficiency--EF1--education-basis": "", points[-1]: "a lot"},
    )

    after = response.context["state"]
    assert response.status_code == 422
    assert (after.answered, after.required, after.label) == (before.answered, before.required, before.label)
