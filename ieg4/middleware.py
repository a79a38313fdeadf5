"""Pages need signing in, are cached by nobody, and give back what was typed into forms that are refused."""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string

from returns.forms import unsaved
from returns.models import DamagedCopy, Unsaved, User
from returns.views.unsaved import detail_address, kept, not_saved_page

Why = Unsaved.Why


class BrowserMethodsMiddleware:
    """Refuses all methods but those of a browser: a form view would treat PUT as POST."""

    METHODS = ("GET", "HEAD", "POST", "OPTIONS")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in self.METHODS:
            return HttpResponseNotAllowed(self.METHODS)
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Redirects people who aren't signed in; what an expired session posted is kept for its writer."""

    def handle_no_permission(self, request, view_func):
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        return to_sign_in(request)


def to_sign_in(request) -> HttpResponse:
    """Redirects to sign in somebody who posted a form, and then back to the form with what was typed."""
    token, row = unsaved.read_token(request), None
    if token:
        writer = User.objects.select_related("authority").filter(pk=token.writer, is_active=True).first()
        if writer and writer.authority and token.is_of(writer) and _typed(request, writer):
            row = unsaved.keep(request, writer=writer, why=Why.SIGNED_OUT)
    page = token.page if token else unsaved.address_of(request)
    return redirect(unsaved.sign_in_address(resolve_url(settings.LOGIN_URL), page, row))


class UnsavedMiddleware:
    """Gives back what was typed into a form that was refused, for whatever reason; deletes it once it is saved.

    A view that shows the refused form again, with all that was typed, says so with `gives_back` on its answer.
    """

    WHY = {
        403: Why.NOT_YOURS,
        404: Why.NOT_YOURS,
        409: Why.REFUSED,
        413: Why.TOO_LONG,
        500: Why.FAULT,
        503: Why.BUSY,
    }

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method == "POST":
            return self._after_post(request, response)
        if request.method == "GET" and unsaved.PARAMETER in request.GET:
            return self._after_get(request, response)
        return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.method == "POST" and unsaved.posted_length(request) > unsaved.LIMIT:
            return unsaved.refused("", status=413)
        return None

    def process_exception(self, request, exception):
        if isinstance(exception, PermissionDenied):
            request.refusal = str(exception)

    def _after_post(self, request, response):
        if 300 <= response.status_code < 400 and request.user.is_authenticated:
            unsaved.discard(
                request
            )  # a form is saved where its page leads on; one that is shown again is not
        if response.status_code not in self.WHY or getattr(response, "gives_back", False):
            return response
        if settings.DEBUG and response.status_code == 500:
            return response  # developers want the traceback
        try:
            return _given_back(request, response, self.WHY[response.status_code])
        except DatabaseError:
            return _given_back_plainly(request, response)

    def _after_get(self, request, response):
        """Where the page is locked or gone and can't show the kept form, redirects to all that was typed."""
        if hasattr(request, "unsaved") or not request.user.is_authenticated or not request.user.authority:
            return response
        row = unsaved.kept_under(request.user, request.GET[unsaved.PARAMETER])
        return redirect(detail_address(request.user, row)) if row else response


def _given_back(request, response, why: str) -> HttpResponse:
    user = request.user
    if not user.is_authenticated or not user.authority or not _typed(request, user):
        return response
    message = getattr(response, "refusal", "") or getattr(request, "refusal", "")
    if why == Why.NOT_YOURS and message:
        why = Why.REFUSED
    why = getattr(response, "why", why)
    token = unsaved.read_token(request)
    if token and token.writer != user.pk:
        return _written_by_another(request, token)
    row = unsaved.keep(request, writer=user, why=why, message=message) if token else None
    whole = unsaved.transient(request, writer=user, why=why, message=message)
    if row and not row.missing:
        whole = row
    return not_saved_page(request, whole, response.status_code)


def _written_by_another(request, token) -> HttpResponse:
    """Two people share this browser: what the first typed is kept for that person and shown to nobody else."""
    writer = User.objects.select_related("authority").filter(pk=token.writer, is_active=True).first()
    if writer and writer.authority and token.is_of(writer) and _typed(request, writer):
        unsaved.keep(request, writer=writer, why=Why.SIGNED_IN_AGAIN)
    return render(request, "ieg4/form_of_another.html", status=403)


def _given_back_plainly(request, response) -> HttpResponse:
    """While the database can't be reached: shows all that was posted, without keeping it. Only for our own forms."""
    if unsaved.read_token(request) is None:
        return response
    row = unsaved.transient(request, writer=User(), why=Why.BUSY)
    context = {"kept": kept(row, None, None)}
    return HttpResponse(render_to_string("ieg4/not_saved_plain.html", context), status=response.status_code)


def _typed(request, writer: User) -> bool:
    """Whether the form holds anything that a person typed or chose."""
    row = unsaved.transient(request, writer=writer, why=Why.REFUSED)
    return bool(unsaved.given(row, writer.authority))


class PrivatePagesMiddleware:
    """Pages are not cached, so neither a proxy nor the back button shows them after signing out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response


class DamagedCopyMiddleware:
    """Where a stored version doesn't match its digest, shows a page that says so and whom to tell."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, DamagedCopy):
            return render(request, "ieg4/copy_damaged.html", {"reason": str(exception)}, status=500)
        return None
