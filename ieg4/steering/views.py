"""The pages that bring all apps together: the lead's dashboard, its lists, and the Cabinet page."""

from django.urls import reverse
from django.views.generic import TemplateView

from outcomes.progress import Standing, light_charts, standing
from returns import clock
from returns.answers.reader import read
from returns.checks.completeness import assess
from returns.models import Query, Version
from returns.rules import access, refusals
from returns.values.digests import short_code
from returns.versions.snapshot import thaw_version
from returns.views.base import PassMixin, ReturnMixin
from returns.work.next_act import next_act, tasks_of

from ..cabinet.report import kept_copy, report_of

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
            "contradictions": _contradictions(user, assessment),
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
            "points": proforma.section_by_key["outcomes"].points,
            "cabinet_days": (self.return_.cabinet_date - clock.today()).days,
        }


def _contradictions(user, assessment) -> int:
    """How many places contradict a stored fact; none for those who have nothing to mend."""
    return_ = assessment.answers.return_
    if not access.can_see_contradictions(user, return_):
        return 0
    return len(report_of(return_, assessment).contradictions)


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


class CabinetPage(PassMixin, ReturnMixin, TemplateView):
    """Is it safe to approve? One sentence, the exposure, and the return to read."""

    template_name = "ieg4/cabinet_detail.html"

    def allowed(self) -> bool:
        return access.can_open_cabinet_page(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        user = self.request.user
        versions = list(
            self.return_.versions.defer("data", "pdf").select_related("event__by").order_by("-number")
        )
        for version in versions:
            version.return_record = self.return_
            version.code = short_code(version.digest)
        # Once there is a copy Cabinet reads that, whatever is worked on since.
        live = read(self.return_)
        assessment = assess(live)
        answers = thaw_version(self.return_, versions[0]) if versions else live
        places = {place.key: place for place in live.places()}
        questions = [
            {"query": query, "place": places[key]}
            for key, queries in live.queries.items()
            if key in places
            for query in queries
            if query.kind == Query.Kind.QUESTION
        ]
        outcomes = self.return_.proforma.section_by_key["outcomes"]
        return super().get_context_data(**kwargs) | {
            "assessment": assessment,
            "act": next_act(assessment, user, tasks_of(assessment, user)),
            "contradictions": _contradictions(user, assessment),
            "standing": (found := standing(answers)),
            "standing_rows": _standing_rows(found, outcomes.points[-1].label),
            "outcomes_page": self._outcomes_page(versions),
            "version": versions[0] if versions else None,
            "versions": versions,
            "report": kept_copy(self.return_),
            "decision": self.return_.decision,
            "filing": self.return_.filing,
            "questions": sorted(questions, key=lambda row: row["query"].number),
            "can_ask": access.can_ask_question(user, self.return_),
            "outcomes": outcomes.lines,
            "last_date": outcomes.points[-1].label,
            "lock": refusals.why_locked(self.return_),
        }

    def _outcomes_page(self, versions: list[Version]) -> str:
        """Where the outcomes that the page counts can be read."""
        if versions:
            return versions[0].get_absolute_url()
        return reverse("returns:return-whole", args=[self.authority.slug, self.return_.round])


def _standing_rows(found: Standing, last_date: str) -> list[tuple[str, list[str], str]]:
    """Each way in which outcomes are counted: its name, the codes, what it means."""
    stretch = (
        f"Adopted by choice, not green by {last_date}",
        found.stretch,
        "stretch outcomes, which have no date to meet",
    )
    unknown = ("Not known yet", found.unknown, "a rating that decides is blank")
    return [
        ("Achieved", found.achieved, "green today"),
        ("On course", found.on_course, "amber today, green by its date"),
        ("Not started but expected", found.expected, "red today, green by its date"),
        ("At severe risk", found.at_risk, "not green by its date"),
        *([stretch] if found.stretch else []),
        *([unknown] if found.unknown else []),
        ("Outside", found.outside, "not applicable or not adopted"),
    ]
