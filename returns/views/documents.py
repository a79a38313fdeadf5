"""The return as a whole: as a page to read, and as the fixed proforma in PDF."""

from django.http import HttpResponse
from django.views.generic import TemplateView, View

from .. import clock
from ..completeness import assess
from ..documents.return_ import return_context, return_pdf
from .base import ReturnMixin


class WholeReturn(ReturnMixin, TemplateView):
    """Every section with its present answers, read-only."""

    template_name = "returns/return_whole.html"

    def get_context_data(self, **kwargs):
        document = return_context(assess(self.return_), as_at=clock.now())
        return super().get_context_data(**kwargs) | document


class ReturnPdf(ReturnMixin, View):
    """The draft as it stands at this moment, rendered afresh."""

    def get(self, request, *args, **kwargs):
        body = return_pdf(self.return_, as_at=clock.now())
        name = f"{self.return_.round}-{self.authority.slug}-draft.pdf"
        return HttpResponse(
            body,
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )
