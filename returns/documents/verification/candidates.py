"""Which stored version a file is to be compared with."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet
from django.db.models.functions import Substr

from ...models import Version
from ...values import wording
from ...values.digests import sha256, sha256_of_bytes
from .differences import AttachedAnswers, differences_of
from .sentences import called

FEWEST = (
    1024  # bytes of a beginning that say what it is the beginning of; all PDFs of one program begin alike
)
MADE = "D:%Y%m%d%H%M%SZ"  # how our files tell when they were made


def cut_short(body: bytes, versions: QuerySet[Version]) -> Version | None:
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


def by_length(body: bytes, versions: QuerySet[Version]) -> tuple[Version | None, str]:
    """The version that begins the file, or one as long that is mostly the same; and that in a sentence."""
    for version in versions.filter(pdf_size__lt=len(body)):
        if sha256_of_bytes(body[: version.pdf_size]) == version.pdf_digest:
            count = wording.counted(len(body) - version.pdf_size, "byte")
            return version, f"The file is {called(version)} with {count} added after its end."
    for version in versions.filter(pdf_size=len(body)):
        count = sum(one != other for one, other in zip(version.stored_pdf(), body, strict=True))
        if count < len(body) / 2:
            return version, (
                f"The file is as long as {called(version)} and differs from it in {wording.counted(count, 'byte')}."
            )
    return None, ""


def candidates(answers: AttachedAnswers, made: str, versions: QuerySet[Version]) -> list[Version]:
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
        counts = {version: sum(1 for _ in differences_of(version, answers.data)) for version in of_round}
        found = [version for version, count in counts.items() if count == min(counts.values())]
    return sorted(found, key=lambda version: _made(version) != made)


def _made(version: Version) -> str:
    """When its PDF was made, as the file says it."""
    return version.event.at.astimezone(datetime.UTC).strftime(MADE)
