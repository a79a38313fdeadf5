"""People’s accounts: who is in the council, with which roles and departments."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import transaction

from ..models import Authority, Department, User
from ..rules import access
from .base import ActionRefused, fresh


@transaction.atomic
def save_account(
    *,
    authority: Authority,
    by: User,
    person: User,
    roles: Collection[str],
    departments: Collection[Department],
) -> User:
    """The person is stored as one of the council, with exactly these roles and departments.

    Only an administrator saves accounts, and never changes their own roles or closes their own account. The
    council’s row is locked, so that administrators take turns: an administrator who was just removed is refused,
    and one is always left. Raises ActionRefused.
    """
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    by = fresh(by)
    if not access.can_manage_people(by, authority):
        raise ActionRefused("You are no longer an administrator, so nothing was saved.")
    if person.pk == by.pk and (frozenset(roles) != by.roles or not person.is_active):
        raise ActionRefused("Only another administrator can change your roles or close your account.")
    person.authority = authority
    person.save()
    person.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    person.departments.set(departments)
    return person
