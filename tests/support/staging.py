"""A return brought to a state, for pages that are tried in it; whatever is written there is taken back."""

from __future__ import annotations

import sys
from contextlib import contextmanager

from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from efficiency.register.acts import add_risk
from ieg4.cabinet.report import report_of
from returns.acts import ask_question, raise_query
from returns.answers.reader import read
from returns.lifecycle import Action
from returns.models import Return, User
from returns.versions.snapshot import thaw
from tests.support.access_table import ROLES, W
from tests.support.moving import do, filing, fresh, place, reopen, who
from tests.unit.efficiency.register.test_register import VALUES

BACKEND = "django.contrib.auth.backends.ModelBackend"


def set_status(return_: Return, status: str) -> None:
    """The column alone. Access asks for nothing but the status, and to get here by acts would take a PDF or a
    council that signs anew; that acts lead here and nowhere else is what the tests of the lifecycle hold."""
    Return.objects.filter(pk=return_.pk).update(status=status)


def ask(return_: Return) -> None:
    """The lead's query about R3, which keeps every act that asks for nothing from being done; Cabinet's about R4."""
    set_status(return_, "preparing")
    lead, cabinet = who(return_, "lead"), who(return_, "cabinet")
    asked = raise_query(
        return_=fresh(return_), by=lead, place=place(return_, "outcomes", "R3"), text="Is it so?"
    )
    set_status(return_, "approved")
    question = ask_question(
        return_=fresh(return_), by=cabinet, place=place(return_, "outcomes", "R4"), text="When?"
    )
    assert (asked.number, question.number) == (1, 2)
    add_risk(return_=fresh(return_), by=lead, values=VALUES)


def bring_to(state: str, return_: Return) -> None:
    match state:
        case "submitted":
            do(Action.SUBMIT, return_, "lead", filing=filing())
        case "amending":
            do(Action.AMEND, return_, "head-corporate", reason="A gain was found.")
        case "reopened":
            reopen(return_, ("outcomes", "R3"), ("efficiency", "EF1", "corporate"))
        case "preparing" | "with_cabinet":
            set_status(return_, state)


def sign_everyone_in(authority) -> dict[str, Client]:
    """A browser each; one belongs to a lead whose account was closed after they had signed in."""
    former = User.objects.create_user(
        username=ROLES["closed"], authority=authority, first_name="Ann", last_name="Leaver"
    )
    former.groups.set(Group.objects.filter(name="lead"))
    clients = {}
    for role, username in ROLES.items():
        clients[role] = Client()
        if username:
            clients[role].force_login(User.objects.get(username=username), backend=BACKEND)
    assert clients["closed"].get(W + "dashboard/").status_code == 200
    User.objects.filter(pk=former.pk).update(is_active=False)
    return clients


def remember_answers(patch) -> dict:
    """Pages read the answers through a memory, which is emptied after each request that may have changed something.

    Thousands of pages of a return at rest would read the same thousand rows over and over. Nothing changes on a
    stage, as each test ends by holding, so what is remembered is what would be read. Acts read for themselves.
    """
    memory = {}

    def remembering(function):
        def remembered(return_, *given):
            key = (function, return_.pk, *(each for each in given if isinstance(each, str)))
            if key not in memory:
                memory[key] = function(return_, *given)
            return memory[key]

        return remembered

    assert get_resolver().url_patterns  # which imports them
    pages_of_ours = (
        "returns.views",
        "returns.checks.completeness",
        "outcomes.grid",
        "efficiency.gains.views",
        "ieg4.steering",
        "ieg4.cabinet",
    )
    for function in (read, thaw, report_of):
        for name, module in list(sys.modules.items()):
            if name.startswith(pages_of_ours) and getattr(module, function.__name__, None) is function:
                patch.setattr(module, function.__name__, remembering(function))
    return memory


@contextmanager
def undone():
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
