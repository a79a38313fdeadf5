"""The register of funding risks: what stands in it, and what the data imply and nobody has said yet."""

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

# So many days before Cabinet, and after, what still blocks is proposed as a risk.
NEAR = 10

BLOCKERS = "blockers"


@dataclass(frozen=True)
class Proposal:
    """A risk that the data imply, ready to be accepted as it is, changed or dismissed.

    The fingerprint is of the data under it: while it stays, so does a dismissal.
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
        """What a form begins with; sponsors, action and day are for the lead to say."""
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


def implied_risks(assessment: Assessment) -> list[Proposal]:
    """What the data imply and no risk says, the dismissed ones among it with their dismissal.

    What was accepted stays away while its risk is open; once that is closed, while the data stay as they
    were then.
    """
    return_ = assessment.answers.return_
    risks = all_risks(return_)
    said = {(risk.source, risk.fingerprint) for risk in risks if risk.source}
    dismissed = {
        (row.source, row.fingerprint): row
        for row in Dismissal.objects.filter(return_record=return_).select_related("event__by")
    }
    return [
        Proposal(**vars(each) | {"dismissed": dismissed.get((each.source, each.fingerprint))})
        for each in proposals(assessment, [risk for risk in risks if risk.is_open])
        if (each.source, each.fingerprint) not in said
    ]


def proposals(assessment: Assessment, known: list[Risk]) -> list[Proposal]:
    """What the data imply beyond these open risks, whatever was accepted, closed or dismissed before."""
    found = _late_areas(assessment, known) + _red_areas(assessment, known)
    return found + _last_blockers(assessment, known)


def sources(return_: Return) -> set[str]:
    """Every name that a proposal can have in this return."""
    areas = return_.proforma.by_tier.groups if return_.proforma.by_tier else ()
    return {BLOCKERS} | {f"{kind}-{area.key}" for kind in ("late", "red") for area in areas}


def _mandatory(assessment: Assessment) -> dict:
    """By area: the mandatory outcomes that apply, each with its tier and lights."""
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
    """Mandatory outcomes forecast amber or red on the day they are due, by area; a blank forecasts nothing."""
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
                cause=f"By the departments’ own forecast {said}, the day by which it is due.",
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
                title=f"{area.label}: all of it red, and no action named"[:120],
                cause=f"{wording.listed_codes(codes)} {wording.noun(len(codes), 'is', 'are')} red at the first "
                "reporting date, and no open risk on this area says what is done.",
                likelihood=4,
                impact=3,
                lines=tuple(codes),
                fingerprint=_fingerprint([(line.key, lights) for line, _, lights in rows]),
            )
        )
    return found


def _last_blockers(assessment: Assessment, known: list[Risk]) -> list[Proposal]:
    """What still blocks the return shortly before Cabinet: the one thing that exposes the grant itself."""
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
            cause=f"Any element left unfilled may cost the whole grant, and {when}.",
            likelihood=3,
            impact=5,
            lines=(),
            money_exposed=Decimal(assessment.exposure_gbp),
            fingerprint=_fingerprint(sorted([b.kind, b.url, b.point, b.field] for b in assessment.blockers)),
        )
    ]


def _fingerprint(data) -> str:
    return sha256(canonical(data))
