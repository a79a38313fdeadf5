"""The one act that is next for a person: for every page that they land on."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from .. import clock
from ..acts.reminding import not_reminded_today
from ..answers.reader import Place
from ..checks.completeness import Assessment, PlaceState
from ..lifecycle import TRANSITIONS, Action, available_actions
from ..models import Return, User
from ..rules import access
from ..values import wording
from ..versions.snapshot import says_the_same
from .days import Day, due_on
from .tasks import Task


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


# In the order in which it is asked for.


def _allocate(assessment: Assessment, user: User) -> NextAct | None:
    return_ = assessment.answers.return_
    unowned = sum(blocker.kind == "owner" for blocker in assessment.blockers)
    if not unowned or not access.can_allocate(user, return_):
        return None
    label = f"Allocate {wording.counted(unowned, 'line')}"
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
            count = wording.counted(len(open_to_delegate(assessment, user)), "open answer")
            url = f"{_url(return_, 'returns:work-list')}#open-answers"
            return NextAct(f"Amend {count}", url, _until(return_))
        return NextAct("Finish the amendment", _act_url(return_, Action.FINISH), _until(return_))
    if Action.ABANDON in actions and clock.today() > return_.delegation.delegated_until:
        ended = Day(f"The delegation ended on {wording.day_of_year(return_.delegation.delegated_until)}")
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
    label = f"Remind {wording.counted(len(people), 'person', 'people')}"
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
    day = Day(wording.counted(len(part.unready), "blocker"))
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
        due_on(due, f"{wording.counted(len(blockers), 'blocker')}, due"),
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


def _act_url(return_: Return, action: Action) -> str:
    return _url(return_, "returns:act-perform", action.value)


def _url(return_: Return, name: str, *rest) -> str:
    return reverse(name, args=[return_.authority.slug, return_.round, *rest])
