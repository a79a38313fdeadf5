"""Stored versions of the return: to read, as PDF, as data."""

from django.http import Http404, HttpResponse
from django.views.generic import TemplateView, View

from .. import clock
from ..checks.completeness import assess
from ..documents.return_ import VersionWords, return_context
from ..models import Version
from ..rules.states import provisional
from ..values.digests import short_code
from ..versions.snapshot import thaw_version
from .base import ReturnMixin, inline_pdf


class VersionMixin(ReturnMixin):
    """One version of the return. Its data and its PDF are read once it is clear that this person may read them."""

    def find(self):
        super().find()
        found = self.return_.versions.defer("data", "pdf").select_related("event__by")
        self.version = found.filter(number=self.kwargs["number"]).first()
        if self.version is None:
            raise Http404
        self.version.return_record = self.return_


# What the person did, within "stored when somebody …".
MADE_BY = {
    Version.Kind.CABINET: "sent the return to Cabinet",
    Version.Kind.APPROVED: "recorded Cabinet’s approval",
    Version.Kind.AMENDED: "finished the amendment",
}


class VersionDetail(VersionMixin, TemplateView):
    """Every section as it was in this version."""

    template_name = "returns/version_detail.html"

    def get_context_data(self, **kwargs):
        answers = thaw_version(self.return_, self.version)
        latest = self.return_.latest_version
        is_latest = latest.number == self.version.number
        # An earlier version never changes.
        words = VersionWords(provisional=provisional(self.return_, clock.today()) if is_latest else "")
        return (
            super().get_context_data(**kwargs)
            | return_context(assess(answers), self.version.event.at, words)
            | {
                "version": self.version,
                "code": short_code(self.version.digest),
                "made_by": MADE_BY[self.version.kind],
                "later": None if is_latest else latest,
            }
        )


class VersionPdf(VersionMixin, View):
    """The PDF exactly as it was stored with the version."""

    def get(self, request, *args, **kwargs):
        return inline_pdf(self.version.file_name("pdf"), self.version.stored_pdf())


class VersionData(VersionMixin, View):
    """The canonical data of the version; its SHA-256 is the digest printed on every page of the PDF."""

    def get(self, request, *args, **kwargs):
        name = self.version.file_name("json")
        return HttpResponse(
            self.version.stored_data().encode(),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
