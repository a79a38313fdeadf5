"""Pages that correct the day or number recorded of a decision or a filing."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.generic import TemplateView

from ..acts import ActionRefused, correct_decision, correct_filing
from ..forms import unsaved
from ..lifecycle.forms import CorrectionForm
from ..rules import access
from .base import ReturnMixin, given_back


class CorrectionMixin(ReturnMixin):
    """What is recorded, what it should be, and why."""

    template_name = "returns/correction_form.html"
    form_class = CorrectionForm
    form_title = "Correction"

    def get_form(self, data=None) -> CorrectionForm:
        return CorrectionForm(data, record=self.record, **self.labels)

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            self.act(return_=self.return_, by=request.user, **form.cleaned_data)
        except ActionRefused as refusal:
            context = self.get_context_data(form=form, refusal=refusal)
            return given_back(self.render_to_response(context, status=409))
        messages.success(request, "Corrected. Everyone concerned is told.")
        return redirect("returns:act-list", self.authority.slug, self.return_.round)

    def get_context_data(self, form=None, **kwargs):
        row = None if form else unsaved.find(self.request)
        return super().get_context_data(**kwargs) | {
            "form": form or self.get_form(row and row.posted),
            "kept": row is not None,
            "title": self.title,
            "lede": self.lede,
            "record": self.record,
            "labels": self.labels,
        }


class DecisionCorrect(CorrectionMixin, TemplateView):
    """The day or minute number of Cabinet's decision."""

    title = "Correct what was recorded of Cabinet’s decision"
    lede = (
        "The correction is added to what was recorded and is used from then on. PDFs stored before it don’t change; "
        "these pages and the check of a PDF say what was corrected."
    )
    labels = {"day": "Date of the meeting", "number": "Minute number", "most": 30}
    posted_labels = {"date": "Date of the meeting", "number": "Minute number"}
    act = staticmethod(correct_decision)

    def allowed(self) -> bool:
        return access.can_correct_decision(self.request.user, self.return_)

    @property
    def record(self):
        return self.return_.decision


class FilingCorrect(CorrectionMixin, TemplateView):
    """The day or reference of the filing."""

    title = "Correct what was recorded of the filing"
    lede = "The correction is added to what was recorded and is used from then on."
    labels = {"day": "Date of filing", "number": "Reference", "most": 60}
    posted_labels = {"date": "Date of filing", "number": "Reference"}
    act = staticmethod(correct_filing)

    def allowed(self) -> bool:
        return access.can_correct_filing(self.request.user, self.return_)

    @property
    def record(self):
        return self.return_.filing
