"""The history of the whole return."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from .. import history
from ..answers.address import of_event
from ..answers.reader import read
from ..models import Event
from ..rules import access
from .base import ReturnMixin

ON_A_PAGE = 100


class EventList(ReturnMixin, TemplateView):
    """The history of the whole return, newest first, with its last digest."""

    template_name = "returns/event_list.html"

    def allowed(self) -> bool:
        return access.can_watch(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        groups = {group.key: (group.label, kinds) for group, kinds in history.groups().items()}
        asked = self.request.GET.get("kind", "")
        chosen = asked if asked in groups else ""
        events = history.of_return(self.return_, kinds=groups[chosen][1] if chosen else None)
        page = Paginator(events, ON_A_PAGE).get_page(self.request.GET.get("page"))
        self.places = {place.key: place for place in read(self.return_).places()}
        return super().get_context_data(**kwargs) | {
            "page": page,
            "rows": [self._row(event) for event in history.explained(self.return_, page.object_list)],
            "newer": self._page(page.previous_page_number(), chosen, "Newer")
            if page.has_previous()
            else None,
            "older": self._page(page.next_page_number(), chosen, "Older") if page.has_next() else None,
            "head": history.head(self.return_),
            "kinds": [(key, label) for key, (label, _) in groups.items()],
            "chosen": chosen,
        }

    def _page(self, number: int, chosen: str, label: str) -> dict:
        query = {"kind": chosen, "page": number} if chosen else {"page": number}
        return {"url": f"?{urlencode(query)}", "code": label, "label": "events"}

    def _row(self, event: Event) -> dict:
        """An event with the place it is about, where that is still there. Of a rating its letters are shown."""
        place = self.places.get(of_event(self.return_.proforma, event))
        is_light = event.field == "light"
        return {
            "event": event,
            "place": place,
            "code": event.line or (place.code if place else ""),
            "is_light": is_light,
            "was": event.old if is_light else event.was,
            "became": event.new if is_light else event.became,
            "figures": event.figures,
        }
