"""A posted form in words: each field with the label that its form gives it, each value as people read it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django import forms
from django.urls import Resolver404, resolve
from django.utils.text import capfirst

from ...answers.address import FieldName
from ...answers.cells import LIGHT, MONEY, TICK, choices_of, kind_of, posted_in_words
from ...models import Authority, Return, Unsaved
from ...proforma import Proforma, known_keys, load

# What forms send besides what people type: versions seen, states, buttons.
SENT_BESIDE = frozenset(
    ["seen", "status", "shown", "upto", "person", "checked", "next", "stay", "save", "reply", "close", "step"]
)
_CHOSEN = re.compile(r"(keep|both|met)--(.+)")
_KEEP = {"mine": "yours", "theirs": "the saved one", "both": "written from both"}


@dataclass(frozen=True)
class Given:
    """One field that was posted: its label, and what was typed or chosen in words."""

    name: str
    label: str
    text: str
    light: str = ""  # the letter, where it is a rating
    is_file: bool = False
    of_answer: bool = False

    @property
    def is_long(self) -> bool:
        return len(self.text) > 60 or "\n" in self.text


@dataclass(frozen=True)
class _Form:
    """The view of a posted form, found by its address."""

    authority: Authority | None
    proforma: Proforma | None
    line: str
    asked: dict[str, _Asked]


@dataclass(frozen=True)
class _Asked:
    """The field of a view's form with that name."""

    label: str
    field: forms.Field
    said: object = None


def given(row: Unsaved, authority: Authority | None) -> list[Given]:
    """What was typed, in the order of the form, without hidden and secret fields; blanks only of answers.

    Without a council the database is not asked, and people chosen from a list appear by their numbers.
    """
    form = _form_of(row, authority)
    words = [each for each in (_in_words(name, values, form) for name, values in row.posted.lists()) if each]
    if not any(each.text for each in words):
        return []
    # An answer that was cleared is a change too.
    shown = [each for each in words if each.text or each.of_answer]
    return [each if each.text else replace(each, text="blank") for each in shown]


def labels(row: Unsaved, names: list[str], authority: Authority | None) -> list[str]:
    """The labels of these fields of the form."""
    form = _form_of(row, authority)
    return [_in_words(name, ["-"], form, hidden_too=True).label for name in names]


def what_it_is(row: Unsaved) -> str:
    """What the form was about: the code in its address, else the name of its page, else empty."""
    view, kwargs = _view_of(row)
    code = kwargs.get("line", "")
    if code:
        return code
    return getattr(view, "form_title", "") or ""


def as_text(row: Unsaved, authority: Authority | None, *, head: str) -> str:
    """The form as plain text."""
    lines = [head, ""]
    for each in given(row, authority):
        if each.is_file:
            lines.append(f"{each.label}: {each.text} (the file is not kept)")
        elif each.is_long:
            lines += [f"{each.label}:", each.text, ""]
        else:
            lines.append(f"{each.label}: {each.text}")
    lines += [f"{label}: too long to keep" for label in labels(row, row.missing, authority)]
    return "\n".join(lines).rstrip() + "\n"


def _form_of(row: Unsaved, authority: Authority) -> _Form:
    view, kwargs = _view_of(row)
    key = known_keys()[-1] if authority is None else _proforma_key(authority, kwargs)
    return _Form(authority, load(key) if key else None, kwargs.get("line", ""), _asked_by(view, kwargs))


def _proforma_key(authority: Authority, kwargs: dict) -> str | None:
    returns = Return.objects.filter(authority=authority)
    if "round" in kwargs:
        returns = returns.filter(round=kwargs["round"])
    return returns.order_by("-pk").values_list("proforma_key", flat=True).first()


def _view_of(row: Unsaved) -> tuple:
    try:
        match = resolve(row.path.split("?")[0])
    except Resolver404:
        return None, {}
    return getattr(match.func, "view_class", None), match.kwargs


def _asked_by(view, kwargs: dict) -> dict[str, _Asked]:
    """The fields of the forms that the view takes, by name."""
    posted = getattr(view, "posted_forms", None)
    found = {}
    for form_class in posted(kwargs) if posted else ():
        said = getattr(form_class, "said", None)
        for name, field in form_class.base_fields.items():
            found[name] = _Asked(str(field.label or capfirst(name.replace("_", " "))), field, said)
    for name, label in getattr(view, "posted_labels", {}).items():
        found[name] = _Asked(label, found[name].field if name in found else forms.CharField())
    return found


def _in_words(name: str, values: list[str], form: _Form, *, hidden_too: bool = False) -> Given | None:
    text = "\n".join(values)
    if _is_beside(name) and not hidden_too:
        return None
    if cell := _of_cell(name, text, form):
        return cell
    if name not in form.asked:
        return Given(name, capfirst(name.replace("--", " ").replace("_", " ")), text)
    asked = form.asked[name]
    if asked.field.widget.is_hidden and not hidden_too:
        return None
    is_file = isinstance(asked.field, forms.FileField)
    said = [value if is_file else _said(asked, name, value, form.authority) for value in values]
    return Given(name, asked.label, ", ".join(filter(None, said)), is_file=is_file)


def _is_beside(name: str) -> bool:
    return name in SENT_BESIDE or name.endswith("-seen") or name.startswith("met--")


def _said(asked: _Asked, name: str, value: str, authority: Authority | None) -> str:
    """One value as the form shows it."""
    if asked.said and authority and (said := asked.said(name, value, authority)):
        return said
    field = asked.field
    if isinstance(field, forms.BooleanField):
        return "Yes" if value else ""
    if isinstance(field, forms.ModelChoiceField):
        return _chosen_record(field, value, authority)
    if isinstance(field, forms.ChoiceField):
        return str({str(key): label for key, label in field.choices}.get(value, value)) if value else ""
    return value


def _chosen_record(field: forms.ModelChoiceField, value: str, authority: Authority | None) -> str:
    """Who or what of this council was chosen."""
    if not (authority and value.isascii() and value.isdecimal() and len(value) < 19):
        return value
    found = field.queryset.model.objects.filter(authority=authority, pk=int(value)).first()
    return field.label_from_instance(found) if found else value


def _of_cell(name: str, text: str, form: _Form) -> Given | None:
    """A field of an answer, also with what was chosen of two versions before it.

    The line is named where it is not the one that the address names.
    """
    chosen = _CHOSEN.fullmatch(name)
    field_name = form.proforma and FieldName.read(form.proforma, chosen[2] if chosen else name)
    if field_name is None or (chosen and chosen[1] == "met"):
        return None
    record, field = field_name
    section, table = form.proforma.tables[record.table]
    point = table.point(record.point) if record.point else None
    where = [table.column(field).at(point)]
    if point and point.date:
        where.append(point.kind)
    kind = kind_of(table, field)
    if kind == MONEY and section.unit:
        where.append(section.unit)
    label = ", ".join(where)
    if record.line and record.line != form.line:
        label = f"{record.line}: {label}"
    if not text and not chosen:
        return Given(name, label, "", of_answer=kind != TICK)
    if chosen and chosen[1] == "keep":
        return Given(name, f"{label}: which to keep", _KEEP.get(text, text))
    if chosen:
        return Given(name, f"{label}, written from both", text)
    light = text if kind == LIGHT and text in choices_of(table, field) else ""
    return Given(name, label, posted_in_words(table, field, text), light=light)
