"""The return as one document: the context its templates need, its HTML and its PDF."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.timezone import localtime

from .. import clock
from ..answers.reader import Answers, Place
from ..checks.completeness import Assessment, Blocker, Part, assess
from ..models import Authority, Decision, Event, Return, Version
from ..rules.states import delegation_words, provisional_under, state_words
from ..values import wording
from ..values.digests import short_code
from ..values.parsing import clean_text
from .engine.inspection import DATA
from .engine.pdf import Attached
from .engine.sheet import Sheet
from .paging import PartRows, parts_of
from .rows import Fact, SectionRows, words_of
from .sections import section_rows
from .workbook import workbook

WORKBOOK = "return.xlsx"


@dataclass(frozen=True)
class MissingRow:
    """The blockers of one section that one person can clear."""

    section: str
    anchor: str
    who: str
    lines: str
    what: str
    count: int
    due: str


@dataclass(frozen=True)
class Panel:
    """What a version says of itself: who decided, who signed, its code and its digest."""

    title: str
    code: str
    digest: str
    facts: tuple[Fact, ...]

    @property
    def digest_groups(self) -> list[str]:
        """The digest in groups of eight characters, so that two can be compared by eye."""
        return [self.digest[at : at + 8] for at in range(0, len(self.digest), 8)]


@dataclass(frozen=True)
class ReturnDocument:
    """The whole return as it was when it was read."""

    council: str
    accent: str
    round: str
    title: str
    cover_line: str
    department: str
    system: str
    proforma: str
    as_at: str
    status: str
    draft: bool
    state: str
    state_note: str
    head: str  # its state, repeated at the head of each page while it isn't approved
    foot: tuple[str, str]
    panel: Panel | None
    facts: tuple[Fact, ...]
    sections: tuple[SectionRows, ...]
    missing: tuple[MissingRow, ...]
    missing_count: str
    required: str
    answered: str
    grant: str
    grant_year: str
    exposure: str
    target: str
    target_until: str

    @property
    def parts(self) -> tuple[PartRows, ...]:
        """The sections by the pages that they share."""
        return parts_of(self.sections)

    @property
    def name(self) -> str:
        """Its name at the head of each page: "IEG4 return 2004"."""
        return f"{self.round} return {self.title[-4:]}" if self.title[-4:].isdigit() else self.title


def return_context(
    assessment: Assessment, as_at: datetime.datetime, version: VersionWords | None = None
) -> dict:
    """The context of `documents/return.html` and of each of its sections: one name, `document`.

    Without the words of a version they are those of the present answers, in the state of the return at `as_at`.
    """
    answers, tally = assessment.answers, assessment.tally
    return_, proforma = answers.return_, answers.return_.proforma
    stamp = wording.moment(as_at)
    words = version or _present_words(assessment, as_at, stamp)
    document = ReturnDocument(
        council=clean_text(return_.authority.name),
        accent=return_.authority.accent,
        round=proforma.round.name,
        title=proforma.round.title,
        cover_line=proforma.round.cover_line,
        department=proforma.round.department,
        system=proforma.round.system,
        proforma=proforma.name,
        as_at=stamp,
        status=return_.get_status_display(),
        draft=words.draft,
        state=words.state,
        state_note=words.note,
        head=words.head,
        foot=(f"{words.stamp} · {proforma.name}", words.mark) if words.mark else (words.stamp, proforma.name),
        panel=words.panel,
        facts=_cover_facts(answers, stamp, words.panel),
        sections=tuple(section_rows(assessment, section, words.provisional) for section in answers.sections),
        missing=tuple(_missing(answers, assessment.blockers)),
        missing_count=f"{len(assessment.blockers):,}",
        required=f"{tally.required:,}",
        answered=f"{tally.answered:,}",
        grant=wording.pounds(assessment.grant_gbp),
        grant_year=proforma.round.grant_year,
        exposure=wording.pounds(assessment.exposure_gbp),
        target=f"{proforma.target.percent_per_year.normalize():f}",
        target_until=proforma.target.until,
    )
    return {"document": document}


@dataclass(frozen=True)
class VersionWords:
    """How a document says which version it is."""

    state: str = ""
    note: str = ""
    stamp: str = ""
    draft: bool = False
    panel: Panel | None = None
    head: str = ""
    provisional: str = ""
    mark: str = ""


def _present_words(assessment: Assessment, as_at: datetime.datetime, stamp: str) -> VersionWords:
    """The words of the answers as they are worked on, in the state of the return at that moment."""
    now = state_words(assessment.answers.return_, clock.day_of(as_at))
    return VersionWords(
        state=now.mark,
        note=f"{now.approval} {_blockers_left(len(assessment.blockers))}" if now.draft else now.approval,
        stamp=f"{'Draft, as' if now.draft else 'As'} at {stamp} · {now.foot}",
        draft=now.draft,
        panel=None,
        head="DRAFT" if now.draft else "",
        provisional=now.provisional,
    )


def _blockers_left(count: int) -> str:
    if not count:
        return "No blocker is left."
    return f"{wording.counted(count, 'blocker')} {wording.noun(count, 'is', 'are')} left."


def version_words(
    version: Version, event: Event, decision: Decision | None, parts: list[Part]
) -> VersionWords:
    """The words of a version that `event` makes; `parts` say who has signed what."""
    when = wording.moment(event.at)
    short = f"{version.digest[:8]} {version.digest[8:16]} … {version.digest[-8:]}"
    mark = f"Code {short_code(version.digest)} · SHA-256 of the answers {short}"
    if version.kind == Version.Kind.CABINET:
        facts = [("Sent to Cabinet", f"by {event.by}, {when}")]
        state, note = "FOR CABINET", f"Sent on {when}. Not yet approved."
        stamp = f"As sent to Cabinet, {when}"
        title, head, provisional = "Sent to Cabinet", state, ""
    else:
        met = wording.day(decision.day)
        recorder = event.by if version.kind == Version.Kind.APPROVED else decision.event.by
        facts = [
            ("Approved", f"by Cabinet on {met}, minute {decision.number}, recorded by {recorder}"),
            ("Decision", decision.text),
        ]
        if decision.delegate:
            facts.append(("Delegation", delegation_words(decision)))
        state, note = "APPROVED BY CABINET", f"{met}, minute {decision.number}"
        stamp = f"As approved by Cabinet, {met}"
        title, head = "Approval", ""
        provisional = provisional_under(decision, clock.day_of(event.at))
        if version.kind == Version.Kind.AMENDED:
            facts.append(("Amended", f"by {event.by} under this delegation, {when}"))
            note += f"; amended under delegation, {wording.day(localtime(event.at))}"
            stamp = f"Approved {met}, amended under delegation {when}"
    facts += _signatures(parts)
    facts.append(("History", f"event {event.number:,}, digest {event.digest}"))
    panel = Panel(
        title,
        short_code(version.digest),
        version.digest,
        tuple(Fact(label, words_of(clean_text(text), "")) for label, text in facts),
    )
    return VersionWords(
        state, note, stamp, draft=False, panel=panel, head=head, provisional=provisional, mark=mark
    )


def _signatures(parts: list[Part]) -> list[tuple[str, str]]:
    """Who signed the figures, and how many departments signed, the last of them when."""
    found = []
    departments = [part for part in parts if part.department]
    for part in parts:
        last = part.last_signed
        if part.department is None and last:
            signer = last.event.by
            title = f", {signer.job_title}" if signer.job_title else ""
            found.append(("Figures signed", f"{signer}{title}, {wording.day(localtime(last.event.at))}"))
    dates = [part.last_signed.event.at for part in departments if part.last_signed]
    if dates:
        whole = sum(not part.unsigned for part in departments)
        latest = wording.day(localtime(max(dates)))
        found.append(("Departments signed", f"{whole} of {len(departments)}, the last on {latest}"))
    return found


def version_pdf(
    answers: Answers, version: Version, event: Event, decision: Decision | None, parts: list[Part]
) -> bytes:
    """The version as an archival PDF with its data attached as JSON and as a workbook; checked to be PDF/A.

    `answers` are read from the data of the version. Raises RenderFailed, and NotArchival for a file that may
    not be stored.
    """
    return version_sheet(answers, version, event, decision, parts).archival_pdf()


def version_sheet(
    answers: Answers, version: Version, event: Event, decision: Decision | None, parts: list[Part]
) -> Sheet:
    """The version, to be made into a PDF. `answers` are read from its data."""
    return_ = answers.return_
    words = version_words(version, event, decision, parts)
    html = render_to_string("documents/return.html", return_context(assess(answers), event.at, words))
    about = [
        ("State", words.state),
        ("", words.note),
        *((each.label, each.words.text) for each in words.panel.facts),
    ]
    attached = (
        Attached(DATA, version.data.encode(), "The answers as canonical data", "Data"),
        Attached(
            WORKBOOK,
            workbook(answers, at=event.at, digest=version.digest, about=about),
            "The answers as a spreadsheet",
            "Alternative",
        ),
    )
    name = f"{return_.round}-{return_.authority.slug}-{version.kind}-{version.number}"
    return Sheet(name, html, council_css(return_.authority), event.at, attached)


def return_sheet(return_: Return, *, as_at: datetime.datetime) -> Sheet:
    """The draft, with the answers read now."""
    html = render_to_string("documents/return.html", return_context(assess(return_), as_at))
    name = f"{return_.round}-{return_.authority.slug}-draft"
    return Sheet(name, html, council_css(return_.authority), as_at)


def council_css(authority: Authority) -> str:
    """CSS that sets the council's own colour; it follows print.css."""
    return f"html {{ --accent: {authority.accent}; --accent-deep: {authority.accent_deep} }}"


def _cover_facts(answers: Answers, stamp: str, panel: Panel | None) -> tuple[Fact, ...]:
    """The facts on the first page: where it is submitted, by when, and whom to ask."""
    return_, round_ = answers.return_, answers.return_.proforma.round
    pairs = [
        ("Submitted to", f"{round_.department} ({round_.abbreviation}), through the {round_.system}"),
        ("Due", wording.day(round_.deadline)),
        ("Cabinet meets", wording.day(return_.cabinet_date)),
        ("As at", stamp),
        ("Proforma", return_.proforma.name),
    ]
    cover = return_.proforma.section_on("returns.Cover")
    pairs += [
        (cell.column.label, cell.value)
        for cell in (answers.cells(Place(return_, cover)) if cover else ())
        if cell.column.required  # the council is named above, the date of filing is given below
    ]
    if panel:
        pairs.append(("Code of this version", panel.code))
    return tuple(Fact(label, words_of(value, "Not yet answered")) for label, value in pairs)


def _missing(answers: Answers, blockers: list[Blocker]):
    """The blockers by section and by who can clear them: in the order of the form, the person with most first."""
    grouped: dict[tuple, list[Blocker]] = {}
    for blocker in blockers:
        if blocker.place:
            section = blocker.place.section
            grouped.setdefault((section.number, blocker.owner, blocker.department), []).append(blocker)
    ordered = sorted(
        grouped.items(),
        key=lambda item: (item[0][0], -len(item[1]), str(item[0][1] or ""), str(item[0][2] or "")),
    )
    for (_number, owner, department), found in ordered:
        section = found[0].place.section
        who = str(owner) if owner else "No owner"
        yield MissingRow(
            section=f"{section.number} {section.short}",
            anchor=f"section-{section.key}",
            who=f"{who}, {department}" if department else who,
            lines=runs(dict.fromkeys(blocker.place.code for blocker in found)),
            what=_what(found),
            count=len(found),
            due=wording.short_day(min(answers.due(blocker.place) for blocker in found)),
        )
    for blocker in blockers:
        if blocker.place is None:
            who = blocker.owner or ("No head named" if blocker.department else "No section 151 officer named")
            yield MissingRow(
                section="Signatures",
                anchor="",
                who=f"{who}, {blocker.department}" if blocker.department else str(who),
                lines="",
                what="not signed",
                count=1,
                due=wording.short_day(answers.return_.answers_due),
            )


def runs(codes: Iterable[str]) -> str:
    """The codes, three or more that follow each other as a run: "R1 to R5, R9"."""
    runs: list[list[str]] = []
    for code in codes:
        stem = code.rstrip("0123456789")
        number = code.removeprefix(stem)
        if runs and number and runs[-1][-1] == f"{stem}{int(number) - 1}":
            runs[-1].append(code)
        else:
            runs.append([code])
    parts = [[f"{run[0]} to {run[-1]}"] if len(run) > 2 else run for run in runs]
    return ", ".join(part for each in parts for part in each)


def _what(blockers: list[Blocker]) -> str:
    """How many of each kind: "16 blank, 4 no owner"."""
    words = {"blank": "blank", "owner": "no owner", "check": "to correct", "query": "query open"}
    counts = {kind: sum(blocker.kind == kind for blocker in blockers) for kind in words}
    return ", ".join(f"{count:,} {words[kind]}" for kind, count in counts.items() if count)
