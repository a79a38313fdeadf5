"""What changed since Cabinet saw the return, as a page and to print."""

from django.views.generic import TemplateView

from .. import clock
from ..documents.changes import changes_document, changes_sheet
from ..rules import access
from ..versions.comparing import compare
from .base import ReturnMixin
from .sheets import SheetDraw


class ChangeList(ReturnMixin, TemplateView):
    """The changed lines; whoever sees versions only sees the changes between them."""

    template_name = "returns/change_list.html"

    def get_context_data(self, **kwargs):
        comparison = compare(self.return_, copies_only=access.sees_copies_only(self.request.user))
        if comparison.seen:
            comparison.seen.return_record = self.return_
        document = changes_document(self.return_, comparison, clock.now())
        return super().get_context_data(**kwargs) | {"document": document}


class ChangeDraw(SheetDraw):
    """The same list as a PDF."""

    document = "changes-seen"
    title = "What changed since Cabinet saw it"

    def sheet(self):
        copies_only = access.sees_copies_only(self.request.user)
        return changes_sheet(self.return_, as_at=clock.now(), copies_only=copies_only)
