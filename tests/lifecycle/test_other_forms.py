"""Forms that are not IEG4's go the whole way: opened, answered, signed, sent, approved, printed, verified, keyed."""

import pytest
from django.test import Client

from returns import clock, history
from returns.checks.completeness import assess
from returns.documents.return_ import return_sheet
from returns.documents.verification import verify
from returns.lifecycle import Action, perform
from returns.models import Decision, Return, Role, Version
from returns.proforma.checks import misfits
from returns.proforma.serving import serving
from tests.support.following import Way, kinds
from tests.support.moving import at, day, fresh
from tests.support.other_forms import ROLES, answer_all, know, larger_form, opened, sign_all, who, without
from tests.support.tiny import know_tiny

# Pages that are tried by name too, since not every state links to them.
PAGES = [
    *(
        "",
        "my-work/",
        "allocation/",
        "whole/",
        "proforma/",
        "dashboard/",
        "missing/",
        "cabinet/",
        "cabinet/report/",
    ),
    *(
        "documents/",
        "grid/",
        "risks/",
        "rekeying/",
        "rekeying.csv",
        "signatures/",
        "queries/",
        "acts/",
        "history/",
    ),
    *("departments/services/", "departments/services/sign/", "figures/sign/", "changes/"),
]


@pytest.fixture
def eighth(db):
    with at("2004-12-08 09:00"):
        yield


def form_of(name: str, tmp_path, monkeypatch):
    match name:
        case "tiny":
            return know_tiny(monkeypatch)
        case "larger":
            return know(larger_form(), tmp_path, monkeypatch)
        case "texts":
            return know(without("outcomes", "change", "efficiency", "resources"), tmp_path, monkeypatch)
        case _:
            return know(without("cases", "cover", "bvpi157"), tmp_path, monkeypatch)


FORMS = ["tiny", "larger", "texts", "figures"]


def open_pages(return_: Return) -> dict[str, set[int]]:
    """Every page that the people of the council can get to by links, and those above; by role, what came."""
    found = {}
    for role in ROLES:
        person, client = who(role), Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        way = Way(client, kinds(person))
        way.follow()
        refused = way.refused_links()
        assert refused == set(), role
        stem = f"/{return_.authority.slug}/{return_.round}/"
        found[role] = {client.get(f"{stem}{page}").status_code for page in PAGES}
    return found


@pytest.mark.parametrize("name", FORMS)
def test_another_form_goes_the_whole_way(name, eighth, tmp_path, monkeypatch):
    proforma = form_of(name, tmp_path, monkeypatch)
    assert list(misfits(proforma, serving)) == []

    return_ = opened(proforma)
    for codes in open_pages(return_).values():
        assert codes <= {200, 302, 403, 404}
    answer_all(return_)
    assert [b.message for b in assess(fresh(return_)).blockers if b.place] == []
    sign_all(fresh(return_))
    assert assess(fresh(return_)).blockers == []

    sent = perform(Action.SEND, return_=fresh(return_), by=who(Role.LEAD))
    decision = Decision(
        outcome=Decision.Outcome.APPROVED, date=day("2004-12-08"), minute="7", text="That it be approved."
    )
    perform(Action.APPROVE, return_=fresh(sent), by=who(Role.CLERK), decision=decision)
    for codes in open_pages(return_).values():
        assert codes <= {200, 302, 403, 404}

    version = return_.versions.get(kind=Version.Kind.APPROVED)
    verdict = verify(bytes(version.pdf), Version.objects.filter(return_record=return_))
    assert (verdict.version, verdict.kind) == (version, "genuine")
    assert history.check(fresh(return_)) == []


@pytest.mark.parametrize("name", FORMS)
def test_draft_of_another_form_is_drawn(name, eighth, tmp_path, monkeypatch):
    return_ = opened(form_of(name, tmp_path, monkeypatch))

    assert return_sheet(return_, as_at=clock.now()).pdf().startswith(b"%PDF")
