"""What every page of a council has: its council, its return, who may be here, and the navigation."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from .. import clock
from ..answers.reader import Answers, read
from ..forms import unsaved
from ..models import Authority, Department, Notice, Return, Role, User
from ..rules import access, refusals
from ..values import wording
from ..versions.snapshot import thaw_version
from .section_pages import own_pages

# Items beside "More"; a menu with just one item more is shown whole, since "More" would take as much room.
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
        """The current page, if it is one of those under "More"."""
        return next((item for item in self.more if item.current), None)


class CouncilMixin:
    """A page of the council in the address; the pages of any other council are not found."""

    footer_status = ""
    # For a page with a form: its name on the page "Not saved", and labels that the form itself doesn't have.
    form_title = ""
    posted_labels: dict[str, str] = {}

    @classmethod
    def posted_forms(cls, kwargs: dict) -> tuple:  # noqa: ARG003 (of some pages it depends on the address)
        """The forms that the page at this address takes; their labels name what was typed and not saved."""
        form_class = getattr(cls, "form_class", None)
        return (form_class,) if form_class else ()

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        # Anyone not signed in is sent to sign in by dispatch.
        if request.user.is_authenticated:
            self.find_council()
            request.user.authority = self.authority  # so that nobody reads it again
            self.find()

    def find_council(self):
        """Fetch the council in the address, which must be this person's, or raise Http404."""
        self.authority = get_object_or_404(
            Authority, slug=self.kwargs["authority"], pk=self.request.user.authority_id
        )

    def find(self):
        """Fetch what the page is about within what this person may see, or raise Http404."""

    def allowed(self) -> bool:
        """Whether this person may do what the page is for; False answers 403. The rule of a page that has none."""
        return False

    @cached_property
    def is_allowed(self) -> bool:
        """The answer of `allowed()`, asked once a request."""
        return self.allowed()

    def why_refused(self) -> str:
        """What this person is told where the page is refused, beside that it is."""
        return ""

    def dispatch(self, request, *args, **kwargs):
        if not self.is_allowed:
            raise PermissionDenied(self.why_refused())
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
        return_ = self.return_of_menu()
        items = [
            self._item("People", "returns:person-list", self.authority.slug),
            self._item("Departments", "returns:department-list", self.authority.slug),
        ]
        if return_:
            items.append(
                self._item("Proforma", "returns:proforma-detail", self.authority.slug, return_.round)
            )
        return items

    def return_of_menu(self) -> Return | None:
        """The return that the menu leads to: the newest, where the page is of none."""
        return self.authority.returns.order_by("-pk").first()

    def _item(self, label: str, name: str, *address) -> NavItem:
        url = reverse(name, args=address)
        return NavItem(label, url, self.request.path == url)


class ReturnMixin(CouncilMixin):
    """A page of the return in the address."""

    def find_council(self):
        """The return and its council at once; both must be there, and the council this person's."""
        self.return_ = get_object_or_404(
            Return.objects.select_related("authority"),
            authority=self.request.user.authority_id,
            authority__slug=self.kwargs["authority"],
            round=self.kwargs["round"],
        )
        self.authority = self.return_.authority

    def allowed(self) -> bool:
        return access.can_read_return(self.request.user, self.return_)

    def why_refused(self) -> str:
        """What locks the return, where that is why, to whoever may read it."""
        may_know = access.can_read_return(self.request.user, self.return_)
        return refusals.why_locked(self.return_) if may_know else ""

    def return_of_menu(self) -> Return | None:
        return self.return_

    @property
    def footer_status(self) -> str:
        return f"Return {self.return_.status_words}. As at {wording.moment(clock.now())}."

    def answers_shown(self, *sections: str):
        """The answers to read on this page: of the latest version, for those who see versions only."""
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
        own = self.request.user.own_departments
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
    """A response with a PDF that the browser shows, and saves under that name."""
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Content-Length": str(len(body))},
    )


def given_back(response: HttpResponse) -> HttpResponse:
    """Marks the response to a refused form as showing everything that was typed."""
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
    """The page on which this person can adopt an outcome that isn't adopted; else empty."""
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
