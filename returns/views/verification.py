"""The page that checks whether a PDF is a stored version."""

from django import forms
from django.views.generic import FormView

from ..documents.verification import LARGEST, verify
from ..forms.answers import PageForm, form_helper
from ..models import Version
from .base import ReturnMixin


class VerifyForm(PageForm):
    """One file, which is read but not stored."""

    file = forms.FileField(
        label="PDF of a return",
        help_text="The file as you received it. It is compared but not stored.",
        error_messages={
            "required": "Choose the PDF to verify.",
            "empty": "The file is empty. Choose another.",
            "max_length": "The name of the file is too long. Shorten it, then choose it again.",
        },
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )
    helper = form_helper(submit="Verify")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                f"The file is larger than {LARGEST // 1_000_000} MB. No return is so large."
            )
        return file


class ReturnVerify(ReturnMixin, FormView):
    """Compares an uploaded PDF with the council's stored versions; nothing is changed or stored."""

    template_name = "returns/return_verify.html"
    form_class = VerifyForm

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        versions = Version.objects.filter(return_record__authority=self.authority)
        verdict = verify(file.read(), versions)
        context = self.get_context_data(form=VerifyForm(), verdict=verdict, file_name=file.name)
        return self.render_to_response(context)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)
