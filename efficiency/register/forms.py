"""What people type into the register of funding risks."""

from __future__ import annotations

import re

from django import forms

from returns.forms.answers import PageForm, form_helper
from returns.forms.fields import TypedField, WordsField
from returns.lifecycle.forms import day_field, words_field
from returns.models import Return
from returns.values.parsing import clean_text, parse_pounds, shorten

from ..models import Risk

_BETWEEN = re.compile(r"[\s,;]+")


class OutcomesField(forms.CharField):
    """Codes of outcomes as people type them, "R9, R10 and G8", read as a list in the proforma’s order."""

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=400, **kwargs)
        self.known: list[str] = []

    def to_python(self, value):
        typed = [word for word in _BETWEEN.split(clean_text(value or "")) if word and word != "and"]
        codes = {word.upper() for word in typed}
        unknown = [word for word in typed if word.upper() not in self.known]
        if unknown:
            known = (
                f"Type codes from {self.known[0]} to {self.known[-1]}."
                if self.known
                else "The form has none."
            )
            raise forms.ValidationError(f"“{shorten(unknown[0])}” is not a priority outcome. {known}")
        return [code for code in self.known if code in codes]

    def validate(self, value):
        """No outcome may be touched; every code was looked up when it was read."""

    def run_validators(self, value):
        """Known codes need no further check: the list can't be too long."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value


def _level(label: str, choices, help_text: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "Choose"), *((value, f"{value} {word}") for value, word in choices)],
        coerce=int,
        help_text=help_text,
        error_messages={
            "required": f"{label}: choose one of the five.",
            "invalid_choice": f"{label}: choose one of the five offered, from 1 to 5.",
        },
    )


class RiskForm(PageForm):
    """A risk as the lead writes it; its cleaned data are the values that the acts take."""

    title = WordsField(
        label="Risk",
        max_length=120,
        help_text="What may go wrong, in a few words.",
        error_messages={"required": "Risk: say in a few words what may go wrong."},
    )
    cause = words_field("Cause", help_text="Why it may happen.")
    likelihood = _level("Likelihood", Risk.Likelihood.choices, "How likely it is to happen.")
    impact = _level("Impact", Risk.Impact.choices, "How badly it would affect the grant or a date.")
    money_exposed = TypedField(
        parse=parse_pounds,
        inputmode="decimal",
        label="Money exposed, £",
        required=False,
        help_text="In pounds. Leave blank if you don’t know; type 0 if no money is at risk.",
    )
    lines = OutcomesField(
        label="Priority outcomes it touches",
        help_text="Their codes, with commas, such as R9, G8. Leave blank if there are none.",
    )
    member_sponsor = WordsField(
        label="Member sponsor",
        max_length=120,
        required=False,
        help_text="The Cabinet member: name and portfolio.",
    )
    executive_sponsor = WordsField(
        label="Executive sponsor",
        max_length=120,
        required=False,
        help_text="The director or head: name and post.",
    )
    action = words_field("Action", required=False, help_text="What is done about it, and by whom.")
    due = day_field("Action due", required=False, help_text="For example, 31 January 2005.")

    def __init__(self, *args, return_: Return, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lines"].known = [line.key for line in return_.proforma.tiered_lines]
        self.helper = form_helper()

    def clean_due(self):
        due = self.cleaned_data["due"]
        # Years outside these are typing mistakes.
        if due and not 2004 <= due.year <= 2020:
            raise forms.ValidationError("Action due: enter a date from 2004 to 2020.")
        return due

    def clean(self):
        data = super().clean()
        if data.get("due") and not data.get("action") and "action" not in self.errors:
            self.add_error("action", "Action: say what is done by the date given, or clear the date.")
        return data


class WhyForm(PageForm):
    """Why a risk is closed, or a suggested one dismissed."""

    reason = words_field("Why", help_text="Shown in the register and in the history.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = form_helper()
