"""Forms over the proforma's tables: the only way to change answers, for pages and imports alike."""

from copy import copy
from functools import cache

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Submit
from django import forms
from django.db import models
from django.forms.utils import pretty_name

from ..acts import Change
from ..answers.reader import Entry, model_of
from ..proforma import Table
from ..values.parsing import parse_count, parse_money
from .choices import ChoiceForm, choices_in, merged
from .fields import PrintedEmailField, TypedField, VersionField, WordsField


def form_helper(*, submit: str = "") -> FormHelper:
    """Crispy's settings for every form; without `submit` the template draws form tag and buttons."""
    helper = FormHelper()
    helper.form_tag = bool(submit)
    helper.disable_csrf = not submit
    helper.attrs = {"novalidate": ""}
    if submit:
        helper.add_input(Submit("save", submit))
    return helper


class NamedErrors:
    """A form whose messages all name the field they are about, which Django's own do not."""

    subject = ""  # what the form as a whole is about, where a page has several

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                asks = "choose one." if isinstance(field, forms.ChoiceField) else "this is blank. Fill it in."
                field.error_messages["required"] = f"{field.label or pretty_name(name)}: {asks}"

    def label_of(self, name: str) -> str:
        """What the summary of errors calls that field."""
        return str(self[name].label)

    @property
    def problems(self) -> list[dict]:
        """Every message with the field it is about, in the order of the page, for the summary of errors."""
        first = next(iter(self.visible_fields()), None)
        found = [
            {"href": f"#{first.auto_id}" if first else "", "text": named(self.subject, text)}
            for text in self.non_field_errors()
        ]
        for name in [name for name in self.fields if name in self.errors]:
            href = "" if self[name].is_hidden else f"#{self[name].auto_id}"
            found += [{"href": href, "text": named(self.label_of(name), text)} for text in self.errors[name]]
        return found


def named(label: str, message: str) -> str:
    """The message with the label in front, unless it says it already."""
    return message if label.casefold() in message.casefold() else f"{label}: {message}"


class PageForm(NamedErrors, forms.Form):
    """A form of a page."""


def form_field(column, model_field) -> forms.Field:
    """The form's field for a column: what is typed follows the rule for its kind."""
    shared = {"required": False, "label": column.label, "help_text": column.help}
    if isinstance(model_field, models.PositiveIntegerField):
        return TypedField(parse=parse_count, inputmode="numeric", **shared)
    if isinstance(model_field, models.DecimalField):
        return TypedField(parse=parse_money, inputmode="decimal", **shared)
    if isinstance(model_field, models.BooleanField):
        return forms.BooleanField(**shared)
    if model_field.choices:
        choices = [choice for choice in model_field.choices if choice[0] != ""]
        if model_field.blank:
            choices = [("", "Blank"), *choices]
        return forms.ChoiceField(
            choices=choices,
            error_messages={"invalid_choice": "Choose one of the answers offered."},
            **shared,
        )
    if isinstance(model_field, models.TextField):
        return WordsField(max_words=column.max_words, widget=forms.Textarea, **shared)
    if isinstance(model_field, models.EmailField):
        return PrintedEmailField(max_length=model_field.max_length, **shared)
    field = WordsField(max_words=column.max_words, max_length=model_field.max_length, **shared)
    field.validators = list(model_field.validators)
    return field


class RecordForm(NamedErrors, forms.ModelForm):
    """A form that writes what is typed into a copy; the record that the page reads keeps what is stored."""

    def __init__(self, *args, instance=None, **kwargs):
        super().__init__(*args, instance=copy(instance), **kwargs)


class AnswerForm(RecordForm):
    """The answers of one record, with the version its writer saw."""

    seen = VersionField()

    def __init__(self, entry: Entry, data=None, choices: dict[str, ChoiceForm] | None = None):
        self.entry, self.choices = entry, choices or {}
        super().__init__(
            data, instance=entry.record, prefix=entry.key, initial={"seen": entry.record.version}
        )
        self.helper = form_helper()

    @property
    def subject(self) -> str:
        return self.entry.point.name if self.entry.point else ""

    def label_of(self, name: str) -> str:
        return self.entry.table.column(name).at(self.entry.point)

    def validate_constraints(self):
        """Does nothing: the models' clean() checks this, without a query for each record of a page."""

    def validate_unique(self):
        """Does nothing: no field of the form is part of a unique constraint."""

    @property
    def change(self) -> Change:
        """What was sent; other fields keep their values. A tick box counts as sent with its record's version."""
        sent = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "seen"
            and (
                self.add_prefix(name) in self.data
                or isinstance(self.fields[name], forms.BooleanField)
                and self.add_prefix("seen") in self.data
            )
        }
        chosen = {name: self.choices.get(self.add_prefix(name)) for name in sent}
        resolved = {name: choice.resolved for name, choice in chosen.items() if choice and choice.resolved}
        return Change(self.entry, self.cleaned_data["seen"], sent, resolved)


@cache
def answer_form(table: Table, only: tuple[str, ...] = ()) -> type[AnswerForm]:
    """The form class of a table: a field for each column that is stored, or for those named."""
    model = model_of(table)
    stored = {field.name: field for field in model._meta.concrete_fields}
    columns = [c for c in table.columns if c.field in stored and (not only or c.field in only)]
    fields = {column.field: form_field(column, stored[column.field]) for column in columns}
    meta = type("Meta", (), {"model": model, "fields": list(fields)})
    return type(f"{model.__name__}Form", (AnswerForm,), fields | {"Meta": meta})


def table_formset(entries: list[Entry], data=None, *, only: tuple[str, ...] = ()) -> "TableFormset":
    """One form for each of those records, of one table or several; what was chosen between versions is applied."""
    choices = choices_in(data) if data else {}
    data = merged(data, choices)
    forms_ = [answer_form(entry.table, only)(entry, data, choices) for entry in entries]
    return TableFormset(forms_, data, choices)


class TableFormset:
    """Forms that are checked together and saved together, or not at all.

    `data` is what was posted, with each text written from two versions in the place of either; `choices` what was
    chosen between versions, by the names of the fields.
    """

    def __init__(self, forms_: list[AnswerForm], data=None, choices: dict[str, ChoiceForm] | None = None):
        self.forms, self.data, self.choices = forms_, data, choices or {}

    def __iter__(self):
        return iter(self.forms)

    def is_valid(self) -> bool:
        # Every form is looked at, so that all messages are shown at once.
        return all([form.is_valid() for form in self.forms])  # noqa: C419

    @property
    def changes(self) -> list[Change]:
        return [form.change for form in self.forms]

    @property
    def errors(self) -> list[dict]:
        """Every message with the field it is about, in the order of the page; of several lines also the line."""
        found = []
        several = len({form.entry.place.key for form in self.forms}) > 1
        for form in self.forms:
            code = f"{form.entry.place.code}, " if several else ""
            found += [{**each, "text": f"{code}{each['text']}"} for each in form.problems]
        return found
