"""Forms that were not saved: the page of one, the list of one's own, and one as a text file."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.views.generic import TemplateView, View

from .. import clock
from ..answers.people import people_of
from ..forms import unsaved
from ..models import Role, Unsaved, User
from ..values import wording
from .base import CouncilMixin, ReturnMixin

Why = Unsaved.Why
CLOSED = "closed"
# Reasons after which trying again, perhaps with a correction, can help: the page leads back to the form.
AGAIN = frozenset({Why.SIGNED_OUT, Why.SIGNED_IN_AGAIN, Why.TOO_LONG, Why.BUSY, Why.FAULT})
SENTENCES = {
    Why.SIGNED_OUT: "You were signed out before this was saved.",
    Why.SIGNED_IN_AGAIN: "You signed in or out in another tab after you opened the page, so nothing was saved.",
    Why.NOT_YOURS: "It may have been given to someone else, closed or removed while you had the page open, or your "
    "own role may have changed.",
    Why.REFUSED: "It can’t be done now.",
    Why.TOO_LONG: f"A form can have at most {unsaved.LIMIT:,} characters. Shorten it, then save it again.",
    Why.BUSY: "The service could not store it. Wait a minute, then save it again.",
    Why.FAULT: "Nothing was changed. Save it again. If that fails too, tell your administrator when this happened.",
}


@dataclass(frozen=True)
class Kept:
    """One form that was not saved, ready to be shown."""

    row: Unsaved
    about: str
    given: list[unsaved.Given]
    missing: list[str]
    text: str

    @property
    def at(self):
        return unsaved.kept_moment(self.row)


def kept(row: Unsaved, authority, writer: User) -> Kept:
    """The form in words."""
    about = unsaved.what_it_is(row)
    when = wording.moment(unsaved.kept_moment(row))
    head = f"{f'{about}, typed' if about else 'Typed'} by {writer}, not saved, {when}"
    return Kept(
        row,
        about,
        unsaved.given(row, authority),
        unsaved.labels(row, row.missing, authority),
        unsaved.as_text(row, authority, head=head),
    )


class OwnMixin(ReturnMixin):
    """A page of one's own. Its menu is that of the newest return, where the council has one."""

    def find_council(self):
        CouncilMixin.find_council(self)
        self.return_ = self.authority.returns.order_by("-pk").first()

    def allowed(self) -> bool:
        return True

    @property
    def footer_status(self) -> str:
        return super().footer_status if self.return_ else ""

    def navigation(self) -> list:
        return super().navigation() if self.return_ else CouncilMixin.navigation(self)

    def get_context_data(self, **kwargs):
        if self.return_:
            return super().get_context_data(**kwargs)
        return CouncilMixin.get_context_data(self, **kwargs)


class UnsavedMixin(OwnMixin):
    """A page of one form of this person's that was not saved; forms of others are not found."""

    def find(self):
        super().find()
        self.row = unsaved.of(self.request.user).filter(key=self.kwargs["key"]).first()
        if self.row is None:
            raise Http404


class UnsavedDetail(UnsavedMixin, TemplateView):
    """Everything that was typed, in words and as plain text."""

    template_name = "returns/unsaved_detail.html"

    def post(self, request, *args, **kwargs):
        unsaved.forget(self.row)
        messages.success(request, "Deleted.")
        return redirect("returns:unsaved-list", self.authority.slug)

    def get_context_data(self, **kwargs):
        row = self.row
        others = [other for other in unsaved.of(self.request.user) if other.key != row.key]
        return super().get_context_data(**kwargs) | {
            "kept": kept(row, self.authority, self.request.user),
            "others": [kept(other, self.authority, self.request.user) for other in others],
            "reason": Why(row.why).label,
            "sentence": row.message or SENTENCES[row.why],
            "whom_to_ask": self._whom_to_ask() if row.why == Why.NOT_YOURS else None,
            "stored": row.pk is not None,
            "again": unsaved.with_key(row.page, row.key) if self._can_be_opened() else "",
            "until": unsaved.expires(row),
            "now": clock.now(),
        }

    def _can_be_opened(self) -> bool:
        """Whether the form's page may still show what was typed; a page that redirected here can't."""
        return bool(self.row.pk) and self.row.why in AGAIN and CLOSED not in self.request.GET

    def _whom_to_ask(self) -> dict:
        """Whom to ask who may do it: the lead of the return, else the administrator."""
        if self.return_ and _is_of_return(self.row):
            return {"person": people_of(self.return_).lead, "role": "e-government lead"}
        administrators = User.objects.filter(
            authority=self.authority, is_active=True, groups__name=Role.ADMINISTRATOR
        )
        return {"person": administrators.order_by("pk").first(), "role": "administrator"}


def _is_of_return(row: Unsaved) -> bool:
    try:
        return "round" in resolve(row.path.split("?")[0]).kwargs
    except Resolver404:
        return False


class UnsavedText(UnsavedMixin, View):
    """The form as a plain text file."""

    def get(self, request, *args, **kwargs):
        shown = kept(self.row, self.authority, request.user)
        name = f"not-saved-{shown.about or 'form'}".lower().replace(" ", "-")
        return HttpResponse(
            shown.text,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}.txt"'},
        )


class UnsavedList(OwnMixin, TemplateView):
    """Every form of this person's that was not saved and is still kept."""

    template_name = "returns/unsaved_list.html"

    def get_context_data(self, **kwargs):
        rows = unsaved.of(self.request.user)
        return super().get_context_data(**kwargs) | {
            "rows": [
                {
                    "row": row,
                    "about": unsaved.what_it_is(row),
                    "at": unsaved.kept_moment(row),
                    "until": unsaved.expires(row),
                }
                for row in rows
            ]
        }


class NotSaved(UnsavedDetail):
    """The page with what was typed into a refused form, whether or not it was stored."""

    def find(self):
        OwnMixin.find(self)
        self.row = self.kwargs["row"]


def not_saved_page(request, row: Unsaved, status: int) -> HttpResponse:
    """The page with what was typed into a refused form, with the status of the refusal."""
    view = NotSaved()
    view.setup(request, authority=request.user.authority.slug, row=row)
    html = render_to_string(view.template_name, view.get_context_data(), request)
    return HttpResponse(html, status=status)


def detail_address(user: User, row: Unsaved) -> str:
    """The address of the page with all that was typed, where the form's own page can't show it."""
    return f"{reverse('returns:unsaved-detail', args=[user.authority.slug, row.key])}?{CLOSED}=1"
