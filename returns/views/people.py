"""The administrator's pages: people, departments, and the proforma with its marks of confidence."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.views.generic import FormView, TemplateView, View

from ..acts import ActionRefused, save_account, save_department
from ..forms.people import DepartmentForm, PersonForm
from ..models import Authority, Department, User
from ..rules import access
from .base import CouncilMixin, RestoringMixin, ReturnMixin, given_back


@method_decorator(login_not_required, name="dispatch")
class CouncilCss(View):
    """The council's two colours as a style sheet, so that no page needs a style of its own."""

    def get(self, request, authority, **kwargs):
        council = get_object_or_404(Authority, slug=authority)
        body = f":root{{--council-accent:{council.accent};--council-accent-deep:{council.accent_deep}}}"
        return HttpResponse(body, content_type="text/css", headers={"Cache-Control": "private, max-age=3600"})


class AdministratorMixin(CouncilMixin):
    """A page for the council's administrator."""

    def allowed(self) -> bool:
        return access.can_manage_people(self.request.user, self.authority)


class PersonList(AdministratorMixin, TemplateView):
    template_name = "returns/person_list.html"

    def get_context_data(self, **kwargs):
        people = (
            User.objects.filter(authority=self.authority)
            .order_by("-is_active", "last_name", "first_name")
            .prefetch_related("groups", "departments")
        )
        return super().get_context_data(**kwargs) | {"people": people}


class CouncilFormMixin(RestoringMixin, AdministratorMixin):
    """A form about the council; where the act refuses it, the page says why above what was typed."""

    def refused(self, form, refusal: ActionRefused) -> HttpResponse:
        context = self.get_context_data(form=form, refusal=refusal)
        return given_back(self.render_to_response(context, status=409))


class PersonCreate(CouncilFormMixin, FormView):
    """Adds a person, with a first password to be given to them in person."""

    template_name = "returns/person_form.html"
    form_class = PersonForm
    form_title = "Person"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"authority": self.authority, "by": self.request.user}

    def form_valid(self, form):
        try:
            person = save_account(authority=self.authority, by=self.request.user, **form.account)
        except ActionRefused as refusal:
            return self.refused(form, refusal)
        messages.success(self.request, f"{person} is saved.")
        return redirect("returns:person-list", self.authority.slug)


class PersonUpdate(PersonCreate):
    """Roles, departments and whether the account is open; people are never deleted, since the history names them."""

    def find(self):
        if not self.kwargs["username"].isprintable():
            raise Http404  # PostgreSQL takes no NUL, not even to look for
        self.person = get_object_or_404(User, authority=self.authority, username=self.kwargs["username"])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.person}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"person": self.person}


class DepartmentList(AdministratorMixin, TemplateView):
    template_name = "returns/department_list.html"

    def get_context_data(self, **kwargs):
        departments = self.authority.departments.select_related("contributor").prefetch_related("people")
        return super().get_context_data(**kwargs) | {"departments": departments}


class DepartmentCreate(CouncilFormMixin, FormView):
    """A new department, with its blank records in every return that is being prepared."""

    template_name = "returns/department_form.html"
    form_class = DepartmentForm
    form_title = "Department"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"authority": self.authority}

    def form_valid(self, form):
        try:
            department = save_department(
                authority=self.authority, by=self.request.user, department=form.instance
            )
        except ActionRefused as refusal:
            return self.refused(form, refusal)
        messages.success(self.request, f"{department} is saved.")
        return redirect("returns:department-list", self.authority.slug)


class DepartmentUpdate(DepartmentCreate):
    """A department's name and the one person who enters its figures."""

    def find(self):
        self.department = get_object_or_404(
            Department, authority=self.authority, slug=self.kwargs["department"]
        )

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.department}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"department": self.department}


class ProformaView(ReturnMixin, TemplateView):
    """The definition of the return, each fact with its confidence and sources."""

    template_name = "returns/proforma_detail.html"

    def allowed(self) -> bool:
        return access.can_manage_people(self.request.user, self.authority)

    def get_context_data(self, **kwargs):
        can_adopt = access.can_adopt_version(self.request.user, self.return_)
        return super().get_context_data(**kwargs) | {"can_adopt": can_adopt}
