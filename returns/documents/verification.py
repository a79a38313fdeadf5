"""Whether a PDF is a version that is stored here, and if it isn't quite, what in it differs.

A verdict says no more than was compared: the bytes first, then the attached answers one by one, then every object of
the file (`documents.comparison`).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.db.models import Max, QuerySet
from django.db.models.functions import Substr
from django.utils.text import capfirst

from ..answers.cells import CHOICE, LIGHT, choices_of, kind_of
from ..models import ReportCopy, Version
from ..values import wording
from ..values.digests import canonical, sha256, sha256_of_bytes
from ..values.parsing import clean_text
from ..versions.snapshot import FORMAT, thaw_version
from .engine import child
from .engine.comparison import compare
from .engine.inspection import inspect

LARGEST = 20_000_000  # bytes; forty times the largest return
LIMITS = child.Limits(cpu=20, wall=30, memory=1024, size=50)
FEWEST = (
    1024  # bytes of a beginning that say what it is the beginning of; all PDFs of one program begin alike
)
MADE = "D:%Y%m%d%H%M%SZ"  # how our files tell when they were made
AROUND = 24  # characters shown before the first that differs
SHOWN = 160  # characters shown of an answer
MOST = 200  # differences that are listed
PARTS = {
    "authority": "Council",
    "round": "Round",
    "proforma": "Proforma",
    "answers_due": "Day on which answers are due",
    "cabinet_date": "Day on which Cabinet meets",
    "lead": "E-government lead",
    "departments": "Departments",
}
# How the titles of documents end whose PDFs are made here and not stored.
NOT_KEPT = {
    "(draft)": "a draft of the return",
    "re-keying sheet": "a re-keying sheet",
    "statement of a department": "a department’s statement",
    "statements of departments": "statements of departments",
    "What changed since Cabinet saw it": "a list of what changed since Cabinet saw the return",
}
REPORT = "covering report to Cabinet"
USE_STORED = "Use the stored file."


@dataclass(frozen=True)
class Difference:
    """One difference: where it is in the return or in the file, what is stored, what the file says."""

    where: str
    stored: str
    found: str


@dataclass(frozen=True)
class Verdict:
    """What is known of a file.

    kind: "genuine", "same" (everything that was compared is as stored, the bytes are not), "altered", or "foreign"
    (no version of ours).
    """

    kind: str
    sentence: str
    version: Version | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        titles = {"genuine": "Genuine", "same": "Same content, other bytes", "altered": "Altered"}
        return titles.get(self.kind, "Not ours")


@dataclass(frozen=True)
class AttachedAnswers:
    """What a file carries as answers: their text, and the return that they say they are."""

    text: str | None
    data: dict = field(default_factory=dict)
    slug: str = ""
    round: str = ""
    council: str = ""

    @classmethod
    def read(cls, text: str | None) -> AttachedAnswers:
        """From whatever is attached; without data where that is nothing, or nothing this application writes."""
        try:
            data = json.loads(text or "", object_pairs_hook=_once)
            slug, round_, council = data["authority"]["slug"], data["round"], str(data["authority"]["name"])
            known = data["format"] == FORMAT and isinstance(slug, str) and isinstance(round_, str)
        except (ValueError, TypeError, LookupError, RecursionError):
            known = False
        return cls(text, data, slug, round_, clean_text(council)[:100]) if known else cls(text)


def _once(pairs: list[tuple]) -> dict:
    """An object of JSON. Of a name that is there twice every program reads another value, so none is read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name is there twice.")
    return found


def verify(body: bytes, versions: QuerySet[Version]) -> Verdict:
    """The verdict on a file, of which any bytes may come, against those versions and their covering reports.

    Changes nothing. Raises DamagedCopy where a stored copy that it is to be compared with no longer fits its digest.
    """
    versions = versions.select_related("return_record__authority", "event").defer("pdf", "data")
    verdict = _verdict(body, versions)
    if verdict.version is None:
        return verdict
    added = [
        f" Cabinet’s decision, as that version prints it, was corrected since. {correction.sentence}"
        for correction in verdict.version.later_corrections
    ]
    return replace(verdict, sentence="".join([verdict.sentence, *added]))


def _verdict(body: bytes, versions: QuerySet[Version]) -> Verdict:
    digest = sha256_of_bytes(body)
    if found := versions.filter(pdf_digest=digest).first():
        return Verdict("genuine", _genuine(found), found)
    reports = ReportCopy.objects.filter(pdf_digest=digest, version__in=versions.values("pk"))
    if report := reports.defer("pdf", "data").first():
        version = versions.get(pk=report.version_id)
        return Verdict("genuine", _genuine_report(report, version), version)
    if len(body) > LARGEST:
        return Verdict("foreign", f"The file is larger than {LARGEST // 1_000_000} MB; no return is.")
    if b"%PDF-" not in body[:1024]:  # programs that read PDF take so many bytes before it
        return Verdict("foreign", "The file is not a PDF, so it is no return made here.")
    if cut := _cut(body, versions):
        return Verdict(
            "altered",
            f"The file is cut short: {len(body):,} of the {cut.pdf_size:,} bytes of {_called(cut)} are left, "
            "unchanged as far as they go. Fetch it again.",
            cut,
        )
    version, opening = _by_length(body, versions)
    try:
        file = json.loads(child.run(inspect, body, limits=LIMITS))
    except child.ChildFailed as failure:
        return _unreadable(version, opening, failure)
    if version:
        return _compared(body, AttachedAnswers.read(file["data"]), version, opening)[1]
    if file["protected"]:
        return Verdict("foreign", "The file is protected by a password, so nothing in it can be compared.")
    return _by_content(body, file, versions)


def _unreadable(version: Version | None, opening: str, failure: child.ChildFailed) -> Verdict:
    too_much = isinstance(failure, child.LimitBroken)
    if version:
        why = (
            f"The rest could not be compared. {failure}"
            if too_much
            else "It can’t be read as a PDF any more."
        )
        return Verdict("altered", f"{opening} {why} {USE_STORED}", version)
    if too_much:
        return Verdict("foreign", f"The file can’t be read. {failure} No return is like that.")
    return Verdict("foreign", "The file can’t be read as a PDF.")


# Which version the file is to be compared with.


def _cut(body: bytes, versions: QuerySet[Version]) -> Version | None:
    """The version of which these bytes are the beginning."""
    if len(body) < FEWEST:
        return None
    for version in versions.filter(pdf_size__gt=len(body)).order_by("-number"):
        start = (
            Version.objects.filter(pk=version.pk).values_list(Substr("pdf", 1, len(body)), flat=True).get()
        )
        if bytes(start) == body and version.stored_pdf():
            return version
    return None


def _by_length(body: bytes, versions: QuerySet[Version]) -> tuple[Version | None, str]:
    """The version that begins the file, or one as long that is mostly the same; and that in a sentence."""
    for version in versions.filter(pdf_size__lt=len(body)):
        if sha256_of_bytes(body[: version.pdf_size]) == version.pdf_digest:
            count = wording.counted(len(body) - version.pdf_size, "byte")
            return version, f"The file is {_called(version)} with {count} added after its end."
    for version in versions.filter(pdf_size=len(body)):
        count = sum(one != other for one, other in zip(version.stored_pdf(), body, strict=True))
        if count < len(body) / 2:
            return version, (
                f"The file is as long as {_called(version)} and differs from it in {wording.counted(count, 'byte')}."
            )
    return None, ""


def _by_content(body: bytes, file: dict, versions: QuerySet[Version]) -> Verdict:
    answers = AttachedAnswers.read(file["data"])
    if answers.slug and not versions.filter(return_record__authority__slug=answers.slug).exists():
        return Verdict(
            "foreign",
            f"The file says that it is the return of another council, “{answers.council}”. "
            "It can only be verified there.",
        )
    best = None
    for version in _candidates(answers, file["made"], versions):
        rank, verdict = _compared(body, answers, version)
        # Without answers, only its pages can tell that it is a copy of ours.
        if (rank[0] or answers.data) and (best is None or rank > best[0]):
            best = rank, verdict
        if rank[0]:
            break
    if best:
        return best[1]
    if answers.data:
        return Verdict("foreign", "The council has no stored version of the round that the file names.")
    return Verdict("foreign", _without_answers(answers, file["title"]))


def _candidates(answers: AttachedAnswers, made: str, versions: QuerySet[Version]) -> list[Version]:
    """The versions that the file may be a copy of: those whose answers are nearest to its own.

    Several have the same answers: what Cabinet saw and what it approved say the same, on pages that differ. First
    comes the one made when the file says that it was, then the latest. Without answers there is only the first.
    """
    versions = versions.order_by("-number")
    if not answers.data:
        return [version for version in versions if _made(version) == made]
    found = list(versions.filter(digest=sha256(answers.text)))
    if not found:
        of_round = versions.filter(
            return_record__authority__slug=answers.slug, return_record__round=answers.round
        )
        counts = {version: sum(1 for _ in _differences(version, answers.data)) for version in of_round}
        found = [version for version, count in counts.items() if count == min(counts.values())]
    return sorted(found, key=lambda version: _made(version) != made)


def _made(version: Version) -> str:
    """When its PDF was made, as the file says it."""
    return version.event.at.astimezone(datetime.UTC).strftime(MADE)


def _without_answers(answers: AttachedAnswers, title: str) -> str:
    if answers.text is not None:
        return "The data in the file are not those of a return as this application writes them."
    kept = "Only copies of the return that were sent to Cabinet or approved are stored, so only they can be verified."
    for ending, what in NOT_KEPT.items():
        if title.endswith(ending):
            return f"By its title the file is {what}. {kept}"
    if f": {REPORT}" in title:
        return (
            f"By its title the file is a {REPORT}, but it is none that is stored here, to the last byte. What in it "
            "differs can’t be said."
        )
    return "No answers of a return are attached to the file, so it can’t be compared with one."


# What differs from that version.


def _compared(
    body: bytes, answers: AttachedAnswers, version: Version, opening: str = ""
) -> tuple[tuple, Verdict]:
    """How much of the file is as in that version, greater is more; and the verdict.

    `opening` tells what the bytes alone have shown and names the version.
    """
    called = "that version" if opening else _called(version)
    try:
        found = json.loads(child.run(compare, version.stored_pdf(), body, limits=LIMITS))
    except child.ChildFailed as failure:
        told, differences = _told_by_answers(answers, version, called)
        why = f" {failure}" if isinstance(failure, child.LimitBroken) else ""
        sentence = f"{opening} {told}. The rest could not be compared.{why}".strip()
        return (0, 0), Verdict("altered", sentence, version, _listed(differences))
    told, differences = _told_by_answers(answers, version, called, found["same"])
    rows = _rows_of_pages(found)
    rest = [Difference(capfirst(what), stored, now) for what, stored, now in found["rest"]]
    if answers.data and sha256(answers.text) != version.digest:  # told already
        rest = [each for each in rest if each.where != "Attachment return.json"]
    rank = found["same"], -len(rows) - len(rest)
    if not rows and not rest and answers.text and sha256(answers.text) == version.digest:
        return rank, Verdict("same", _same(version, opening), version)
    summary = _summary(found, len(rest))
    if not summary:
        joined = f"{told}. Everything else that was compared is as stored"
    else:
        joined = f"{told}, {'and' if differences else 'but'} {summary}"
    sentence = f"{opening} {joined}.".strip()
    return rank, Verdict("altered", sentence, version, _listed([*differences, *rows, *rest]))


def _told_by_answers(
    answers: AttachedAnswers, version: Version, called: str, same: int = 0
) -> tuple[str, tuple[Difference, ...]]:
    """How the attached answers are related to the version, as a sentence without its end; and what differs.

    `same` is the number of pages that are as in the version.
    """
    pages = f"{wording.counted(same, 'page')} of it {wording.noun(same, 'is', 'are')} as in {called}"
    if answers.text is None:
        return f"No answers are attached to the file. {pages}", ()
    if not answers.data:
        return f"The answers attached to the file can’t be read. {pages}", ()
    if sha256(answers.text) == version.digest:
        return f"The answers attached to the file are those of {called}", ()
    differences = tuple(_differences(version, answers.data))
    if not differences and canonical(answers.data) == version.stored_data():
        return f"The answers attached to the file say the same as {called}, written differently", ()
    if not differences:
        return (
            f"The answers attached to the file are not those of {called}: entries are repeated or reordered",
            (),
        )
    count = wording.counted(len(differences), "place")
    return f"The answers attached to the file differ from {called} in {count}", differences


def _same(version: Version, opening: str) -> str:
    what = "answers, pages, attachments, bookmarks and tags"
    if opening:
        return f"{opening} This changes nothing that was compared: {what} are as stored. {USE_STORED}"
    return (
        f"The file says the same as {_called(version)}: {what} were compared object by object. Its bytes are "
        f"written differently, as when other software saves a file again. {USE_STORED}"
    )


def _summary(found: dict, rest: int) -> str:
    """What is not as stored, within a sentence; nothing where all is."""
    pages = len({page for page, *_ in found["changed"]})
    missing, added, moved = found["missing"], found["added"], found["moved"]
    other = "other part" if pages or missing or added or moved else "part"
    said = []
    if missing:
        said.append(f"{_pages(missing)} {wording.noun(len(missing), 'is', 'are')} missing")
    if added:
        said.append(f"{wording.counted(len(added), 'page')} {wording.noun(len(added), 'was', 'were')} added")
    if moved:
        said.append(
            f"{wording.counted(len(moved), 'page')} {wording.noun(len(moved), 'is', 'are')} in another place"
        )
    if pages or rest:
        parts = [wording.counted(pages, "page")] if pages else []
        parts += [f"{wording.counted(rest, other)} of the file"] if rest else []
        said.append(f"{wording.listed(parts)} {wording.noun(pages + rest, 'is', 'are')} not as stored")
    return wording.listed(said)


def _rows_of_pages(found: dict) -> list[Difference]:
    """Each difference of the pages; the same one on several pages is one row."""

    def named(page: int) -> str:
        titles = [title for title, first in found["sections"] if first <= page]
        return f"Page {page}, {titles[-1] if titles else 'Cover'}"

    rows = [Difference(named(page), "there", "missing") for page in found["missing"]]
    for page, origin in found["added"]:
        copy = f"a copy of page {origin}" if origin else "there"
        rows.append(Difference(f"Page {page} of the file", "not there", copy))
    rows += [Difference(named(old), f"page {old}", f"page {new}") for old, new in found["moved"]]
    grouped: dict[tuple, list[int]] = {}
    for page, *rest in found["changed"]:
        grouped.setdefault(tuple(rest), []).append(page)
    for (what, stored, now), pages in grouped.items():
        where = named(pages[0]) if len(pages) == 1 else capfirst(_pages(pages))
        rows.append(Difference(f"{where}: {what}", stored, now))
    return rows


def _pages(pages: list[int]) -> str:
    """ "page 3", "pages 3 and 4" or "pages 3 to 5 and 9"."""
    runs: list[list[int]] = []
    for page in dict.fromkeys(pages):
        if runs and runs[-1][-1] == page - 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    said = [[f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run) for run in runs]
    return f"page{'s' if len(pages) > 1 else ''} {wording.listed([each for run in said for each in run])}"


def _listed(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """All of them, or of very many the first and the number of the others."""
    all_ = list(differences)
    listed = [
        Difference(*(_clean(text) for text in (each.where, each.stored, each.found))) for each in all_[:MOST]
    ]
    if len(all_) > MOST:
        listed.append(Difference(f"{len(all_) - MOST:,} more", "not listed", "not listed"))
    return tuple(listed)


def _clean(text: str) -> str:
    """Fit for a page, whatever the file holds."""
    return clean_text(text)[: 2 * SHOWN]


def _called(version: Version) -> str:
    return_ = version.return_record
    whose = f"{return_.authority.name}’s {return_.proforma.round.name} return"
    return f"version {version.number} of {whose}, {version.dated}"


def _genuine(version: Version) -> str:
    sentence = f"The file is {_called(version)}, to the last byte."
    latest = version.return_record.versions.defer("pdf", "data").select_related("event").last()
    if latest.number > version.number:
        sentence += f" It is not the latest: {latest.called}, replaced it."
    elif version.kind == Version.Kind.CABINET:
        sentence += " Cabinet has not approved it."
    return sentence


def _genuine_report(report: ReportCopy, version: Version) -> str:
    sentence = (
        f"The file is the covering report of {_called(version)}, edition {report.edition}, to the last byte."
    )
    latest = version.report_copies.aggregate(latest=Max("edition"))["latest"]
    return (
        f"{sentence} It is not the latest: edition {latest} replaced it."
        if latest > report.edition
        else sentence
    )


def _differences(version: Version, data: dict) -> Iterator[Difference]:
    """What differs from the stored version, in its order; what the file has beyond it comes last."""
    stored = json.loads(version.stored_data())
    for part, label in PARTS.items():
        yield from _in_part(label, stored.get(part), data.get(part))
    labels = _labels(version)
    ours, theirs = stored["owners"], data.get("owners")
    theirs = theirs if isinstance(theirs, dict) else {}
    for line in dict.fromkeys([*ours, *map(str, theirs)]):
        yield from _in_part(f"Owner of {line}", ours.get(line), theirs.get(line))
    ours, theirs = _rows(stored["answers"]), _rows(data.get("answers"))
    for key in dict.fromkeys([*ours, *theirs]):
        mine, other = ours.get(key, {}), theirs.get(key, {})
        for column in dict.fromkeys([*mine, *other]):
            was, now = mine.get(column), other.get(column)
            if was != now or type(was) is not type(now) or (column in mine) != (column in other):
                where, choices = labels.get((key, column), (" ".join(filter(None, (*key, column))), {}))
                yield _difference(
                    where, choices.get(was, was) if isinstance(was, str) else was, _chosen(choices, now)
                )
    for part in dict.fromkeys(data):
        if part not in stored:
            yield _difference(f"“{part[:60]}”, which no return has", None, data[part])


def _chosen(choices: dict, value):
    return choices.get(value, value) if isinstance(value, str) else value


def _in_part(label: str, was, now) -> Iterator[Difference]:
    if was != now:
        yield _difference(label, was, now)


def _rows(rows) -> dict[tuple, dict]:
    """The answers by table, line, department and point; what is not of that shape is left out."""
    found = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("answers"), dict):
            key = tuple(str(row.get(name, "")) for name in ("table", "line", "department", "point"))
            found[key] = row["answers"]
    return found


def _labels(version: Version) -> dict[tuple, tuple[str, dict]]:
    """For each answer of the version its place in words and the words of its choices."""
    answers = thaw_version(version.return_record, version)
    found = {}
    for place in answers.places():
        name = ", ".join(
            filter(None, (f"{place.code} {place.label}".strip(), place.department and place.department.name))
        )
        for cell in answers.cells(place):
            entry = cell.entry
            has_choices = kind_of(entry.table, cell.column.field) in (CHOICE, LIGHT)
            choices = choices_of(entry.table, cell.column.field) if has_choices else {}
            where = f"Section {place.section.number}, {name}: {cell.where}"
            found[tuple(entry.name.columns.values()), cell.column.field] = where, choices
    return found


def _difference(where: str, was, now) -> Difference:
    was, now = clean_text(_text(was)), clean_text(_text(now))
    start = next(
        (at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
    )
    start = max(0, start - AROUND) if max(len(was), len(now)) > SHOWN else 0
    stored, found = _excerpt(was, start), _excerpt(now, start)
    return Difference(where, stored, f"{found}; its content differs" if stored == found else found)


def _excerpt(text: str, start: int) -> str:
    if not text:
        return "blank"
    end = "…" if len(text) > start + SHOWN else ""
    return f"{'…' if start else ''}{text[start : start + SHOWN]}{end}"


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if value.get("owner"):
            return f"{_text(value['owner'])}, {value.get('department') or 'no department'}"
        named = [str(value[name]) for name in ("name", "job_title") if value.get(name)]
        return ", ".join(named) or json.dumps(value, ensure_ascii=False, sort_keys=True)[:10_000]
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)[:10_000]
    return clean_text(str(value))
