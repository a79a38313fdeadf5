"""The messages of one person, and reminding others."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from ..acts import ActionRefused, mark_seen
from ..acts.reminding import remind
from ..models import Notice
from ..rules import access
from .base import ReturnMixin

SHOWN = 100


class NoticeList(ReturnMixin, TemplateView):
    """This person's messages about the return, newest first; POST marks those shown as read."""

    template_name = "returns/notice_list.html"

    def _own(self):
        return Notice.objects.filter(person=self.request.user, return_record=self.return_)

    def post(self, request, *args, **kwargs):
        upto = request.POST.get("upto", "")
        if upto.isdecimal() and len(upto) < 19:  # what a database takes for a number
            try:
                mark_seen(return_=self.return_, by=request.user, upto=int(upto))
            except ActionRefused as refusal:
                messages.error(request, str(refusal))
        return redirect("returns:notice-list", self.authority.slug, self.return_.round)

    def get_context_data(self, **kwargs):
        notices = list(self._own()[:SHOWN])
        return super().get_context_data(**kwargs) | {
            "unread": [notice for notice in notices if notice.seen_at is None],
            "read": [notice for notice in notices if notice.seen_at],
            "newest": notices[0].pk if notices else 0,
            "more": self._own().count() > SHOWN,
        }


class ReminderSend(ReturnMixin, View):
    """The lead reminds the people who hold blockers, or one of them."""

    http_method_names = ["post"]

    def allowed(self) -> bool:
        return access.can_remind(self.request.user, self.return_)

    def post(self, request, *args, **kwargs):
        try:
            told = remind(return_=self.return_, by=request.user, only=request.POST.get("person", ""))
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("dashboard-detail", self.authority.slug, self.return_.round)
        if told:
            names = ", ".join(str(notice.person) for notice in told)
            messages.success(request, f"Reminded: {names}.")
        else:
            messages.info(
                request, "Nobody was reminded: everyone who holds a blocker has been reminded today."
            )
        return redirect("dashboard-detail", self.authority.slug, self.return_.round)
