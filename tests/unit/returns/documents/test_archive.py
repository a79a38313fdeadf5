"""The approved return as an archival, tagged file: each claim is proven on the file that was stored."""

import datetime
import hashlib
import io
import json
from collections import Counter

import openpyxl
import pikepdf
import pytest
from django.core.cache import caches
from pikepdf import pdfa

from outcomes.models import Outcome, OutcomeStatus
from returns.answers.reader import read
from returns.checks.completeness import assess
from returns.documents.engine import pdf, tags
from returns.documents.engine.sheet import CACHE
from returns.documents.return_ import return_sheet, version_pdf, version_sheet
from returns.documents.workbook import workbook
from returns.models import Return
from returns.versions.snapshot import freeze, thaw
from tests.support.factories import blank_return

AT = datetime.datetime(2004, 12, 8, 17, 30, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def stored(django_db_setup, django_db_blocker):
    """The approved version of Wyeborough, with its PDF."""
    with django_db_blocker.unblock():
        return_ = Return.objects.select_related("authority").get(authority__slug="wyeborough")
        version = return_.versions.order_by("-number").first()
        version.pdf = bytes(version.pdf)
        return version


@pytest.fixture
def file(stored):
    with pikepdf.open(io.BytesIO(stored.pdf)) as opened:
        yield opened


def elements(file) -> list:
    """Every element of the tag tree, in the order in which it is read."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for each in node:
                walk(each)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append(node)
            walk(node.get("/K", pikepdf.Array()))

    walk(file.Root.StructTreeRoot.K)
    return found


def of_kind(found, *kinds) -> list:
    return [each for each in found if str(each.S) in kinds]


def contents_of(page) -> list:
    return pikepdf.parse_content_stream(page)


def read_text(file, element) -> list[tuple[int, int]]:
    """The pieces of marked content under an element: page object and number."""
    found = []

    def walk(node, page):
        if isinstance(node, int):
            found.append((page, int(node)))
        elif isinstance(node, pikepdf.Array):
            for each in node:
                walk(each, page)
        elif isinstance(node, pikepdf.Dictionary) and "/K" in node:
            walk(node.K, node.Pg.objgen[0] if "/Pg" in node else page)

    walk(element, None)
    return found


def test_checker_of_archival_files_finds_nothing(file):
    report = pdfa.check(file, "3b")

    assert report.findings == []
    with file.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")


def test_checker_would_find_what_is_missing(file):
    """The same check, of the same file without its output intent."""
    del file.Root.OutputIntents

    assert pdfa.check(file, "3b").findings


def test_drafts_are_archival_too(marchshire):
    with pikepdf.open(io.BytesIO(return_sheet(marchshire, as_at=AT).pdf())) as draft:
        assert pdfa.check(draft, "3b").findings == []
        assert list(draft.attachments) == []


def test_language_title_and_description_are_set(file):
    with file.open_metadata() as metadata:
        described = {name: metadata[name] for name in ("dc:title", "dc:creator", "xmp:CreateDate")}

    assert str(file.Root.Lang) == "en-GB"
    assert bool(file.Root.ViewerPreferences.DisplayDocTitle) is True
    assert described == {
        "dc:title": "Wyeborough Borough Council: IEG4 return 2004",
        "dc:creator": ["Wyeborough Borough Council"],
        "xmp:CreateDate": "2004-12-03T09:30:00Z",
    }


def test_output_intent_is_the_srgb_profile(file):
    (intent,) = file.Root.OutputIntents

    assert (str(intent.S), str(intent.OutputConditionIdentifier)) == (
        "/GTS_PDFA1",
        "IEC 61966-2-1 Default RGB Colour Space - sRGB",
    )
    assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"


def test_every_font_is_embedded(file):
    fonts = [each for each in file.objects if isinstance(each, pikepdf.Dictionary) and "/FontName" in each]

    assert len(fonts) >= 3
    assert [
        str(font.FontName) for font in fonts if "/FontFile2" not in font and "/FontFile3" not in font
    ] == []


def test_headings_stand_in_order(file):
    levels = [int(str(each.S)[2]) for each in of_kind(elements(file), "/H1", "/H2", "/H3", "/H4")]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [pair for pair in zip(levels, levels[1:], strict=False) if pair[1] > pair[0] + 1] == []


def test_each_table_of_the_page_is_one_in_the_file(db, file, stored):
    return_ = stored.return_record
    answers = thaw(return_, stored.data)
    sheet = version_sheet(answers, stored, stored.event, return_.decision, assess(answers).parts)
    tables = of_kind(elements(file), "/Table")
    pages = [len({page for page, _number in read_text(file, table)}) for table in tables]

    assert len(tables) == sheet.html.count("<table")
    assert sum(count > 1 for count in pages) >= 3
    for table in tables:
        assert Counter(str(part.S) for part in table.K)["/THead"] <= 1
        assert {part.P.objgen for part in table.K} == {table.objgen}


def long_table() -> dict[str, int]:
    """What is read of a table of 200 rows, one of them higher than a page and so cut in two."""
    rows = "".join(f"<tr><th scope=row>{n}<td>{'long ' * (2500 if n == 90 else 9)}</tr>" for n in range(200))
    html = f"<table><thead><tr><th>Number<th>Words</thead><tbody>{rows}</tbody></table>"
    with pikepdf.open(
        io.BytesIO(pdf.render(f'<html lang="en-GB"><title>x</title><h1>x</h1>{html}', at=AT))
    ) as file:
        assert len(file.pages) > 5
        return dict(Counter(str(each.S) for each in elements(file) if str(each.S)[:2] == "/T"))


def test_table_over_many_pages_is_read_once():
    assert long_table() == {"/Table": 1, "/THead": 1, "/TBody": 1, "/TR": 201, "/TH": 202, "/TD": 200}


def test_table_that_is_not_joined_is_read_in_pieces(monkeypatch):
    """The same without the joining."""
    monkeypatch.setattr(tags, "_join_tables", lambda *_: None)

    assert long_table()["/Table"] > 5


def test_no_table_row_is_read_twice(file):
    pieces = [piece for table in of_kind(elements(file), "/Table") for piece in read_text(file, table)]

    assert [piece for piece, count in Counter(pieces).items() if count > 1] == []


def test_repeated_heads_and_running_heads_are_decoration(file):
    """Whatever is drawn is either read in the tree or marked as artifact, on every page."""
    read_pieces = set(read_text(file, file.Root.StructTreeRoot))
    artifacts = 0
    for page in file.pages:
        marks = []
        for instruction in contents_of(page):
            operator = str(instruction.operator)
            if operator in ("BDC", "BMC"):
                marks.append(str(instruction.operands[0]))
                if marks[-1] == "/Artifact":
                    artifacts += 1
                else:
                    number = int(instruction.operands[1]["/MCID"])
                    assert (page.obj.objgen[0], number) in read_pieces
            elif operator == "EMC":
                marks.pop()
            elif operator in ("TJ", "Tj") or instruction.operands[:1] == ["/Frame"]:
                assert marks
        assert marks == []

    assert artifacts > 2 * len(file.pages)


def test_parent_tree_leads_back_to_what_is_read(file):
    nums = file.Root.StructTreeRoot.ParentTree.Nums
    by_page = {int(nums[at]): nums[at + 1] for at in range(0, len(nums), 2)}
    wrong = []
    for page in file.pages:
        held = by_page[int(page.obj.StructParents)]
        for number, element in enumerate(held):
            if element is not None and number not in [k for k in element.K if isinstance(k, int)]:
                wrong.append((page.index, number))

    assert wrong == []


def test_every_figure_cell_names_heads_of_its_own_table(file):
    checked = 0
    for table in of_kind(elements(file), "/Table"):
        names = set()
        cells = []
        for part in table.K:
            for row in [part] if str(part.S) == "/TR" else part.K:
                for cell in row.K if str(row.S) == "/TR" else ():
                    if str(cell.S) == "/TH":
                        names.add(str(cell.ID))
                        assert str(cell.A.Scope) in ("/Column", "/Row")
                    else:
                        cells.append([str(each) for each in cell.A.get("/Headers", ())])
        assert [heads for heads in cells if not set(heads) <= names] == []
        assert [heads for heads in cells if not heads] == []
        checked += len(cells)

    assert checked > 500


def test_charts_have_alternative_text(file):
    figures = of_kind(elements(file), "/Figure")

    assert [str(each.Alt)[:34] for each in figures] == ["Cumulative gains beside the target"]


def test_each_light_has_its_name_as_alternative_text(marchshire):
    """As many names as there are lights, those of outcomes and of change lines."""
    answers = read(marchshire)
    names = {"R": "Red", "A": "Amber", "G": "Green", "N": "Not applicable"}
    given = Counter()
    for key in ("outcomes", "change"):
        for place in answers.places(marchshire.proforma.section_by_key[key]):
            lights = answers.lights(place) if answers.applies(place) else ["N"] * len(answers.lights(place))
            given.update(names[light] for light in lights if light)
    with pikepdf.open(io.BytesIO(return_sheet(marchshire, as_at=AT).pdf())) as draft:
        found = Counter(
            str(each.Alt) for each in elements(draft) if "/Alt" in each and str(each.S) == "/Span"
        )

    assert found == given
    assert given.total() > 250


def test_data_and_spreadsheet_are_attached_with_their_relation(file, stored):
    found = {
        name: (str(each.relationship), each.get_file().mime_type, each.description)
        for name, each in file.attachments.items()
    }

    assert found == {
        "return.json": ("/Data", "application/json", "The answers as canonical data"),
        "return.xlsx": (
            "/Alternative",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "The answers as a spreadsheet",
        ),
    }
    assert len(file.Root.AF) == 2
    data = file.attachments["return.json"].get_file().read_bytes()
    assert (data.decode(), hashlib.sha256(data).hexdigest()) == (stored.data, stored.digest)


def test_spreadsheet_holds_every_answer(db, file, stored):
    body = file.attachments["return.xlsx"].get_file().read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(body))
    asked = [row for sheet in book.worksheets[1:] for row in sheet.iter_rows(min_row=2, values_only=True)]
    about = dict(book["About"].iter_rows(max_col=2, values_only=True))
    answers = thaw(stored.return_record, stored.data)
    cells = [cell for place in answers.places() for cell in answers.cells(place)]

    assert len(asked) == len(cells)
    assert Counter(row[6] == "answered" for row in asked) == Counter(not cell.blank for cell in cells)
    assert about["SHA-256 of the answers"] == stored.digest
    lights = [row for row in book["2 Outcomes"].iter_rows(min_row=2, values_only=True) if row[0] == "R3"]
    assert {row[4] for row in lights if "31 March" in row[3]} <= {"Red", "Amber", "Green", "Not applicable"}


def test_spreadsheet_takes_no_answer_for_a_formula(marchshire):
    answers = read(marchshire)
    (entry,) = answers.entries(answers.place("context", None))
    setattr(entry.record, entry.table.columns[0].field, "=1+1")
    book = openpyxl.load_workbook(io.BytesIO(workbook(answers, at=AT, digest="")))

    (cell,) = [cell for row in book["1 Context"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert cell.data_type == "s"


def test_spreadsheet_leaves_out_what_a_line_held_before_it_was_declared_not_applicable(db):
    return_ = blank_return()
    OutcomeStatus.objects.filter(return_record=return_, line="R1").update(light="G")
    Outcome.objects.filter(return_record=return_, line="R1").update(
        applicability="not_applicable", reason="Another council’s."
    )
    book = openpyxl.load_workbook(io.BytesIO(workbook(read(return_), at=AT, digest="")))

    rows = [row for row in book["2 Outcomes"].iter_rows(values_only=True) if row[0] == "R1"]
    assert [(row[4], row[6]) for row in rows] == [
        ("It does not apply", "answered"),
        ("Another council’s.", "answered"),
        (None, "does not apply"),
    ] + [(None, "does not apply")] * 4


def test_drawn_again_the_version_has_the_same_bytes(db, stored):
    return_ = stored.return_record
    parts = assess(thaw(return_, stored.data)).parts
    decision = return_.decision
    answers = thaw(return_, stored.data)

    caches[CACHE].clear()
    once = version_pdf(answers, stored, stored.event, decision, parts)
    caches[CACHE].clear()
    twice = version_pdf(answers, stored, stored.event, decision, parts)

    assert hashlib.sha256(once).hexdigest() == hashlib.sha256(twice).hexdigest()


def test_spreadsheet_of_the_same_moment_has_the_same_bytes(marchshire):
    answers = read(marchshire)

    first = workbook(answers, at=AT, digest="x")
    assert first == workbook(answers, at=AT, digest="x")
    assert first != workbook(answers, at=AT, digest="y")
    assert json.loads(freeze(answers))  # nothing of it was changed by writing
