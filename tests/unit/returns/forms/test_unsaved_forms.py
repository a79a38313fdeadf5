"""Every form of the product, found by reading its pages: what was typed comes back, whatever refused it.

`docs/forms.md` is the list of them with the verdicts of these tests. A form that is added is found here by itself.
"""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest
from django.conf import settings
from django.db import transaction
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.urls import resolve

from returns.models import Return, Unsaved, User
from tests.support.access_table import W, pages
from tests.support.moving import at, fresh
from tests.support.staging import BACKEND, ask, bring_to, remember_answers, undone

pytestmark = pytest.mark.django_db

LIST = Path(__file__).resolve().parents[4] / "docs" / "forms.md"
# In which state which people are looked at: every form is on a page of one of them.
SEEN_BY = {
    "preparing": ["wyeborough-lead", "wyeborough-clerk", "wyeborough-admin", "wyeborough-officer-corporate",
                  "wyeborough-officer-housing"],
    "with_cabinet": ["wyeborough-clerk", "wyeborough-cabinet"],
    "approved": ["wyeborough-lead", "wyeborough-head-corporate"],
    "amending": ["wyeborough-head-corporate"],
    "submitted": ["wyeborough-lead"],
}  # fmt: skip
# Sections of which the table of access has no line of its own.
ALSO = [W + "context/answer/", W + "change/CM1/", W + "takeup/W1/"]
SENT_BESIDE = {"csrfmiddlewaretoken", "writer", "next", "stay", "save", "reply", "close"}


@dataclass(frozen=True)
class Found:
    """A form on a page that somebody is shown in some state."""

    state: str
    username: str
    page: str
    action: str
    names: tuple[str, ...]

    @property
    def kind(self) -> tuple:
        """Forms of one kind differ in the line they are of alone."""
        view = resolve(urlsplit(self.action).path).view_name
        return view, tuple(dict.fromkeys(_without_line(name) for name in self.names))

    @property
    def title(self) -> str:
        view, names = self.kind
        return f"{view}: {', '.join(names)}"


def _without_line(name: str) -> str:
    key, hyphen, field = name.rpartition("-")
    return f"{key.split('--')[0]}, {field}" if hyphen and "--" in key else name


def form_on(client: Client, page: str, names: tuple[str, ...] | None = None, action: str = ""):
    """The form of those fields on that page, as a browser reads it; None where it has none."""
    answer = client.get(page)
    if answer.status_code != 200 or "html" not in answer["Content-Type"]:
        return []
    tree = lxml.html.fromstring(answer.content.decode(), base_url=page)
    forms = [form for form in tree.forms if form.method == "POST"]
    if names is None:
        return forms
    return next((form for form in forms if typed_names(form) == names and path_of(form) == action), None)


def path_of(form) -> str:
    """Where it is posted to; a form without an action is posted to its own page."""
    parts = urlsplit(form.get("action") or form.base_url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def typed_names(form) -> tuple[str, ...]:
    """The names of the fields that a person types into or chooses from."""
    shown = [
        each
        for each in form.inputs
        if getattr(each, "type", "") not in ("hidden", "submit") and each.tag != "button"
    ]
    return tuple(dict.fromkeys(each.name for each in shown if each.name and each.name not in SENT_BESIDE))


def filled(form) -> tuple[dict, list[tuple[str, ...]]]:
    """Everything the form would post, each field filled in; and what a person would look for afterwards.

    A choice may come back by its label or by its value.
    """
    posted, wanted = {}, {}
    for number, each in enumerate(form.inputs):
        name, kind = each.name, getattr(each, "type", None)
        if not name or each.tag == "button" or kind in ("submit", "file"):
            continue
        if each.get("disabled") is not None:
            continue
        if kind == "hidden":
            posted.setdefault(name, each.value or "")
        elif kind == "password":
            posted[name] = "not-to-be-kept-anywhere"
        elif each.tag == "select":
            option = [option for option in each if option.get("value")][-1:]
            if option:
                posted[name] = option[0].get("value")
                wanted[name] = (option[0].text_content().strip(), posted[name])
        elif kind in ("radio", "checkbox"):
            value = each.get("value", "on")
            posted[name] = [*posted.get(name, []), value] if kind == "checkbox" else value
            label = each.label.text_content() if each.label is not None else each.getparent().text_content()
            several = (name, value) if kind == "checkbox" else name
            wanted[several] = (" ".join(label.split()), value, value.split("--")[-1], "Yes")
        else:
            figure = each.get("inputmode") in ("numeric", "decimal")
            posted[name] = str(4000 + number) if figure else f"Typed {number}, “so” & <so>"
            wanted[name] = (posted[name],)
    return posted, list(wanted.values())


def find_forms(memory: dict) -> list[Found]:
    """The first of each kind of form; `memory` holds what was read of a return that stays as it is."""
    found = {}
    return_ = Return.objects.get(authority__slug="wyeborough")
    for state, usernames in SEEN_BY.items():
        with undone():
            ask(return_)
            bring_to(state, fresh(return_))
            memory.clear()
            for username in usernames:
                client = signed_in(username)
                for page in dict.fromkeys([*(each.address for each in pages()), *ALSO]):
                    for form in form_on(client, page):
                        if names := typed_names(form):
                            each = Found(state, username, page, path_of(form), names)
                            found.setdefault(each.kind, each)
    return sorted(found.values(), key=lambda each: each.title)


def signed_in(username: str, **kwargs) -> Client:
    client = Client(**kwargs)
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    return client


@pytest.fixture(scope="module")
def every_form(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        memory = remember_answers(patch)
        return find_forms(memory)


def text_of(answer) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))


def given_back(answer, wanted: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """What of it is missing from the page, wherever it stands there."""
    text = " ".join((text_of(answer) + " ".join(_values(answer))).split()).lower()
    return [each for each in wanted if not any(_is_there(one, text) for one in each)]


def _is_there(one: str, text: str) -> bool:
    """The grid's options begin with their letter, "G Green"; elsewhere the letter has a shape of its own."""
    one = " ".join(one.split()).lower()
    return one in text or (one[1:2] == " " and one[2:] in text)


def _values(answer) -> list[str]:
    tree = lxml.html.fromstring(answer.content.decode())
    values = [each.value for form in tree.forms for each in form.inputs if getattr(each, "value", None)]
    chosen = [o.text_content().strip() for o in tree.iter("option") if o.get("selected") is not None]
    return [value for value in values if isinstance(value, str)] + chosen


def refused(found: Found) -> str:
    """A1: the person loses role and departments, and the delegate's last day passes, while the form is open."""
    client = signed_in(found.username)
    form = form_on(client, found.page, found.names, found.action)
    posted, wanted = filled(form)
    person = User.objects.get(username=found.username)
    person.groups.clear()
    person.departments.clear()
    with at("2005-02-01 09:00"):
        answer = client.post(found.action, posted)
    assert answer.status_code in (403, 404, 409), found
    if not wanted and "file" in _types(form):
        return "a file is not kept"
    if not wanted:
        return "nothing is typed"
    assert "<h1>Not saved: " in answer.content.decode(), found
    assert given_back(answer, wanted) == [], found
    assert "not-to-be-kept-anywhere" not in answer.content.decode() + Unsaved.objects.get().fields
    return f"given back with {answer.status_code}"


def _types(form) -> set:
    return {getattr(each, "type", None) for each in form.inputs}


def signed_out(found: Found) -> str:
    """A2: the session ends while the form is open."""
    client = signed_in(found.username)
    form = form_on(client, found.page, found.names, found.action)
    posted, wanted = filled(form)
    client.session.flush()
    answer = client.post(found.action, posted)
    assert answer.status_code == 302, found
    assert answer.url.startswith("/sign-in/?next="), found
    if wanted:
        assert "What you typed is kept for eight hours" in text_of(client.get(answer.url))
    onward = client.post(answer.url, {"username": found.username, "password": "demo-ieg4"})
    shown = client.get(onward.url, follow=True)
    assert shown.status_code == 200, found
    assert given_back(shown, wanted) == [], found
    if not wanted:
        return "its page again"
    return (
        "offered in the form"
        if "What you typed is below" in text_of(shown)
        else "given back on a page of its own"
    )


def signed_in_again(found: Found) -> str:
    """A3: a sign-in in another tab changes the token of this browser's forms."""
    client = signed_in(found.username, enforce_csrf_checks=True)
    form = form_on(client, found.page, found.names, found.action)
    posted, wanted = filled(form)
    client.cookies[settings.CSRF_COOKIE_NAME] = _get_new_csrf_string()
    answer = client.post(found.action, posted)
    assert answer.status_code == 403, found
    if not wanted:
        assert "Open the page again" in text_of(answer)
        return "its page again"
    assert given_back(answer, wanted) == [], found
    row = Unsaved.objects.get()
    again = client.get(f"{row.page}{'&' if '?' in row.page else '?'}unsaved={row.key}", follow=True)
    assert given_back(again, wanted) == [], found
    return "given back and offered"


VERDICTS = {"refused": refused, "signed out": signed_out, "signed in again": signed_in_again}


def verdicts(forms: list[Found]) -> dict[str, list[str]]:
    found = {}
    return_ = Return.objects.get(authority__slug="wyeborough")
    for each in forms:
        row = []
        for verdict in VERDICTS.values():
            with transaction.atomic():
                ask(return_)
                bring_to(each.state, fresh(return_))
                row.append(verdict(each))
                transaction.set_rollback(True)
        found[each.title] = row
    return found


def as_markdown(found: dict[str, list[str]]) -> str:
    head = (
        "# Every form and what becomes of what is typed into it\n\n"
        "Written by `tests/unit/returns/forms/test_unsaved_forms.py`, which finds the forms by reading every page.\n"
        "*Refused*: the person lost role and departments, and the delegation ran out, while the form was open.\n"
        "*Signed out*: the session had ended. *Signed in again*: a sign-in in another tab had changed the token.\n\n"
        "| form: its address, its fields | refused | signed out | signed in again |\n| --- | --- | --- | --- |\n"
    )
    return head + "".join(f"| {title} | {' | '.join(row)} |\n" for title, row in found.items())


def test_every_form_gives_back_what_was_typed(every_form):
    found = as_markdown(verdicts(every_form))

    if os.environ.get("WRITE_LIST"):
        LIST.write_text(found)
    assert found == LIST.read_text(), "If the difference is meant, run this test with WRITE_LIST=1."
