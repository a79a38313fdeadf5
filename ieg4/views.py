"""Sign-in, the way to one's own pages, help, and the pages shown when something is refused."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from returns import rules, unsaved
from returns.models import Return, Unsaved

from .forms import SignInForm
from .middleware import to_sign_in


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    template_name = "ieg4/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"kept": unsaved.named_in(self.get_redirect_url())}


@require_safe
def home(request):
    """Leads each person to the page of their newest return that their work begins with."""
    user = request.user
    if user.authority is None:
        return render(request, "ieg4/no_council.html", status=403)
    return_ = Return.objects.filter(authority=user.authority).order_by("-pk").first()
    if return_ is None or not rules.can_read_return(user, return_):
        if rules.can_manage_people(user, user.authority):
            return redirect("returns:person-list", user.authority.slug)
        return render(request, "ieg4/no_council.html", status=403)
    return redirect(return_)


@method_decorator(login_not_required, name="dispatch")
class HelpView(TemplateView):
    template_name = "ieg4/help.html"


@method_decorator(login_not_required, name="dispatch")
class AccessibilityView(TemplateView):
    template_name = "ieg4/accessibility.html"


def too_many_tries(request, response=None, credentials=None, *args, **kwargs):
    """Says how long to wait after too many wrong passwords; the same for known and unknown names."""
    return render(request, "ieg4/too_many_tries.html", status=429)


def form_not_ours(request, reason=""):
    """A form without a valid token, since its person signed in or out in another tab, or it is none of ours.

    What was typed into it is given back, or kept until its writer has signed in.
    """
    token = unsaved.read_token(request)
    if token and not request.user.is_authenticated:
        return to_sign_in(request)
    page = token.page if token else request.path
    response = render(request, "ieg4/form_not_ours.html", {"page": page}, status=403)
    response.why = Unsaved.Why.SIGNED_IN_AGAIN
    return response


def bad_request(request, exception=None):
    return render(request, "400.html", status=400)


@require_safe
@login_not_required
def health(request):
    """For a monitor: the process answers."""
    return HttpResponse("ok", content_type="text/plain")
