"""People’s accounts and the council’s departments. Both are the council’s, which has no history as a return has."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import transaction

from ..models import Authority, Department, Return, User
from ..rules import access
from .base import ActionRefused, fresh, lock, lock_council
from .opening import add_blank_records


@transaction.atomic
def save_account(
    *,
    authority: Authority,
    by: User,
    person: User,
    roles: Collection[str],
    departments: Collection[Department],
    new_password: str = "",
) -> User:
    """The person is stored as one of the council, with exactly these roles and departments.

    A new password signs them out everywhere, since a session holds a digest of it. Only an administrator saves
    accounts, and never changes their own roles or closes their own account. The council’s row is locked, so that
    administrators take turns: an administrator who was just removed is refused, and one is always left.
    Raises ActionRefused.
    """
    authority = lock_council(authority)
    by = _administrator(by, authority)
    if person.pk == by.pk and (frozenset(roles) != by.roles or not person.is_active):
        raise ActionRefused("Only another administrator can change your roles or close your account.")
    if new_password:
        person.set_password(new_password)
    person.authority = authority
    person.save()
    person.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    person.departments.set(departments)
    return person


@transaction.atomic
def save_department(*, authority: Authority, by: User, department: Department) -> Department:
    """The department is stored; a new one has its blank records in every return that is being prepared.

    The council’s row is locked, so that administrators take turns. Raises ActionRefused.
    """
    authority = lock_council(authority)
    _administrator(by, authority)
    same = authority.departments.filter(slug=department.slug).exclude(pk=department.pk)
    if same.exists():
        raise ActionRefused("Another administrator has added a department of that name meanwhile.")
    contributor = department.contributor_id
    if contributor and not department.people.filter(pk=contributor, is_active=True).exists():
        raise ActionRefused(f"{department.contributor} has left {department} meanwhile. Choose someone else.")
    new = department.pk is None
    department.authority = authority
    department.save()
    if new:
        for return_ in authority.returns.order_by("pk"):
            # The locked rows make this and sending the return to Cabinet take turns.
            if lock(return_).status == Return.Status.PREPARING:
                add_blank_records(return_, department)
    return department


def _administrator(by: User, authority: Authority) -> User:
    """The person as they are now. Raises ActionRefused where they no longer administer the council."""
    by = fresh(by)
    if not access.can_manage_people(by, authority):
        raise ActionRefused("You are no longer an administrator, so nothing was saved.")
    return by
