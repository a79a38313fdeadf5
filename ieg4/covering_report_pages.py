"""The covering report as a page, and the clerk's editing of its paragraphs."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import FormView, TemplateView

from returns import locks, rules
from returns.acts import ActionRefused, ParagraphConflict, add_paragraph, edit_paragraph
from returns.entry import clean_text
from returns.forms import PageForm, VersionField, WordsField, form_helper
from returns.report import BY_KEY, MAX_WORDS
from returns.views.base import RestoringMixin, ReturnMixin, given_back

from .covering_report import report_of


class ParagraphForm(PageForm):
    """The words of one paragraph, with the version and the draft that the person saw."""

    text = WordsField(
        label="Words of the paragraph",
        max_words=MAX_WORDS,
        required=False,
        widget=forms.Textarea,
        help_text="Left blank, the draft stands again; a paragraph of your own is removed.",
    )
    seen = VersionField()
    drafted = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    helper = form_helper(submit="Save the paragraph")


class NewParagraphForm(PageForm):
    """A further numbered paragraph."""

    text = WordsField(
        label="Words of the paragraph",
        max_words=MAX_WORDS,
        widget=forms.Textarea,
        error_messages={"required": "Write the paragraph, or go back to the report."},
    )
    helper = form_helper(submit="Add the paragraph")


class ReportMixin(ReturnMixin):
    """A page of the covering report."""

    def allowed(self) -> bool:
        return rules.can_read_report(self.request.user, self.return_)

    def to_report(self):
        return redirect("report-detail", self.authority.slug, self.return_.round)


class ReportDetail(ReportMixin, TemplateView):
    """The whole report, with what was edited, what has moved since, and facts that contradict the stored ones."""

    template_name = "ieg4/report_detail.html"

    def get_context_data(self, **kwargs):
        report = report_of(self.return_)
        user = self.request.user
        can_see = rules.can_see_contradictions(user, self.return_)
        return super().get_context_data(**kwargs) | {
            "report": report,
            "can_open_cabinet": rules.can_open_cabinet_page(user, self.return_),
            "can_edit": rules.can_edit_report(user, self.return_),
            "contradictions": report.contradictions if can_see else None,
            "lock": locks.why_locked(self.return_),
        }


class EditingMixin(RestoringMixin, ReportMixin):
    """Editing is the clerk's; everybody else is refused."""

    template_name = "ieg4/report_form.html"
    form_title = "Covering report"

    def allowed(self) -> bool:
        return rules.can_edit_report(self.request.user, self.return_)


class ReportEdit(EditingMixin, FormView):
    """One paragraph, with its draft beside it."""

    form_class = ParagraphForm

    def find(self):
        super().find()
        self.paragraph = report_of(self.return_).paragraph(self.kwargs["paragraph"])
        if self.paragraph is None:
            raise Http404

    def get_initial(self):
        paragraph = self.paragraph
        return {"text": paragraph.text, "seen": paragraph.version, "drafted": paragraph.drafted}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"paragraph": self.paragraph}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            edit_paragraph(
                return_=self.return_,
                by=self.request.user,
                key=self.paragraph.key,
                text=given["text"],
                drafted=clean_text(given["drafted"]),  # what was seen: facts may have moved since
                seen=given["seen"],
            )
        except ParagraphConflict as conflict:
            again = ParagraphForm(
                initial={
                    "text": given["text"],
                    "seen": conflict.present.version,
                    "drafted": self.paragraph.drafted,
                }
            )
            context = self.get_context_data(form=again, refusal=str(conflict), present=conflict.present)
            return given_back(self.render_to_response(context, status=409))
        except ActionRefused as refusal:
            context = self.get_context_data(form=form, refusal=str(refusal))
            return given_back(self.render_to_response(context, status=409))
        messages.success(self.request, f"Saved: {self.paragraph.label}.")
        return self.to_report()


class ReportAdd(EditingMixin, FormView):
    """A further paragraph under a numbered heading."""

    form_class = NewParagraphForm

    def find(self):
        super().find()
        self.heading = BY_KEY.get(self.kwargs["heading"])
        if self.heading is None or not self.heading.numbered:
            raise Http404

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"heading": self.heading}

    def form_valid(self, form):
        try:
            add_paragraph(
                return_=self.return_,
                by=self.request.user,
                heading=self.heading.key,
                text=form.cleaned_data["text"],
            )
        except ActionRefused as refusal:
            context = self.get_context_data(form=form, refusal=str(refusal))
            return given_back(self.render_to_response(context, status=409))
        messages.success(self.request, f"Added at the end of {self.heading.title}.")
        return self.to_report()
