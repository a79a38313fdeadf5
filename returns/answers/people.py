"""Who takes part in a return: its departments, and the people it looks to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from ..models import Declaration, Return, Role, User


@dataclass(frozen=True)
class People:
    """The people of the return: the lead, the signer of each department and the signer of the figures."""

    lead: User | None
    heads: dict[int, User]
    finance: User | None


def departments_of(return_: Return):
    """The departments that take part in the return: those that were there while it was prepared."""
    takes_part = Declaration.objects.filter(return_record=return_, department=OuterRef("pk"))
    return return_.authority.departments.filter(Exists(takes_part))


def people_of(return_: Return) -> People:
    """The people of the return; only those whose accounts are open."""
    lead, heads, finance = None, {}, None
    found = User.objects.filter(
        authority=return_.authority,
        is_active=True,
        groups__name__in=[Role.LEAD, Role.HEAD, Role.FINANCE],
    )
    for person in found.distinct().order_by("pk").prefetch_related("groups", "departments"):
        if Role.LEAD in person.roles and lead is None:
            lead = person
        if Role.FINANCE in person.roles and finance is None:
            finance = person
        if Role.HEAD in person.roles:
            for pk in person.department_ids:
                heads.setdefault(pk, person)
    return People(lead, heads, finance)
