"""Every page is for signed-in people, is kept by nobody else, and forgets nothing that was typed."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponseNotAllowed

from returns import held, passes


class BrowserMethodsMiddleware:
    """Pages are read and posted to, nothing else: a form view would take PUT for POST."""

    METHODS = ("GET", "HEAD", "POST", "OPTIONS")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in self.METHODS:
            return HttpResponseNotAllowed(self.METHODS)
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Sends strangers to the sign-in page; what an expired session posted is held until its writer is back."""

    def handle_no_permission(self, request, view_func):
        if request.method == "POST":
            held.keep(request)
        return super().handle_no_permission(request, view_func)


class PrivatePagesMiddleware:
    """No proxy and no back button shows a page after its reader has signed out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response


class PassMiddleware:
    """Whoever has a pass to a version gets its PDF here, before anything is read of session, person or return."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        admitted = passes.admitted(request)
        return self.get_response(request) if admitted is None else admitted
