"""The page that Cabinet opens first: what is at risk, and the return to read."""

from django.urls import reverse
from django.views.generic import TemplateView

from outcomes.progress import Standing, standing
from returns import clock
from returns.answers.reader import Answers, read
from returns.checks.completeness import assess
from returns.models import Query, Version
from returns.rules import access, refusals
from returns.rules.states import delegation_words, page_words
from returns.values.digests import short_code
from returns.versions.snapshot import thaw_version
from returns.views.base import ReturnMixin
from returns.work.next_act import next_act
from returns.work.tasks import tasks_of

from .report import contradictions_shown, kept_copy


class CabinetPage(ReturnMixin, TemplateView):
    """The state of the return, the grant at risk, progress on the outcomes, and the return to read."""

    template_name = "ieg4/cabinet_detail.html"

    def allowed(self) -> bool:
        return access.can_open_cabinet_page(self.request.user, self.return_)

    def get_context_data(self, **kwargs):
        user, versions = self.request.user, self._versions()
        # Once there is a version Cabinet reads that, whatever has changed since.
        live = read(self.return_)
        assessment = assess(live)
        answers = thaw_version(self.return_, versions[0]) if versions else live
        dates = self.return_.proforma.rating_points
        last_date = dates[-1].label if dates else ""
        return super().get_context_data(**kwargs) | {
            "assessment": assessment,
            "words": page_words(self.return_, clock.today(), len(assessment.blockers)),
            "delegation": delegation_words(self.return_.decision),
            "act": next_act(assessment, user, tasks_of(assessment, user)),
            "contradictions": contradictions_shown(user, assessment),
            "standing": (found := standing(answers)),
            "standing_rows": _standing_rows(found, last_date),
            "outcomes_page": self._outcomes_page(versions),
            "version": versions[0] if versions else None,
            "versions": versions,
            "report": kept_copy(self.return_),
            "decision": self.return_.decision,
            "filing": self.return_.filing,
            "questions": _questions(live),
            "can_ask": access.can_ask_question(user, self.return_),
            "last_date": last_date,
            "lock": refusals.why_locked(self.return_),
        }

    def _versions(self) -> list[Version]:
        """The stored versions, the newest first, without their data and PDF."""
        found = self.return_.versions.defer("data", "pdf").select_related("event__by").order_by("-number")
        for version in (versions := list(found)):
            version.return_record = self.return_
            version.code = short_code(version.digest)
        return versions

    def _outcomes_page(self, versions: list[Version]) -> str:
        """Where the outcomes that the page counts can be read."""
        if versions:
            return versions[0].get_absolute_url()
        return reverse("returns:return-whole", args=[self.authority.slug, self.return_.round])


def _questions(answers: Answers) -> list[dict]:
    """Cabinet's questions with their places, in the order in which they were asked."""
    places = {place.key: place for place in answers.places()}
    found = [
        {"query": query, "place": places[key]}
        for key, queries in answers.queries.items()
        if key in places
        for query in queries
        if query.kind == Query.Kind.QUESTION
    ]
    return sorted(found, key=lambda row: row["query"].number)


def _standing_rows(found: Standing, last_date: str) -> list[tuple[str, list[str], str]]:
    """The outcomes by progress: name, codes and meaning of each group."""
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
        ("Not applicable", found.outside, "does not apply to this council, or not adopted"),
    ]
