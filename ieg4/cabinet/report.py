"""The covering report that Cabinet reads with the return: drafted from what is stored, edited by the clerk, and
kept with the version that Cabinet was sent.

Before the return is sent, the draft is made from the answers of the moment. When it is sent, the report is kept: its
paragraphs, risks and figures as canonical data, and its PDF. Until Cabinet decides, each correction by the clerk
adds an edition, which differs from the one before in that paragraph alone. A PDF that is kept is never made again.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.template.loader import render_to_string

from efficiency.register.proposals import open_risks
from returns.acts import ActionRefused, makes_report_copies
from returns.answers.reader import Answers, read
from returns.checks.completeness import Assessment, assess
from returns.checks.contradictions import Contradiction, Passage, contradictions
from returns.documents.engine.pdf import RenderFailed
from returns.documents.engine.sheet import Sheet
from returns.documents.return_ import council_css
from returns.models import Event, ReportCopy, ReportParagraph, Return, User, Version
from returns.models.report_headings import HEADINGS, RESPONSIBILITY, Heading, heading_of, own_number
from returns.rules.access import can_see_contradictions
from returns.values import wording
from returns.values.digests import canonical, sha256, sha256_of_bytes, short_code
from returns.values.parsing import clean_text
from returns.versions.snapshot import thaw_version

from .report_draft import Appendix, Facts, LightCount, RiskRow, YearRow

# Sections of texts, which are read for facts that contradict the stored ones.
WRITTEN = frozenset({"returns.context", "returns.casestudy"})
FORMAT = "cabinet-report/1"
OPEN_STATES = (Return.Status.PREPARING, Return.Status.REFERRED_BACK)


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, with its draft."""

    key: str
    heading: Heading
    drafted: str
    text: str
    number: int | None = None  # among those of its heading, where they are numbered
    by: str = ""  # who edited or added it; blank where it is as drafted
    at: datetime.datetime | None = None
    row: ReportParagraph | None = None  # the clerk's words, while they can change

    @property
    def is_own(self) -> bool:
        return own_number(self.key) is not None

    @property
    def edited(self) -> bool:
        """Whether a person's words are in place of the draft."""
        return bool(self.by)

    @property
    def moved(self) -> bool:
        """Whether the draft has changed since the clerk edited the paragraph."""
        return bool(self.row and self.edited and not self.is_own and self.row.drafted != self.drafted)

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def label(self) -> str:
        return f"{self.heading.title}, paragraph {self.number}" if self.number else self.heading.title


@dataclass
class Report:
    """The covering report of a return at one moment, or one that was kept."""

    return_: Return
    paragraphs: list[Paragraph]
    appendix: Appendix
    cabinet_date: datetime.date
    facts: Facts | None = None  # of this moment; None for one that was kept
    version: Version | None = None  # that it goes with; None while the return is worked on
    kept: ReportCopy | None = None  # the copy that this was read from

    @cached_property
    def answers(self) -> Answers:
        return self.facts.answers if self.facts else thaw_version(self.return_, self.version)

    def under(self, heading: Heading) -> list[Paragraph]:
        return [each for each in self.paragraphs if each.heading == heading]

    @property
    def sections(self) -> list[tuple[Heading, list[Paragraph]]]:
        return [(heading, self.under(heading)) for heading in HEADINGS]

    @property
    def responsibility(self) -> Paragraph:
        return self.under(RESPONSIBILITY)[0]

    def paragraph(self, key: str) -> Paragraph | None:
        return next((each for each in self.paragraphs if each.key == key), None)

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """Where the report, the local context or a case study names another fact than the stored one."""
        return contradictions(self.return_, [*self._passages()])

    def _passages(self) -> Iterator[Passage]:
        for each in self.paragraphs:
            yield Passage(f"Covering report, {each.label}", each.text)
        for section in self.return_.proforma.sections:
            if not section.models & WRITTEN:
                continue
            for place in self.answers.places(section):
                for cell in self.answers.cells(place):
                    if isinstance(cell.value, str) and cell.value:
                        where = f"Section {section.number}, {place.label}"
                        yield Passage(where, cell.value, place.get_absolute_url())


def report_of(return_: Return, present: Assessment | None = None) -> Report:
    """The report at this moment: drafted while the answers are worked on, else the last edition that was kept.

    Of a version that was sent before reports were kept, it is drafted from the version's answers and the register
    of this moment. `present` is an assessment of the answers of now, where the caller has made one already.
    """
    if return_.status in OPEN_STATES:
        return _drafted(return_, present or assess(read(return_)), None)
    version = _version_sent(return_)
    if copy := version and version.report:
        kept = read_copy(copy)
        with_cabinet = return_.status == Return.Status.WITH_CABINET
        return _corrected(kept, _rows(return_)) if with_cabinet else kept
    return _drafted(
        return_, assess(thaw_version(return_, version)) if version else assess(read(return_)), version
    )


def contradictions_shown(user: User, assessment: Assessment) -> int:
    """How many passages contradict a stored fact; 0 for people who can't correct them."""
    return_ = assessment.answers.return_
    if not can_see_contradictions(user, return_):
        return 0
    return len(report_of(return_, assessment).contradictions)


def kept_copy(return_: Return) -> ReportCopy | None:
    """The stored edition to serve instead of a new PDF; None while the return is worked on."""
    if return_.status in OPEN_STATES:
        return None
    version = _version_sent(return_)
    return version and version.report


def copies_of(return_: Return) -> list[ReportCopy]:
    """All editions of all versions, newest first, without the large columns."""
    copies = return_.report_copies.defer("data", "pdf", "version__data", "version__pdf")
    found = list(
        copies.select_related("event__by", "version__event").order_by("-version__number", "-edition")
    )
    for copy in found:
        copy.return_record = copy.version.return_record = return_
    return found


def covering_report_sheet(return_: Return, *, as_at: datetime.datetime) -> Sheet:
    """The covering report of this moment, to be made into a PDF."""
    stamp = f"As at {wording.moment(as_at)}"
    foot = "Drafted from the stored answers, except paragraphs edited by the clerk"
    return _sheet(report_of(return_), stamp, foot, as_at)


@makes_report_copies
def copy_of(
    return_: Return, version: Version, event: Event, row: ReportParagraph | None = None
) -> ReportCopy:
    """The next edition of the report that goes with the version: its PDF is made, the row is not saved.

    `event` is the act that makes it, and `row` the paragraph that the act changes. Raises ActionRefused.
    """
    rows = _rows(return_) | ({row.key: row} if row else {})
    last = version.report if version.pk else None
    if last:
        report = _corrected(read_copy(last), rows)
    else:
        report = _drafted(return_, assess(thaw_version(return_, version)), version, rows=rows)
    edition = last.edition + 1 if last else 1
    data = _data(report, version, edition)
    copy = ReportCopy(return_record=return_, version=version, edition=edition, data=data, digest=sha256(data))
    sent = f"Version {version.number}, sent to Cabinet on {wording.moment(version.event.at)}"
    stamp = sent if edition == 1 else f"{sent} · edition {edition}, {wording.moment(event.at)}"
    sheet = _sheet(report, stamp, f"Code {short_code(copy.digest)}", event.at)
    try:
        copy.pdf = copy_pdf(sheet)
    except RenderFailed as failure:
        why = f"The PDF of the covering report could not be made, so nothing was changed: {failure}"
        raise ActionRefused(why) from failure
    copy.pdf_digest, copy.pdf_size = sha256_of_bytes(copy.pdf), len(copy.pdf)
    return copy


def copy_pdf(sheet: Sheet) -> bytes:
    return sheet.archival_pdf()


def _version_sent(return_: Return) -> Version | None:
    sent = return_.versions.filter(kind=Version.Kind.CABINET).defer("pdf").select_related("event__by")
    version = sent.order_by("-number").first()
    if version:
        version.return_record = return_
    return version


def _rows(return_: Return) -> dict[str, ReportParagraph]:
    return {row.key: row for row in return_.paragraphs.select_related("event__by")}


def _drafted(
    return_: Return,
    assessment: Assessment,
    version: Version | None,
    rows: dict[str, ReportParagraph] | None = None,
) -> Report:
    facts = Facts(return_, assessment, open_risks(return_), version)
    paragraphs = _paragraphs(dict(facts.drafts()), _rows(return_) if rows is None else rows)
    return Report(return_, paragraphs, facts.appendix(), return_.cabinet_date, facts, version)


def _paragraphs(drafts: dict[str, str], rows: dict[str, ReportParagraph]) -> list[Paragraph]:
    """All that the report says, in its order: under each heading the drafted ones, then the clerk's own."""
    own = {key: "" for key, row in rows.items() if row.is_own and row.text}
    found = []
    for heading in (RESPONSIBILITY, *HEADINGS):
        under = [key for key in drafts | own if heading_of(key) == heading]
        for number, key in enumerate(under, 1):
            drafted, row = drafts.get(key, ""), rows.get(key)
            edited = (
                {"text": row.text, "by": str(row.event.by), "at": row.event.at} if row and row.text else {}
            )
            given = {"text": drafted, "number": number if heading.numbered else None, "row": row} | edited
            found.append(Paragraph(key, heading, drafted, **given))
    return found


# What is kept, as data.


def _data(report: Report, version: Version, edition: int) -> str:
    return_ = report.return_
    return canonical(
        {
            "format": FORMAT,
            "authority": {"slug": return_.authority.slug, "name": return_.authority.name},
            "round": return_.round,
            "version": {"number": version.number, "digest": version.digest},
            "edition": edition,
            "cabinet_date": report.cabinet_date.isoformat(),
            "paragraphs": [
                {name: getattr(each, name) for name in ("key", "drafted", "text", "number", "by")}
                | {"at": each.at and each.at.astimezone(datetime.UTC).isoformat()}
                for each in report.paragraphs
            ],
            "appendix": _plain(asdict(report.appendix)),
        }
    )


def _plain(value):
    """The value as JSON types: figures and days as text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def read_copy(copy: ReportCopy) -> Report:
    """That edition as Cabinet read it."""
    data = json.loads(copy.stored_data())
    paragraphs = [
        Paragraph(**row | {"heading": heading_of(row["key"]), "at": row["at"] and _moment_of(row["at"])})
        for row in data["paragraphs"]
    ]
    day = datetime.date.fromisoformat(data["cabinet_date"])
    version = copy.version
    return Report(
        version.return_record, paragraphs, _appendix(data["appendix"]), day, version=version, kept=copy
    )


def _corrected(kept: Report, rows: dict[str, ReportParagraph]) -> Report:
    """That report with the clerk's words of now in place of its own; its drafts and figures are as they were."""
    drafts = {each.key: each.drafted for each in kept.paragraphs if not each.is_own}
    return replace(kept, paragraphs=_paragraphs(drafts, rows))


def _moment_of(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _appendix(data: dict) -> Appendix:
    return Appendix(
        lights=tuple(LightCount(row["tier"], row["date"], tuple(row["counts"])) for row in data["lights"]),
        years=tuple(
            YearRow(row["label"], row["kind"], _decimal(row["gains"]), _decimal(row["target"]))
            for row in data["years"]
        ),
        risks=tuple(
            RiskRow(
                **row
                | {
                    "money_exposed": _decimal(row["money_exposed"]),
                    "due": row["due"] and datetime.date.fromisoformat(row["due"]),
                }
            )
            for row in data["risks"]
        ),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _sheet(report: Report, stamp: str, foot: str, at: datetime.datetime) -> Sheet:
    return_ = report.return_
    context = {
        "report": report,
        "council": clean_text(return_.authority.name),
        "round": return_.proforma.round,
        "scale": return_.proforma.scale,
        "stamp": stamp,
        "foot": foot,
    }
    html = render_to_string("documents/covering_report.html", context)
    name = f"{return_.round}-{return_.authority.slug}-cabinet-report"
    return Sheet(name, html, council_css(return_.authority), at)
