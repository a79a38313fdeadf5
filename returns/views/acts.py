"""The acts that change the state of the return, and the page of the state."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import TemplateView

from .. import clock
from ..acts import ActionRefused
from ..answers.reader import read
from ..checks.completeness import assess
from ..forms import unsaved
from ..lifecycle import TRANSITIONS, Action, available_actions, meaning, perform, rehearse, why_not_yet
from ..lifecycle.forms import FORMS, ElementsForm
from ..lifecycle.steps import amended_and_nothing_blocks, nothing_blocks
from ..models import Decision, Return, Version
from ..rules import access, refusals
from ..rules.states import amendable, delegation_words, page_words, stages
from ..values import wording
from ..values.digests import short_code
from .base import ReturnMixin, given_back

# What the buttons of the check page ask for; the form itself asks for the check page.
RECORD, CHANGE = "record", "change"
# Acts that take the return onward; the first of these that one may do is the page's button.
ONWARD = (Action.SEND, Action.APPROVE, Action.FINISH, Action.AMEND, Action.SUBMIT)
BUTTONS = {
    Action.SEND_BACK: "Send the ticked lines back",
    Action.REOPEN: "Reopen the ticked lines",
}


class ActPerform(ReturnMixin, TemplateView):
    """One act of the lifecycle: what it needs, and the button that does it."""

    template_name = "returns/act_form.html"
    form_title = "Status and versions"

    @classmethod
    def posted_forms(cls, kwargs):
        return (FORMS[kwargs["action"]],) if kwargs["action"] in Action.values else ()

    def find(self):
        super().find()
        if self.kwargs["action"] not in Action.values:
            raise Http404
        self.action = Action(self.kwargs["action"])
        self.transition = TRANSITIONS[self.action]

    def allowed(self) -> bool:
        """Whoever may do it in some state may open the page; in another state it says why not now."""
        may_ever = self.transition.rule(self.request.user, self.return_)
        if self.action in available_actions(self.return_, self.request.user):
            return True
        if may_ever and self.request.method == "POST":
            return True  # the act refuses, and what was typed is shown again
        if may_ever:
            why = f"“{self.action.label}” can’t be done now: the return is {self.return_.status_words}."
            raise PermissionDenied(refusals.refusal(self.return_, why))
        return False

    def get_form(self, data=None):
        self.answers = read(self.return_)
        initial = {"elements": self.request.GET.getlist("element")}
        return FORMS[self.action](data, return_=self.return_, answers=self.answers, initial=initial)

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST)
        if request.POST.get("status", self.return_.status) != self.return_.status:
            refusal = (
                f"The return has changed since this page was opened: it is now {self.return_.status_words}. "
                "Nothing was done. Look at what happened, then decide."
            )
            return self._refused(form, refusal)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if request.POST.get("step") == CHANGE:
            return self.render_to_response(self.get_context_data(form=form))
        if form.checked and request.POST.get("step") != RECORD:
            return self._check_page(form)
        try:
            return_ = perform(self.action, return_=self.return_, by=request.user, **form.details)
        except ActionRefused as refusal:
            return self._refused(form, str(refusal))
        if self.transition.target:
            messages.success(request, f"Done. The return is now {return_.status_words}.")
        else:
            count = len(form.details["places"])
            messages.success(request, f"{wording.counted(count, 'line')} sent back. The owners are told.")
        return redirect("returns:act-list", self.authority.slug, self.return_.round)

    def _check_page(self, form):
        """The page with all that will be recorded, or the form again with the reason why it can't be."""
        try:
            rehearse(self.action, return_=self.return_, by=self.request.user, **form.details)
        except ActionRefused as refusal:
            return self._refused(form, str(refusal))
        self.template_name = "returns/act_check.html"
        return self.render_to_response(self.get_context_data(form=form, recorded=form.recorded))

    def _refused(self, form, refusal: str):
        """The form again with the refusal; where the page no longer has the form, what was typed is given back."""
        context = self.get_context_data(form=form, refusal=refusal)
        if context["not_yet"]:
            return unsaved.refused(refusal)
        return given_back(self.render_to_response(context, status=409))

    def get_context_data(self, form=None, **kwargs):
        row = None if form else unsaved.find(self.request)
        form = form or self.get_form(row and row.posted)
        # The guard can be asked only in a state from which the act can be done.
        guard = self.return_.status in self.transition.sources and self.transition.guard
        context = super().get_context_data(**kwargs) | {
            "action": self.action,
            "meaning": meaning(self.action, self.return_),
            "waits_for_blockers": self.transition.guard in (nothing_blocks, amended_and_nothing_blocks),
            "transition": self.transition,
            "amendable": amendable(self.return_),
            "can_watch": access.can_watch(self.request.user, self.return_),
            "form": form,
            "button": "Continue" if form.checked else BUTTONS.get(self.action, self.action.label),
            "draws": self.transition.version is not None,
            "kept": row is not None,
            "not_yet": guard(self.return_, self.request.user) if guard else "",
        }
        if isinstance(form, ElementsForm):
            context["groups"] = groups = self._elements(form)
            rows = [row for group in groups for row in group["rows"]]
            context["total"] = len(rows)
            context["voids"] = [row["state"] for row in rows if row["ticked"] and row["state"].signed]
        return context

    def _elements(self, form) -> list[dict]:
        """The lines by section, each with its state and whether it is ticked."""
        ticked = set(form["elements"].value() or [])
        groups: dict = {}
        for state in assess(self.answers).places:
            if state.place.tables:
                key = str(state.place.name)
                row = {"key": key, "state": state, "ticked": key in ticked}
                groups.setdefault(state.place.section.key, []).append(row)
        return [
            {
                "section": rows[0]["state"].place.section,
                "rows": rows,
                "ticked": sum(row["ticked"] for row in rows),
                "signed": sum(bool(row["state"].signed) for row in rows),
            }
            for rows in groups.values()
        ]


class ActList(ReturnMixin, TemplateView):
    """The state of the return, what may be done next and by whom, and its versions."""

    template_name = "returns/act_list.html"

    def get_context_data(self, **kwargs):
        user, return_ = self.request.user, self.return_
        versions = list(return_.versions.defer("data", "pdf").select_related("event__by").order_by("-number"))
        for version in versions:
            version.return_record, version.code = return_, short_code(version.digest)
        mine = {action: why_not_yet(action, return_, user) for action in available_actions(return_, user)}
        ready = [action for action, reason in mine.items() if not reason]
        primary = next((action for action in ONWARD if action in ready), None)
        blockers = len(assess(read(return_)).blockers) if return_.status in access.WORKING else 0
        return super().get_context_data(**kwargs) | {
            "words": page_words(return_, clock.today(), blockers),
            "stages": stages(return_),
            "primary": primary,
            "further": [action for action in ready if action != primary],
            "not_yet": [(action, reason) for action, reason in mine.items() if reason],
            "others": [
                (action, self._who(action), transition.condition)
                for action, transition in TRANSITIONS.items()
                if return_.status in transition.sources and action not in mine and self._can_happen(action)
            ],
            "blockers": blockers,
            "lock": refusals.why_locked(return_),
            "decision": return_.decision,
            "delegation": delegation_words(return_.decision),
            "printed": _printed(return_.decision, versions),
            "filing": return_.filing,
            "filing_title": "Filing" if return_.status == Return.Status.SUBMITTED else "An earlier filing",
            "can_correct_decision": access.can_correct_decision(user, return_),
            "can_correct_filing": access.can_correct_filing(user, return_),
            "versions": versions,
            "can_watch": access.can_watch(user, return_),
        }

    def _who(self, action: Action) -> str:
        """Who may do it: the delegate by name, others by their role."""
        if action in (Action.AMEND, Action.FINISH):
            delegation = self.return_.delegation
            return f"{delegation.delegate}, until {wording.day(delegation.delegated_until)}"
        return TRANSITIONS[action].who

    def _can_happen(self, action: Action) -> bool:
        """Whether the act can be done at all: no amendment begins without a delegation."""
        return action != Action.AMEND or self.return_.delegation is not None


def _printed(decision: Decision | None, versions: list[Version]) -> str:
    """What stored PDFs still say of a decision that was corrected later; empty if none was."""
    if decision is None or not decision.all_corrections:
        return ""
    later = [
        (version.number, version.corrections_since(decision))
        for version in reversed(versions)
        if version.is_approved and version.event.number >= decision.event.number
    ]
    return " ".join(
        f"The PDF of version {number} prints {found[0].event.old}." for number, found in later if found
    )
