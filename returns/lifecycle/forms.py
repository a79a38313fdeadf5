"""Forms of acts: a reason, a decision, a filing, chosen lines, a question or its reply."""

from __future__ import annotations

import datetime

from django import forms
from django.utils.text import capfirst

from .. import clock
from ..acts.review import MAX_WORDS
from ..answers.address import PlaceName
from ..answers.reader import Answers
from ..forms.answers import PageForm, form_helper
from ..forms.fields import VersionField, WordsField
from ..models import Correctable, Decision, Filing, Return, Role, User
from ..rules import access
from ..rules.states import amendable
from ..values import wording
from . import Action

DATES = ["%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%Y-%m-%d"]


def day_field(label: str, **kwargs) -> forms.DateField:
    """A day typed the way people write it."""
    return forms.DateField(
        label=label,
        input_formats=DATES,
        widget=forms.DateInput(format="%-d %B %Y", attrs={"autocomplete": "off"}),
        error_messages={
            "required": f"{label}: type a day, such as 16 December 2004.",
            "invalid": f"{label}: this isn’t a date. Type it like 16 December 2004 or 16/12/2004.",
        },
        **kwargs,
    )


def words_field(label: str, *, help_text: str = "", required: bool = True, rows: int = 4) -> WordsField:
    return WordsField(
        label=label,
        max_words=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        required=required,
        error_messages={"required": f"{label}: write a sentence."},
    )


class ActionForm(PageForm):
    """What an act needs to know. `details` are the keyword arguments of `lifecycle.perform`.

    If it is `checked`, a second page shows what will be recorded before it is done.
    """

    checked = False

    def __init__(self, *args, return_: Return, answers: Answers, **kwargs):
        self.return_, self.answers = return_, answers
        super().__init__(*args, **kwargs)
        self.helper = form_helper()

    @property
    def details(self) -> dict:
        return dict(self.cleaned_data)

    @property
    def recorded(self) -> list[tuple[str, str]]:
        """What a valid form will record, as label and words, without what was left blank."""
        return [
            (field.label, _in_words(self.cleaned_data[field.name]))
            for field in self.visible_fields()
            if self.cleaned_data[field.name]
        ]


def _in_words(value) -> str:
    return wording.weekday(value) if isinstance(value, datetime.date) else str(value)


class ReasonForm(ActionForm):
    reason = words_field("Why", help_text="Everyone notified sees this reason.")


class NoteForm(ActionForm):
    """For an act that needs only a confirmation, with an optional note."""

    reason = words_field("Note", required=False, help_text="Optional. It is kept in the history.", rows=3)


class ElementsForm(ReasonForm):
    """The lines to be opened again, and why."""

    elements = forms.MultipleChoiceField(
        label="Lines",
        error_messages={
            "required": "No line is ticked. Tick at least one.",
            "invalid_choice": "There is no line %(value)s in this return.",
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {str(place.name): place for place in self.answers.places() if place.tables}
        self.fields["elements"].choices = [(key, place.label) for key, place in self.places.items()]
        self.order_fields(["reason", "elements"])

    @staticmethod
    def said(name: str, value: str, _authority) -> str:
        """A place that was ticked, in words: its code and department, else its section."""
        place = PlaceName.read(value) if name == "elements" else None
        return (" ".join(filter(None, place[1:])) or place.section) if place else ""

    @property
    def details(self) -> dict:
        return {
            "reason": self.cleaned_data["reason"],
            "places": [self.places[key] for key in self.cleaned_data["elements"]],
        }


class ReferralForm(ActionForm):
    """What Cabinet decided when it did not approve."""

    checked = True
    outcome = Decision.Outcome.REFERRED_BACK
    date = day_field("Date of the meeting")
    minute = WordsField(
        label="Minute number",
        max_length=30,
        error_messages={"required": "Minute number: type it as in the minutes, such as 87."},
    )
    text = words_field("Decision", help_text="As it is in the minutes.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = self.return_.cabinet_date

    @property
    def decision(self) -> Decision:
        data = self.cleaned_data
        return Decision(outcome=self.outcome, date=data["date"], minute=data["minute"], text=data["text"])

    @property
    def details(self) -> dict:
        return {"decision": self.decision}


class PersonField(forms.ModelChoiceField):
    """One person, listed with what they do."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj}, {obj.job_title}" if obj.job_title else str(obj)


class ApprovalForm(ReferralForm):
    """What Cabinet decided when it approved, and who may amend, if anyone."""

    outcome = Decision.Outcome.APPROVED
    delegate = PersonField(
        label="Who may amend",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody: Cabinet delegated nothing",
    )
    delegated_until = day_field(
        "Until the end of",
        required=False,
        help_text="The last day, by London time. Leave blank if nobody may amend.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(
            authority=self.return_.authority,
            is_active=True,
            groups__name__in=access.ANSWERING | {Role.LEAD},
        ).exclude(groups__name=Role.FINANCE)
        self.fields["delegate"].queryset = people.distinct().order_by("last_name", "first_name")
        may_amend = amendable(self.return_)
        self.fields["delegate"].help_text = f"{capfirst(may_amend)} only."
        if not may_amend:
            del self.fields["delegate"], self.fields["delegated_until"]

    def clean(self):
        data = super().clean()
        delegate, until = data.get("delegate"), data.get("delegated_until")
        if "delegated_until" in self.errors:
            return data
        met = data.get("date")
        if until and met and not met <= until <= met + datetime.timedelta(days=366):
            self.add_error("delegated_until", "The last day must be within a year of the meeting.")
        if delegate and not until:
            self.add_error("delegated_until", "Give the last day on which this person may amend.")
        if until and not delegate:
            self.add_error("delegate", "Choose who may amend, or clear the last day.")
        return data

    @property
    def recorded(self) -> list[tuple[str, str]]:
        nobody = (
            []
            if self.cleaned_data.get("delegate")
            else [("Who may amend", "Nobody: Cabinet delegated nothing")]
        )
        return [*super().recorded, *nobody]

    @property
    def decision(self) -> Decision:
        decision = super().decision
        decision.delegate = self.cleaned_data.get("delegate")
        decision.delegated_until = self.cleaned_data.get("delegated_until")
        return decision


class FilingForm(ActionForm):
    """When the return was filed, and the reference that was given for it."""

    checked = True
    date = day_field("Date of filing")
    reference = WordsField(
        label="Reference",
        max_length=60,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = clock.today()
        system, reference = self.return_.proforma.round.system, self.fields["reference"]
        reference.help_text = f"As the {system} gave it."
        reference.error_messages["required"] = f"Reference: type what the {system} gave."

    @property
    def details(self) -> dict:
        data = self.cleaned_data
        return {"filing": Filing(date=data["date"], reference=data["reference"])}


class CorrectionForm(PageForm):
    """The day and number that should have been recorded, and why."""

    reason = words_field("Why", help_text="Everyone notified sees this reason.", rows=3)
    seen = VersionField()

    def __init__(self, *args, record: Correctable, day: str, number: str, most: int, **kwargs):
        seen = len(record.all_corrections)
        initial = {"date": record.day, "number": record.number, "seen": seen}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["date"] = day_field(day)
        required = f"{number}: type it."
        self.fields["number"] = WordsField(
            label=number, max_length=most, error_messages={"required": required}
        )
        self.order_fields(["date", "number", "reason"])
        self.helper = form_helper()


FORMS: dict[Action, type[ActionForm]] = {
    Action.SEND_BACK: ElementsForm,
    Action.SEND: NoteForm,
    Action.APPROVE: ApprovalForm,
    Action.REFER_BACK: ReferralForm,
    Action.AMEND: ReasonForm,
    Action.FINISH: NoteForm,
    Action.ABANDON: ReasonForm,
    Action.SUBMIT: FilingForm,
    Action.REOPEN: ElementsForm,
}


class AmendmentForm(PageForm):
    """Why an approved answer is amended; it goes with the answers of a line."""

    reason = words_field(
        "Why you amend this",
        help_text="Cabinet approved a different text or figure. The reason is shown beside the change.",
        rows=3,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = form_helper()


class WordsForm(PageForm):
    """One text: a query, a question, or the reply to one."""

    text = words_field("Text")

    def __init__(self, *args, label: str, help_text: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text
        self.fields["text"].error_messages["required"] = f"{label}: write a sentence."
        self.helper = form_helper()
