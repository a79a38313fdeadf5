"""The risks in the register, and those that the answers suggest and no open risk covers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from returns import clock
from returns.answers.reader import Place
from returns.checks.completeness import Assessment
from returns.models import Return
from returns.rules import access
from returns.values import wording
from returns.values.digests import canonical, sha256

from ..models import Dismissal, Risk

# Blockers are suggested as a risk from so many days before Cabinet on.
NEAR = 10

BLOCKERS = "blockers"


@dataclass(frozen=True)
class Proposal:
    """A risk that the answers suggest, to be accepted, changed first if need be, or dismissed.

    The fingerprint is a digest of the answers behind it: a dismissal holds while it stays the same.
    """

    source: str
    title: str
    cause: str
    likelihood: int
    impact: int
    lines: tuple[str, ...]
    fingerprint: str
    money_exposed: Decimal | None = None
    dismissed: Dismissal | None = None

    @property
    def values(self) -> dict:
        """The initial values of the form; the lead adds sponsors, action and date."""
        return {
            "title": self.title,
            "cause": self.cause,
            "likelihood": self.likelihood,
            "impact": self.impact,
            "money_exposed": self.money_exposed,
            "lines": list(self.lines),
        }


def open_risks(return_: Return) -> list[Risk]:
    """The open risks, the highest score first, each with the codes of the outcomes it touches."""
    return sorted((r for r in all_risks(return_) if r.is_open), key=lambda risk: (-risk.score, risk.number))


def all_risks(return_: Return) -> list[Risk]:
    """Every risk that was ever in the register, by number, in two queries."""
    risks = list(return_.risks.select_related("added__by", "closed__by").prefetch_related("lines"))
    for risk in risks:
        risk.return_record = return_
    return risks


def dismissals_of(return_: Return) -> list[Dismissal]:
    """Every dismissed suggestion, with who dismissed it."""
    return list(Dismissal.objects.filter(return_record=return_).select_related("event__by"))


def implied_risks(
    assessment: Assessment, risks: list[Risk] | None = None, dismissals: list[Dismissal] | None = None
) -> list[Proposal]:
    """The suggested risks that no risk covers, with the dismissal of those that were dismissed.

    One that was accepted isn't suggested while its risk is open, nor, once that is closed, while the answers stay as
    they were then. Risks and dismissals are read unless they are given.
    """
    return_ = assessment.answers.return_
    risks = all_risks(return_) if risks is None else risks
    said = {(risk.source, risk.fingerprint) for risk in risks if risk.source}
    dismissals = dismissals_of(return_) if dismissals is None else dismissals
    dismissed = {(row.source, row.fingerprint): row for row in dismissals}
    return [
        Proposal(**vars(each) | {"dismissed": dismissed.get((each.source, each.fingerprint))})
        for each in proposals(assessment, [risk for risk in risks if risk.is_open])
        if (each.source, each.fingerprint) not in said
    ]


def proposals(assessment: Assessment, known: list[Risk]) -> list[Proposal]:
    """What the answers suggest beyond these open risks, whatever was accepted, closed or dismissed before."""
    found = _late_areas(assessment, known) + _red_areas(assessment, known)
    return found + _last_blockers(assessment, known)


def sources(return_: Return) -> set[str]:
    """Every name that a proposal can have in this return."""
    areas = return_.proforma.by_tier.groups if return_.proforma.by_tier else ()
    return {BLOCKERS} | {f"{kind}-{area.key}" for kind in ("late", "red") for area in areas}


def _mandatory(assessment: Assessment) -> dict:
    """By area: the mandatory outcomes that apply, each with its tier and ratings."""
    answers = assessment.answers
    section = answers.return_.proforma.by_tier
    found = {}
    for area, lines in section.grouped_lines() if section else ():
        for line in lines:
            tier = answers.return_.proforma.tier_of(line)
            lights = answers.lights(Place(answers.return_, section, line))
            if tier.mandatory and "N" not in lights:
                found.setdefault(area, []).append((line, tier, lights))
    return found


def _late_areas(assessment: Assessment, known: list[Risk]) -> list[Proposal]:
    """Mandatory outcomes forecast amber or red at their due date, by area; a blank rating is left out."""
    proforma = assessment.answers.return_.proforma
    dates = [point.date for point in proforma.by_tier.points] if proforma.by_tier else []
    covered = {code for risk in known for code in risk.codes}
    found = []
    for area, rows in _mandatory(assessment).items():
        late = [
            (line, tier, lights)
            for line, tier, lights in rows
            if lights[dates.index(tier.due)] in ("R", "A") and line.key not in covered
        ]
        if not late:
            continue
        codes = [line.key for line, _, _ in late]
        red = any(lights[dates.index(tier.due)] == "R" for _, tier, lights in late)
        said = "; ".join(
            f"{line.key} is {'red' if lights[dates.index(tier.due)] == 'R' else 'amber'} "
            f"at {wording.day(tier.due)}"
            for line, tier, lights in late
        )
        found.append(
            Proposal(
                source=f"late-{area.key}",
                title=f"{area.label}: {wording.listed_codes(codes)} forecast late"[:120],
                cause=f"In the departments’ own forecasts {said}, the due date.",
                likelihood=5 if red else 4,
                impact=4 if any(tier.key == proforma.tiers[0].key for _, tier, _ in late) else 3,
                lines=tuple(codes),
                fingerprint=_fingerprint([(line.key, lights) for line, _, lights in late]),
            )
        )
    return found


def _red_areas(assessment: Assessment, known: list[Risk]) -> list[Proposal]:
    """Areas of which every mandatory outcome is red at the first date, while no open risk names an action."""
    acted_on = {code for risk in known if risk.action for code in risk.codes}
    found = []
    for area, rows in _mandatory(assessment).items():
        codes = [line.key for line, _, _ in rows]
        if acted_on.intersection(codes) or any(lights[0] != "R" for _, _, lights in rows):
            continue
        found.append(
            Proposal(
                source=f"red-{area.key}",
                title=f"{area.label}: all red, and no action named"[:120],
                cause=f"{wording.listed_codes(codes)} {wording.noun(len(codes), 'is', 'are')} red at the first "
                "reporting date, and no open risk in this area has an action.",
                likelihood=4,
                impact=3,
                lines=tuple(codes),
                fingerprint=_fingerprint([(line.key, lights) for line, _, lights in rows]),
            )
        )
    return found


def _last_blockers(assessment: Assessment, known: list[Risk]) -> list[Proposal]:
    """The blockers left shortly before Cabinet, which put the grant itself at risk."""
    return_ = assessment.answers.return_
    days = (return_.cabinet_date - clock.today()).days
    if (
        not assessment.blockers
        or return_.status not in access.ALLOCATING
        or days > NEAR
        or any(risk.source == BLOCKERS for risk in known)
    ):
        return []
    count = len(assessment.blockers)
    when = (
        "the day of Cabinet has passed"
        if days < 0
        else f"Cabinet meets on {wording.day(return_.cabinet_date)}"
    )
    return [
        Proposal(
            source=BLOCKERS,
            title=f"The return still has {wording.counted(count, 'blocker')} shortly before Cabinet",
            cause=f"Any answer left blank may cost the whole grant, and {when}.",
            likelihood=3,
            impact=5,
            lines=(),
            money_exposed=Decimal(assessment.exposure_gbp),
            fingerprint=_fingerprint(sorted([b.kind, b.url, b.point, b.field] for b in assessment.blockers)),
        )
    ]


def _fingerprint(data) -> str:
    return sha256(canonical(data))
