"""What the covering report says by itself: paragraphs and an appendix drafted from what is stored."""

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
from returns.rules.states import amendable
from returns.values import wording
from returns.values.parsing import clean_text
from returns.values.sums import YearAgainstTarget

WORDS = "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"


@dataclass(frozen=True)
class LightCount:
    """How many outcomes of a tier have each light at a date, in the order of the scale, then the blank ones."""

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
    """What is stored at one moment, and the words that it gives."""

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
            lights = [answers.lights(Place(self.return_, section, line)) for line in lines]
            for at, point in enumerate(section.points):
                counted = Counter(each[at] for each in lights)
                counts = tuple(counted[letter] for letter in [*letters, ""])
                yield LightCount(tier.label, point.name, counts)

    def drafts(self) -> Iterator[tuple[str, str]]:
        """The drafted paragraphs by key, in our words, from what is stored alone."""
        proforma = self.return_.proforma
        round_, target = proforma.round, proforma.target
        grant, until = f"£{round_.grant_gbp:,}", wording.day(round_.deadline)
        yield RESPONSIBILITY.key, self._responsibility()
        yield "wards", "All wards."
        yield (
            "purpose",
            f"Cabinet is asked to consider and approve the council’s {round_.title}, which must reach the "
            f"{round_.abbreviation} by {until}.{self._provisional()}",
        )
        yield "key-decision", "The decision asked for is not a key decision."
        yield (
            "recommendation",
            f"THAT the {round_.name} return be approved for submission to the {round_.abbreviation}.",
        )
        yield (
            "reasons",
            f"On a complete return depends a capital grant of {grant} for local e-government, payable by the "
            f"{round_.abbreviation} in {round_.grant_year}. If any element of the proforma is left empty, the grant "
            "may be withheld.",
        )
        yield (
            "considerations--form",
            f"The form of the return is laid down by the {round_.abbreviation} and can’t be altered. It is filed "
            f"through the {round_.system}, which will also be used to follow progress until March 2006.",
        )
        if proforma.by_tier:
            yield "considerations--outcomes", self._about_outcomes()
            yield "considerations--lights", self._about_lights()
        if gains_section(proforma):
            yield (
                "considerations--target",
                f"Following the {target.origin}, councils are expected to gain "
                f"{wording.figure(target.percent_per_year)}% a year in efficiency until {target.until}. Gains, "
                "forecast and actual, are part of the return.",
            )
            yield "considerations--gains", self._about_gains()
        yield "considerations--complete", self._about_completeness()
        yield (
            "risks--grant",
            f"The grant of {grant} for {round_.grant_year} may be withheld if an element of the return is empty. "
            "Owners are named element by element, and progress is followed in the same way, so that what falls "
            f"behind is seen early. At present {self._exposure()}.",
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
        return (
            f" {capfirst(words)} are still being validated and may be corrected afterwards, within such power as "
            "Cabinet delegates."
        )

    def _responsibility(self) -> str:
        sponsors = [risk.member_sponsor for risk in self.risks if risk.member_sponsor]
        return Counter(sponsors).most_common(1)[0][0] if sponsors else "To be named by the clerk"

    def _about_outcomes(self) -> str:
        section = self.return_.proforma.by_tier
        places = [Place(self.return_, section, line) for line in section.lines]
        ours = [place for place in places if self.answers.applies(place)]
        owned = sum(self.answers.owner(place) is not None for place in ours)
        owners = "each has" if owned == len(ours) else f"{owned} have"
        return (
            f"The council has assessed itself against {len(places)} priority outcomes. Of the {len(ours)} that apply "
            f"to it, {owners} a named owner in the department that delivers it. Outcomes say more exactly than BVPI "
            "157 what is to be achieved, and place the duty with services rather than with ICT."
        )

    def _about_lights(self) -> str:
        found = standing(self.answers)
        parts = [
            f"{len(found.achieved)} are achieved",
            f"{len(found.on_course)} are on course",
            f"{len(found.expected)} are not started but expected in time",
            f"{len(found.at_risk)} are at severe risk of missing their date",
        ]
        rest = f"{len(found.outside)} don’t apply to this council"
        if found.unknown:
            rest += f", and of {len(found.unknown)} the lights are not all given yet"
        risk = f" At severe risk: {', '.join(found.at_risk)}." if found.at_risk else ""
        if found.stretch:
            last = self.return_.proforma.rating_points[-1].label
            risk += f" Adopted by choice, with no date to meet, and not green by {last}: {', '.join(found.stretch)}."
        return f"Of {found.total} priority outcomes {', '.join(parts[:-1])} and {parts[-1]}; {rest}.{risk}"

    def _about_gains(self) -> str:
        said = []
        for year in self.years:
            if not year.gains.complete or year.target is None:
                continue
            word = "actual" if year.kind == "actual" else "forecast"
            compared = "meets" if year.gains.value >= year.target else "falls short of"
            said.append(
                f"for {year.label} £{wording.figure(year.gains.value)} thousand ({word}), which {compared} the "
                f"£{wording.figure(year.target)} thousand expected by then"
            )
        missing = [year.label for year in self.years if not year.gains.complete or year.target is None]
        text = f"Counted together from year to year, gains come to this: {'; '.join(said)}." if said else ""
        if missing:
            text += f" For {', '.join(missing)} figures are still missing, so no sum is given."
        return text.strip()

    def _about_completeness(self) -> str:
        tally = self.assessment.tally
        if self.version is None:
            return (
                f"{tally.percent}% of the return is answered: {tally.answered:,} of {tally.required:,} elements. It "
                "goes to Cabinet once nothing is missing and every department has signed."
            )
        when = wording.day(localtime(self.version.event.at))
        return (
            f"The return as sent to Cabinet on {when} answers {tally.answered:,} of {tally.required:,} elements, "
            f"{tally.percent}%; every department and the section 151 officer have signed what is theirs."
        )

    def _exposure(self) -> str:
        exposed = self.assessment.exposure_gbp
        if not exposed:
            return "no part of it is exposed"
        count = len(self.assessment.blockers)
        verb = "is" if count == 1 else "are"
        return f"£{exposed:,} is exposed, because {wording.counted(count, 'thing')} {verb} still missing"

    def _about_register(self) -> str:
        count = len(self.risks)
        word = WORDS[count] if count < len(WORDS) else f"{count}"
        if count == 1:
            return f"One area is behind and stands in the register of funding risks: {self.risks[0].title}."
        titles = "; ".join(risk.title for risk in self.risks[:-1])
        named = f"{titles}; {self.risks[-1].title}"
        return f"{word} areas are behind and stand in the register of funding risks: {named}."

    def _consultees(self) -> str:
        kinds = (Event.Kind.ANSWER, Event.Kind.SIGNED, Event.Kind.REPLIED)
        events = self.return_.events.filter(kind__in=kinds)
        if self.version:
            events = events.filter(number__lte=self.version.event.number)
        people = User.objects.filter(pk__in=events.values("by")).prefetch_related("departments")
        departments = sorted({each.name for person in people for each in person.departments.all()})
        if not departments:
            return "Nobody has contributed to the return yet."
        count = len(people)
        who = "1 officer" if count == 1 else f"{count} officers"
        return f"The return was answered, checked and signed by {who} of these departments: {', '.join(departments)}."

    def _background(self) -> str:
        facts = f"The {self.return_.proforma.round.title}"
        if self.version is None:
            return f"{facts}, in preparation."
        when = wording.day(localtime(self.version.event.at))
        return f"{facts} as sent to Cabinet on {when}, version {self.version.number}."


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
        due = f" By {wording.day(risk.due)}." if risk.due else ""
        parts.append(f"What is done: {_sentence(risk.action)}{due}")
    if sponsors:
        parts.append(f"{capfirst('; '.join(sponsors))}.")
    else:
        parts.append("No sponsor is named yet.")
    return " ".join(parts)


def _sentence(text: str) -> str:
    text = clean_text(text)
    return text if text.endswith((".", "!", "?")) else f"{text}."
