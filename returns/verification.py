"""Whether a PDF is a version that is stored here, and if it isn't quite, what in it differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.utils.formats import date_format
from django.utils.timezone import localtime

from .answers import model_of
from .chain import sha256, sha256_of_bytes
from .documents import child
from .documents.inspection import inspect
from .entry import clean_text
from .frozen import FORMAT, thaw
from .models import Version

LARGEST = 20_000_000  # bytes; forty times the largest return
LIMITS = child.Limits(cpu=20, wall=30, memory=1024, size=50)
AROUND = 24  # characters shown before the first that differs
SHOWN = 160  # characters shown of an answer
PARTS = {
    "authority": "Council",
    "round": "Round",
    "proforma": "Proforma",
    "answers_due": "Day on which answers are due",
    "cabinet_date": "Day on which Cabinet meets",
    "lead": "E-government lead",
    "departments": "Departments",
}


@dataclass(frozen=True)
class Difference:
    """One element that differs: its place in the return, what is stored, what the file says."""

    where: str
    stored: str
    found: str


@dataclass(frozen=True)
class Verdict:
    """What is known of a file. kind: "genuine", "altered" or "foreign" (no version of ours)."""

    kind: str
    sentence: str
    version: Version | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        return {"genuine": "Genuine", "altered": "Altered", "foreign": "Not ours"}[self.kind]


def verify(body: bytes, versions: QuerySet[Version]) -> Verdict:
    """The verdict on a file, of which any bytes may come, against those versions. Changes nothing."""
    versions = versions.select_related("return_record__authority", "event").defer("pdf", "data")
    digest = sha256_of_bytes(body)
    found = versions.filter(pdf_digest=digest).first()
    if found:
        return Verdict("genuine", _genuine(found), found)
    if len(body) > LARGEST:
        return Verdict("foreign", f"The file is larger than {LARGEST // 1_000_000} MB; no return is.")
    if not body.startswith(b"%PDF-"):
        return Verdict("foreign", "The file is not a PDF, so it is no return made here.")
    if cut := _cut(body, versions):
        return Verdict(
            "altered",
            f"The file is cut short: {len(body):,} of the {cut.pdf_size:,} bytes of {_called(cut)} are left, "
            "unchanged as far as they go. Fetch it again.",
            cut,
        )
    if longer := _lengthened(body, versions):
        return Verdict(
            "altered",
            f"The file is {_called(longer)} with {len(body) - longer.pdf_size:,} bytes added after its end.",
            longer,
        )
    try:
        file = json.loads(child.run(inspect, body, limits=LIMITS))
    except child.LimitBroken as failure:
        return Verdict("foreign", f"The file can’t be read. {failure} No return is like that.")
    except child.ChildFailed:
        return Verdict(
            "foreign", "The file can’t be read as a PDF, and it is not the beginning of a stored one."
        )
    return _by_data(file, versions)


def _by_data(file: dict, versions: QuerySet[Version]) -> Verdict:
    text = file["data"]
    if text is None and file["title"].endswith("(draft)"):
        return Verdict(
            "foreign",
            "The file is a draft. Drafts are not kept, so only sent and approved copies can be verified.",
        )
    if text is None:
        return Verdict(
            "foreign",
            "The file holds no data of a return: it was not made here, or they were taken out of it.",
        )
    try:
        data = json.loads(text)
        slug, round_, council = data["authority"]["slug"], data["round"], str(data["authority"]["name"])
        known = data["format"] == FORMAT and isinstance(slug, str) and isinstance(round_, str)
    except (ValueError, TypeError, LookupError, RecursionError):
        known = False
    if not known:
        return Verdict(
            "foreign", "The data in the file are not those of a return as this application writes them."
        )
    if not versions.filter(return_record__authority__slug=slug).exists():
        named = clean_text(council)[:100]
        return Verdict(
            "foreign",
            f"The file says that it is the return of another council, “{named}”. It can only be verified there.",
        )
    if same := list(versions.filter(digest=sha256(text)).order_by("-number")):
        # What Cabinet saw and what it approved say the same, on pages that differ.
        found = [_by_pages(file, version) for version in same]
        return min(found, key=lambda pair: pair[0])[1]
    candidates = versions.filter(return_record__authority__slug=slug, return_record__round=round_)
    nearest = None
    for version in candidates.order_by("-number"):
        differences = tuple(_differences(version, data))
        if nearest is None or len(differences) < len(nearest[1]):
            nearest = version, differences
    if nearest is None:
        return Verdict("foreign", "The council has no stored version of the round that the file names.")
    version, differences = nearest
    if not differences:
        sentence = f"The data in the file say the same as {_called(version)}, but are written differently."
    else:
        count = len(differences)
        sentence = (
            f"The data in the file differ from {_called(version)} in {count:,} "
            f"element{'' if count == 1 else 's'}."
        )
    return Verdict("altered", sentence, version, differences)


def _by_pages(file: dict, version: Version) -> tuple[int, Verdict]:
    """The data are ours and the file isn't: how many pages differ, and the verdict that names them."""
    stored = json.loads(child.run(inspect, bytes(version.pdf), limits=LIMITS))
    ours, theirs = stored["pages"], file["pages"]
    called = _called(version)
    if len(ours) != len(theirs):
        return len(set(ours) ^ set(theirs)), Verdict(
            "altered",
            f"The data in the file are those of {called}, but it has {len(theirs):,} pages where {len(ours):,} "
            "are stored.",
            version,
        )
    changed = [number for number, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
    if changed:
        differences = tuple(
            Difference(f"Page {number + 1}", _section_of(stored, number), "drawn differently")
            for number in changed
        )
        count = len(changed)
        sentence = (
            f"The data in the file are those of {called}, but {count:,} page{' is' if count == 1 else 's are'} "
            "not as stored."
        )
        return count, Verdict("altered", sentence, version, differences)
    if file["rest"] != stored["rest"]:
        return 0, Verdict(
            "altered",
            f"Data and pages are those of {called}, but typefaces, pictures or the attached spreadsheet are not.",
            version,
        )
    return 0, Verdict(
        "altered",
        f"Data and pages are those of {called}, but the file was written anew by another program. "
        "Use the stored file.",
        version,
    )


def _section_of(stored: dict, number: int) -> str:
    titles = [title for title, first in stored["sections"] if first <= number]
    return titles[-1] if titles else "Cover"


def _called(version: Version) -> str:
    return_ = version.return_record
    when = date_format(localtime(version.event.at), "j F Y")
    whose = f"{return_.authority.name}’s {return_.proforma.round.name} return"
    return f"version {version.number} of {whose}, {version.words} on {when}"


def _genuine(version: Version) -> str:
    called = _called(version)
    sentence = f"The file is {called}, to the last byte."
    latest = version.return_record.versions.defer("pdf", "data").select_related("event").last()
    if latest.number > version.number:
        latest.return_record = version.return_record
        when = date_format(localtime(latest.event.at), "j F Y")
        sentence += (
            f" It no longer stands: version {latest.number}, {latest.words}, took its place on {when}."
        )
    elif version.kind == Version.Kind.CABINET:
        sentence += " Cabinet has not approved it."
    for correction in version.later_corrections:
        sentence += f" Cabinet’s decision, as it prints it, was corrected since. {correction.sentence}"
    return sentence


def _cut(body: bytes, versions: QuerySet[Version]) -> Version | None:
    """The version of which these bytes are the beginning."""
    for version in versions.filter(pdf_size__gt=len(body)).order_by("-number"):
        start = (
            Version.objects.filter(pk=version.pk).values_list(Substr("pdf", 1, len(body)), flat=True).get()
        )
        if bytes(start) == body:
            return version
    return None


def _lengthened(body: bytes, versions: QuerySet[Version]) -> Version | None:
    """The version which is the beginning of these bytes."""
    for version in versions.filter(pdf_size__lt=len(body)):
        if sha256_of_bytes(body[: version.pdf_size]) == version.pdf_digest:
            return version
    return None


def _differences(version: Version, data: dict) -> Iterator[Difference]:
    """What differs from the stored version, in its order; what the file has beyond it comes last."""
    stored = json.loads(version.data)
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
    answers = thaw(version.return_record, version.data)
    found = {}
    for place in answers.places():
        name = ", ".join(
            filter(None, (f"{place.code} {place.label}".strip(), place.department and place.department.name))
        )
        for cell in answers.cells(place):
            entry = cell.entry
            key = (
                entry.table.key,
                place.line.key if place.line else "",
                place.department.slug if place.department else "",
                entry.point.key if entry.point else "",
            )
            field = (
                model_of(entry.table)._meta.get_field(cell.column.field) if _is_field(entry, cell) else None
            )
            choices = dict(field.flatchoices) if field else {}
            where = f"Section {place.section.number}, {name}: {cell.where}"
            found[key, cell.column.field] = where, choices
    return found


def _is_field(entry, cell) -> bool:
    return any(field.name == cell.column.field for field in entry.record._meta.concrete_fields)


def _difference(where: str, was, now) -> Difference:
    was, now = _text(was), _text(now)
    start = next(
        (at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
    )
    start = max(0, start - AROUND) if max(len(was), len(now)) > SHOWN else 0
    return Difference(where, _excerpt(was, start), _excerpt(now, start))


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
