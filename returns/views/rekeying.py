"""Keying the return into the receiving system: the template, and the check of what was keyed."""

from django import forms
from django.http import HttpResponse
from django.views.generic import FormView, View

from .. import clock
from ..documents.rekeying import answers_to_key
from ..exchange.rekeying import LARGEST, BadFile, compare, keyed_cells, read_csv, too_large, write_csv
from ..forms.answers import PageForm, form_helper
from ..rules import access
from ..rules.states import state_words
from .base import ReturnMixin

WORDS = {
    "missing": "in the return, but not keyed",
    "extra": "keyed, but not in the return",
    "different": "keyed differently",
}


class KeyedForm(PageForm):
    """One file, which is read but not stored."""

    file = forms.FileField(
        label="What was keyed, as CSV",
        help_text="The template, filled in from what the system shows. It is compared but not stored.",
        error_messages={
            "required": "Choose the filled-in template, saved as CSV.",
            "empty": "The file is empty. Fill in the template and choose that file.",
            "max_length": "The name of the file is too long. Shorten it, then choose it again.",
        },
        widget=forms.ClearableFileInput(attrs={"accept": "text/csv,.csv"}),
    )
    helper = form_helper(submit="Compare")

    def clean_file(self):
        """What was keyed, by reference."""
        file = self.cleaned_data["file"]
        try:
            if file.size > LARGEST:
                raise too_large(file.size)
            return read_csv(file.read())
        except BadFile as bad:
            raise forms.ValidationError(str(bad)) from bad


class RekeyingMixin(ReturnMixin):
    """A page for those who key the return or check what was keyed."""

    def allowed(self) -> bool:
        return access.can_watch(self.request.user, self.return_)


class RekeyingCheck(RekeyingMixin, FormView):
    """Lists each difference between the return and what was keyed; nothing is changed or stored."""

    template_name = "returns/rekeying_check.html"
    form_class = KeyedForm

    def form_valid(self, form):
        answers, _ = answers_to_key(self.return_)
        cells = keyed_cells(answers)
        comparison = compare(cells, form.cleaned_data["file"])
        context = self.get_context_data(
            form=KeyedForm(),
            comparison=comparison,
            cells=len(cells),
            differences=[(WORDS[each.kind], each) for each in comparison.first],
            counts=[(WORDS[kind], count) for kind, count in comparison.counts.items()],
        )
        return self.render_to_response(context)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "locked": self.return_.status in access.LOCKED,
            "approval": state_words(self.return_, clock.today()).approval,
        }


class RekeyingTemplate(RekeyingMixin, View):
    """Every reference as CSV, with an empty column for what was keyed, or with `filled` the answers in it."""

    def get(self, request, *args, **kwargs):
        answers, _ = answers_to_key(self.return_)
        filled = request.GET.get("filled") == "1"
        name = f"{self.return_.round}-{self.authority.slug}-{'answers' if filled else 'keyed'}.csv"
        return HttpResponse(
            write_csv(keyed_cells(answers), filled=filled),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
