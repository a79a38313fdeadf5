"""The lead's dashboard and the list of all blockers."""

from django.views.generic import TemplateView

from outcomes.progress import light_charts
from returns import clock
from returns.checks.completeness import assess
from returns.rules import access, refusals
from returns.views.base import ReturnMixin
from returns.work.next_act import next_act, tasks_of

from ..cabinet.report import contradictions_shown

PLACES_SHOWN = 3


class Dashboard(ReturnMixin, TemplateView):
    """Will we lose the money, and whom do I chase?"""

    template_name = "ieg4/dashboard_detail.html"

    def allowed(self) -> bool:
        return access.can_watch(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        assessment = assess(self.return_)
        answers = assessment.answers
        proforma = self.return_.proforma
        cells = assessment.by_department_and_section()
        departments = [*answers.departments, None]
        rows = []
        for department in departments:
            pk = department and department.pk
            tally = assessment.tally_of(
                lambda state, pk=pk: (state.department.pk if state.department else None) == pk
            )
            if department or tally.required or tally.blockers:
                counts = [(section, cells.get((pk, section.key))) for section in proforma.sections]
                rows.append((department, counts, tally))
        owners = [_owner_row(owner, blockers) for owner, blockers in assessment.by_owner()]
        unsigned = {part.department: part for part in assessment.parts if part.unsigned}
        rows = [(*row, unsigned.get(row[0]) if row[0] else None) for row in rows]
        user = self.request.user
        act = next_act(assessment, user, tasks_of(assessment, user))
        return super().get_context_data(**kwargs) | {
            "assessment": assessment,
            "contradictions": contradictions_shown(user, assessment),
            "owners": owners,
            "signatures_missing": len(assessment.missing_signatures),
            "not_places": -len(assessment.missing_signatures),
            "lock": refusals.why_locked(self.return_),
            "act": act,
            "can_allocate": access.can_allocate(user, self.return_),
            "can_remind": access.can_remind(user, self.return_),
            "remind_all": access.can_remind(user, self.return_) and not (act and act.posts),
            "people": sum(row["owner"] is not None for row in owners),
            "rows": rows,
            "section_totals": [
                (s, assessment.tally_of(lambda state, key=s.key: state.place.section.key == key))
                for s in proforma.sections
            ],
            "charts": light_charts(answers),
            "cabinet_days": (self.return_.cabinet_date - clock.today()).days,
        }


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
