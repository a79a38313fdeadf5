"""The documents page: PDFs that can be created, that are being made, and that are ready."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import TemplateView, View

from returns import clock
from returns.documents import queue
from returns.models import Drawing
from returns.views.base import ReturnMixin, inline_pdf

from .documents import DOCUMENTS

LATE = 30  # seconds after which the page says that nothing has started


class DocumentList(ReturnMixin, TemplateView):
    """Each document with a button that requests its PDF, and the PDFs this person requested."""

    template_name = "ieg4/document_list.html"

    def get_context_data(self, **kwargs):
        user, return_ = self.request.user, self.return_
        mine = return_.drawings.filter(requested_by=user).defer("html", "css", "pdf")
        for each in mine:
            each.return_record = return_
        version = return_.latest_version
        if version:
            version.return_record = return_
        permitted = {key: each for key, each in DOCUMENTS.items() if each.rule(user, return_)}
        stored = {key: each.stored(return_) for key, each in permitted.items()}
        return super().get_context_data(**kwargs) | {
            "documents": [(key, each) for key, each in permitted.items() if stored[key] is None],
            "report": stored.get("cabinet-report"),
            "drawings": mine,
            "version": version,
        }


class DocumentCreate(ReturnMixin, View):
    """Requests the PDF of one document, as it is at this moment."""

    http_method_names = ["post"]

    def find(self):
        super().find()
        self.document = DOCUMENTS.get(self.kwargs["document"])
        if self.document is None:
            raise Http404

    def allowed(self) -> bool:
        return super().allowed() and self.document.rule(self.request.user, self.return_)

    def post(self, request, *args, **kwargs):
        if stored := self.document.stored(self.return_):
            return redirect(stored.pdf_url)  # it is never made again
        asked = queue.ask(
            self.document.sheet(self.return_, as_at=clock.now()),
            document=self.kwargs["document"],
            title=self.document.title,
            return_=self.return_,
            by=request.user,
        )
        asked.return_record = self.return_
        return redirect(asked)


class DrawingMixin(ReturnMixin):
    """One PDF that this person requested; other people's are not found."""

    def find(self):
        super().find()
        mine = self.return_.drawings.filter(requested_by=self.request.user).defer("html", "css", "pdf")
        self.drawing = get_object_or_404(mine, pk=self.kwargs["number"])
        self.drawing.return_record = self.return_


class DrawingDetail(DrawingMixin, TemplateView):
    """Its progress. Readers refresh the page by its link; where scripts run it reloads by itself."""

    template_name = "ieg4/drawing_detail.html"

    def get_context_data(self, **kwargs):
        waits = (clock.real_now() - self.drawing.requested_at).total_seconds()
        return super().get_context_data(**kwargs) | {
            "drawing": self.drawing,
            "before": queue.before(self.drawing) if self.drawing.state == Drawing.State.WAITING else 0,
            "late": self.drawing.tries == 0 and waits > LATE,
            "most": queue.TRIES,
        }


class DrawingPdf(DrawingMixin, View):
    """The PDF itself."""

    def get(self, request, *args, **kwargs):
        if self.drawing.state != Drawing.State.DONE:
            return redirect(self.drawing)
        return inline_pdf(f"{self.drawing.name}.pdf", bytes(self.drawing.pdf))
