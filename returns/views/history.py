"""Everything that ever happened to the return."""

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from .. import history, locks, rules
from ..models import Event
from .base import ReturnMixin

ON_A_PAGE = 100
KINDS = {
    "answers": ("Answers", [Event.Kind.ANSWER, Event.Kind.ADDED, Event.Kind.REMOVED]),
    "owners": ("Owners", [Event.Kind.ALLOCATION]),
    "signatures": ("Signatures", [Event.Kind.SIGNED, Event.Kind.VOIDED, Event.Kind.REINSTATED]),
    "queries": ("Queries", [Event.Kind.QUERIED, Event.Kind.ASKED, Event.Kind.REPLIED, Event.Kind.CLOSED]),
    "acts": ("Acts", [*locks.MOVES, Event.Kind.SENT_BACK, Event.Kind.STORED]),
}


class EventList(ReturnMixin, TemplateView):
    """The history of the whole return, newest first, with the digest that it ends in."""

    template_name = "returns/event_list.html"

    def allowed(self) -> bool:
        return rules.can_watch(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        kind = self.request.GET.get("kind", "")
        kinds = KINDS[kind][1] if kind in KINDS else None
        page = Paginator(history.of_return(self.return_, kinds=kinds), ON_A_PAGE).get_page(
            self.request.GET.get("page")
        )
        return super().get_context_data(**kwargs) | {
            "page": page,
            "events": history.explained(self.return_, page.object_list),
            "head": history.head(self.return_),
            "kinds": [(key, label) for key, (label, _) in KINDS.items()],
            "chosen": kind if kind in KINDS else "",
        }
