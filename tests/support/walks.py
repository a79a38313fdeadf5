"""What tests find by themselves, so that whatever is added later is tried too."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from django import forms
from django.contrib.auth.forms import UsernameField

from efficiency.register.forms import OutcomesField
from returns import proforma
from returns.forms.answers import answer_form
from returns.forms.fields import TypedField
from returns.models import User

OURS = ("returns", "outcomes", "efficiency", "ieg4")


def text_fields() -> Iterator[tuple[str, str, forms.Field]]:
    """Every field of every form that takes typed text: the name of its form, its own, and the field."""
    outcomes = proforma.load("ieg4").section_by_key["outcomes"]
    for form in all_forms():
        for name, field in form.base_fields.items():
            if isinstance(field, OutcomesField):
                field.known = [line.key for line in outcomes.lines]  # as its form does
            if isinstance(field, UsernameField):
                field.max_length = User._meta.get_field("username").max_length  # as its form does
            if isinstance(field, forms.CharField | TypedField):
                yield form.__name__, name, field


def all_forms() -> list[type[forms.BaseForm]]:
    """Every form of the application, with those made from the tables of the proforma; in a fixed order."""
    import_module("ieg4.urls")  # and with it every view, and what views import
    for section in proforma.load("ieg4").sections:
        for table in section.tables:
            answer_form(table)
    found = {form for form in _below(forms.BaseForm) if form.__module__.split(".")[0] in OURS}
    return sorted(found, key=lambda form: (form.__module__, form.__name__, sorted(form.base_fields)))


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
