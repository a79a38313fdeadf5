"""Case studies are brought and removed."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from .. import clock, history
from ..answers.reader import Place
from ..messages.notices import tell, with_roles
from ..models import CaseStudy, Department, Event, Query, Return, Role, User
from ..proforma import Line, Table
from ..rules import access, refusals
from .base import ActionRefused, fresh, lock
from .signing import void_signatures


@transaction.atomic
def add_case_study(*, return_: Return, by: User, department: Department) -> CaseStudy:
    """A blank case study of that department, at the end of the list. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    if not access.can_add_case_study(by, return_) or department.pk not in by.department_ids:
        raise ActionRefused(
            refusals.refusal(
                return_, "A case study is added by the department concerned. Ask one of its officers."
            )
        )
    _, table = return_.proforma.tables["cases"]
    study = CaseStudy.objects.create(
        return_record=return_, department=department, line=_next_code(return_, table)
    )
    history.record(return_, [_event(return_, by, Event.Kind.ADDED, study, table)])
    return study


def _next_code(return_: Return, table: Table) -> str:
    """The code of the next case study. Raises ActionRefused where the return takes no more."""
    codes = CaseStudy.objects.filter(return_record=return_).values_list("line", flat=True)
    numbers = [int(code.removeprefix("C")) for code in codes]
    if len(numbers) >= table.most:
        raise ActionRefused(f"The return already has {table.most} case studies, the most it can have.")
    # A removed study's code is never used again, so that each code in the history means one study.
    removed = Event.objects.filter(return_record=return_, kind=Event.Kind.REMOVED, table=table.key)
    numbers += [int(code.removeprefix("C")) for code in removed.values_list("line", flat=True)]
    return f"C{max(numbers, default=0) + 1}"


@transaction.atomic
def remove_case_study(*, return_: Return, by: User, line: str) -> None:
    """That case study is removed and its words stay in the history; queries about it close. Raises ActionRefused."""
    return_, by = lock(return_), fresh(by)
    study = CaseStudy.objects.select_related("department").filter(return_record=return_, line=line).first()
    if study is None:
        raise ActionRefused("This case study has been removed already.")
    section, table = return_.proforma.tables["cases"]
    place = Place(return_, section, Line(key=line, label=study.title), study.department)
    _refuse_removal(by, place, table)
    event = _event(return_, by, Event.Kind.REMOVED, study, table)
    event.old = f"{study.title}\n\n{study.text}".strip()
    because = f"Case study {line} was removed."
    voided = void_signatures(return_, [place], by=by, at=event.at, because=because)
    queries = [query for query in return_.queries.filter(section=section.key, line=line) if query.is_open]
    closed = [
        history.place_event(
            Event.Kind.CLOSED, place, at=event.at, by=by, field=str(query.number), reason=because
        )
        for query in queries
    ]
    history.record(return_, [*voided, *closed, event])
    _close(return_, by, line, queries, closed)
    return_.sent_back.filter(section=section.key, line=line).delete()
    study.delete()


def _refuse_removal(by: User, place: Place, table: Table) -> None:
    """Raises ActionRefused where this person may not remove the case study, or the return can't do without it."""
    return_ = place.return_
    if not access.can_remove_case_study(by, place, None):
        raise ActionRefused(
            f"Only {place.department} can remove case study {place.code}. {refusals.why_locked(return_)}".strip()
        )
    left = CaseStudy.objects.filter(return_record=return_).count() - 1
    if left < table.least and return_.status != Return.Status.PREPARING:
        raise ActionRefused(
            "The return needs at least one case study, and none can be added while only what was sent back "
            "is open. Change this one instead."
        )


def _close(return_: Return, by: User, line: str, queries: list[Query], closed: list[Event]) -> None:
    """The queries about a case study that is removed are closed by these events, and the leads told."""
    for query, event in zip(queries, closed, strict=True):
        query.closed = event
        query.save(update_fields=["closed"])
    if queries:
        tell(
            return_,
            with_roles(return_, Role.LEAD),
            but=by,
            subject=f"{line}: the query is closed",
            text=f"{by} removed case study {line}, which you had asked about.",
            path=reverse("returns:event-list", args=[return_.authority.slug, return_.round]),
        )


def _event(return_: Return, by: User, kind: str, study: CaseStudy, table: Table) -> Event:
    return Event(
        return_record=return_,
        at=clock.now(),
        by=by,
        kind=kind,
        table=table.key,
        line=study.line,
        department=study.department,
    )
