"""The verdict on a file."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils.text import capfirst

from ...models import ReportCopy, Version
from ...values.digests import sha256, sha256_of_bytes
from ..engine import child
from ..engine.comparison import compare
from ..engine.inspection import inspect
from .candidates import by_length, candidates, cut_short
from .differences import AttachedAnswers, Difference, listed
from .sentences import (
    USE_STORED,
    called,
    genuine,
    genuine_report,
    rows_of_pages,
    same,
    summary,
    told_by_answers,
    without_answers,
)

LARGEST = 20_000_000  # bytes; forty times the largest return
LIMITS = child.Limits(cpu=20, wall=30, memory=1024, size=50)


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
        return Verdict("genuine", genuine(found), found)
    reports = ReportCopy.objects.filter(pdf_digest=digest, version__in=versions.values("pk"))
    if report := reports.defer("pdf", "data").first():
        version = versions.get(pk=report.version_id)
        return Verdict("genuine", genuine_report(report, version), version)
    if len(body) > LARGEST:
        return Verdict("foreign", f"The file is larger than {LARGEST // 1_000_000} MB; no return is.")
    if b"%PDF-" not in body[:1024]:  # programs that read PDF take so many bytes before it
        return Verdict("foreign", "The file is not a PDF, so it is no return made here.")
    if cut := cut_short(body, versions):
        return Verdict(
            "altered",
            f"The file is cut short: {len(body):,} of the {cut.pdf_size:,} bytes of {called(cut)} are left, "
            "unchanged as far as they go. Fetch it again.",
            cut,
        )
    version, opening = by_length(body, versions)
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


def _by_content(body: bytes, file: dict, versions: QuerySet[Version]) -> Verdict:
    answers = AttachedAnswers.read(file["data"])
    if answers.slug and not versions.filter(return_record__authority__slug=answers.slug).exists():
        return Verdict(
            "foreign",
            f"The file says that it is the return of another council, “{answers.council}”. "
            "It can only be verified there.",
        )
    best = None
    for version in candidates(answers, file["made"], versions):
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
    return Verdict("foreign", without_answers(answers, file["title"]))


def _compared(
    body: bytes, answers: AttachedAnswers, version: Version, opening: str = ""
) -> tuple[tuple, Verdict]:
    """How much of the file is as in that version, greater is more; and the verdict.

    `opening` tells what the bytes alone have shown and names the version.
    """
    known_as = "that version" if opening else called(version)
    try:
        found = json.loads(child.run(compare, version.stored_pdf(), body, limits=LIMITS))
    except child.ChildFailed as failure:
        told, differences = told_by_answers(answers, version, known_as)
        why = f" {failure}" if isinstance(failure, child.LimitBroken) else ""
        sentence = f"{opening} {told}. The rest could not be compared.{why}".strip()
        return (0, 0), Verdict("altered", sentence, version, listed(differences))
    told, differences = told_by_answers(answers, version, known_as, found["same"])
    rows = rows_of_pages(found)
    rest = [Difference(capfirst(what), stored, now) for what, stored, now in found["rest"]]
    if answers.data and sha256(answers.text) != version.digest:  # told already
        rest = [each for each in rest if each.where != "Attachment return.json"]
    rank = found["same"], -len(rows) - len(rest)
    if not rows and not rest and answers.text and sha256(answers.text) == version.digest:
        return rank, Verdict("same", same(version, opening), version)
    summed_up = summary(found, len(rest))
    if not summed_up:
        joined = f"{told}. Everything else that was compared is as stored"
    else:
        joined = f"{told}, {'and' if differences else 'but'} {summed_up}"
    sentence = f"{opening} {joined}.".strip()
    return rank, Verdict("altered", sentence, version, listed([*differences, *rows, *rest]))
