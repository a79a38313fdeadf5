"""The covering report as a page, the copies that Cabinet read, and the clerk's editing of its paragraphs."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localtime
from django.views.generic import FormView, TemplateView, View

from returns.acts import ActionRefused, ParagraphConflict, add_paragraph, edit_paragraph
from returns.forms.answers import PageForm, form_helper
from returns.forms.fields import VersionField, WordsField
from returns.models import Return
from returns.models.report_headings import BY_KEY, MAX_WORDS
from returns.rules import access, refusals
from returns.values import wording
from returns.values.digests import short_code
from returns.values.parsing import clean_text
from returns.views.base import RestoringMixin, ReturnMixin, given_back, inline_pdf

from .report import OPEN_STATES, Report, copies_of, read_copy, report_of


class ParagraphForm(PageForm):
    """The text of one paragraph, with the version and the draft that the person saw."""

    text = WordsField(
        label="Text of the paragraph",
        max_words=MAX_WORDS,
        required=False,
        widget=forms.Textarea,
        help_text="Leave blank to restore the draft, or to remove a paragraph that was added.",
    )
    seen = VersionField()
    drafted = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    helper = form_helper(submit="Save the paragraph")


class NewParagraphForm(PageForm):
    """A further numbered paragraph."""

    text = WordsField(
        label="Text of the paragraph",
        max_words=MAX_WORDS,
        widget=forms.Textarea,
        error_messages={"required": "Write the paragraph, or go back to the report."},
    )
    helper = form_helper(submit="Add the paragraph")


class ReportMixin(ReturnMixin):
    """A page of the covering report."""

    def allowed(self) -> bool:
        return access.can_read_report(self.request.user, self.return_)

    def to_report(self):
        return redirect("report-detail", self.authority.slug, self.return_.round)


class ReportDetail(ReportMixin, TemplateView):
    """The whole report: paragraphs edited, drafts changed since, and facts that contradict the stored ones."""

    template_name = "ieg4/report_detail.html"

    def get_context_data(self, **kwargs):
        user, return_ = self.request.user, self.return_
        copies = copies_of(return_)
        if copies and return_.status in OPEN_STATES and access.sees_copies_only(user):
            report = read_copy(copies[0])
        else:
            report = report_of(return_)
        can_edit = access.can_edit_report(user, return_)
        can_see = access.can_see_contradictions(user, return_)
        return super().get_context_data(**kwargs) | {
            "report": report,
            "what": _what(report, can_edit, refusals.why_locked(return_)),
            "copies": copies,
            "kept": report.kept,
            "can_open_cabinet": access.can_open_cabinet_page(user, return_),
            "can_edit": can_edit,
            "contradictions": report.contradictions if can_see else None,
        }


def _what(report: Report, can_edit: bool, lock: str) -> str:
    """Which report this is, and who can change it."""
    version, kept = report.version, report.kept
    if version is None:
        said = "The draft is made from the answers as they are now."
        return (
            f"{said} Paragraphs change with the answers until you edit them."
            if can_edit
            else f"{said} {lock}".strip()
        )
    sent = f"version {version.number}, sent to Cabinet on {wording.day(localtime(version.event.at))}"
    if kept is None:
        said = (
            f"No report was stored with {sent}, because reports were not stored then. This one is made now, from "
            "that version and from the register of risks as it is today, so it may differ from what Cabinet read."
        )
    elif kept.edition == 1:
        said = f"This report was stored with {sent}, and doesn’t change when the answers do."
    else:
        said = f"This is edition {kept.edition} of the report stored with {sent}. Earlier editions are listed below."
    if can_edit:
        return f"{said} Each correction is stored as a new edition, which Cabinet then reads."
    return f"{said} {lock}"


class CopyMixin(ReportMixin):
    """One edition of the report, as it was stored for Cabinet. Its data and PDF are read once rights are clear."""

    def find(self):
        super().find()
        copies = self.return_.report_copies.select_related("version__event__by", "event__by")
        self.copy = get_object_or_404(
            copies.defer("data", "pdf", "version__data", "version__pdf"),
            version__number=self.kwargs["number"],
            edition=self.kwargs["edition"],
        )
        self.copy.return_record = self.copy.version.return_record = self.return_


class ReportCopyDetail(CopyMixin, TemplateView):
    """The page of one edition."""

    template_name = "ieg4/report_copy.html"

    def get_context_data(self, **kwargs):
        copies = copies_of(self.return_)
        return super().get_context_data(**kwargs) | {
            "report": read_copy(self.copy),
            "copy": self.copy,
            "code": short_code(self.copy.digest),
            "latest": copies[0] if copies[0].pk != self.copy.pk else None,
        }


class ReportCopyPdf(CopyMixin, View):
    """The PDF as it was stored."""

    def get(self, request, *args, **kwargs):
        return inline_pdf(self.copy.file_name, self.copy.stored_pdf())


class EditingMixin(RestoringMixin, ReportMixin):
    """A page on which the clerk edits the report; everybody else is refused."""

    template_name = "ieg4/report_form.html"
    form_title = "Covering report"

    def allowed(self) -> bool:
        return access.can_edit_report(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        with_cabinet = self.return_.status == Return.Status.WITH_CABINET
        return super().get_context_data(**kwargs) | {"with_cabinet": with_cabinet}


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
