"""A return in preparation moves to the newer version of its form, once its lead has read what changes."""

import pytest
from django.test import Client

from outcomes.models import Outcome
from returns import history
from returns.acts import ActionRefused, adopt_version
from returns.models import Event, Role
from returns.proforma import current, load
from returns.proforma.differing import asks_otherwise, changes_between
from tests.support.moving import at, fresh
from tests.support.other_forms import answer_all, know, opened, sign_all, who, without


@pytest.fixture
def return_(db):
    with at("2004-12-08 09:00"):
        yield opened(load("ieg4"), kind="national_park")


def test_return_moves_to_the_newer_version(return_):
    answer_all(return_)
    sign_all(fresh(return_))
    changes = changes_between(load("ieg4"), load("ieg4-v2"))
    reworded = {change.line.key for change in changes if change.rewords}
    signed = set(return_.signoffs.values_list("line", flat=True))

    adopt_version(return_=fresh(return_), by=who(Role.LEAD), key="ieg4-v2")

    moved = fresh(return_)
    assert (moved.proforma.key, moved.newer_proforma) == ("ieg4-v2", None)
    event = moved.events.get(kind=Event.Kind.FORM)
    assert (event.old, event.new, event.by) == ("ieg4", "ieg4-v2", who(Role.LEAD))
    voided = set(moved.events.filter(kind=Event.Kind.VOIDED).values_list("line", flat=True))
    assert reworded & signed <= voided
    assert voided == signed - set(moved.signoffs.values_list("line", flat=True))
    assert history.check(moved) == []


def test_line_that_nobody_answered_begins_as_the_newer_version_has_it(return_):
    adopt_version(return_=fresh(return_), by=who(Role.LEAD), key="ieg4-v2")

    other = {
        row.line: row.applicability for row in Outcome.objects.filter(return_record=return_).order_by("line")
    }
    section = load("ieg4-v2").by_tier
    assert {line.key: other[line.key] for line in section.lines} == {
        line.key: Outcome.starting_values(line, fresh(return_))["applicability"] for line in section.lines
    }
    assert history.check(fresh(return_)) == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.FINANCE, Role.CLERK, Role.CABINET])
def test_only_the_lead_adopts(return_, role):
    with pytest.raises(ActionRefused):
        adopt_version(return_=return_, by=who(role), key="ieg4-v2")

    assert fresh(return_).proforma_key == "ieg4"


def test_page_says_what_changes_and_asks_to_confirm(return_):
    client = Client()
    client.force_login(who(Role.LEAD), backend="django.contrib.auth.backends.ModelBackend")
    address = f"/{return_.authority.slug}/ieg4/proforma/adopt/"

    page = client.get(address)
    unsure = client.post(address, {"key": "ieg4-v2"})
    late = client.post(address, {"key": "ieg4", "sure": "on"})
    done = client.post(address, {"key": "ieg4-v2", "sure": "on"})

    assert len(page.context["changes"]) == len(changes_between(load("ieg4"), load("ieg4-v2"))) > 0
    assert (unsure.status_code, late.status_code, done.status_code) == (422, 409, 302)
    assert fresh(return_).proforma == current("ieg4")
    assert client.get(address).status_code == 404


def test_version_that_asks_for_other_answers_is_refused(return_, tmp_path, monkeypatch):
    raw = without("cases") | {"key": "ieg4-v3", "version": "3"}
    raw["round"]["key"] = "ieg4"
    third = know(raw, tmp_path, monkeypatch)

    assert asks_otherwise(load("ieg4"), third) == "cases.cases.returns.CaseStudy.list"
    with pytest.raises(ActionRefused) as refused:
        adopt_version(return_=return_, by=who(Role.LEAD), key="ieg4-v3")

    assert str(refused.value) == (
        "Proforma Lesser 2004, version 3 asks for other answers (cases.cases.returns.CaseStudy.list), so this return "
        "can’t move to it."
    )
    assert fresh(return_).proforma_key == "ieg4"
