"""The lead's dashboard and the list of all blockers."""

from dataclasses import dataclass

from django.views.generic import TemplateView

from outcomes.progress import light_charts
from returns import clock
from returns.checks.completeness import Assessment, Blocker, Tally, assess
from returns.models import Department
from returns.proforma import Section
from returns.rules import access, refusals
from returns.rules.states import page_words
from returns.views.base import ReturnMixin
from returns.work.next_act import next_act
from returns.work.tasks import tasks_of

from ..cabinet.report import contradictions_shown

PLACES_SHOWN = 3


class Dashboard(ReturnMixin, TemplateView):
    """The grant at risk, the blockers, and who has to clear them."""

    template_name = "ieg4/dashboard_detail.html"

    def allowed(self) -> bool:
        return access.can_watch(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        return_, user = self.return_, self.request.user
        assessment = assess(return_)
        owners = [_owner_row(owner, blockers) for owner, blockers in assessment.by_owner()]
        act = next_act(assessment, user, tasks_of(assessment, user))
        return super().get_context_data(**kwargs) | {
            "assessment": assessment,
            "words": page_words(return_, clock.today(), len(assessment.blockers)),
            "contradictions": contradictions_shown(user, assessment),
            "owners": owners,
            "lock": refusals.why_locked(return_),
            "act": act,
            "newer": access.can_adopt_version(user, return_) and return_.newer_proforma,
            "can_allocate": access.can_allocate(user, return_),
            "can_remind": access.can_remind(user, return_),
            "remind_all": access.can_remind(user, return_) and not (act and act.posts),
            "people": sum(row["owner"] is not None for row in owners),
            "rows": _department_rows(assessment),
            "figures": _unsigned_figures(assessment),
            "unsigned": len(assessment.missing_signatures),
            "section_totals": [
                assessment.tally_of(lambda state, key=section.key: state.place.section.key == key).blockers
                for section in return_.proforma.sections
            ],
            "charts": light_charts(assessment.answers),
        }


@dataclass(frozen=True)
class DepartmentRow:
    """What a department has answered, and its blockers by section; `blockers` counts a missing signature too."""

    department: Department | None  # none for what belongs to no department yet
    cells: list[tuple[Section, Tally | None]]  # none where the department isn't asked
    tally: Tally
    blockers: int
    unsigned: bool


def _department_rows(assessment: Assessment) -> list[DepartmentRow]:
    """Each department that is asked anything, then what belongs to none. Their blockers and the figures' signature
    are all blockers there are."""
    sections = assessment.answers.return_.proforma.sections
    cells = assessment.by_department_and_section()
    unsigned = {part.department for part in assessment.parts if part.unsigned and part.department}
    rows = []
    for department in (*assessment.answers.departments, None):
        tally = assessment.tally_of(lambda state, whose=department: state.department == whose)
        blockers = sum(b.department == department and b.kind != "figures" for b in assessment.blockers)
        if department or tally.required or blockers:
            pk = department and department.pk
            counts = [(section, cells.get((pk, section.key))) for section in sections]
            rows.append(DepartmentRow(department, counts, tally, blockers, department in unsigned))
    return rows


def _unsigned_figures(assessment: Assessment) -> Blocker | None:
    """The missing signature of the section 151 officer."""
    return next((blocker for blocker in assessment.blockers if blocker.kind == "figures"), None)


def _owner_row(owner, blockers) -> dict:
    """An owner's first places, each with its blockers; the rest as a number."""
    places = {}
    for blocker in blockers:
        places.setdefault(blocker.place.key if blocker.place else blocker.url, []).append(blocker)
    shown = list(places.values())[:PLACES_SHOWN]
    return {
        "owner": owner,
        "places": shown,
        "count": len(blockers),
        "more": len(blockers) - sum(len(each) for each in shown),
    }


class BlockerList(ReturnMixin, TemplateView):
    """Every blocker, narrowed to a department, section or owner."""

    template_name = "ieg4/blocker_list.html"

    def allowed(self) -> bool:
        return access.can_watch(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        assessment = assess(self.return_)
        wanted = {name: self.request.GET.get(name, "") for name in ("department", "section", "owner")}
        blockers = [
            blocker
            for blocker in assessment.blockers
            if all(not value or _names(blocker, name) == value for name, value in wanted.items())
        ]
        return super().get_context_data(**kwargs) | {
            "assessment": assessment,
            "blockers": blockers,
            "wanted": wanted,
            "departments": assessment.answers.departments,
            "owners": sorted({b.owner for b in assessment.blockers if b.owner}, key=str),
        }


def _names(blocker, name: str) -> str:
    if name == "section":
        return blocker.place.section.key if blocker.place else "signatures"
    if name == "department":
        return blocker.department.slug if blocker.department else "none"
    return blocker.owner.username if blocker.owner else "none"
