"""What a verdict says: which version a file is, and what in it is not as stored."""

from __future__ import annotations

from django.db.models import Max
from django.utils.text import capfirst

from ...models import ReportCopy, Version
from ...values import wording
from ...values.digests import canonical, sha256
from .differences import AttachedAnswers, Difference, differences_of

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


def called(version: Version) -> str:
    return_ = version.return_record
    whose = f"{return_.authority.name}’s {return_.proforma.round.name} return"
    return f"version {version.number} of {whose}, {version.dated}"


def genuine(version: Version) -> str:
    sentence = f"The file is {called(version)}, to the last byte."
    latest = version.return_record.versions.defer("pdf", "data").select_related("event").last()
    if latest.number > version.number:
        sentence += f" It is not the latest: {latest.called}, replaced it."
    elif version.kind == Version.Kind.CABINET:
        sentence += " Cabinet has not approved it."
    return sentence


def genuine_report(report: ReportCopy, version: Version) -> str:
    sentence = (
        f"The file is the covering report of {called(version)}, edition {report.edition}, to the last byte."
    )
    latest = version.report_copies.aggregate(latest=Max("edition"))["latest"]
    return (
        f"{sentence} It is not the latest: edition {latest} replaced it."
        if latest > report.edition
        else sentence
    )


def without_answers(answers: AttachedAnswers, title: str) -> str:
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


def told_by_answers(
    answers: AttachedAnswers, version: Version, known_as: str, alike: int = 0
) -> tuple[str, tuple[Difference, ...]]:
    """How the attached answers are related to the version, as a sentence without its end; and what differs.

    `alike` is the number of pages that are as in the version.
    """
    pages = f"{wording.counted(alike, 'page')} of it {wording.noun(alike, 'is', 'are')} as in {known_as}"
    if answers.text is None:
        return f"No answers are attached to the file. {pages}", ()
    if not answers.data:
        return f"The answers attached to the file can’t be read. {pages}", ()
    if sha256(answers.text) == version.digest:
        return f"The answers attached to the file are those of {known_as}", ()
    differences = tuple(differences_of(version, answers.data))
    if not differences and canonical(answers.data) == version.stored_data():
        return f"The answers attached to the file say the same as {known_as}, written differently", ()
    if not differences:
        return (
            f"The answers attached to the file are not those of {known_as}: entries are repeated or reordered",
            (),
        )
    count = wording.counted(len(differences), "place")
    return f"The answers attached to the file differ from {known_as} in {count}", differences


def same(version: Version, opening: str) -> str:
    what = "answers, pages, attachments, bookmarks and tags"
    if opening:
        return f"{opening} This changes nothing that was compared: {what} are as stored. {USE_STORED}"
    return (
        f"The file says the same as {called(version)}: {what} were compared object by object. Its bytes are "
        f"written differently, as when other software saves a file again. {USE_STORED}"
    )


def summary(found: dict, rest: int) -> str:
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


def rows_of_pages(found: dict) -> list[Difference]:
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
