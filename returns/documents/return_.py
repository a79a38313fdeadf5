"""The return as one document: the context its templates need, its HTML and its PDF."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from ..answers import Answers
from ..completeness import Assessment, Blocker, assess
from ..entry import clean_text
from ..models import Authority, Return
from .pdf import render
from .rows import Fact, SectionRows, words_of
from .sections import section_rows


@dataclass(frozen=True)
class MissingRow:
    """What one person still owes to one section."""

    section: str
    anchor: str
    who: str
    lines: str
    what: str
    count: int
    due: str


@dataclass(frozen=True)
class ReturnDocument:
    """The whole return as it stood when it was read."""

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
    def name(self) -> str:
        """How the head of each page cites it."""
        return f"{self.round} return {self.title[-4:]}" if self.title[-4:].isdigit() else self.title


def return_context(assessment: Assessment, as_at: datetime.datetime) -> dict:
    """What `documents/return.html` and each of its sections are given, under the one name `document`."""
    answers, tally = assessment.answers, assessment.tally
    return_, proforma = answers.return_, answers.return_.proforma
    stamp = date_format(localtime(as_at), "j F Y, H.i")
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
        draft=True,  # nothing approves a return yet
        facts=_cover_facts(answers, stamp),
        sections=tuple(section_rows(assessment, section) for section in answers.sections),
        missing=tuple(_missing(answers, assessment.blockers)),
        missing_count=f"{len(assessment.blockers):,}",
        required=f"{tally.required:,}",
        answered=f"{tally.answered:,}",
        grant=f"£{assessment.grant_gbp:,}",
        grant_year=proforma.round.grant_year,
        exposure=f"£{assessment.exposure_gbp:,}",
        target=f"{proforma.target.percent_per_year.normalize():f}",
        target_until=proforma.target.until,
    )
    return {"document": document}


def return_html(return_: Return, *, as_at: datetime.datetime) -> str:
    """The document as HTML for print, with the answers read now."""
    return render_to_string("documents/return.html", return_context(assess(return_), as_at))


def return_pdf(return_: Return, *, as_at: datetime.datetime) -> bytes:
    """The document as PDF; the same answers and moment give the same bytes. Raises RenderFailed."""
    return render(return_html(return_, as_at=as_at), at=as_at, css=council_css(return_.authority))


def council_css(authority: Authority) -> str:
    """The one colour that a council chooses, for the stylesheet that follows print.css."""
    return f"html {{ --accent: {authority.accent}; --accent-deep: {authority.accent_deep} }}"


def _cover_facts(answers: Answers, stamp: str) -> tuple[Fact, ...]:
    """The facts on the first page: where it goes, until when, and whom to ask."""
    return_, round_ = answers.return_, answers.return_.proforma.round
    pairs = [
        ("Submitted to", f"{round_.department} ({round_.abbreviation}), through the {round_.system}"),
        ("Due", date_format(round_.deadline, "j F Y")),
        ("Cabinet meets", date_format(return_.cabinet_date, "j F Y")),
        ("As at", stamp),
        ("Proforma", return_.proforma.name),
    ]
    cover = answers.place("cover", None)
    pairs += [
        (cell.column.label, cell.value)
        for cell in answers.cells(cover)
        if cell.column.required  # the council itself stands above, the date of filing below
    ]
    return tuple(Fact(label, words_of(value, "Not yet answered")) for label, value in pairs)


def _missing(answers: Answers, blockers: list[Blocker]):
    """The blockers by section and whoever can clear them, in the order of the form, most first."""
    grouped: dict[tuple, list[Blocker]] = {}
    for blocker in blockers:
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
            lines=_runs(dict.fromkeys(blocker.place.code for blocker in found)),
            what=_what(found),
            count=len(found),
            due=date_format(min(answers.due(blocker.place) for blocker in found), "j M Y"),
        )


def _runs(codes: Iterable[str]) -> str:
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
    words = {"blank": "blank", "owner": "no owner", "check": "to mend"}
    counts = {kind: sum(blocker.kind == kind for blocker in blockers) for kind in words}
    return ", ".join(f"{count:,} {words[kind]}" for kind, count in counts.items() if count)
