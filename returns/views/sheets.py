"""Documents asked for on the pages they belong to: the one place that hands them to be drawn."""

from django.shortcuts import redirect
from django.views.generic import View

from ..documents import queue
from ..documents.engine.sheet import Sheet
from .base import ReturnMixin


class SheetDraw(ReturnMixin, View):
    """Asks for a document as it stands at this moment; leads to where it can be fetched."""

    http_method_names = ["post"]
    title = ""

    @property
    def document(self) -> str:
        """What no second one is drawn of while the first one waits."""
        raise NotImplementedError

    def sheet(self) -> Sheet:
        """What is to be drawn."""
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        asked = queue.ask(
            self.sheet(), document=self.document, title=self.title, return_=self.return_, by=request.user
        )
        asked.return_record = self.return_
        return redirect(asked)
