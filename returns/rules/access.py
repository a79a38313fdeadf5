"""Who may do what: one predicate per act, used by pages, navigation, imports and acts.

No predicate makes queries beyond the objects given, except what a user or return reads once for itself: roles and
departments, the latest decision, what was sent back.
"""

from .. import clock
from ..models import Allocation, Authority, Query, Return, Role, User

WIDE = frozenset({Role.LEAD, Role.FINANCE, Role.CLERK})
ANSWERING = frozenset({Role.OFFICER, Role.HEAD})
READING = WIDE | ANSWERING | {Role.CABINET}

Status = Return.Status
# States in which answers, or some of them, may change, and lines are signed.
WORKING = frozenset({Status.PREPARING, Status.REFERRED_BACK, Status.AMENDING})
ALLOCATING = frozenset({Status.PREPARING, Status.REFERRED_BACK})
# States before Cabinet's decision, in which the covering report may still change.
REPORTING = frozenset({Status.PREPARING, Status.WITH_CABINET, Status.REFERRED_BACK})
LOCKED = frozenset({Status.WITH_CABINET, Status.APPROVED, Status.SUBMITTED})


def belongs(user: User, authority: Authority) -> bool:
    """Every other rule needs this one first: nobody sees anything of another council."""
    return user.is_active and user.authority_id == authority.pk


def has_role(user: User, return_: Return, role: Role) -> bool:
    return belongs(user, return_.authority) and role in user.roles


def can_read_return(user: User, return_: Return) -> bool:
    """Read the return as a whole: page, PDF, signatures and one's own messages."""
    return belongs(user, return_.authority) and bool(user.roles & READING)


def can_watch(user: User, return_: Return) -> bool:
    """See the dashboard, every department, every line and the whole history."""
    return belongs(user, return_.authority) and bool(user.roles & WIDE)


def can_open_allocation(user: User, return_: Return) -> bool:
    return has_role(user, return_, Role.LEAD)


def can_allocate(user: User, return_: Return) -> bool:
    return return_.status in ALLOCATING and has_role(user, return_, Role.LEAD)


def can_adopt_version(user: User, return_: Return) -> bool:
    """Whoever steers the return may move it to a newer version of its form, until it is first sent to Cabinet."""
    return return_.status == Return.Status.PREPARING and has_role(user, return_, Role.LEAD)


def can_open_cabinet_page(user: User, return_: Return) -> bool:
    return belongs(user, return_.authority) and bool(user.roles & (WIDE | {Role.CABINET}))


def can_edit_register(user: User, return_: Return) -> bool:
    """The lead, in any state of the return: the grant and the dates are at risk after filing too.

    The register is not an answer: the return's locks don't cover it, and no version contains it.
    """
    return has_role(user, return_, Role.LEAD)


def can_read_report(user: User, return_: Return) -> bool:
    """The covering report, and the register of funding risks that it prints: whoever reads the return.

    The report is published before Cabinet meets, so there is nothing to protect by hiding the register, and the
    departments carry out what the register asks.
    """
    return can_read_return(user, return_)


def can_edit_report(user: User, return_: Return) -> bool:
    """The clerk, until Cabinet has decided, and again once the return has to go back to Cabinet."""
    return return_.status in REPORTING and has_role(user, return_, Role.CLERK)


def can_see_contradictions(user: User, return_: Return) -> bool:
    """See texts that name another sum, date or year than the stored one: those who correct them or ask for it."""
    return has_role(user, return_, Role.CLERK) or has_role(user, return_, Role.LEAD)


def sees_copies_only(user: User) -> bool:
    """A Cabinet member reads what was sent and approved, not the present answers."""
    return not user.roles & (WIDE | ANSWERING)


def can_draw_draft(user: User, return_: Return) -> bool:
    """Make a PDF of the present answers, while they can change and there is no version to read instead."""
    if return_.status in LOCKED or not can_read_return(user, return_):
        return False
    return not sees_copies_only(user) or return_.latest_version is None


def can_read_present(user: User, return_: Return) -> bool:
    """Read the present answers as well as the versions that were sent and approved."""
    return can_read_return(user, return_) and not sees_copies_only(user)


def can_manage_people(user: User, authority: Authority) -> bool:
    return belongs(user, authority) and Role.ADMINISTRATOR in user.roles


def can_open_return(user: User, authority: Authority) -> bool:
    """Begin a round's return, with its dates and blank records: the administrator sets the council up."""
    return can_manage_people(user, authority)


def has_work(user: User, return_: Return) -> bool:
    """Whether this person answers anything, and so has a page 'my work'."""
    return belongs(user, return_.authority) and bool(user.roles & (ANSWERING | {Role.LEAD}))


def can_open_my_work(user: User, return_: Return) -> bool:
    """Whoever answers anything, and the delegate whom Cabinet lets amend."""
    return has_work(user, return_) or is_delegate(user, return_)


def can_open_department(user: User, return_: Return, department) -> bool:
    return can_watch(user, return_) or (has_work(user, return_) and department.pk in user.department_ids)


def can_see_place(user: User, place, allocation: Allocation | None) -> bool:
    """The page of a line: whoever watches, the department that answers it, and who amends it."""
    return (
        can_watch(user, place.return_)
        or _answers_for(user, place, allocation)
        or (place.section.provisional and is_delegate(user, place.return_))
    )


def can_answer(user: User, place, allocation: Allocation | None) -> bool:
    """Change the answers of a place: its department, or the lead where no department contributes.

    Those who check (finance), take minutes (clerk) or approve (cabinet) never prepare. After approval only the
    delegate changes anything, and only what is provisional.
    """
    return_ = place.return_
    if return_.status == Status.AMENDING:
        return place.section.provisional and can_amend(user, return_)
    if not is_open(place):
        return False
    if Role.LEAD in user.roles and not place.department:
        return belongs(user, return_.authority)
    return _answers_for(user, place, allocation)


def is_open(place) -> bool:
    """Whether anybody can answer the place in the present state."""
    return_ = place.return_
    if return_.status == Status.REFERRED_BACK:
        return place.key in return_.open_again
    return return_.status == Status.PREPARING


def can_add_case_study(user: User, return_: Return) -> bool:
    """Add a case study for one's own department."""
    return (
        return_.status == Status.PREPARING
        and belongs(user, return_.authority)
        and bool(user.roles & ANSWERING and user.department_ids)
    )


def can_remove_case_study(user: User, place, allocation: Allocation | None) -> bool:
    """Under a delegation a case study is amended but not removed from what Cabinet approved."""
    return place.return_.status != Status.AMENDING and can_answer(user, place, allocation)


def is_delegate(user: User, return_: Return) -> bool:
    """The one person Cabinet's latest decision names, until the end of its last day by London time."""
    delegation = return_.delegation
    return (
        delegation is not None
        and belongs(user, return_.authority)
        and delegation.delegate_id == user.pk
        and clock.today() <= delegation.delegated_until
    )


def can_amend(user: User, return_: Return) -> bool:
    return return_.status == Status.AMENDING and is_delegate(user, return_)


def can_abandon_amendment(user: User, return_: Return) -> bool:
    """The delegate, even after the last day, or the lead, so that an expired delegation leaves nothing half done."""
    named = return_.delegation is not None and return_.delegation.delegate_id == user.pk
    return belongs(user, return_.authority) and (named or Role.LEAD in user.roles)


def is_head_of(user: User, return_: Return, department) -> bool:
    return has_role(user, return_, Role.HEAD) and department.pk in user.department_ids


def can_sign_department(user: User, return_: Return, department) -> bool:
    return return_.status in WORKING and is_head_of(user, return_, department)


def can_sign_figures(user: User, return_: Return) -> bool:
    """By role. When they sign, the history is checked: the signer must have prepared none of the figures."""
    return return_.status in WORKING and has_role(user, return_, Role.FINANCE)


def signs(user: User, return_: Return) -> bool:
    """Whether signing is part of this person's work, in whatever state the return is."""
    return belongs(user, return_.authority) and bool(user.roles & {Role.HEAD, Role.FINANCE})


def can_raise_query(user: User, return_: Return) -> bool:
    return return_.status in WORKING and has_role(user, return_, Role.LEAD)


def can_ask_question(user: User, return_: Return) -> bool:
    """A Cabinet member, once there is something to ask about and until the return is filed."""
    return return_.status not in (Status.PREPARING, Status.SUBMITTED) and has_role(
        user, return_, Role.CABINET
    )


def can_see_query(user: User, query: Query, place, allocation: Allocation | None) -> bool:
    """Whoever sees the line; questions and their replies are also on the Cabinet page."""
    in_pack = query.kind == Query.Kind.QUESTION and can_open_cabinet_page(user, place.return_)
    return in_pack or can_see_place(user, place, allocation)


def can_reply(user: User, query: Query, place, allocation: Allocation | None) -> bool:
    """Answer a query: the owner, the department, or the lead; until it is closed or, a question, answered."""
    return query.is_open and answers_queries(user, place, allocation)


def answers_queries(user: User, place, allocation: Allocation | None) -> bool:
    """Whether they reply to queries on this place, open or not."""
    if Role.LEAD in user.roles:
        return belongs(user, place.return_.authority)
    return _answers_for(user, place, allocation)


def can_close_query(user: User, query: Query, return_: Return) -> bool:
    return query.kind == Query.Kind.QUERY and query.is_open and has_role(user, return_, Role.LEAD)


def can_send_back(user: User, return_: Return) -> bool:
    """Send lines back while preparing, reopen them after that."""
    return has_role(user, return_, Role.LEAD)


def can_send_to_cabinet(user: User, return_: Return) -> bool:
    return has_role(user, return_, Role.LEAD)


def can_file(user: User, return_: Return) -> bool:
    """Record that the return was filed with the department of state."""
    return has_role(user, return_, Role.LEAD)


def reminders_are_sent(return_: Return) -> bool:
    """Whether anybody is reminded of lines to answer: not once the return is with Cabinet."""
    return return_.status in ALLOCATING


def can_remind(user: User, return_: Return) -> bool:
    return reminders_are_sent(return_) and has_role(user, return_, Role.LEAD)


def can_correct_decision(user: User, return_: Return) -> bool:
    """Correct the day or minute number of Cabinet's latest decision, once there is one."""
    return has_role(user, return_, Role.CLERK) and return_.decision is not None


def can_correct_filing(user: User, return_: Return) -> bool:
    """Correct the day or reference of the latest filing, once there is one."""
    return has_role(user, return_, Role.LEAD) and return_.filing is not None


def can_record_decision(user: User, return_: Return) -> bool:
    return has_role(user, return_, Role.CLERK)


def _answers_for(user: User, place, allocation: Allocation | None) -> bool:
    if not (belongs(user, place.return_.authority) and user.roles & ANSWERING):
        return False
    if place.department:
        return place.department.pk in user.department_ids
    return allocation is not None and (
        allocation.department_id in user.department_ids or allocation.owner_id == user.pk
    )
