"""Requests for PDFs from the pages they belong to: the one place that queues them."""

from django.shortcuts import redirect
from django.views.generic import View

from ..documents import queue
from ..documents.engine.sheet import Sheet
from .base import ReturnMixin


class SheetDraw(ReturnMixin, View):
    """Queues a PDF of a document as it is at this moment, and leads to the page where it can be downloaded."""

    http_method_names = ["post"]
    title = ""

    @property
    def document(self) -> str:
        """The key of the request: while one with the same key waits, no second one is queued."""
        raise NotImplementedError

    def sheet(self) -> Sheet:
        """What the PDF is made from."""
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        asked = queue.ask(
            self.sheet(), document=self.document, title=self.title, return_=self.return_, by=request.user
        )
        asked.return_record = self.return_
        return redirect(asked)
