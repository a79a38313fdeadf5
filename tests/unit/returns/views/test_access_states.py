"""Every page by method, role and state of the return, as `access_table` has it by hand; and what a refusal says."""

from __future__ import annotations

import html
import inspect
import re
from contextlib import nullcontext
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.urls import resolve
from django.views.generic import View

from returns import history
from returns.answers.reader import read
from returns.documents.engine.sheet import Sheet
from returns.models import Notice, Return, User
from returns.rules import access
from returns.versions.snapshot import freeze
from returns.views.base import CouncilMixin
from tests.support.access_table import (
    DONE_AT_ONCE,
    ROLES,
    STATES,
    TABLE,
    W,
    expected,
    faults,
    named_views,
    pages,
)
from tests.support.moving import fresh
from tests.support.staging import (
    ask,
    bring_to,
    remember_answers,
    sign_everyone_in,
    undone,
)

# The stage is wider than a test, but without this mark no test database would be made for it, and it would be set
# up in the one that the settings name.
pytestmark = pytest.mark.django_db

METHODS = ["GET", "POST", "PUT", "DELETE"]


@dataclass
class Stage:
    """The return in one state, and everyone's browser."""

    state: str
    return_: Return
    clients: dict[str, Client]
    memory: dict
    before: dict


@pytest.fixture(scope="module", params=STATES)
def stage(request, django_db_setup, django_db_blocker):
    """Built once for each state and taken back after it: to build it for each role would double the time."""
    made_for_tests = ("file:memorydb_", "test_")
    assert str(connection.settings_dict["NAME"]).startswith(made_for_tests), "This is not a test database."
    with django_db_blocker.unblock(), undone(), pytest.MonkeyPatch.context() as patch:
        memory = remember_answers(patch)
        # To draw the draft takes two seconds each time; whether it is handed out doesn't depend on what it holds.
        patch.setattr(Sheet, "pdf", lambda _: b"%PDF-stand-in")
        return_ = Return.objects.get(authority__slug="wyeborough")
        clients = sign_everyone_in(return_.authority)
        ask(return_)
        bring_to(request.param, return_)
        memory.clear()
        return_ = fresh(return_)
        yield Stage(request.param, return_, clients, memory, traces(return_))


def traces(return_: Return) -> dict:
    """What a request that should change nothing could have changed."""
    return_ = fresh(return_)
    people = User.objects.filter(authority=return_.authority).order_by("pk")
    return {
        "status": return_.status,
        "head": history.head(return_),
        "events": return_.events.count(),
        "versions": list(return_.versions.values_list("number", "digest", "pdf_digest")),
        "answers": freeze(read(return_)),
        "owners": list(return_.allocations.order_by("pk").values_list("line", "owner", "department", "due")),
        "signatures": return_.signoffs.count(),
        "sent back": return_.sent_back.count(),
        "queries": list(return_.queries.values_list("number", "asked", "replied", "closed")),
        "decisions": return_.decisions.count(),
        "risks": list(return_.risks.values_list("number", "version", "closed")),
        "dismissals": return_.dismissals.count(),
        "filings": return_.filings.count(),
        "notices": Notice.objects.count(),
        "people": list(
            people.values_list("pk", "username", "is_active", "is_staff", "groups", "departments")
        ),
        "departments": list(return_.authority.departments.order_by("pk").values_list("slug", "name")),
    }


def outcome(response) -> str:
    """The code, or where a redirect leads: "in" to sign in, "on" to a page of ours."""
    if response.status_code != 302:
        return str(response.status_code)
    if response["Location"].startswith("/sign-in/"):
        return "in"
    assert resolve(response["Location"].split("?")[0])
    return "on"


def ask_for(stage: Stage, role: str, method: str, address: str) -> str:
    """What that page answers; what an empty form already does there is taken back."""
    client = stage.clients[role]
    with undone() if (method, address) in DONE_AT_ONCE else nullcontext():
        cookies = client.cookies.copy()
        found = outcome(client.generic(method, address))
        client.cookies = cookies  # signing out ends the session that its database rows are taken back for
    if (method, address) in DONE_AT_ONCE and found in ("200", "422", "on"):
        stage.memory.clear()
    return found


@pytest.mark.parametrize("role", ROLES)
def test_each_cell_of_the_access_table(stage, role):
    wanted = {(m, p.address): expected(p, m, role, stage.state) for p in pages() for m in METHODS}

    found = {(m, p.address): ask_for(stage, role, m, p.address) for p in pages() for m in METHODS}

    assert found == wanted
    assert traces(stage.return_) == stage.before


def test_an_empty_form_is_told_which_fields_are_blank(stage):
    """Every form that a person may post there and that refuses a blank one: title, summary, links and names."""
    wrong, asked = {}, 0
    for page, role in ((page, role) for page in pages() for role in ROLES):
        if expected(page, "POST", role, stage.state) not in ("200", "422"):
            continue
        asked += 1
        text = stage.clients[role].post(page.address).content.decode()
        title = re.search(r"<title>\s*(.*?)\s*</title>", text, re.DOTALL)
        summary = re.search(r'<div class="govuk-error-summary".*?</ul>', text, re.DOTALL)
        links = re.findall(r'href="#([^"]+)"', summary[0]) if summary else []
        faults_ = [
            fault
            for fault, found in {
                "no “Error:” in the title": not title or not title[1].startswith("Error: "),
                "no summary that links to a field": not links,
                "a link to nowhere": any(f'id="{link}"' not in text for link in links),
                "a message without its field": "This field is required" in text,
            }.items()
            if found
        ]
        if faults_:
            wrong[page.address, role] = faults_

    assert wrong == {}
    assert asked > 0


def at_stage(*states: str):
    return pytest.mark.parametrize("stage", states, indirect=True, scope="module")


@at_stage("approved")
@pytest.mark.parametrize("role", ROLES)
def test_head_and_options_give_no_more_than_get(stage, role):
    """HEAD is GET without a body; OPTIONS names methods at most."""
    client = stage.clients[role]
    gets = {page.address: expected(page, "GET", role, stage.state) for page in pages()}

    heads = {address: client.head(address) for address in gets}
    options = {address: client.options(address) for address in gets}

    assert {address: outcome(head) for address, head in heads.items()} == gets
    assert [address for address, head in heads.items() if head.status_code == 200 and head.content] == []
    more = {
        address
        for address, answer in options.items()
        if outcome(answer) != gets[address] and answer.getvalue() not in (b"", None)
    }
    assert more == set()
    assert traces(stage.return_) == stage.before


def test_every_row_names_every_role_once():
    rows = [row for page in pages() for row in (page.get, page.post) if row]

    assert {str(row): faults(row) for row in rows if faults(row)} == {}


def test_every_address_stands_in_the_access_table():
    """And each example under the name that the application gives it."""
    assert named_views().keys() == TABLE.keys()
    assert {
        (name, page.address)
        for name, rows in TABLE.items()
        for page in rows
        if resolve(page.address.split("?")[0]).view_name != name
    } == set()


def test_no_view_is_reachable_without_a_rule():
    """A page without one refuses everybody, since CouncilMixin does; these few are no council's pages."""
    without_sign_in, without_rule, beside_the_rule, ruleless = set(), set(), set(), set()
    for name, view in named_views().items():
        view_class = getattr(view, "view_class", None)
        if not getattr(view, "login_required", True):
            without_sign_in.add(name)
        elif view_class is None or not issubclass(view_class, CouncilMixin):
            without_rule.add(name)
        elif view_class.__mro__.index(CouncilMixin) > view_class.__mro__.index(View):
            beside_the_rule.add(name)  # the view would answer before its rule is asked
        elif view_class.allowed is CouncilMixin.allowed:
            ruleless.add(name)

    assert without_sign_in == {
        "sign-in", "help", "accessibility", "health", "health-ready", "returns:council-css",
    }  # fmt: skip
    # Home leads everyone to pages of their own, or says that there are none; anyone may sign out or stay signed in.
    assert without_rule == {"home", "sign-out", "session-extend"}
    assert (beside_the_rule, ruleless) == (set(), set())


# Who is refused what, for the state that the return is in. Each of these comes with all its form asks for.
LATE = {
    "a line": ("officer", "outcomes/R5/", {"outcomes--R5-comment": "Another."}),
    "figures": ("other-officer", "efficiency/EF1/housing/", {"efficiency--EF1--housing-basis": "Another."}),
    "a case study": ("other-head", "cases/C1/", {"cases--C1-title": "Another."}),
    "removing a case study": ("other-head", "cases/C1/remove/", {}),
    "a new case study": ("officer", "cases/new/", {"department": "corporate"}),
    "the cover": ("lead", "cover/answer/", {"cover-contact_name": "Another"}),
    "allocation": (
        "lead",
        "allocation/",
        {"lines": ["R3"], "owner": "wyeborough-officer-corporate@corporate", "due": "9 December 2004"},
    ),
    "the grid": ("officer", "grid/", {"outcome_lights--R5--mar05-light": "R"}),
    "a signature": ("other-head", "departments/planning/sign/", {"shown": "0" * 64}),
    "the signed figures": ("finance", "figures/sign/", {"shown": "0" * 64}),
    "a query": ("lead", "queries/new/?section=outcomes&line=R5", {"text": "Why?"}),
    "sending": ("lead", "acts/send/", {}),
    "sending back": ("lead", "acts/send-back/", {"reason": "Look.", "elements": ["outcomes--R5"]}),
    "deciding": (
        "clerk",
        "acts/approve/",
        {"date": "8 December 2004", "minute": "65", "text": "That it be approved."},
    ),
    "reminding": ("lead", "reminders/", {}),
}
WHO_WHEN_WHY = {
    "reopened": (
        "Joanna Fairley reopened it on 8 December 2004",
        "Why: Look again.",
        "Only what was sent back can be changed",
        "Joanna Fairley can reopen more, with a reason.",
    ),
    "approved": (
        "Approved by Cabinet on 2 December 2004, minute 64",
        "as Angela Rudge recorded on 3 December 2004, 9:30am, so it is locked.",
        "Joanna Fairley can reopen chosen lines, with a reason.",
    ),
    "amending": (
        "Approved by Cabinet on 2 December 2004, minute 64",
        "as Angela Rudge recorded on 3 December 2004, 9:30am, so it is locked.",
        "Cabinet allowed Margaret Oduya to amend efficiency gains and local case studies until 20 December 2004.",
        "Joanna Fairley can reopen chosen lines, with a reason.",
    ),
    "submitted": (
        "The return was filed on 8 December 2004, reference IEG4-0042, as Joanna Fairley recorded on",
        "so it is locked.",
        "Joanna Fairley can reopen chosen lines, with a reason.",
    ),
}
# Not late yet in these states, or refused for another reason, which the tests of that act ask for.
IN_TIME = {
    "reopened": {
        "allocation", "a signature", "the signed figures", "a query", "sending", "sending back", "reminding",
    },
    "amending": {"a signature", "the signed figures", "a query"},
}  # fmt: skip


@at_stage(*WHO_WHEN_WHY)
def test_a_lock_says_who_when_why_and_who_can_open_it(stage):
    late = {name: door for name, door in LATE.items() if name not in IN_TIME.get(stage.state, ())}

    missing = {}
    for name, (role, address, data) in late.items():
        response = stage.clients[role].post(W + address, data)
        text = html.unescape(response.content.decode())
        told = [words for words in WHO_WHEN_WHY[stage.state] if words not in text]
        if told or response.status_code not in (403, 409):
            missing[name] = (response.status_code, told)

    assert missing == {}
    assert traces(stage.return_) == stage.before


@at_stage("approved")
def test_whoever_may_not_read_the_return_is_not_told_why_it_is_locked(stage):
    pages_ = [
        stage.clients["admin"].post(W + address).content.decode() for address in ("allocation/", "grid/")
    ]

    assert ["Your role doesn’t allow it." in page for page in pages_] == [True, True]
    assert [page for page in pages_ if "Cabinet" in page or "locked" in page] == []


@at_stage("approved")
def test_only_the_lead_closes_a_query(stage):
    closed = {}
    for role, client in stage.clients.items():
        with undone():
            closed[role] = outcome(client.post(W + "queries/1/", {"close": ""}))

    assert closed == {
        "anonymous": "in", "closed": "in", "lead": "on", "finance": "403", "clerk": "403", "cabinet": "404",
        "admin": "404", "officer": "403", "delegate": "403", "other-officer": "404", "other-head": "404",
        "other-council": "404",
    }  # fmt: skip
    assert traces(stage.return_) == stage.before


@at_stage("approved")
def test_what_is_taken_from_a_person_is_gone_at_their_next_request(stage):
    """A role, a department, the account: no session keeps what it began with."""
    officer, lead = User.objects.get(username=ROLES["officer"]), User.objects.get(username=ROLES["lead"])
    housing = stage.return_.authority.departments.get(slug="housing")
    browser = stage.clients["officer"]
    wanted = [W + "efficiency/EF1/corporate/", W + "efficiency/EF1/housing/"]

    with undone():
        before = [outcome(browser.get(address)) for address in wanted]
        officer.departments.set([housing])
        moved = [outcome(browser.get(address)) for address in wanted]
        officer.groups.clear()
        without_role = [outcome(browser.get(address)) for address in [*wanted, W + "my-work/"]]
        lead.is_active = False
        lead.save(update_fields=["is_active"])
        shut_out = [outcome(stage.clients["lead"].get(W + "dashboard/"))]

    assert (before, moved, without_role, shut_out) == (
        ["200", "404"],
        ["404", "200"],
        ["404", "404", "403"],
        ["in"],
    )


@at_stage("preparing")
@pytest.mark.parametrize(
    ("role", "address", "field"),
    [
        ("officer", "outcomes/R3/", "outcomes--R3-comment"),
        ("officer", "efficiency/EF1/corporate/", "efficiency--EF1--corporate-basis"),
        ("other-head", "cases/C1/", "cases--C1-title"),
        ("lead", "cover/answer/", "cover-contact_name"),
    ],
)
def test_fields_that_a_form_does_not_have_change_nothing(stage, role, address, field):
    """One answer is changed, with every column of the record, the return and the person posted beside it."""
    prefix, name = field.rsplit("-", 1)
    (place_,) = [p for p in read(stage.return_).places() if p.get_absolute_url() == W + address]
    record = next(e.record for e in read(stage.return_).entries(place_) if e.key == prefix)
    person = User.objects.get(username=ROLES[role])
    offered = set(FORGED) | {
        f.attname for m in (record, stage.return_, person) for f in m._meta.concrete_fields
    }
    asked = {column.field for table in place_.tables for column in table.columns}
    forged = {
        f"{start}{column}": FORGED.get(column, "1")
        for column in offered - asked
        for start in ("", f"{prefix}-")
    }
    seen = {f"{prefix}-seen": record.version, field: "Another text."}

    with undone():
        before = [columns(row) for row in (record, stage.return_, person)]
        response = stage.clients[role].post(W + address, forged | seen)
        after = [columns(type(row).objects.get(pk=row.pk)) for row in (record, stage.return_, person)]

    before[0] |= {name: "Another text.", "version": record.version + 1}
    assert response.status_code == 302
    assert after == before


FORGED = {
    "status": "approved", "department": "1", "owner": "1", "version": "0", "is_staff": "1", "is_superuser": "1",
    "locked": "0", "groups": "3", "authority": "1", "return_record": "1", "line": "R1", "point": "x",
}  # fmt: skip


def columns(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_no_rule_allows_anything_in_another_council_or_with_a_closed_account(wyeborough):
    """Addresses and sign-in see to it first; acts, commands and imports have the rules alone."""
    department = wyeborough.authority.departments.get(slug="corporate")
    given = {"return_": wyeborough, "authority": wyeborough.authority, "department": department}
    asked = {
        name: [parameter for parameter in inspect.signature(rule).parameters if parameter != "user"]
        for name, rule in inspect.getmembers(access, inspect.isfunction)
        if rule.__module__ == access.__name__ and "user" in inspect.signature(rule).parameters
    }
    generic = {name: names for name, names in asked.items() if names and set(names) <= set(given)}
    strangers = list(User.objects.filter(authority__slug="marchshire"))
    leavers = list(User.objects.filter(authority=wyeborough.authority))
    for person in leavers:
        person.is_active = False

    allowed = set()
    for status in Return.Status:
        wyeborough.status = status  # in memory alone
        for name, names in generic.items():
            values = [given[each] for each in names]
            allowed |= {
                (name, str(who_)) for who_ in strangers + leavers if getattr(access, name)(who_, *values)
            }

    assert {"belongs", "can_read_return", "can_watch", "is_delegate", "can_sign_department"} <= set(generic)
    assert allowed == set()
