"""What was chosen between two versions, read from the posted form."""

import pytest
from django.http import QueryDict

from returns.forms.choices import choices_in, merged

NAME = "outcomes--R1-comment"


def posted(**names) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({NAME: "Mine."} | {f"{name}--{NAME}": value for name, value in names.items()})
    return data


@pytest.mark.parametrize(
    ("names", "resolved", "text"),
    [
        ({"keep": "mine", "met": "3"}, ("mine", 3), "Mine."),
        ({"keep": "theirs", "met": "3", "both": "Of both."}, ("theirs", 3), "Mine."),
        ({"keep": "both", "met": "3", "both": "Of\x00 both. "}, ("both", 3), "Of\x00 both. "),
        ({"keep": "both", "met": "3", "both": ""}, ("both", 3), ""),
        ({"keep": "both", "met": "3"}, ("both", 3), "Mine."),
        ({"keep": "mine", "met": "x"}, ("mine", 0), "Mine."),
        ({"keep": "mine"}, ("mine", 0), "Mine."),
        ({"keep": "yours", "met": "3"}, None, "Mine."),
        ({"met": "3"}, None, "Mine."),
        ({"both": "Of both."}, None, "Mine."),
    ],
)
def test_a_choice_is_read_with_the_version_it_was_made_against(names, resolved, text):
    data = posted(**names)
    choices = choices_in(data)

    assert list(choices) == [NAME]
    assert choices[NAME].resolved == resolved
    assert merged(data, choices)[NAME] == text
    assert data[NAME] == "Mine."


def test_a_form_without_choices_stays_as_it_is():
    data = posted()

    assert choices_in(data) == {}
    assert merged(data, {}) is data
