"""The work of one person and the page of one department."""

from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from .. import clock
from ..answers.reader import read
from ..checks.completeness import Assessment, Blocker, PlaceState, assess
from ..models import Event, Return, User
from ..rules import access, refusals
from ..rules.states import grant_at_risk, page_words
from ..values import wording
from ..work.next_act import NextAct, next_act, open_to_delegate
from ..work.tasks import Task, tasks_of
from .base import DepartmentMixin, Opens, ReturnMixin
from .section_pages import has_own_page


def first_page(user: User, return_: Return) -> str:
    """The address of the page that this person's work on the return begins with."""
    address = (return_.authority.slug, return_.round)
    if access.can_watch(user, return_):
        return reverse("dashboard-detail", args=address)
    if access.can_open_my_work(user, return_):
        return reverse("returns:work-list", args=address)
    return reverse("cabinet-detail", args=address)


class ReturnHome(ReturnMixin, View):
    """Leads to the page this person's work begins with."""

    def get(self, request, *args, **kwargs):
        return redirect(first_page(request.user, self.return_))


class MyWork(ReturnMixin, TemplateView):
    """This person's tasks and next act, then every line they answer for."""

    template_name = "returns/work_list.html"

    def allowed(self) -> bool:
        return access.can_open_my_work(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        user = self.request.user
        assessment = assess(read(self.return_))
        mine = [state for state in assessment.places if state.owner == user and state.place.tables]
        tasks = tasks_of(assessment, user)
        act = next_act(assessment, user, tasks)
        may_amend = open_to_delegate(assessment, user)
        heading = _heading(assessment, tasks, act, may_amend)
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "act": act,
            "said": self._said(assessment, heading, tasks, mine),
            "blocking": [task for task in tasks if task.blocks],
            "held": sum(task.blocks for task in tasks),
            "others": [task for task in tasks if not task.blocks],
            "open_answers": self._by_section(may_amend, assessment),
            "open_caption": self._open_caption(may_amend),
            "in_the_way": [self._blocker(b, assessment) for b in assessment.blockers] if may_amend else [],
            "lock": refusals.why_locked(self.return_),
            "lines": self._by_section(mine, assessment),
            "line_caption": f"Your {len(mine)} lines" if len(mine) > 1 else "Your line",
            "line_note": self._order_of_dates(),
            "last_saved": self._last_saved(),
            "departments": user.own_departments,
        }

    def _said(self, assessment: Assessment, heading: str, tasks: list[Task], mine: list) -> str:
        """The grant at risk or who else holds blockers, and the time left until filing: sentences."""
        held = sum(task.blocks for task in tasks)
        words = page_words(self.return_, clock.today(), len(assessment.blockers))
        sentences = []
        if held:
            sentences.append(grant_at_risk(self.return_, len(assessment.blockers)))
        else:
            said = _of_others(assessment, mine, self.request.user)
            sentences += [sentence for sentence in said if sentence != f"{heading}."]
        sentences.append(words.to_file)
        return " ".join(filter(None, sentences))

    def _last_saved(self) -> str:
        """The last answer this person saved, or nothing."""
        events = self.return_.events.filter(by=self.request.user, kind=Event.Kind.ANSWER)
        last = events.order_by("-number").first()
        if last is None:
            return ""
        section, _ = self.return_.proforma.tables[last.table]
        return f"Last saved: you, {last.line or section.short}, {wording.moment(last.at)}."

    def _open_caption(self, may_amend: list) -> str:
        if not may_amend:
            return ""
        until = wording.day(self.return_.delegation.delegated_until)
        return f"{wording.counted(len(may_amend), 'open answer')}, yours to amend until {until}"

    def _order_of_dates(self) -> str:
        points = self.return_.proforma.rating_points
        if not points:
            return ""
        return f"Ratings in the order of the dates: {', '.join(point.label for point in points)}."

    def _blocker(self, blocker: Blocker, assessment: Assessment) -> dict:
        """A blocker with a link where this person may open its page."""
        place = blocker.place
        may_open = place and access.can_see_place(
            self.request.user, place, assessment.answers.allocation(place)
        )
        return {"blocker": blocker, "url": blocker.link if may_open else ""}

    def _by_section(self, states: list[PlaceState], assessment: Assessment) -> list[dict]:
        """Rows under the section they belong to, with how many there are and what is blank."""
        groups: dict[str, list] = {}
        for state in states:
            groups.setdefault(state.place.section.key, []).append(state)
        return [
            {
                "section": rows[0].place.section,
                "counted": _group_words(rows),
                "rows": [self._line(state, assessment) for state in rows],
            }
            for rows in groups.values()
        ]

    def _line(self, state: PlaceState, assessment: Assessment) -> dict:
        place, answers = state.place, assessment.answers
        may_open = access.can_see_place(self.request.user, place, answers.allocation(place))
        elsewhere = place.department and {place.department.pk} != self.request.user.department_ids
        return {
            "state": state,
            "url": place.get_absolute_url() if may_open else "",
            "where": f", {place.department}" if elsewhere else "",
            "lights": answers.lights(place),
            "due": answers.due(place),
        }


def _heading(assessment: Assessment, tasks: list[Task], act: NextAct | None, may_amend: list) -> str:
    """The heading: it counts what the lists below it show."""
    held, total = sum(task.blocks for task in tasks), len(assessment.blockers)
    if held:
        return f"You hold {held:,} of the {wording.counted(total, 'blocker')}"
    if tasks:
        return f"{wording.counted(len(tasks), 'line')} {wording.noun(len(tasks), 'waits', 'wait')} for you"
    if may_amend:
        count = len(may_amend)
        return f"{wording.counted(count, 'answer')} {wording.noun(count, 'is', 'are')} open for you to amend"
    if act is None or not act.own:
        return "You have nothing to do"
    if total:
        return f"You hold none of the {wording.counted(total, 'blocker')}"
    return "Nothing blocks the return"


def _of_others(assessment: Assessment, mine: list, user) -> list[str]:
    """Whether one's own lines are complete, and who holds what is left."""
    total = len(assessment.blockers)
    sentences = []
    if mine and not any(state.blockers for state in mine):
        count = len(mine)
        sentences.append(f"Your {count} lines are complete." if count > 1 else "Your line is complete.")
    if not total:
        return [*sentences, "Nothing blocks the return."]
    near: dict = {}
    for blocker in assessment.blockers:
        if blocker.owner and blocker.department and blocker.department.pk in user.department_ids:
            near[blocker.owner] = near.get(blocker.owner, 0) + 1
    if near:
        names = wording.listed_codes([str(person) for person in near])
        hold = wording.noun(len(near), "holds", "hold")
        sentences.append(f"{names} still {hold} {sum(near.values()):,} of the council’s {total:,} blockers.")
    else:
        sentences.append(f"The council still has {wording.counted(total, 'blocker')}.")
    return sentences


def _group_words(states: list) -> str:
    blank = sum(state.blank for state in states)
    lines = wording.counted(len(states), "line")
    return f"{lines}, {f'{blank} blank' if blank else 'complete'}"


class DepartmentView(DepartmentMixin, TemplateView):
    """A department's sections as a task list, with the blockers of each person."""

    template_name = "returns/department_detail.html"

    def _one(self, section, states, opens):
        """The place that a section's name leads to, where the section has no list of its own."""
        if len(states) > 1 and not has_own_page(section):
            return None
        return next((state.place for state in states if state.place in opens), states[0].place)

    def get_context_data(self, **kwargs):
        assessment = assess(read(self.return_))
        opens = Opens(self.request.user, assessment.answers)
        states = [s for s in assessment.places if s.department == self.department]
        sections = []
        for section in self.return_.proforma.sections:
            here = [state for state in states if state.place.section.key == section.key]
            if here:
                sections.append(
                    {
                        "section": section,
                        "title": f"{section.number} {section.title}",
                        "states": here,
                        "required": sum(s.required for s in here),
                        "answered": sum(s.answered for s in here),
                        "blockers": sum(len(s.blockers) for s in here),
                        "one": self._one(section, here, opens),
                        "next": next((s.place for s in here if s.blockers), None),
                    }
                )
        owners = {}
        for state in states:
            owners.setdefault(state.owner, []).append(state)
        return super().get_context_data(**kwargs) | {
            "part": assessment.part(self.department),
            "may_sign": access.can_sign_department(self.request.user, self.return_, self.department),
            "lock": refusals.why_locked(self.return_),
            "opens": opens,
            "department": self.department,
            "sections": sections,
            "tally": assessment.tally_of(lambda state: state.department == self.department),
            "owners": [
                (owner, len(held), sum(len(s.blockers) for s in held)) for owner, held in owners.items()
            ],
        }
