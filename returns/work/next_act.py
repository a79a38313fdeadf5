"""The tasks of one person, and the one act that is next for them: for every start page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Min
from django.urls import reverse

from .. import clock
from ..acts import answerer, prepared_by
from ..acts.reminding import not_reminded_today
from ..answers.address import in_table
from ..answers.reader import Place
from ..checks.completeness import Assessment, Blocker, Part, PlaceState
from ..lifecycle import TRANSITIONS, Action, available_actions
from ..models import Event, Query, Return, User
from ..rules import access
from ..values import wording
from ..values.address import PlaceAddress
from ..values.parsing import shorten
from ..versions.snapshot import says_the_same

LONGEST_QUOTE = 240  # characters of a query or a reason in a list; its page shows all of it


# What others said: a query, a question from Cabinet, a reply, a reason.
ASKED = frozenset({*Query.Kind.labels, "Reply", "Sent back"})


@dataclass(frozen=True)
class Day:
    """When something is due or was asked, in words; `urgent` is how late or how near that is, or nothing."""

    words: str
    urgent: str = ""


@dataclass(frozen=True)
class NextAct:
    """The words of the button, where it leads, and its day. `posts`: the button sends a form.

    `own` is false where the button only leads to what other people have to do.
    """

    label: str
    url: str
    day: Day | None = None
    posts: bool = False
    own: bool = True


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


def next_act(assessment: Assessment, user: User, tasks: list[Task]) -> NextAct | None:
    """The next act of this person, which they may do now; None where they only wait or read.

    `tasks` are those of `tasks_of`.
    """
    if act := _allocate(assessment, user) or _own_task(tasks):
        return act
    steps = (_amend, _decide, _send, _remind, _file, _figures, _report, _department)
    return next((act for step in steps if (act := step(assessment, user))), None)


def next_blank(assessment: Assessment, user: User, after: Place) -> Place | None:
    """The line with this person's next blank or text to correct, in the order of their work; or None.

    After the last comes the first again, so that people who leave blanks see each in turn.
    """
    answers, order = assessment.answers, {s.place.key: n for n, s in enumerate(assessment.places)}
    amends = access.can_amend(user, answers.return_)
    mine = {
        blocker.place.key: blocker.place
        for blocker in assessment.blockers
        if blocker.kind in ("blank", "check")
        and (amends or blocker.owner == user)
        and blocker.place.tables
        and blocker.place.key != after.key
        and access.can_answer(user, blocker.place, answers.allocation(blocker.place))
    }

    def turn(place: Place) -> tuple:
        return answers.due(place), order[place.key]

    places = sorted(mine.values(), key=turn)
    return next((place for place in places if turn(place) > turn(after)), places[0] if places else None)


def open_to_delegate(assessment: Assessment, user: User) -> list[PlaceState]:
    """The lines that this person may amend now under Cabinet's delegation."""
    return_ = assessment.answers.return_
    if not access.can_amend(user, return_):
        return []
    return [
        state
        for state in assessment.places
        if state.place.tables
        and access.can_answer(user, state.place, assessment.answers.allocation(state.place))
    ]


def due_on(date: datetime.date, words: str = "Due") -> Day:
    """A day with how late or how near it is."""
    days = (clock.today() - date).days
    near = {0: "today", -1: "tomorrow"}.get(days, "")
    return Day(f"{words} {_short(date)}", f"{_counted(days, 'day')} late" if days > 0 else near)


# What waits for a person.


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
    verb = "replied" if query.replied_id else "asks"
    return Task(
        tag="Reply" if query.replied_id else query.get_kind_display(),
        code=place.code,
        title=place.label,
        url=_url(place.return_, "returns:query-detail", query.number) if can_open else "",
        text=f"{said.by} {verb}: {_quoted(said.new)}",
        date=asked,
        day=Day(
            f"{'Replied' if query.replied_id else 'Asked'} {_short(asked)}", wording.days_waiting(said.at)
        ),
        blocks=blocks,
        act=act if can_do else "",
    )


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
        act = f"Sign {_counted(count, 'line')} of {part.title}"
    else:
        act = f"Check {_counted(count, 'line')} of figures"
    if prepared:
        text = (
            f"You prepared {wording.listed_codes(prepared)} yourself, so another section 151 officer signs."
        )
    elif unready:
        text = f"{_counted(unready, 'blocker')} to clear before you can sign."
    else:
        text = "Complete, and ready for your signature."
    delegation = return_.delegation if return_.status == Return.Status.AMENDING else None
    due = delegation.delegated_until if delegation else return_.answers_due
    can_do = _may_sign(return_, user, part) and not (prepared or unready)
    return Task(
        tag="Signature",
        code="",
        title=f"{part.title}: {count} of {_counted(len(part.states), 'line')} to sign",
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
            day=Day(f"Sent back {_short(clock.day_of(state.sent_back.event.at))}"),
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


# The next act, in the order in which the kinds are tried.


def _allocate(assessment: Assessment, user: User) -> NextAct | None:
    return_ = assessment.answers.return_
    unowned = sum(blocker.kind == "owner" for blocker in assessment.blockers)
    if not unowned or not access.can_allocate(user, return_):
        return None
    label = f"Allocate {_counted(unowned, 'line')}"
    return NextAct(label, _url(return_, "returns:allocation"), due_on(return_.answers_due))


def _own_task(tasks: list[Task]) -> NextAct | None:
    """The oldest task with a blocker that the person can clear, otherwise the oldest other task."""
    ready = sorted((task for task in tasks if task.act), key=lambda task: not task.blocks)
    return NextAct(ready[0].act, ready[0].url, ready[0].day) if ready else None


def _amend(assessment: Assessment, user: User) -> NextAct | None:
    """Begin the amendment, amend, finish; or abandon it once the delegation has ended."""
    return_ = assessment.answers.return_
    actions = available_actions(return_, user)
    if Action.AMEND in actions:
        return NextAct("Begin the amendment", _act_url(return_, Action.AMEND), _until(return_))
    if Action.FINISH in actions:
        if assessment.blockers or not _anything_amended(assessment):
            count = _counted(len(open_to_delegate(assessment, user)), "open answer")
            url = f"{_url(return_, 'returns:work-list')}#open-answers"
            return NextAct(f"Amend {count}", url, _until(return_))
        return NextAct("Finish the amendment", _act_url(return_, Action.FINISH), _until(return_))
    if Action.ABANDON in actions and clock.today() > return_.delegation.delegated_until:
        ended = Day(f"The delegation ended on {_short(return_.delegation.delegated_until)}")
        return NextAct("Abandon the amendment", _act_url(return_, Action.ABANDON), ended)
    return None


def _anything_amended(assessment: Assessment) -> bool:
    approved = assessment.answers.return_.versions.defer("pdf").order_by("-number").first()
    return not says_the_same(assessment.answers, approved.data)


def _decide(assessment: Assessment, user: User) -> NextAct | None:
    """The page of the return's status has both decisions, approved and referred back."""
    return_ = assessment.answers.return_
    guard = TRANSITIONS[Action.APPROVE].guard
    if clock.today() < return_.cabinet_date:
        return None  # a decision is recorded once Cabinet has met
    if Action.APPROVE not in available_actions(return_, user) or guard(return_, user):
        return None
    return NextAct("Record Cabinet’s decision", _url(return_, "returns:act-list"), _cabinet(return_))


def _send(assessment: Assessment, user: User) -> NextAct | None:
    return_ = assessment.answers.return_
    if assessment.blockers or Action.SEND not in available_actions(return_, user):
        return None
    return NextAct("Send to Cabinet", _act_url(return_, Action.SEND), _cabinet(return_))


def _remind(assessment: Assessment, user: User) -> NextAct | None:
    return_ = assessment.answers.return_
    if not access.can_remind(user, return_):
        return None
    people = not_reminded_today(return_, {b.owner for b in assessment.blockers if b.owner} - {user})
    if not people:
        return None
    label = f"Remind {_counted(len(people), 'person', 'people')}"
    day = due_on(return_.answers_due, "Answers due")
    return NextAct(label, _url(return_, "returns:reminder-send"), day, posts=True)


def _file(assessment: Assessment, user: User) -> NextAct | None:
    return_ = assessment.answers.return_
    if Action.SUBMIT not in available_actions(return_, user):
        return None
    return NextAct("Record the filing", _act_url(return_, Action.SUBMIT), _filing(return_))


def _figures(assessment: Assessment, user: User) -> NextAct | None:
    """For whoever signs the figures, while these are not complete."""
    return_, part = assessment.answers.return_, assessment.part(None)
    if not part or not part.unready or not access.can_sign_figures(user, return_):
        return None
    day = Day(_counted(len(part.unready), "blocker"))
    return NextAct("See what the figures still need", _url(return_, "returns:signature-list"), day, own=False)


def _report(assessment: Assessment, user: User) -> NextAct | None:
    """For the clerk, until the return goes to Cabinet."""
    return_ = assessment.answers.return_
    if return_.status not in access.ALLOCATING or not access.can_edit_report(user, return_):
        return None
    return NextAct("Check the covering report", _url(return_, "report-detail"), _cabinet(return_))


def _department(assessment: Assessment, user: User) -> NextAct | None:
    """For people with nothing left to do: the first of their departments that still has blockers."""
    return_ = assessment.answers.return_
    if return_.status not in access.ALLOCATING or not access.has_work(user, return_):
        return None
    owing: dict = {}
    for state in assessment.places:
        if state.department and state.department.pk in user.department_ids:
            others = [blocker for blocker in state.blockers if blocker.owner != user]
            owing.setdefault(state.department, []).extend(others)
    department = min((d for d, blockers in owing.items() if blockers), key=str, default=None)
    if department is None:
        return None
    blockers = owing[department]
    due = min(assessment.answers.due(blocker.place) for blocker in blockers)
    whose = "your department" if len(user.department_ids) == 1 else department.name
    return NextAct(
        f"See the blockers of {whose}",
        _url(return_, "returns:department-detail", department.slug),
        due_on(due, f"{_counted(len(blockers), 'blocker')}, due"),
        own=False,
    )


def _cabinet(return_: Return) -> Day:
    """The day of Cabinet; once that has passed, the last day for filing."""
    if return_.cabinet_date < clock.today():
        return _filing(return_)
    return due_on(return_.cabinet_date, "Cabinet meets")


def _filing(return_: Return) -> Day:
    return due_on(return_.proforma.round.deadline, "Filing closes")


def _until(return_: Return) -> Day:
    return due_on(return_.delegation.delegated_until, "Until")


def _sent_back_words(sent_back) -> str:
    return f"{sent_back.event.by} sent it back: {_quoted(sent_back.event.reason)}"


def _quoted(text: str) -> str:
    return f"“{shorten(text, LONGEST_QUOTE)}”"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def _short(date: datetime.date) -> str:
    return wording.day_of_year(date)


def _act_url(return_: Return, action: Action) -> str:
    return _url(return_, "returns:act-perform", action.value)


def _url(return_: Return, name: str, *rest) -> str:
    return reverse(name, args=[return_.authority.slug, return_.round, *rest])
