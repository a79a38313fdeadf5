"""Who opens a return, and that a round has one."""

import datetime

import pytest

from returns.acts import ActionRefused, open_return
from returns.answers.reader import read
from returns.models import Return, Role
from tests.support.factories import AuthorityFactory, DepartmentFactory, UserFactory

pytestmark = pytest.mark.django_db
TERMS = {
    "proforma_key": "ieg4",
    "answers_due": datetime.date(2004, 12, 10),
    "cabinet_date": datetime.date(2004, 12, 16),
}


@pytest.fixture
def council():
    return DepartmentFactory().authority


def test_the_councils_administrator_opens_its_return(council):
    admin = UserFactory(authority=council, roles=[Role.ADMINISTRATOR])

    return_ = open_return(authority=council, by=admin, **TERMS)

    assert (return_.authority, return_.round, return_.status) == (council, "ieg4", Return.Status.PREPARING)
    assert read(return_, "efficiency").departments == list(council.departments.all())


@pytest.mark.parametrize("roles", [[], [role for role in Role if role != Role.ADMINISTRATOR]])
def test_nobody_else_of_the_council_opens_one(council, roles):
    with pytest.raises(ActionRefused, match="The council’s administrator opens its returns."):
        open_return(authority=council, by=UserFactory(authority=council, roles=roles), **TERMS)

    assert not council.returns.exists()


def test_nobody_of_another_council_opens_one_nor_who_has_left(council):
    for person in (
        UserFactory(authority=AuthorityFactory(), roles=[Role.ADMINISTRATOR]),
        UserFactory(authority=council, roles=[Role.ADMINISTRATOR], is_active=False),
    ):
        with pytest.raises(ActionRefused, match="The council’s administrator opens its returns."):
            open_return(authority=council, by=person, **TERMS)

    assert not council.returns.exists()


def test_a_round_has_one_return(council):
    open_return(authority=council, by=None, **TERMS)

    with pytest.raises(ActionRefused, match="The council’s IEG4 return is open already."):
        open_return(authority=council, by=None, **TERMS)

    assert council.returns.count() == 1
