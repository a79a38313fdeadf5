"""The draft of the covering report: paragraphs and an appendix for Cabinet, written from what is stored."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.text import capfirst
from django.utils.timezone import localtime

from efficiency.gains.target import gains_section, years_against_target
from efficiency.models import Risk
from outcomes.progress import standing
from returns.answers.reader import Answers, Place
from returns.checks.completeness import Assessment
from returns.models import Event, Return, User, Version
from returns.models.report_headings import RESPONSIBILITY
from returns.rules.states import amendable, grant_at_risk, how_it_came_back
from returns.values import wording
from returns.values.parsing import clean_text
from returns.values.sums import YearAgainstTarget

WORDS = "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"


@dataclass(frozen=True)
class LightCount:
    """How many outcomes of a tier have each rating at a date, in the order of the scale, then how many are blank."""

    tier: str
    date: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class YearRow:
    """The cumulative gains of a year beside the target, £ thousand; None where a figure is missing."""

    label: str
    kind: str
    gains: Decimal | None
    target: Decimal | None


@dataclass(frozen=True)
class RiskRow:
    """One open funding risk as the appendix prints it; money in pounds."""

    number: int
    title: str
    likelihood: int
    impact: int
    money_exposed: Decimal | None
    member_sponsor: str
    executive_sponsor: str
    due: datetime.date | None


@dataclass(frozen=True)
class Appendix:
    """The figures behind the report."""

    lights: tuple[LightCount, ...]
    years: tuple[YearRow, ...]
    risks: tuple[RiskRow, ...]


@dataclass
class Facts:
    """What is stored at one moment, and the paragraphs and figures drafted from it."""

    return_: Return
    assessment: Assessment
    risks: list[Risk]
    version: Version | None  # whose facts these are; None while the return is worked on

    @property
    def answers(self) -> Answers:
        return self.assessment.answers

    @cached_property
    def years(self) -> list[YearAgainstTarget]:
        return years_against_target(self.answers)

    def appendix(self) -> Appendix:
        return Appendix(
            lights=tuple(self._light_counts()),
            years=tuple(
                YearRow(year.label, year.kind, year.gains.value if year.gains.complete else None, year.target)
                for year in self.years
            ),
            risks=tuple(
                RiskRow(**{name: getattr(risk, name) for name in RiskRow.__dataclass_fields__})
                for risk in self.risks
            ),
        )

    def _light_counts(self) -> Iterator[LightCount]:
        answers, proforma = self.answers, self.return_.proforma
        section = proforma.by_tier
        letters = [light.key for light in proforma.scale]
        for tier in proforma.tiers if section else ():
            lines = [line for line in section.lines if line.tier == tier.key]
            counted = answers.count_lights(Place(self.return_, section, line) for line in lines)
            for point in section.points:
                counts = tuple(counted[point.key, letter] for letter in [*letters, ""])
                yield LightCount(tier.label, point.name, counts)

    def drafts(self) -> Iterator[tuple[str, str]]:
        """The key and text of each drafted paragraph, in the order of the report.

        They are read by councillors and are true in every state of the return in which they are drafted.
        """
        proforma = self.return_.proforma
        round_, target = proforma.round, proforma.target
        grant, until = wording.pounds(round_.grant_gbp), wording.day(round_.deadline)
        yield RESPONSIBILITY.key, self._responsibility()
        yield "wards", "All wards."
        yield (
            "purpose",
            f"Cabinet is asked to consider and approve the council’s {round_.title}, which must reach the "
            f"{round_.abbreviation} by {until}.{self._provisional()}",
        )
        yield "key-decision", "This is not a key decision."
        yield (
            "recommendation",
            f"THAT the {round_.name} return be approved for submission to the {round_.abbreviation}.",
        )
        yield (
            "reasons",
            f"A capital grant of {grant} for local e-government, payable by the {round_.abbreviation} in "
            f"{round_.grant_year}, depends on a complete return. The grant may be withheld if any required answer is "
            "blank.",
        )
        yield (
            "considerations--form",
            f"The {round_.abbreviation} prescribes the form of the return, and councils may not alter it. It is "
            f"submitted through the {round_.system}, which will also be used to monitor progress until March 2006.",
        )
        if proforma.by_tier:
            yield "considerations--outcomes", self._about_outcomes()
            yield "considerations--lights", self._about_ratings()
        if gains_section(proforma):
            yield (
                "considerations--target",
                f"Following the {target.origin}, councils are expected to make efficiency gains of "
                f"{wording.figure(target.percent_per_year)}% a year until {target.until}. The return includes "
                "forecast and actual gains.",
            )
            yield "considerations--gains", self._about_gains()
        yield "considerations--complete", self._about_completeness()
        yield (
            "risks--grant",
            f"The grant of {grant} for {round_.grant_year} may be withheld if any required answer is blank. Before "
            "the return is sent to Cabinet, each line must have a named owner; progress is monitored line by line, "
            f"so that delays are identified early. {self._exposure()}",
        )
        if self.risks:
            yield "risks--register", self._about_register()
        for risk in self.risks:
            yield f"risks--{risk.number}", _about_risk(risk)
        yield "consultees", self._consultees()
        yield "background", self._background()

    def _provisional(self) -> str:
        words = amendable(self.return_)
        if not words:
            return ""
        only_if = "may be corrected after approval only if Cabinet delegates authority to amend them."
        return f" {capfirst(words)} {only_if}"

    def _responsibility(self) -> str:
        sponsors = [risk.member_sponsor for risk in self.risks if risk.member_sponsor]
        return Counter(sponsors).most_common(1)[0][0] if sponsors else "To be confirmed"

    def _about_outcomes(self) -> str:
        section = self.return_.proforma.by_tier
        places = [Place(self.return_, section, line) for line in section.lines]
        ours = [place for place in places if self.answers.applies(place)]
        owned = sum(self.answers.owner(place) is not None for place in ours)
        owners = "each has" if owned == len(ours) else f"{owned} {wording.noun(owned, 'has', 'have')}"
        return (
            f"The return covers {len(places)} priority outcomes. Of the {len(ours)} that apply to this council, "
            f"{owners} a named owner in the department that delivers it. The outcomes define what is to be achieved "
            "more precisely than BVPI 157, and make services responsible for it rather than ICT."
        )

    def _about_ratings(self) -> str:
        found = standing(self.answers)
        parts = [
            _so_many(found.achieved, "is achieved", "are achieved"),
            _so_many(found.on_course, "is on course", "are on course"),
            _so_many(
                found.expected, "is not started but expected in time", "are not started but expected in time"
            ),
            _so_many(
                found.at_risk,
                "is at severe risk of missing its due date",
                "are at severe risk of missing their due dates",
            ),
        ]
        parts.append(
            _so_many(found.outside, "does not apply to this council", "do not apply to this council")
        )
        text = f"Of the {found.total} priority outcomes, {wording.listed(parts)}."
        if found.unknown:
            blank = "outcome still has blank ratings", "outcomes still have blank ratings"
            text += f" {_so_many(found.unknown, *blank)}."
        if found.at_risk:
            text += f" At severe risk: {', '.join(found.at_risk)}."
        if found.stretch:
            last = self.return_.proforma.rating_points[-1].label
            text += f" Adopted voluntarily, with no due date, and not green by {last}: {', '.join(found.stretch)}."
        return text

    def _about_gains(self) -> str:
        said = []
        for year in self.years:
            if not year.gains.complete or year.target is None:
                continue
            word = "actual" if year.kind == "actual" else "forecast"
            compared = "at or above" if year.gains.value >= year.target else "below"
            said.append(
                f"{year.label} ({word}), £{wording.figure(year.gains.value)} thousand, {compared} the target of "
                f"£{wording.figure(year.target)} thousand"
            )
        missing = [year.label for year in self.years if not year.gains.complete or year.target is None]
        text = f"Cumulative gains compared with the target: {'; '.join(said)}." if said else ""
        if missing:
            text += f" No total is given for {wording.listed(missing)}, because figures are still missing."
        return text.strip()

    def _about_completeness(self) -> str:
        tally = self.assessment.tally
        answered = f"{tally.answered:,} of {tally.required:,} required answers"
        if self.version is None:
            back = self.return_.status == Return.Status.REFERRED_BACK
            before = f"{how_it_came_back(self.return_)} " if back else ""
            return (
                f"{before}The draft contains {answered} ({tally.percent}%). {self._signed_parts()} It can be sent "
                f"to Cabinet{' again' if back else ''} only when it is complete, every department has signed its "
                "part and the section 151 officer has signed the figures."
            )
        when = wording.day(localtime(self.version.event.at))
        sent = f"The return as sent to Cabinet on {when} contains {answered} ({tally.percent}%)."
        return f"{sent} {self._signed_parts()}"

    def _signed_parts(self) -> str:
        """How many parts are signed and complete; a version was sent only once all of them were."""
        if self.version:
            return "Every department has signed its part, and the section 151 officer has signed the figures."
        parts = self.assessment.parts
        ready = sum(not part.unsigned and not any(state.blockers for state in part.states) for part in parts)
        whole = wording.counted(len(parts), "part")
        return f"{ready} of {whole} of the return {wording.noun(ready, 'is', 'are')} signed and complete."

    def _exposure(self) -> str:
        risk = grant_at_risk(self.return_, len(self.assessment.blockers))
        if not risk:
            return "At present no part of the grant is at risk."
        return f"{risk} Blockers are blank answers, open queries, missing owners and missing signatures."

    def _about_register(self) -> str:
        count = len(self.risks)
        word = WORDS[count] if count < len(WORDS) else f"{count}"
        are = wording.noun(count, "funding risk is", "funding risks are")
        return f"{word} {are} open: {'; '.join(risk.title for risk in self.risks)}."

    def _consultees(self) -> str:
        kinds = (Event.Kind.ANSWER, Event.Kind.SIGNED, Event.Kind.REPLIED)
        events = self.return_.events.filter(kind__in=kinds)
        if self.version:
            events = events.filter(number__lte=self.version.event.number)
        people = User.objects.filter(pk__in=events.values("by")).prefetch_related("departments")
        departments = sorted({each.name for person in people for each in person.departments.all()})
        if not departments:
            return "No department has contributed to the return yet."
        who = f"{wording.counted(len(people), 'officer')} {wording.noun(len(people), 'has', 'have')}"
        return (
            f"{who} answered or signed lines of the return, or replied to queries. Their departments: "
            f"{', '.join(departments)}. {self._signed_parts()}"
        )

    def _background(self) -> str:
        facts = f"The {self.return_.proforma.round.title}"
        if self.version is None:
            return f"{facts}: draft, not approved by Cabinet."
        when = wording.day(localtime(self.version.event.at))
        return f"{facts} as sent to Cabinet on {when}, version {self.version.number}."


def _so_many(codes: list[str], one: str, many: str) -> str:
    return wording.counted(len(codes), one, many)


def _about_risk(risk: Risk) -> str:
    sponsors = [
        f"{label}: {name}"
        for label, name in (
            ("Member sponsor", risk.member_sponsor),
            ("executive sponsor", risk.executive_sponsor),
        )
        if name
    ]
    parts = [f"{risk.title}. {_sentence(risk.cause)}"]
    if risk.action:
        due = f" Due by {wording.day(risk.due)}." if risk.due else ""
        parts.append(f"Action: {_sentence(risk.action)}{due}")
    if sponsors:
        parts.append(f"{capfirst('; '.join(sponsors))}.")
    else:
        parts.append("No sponsor has been named.")
    return " ".join(parts)


def _sentence(text: str) -> str:
    text = clean_text(text)
    return text if text.endswith((".", "!", "?")) else f"{text}."
