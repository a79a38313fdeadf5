"""The home redirect, help, error pages, and health checks."""

import logging
import sqlite3
import sys

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from returns.rules import access
from returns.views.work import first_page

from .readiness import ask_database, readiness

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
RETRY_AFTER = 30  # seconds; longer than anybody waits for a lock
logger = logging.getLogger(__name__)


@require_safe
def home(request):
    """Redirects each person to the start page of their newest return."""
    user = request.user
    if user.authority is None:
        return render(request, "ieg4/no_council.html", status=403)
    return_ = user.authority.returns.order_by("-pk").first()
    if return_ is None or not access.can_read_return(user, return_):
        if access.can_manage_people(user, user.authority):
            return redirect("returns:person-list", user.authority.slug)
        return render(request, "ieg4/no_council.html", status=403)
    return redirect(first_page(user, return_))


@method_decorator(login_not_required, name="dispatch")
class HelpView(TemplateView):
    template_name = "ieg4/help.html"


@method_decorator(login_not_required, name="dispatch")
class AccessibilityView(TemplateView):
    template_name = "ieg4/accessibility.html"


def bad_request(request, exception=None):
    """A bad request; one that is too large has its own page."""
    if isinstance(exception, TOO_LARGE):
        return too_large(request, exception)
    return render(request, "400.html", status=400)


def server_error(request):
    """An error. For a database that is busy or can't be reached there is a page that says when to try again."""
    error = sys.exc_info()[1]
    if is_passing(error):
        return unavailable(request, error)
    return HttpResponseServerError(render_to_string("500.html"))


def too_large(request, exception):
    """The request is larger than a page may send; nothing of it was read."""
    return render(request, "413.html", status=413)


def unavailable(request, exception):
    """The database is busy or can't be reached: one line in the log, and a page that needs no query."""
    problem = " ".join(str(exception).split())
    logger.error("503 %s %s: %s: %s", request.method, request.path, type(exception).__name__, problem)
    response = HttpResponse(
        render_to_string("503.html", {"again": RETRY_AFTER}), status=503, headers={"Retry-After": RETRY_AFTER}
    )
    response._has_been_logged = True  # or Django would log it once more, with a traceback
    return response


def is_passing(error: BaseException | None) -> bool:
    """Whether the database failed for a temporary reason: locked, too slow, unreachable, connection lost, disk full.

    SQLite raises the same class, with another code, for mistakes in a statement, which are not temporary.
    """
    mistake = getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR if error else False
    return isinstance(error, OperationalError | InterfaceError) and not mistake


@require_safe
@login_not_required
def health(request):
    """For a monitor: whether this process and the database answer."""
    try:
        ask_database()
    except (OperationalError, InterfaceError):
        return HttpResponse("The database does not answer.", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@login_not_required
def ready(request):
    """For a load balancer and a monitor: whether pages can be served, and what waits."""
    try:
        found = readiness()
    except (OperationalError, InterfaceError):
        found = {"ready": False, "problem": "The database does not answer."}
    return JsonResponse(found, status=200 if found["ready"] else 503)
