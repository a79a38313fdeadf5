"""Who may do what: one predicate per act, asked alike by pages, navigation, imports and acts.

No predicate queries beyond the objects given, save the user's roles and departments, read once a request.
"""

from .models import Allocation, Authority, Return, Role, User

WIDE = frozenset({Role.LEAD, Role.FINANCE, Role.CLERK})
ANSWERING = frozenset({Role.OFFICER, Role.HEAD})
READING = WIDE | ANSWERING | {Role.CABINET}


def belongs(user: User, authority: Authority) -> bool:
    """Everything else presupposes this: nobody sees anything of another council."""
    return user.is_active and user.authority_id == authority.pk


def can_read_return(user: User, return_: Return) -> bool:
    """The return as a whole, read-only: page and draft PDF."""
    return belongs(user, return_.authority) and bool(user.roles & READING)


def can_watch(user: User, return_: Return) -> bool:
    """The dashboard, every department and every line."""
    return belongs(user, return_.authority) and bool(user.roles & WIDE)


def can_allocate(user: User, return_: Return) -> bool:
    return belongs(user, return_.authority) and Role.LEAD in user.roles


def can_open_cabinet_page(user: User, return_: Return) -> bool:
    return belongs(user, return_.authority) and bool(user.roles & (WIDE | {Role.CABINET}))


def can_manage_people(user: User, authority: Authority) -> bool:
    return belongs(user, authority) and Role.ADMINISTRATOR in user.roles


def has_work(user: User, return_: Return) -> bool:
    """Whether this person answers anything, and so has a page 'my work'."""
    return belongs(user, return_.authority) and bool(user.roles & (ANSWERING | {Role.LEAD}))


def can_open_department(user: User, return_: Return, department) -> bool:
    return can_watch(user, return_) or (has_work(user, return_) and department.pk in user.department_ids)


def can_see_place(user: User, place, allocation: Allocation | None) -> bool:
    """The page of a line: whoever watches, and the department that answers it."""
    return can_watch(user, place.return_) or _answers_for(user, place, allocation)


def can_answer(user: User, place, allocation: Allocation | None) -> bool:
    """Change the answers of a place: its department, or the lead where no department contributes.

    Who checks (finance), minutes (clerk) or approves (cabinet) never prepares.
    """
    if place.return_.status != Return.Status.PREPARING:
        return False
    if Role.LEAD in user.roles and not place.department:
        return belongs(user, place.return_.authority)
    return _answers_for(user, place, allocation)


def can_add_case_study(user: User, return_: Return) -> bool:
    """Bring a case study for one's own department."""
    return (
        return_.status == Return.Status.PREPARING
        and belongs(user, return_.authority)
        and bool(user.roles & ANSWERING and user.department_ids)
    )


def _answers_for(user: User, place, allocation: Allocation | None) -> bool:
    if not (belongs(user, place.return_.authority) and user.roles & ANSWERING):
        return False
    if place.department:
        return place.department.pk in user.department_ids
    return allocation is not None and (
        allocation.department_id in user.department_ids or allocation.owner_id == user.pk
    )
