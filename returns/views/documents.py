"""The return as a whole: as a page to read and as a PDF."""

from django.shortcuts import redirect
from django.views.generic import RedirectView, TemplateView

from .. import clock
from ..checks.completeness import assess
from ..documents.return_ import return_context
from ..rules import access
from .base import ReturnMixin


class CopyMixin(ReturnMixin):
    """A page of the present answers; if there is a version to read instead, leads to that."""

    def dispatch(self, request, *args, **kwargs):
        reading = request.method in ("GET", "HEAD")
        version = self.version_shown() if reading and self.is_allowed else None
        if version:
            version.return_record = self.return_
            return redirect(self.address_of(version))
        return super().dispatch(request, *args, **kwargs)

    def version_shown(self):
        return self.return_.latest_version if access.sees_copies_only(self.request.user) else None

    def address_of(self, version) -> str:
        return version.get_absolute_url()


class WholeReturn(CopyMixin, TemplateView):
    """Every section with its present answers, read-only; a Cabinet member sees the copy that was sent."""

    template_name = "returns/return_whole.html"

    def get_context_data(self, **kwargs):
        document = return_context(assess(self.return_), as_at=clock.now())
        return super().get_context_data(**kwargs) | document


class ReturnPdf(CopyMixin, RedirectView):
    """Leads to the stored PDF of the latest version, or, if there is none, to the page that makes a draft."""

    pattern_name = "document-list"
    http_method_names = ["get", "head", "options"]

    def version_shown(self):
        if self.return_.status in access.LOCKED:
            return self.return_.latest_version
        return super().version_shown()

    def address_of(self, version) -> str:
        return version.pdf_url
