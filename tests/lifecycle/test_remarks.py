"""Who both prepares and checks figures, and names that are no longer those of the approved version."""

import io
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from returns import clock, history
from returns.models import Event, Role, SignOff, User
from tests.support.moving import fresh, place, save, who

pytestmark = pytest.mark.django_db


def told(return_) -> list[str]:
    """What check_history says of a history that is whole, without its last line."""
    out = io.StringIO()
    call_command("check_history", return_.authority.slug, return_.round, stdout=out)
    *lines, last = out.getvalue().splitlines()
    assert "events, whole." in last
    return lines


def sign_by_hand(return_, by: User, *where: str) -> int:
    """A signature in a whole chain, as whoever writes to the database could add it; gives its event's number."""
    signed = history.place_event(
        Event.Kind.SIGNED, place(return_, *where), at=clock.now(), by=by, new="0" * 64
    )
    [event] = history.record(fresh(return_), [signed])
    SignOff.objects.create(
        return_record=return_,
        section=event.section,
        line=event.line,
        department_id=event.department_id,
        event=event,
    )
    return event.number


def test_there_is_nothing_to_look_at_in_the_demonstration(marchshire, wyeborough):
    assert (told(marchshire), told(wyeborough)) == ([], [])


def test_roles_that_prepare_and_check_are_named(wyeborough):
    finance = who(wyeborough, "finance")
    finance.groups.add(Group.objects.get(name=Role.HEAD), Group.objects.get(name=Role.OFFICER))

    assert told(wyeborough) == [
        f"To look at: {finance} (wyeborough-finance) is Section 151 officer and Head of department, Officer: "
        "whoever checks the figures should not prepare them."
    ]


def test_a_closed_account_is_not_looked_at(wyeborough):
    finance = who(wyeborough, "finance")
    finance.groups.add(Group.objects.get(name=Role.OFFICER))
    User.objects.filter(pk=finance.pk).update(is_active=False)

    assert told(wyeborough) == []


EF1 = ("efficiency", "EF1", "education")
EF1_HR = ("efficiency", "EF1", "hr")


def enter(return_) -> User:
    save(
        return_,
        "officer-education",
        "efficiency",
        "EF1",
        {"cashable": Decimal("11.5")},
        point="2006-07",
        department="education",
    )
    return who(return_, "officer-education")


def test_who_entered_some_figures_and_signed_others_is_named(marchshire):
    officer = enter(marchshire)
    marchshire.signoffs.filter(section="efficiency", line="EF1", department__slug="hr").delete()
    sign_by_hand(marchshire, officer, *EF1_HR)

    assert told(marchshire) == [
        f"To look at: {officer} (officer-education) entered figures of the return and signed figures of it."
    ]


def test_a_signature_on_ones_own_figures_is_a_fault(marchshire):
    officer = enter(marchshire)
    number = sign_by_hand(marchshire, officer, *EF1)

    assert history.check(marchshire) == [
        f"Event {number:,}: {officer} signed figures of EF1 that they had entered themselves."
    ]


def test_names_that_are_no_longer_those_of_the_approved_version_are_told(wyeborough):
    head = wyeborough.authority.departments.get(slug="housing")
    lead = who(wyeborough, "lead")
    before, title = head.name, lead.job_title
    head.name = "Homes"
    head.save()
    lead.last_name = "Married-Name"
    lead.save()
    old = f"Joanna Fairley, {title}"

    assert told(wyeborough) == [
        f"To look at: The department housing is “Homes” now, “{before}” in version 2.",
        f"To look at: wyeborough-lead is “Joanna Married-Name, {title}” now, “{old}” in version 2.",
    ]


def test_names_are_compared_only_once_there_is_an_approved_version(marchshire):
    User.objects.filter(username="lead").update(last_name="Married-Name")

    assert told(marchshire) == []
