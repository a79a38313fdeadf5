"""No link and no button leads to a refusal: every page that a person can reach, as each role in each state."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client

from ieg4.cabinet import report
from returns.demo import FOLDER, load_council
from returns.documents.engine.sheet import Sheet
from returns.lifecycle import Action, performing
from returns.models import Return, User
from tests.support.access_table import STATES
from tests.support.following import Way, kinds
from tests.support.moving import decision, do, fresh, send, send_back
from tests.support.staging import BACKEND, ask, bring_to, remember_answers, undone

pytestmark = pytest.mark.django_db

# Who finds fewer pages than this did not get past the first.
FEWEST = 5

WYEBOROUGH = [
    "wyeborough-lead",
    "wyeborough-finance",
    "wyeborough-clerk",
    "wyeborough-cabinet",
    "wyeborough-admin",
    "wyeborough-officer-corporate",
    "wyeborough-head-corporate",  # Cabinet's delegate
    "wyeborough-officer-housing",
    "wyeborough-head-planning",
]
MARCHSHIRE = [
    "lead",
    "finance",
    "clerk",
    "cabinet",
    "admin",
    "officer-education",
    "head-policy",  # whose department has the lead, and so the cover and the context
]


@dataclass
class Stage:
    """A council's return in one state, and people who look for their way through its pages."""

    people: list[str]
    memory: dict


def bring_marchshire_to(state: str, return_: Return) -> None:
    """With blanks and an open query at first; then complete, and by the acts themselves open again after that."""
    if state == "with blanks":
        return
    load_council(json.loads((FOLDER / "marchshire.json").read_text()), complete=True)
    if state == "reopened":
        send(fresh(return_))
        do(Action.REFER_BACK, fresh(return_), "clerk", decision=decision("referred"))
        send_back(fresh(return_), ("outcomes", "R1"), ("efficiency", "EF1", "education"))


# Wyeborough was approved, so that it has versions and a delegate in every state.
STAGES = [("wyeborough", state) for state in STATES] + [
    ("marchshire", state) for state in ("with blanks", "complete", "reopened")
]


@pytest.fixture(scope="module", params=STAGES, ids=" ".join)
def stage(request, django_db_setup, django_db_blocker):
    made_for_tests = ("file:memorydb_", "test_")
    assert str(connection.settings_dict["NAME"]).startswith(made_for_tests), "This is not a test database."
    council, state = request.param
    with django_db_blocker.unblock(), undone(), pytest.MonkeyPatch.context() as patch:
        memory = remember_answers(patch)
        patch.setattr(Sheet, "pdf", lambda _: b"%PDF-stand-in")
        patch.setattr(performing, "version_pdf", lambda *_: b"%PDF-stand-in")
        patch.setattr(report, "copy_pdf", lambda _: b"%PDF-stand-in")
        return_ = Return.objects.get(authority__slug=council)
        if council == "wyeborough":
            ask(return_)
            bring_to(state, return_)
        else:
            bring_marchshire_to(state, return_)
        memory.clear()
        yield Stage(WYEBOROUGH if council == "wyeborough" else MARCHSHIRE, memory)


def test_no_link_and_no_button_leads_to_a_refusal(stage):
    refused = {}
    for username in stage.people:
        person = User.objects.get(username=username)
        client = Client()
        client.force_login(person, backend=BACKEND)
        way = Way(client, kinds(person))
        way.follow()
        for each in way.refused_links() | way.refused_buttons(after=stage.memory.clear):
            refused.setdefault(each, []).append(username)
        assert len(way.answers) > FEWEST, username

    assert refused == {}
