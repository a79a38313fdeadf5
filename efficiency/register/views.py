"""The register of funding risks: Cabinet and those who watch read it, the lead edits it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from returns.acts import ActionRefused
from returns.checks.completeness import assess
from returns.forms import unsaved
from returns.forms.fields import VersionField
from returns.rules import access
from returns.values import wording
from returns.views.base import ReturnMixin, given_back

from ..models import Risk, band_of
from .acts import (
    LABELS,
    REFUSAL,
    RiskChanged,
    accept_risk,
    add_risk,
    changes_since,
    close_risk,
    closed_already,
    dismiss_risk,
    in_words,
    update_risk,
    values_of,
)
from .forms import RiskForm, WhyForm
from .proposals import all_risks, dismissals_of, implied_risks, sources


class RegisterMixin(ReturnMixin):
    """A page of the register."""

    def allowed(self) -> bool:
        return access.can_read_report(self.request.user, self.return_)

    def linked(self, codes) -> list[tuple]:
        """Codes of outcomes with their lines, to name and to link."""
        lines = {line.key: line for line in self.return_.proforma.tiered_lines}
        return [(code, lines[code]) for code in codes if code in lines]

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "by_tier": self.return_.proforma.by_tier,
            "can_edit": access.can_edit_register(user, self.return_),
            "can_watch": access.can_watch(user, self.return_),
        }


class RiskList(RegisterMixin, TemplateView):
    """The open risks in a matrix and a table, the suggested ones, and those dismissed or closed."""

    template_name = "efficiency/risk_list.html"

    def get_context_data(self, **kwargs):
        risks = all_risks(self.return_)
        shown = sorted((r for r in risks if r.is_open), key=lambda risk: (-risk.score, risk.number))
        named = [risk.money_exposed for risk in shown if risk.money_exposed is not None]
        # Suggestions come from the present answers, which a Cabinet member does not see.
        watching = access.can_watch(self.request.user, self.return_)
        dismissals = dismissals_of(self.return_) if watching else []
        proposed = implied_risks(assess(self.return_), risks, dismissals) if watching else []
        holding = {each.dismissed.pk for each in proposed if each.dismissed}
        return super().get_context_data(**kwargs) | {
            "risks": [{"risk": risk, "money": _money(risk)} for risk in shown],
            "high": sum(risk.band == "high" for risk in shown),
            "sum": wording.pounds(sum(named)) if named else "",
            "unnamed": len(shown) - len(named),
            "picture": _picture(shown),
            "impacts": Risk.Impact.choices,
            "proposed": [
                {"proposal": each, "money": in_words("money_exposed", each.money_exposed)}
                for each in proposed
                if not each.dismissed
            ],
            "dismissed": [{"row": row, "holds": row.pk in holding} for row in dismissals],
            "closed": [risk for risk in reversed(risks) if not risk.is_open],
        }


def _money(risk: Risk) -> str:
    return in_words("money_exposed", risk.money_exposed)


def _picture(risks: list[Risk]) -> list[dict]:
    """The matrix: five rows, the likeliest first, of five boxes each, with score, band and risks."""
    return [
        {
            "likelihood": likelihood,
            "word": Risk.Likelihood(likelihood).label,
            "cells": [
                {
                    "score": likelihood * impact,
                    "band": band_of(likelihood * impact),
                    "risks": [r for r in risks if (r.likelihood, r.impact) == (likelihood, impact)],
                }
                for impact in range(1, 6)
            ],
        }
        for likelihood in range(5, 0, -1)
    ]


class RiskMixin(RegisterMixin):
    """A page of one risk."""

    def find(self):
        super().find()
        number = self.kwargs["number"]
        self.risk = next((each for each in all_risks(self.return_) if each.number == number), None)
        if self.risk is None and access.can_read_report(self.request.user, self.return_):
            raise Http404


class RiskDetail(RiskMixin, TemplateView):
    """One risk with its history."""

    template_name = "efficiency/risk_detail.html"

    def get_context_data(self, **kwargs):
        risk = self.risk
        return super().get_context_data(**kwargs) | {
            "risk": risk,
            "likelihood": in_words("likelihood", risk.likelihood),
            "impact": in_words("impact", risk.impact),
            "money": _money(risk),
            "outcomes": self.linked(risk.codes),
            "events": changes_since(risk, 0)[::-1],
        }


class WritingMixin(RegisterMixin):
    """A page with a form: what was typed is shown again with its errors, or after signing in again.

    `seen` goes into the form and says which version its writer read.
    """

    form_title = "Risk"

    def allowed(self) -> bool:
        if access.can_edit_register(self.request.user, self.return_):
            return True
        if access.can_read_report(self.request.user, self.return_):
            raise PermissionDenied(REFUSAL)
        return False

    def seen_now(self, refusal) -> str:
        """The version that this page shows."""
        return ""

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            to = self.act(form)
        except ActionRefused as refusal:
            context = self.get_context_data(form=form, refusal=refusal)
            return given_back(self.render_to_response(context, status=409))
        return redirect(to)

    def to_register(self) -> str:
        return reverse("efficiency:risk-list", args=[self.authority.slug, self.return_.round])

    def get_context_data(self, form=None, refusal=None, **kwargs):
        row = None if form else unsaved.find(self.request)
        form = form or self.get_form(row and row.posted)
        # A form with errors keeps the version its writer read; a refusal shows the present one.
        anew = refusal or not form.is_bound
        return super().get_context_data(**kwargs) | {
            "form": form,
            "refusal": refusal,
            "kept": row is not None,
            "seen": self.seen_now(refusal) if anew else form.data.get("seen", ""),
        }


class RiskCreate(WritingMixin, TemplateView):
    """A new risk, written by the lead."""

    template_name = "efficiency/risk_form.html"
    form_class = RiskForm

    def get_form(self, data=None) -> RiskForm:
        return RiskForm(data, return_=self.return_)

    def act(self, form: RiskForm):
        risk = add_risk(return_=self.return_, by=self.request.user, values=form.cleaned_data)
        messages.success(self.request, f"Risk {risk.number} is in the register.")
        return risk


class OpenRiskMixin(RiskMixin, WritingMixin):
    """A page that changes one risk while it is open."""

    def allowed(self) -> bool:
        may = super().allowed()
        # A form that is sent too late is refused by the act, and the page shows again what was typed.
        if may and self.request.method == "GET" and not self.risk.is_open:
            raise PermissionDenied(closed_already(self.risk))
        return may

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"risk": self.risk}


class RiskUpdate(OpenRiskMixin, TemplateView):
    """Changes a risk; a change that somebody else saved meanwhile is never overwritten unseen."""

    template_name = "efficiency/risk_form.html"
    form_class = RiskForm

    def get_form(self, data=None) -> RiskForm:
        return RiskForm(data, return_=self.return_, initial=values_of(self.risk))

    def seen_now(self, refusal) -> str:
        return str(refusal.risk.version if isinstance(refusal, RiskChanged) else self.risk.version)

    def act(self, form: RiskForm):
        events = update_risk(
            return_=self.return_,
            by=self.request.user,
            number=self.risk.number,
            seen=VersionField().clean(self.request.POST.get("seen")),
            values=form.cleaned_data,
        )
        told = f"Risk {self.risk.number} is saved." if events else "Nothing had changed."
        messages.success(self.request, told)
        return self.risk

    def get_context_data(self, refusal=None, **kwargs):
        context = super().get_context_data(refusal=refusal, **kwargs)
        if isinstance(refusal, RiskChanged):
            saved, typed = values_of(refusal.risk), context["form"].cleaned_data
            context["later"] = refusal.later
            context["differs"] = [
                (label, in_words(name, saved[name]), in_words(name, typed[name]))
                for name, label in LABELS.items()
                if typed[name] != saved[name]
            ]
        return context


class RiskClose(OpenRiskMixin, TemplateView):
    """Closes a risk with a reason; it stays in the register."""

    template_name = "efficiency/risk_close.html"
    form_class = WhyForm

    def get_form(self, data=None) -> WhyForm:
        return WhyForm(data)

    def act(self, form: WhyForm):
        close_risk(
            return_=self.return_,
            by=self.request.user,
            number=self.risk.number,
            reason=form.cleaned_data["reason"],
        )
        messages.success(self.request, f"Risk {self.risk.number} is closed. It stays in the register.")
        return self.to_register()


class ProposalMixin(WritingMixin):
    """A page of one suggested risk, as the answers suggest it now."""

    def find(self):
        super().find()
        self.proposal = None
        if not access.can_edit_register(self.request.user, self.return_):
            return
        source = self.kwargs["source"]
        found = {each.source: each for each in implied_risks(assess(self.return_))}
        self.proposal = found.get(source)
        # A form that is sent too late is refused by the act, and the page shows again what was typed.
        late = self.request.method == "POST" and source in sources(self.return_)
        if self.proposal is None and not late:
            raise Http404

    def seen_now(self, refusal) -> str:
        return self.proposal.fingerprint if self.proposal else ""

    def get_context_data(self, **kwargs):
        proposal = self.proposal
        return super().get_context_data(**kwargs) | {
            "proposal": proposal,
            "money": in_words("money_exposed", proposal.money_exposed) if proposal else "",
            "outcomes": self.linked(proposal.lines) if proposal else [],
        }


class RiskAccept(ProposalMixin, TemplateView):
    """A suggested risk is added to the register, with changes by the lead."""

    template_name = "efficiency/risk_form.html"
    form_class = RiskForm

    def get_form(self, data=None) -> RiskForm:
        return RiskForm(data, return_=self.return_, initial=self.proposal.values if self.proposal else {})

    def act(self, form: RiskForm):
        risk = accept_risk(
            return_=self.return_,
            by=self.request.user,
            source=self.kwargs["source"],
            fingerprint=self.request.POST.get("seen", ""),
            values=form.cleaned_data,
        )
        messages.success(self.request, f"Accepted. It is risk {risk.number} in the register.")
        return risk


class RiskDismiss(ProposalMixin, TemplateView):
    """A suggested risk is dismissed with a reason, until the answers behind it change."""

    template_name = "efficiency/risk_dismiss.html"
    form_class = WhyForm

    def get_form(self, data=None) -> WhyForm:
        return WhyForm(data)

    def act(self, form: WhyForm):
        dismiss_risk(
            return_=self.return_,
            by=self.request.user,
            source=self.kwargs["source"],
            fingerprint=self.request.POST.get("seen", ""),
            reason=form.cleaned_data["reason"],
        )
        messages.success(self.request, "Dismissed. It is suggested again when the answers behind it change.")
        return self.to_register()
