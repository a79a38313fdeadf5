"""What waits for one person: the rows of their work, the oldest first."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Min
from django.urls import reverse

from .. import clock
from ..acts import answerer, prepared_by
from ..answers.address import in_table
from ..checks.completeness import Assessment, Blocker, Part, PlaceState
from ..models import Event, Query, Return, User
from ..rules import access
from ..values import wording
from ..values.address import PlaceAddress
from ..values.parsing import shorten
from .days import Day, due_on

LONGEST_QUOTE = 240  # characters of a query or a reason in a list; its page shows all of it
# What others said: a query, a question from Cabinet, a reply, a reason.
ASKED = frozenset({*Query.Kind.labels, "Reply", "Sent back"})


@dataclass(frozen=True)
class Task:
    """One thing that waits for a person: a row of their work.

    `blocks` counts its blockers that they can clear. `act` is what they can do now, "" where they must wait; `url` is
    "" where they may not open its page.
    """

    tag: str
    code: str
    title: str
    url: str
    text: str
    date: datetime.date
    day: Day
    blocks: int = 0
    act: str = ""

    @property
    def kind(self) -> str:
        """The kind of its tag, for the tag component."""
        return "query" if self.tag in ASKED else "block"


def tasks_of(assessment: Assessment, user: User) -> list[Task]:
    """All tasks of this person, the oldest first.

    Their `blocks` add up to the blockers that this person can clear.
    """
    tasks = _answers(assessment, user) + _queries(assessment, user)
    tasks += _signatures(assessment, user) + _sent_back(assessment, user)
    return sorted(tasks, key=lambda task: task.date)


def _answers(assessment: Assessment, user: User) -> list[Task]:
    """Each place with blanks or texts to correct that this person has to clear."""
    by_place: dict[tuple, list[Blocker]] = {}
    for blocker in assessment.blockers:
        if blocker.owner == user and blocker.kind in ("blank", "check"):
            by_place.setdefault(blocker.place.key, []).append(blocker)
    return [_answer_task(assessment, user, blockers) for blockers in by_place.values()]


def _answer_task(assessment: Assessment, user: User, blockers: list[Blocker]) -> Task:
    first, place = blockers[0], blockers[0].place
    allocation = assessment.answers.allocation(place)
    if place.tables:
        can_do = access.can_answer(user, place, allocation)
        can_open = access.can_see_place(user, place, allocation)
        verb = "Answer" if first.kind == "blank" else "Correct"
        act = f"{verb} {place.code}{_where(first)}"
    else:  # a list with too few rows
        can_do = can_open = access.can_add_case_study(user, place.return_)
        act = f"Add to {place.section.short.lower()}"
    due = assessment.answers.due(place)
    count = len(blockers)
    what = _what(first)
    text = f"{what[:1].upper()}{what[1:]}." if count == 1 else f"{count} blockers, the first: {what}."
    sent_back = assessment.state(place).sent_back if place.tables else None
    if sent_back:
        text += f" {_sent_back_words(sent_back)}"
    return Task(
        tag="Blank" if first.kind == "blank" else "To correct",
        code=place.code,
        title=place.label if place.tables else place.section.title,
        url=first.link if can_open else "",
        text=text,
        date=due,
        day=due_on(due),
        blocks=count,
        act=act if can_do else "",
    )


def _what(blocker: Blocker) -> str:
    """What is wrong, without the code and department that its message begins with."""
    place = blocker.place
    return blocker.message.removeprefix(f"{place.code}, {place.department}: ").removeprefix(f"{place.code}: ")


def _where(blocker: Blocker) -> str:
    """The date or year of a blank answer: " at 31 March 2006"."""
    point = next((point for point in blocker.place.section.points if point.key == blocker.point), None)
    if point is None:
        return ""
    return f" {'at' if point.date else 'for'} {point.name}"


def _queries(assessment: Assessment, user: User) -> list[Task]:
    """Queries and questions that this person has to reply to, and replied queries that they have to close."""
    return [
        task
        for state in assessment.places
        for query in state.queries
        if query.is_open and (task := _query_task(assessment, user, state, query))
    ]


def _query_task(assessment: Assessment, user: User, state: PlaceState, query: Query) -> Task | None:
    place, answers = state.place, assessment.answers
    allocation = answers.allocation(place)
    if query.kind == Query.Kind.QUERY:
        holder = answers.lead if query.replied_id else state.owner
        blocks = int(holder == user)
    else:
        holder, blocks = answerer(answers, place) or answers.lead, 0
    if query.replied_id:
        can_do = access.can_close_query(user, query, place.return_)
        act, said = f"Read the reply on {place.code}", query.replied
    else:
        can_do = holder == user and access.can_reply(user, query, place, allocation)
        noun = "query" if query.kind == Query.Kind.QUERY else "question"
        act, said = f"Answer the {noun} on {place.code}", query.asked
    if not (blocks or can_do):
        return None
    asked = clock.day_of(said.at)
    can_open = access.can_see_query(user, query, place, allocation)
    verb, happened = ("replied", "Replied") if query.replied_id else ("asks", "Asked")
    return Task(
        tag="Reply" if query.replied_id else query.get_kind_display(),
        code=place.code,
        title=place.label,
        url=_page_of(query, place.return_) if can_open else "",
        text=f"{said.by} {verb}: {_quoted(said.new)}",
        date=asked,
        day=Day(f"{happened} {wording.day_of_year(asked)}", wording.days_waiting(said.at)),
        blocks=blocks,
        act=act if can_do else "",
    )


def _page_of(query: Query, return_: Return) -> str:
    return reverse("returns:query-detail", args=[return_.authority.slug, return_.round, query.number])


def _signatures(assessment: Assessment, user: User) -> list[Task]:
    """The parts that this person is named to sign, or may sign, and that are not signed."""
    found = []
    for part in assessment.parts:
        if part.unsigned and (part.signer == user or _may_sign(assessment.answers.return_, user, part)):
            found.append(_signature_task(assessment, user, part))
    return found


def _may_sign(return_: Return, user: User, part: Part) -> bool:
    if part.department:
        return access.can_sign_department(user, return_, part.department)
    return access.can_sign_figures(user, return_)


def _signature_task(assessment: Assessment, user: User, part: Part) -> Task:
    return_ = assessment.answers.return_
    count, unready = len(part.unsigned), len(part.unready)
    prepared = prepared_by(user, return_, part) if part.department is None else []
    if part.department:
        act = f"Sign {wording.counted(count, 'line')} of {part.title}"
    else:
        act = f"Check {wording.counted(count, 'line')} of figures"
    if prepared:
        text = (
            f"You prepared {wording.listed_codes(prepared)} yourself, so another section 151 officer signs."
        )
    elif unready:
        text = f"{wording.counted(unready, 'blocker')} to clear before you can sign."
    else:
        text = "Complete, and ready for your signature."
    delegation = return_.delegation if return_.status == Return.Status.AMENDING else None
    due = delegation.delegated_until if delegation else return_.answers_due
    can_do = _may_sign(return_, user, part) and not (prepared or unready)
    return Task(
        tag="Signature",
        code="",
        title=f"{part.title}: {count} of {wording.counted(len(part.states), 'line')} to sign",
        url=part.blocker.url,
        text=text,
        date=due,
        day=due_on(due),
        blocks=int(part.signer == user),
        act=act if can_do else "",
    )


def _sent_back(assessment: Assessment, user: User) -> list[Task]:
    """Lines that were sent back to this person, are complete, and haven't been changed since."""
    states = [
        state
        for state in assessment.places
        if state.sent_back
        and state.owner == user
        and not any(blocker.kind in ("blank", "check") for blocker in state.blockers)
        and access.can_answer(user, state.place, assessment.answers.allocation(state.place))
    ]
    changed = _changed_since(assessment.answers.return_, states) if states else {}
    return [
        Task(
            tag="Sent back",
            code=state.place.code,
            title=state.place.label,
            url=state.place.get_absolute_url(),
            text=_sent_back_words(state.sent_back),
            date=clock.day_of(state.sent_back.event.at),
            day=Day(f"Sent back {wording.day_of_year(clock.day_of(state.sent_back.event.at))}"),
            act=f"Look at {state.place.code} again",
        )
        for state in states
        if changed.get(state.place.key, 0) < state.sent_back.event.number
    ]


def _changed_since(return_: Return, states: list[PlaceState]) -> dict[PlaceAddress, int]:
    """By the address of a place: the number of its last change since anything was sent back."""
    wanted = {table.key for state in states for table in state.place.tables}
    first = return_.sent_back.aggregate(first=Min("event__number"))["first"]
    events = return_.events.filter(kind=Event.Kind.ANSWER, table__in=wanted, number__gt=first)
    rows = events.order_by("number").values_list("table", "line", "department_id", "number")
    return {in_table(return_.proforma, *columns): number for *columns, number in rows}


def _sent_back_words(sent_back) -> str:
    return f"{sent_back.event.by} sent it back: {_quoted(sent_back.event.reason)}"


def _quoted(text: str) -> str:
    return f"“{shorten(text, LONGEST_QUOTE)}”"
