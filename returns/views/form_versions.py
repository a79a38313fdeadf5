"""The page on which the lead moves a return to a newer version of its form."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import TemplateView

from ..acts import ActionRefused, adopt_version, places_asked_anew
from ..forms.answers import PageForm, form_helper
from ..proforma.differing import asks_otherwise, changes_between
from ..rules import access
from .base import ReturnMixin


class AdoptForm(PageForm):
    """That the lead has read what changes, and which version it was."""

    sure = forms.BooleanField(
        label="I have read what changes, and the owners of these lines know it",
        error_messages={"required": "Tick that you have read what changes."},
    )
    key = forms.SlugField(widget=forms.HiddenInput)
    helper = form_helper(submit="Adopt this version")


class FormAdopt(ReturnMixin, TemplateView):
    """What the newer version changes, and the confirmation."""

    template_name = "returns/form_adopt.html"
    form_title = "Newer version of the form"

    def find(self):
        super().find()
        self.newer = self.return_.newer_proforma
        if self.newer is None and self.request.method != "POST":
            raise Http404

    def allowed(self) -> bool:
        return access.can_adopt_version(self.request.user, self.return_)

    def post(self, request, *args, **kwargs):
        form = AdoptForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            return_ = adopt_version(return_=self.return_, by=request.user, key=form.cleaned_data["key"])
        except ActionRefused as refusal:
            context = self.get_context_data(form=form, refusal=refusal)
            return self.render_to_response(context, status=409)
        messages.success(request, f"The return now answers {return_.proforma.name}.")
        return redirect("dashboard-detail", self.authority.slug, self.return_.round)

    def get_context_data(self, form=None, **kwargs):
        old, new = self.return_.proforma, self.newer
        other = asks_otherwise(old, new)
        return super().get_context_data(**kwargs) | {
            "form": form or AdoptForm(initial={"key": new.key}),
            "newer": new,
            "other": other,
            "changes": [] if other else changes_between(old, new),
            "signed": [] if other else places_asked_anew(self.return_),
        }
