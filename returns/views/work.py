"""What one person and one department owe."""

from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from .. import locks, rules
from ..answers import read
from ..completeness import assess
from .base import DepartmentMixin, Opens, ReturnMixin


class ReturnHome(ReturnMixin, View):
    """Leads to the page this person's work begins with."""

    def get(self, request, *args, **kwargs):
        address = (self.authority.slug, self.return_.round)
        if rules.can_watch(request.user, self.return_):
            return redirect("dashboard-detail", *address)
        if rules.has_work(request.user, self.return_):
            return redirect("returns:work-list", *address)
        return redirect("cabinet-detail", *address)


class MyWork(ReturnMixin, TemplateView):
    """What this person answers for, blockers first."""

    template_name = "returns/work_list.html"

    def allowed(self) -> bool:
        return rules.has_work(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        user = self.request.user
        assessment = assess(read(self.return_))
        mine = [state for state in assessment.places if state.owner == user]
        # A query has a place of its own, above.
        blocking = [state for state in mine if any(b.kind != "query" for b in state.blockers)]
        queries = [
            (state, query)
            for state in mine
            for query in state.queries
            if query.is_open and not query.replied_id
        ]
        sent_back = [state for state in mine if state.sent_back]
        to_sign = [
            part
            for part in assessment.parts
            if part.department
            and part.unsigned
            and rules.can_sign_department(user, self.return_, part.department)
        ]
        near = [
            state
            for state in assessment.places
            if state.blockers
            and state.owner != user
            and state.department
            and state.department.pk in user.department_ids
        ]
        return super().get_context_data(**kwargs) | {
            "assessment": assessment,
            "blocking": [(state, assessment.answers.due(state.place)) for state in blocking],
            "held": sum(blocker.owner == user for blocker in assessment.blockers),
            "queries": queries,
            "replies": [
                (state, query)
                for state in assessment.places
                for query in state.queries
                if query.replied_id and rules.can_close_query(user, query, self.return_)
            ],
            "sent_back": sent_back,
            "to_sign": to_sign,
            "lock": locks.why_locked(self.return_),
            "mine": [(state, assessment.answers.lights(state.place)) for state in mine],
            "next": blocking[0] if blocking else None,
            "near": near[:12],
            "near_count": sum(len(state.blockers) for state in near),
            "departments": user.departments.all(),
        }


class DepartmentView(DepartmentMixin, TemplateView):
    """A department's sections as a task list, with what each person still owes."""

    template_name = "returns/department_detail.html"

    def _one(self, section, states, opens):
        """The place that a section's name leads to, where the section has no list of its own."""
        if len(states) > 1 and section.key != "efficiency":
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
            "may_sign": rules.can_sign_department(self.request.user, self.return_, self.department),
            "lock": locks.why_locked(self.return_),
            "opens": opens,
            "department": self.department,
            "sections": sections,
            "tally": assessment.tally_of(lambda state: state.department == self.department),
            "owners": [
                (owner, len(held), sum(len(s.blockers) for s in held)) for owner, held in owners.items()
            ],
        }
