"""Everything that ever happened to the return."""

import json
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from .. import history
from ..acts.signing import event_key
from ..answers.reader import read
from ..models import Event, Return
from ..models.return_ import MOVES
from ..rules import access
from ..values.digests import short_code
from .base import ReturnMixin

ON_A_PAGE = 100
KINDS = {
    "answers": ("Answers", [Event.Kind.ANSWER, Event.Kind.ADDED, Event.Kind.REMOVED]),
    "owners": ("Owners", [Event.Kind.ALLOCATION]),
    "signatures": ("Signatures", [Event.Kind.SIGNED, Event.Kind.VOIDED, Event.Kind.REINSTATED]),
    "queries": ("Queries", [Event.Kind.QUERIED, Event.Kind.ASKED, Event.Kind.REPLIED, Event.Kind.CLOSED]),
    "risks": ("Risk register", [Event.Kind.RISK]),
    "report": ("Covering report", [Event.Kind.REPORT, Event.Kind.REPORT_KEPT]),
    "acts": (
        "Acts",
        [*MOVES, Event.Kind.SENT_BACK, Event.Kind.STORED, Event.Kind.CORRECTED, Event.Kind.FORM],
    ),
}


class EventList(ReturnMixin, TemplateView):
    """The history of the whole return, newest first, with the digest that it ends in."""

    template_name = "returns/event_list.html"

    def allowed(self) -> bool:
        return access.can_watch(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        kind = self.request.GET.get("kind", "")
        kinds = KINDS[kind][1] if kind in KINDS else None
        page = Paginator(history.of_return(self.return_, kinds=kinds), ON_A_PAGE).get_page(
            self.request.GET.get("page")
        )
        self.places = {place.key: place for place in read(self.return_).places()}
        return super().get_context_data(**kwargs) | {
            "page": page,
            "rows": [self._row(event) for event in history.explained(self.return_, page.object_list)],
            "newer": self._page(page.previous_page_number(), kind, "Newer") if page.has_previous() else None,
            "older": self._page(page.next_page_number(), kind, "Older") if page.has_next() else None,
            "head": history.head(self.return_),
            "kinds": [(key, label) for key, (label, _) in KINDS.items()],
            "chosen": kind if kind in KINDS else "",
        }

    def _page(self, number: int, kind: str, label: str) -> dict:
        query = {"kind": kind, "page": number} if kind in KINDS else {"page": number}
        return {"url": f"?{urlencode(query)}", "code": label, "label": "events"}

    def _row(self, event: Event) -> dict:
        """An event with the place it is about, where that is still there, and what it changed in plain words."""
        place = self._place(event)
        was, became = self._words(event)
        return {
            "event": event,
            "place": place,
            "code": event.line or (place.code if place else ""),
            "is_light": event.field == "light",
            "was": was,
            "became": became,
            "figures": event.figures,
        }

    def _place(self, event: Event):
        proforma = self.return_.proforma
        if event.kind == Event.Kind.ALLOCATION:
            section, _ = proforma.allocated_lines[event.line]
            return self.places.get((section.key, event.line, None))
        if event.table:
            section, _ = proforma.tables[event.table]
            return self.places.get((section.key, event.line or None, event.department_id))
        return self.places.get(event_key(event))

    def _words(self, event: Event) -> tuple[str | None, str | None]:
        """What it was and what it became; None where the event changes no words."""
        if event.kind == Event.Kind.ANSWER:
            if event.field == "light":
                return event.old, event.new
            return event.was, event.became
        if event.kind in (Event.Kind.ALLOCATION, Event.Kind.REPORT, Event.Kind.CORRECTED):
            return event.old, event.new
        if event.kind == Event.Kind.RISK:
            return event.old or None, event.new or None
        if event.kind == Event.Kind.REMOVED:
            return event.old, None
        if event.kind in (Event.Kind.QUERIED, Event.Kind.ASKED, Event.Kind.REPLIED):
            return None, event.new
        if event.kind == Event.Kind.STORED:
            stored = json.loads(event.detail)
            return None, f"Version {stored['number']}, code {short_code(stored['data'])}"
        if event.kind == Event.Kind.REPORT_KEPT:
            kept = json.loads(event.detail)
            words = (
                f"Edition {kept['edition']}, with version {kept['version']}, code {short_code(kept['data'])}"
            )
            return None, words
        if event.kind in MOVES:
            status = Return.Status
            return status(event.old).label, status(event.new).label
        return None, None
