"""Pages that answer a line, a section's record or a case study, list a section, and show what was changed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import TemplateView, View

from .. import history
from ..acts import ActionRefused, add_case_study, remove_case_study, save_answers
from ..acts.answers import Saved
from ..answers.address import PlaceName
from ..answers.reader import Place, read
from ..checks.completeness import assess
from ..forms import unsaved
from ..forms.answers import table_formset
from ..forms.conflicts import conflict_context
from ..lifecycle import Action, opening_action
from ..lifecycle.forms import AmendmentForm
from ..models import Event, Return, User
from ..rules import access, refusals
from ..work.next_act import next_blank
from .base import ReturnMixin, given_back
from .section_pages import section_url

OF_ONE_LINE = {Action.SEND_BACK: "Send this line back", Action.REOPEN: "Reopen this line"}


class SectionMixin(ReturnMixin):
    """A page of one section; its answers are read once."""

    def find(self):
        super().find()
        self.section = self.find_section()
        if self.section is None:
            raise Http404
        self.answers = read(self.return_, self.section.key)

    def find_section(self):
        return self.return_.proforma.section_by_key.get(self.kwargs["section"])

    def can_see(self, place) -> bool:
        return access.can_see_place(self.request.user, place, self.answers.allocation(place))

    def can_answer(self, place) -> bool:
        return access.can_answer(self.request.user, place, self.answers.allocation(place))


class SectionDetail(SectionMixin, TemplateView):
    """The lines of a section that this person may open, each with its state."""

    template_name = "returns/section_detail.html"

    def get_context_data(self, **kwargs):
        states = [s for s in assess(self.answers).places if s.place.tables and self.can_see(s.place)]
        user, return_ = self.request.user, self.return_
        if not states and not (access.has_work(user, return_) or access.can_watch(user, return_)):
            raise Http404
        return super().get_context_data(**kwargs) | {
            "section": self.section,
            "states": states,
            "can_add": self.section.has_list and access.can_add_case_study(self.request.user, self.return_),
        }


class PlaceMixin(SectionMixin):
    """A page of one place; a place this person may not see is not found."""

    def find(self):
        super().find()
        self.place = self.answers.place(*PlaceName.of_web(self.kwargs | {"section": self.section.key}))
        if self.place is None or not self.can_see(self.place):
            raise Http404

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "section": self.section,
            "section_url": section_url(self.return_, self.section),
            "place": self.place,
            "owner": self.answers.owner(self.place),
            "department": self.answers.department(self.place),
            "due": self.answers.due(self.place),
        }


class AnswerView(PlaceMixin, TemplateView):
    """All answers of a place: to fill in by those who answer it, to read by others who may see it."""

    template_name = "returns/place_answer.html"
    form_class = AmendmentForm

    def get(self, request, *args, **kwargs):
        if not self.can_answer(self.place):
            return self._page()
        row = unsaved.find(request)
        if row is None:
            return self._page(self._formset(), self._amendment())
        formset = self._formset(row.posted)
        formset.is_valid()
        return self._page(formset, self._amendment(row.posted), kept=True)

    def post(self, request, *args, **kwargs):
        if not self.can_answer(self.place):
            # Locked after the form was opened is a conflict; a place this person never answers is forbidden.
            if access.is_open(self.place):
                raise PermissionDenied
            return unsaved.refused(f"{self.place.code} is locked. {refusals.why_locked(self.return_)}")
        formset, amendment = self._formset(request.POST), self._amendment(request.POST)
        if not all([formset.is_valid(), amendment is None or amendment.is_valid()]):
            return self._page(formset, amendment, status=422)
        reason = amendment.cleaned_data["reason"] if amendment else ""
        try:
            saved = save_answers(
                return_=self.return_, by=request.user, changes=formset.changes, reason=reason
            )
        except ActionRefused as refusal:
            return unsaved.refused(str(refusal))
        if saved.conflicts:
            context = self.get_context_data(**conflict_context(saved.conflicts, formset, request.user))
            return given_back(render(request, "returns/answer_conflict.html", context, status=409))
        messages.success(request, _told(self.place, saved, request.user))
        return self._onward() if "next" in request.POST else redirect(self.place)

    def _onward(self):
        """Redirects to this person's next blank, or to their work if there is none."""
        following = next_blank(assess(read(self.return_)), self.request.user, self.place)
        if following:
            return redirect(following)
        return redirect("returns:work-list", self.authority.slug, self.return_.round)

    def _formset(self, data=None):
        return table_formset(self.answers.entries(self.place), data)

    def _amendment(self, data=None) -> AmendmentForm | None:
        """The form that asks why an approved answer is amended; None in other states."""
        return AmendmentForm(data) if self.return_.status == Return.Status.AMENDING else None

    def _page(self, formset=None, amendment=None, status: int = 200, kept: bool = False):
        context = self.get_context_data(formset=formset, amendment=amendment, kept=kept)
        return self.render_to_response(context, status=status)

    def _siblings(self) -> list:
        """The places of this section that "next" and "previous" go through: those of the same department."""
        return [
            place
            for place in self.answers.places(self.section)
            if (self.section.has_list or place.department == self.place.department)
            and place.tables
            and (self.can_answer(place) if self.can_answer(self.place) else self.can_see(place))
        ]

    def _neighbours(self) -> tuple:
        siblings = self._siblings()
        keys = [place.key for place in siblings]
        at = keys.index(self.place.key)
        return (siblings[at - 1] if at else None, siblings[at + 1] if at + 1 < len(siblings) else None)

    def get_context_data(self, formset=None, amendment=None, **kwargs):
        user = self.request.user
        siblings = self._siblings()
        previous, following = self._neighbours()
        events = history.of_place(self.place)
        state = assess(self.answers).state(self.place)
        context = super().get_context_data(**kwargs) | {
            "formset": formset,
            "amendment": amendment,
            "errors": _errors(formset, amendment),
            "lock": "" if access.is_open(self.place) else refusals.why_locked(self.return_),
            "can_query": access.can_raise_query(user, self.return_),
            "send_back": (opening := opening_action(self.return_, user)),
            "send_back_label": OF_ONE_LINE.get(opening, ""),
            "element": str(self.place.name),
            "state": state,
            "position": [place.key for place in siblings].index(self.place.key) + 1,
            "siblings": len(siblings),
            "previous": previous,
            "following": following,
            "tier": self.return_.proforma.tier_of(self.place.line) if self.place.line else None,
            "events": events[:4],
            "saved": next((event for event in events if event.kind == Event.Kind.ANSWER), None),
            "cells": list(self.answers.cells(self.place)),
            "can_remove": self.section.has_list and access.can_remove_case_study(user, self.place, None),
        }
        if self.section.groups and self.place.line:
            context["group"] = next(g for g in self.section.groups if g.key == self.place.line.group)
        if formset:
            context["heads"] = [form for form in formset if not form.entry.point]
            context["rows"] = [form for form in formset if form.entry.point]
        return context


class LineHistory(PlaceMixin, TemplateView):
    """Every change of a place: old, new, who, when."""

    template_name = "returns/line_history.html"

    def find(self):
        # A line answered by departments has one history for each department; a record has no line.
        self.kwargs["department"] = self.request.GET.get("department")
        if self.kwargs["line"] == "record":
            self.kwargs["line"] = None
        super().find()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"events": history.of_place(self.place)}


class CaseStudyCreate(ReturnMixin, View):
    """Adds a blank case study of one's department and opens its page."""

    http_method_names = ["post"]
    form_title = "Case study"
    posted_labels = {"department": "Department"}

    def allowed(self) -> bool:
        return bool(_cases(self.return_)) and access.can_add_case_study(self.request.user, self.return_)

    def post(self, request, *args, **kwargs):
        own = {department.slug: department for department in request.user.own_departments}
        department = own.get(request.POST.get("department", "")) or next(iter(own.values()))
        try:
            study = add_case_study(return_=self.return_, by=request.user, department=department)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(section_url(self.return_, _cases(self.return_)))
        address = [self.authority.slug, self.return_.round, _cases(self.return_).key, study.line]
        return HttpResponseRedirect(reverse("returns:line-answer", args=address))


class CaseStudyRemove(PlaceMixin, TemplateView):
    """Asks for confirmation, then removes a case study; its words stay in the history."""

    template_name = "returns/case_remove.html"

    def find_section(self):
        return _cases(self.return_)

    def allowed(self) -> bool:
        return access.can_remove_case_study(self.request.user, self.place, None)

    def get_context_data(self, **kwargs):
        signed = self.answers.signed.get(self.place.key)
        return super().get_context_data(**kwargs) | {"signed": signed}

    def post(self, request, *args, **kwargs):
        try:
            remove_case_study(return_=self.return_, by=request.user, line=self.place.line.key)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Case study {self.place.code} is removed.")
        return redirect(section_url(self.return_, self.section))


def _cases(return_: Return):
    """The section of the form that departments bring case studies to; None where there is none."""
    return return_.proforma.section_on("returns.CaseStudy")


def _told(place: Place, saved: Saved, reader: User) -> str:
    """What a save did, and whose signature it cancelled."""
    if not saved.events:
        return f"{place.code}: nothing was changed."
    if not saved.voided:
        return f"{place.code} saved."
    digest = saved.voided[0].old
    signer = next(e.by for e in history.of_place(place) if e.kind == Event.Kind.SIGNED and e.new == digest)
    if signer == reader:
        return f"{place.code} saved. This cancels your signature."
    return f"{place.code} saved. This cancels the signature of {signer}. We’ve told them."


def _errors(formset, amendment) -> list[dict]:
    found = list(formset.errors) if formset else []
    return found + amendment.problems if amendment else found
