"""Copies of an approved PDF, each altered in one way: the whole verdict on each, as a person wrote it down."""

import io

import pikepdf
import pytest

from ieg4.pack.documents import DOCUMENTS
from returns import clock
from returns.documents.engine.objects import Fact, Facts
from returns.documents.verification import Difference, verify
from returns.models import Version
from tests.support.altering import COPIES, PAGE, attached, rewritten

CALLED = "version 2 of Wyeborough Borough Council’s IEG4 return, as approved by Cabinet on 2 December 2004"
SENT = "version 1 of Wyeborough Borough Council’s IEG4 return, as sent to Cabinet on 24 November 2004"
THOSE = f"The answers attached to the file are those of {CALLED}, but"
COMPARED = "answers, pages, attachments, bookmarks and tags"
SAVED_AGAIN = (
    f"The file says the same as {CALLED}: {COMPARED} were compared object by object. Its bytes are written "
    "differently, as when other software saves a file again. Use the stored file."
)
NOTHING = f"This changes nothing that was compared: {COMPARED} are as stored. Use the stored file."
OF_THAT = "The answers attached to the file are those of that version, but 1 page is not as stored."
ALL_ELSE = "Everything else that was compared is as stored."
PAGE_10 = "Page 10, 2 Priority outcomes: self-assessment: "
ONE_PAGE = f"{THOSE} 1 page is not as stored."
ONE_PART = f"{THOSE} 1 part of the file is not as stored."
DIFFERS = "; its content differs"
GONE, THERE = "not there", "there"


def as_long(count: str) -> str:
    return f"The file is as long as {CALLED} and differs from it in {count}."


# For each altered copy: kind, sentence, differences. `{…}` are sizes and names, which each drawing settles anew.
VERDICTS = {
    "stored file": ("genuine", f"The file is {CALLED}, to the last byte.", []),
    "first half": (
        "altered",
        "The file is cut short: {half} of the {whole} bytes of "
        + CALLED
        + " are left, unchanged as far as they go. "
        "Fetch it again.",
        [],
    ),
    "all but the last byte": (
        "altered",
        "The file is cut short: {but_one} of the {whole} bytes of "
        + CALLED
        + " are left, unchanged as far as they "
        "go. Fetch it again.",
        [],
    ),
    "one byte more": ("same", f"The file is {CALLED} with 1 byte added after its end. {NOTHING}", []),
    "update appended": (
        "altered",
        f"The file is {CALLED} with {{update}} bytes added after its end. {OF_THAT}",
        [(f"{PAGE_10}content", "{drawn} bytes", "50 bytes")],
    ),
    "byte of a comment": ("same", f"{as_long('1 byte')} {NOTHING}", []),
    "byte of a page": (
        "altered",
        f"{as_long('1 byte')} {OF_THAT}",
        [(f"{PAGE_10}content", "{drawn} bytes", "{broken}")],
    ),
    "bytes of the table of objects": (
        "altered",
        f"{as_long('12 bytes')} It can’t be read as a PDF any more. Use the stored file.",
        [],
    ),
    "zeros in the middle": (
        "foreign",
        "No answers of a return are attached to the file, so it can’t be compared with one.",
        [],
    ),
    "saved again": ("same", SAVED_AGAIN, []),
    "linearised": ("same", SAVED_AGAIN, []),
    "linearised and packed": ("same", SAVED_AGAIN, []),
    "everything unpacked": ("same", SAVED_AGAIN, []),
    "protected from changes": (
        "altered",
        f"{THOSE} 2 parts of the file are not as stored.",
        [("Entry Extensions of the catalogue", GONE, THERE), ("Encryption", GONE, "revision 6")],
    ),
    "protected from reading": (
        "foreign",
        "The file is protected by a password, so nothing in it can be compared.",
        [],
    ),
    "drawing": (
        "altered",
        ONE_PAGE,
        [(f"{PAGE_10}content", "{drawn} bytes", "{drawn} bytes" + DIFFERS)],
    ),
    "white cover": ("altered", ONE_PAGE, [(f"{PAGE_10}content", "{drawn} bytes", "{drawn_31} bytes")]),
    "foot": ("altered", ONE_PAGE, [(f"{PAGE_10}head and foot", "{foot} bytes", "{foot_18} bytes")]),
    "fonts swapped": (
        "altered",
        f"{THOSE} {{fonts_pages}} not as stored.",
        [
            ("{Fonts_where}: font {font_1}", "{letters_1}", "{letters_2}"),
            (
                "{Fonts_where}: font {font_1}, text copied from it (ToUnicode)",
                "{text_1} bytes",
                "{text_2} bytes",
            ),
            ("{Fonts_where}: font {font_2}", "{letters_2}", "{letters_1}"),
            (
                "{Fonts_where}: font {font_2}, text copied from it (ToUnicode)",
                "{text_2} bytes",
                "{text_1} bytes",
            ),
        ],
    ),
    "letters of a font": (
        "altered",
        f"{THOSE} {{fonts_pages}} not as stored.",
        [("{Fonts_where}: font {font_1}", "{letters_1}", "{letters_1}" + DIFFERS)],
    ),
    "reading of a font": (
        "altered",
        f"{THOSE} {{fonts_pages}} not as stored.",
        [
            (
                "{Fonts_where}: font {font_1}, text copied from it (ToUnicode)",
                "{text_1} bytes",
                "{text_1} bytes" + DIFFERS,
            )
        ],
    ),
    "invisible": ("altered", ONE_PAGE, [(f"{PAGE_10}graphics state a1.0", THERE, THERE + DIFFERS)]),
    "picture": (
        "altered",
        f"{THOSE} {{pictures_pages}} not as stored.",
        [("{Pictures_where}: picture or drawing x0", "{picture} bytes", "12 bytes")],
    ),
    "colour space": ("altered", ONE_PAGE, [(f"{PAGE_10}colour space srgb", THERE, "DeviceRGB")]),
    "MediaBox": ("altered", ONE_PAGE, [(f"{PAGE_10}size (MediaBox)", "0 0 595.276 841.89", "0 0 595 400")]),
    "CropBox": ("altered", ONE_PAGE, [(f"{PAGE_10}visible area (CropBox)", GONE, "0 400 595 842")]),
    "Rotate": ("altered", ONE_PAGE, [(f"{PAGE_10}rotation in degrees (Rotate)", GONE, "180")]),
    "UserUnit": ("altered", ONE_PAGE, [(f"{PAGE_10}unit of length (UserUnit)", GONE, "2")]),
    "rotation inherited": (
        "altered",
        f"{THOSE} {{pages}} pages are not as stored.",
        [("Pages 1 to {pages}: rotation in degrees (Rotate)", GONE, "180")],
    ),
    "note": ("altered", ONE_PAGE, [(f"{PAGE_10}annotation", GONE, "FreeText: Not so")]),
    "field": (
        "altered",
        f"{THOSE} 1 page and 1 other part of the file are not as stored.",
        [(f"{PAGE_10}annotation", GONE, "Widget: £1"), ("Form", GONE, THERE)],
    ),
    "layer": (
        "altered",
        f"{THOSE} 1 page and 1 other part of the file are not as stored.",
        [
            (f"{PAGE_10}content", "{drawn} bytes", "{drawn_17} bytes"),
            (f"{PAGE_10}layer or property list All", GONE, THERE),
            ("Layers that can be shown or hidden", GONE, THERE),
        ],
    ),
    "link within": (
        "altered",
        ONE_PAGE,
        [("Page 2, Contents: annotation", "Link: section-cover", "Link: section-efficiency")],
    ),
    "link to the web": (
        "altered",
        ONE_PAGE,
        [("Page 2, Contents: annotation", "Link: section-cover", "Link: https://example.org/")],
    ),
    "script of a link": (
        "altered",
        ONE_PAGE,
        [("Page 2, Contents: annotation", "Link: section-cover", "Link: JavaScript")],
    ),
    "appearance of a link": (
        "altered",
        ONE_PAGE,
        [("Page 2, Contents: annotation", "Link: section-cover", "Link: section-cover" + DIFFERS)],
    ),
    "page deleted": (
        "altered",
        f"{THOSE} page 3 is missing and 3 other parts of the file are not as stored.",
        [
            ("Page 3, 1 Local context", THERE, "missing"),
            ("Bookmarks", THERE, THERE + DIFFERS),
            ("Tags for screen readers", THERE, THERE + DIFFERS),
            ("Places that links lead to", THERE, THERE + DIFFERS),
        ],
    ),
    "page inserted": ("altered", f"{THOSE} 1 page was added.", [("Page 5 of the file", GONE, THERE)]),
    "page repeated": (
        "altered",
        f"{THOSE} 1 page was added.",
        [("Page {one_more} of the file", GONE, "a copy of page 5")],
    ),
    "pages in another order": (
        "altered",
        f"{THOSE} 1 page is in another place.",
        [("Page 5, 2 Priority outcomes: self-assessment", "page 5", "page 7")],
    ),
    "answer": (
        "altered",
        f"The answers attached to the file differ from {CALLED} in 1 place. {ALL_ELSE}",
        [("Day on which Cabinet meets", "2004-12-02", "2004-12-04")],
    ),
    "answer and page": (
        "altered",
        f"The answers attached to the file differ from {CALLED} in 1 place, and 1 page is not as stored.",
        [
            ("Day on which Cabinet meets", "2004-12-02", "2004-12-04"),
            (f"{PAGE_10}content", "{drawn} bytes", "{drawn} bytes" + DIFFERS),
        ],
    ),
    "answers in other spelling": (
        "altered",
        f"The answers attached to the file say the same as {CALLED}, written differently. {ALL_ELSE}",
        [],
    ),
    "answers removed": (
        "altered",
        "No answers are attached to the file. {pages} pages of it are as in "
        + CALLED
        + ", but 3 parts of the file are "
        "not as stored.",
        [
            ("List of attachments", THERE, THERE + DIFFERS),
            ("Attachment return.json", "{data} bytes", GONE),
            ("Attachment return.json, how it is attached", THERE, GONE),
        ],
    ),
    "answers replaced by noise": (
        "altered",
        "The answers attached to the file can’t be read. {pages} pages of it are as in "
        + CALLED
        + ", but 1 part of "
        "the file is not as stored.",
        [("Attachment return.json", "{data} bytes", "3 bytes")],
    ),
    "answers attached twice": (
        "altered",
        "The answers attached to the file can’t be read. {pages} pages of it are as in "
        + CALLED
        + ", but 2 parts of "
        "the file are not as stored.",
        [
            ("Attachment return.json (2)", GONE, "2 bytes"),
            ("Attachment return.json, how it is attached (2)", GONE, THERE),
        ],
    ),
    "spreadsheet": ("altered", ONE_PART, [("Attachment return.xlsx", "{sheet} bytes", "5 bytes")]),
    "script on opening": ("altered", ONE_PART, [("Action on opening", GONE, THERE)]),
    "words for a screen reader": ("altered", ONE_PART, [("Tags for screen readers", THERE, THERE + DIFFERS)]),
    "tags removed": ("altered", ONE_PART, [("Tags for screen readers", THERE, GONE)]),
    "colour profile": (
        "altered",
        f"{THOSE} {{pages}} pages and 1 other part of the file are not as stored.",
        [
            ("Pages 1 to {pages}: colour space srgb", THERE, THERE + DIFFERS),
            ("Colour profile", THERE, THERE + DIFFERS),
        ],
    ),
    "title": (
        "altered",
        ONE_PART,
        [("Title in the description", "Wyeborough Borough Council: IEG4 return 2004", "Another")],
    ),
    "description": (
        "altered",
        ONE_PART,
        [("Description of the document (XMP)", "{xmp} bytes", "{xmp} bytes" + DIFFERS)],
    ),
    "bookmark": ("altered", ONE_PART, [("Bookmarks", THERE, THERE + DIFFERS)]),
    "language": ("altered", ONE_PART, [("Language", "en-GB", "cy")]),
}


@pytest.fixture
def approved(wyeborough) -> bytes:
    return bytes(wyeborough.versions.get(number=2).pdf)


def sizes_and_names(body: bytes) -> dict[str, str]:
    """What the expected verdicts leave open, measured in the stored file without the code that is tested."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pages = list(pdf.pages)
        page = pages[PAGE].obj
        resources = page.Resources
        fonts = sorted(resources.Font.keys())
        alike = [
            n for n, each in enumerate(pages, 1) if each.obj.Resources.Font.objgen == resources.Font.objgen
        ]
        drawn = sum(len(each.read_bytes()) for each in page.Contents)
        foot = len(resources.XObject["/Frame"].read_bytes())
        picture = resources.XObject["/x0"]
        shown = [
            number
            for number, each in enumerate(pages, 1)
            if "/x0" in each.obj.Resources.XObject
            and each.obj.Resources.XObject["/x0"].objgen == picture.objgen
        ]
        found = {
            "pages": len(pages),
            "one_more": len(pages) + 1,
            "whole": len(body),
            "half": len(body) // 2,
            "but_one": len(body) - 1,
            "update": len(COPIES["update appended"](body)) - len(body),
            "drawn": drawn,
            "drawn_17": drawn + 17,
            "drawn_31": drawn + 31,
            "foot": foot,
            "foot_18": foot + 18,
            "picture": len(picture.read_bytes()),
            "data": len(attached(pdf, "return.json").read_bytes()),
            "sheet": len(attached(pdf, "return.xlsx").read_bytes()),
            "xmp": len(pdf.Root.Metadata.read_bytes()),
        }
        for number, name in enumerate(fonts[:2], 1):
            font = resources.Font[name]
            found |= {f"font_{number}": name[1:], f"letters_{number}": str(font.BaseFont)[8:].strip(",")}
            found[f"text_{number}"] = len(font.ToUnicode.read_bytes())
        for what, numbers in (("fonts", alike), ("pictures", shown)):
            section = "Page 10, 2 Priority outcomes: self-assessment"
            several = f"Pages {numbers[0]} {'and' if len(numbers) == 2 else 'to'} {numbers[-1]}"
            found[f"{what}_pages"] = "1 page is" if len(numbers) == 1 else f"{len(numbers)} pages are"
            found[f"{what.capitalize()}_where"] = section if len(numbers) == 1 else several
    with pikepdf.open(io.BytesIO(COPIES["byte of a page"](body))) as pdf:
        try:
            broken = sum(len(each.read_bytes()) for each in pdf.pages[PAGE].obj.Contents)
        except pikepdf.PdfError:
            broken = sum(len(each.read_raw_bytes()) for each in pdf.pages[PAGE].obj.Contents)
    found["broken"] = f"{broken:,} bytes" if broken != drawn else f"{drawn:,} bytes{DIFFERS}"
    return {name: f"{value:,}" if isinstance(value, int) else value for name, value in found.items()}


def as_expected(name: str, body: bytes) -> tuple[str, str, tuple[Difference, ...]]:
    kind, sentence, rows = VERDICTS[name]
    facts = sizes_and_names(body)
    differences = tuple(Difference(*(text.format(**facts) for text in row)) for row in rows)
    return kind, sentence.format(**facts), differences


@pytest.mark.parametrize("name", COPIES)
def test_altered_copy_gets_its_own_verdict(approved, wyeborough, name):
    verdict = verify(COPIES[name](approved), Version.objects.all())

    assert (verdict.kind, verdict.sentence, verdict.differences) == as_expected(name, approved)
    assert verdict.version == (None if verdict.kind == "foreign" else wyeborough.versions.get(number=2))


def test_each_copy_is_altered_and_has_its_verdict(approved):
    bodies = [change(approved) for change in COPIES.values()]

    assert VERDICTS.keys() == COPIES.keys()
    assert len(set(bodies)) == len(COPIES) >= 40


def test_copy_that_cabinet_saw_is_told_from_the_approved_one(wyeborough):
    """Both hold the same answers; a copy saved again is compared with the one it was made from."""
    sent = bytes(wyeborough.versions.get(number=1).pdf)
    as_it_is = verify(sent, Version.objects.all())
    again = verify(rewritten(sent), Version.objects.all())

    assert as_it_is.sentence == (
        f"The file is {SENT}, to the last byte. It is not the latest: version 2, as approved by Cabinet on "
        "2 December 2004, replaced it."
    )
    assert (again.kind, again.sentence) == ("same", SAVED_AGAIN.replace(CALLED, SENT))


KEPT = " Only copies of the return that were sent to Cabinet or approved are stored, so only they can be verified."
NOT_STORED = ", but it is none that is stored here, to the last byte. What in it differs can’t be said."
BY_TITLE = {
    "cabinet-report": "a covering report to Cabinet",
    "changes": "a list of what changed since Cabinet saw the return",
    "rekeying": "a re-keying sheet",
    "return": "a draft of the return",
    "statement": "statements of departments",
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_that_is_not_kept_is_named(wyeborough, marchshire, document):
    """Of the return a draft, which only one that is worked on has; a covering report that is not the stored one."""
    return_ = marchshire if document == "return" else wyeborough
    body = DOCUMENTS[document].sheet(return_, as_at=clock.now()).pdf()
    verdict = verify(body, Version.objects.all())

    why = NOT_STORED if document == "cabinet-report" else f".{KEPT}"
    assert verdict.sentence == f"By its title the file is {BY_TITLE[document]}{why}"
    assert verdict.kind == "foreign"


def test_copy_of_another_council_is_named_and_not_compared(approved, marchshire):
    for name in ("saved again", "answer", "drawing"):
        verdict = verify(COPIES[name](approved), marchshire.versions.all())

        assert (verdict.kind, verdict.sentence) == (
            "foreign",
            "The file says that it is the return of another council, “Wyeborough Borough Council”. "
            "It can only be verified there.",
        )


def test_facts_of_one_name_do_not_hide_each_other():
    facts = Facts()
    for digest in ("a", "b", "c"):
        facts.add("attachment x", Fact("1 byte", digest))

    assert {what: fact.digest for what, fact in facts.items()} == {
        "attachment x": "a",
        "attachment x (2)": "b",
        "attachment x (3)": "c",
    }


def test_very_many_differences_are_counted(approved, wyeborough):
    def change(pdf):
        for number in range(300):
            pdf.Root[f"/X{number:03}"] = number

    verdict = verify(rewritten(approved, change), Version.objects.all())

    assert verdict.sentence == f"{THOSE} 300 parts of the file are not as stored."
    assert len(verdict.differences) == 201
    assert verdict.differences[-1] == Difference("100 more", "not listed", "not listed")
