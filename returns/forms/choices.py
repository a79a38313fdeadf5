"""What a person chose where somebody else had saved first: one form for each field, read once."""

from django import forms

from ..acts.merging import BOTH, MINE, THEIRS
from .fields import VersionField


class ChoiceForm(forms.Form):
    """Which version of one field is kept, the version of theirs that was met, and the text written from both.

    Its names stand before the field's, as in `keep--outcomes--R1-comment`. Never invalid: a choice that can't be
    read counts as none, so that it is asked for again.
    """

    keep = forms.Field(required=False)
    met = VersionField()
    both = forms.Field(required=False)  # checked where it is merged, by the rules of the field it is for

    def __init__(self, data, *, field: str):
        super().__init__(data, prefix=field)
        self.full_clean()

    def add_prefix(self, field_name: str) -> str:
        return f"{field_name}--{self.prefix}"

    def clean_keep(self) -> str:
        keep = self.cleaned_data["keep"]
        return keep if keep in (MINE, THEIRS, BOTH) else ""

    @property
    def names(self) -> list[str]:
        """What the page of a conflict adds to the names of a form's fields."""
        return [self.add_prefix(name) for name in self.fields]

    @property
    def was_met(self) -> bool:
        """Whether the page of the conflict was shown, so that a choice was asked for."""
        return self.add_prefix("met") in self.data

    @property
    def keeps(self) -> str:
        """What was chosen: "mine", "theirs" or "both"; nothing where nothing was."""
        return self.cleaned_data["keep"]

    @property
    def resolved(self) -> tuple[str, int] | None:
        """The choice, with the version of the other text it was made against."""
        return (self.keeps, self.cleaned_data["met"]) if self.keeps else None

    @property
    def text_of_both(self) -> str | None:
        """What was written from both, or None where nothing was sent."""
        return self.cleaned_data["both"]


def choices_in(posted) -> dict[str, ChoiceForm]:
    """The choices that were posted, by the names of the fields they are about."""
    before = tuple(f"{name}--" for name in ChoiceForm.base_fields)
    fields = {name.split("--", 1)[1] for name in posted if name.startswith(before)}
    return {field: ChoiceForm(posted, field=field) for field in sorted(fields)}


def merged(posted, choices: dict[str, ChoiceForm]):
    """What was posted, with each text that was written from two versions in the place of either."""
    written = {field: choice.text_of_both for field, choice in choices.items() if choice.keeps == BOTH}
    if not written:
        return posted
    posted = posted.copy()
    for field, text in written.items():
        if text is not None:
            posted[field] = text
    return posted
