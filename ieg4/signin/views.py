"""Sign-in, staying signed in, and the pages for a refused sign-in and for a form of another session."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from returns.forms import unsaved
from returns.models import Unsaved

from ..middleware import to_sign_in
from . import session
from .forms import SignInForm


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    template_name = "ieg4/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self):
        """The page they came from; never the sign-in page, which redirects people who are signed in."""
        page = super().get_redirect_url()
        return "" if page.split("?")[0] == self.request.path else page

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"kept": unsaved.named_in(self.get_redirect_url())}

    def form_valid(self, form):
        response = super().form_valid(form)
        session.begin(self.request.session)
        return response


@require_POST
def stay_signed_in(request):
    """Renews the session. A script gets its new end as JSON; others are redirected to the page they came from."""
    session.begin(request.session)
    left = session.signed_in_until(request)["signed_in"]
    if request.accepts("text/html"):
        messages.success(request, f"You stay signed in until {left['until']}.")
        page = request.POST.get("next", "")
        known = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
        return redirect(page if known else "home")
    return JsonResponse({"signed_in": left})


def too_many_tries(request, response=None, credentials=None, *args, **kwargs):
    """The page after too many wrong passwords: how long to wait. The same for known and unknown names."""
    return render(request, "ieg4/too_many_tries.html", status=429)


def form_not_ours(request, reason=""):
    """The page for a form without a valid token: its writer signed in or out in another tab, or it isn't ours.

    What was typed into it is given back, or kept until its writer has signed in.
    """
    token = unsaved.read_token(request)
    if token and not request.user.is_authenticated:
        return to_sign_in(request)
    page = token.page if token else request.path
    response = render(request, "ieg4/form_not_ours.html", {"page": page}, status=403)
    response.why = Unsaved.Why.SIGNED_IN_AGAIN
    return response
