"""What every page of a council has: its council, its return, who may be here, and the navigation."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from .. import clock
from ..answers.reader import Answers, read
from ..forms import unsaved
from ..models import Authority, Department, Notice, Return, Role, User
from ..rules import access, refusals
from ..values import wording
from ..versions.snapshot import thaw_version
from .section_pages import own_pages

# Items beside "More"; a menu of one item more is shown whole, as "More" would take its place.
SHOWN = 5


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    current: bool


class Opens:
    """The places whose pages this person may open; a template asks `{% if place in opens %}`."""

    def __init__(self, user: User, answers: Answers):
        self.user, self.answers = user, answers

    def __contains__(self, place) -> bool:
        return place is not None and access.can_see_place(self.user, place, self.answers.allocation(place))


@dataclass(frozen=True)
class Menu:
    """At most six items, or five and the rest under "More"."""

    shown: list[NavItem]
    more: list[NavItem]

    @classmethod
    def of(cls, items: list[NavItem]) -> "Menu":
        count = len(items) if len(items) <= SHOWN + 1 else SHOWN
        return cls(items[:count], items[count:])

    @property
    def current_more(self) -> NavItem | None:
        """The present page, where it is one of those under "More"."""
        return next((item for item in self.more if item.current), None)


class CouncilMixin:
    """A page of the council in the address; the pages of any other council are not found."""

    footer_status = ""
    # Of a page with a form: what it is called where it is given back, and labels that its form alone doesn't know.
    form_title = ""
    posted_labels: dict[str, str] = {}

    @classmethod
    def posted_forms(cls, kwargs: dict) -> tuple:  # noqa: ARG003 (of some pages it depends on the address)
        """The forms that the page at this address takes: their labels name what was typed when it is given back."""
        form_class = getattr(cls, "form_class", None)
        return (form_class,) if form_class else ()

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        # A stranger is sent to sign in before dispatch; there is nothing to find for them here.
        if request.user.is_authenticated:
            self.authority = get_object_or_404(
                Authority, slug=kwargs["authority"], pk=request.user.authority_id
            )
            self.find()

    def find(self):
        """Fetch what the page is about within what this person may see, or raise Http404."""

    def allowed(self) -> bool:
        """Whether this person may do what the page is for; refusal is 403, and the rule of a page that names none."""
        return False

    def dispatch(self, request, *args, **kwargs):
        if not self.allowed():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "authority": self.authority,
            "menu": Menu.of(self.navigation()),
            "footer_status": self.footer_status,
        }

    def navigation(self) -> list[NavItem]:
        """The pages this person may open, in the order in which they are used."""
        if not access.can_manage_people(self.request.user, self.authority):
            return []
        return_ = Return.objects.filter(authority=self.authority).order_by("-pk").first()
        items = [
            self._item("People", "returns:person-list", self.authority.slug),
            self._item("Departments", "returns:department-list", self.authority.slug),
        ]
        if return_:
            items.append(
                self._item("Proforma", "returns:proforma-detail", self.authority.slug, return_.round)
            )
        return items

    def _item(self, label: str, name: str, *address) -> NavItem:
        url = reverse(name, args=address)
        return NavItem(label, url, self.request.path == url)


class ReturnMixin(CouncilMixin):
    """A page of the return in the address."""

    def find(self):
        self.return_ = get_object_or_404(
            Return.objects.select_related("authority"),
            authority=self.authority,
            round=self.kwargs["round"],
        )

    def allowed(self) -> bool:
        return access.can_read_return(self.request.user, self.return_)

    def dispatch(self, request, *args, **kwargs):
        if not self.allowed():
            # Whoever may read the return is told what locks it, where that is why.
            may_know = access.can_read_return(request.user, self.return_)
            raise PermissionDenied(refusals.why_locked(self.return_) if may_know else "")
        return super().dispatch(request, *args, **kwargs)

    @property
    def footer_status(self) -> str:
        return f"Return {self.return_.status_words}. As at {wording.moment(clock.now())}."

    def answers_shown(self, *sections: str):
        """The answers to read on this page: of the copy that stands, for those who see copies only."""
        if access.sees_copies_only(self.request.user):
            version = self.return_.latest_version
            if version:
                return thaw_version(self.return_, version)
        return read(self.return_, *sections)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "return_": self.return_,
            "proforma": self.return_.proforma,
            "today": clock.today(),
            "unseen_notices": self._unseen_notices(),
        }

    def _unseen_notices(self) -> int | None:
        """How many messages are unread; None for whoever may not read the return and so has no messages."""
        if not access.can_read_return(self.request.user, self.return_):
            return None
        return Notice.objects.filter(
            person=self.request.user, return_record=self.return_, seen_at=None
        ).count()

    def navigation(self) -> list[NavItem]:
        user, return_ = self.request.user, self.return_
        address = (self.authority.slug, return_.round)
        works, watches = access.has_work(user, return_), access.can_watch(user, return_)
        reads, signs = access.can_read_return(user, return_), access.signs(user, return_)
        minutes = access.has_role(user, return_, Role.CLERK)
        wanted = [
            (watches, "Dashboard", "dashboard-detail"),
            (access.can_open_my_work(user, return_), "My work", "returns:work-list"),
            (access.can_open_allocation(user, return_), "Allocation", "returns:allocation"),
            (signs, "Signatures", "returns:signature-list"),
            (works and return_.proforma.rated, "Quick grid", "outcomes:light-grid"),
            (access.can_open_cabinet_page(user, return_), "Cabinet page", "cabinet-detail"),
            (minutes, "Status", "returns:act-list"),
            (reads, "Whole return", "returns:return-whole"),
            (reads, "Documents", "document-list"),
            (reads and not signs, "Signatures", "returns:signature-list"),
            (reads and not minutes, "Status", "returns:act-list"),
            *((reads, section.short, page) for section, page in own_pages(return_.proforma)),
            (access.can_read_report(user, return_), "Risks", "efficiency:risk-list"),
        ]
        items = [self._item(label, name, *address) for allowed, label, name in wanted if allowed]
        if works and not watches:
            items[1:1] = self._departments(address)
        return items + super().navigation()

    def _departments(self, address) -> list[NavItem]:
        """This person's departments, by name where there are several."""
        own = list(self.request.user.departments.all())
        return [
            self._item(
                "My department" if len(own) == 1 else each.name,
                "returns:department-detail",
                *address,
                each.slug,
            )
            for each in own
        ]


def inline_pdf(name: str, body: bytes) -> HttpResponse:
    """A PDF that the browser shows, and saves under that name."""
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Content-Length": str(len(body))},
    )


def given_back(response: HttpResponse) -> HttpResponse:
    """The answer to a refused form, which itself shows everything that was typed into it."""
    response.gives_back = True
    return response


class RestoringMixin:
    """A page of one form, which shows again what was typed and could not be saved. For views with `form_class`."""

    def get(self, request, *args, **kwargs):
        row = unsaved.find(request)
        if row is None:
            return super().get(request, *args, **kwargs)
        form = self.get_form_class()(**self.get_form_kwargs() | {"data": row.posted})
        return self.render_to_response(self.get_context_data(form=form, kept=True))

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


def adopt_url(user, answers, place) -> str:
    """Where an outcome that isn't adopted is adopted, for whoever may do so; or nothing."""
    if not answers.not_adopted(place) or not access.can_answer(user, place, answers.allocation(place)):
        return ""
    return f"{place.get_absolute_url()}#id_{answers.entries(place)[0].key}-applicability"


class DepartmentMixin(ReturnMixin):
    """A page of one department; the pages of other departments are not found."""

    def find(self):
        super().find()
        self.department = get_object_or_404(
            Department.objects.select_related("contributor"),
            authority=self.authority,
            slug=self.kwargs["department"],
        )
        if not access.can_open_department(self.request.user, self.return_, self.department):
            raise Http404
