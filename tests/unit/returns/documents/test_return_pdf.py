"""The draft return as PDF: every line in its place, honest about blanks, and the same bytes each time."""

import datetime
import io
import re
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import pikepdf
import pytest
from django.core.cache import caches
from django.db import transaction

from efficiency.models import EfficiencyNote, Gain, Resource
from outcomes.models import ChannelCount, InteractionCount, Outcome, OutcomeStatus
from returns.checks.completeness import assess
from returns.documents.engine.sheet import CACHE
from returns.documents.return_ import council_css, return_context, return_sheet
from returns.models import Authority, CaseStudy, Context, Cover, Declaration, Return
from returns.proforma import load
from tests.support.factories import UserFactory, blank_return

AT = datetime.datetime(2004, 12, 8, 17, 30, tzinfo=datetime.UTC)
PROFORMA = load("ieg4")
HOSTILE = "<script>alert(1)</script> \u202eSECRET =cmd|' /C calc'!A0 " + "x" * 70
SECTIONS = [f"{section.number} {section.title}" for section in PROFORMA.sections]


@dataclass(frozen=True)
class Printed:
    """A rendered document, what it was made from, and its words page by page."""

    body: bytes
    assessment: object
    document: object

    def run(self, *command: str) -> str:
        done = subprocess.run([*command], input=self.body, capture_output=True, check=True)
        return done.stdout.decode()

    @cached_property
    def pages(self) -> list[str]:
        """Words of each page in the order they were written, cell by cell."""
        return self.run("pdftotext", "-raw", "-", "-").split("\f")[:-1]

    @cached_property
    def solid(self) -> str:
        """The whole text without white space, so that it doesn't matter where lines break."""
        return squeeze("".join(self.pages))

    @cached_property
    def tree(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.body))

    @cached_property
    def page_of(self) -> dict[str, int]:
        """Where each heading stands, by the bookmarks, which follow the headings themselves."""
        found = {}
        numbers = {page.objgen: number for number, page in enumerate(self.tree.pages, start=1)}

        def walk(items):
            for item in items:
                destination = item.destination
                found[" ".join(item.title.split())] = numbers[destination[0].objgen]
                walk(item.children)

        with self.tree.open_outline() as outline:
            walk(outline.root)
        return found

    def section_words(self, number: int) -> str:
        """The words of the pages of that section, from its heading's page to before the next one's."""
        first = self.page_of[SECTIONS[number]]
        last = self.page_of[SECTIONS[number + 1]] if number < 8 else len(self.pages) + 1
        return "\n".join(self.pages[first - 1 : max(last - 1, first)])


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def print_return(return_: Return) -> Printed:
    assessment = assess(return_)
    return Printed(
        return_sheet(return_, as_at=AT).pdf(), assessment, return_context(assessment, AT)["document"]
    )


@pytest.fixture(scope="module")
def printed(django_db_setup, django_db_blocker):
    """Three documents made once: the demonstration's draft, a blank return and one filled to every limit."""
    with django_db_blocker.unblock(), transaction.atomic():
        draft = print_return(Return.objects.select_related("authority").get(authority__slug="marchshire"))
        nothing = blank_return(departments=2)
        blank = print_return(nothing)
        caches[CACHE].clear()
        again = return_sheet(nothing, as_at=AT).pdf()
        full = print_return(fill(blank_return(departments=1, kind="county")))
        transaction.set_rollback(True)
    return {"draft": draft, "blank": blank, "again": again, "full": full}


@pytest.fixture(params=["draft", "blank", "full"])
def each(request, printed) -> Printed:
    return printed[request.param]


@pytest.fixture
def draft(printed) -> Printed:
    return printed["draft"]


@pytest.fixture
def blank(printed) -> Printed:
    return printed["blank"]


@pytest.fixture
def full(printed) -> Printed:
    return printed["full"]


def words(count: int) -> str:
    return " ".join(["seventeen"] * count)


def fill(return_: Return) -> Return:
    """Every answer at its limit, with hostile words among them."""
    mine = {"return_record": return_}
    Cover.objects.filter(**mine).update(
        contact_name=HOSTILE[:60], email="pat@council.example", telephone="01632 960101"
    )
    Context.objects.filter(**mine).update(text=f"{words(500)}\n\n{words(500)}")
    Outcome.objects.filter(**mine).update(applicability="applies", comment=words(100))
    Outcome.objects.filter(**mine, line="R2").update(comment=HOSTILE)
    OutcomeStatus.objects.filter(**mine).update(light="A")
    InteractionCount.objects.filter(**mine).update(permissible=1_234_567, enabled=1_000_000)
    ChannelCount.objects.filter(**mine).update(number=999_999_999)
    Resource.objects.filter(**mine).update(amount=Decimal("1234567.5"))
    Gain.objects.filter(**mine).update(cashable=Decimal("1234567.5"), non_cashable=0)
    Declaration.objects.filter(**mine, line__startswith="EF").update(basis=words(100))
    EfficiencyNote.objects.filter(**mine).update(baseline_spend=Decimal("99999999.5"), note=words(250))
    department = return_.authority.departments.first()
    owner = UserFactory(authority=return_.authority)
    return_.allocations.update(owner=owner, department=department)
    for number in range(1, 13):
        CaseStudy.objects.create(
            **mine, line=f"C{number}", department=department, title=words(15), text=words(250)
        )
    return return_


def in_order(parts: list[str], text: str) -> list[str]:
    """Those parts that aren't found after the one before."""
    at, lost = 0, []
    for part in parts:
        found = text.find(squeeze(part), at)
        if found < 0:
            lost.append(part)
        else:
            at = found + 1
    return lost


def test_nine_sections_stand_in_the_order_of_the_form(each):
    headings = [title for title in each.page_of if title in SECTIONS]

    assert headings == SECTIONS
    assert [each.page_of[title] for title in SECTIONS] == sorted(each.page_of[title] for title in SECTIONS)


def test_every_line_and_date_is_printed_in_the_order_of_the_form(each):
    for section in PROFORMA.sections:
        lines = [f"{line.key} {line.label}" for _group, lines in section.grouped_lines() for line in lines]
        points = [point.short or point.label for point in section.points]
        if section.key == "bvpi157":
            points = [point.name for point in section.points]

        assert in_order(lines, squeeze(each.section_words(section.number))) == [], section.key
        assert in_order(points, squeeze(each.section_words(section.number))) == [], section.key


def codes_in(text: str, section) -> list[str]:
    """The codes of the section's lines as they stand in the text, each before the first words of its line.

    A comment may break before a code, but hardly before the line's own words as well.
    """
    begins = {
        f"{line.key} {' '.join(line.label.replace('.', '').split()[:2])}": line.key for line in section.lines
    }
    found = re.findall(r"^[A-Z]+\d+ [^\s.]+ [^\s.]+", text, re.MULTILINE)
    return [begins[words] for words in found if words in begins]


def test_72_outcomes_stand_in_14_areas_and_14_change_lines(each):
    outcomes, change = (PROFORMA.section_by_key[key] for key in ("outcomes", "change"))
    areas = [f"{group.number} {group.label}" for group in outcomes.groups]
    codes = [line.key for _group, lines in outcomes.grouped_lines() for line in lines]

    assert [title for title in each.page_of if title in areas] == areas
    assert (len(areas), len(codes)) == (14, 72)
    assert codes_in(each.section_words(2), outcomes) == codes
    assert codes_in(each.section_words(3), change) == [f"CM{number}" for number in range(1, 15)]


def test_contents_name_the_pages_where_headings_stand(each):
    layout = each.run("pdftotext", "-layout", "-f", "2", "-l", "2", "-", "-")
    contents = {
        " ".join(found[1].split()): int(found[2])
        for found in re.finditer(r"^ *(\d+ .*?\S) {3,}(\d+)$", layout, re.MULTILINE)
    }
    areas = [f"{group.number} {group.label}" for group in PROFORMA.section_by_key["outcomes"].groups]
    expected = {title: each.page_of[title] for title in [*SECTIONS, *areas]}

    assert {title: contents.get(title) for title in expected} == expected


def test_each_page_says_draft_and_its_number(each):
    assert [number for number, page in enumerate(each.pages, 1) if "DRAFT" not in page] == []
    assert [re.findall(r"Page (\d+) of (\d+)", page) for page in each.pages[1:]] == [
        [(str(number), str(len(each.pages)))] for number in range(2, len(each.pages) + 1)
    ]


def test_head_and_foot_name_council_moment_and_proforma(draft):
    for page in draft.pages[1:]:
        assert "Marchshire Council · IEG4 return 2004" in page
        assert "as at 8 December 2004, 5:30pm" in page
        assert PROFORMA.name in page


def test_only_our_typeface_is_embedded(each):
    fonts = each.run("pdffonts", "-").splitlines()[2:]

    assert fonts
    assert [font for font in fonts if "Source-Sans-3" not in font or " yes yes yes " not in font] == []


def test_file_is_tagged_with_title_and_language(draft):
    facts = draft.run("pdfinfo", "-")

    assert re.search(r"^Tagged: +yes$", facts, re.MULTILINE)
    assert re.search(r"^Title: +Marchshire Council: IEG4 return 2004 \(draft\)$", facts, re.MULTILINE)
    assert re.search(r"^JavaScript: +no$", facts, re.MULTILINE)
    assert str(draft.tree.Root.Lang) == "en-GB"


def elements(node, kind: str):
    """The structure elements of that kind below the node."""
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            if str(child.S) == kind:
                yield child
            yield from elements(child, kind)


def test_every_figure_knows_all_its_heads(draft):
    root = draft.tree.Root.StructTreeRoot
    names = {str(name) for name in list(root.IDTree.Names)[::2]}
    figures = {}
    for table in elements(root, "/Table"):
        heads = list(elements(table, "/TH"))
        assert [head for head in heads if str(head.A.get("/Scope")) not in ("/Row", "/Column")] == []
        assert {str(head.ID) for head in heads} <= names
        for cell in elements(table, "/TD"):
            keys = [str(key) for key in cell.A.Headers]
            assert keys
            assert set(keys) <= {str(head.ID) for head in heads}
            figures.setdefault(len(heads), []).append(len(keys))

    # BVPI 157: 2 + 5 + 15 heads of columns, 10 lines by code and name, and the total.
    assert figures[22 + 20 + 1] == [4] * 150 + [3] * 15


def test_same_answers_and_moment_give_the_same_bytes(printed):
    assert printed["again"] == printed["blank"].body


def test_missing_list_counts_what_completeness_counts(each):
    document, blockers = each.document, each.assessment.blockers
    (page,) = [" ".join(page.split()) for page in each.pages if "What is still missing" in page]

    assert sum(row.count for row in document.missing) == len(blockers)
    until = f"is at risk until all {len(blockers):,} blockers are cleared."
    risk = (
        f"The whole {document.exposure} capital grant for 2005/06 {until}"
        if blockers
        else "No part of the £150,000 capital grant for 2005/06 is at risk."
    )
    assert risk in page
    assert document.exposure == ("£150,000" if blockers else "£0")


def test_each_blank_light_and_figure_is_marked_and_nothing_else(each):
    def blanks(key: str) -> int:
        answers = each.assessment.answers
        section = PROFORMA.section_by_key[key]
        return sum(
            cell.missing
            for place in answers.places(section)
            for cell in answers.cells(place)
            if cell.entry.point
        )

    marks = [len(re.findall(r"\bblank\b", each.section_words(number))) for number in (2, 3)]
    takeup = each.document.sections[5]

    assert marks == [blanks("outcomes"), blanks("change")]
    assert blanks("takeup") == sum(
        figure.kind == "blank" for group in takeup.groups for row in group.rows for figure in row.figures
    )


def test_blank_return_says_so_throughout(blank):
    assert "No blocker is left" not in blank.solid
    assert "Not yet answered" in blank.section_words(2)
    assert blank.document.answered == "0"


def test_missing_list_names_runs_of_lines_by_their_ends(blank):
    rows = {row.section: (row.lines, row.what) for row in blank.document.missing}

    assert [rows[name] for name in ("3 Change", "5 Take-up", "6 Resources")] == [
        ("CM1 to CM14", "56 blank, 14 no owner"),
        ("W1 to W4, T1, T2, F1, X1, X2", "45 blank, 9 no owner"),
        ("RS1 to RS6", "42 blank, 6 no owner"),
    ]


def test_full_return_prints_every_word(full):
    assert full.solid.count("seventeen") == (1000 + 85 * 100 + 6 * 100 + 250 + 12 * (15 + 250))
    assert "at most 250 words" in full.pages[-1]


def test_hostile_words_are_only_words(full):
    assert squeeze(HOSTILE.replace("\u202e", "")) in full.solid
    assert "\u202e" not in "".join(full.pages)
    assert b"/JavaScript" not in full.body


def test_nothing_is_cut_off_at_the_edges(full):
    boxes = full.run("pdftotext", "-bbox", "-", "-")
    edges = [(float(left), float(right)) for left, right in re.findall(r'xMin="(\S+)".*?xMax="(\S+)"', boxes)]

    # A4 less 18 mm on each side, with a hair for rounding.
    assert min(left for left, _right in edges) >= 51 - 0.5
    assert max(right for _left, right in edges) <= 595.3 - 51 + 0.5


def test_nothing_is_provisional_before_cabinet_has_delegated_anything(each):
    assert [number for number, page in enumerate(each.pages, 1) if "PROVISIONAL" in page] == []


def section_of(return_: Return, number: int):
    return return_context(assess(return_), AT)["document"].sections[number]


def rows_of(section) -> dict:
    return {
        row.code: [figure.text for figure in row.figures] for group in section.groups for row in group.rows
    }


def test_percentage_is_the_ratio_of_sums_and_nil_counts_as_nought(db):
    return_ = blank_return(departments=3)
    one, two, three = return_.authority.departments.all()
    mine = InteractionCount.objects.filter(return_record=return_)
    mine.filter(department=one).update(permissible=10, enabled=10)
    mine.filter(department=two).update(permissible=30, enabled=0)
    Declaration.objects.filter(return_record=return_, department=three).update(nil=True, reason="None.")
    mine.filter(department=two, line="I2", point="2002-03-31").update(enabled=None)

    section = section_of(return_, 4)
    figures, whole = rows_of(section), [figure.text for figure in section.total]

    assert figures["I1"] == ["40", "10", "25.0"] * 5
    assert figures["I2"] == ["40", "–", "–"] + ["40", "10", "25.0"] * 4
    assert whole == ["400", "–", "–"] + ["400", "100", "25.0"] * 4


def test_gains_are_summed_and_compared_with_the_cumulative_target(db):
    return_ = blank_return(departments=2)
    Gain.objects.filter(return_record=return_).update(cashable=10, non_cashable=5)
    Gain.objects.filter(return_record=return_, point="2004-05-actual").update(cashable=0, non_cashable=5)
    EfficiencyNote.objects.filter(return_record=return_).update(baseline_spend=4000)

    section = section_of(return_, 7)

    assert rows_of(section)["EF1"] == ["20", "10", "0", "10"] + ["20", "10"] * 3
    assert [figure.text for figure in section.total] == ["120", "60", "0", "60"] + ["120", "60"] * 3
    assert [(row.code, [figure.text for figure in row.figures]) for row in section.target] == [
        ("2004/05", ["0", "60", "60", "100", "40", "60.0", "0.0"]),
        ("2005/06", ["120", "120", "240", "200", "0", "120.0", "50.0"]),
        ("2006/07", ["240", "180", "420", "300", "0", "140.0", "57.1"]),
        ("2007/08", ["360", "240", "600", "400", "0", "150.0", "60.0"]),
    ]


def test_nil_line_prints_its_reason_and_adds_nought(db):
    return_ = blank_return(departments=1)
    Resource.objects.filter(return_record=return_).exclude(line="RS6").update(amount=Decimal("1.5"))
    Declaration.objects.filter(return_record=return_, line="RS6").update(nil=True, reason="No partner pays.")

    section = section_of(return_, 6)
    nil = section.groups[-1].rows[0]

    assert (nil.code, nil.nil, [figure.text for figure in nil.figures]) == (
        "RS6",
        "No partner pays.",
        ["0.0"],
    )
    assert [figure.text for figure in section.total] == ["7.5"] * 7 + ["52.5"]


def test_outcome_that_does_not_apply_prints_four_n_and_why(db):
    return_ = blank_return(departments=1, kind="shire_district")
    Outcome.objects.filter(return_record=return_, line="E2").update(reason="Partners have no common format.")

    rows = {row.code: row for group in section_of(return_, 2).groups for row in group.rows}

    assert {code: (rows[code].lights, rows[code].comment.text) for code in ("R1", "E2", "E3")} == {
        "R1": (("N",) * 4, "Not a function of this type of council."),
        "E2": (("N",) * 4, "Partners have no common format."),
        "E3": (("N",) * 4, "Stretch outcome, not adopted by the council."),
    }


def test_council_chooses_one_colour_for_page_and_cover(db):
    return_ = blank_return(departments=1)
    Authority.objects.filter(pk=return_.authority_id).update(accent="#123456")
    return_.authority.refresh_from_db()

    assert council_css(return_.authority) == "html { --accent: #123456; --accent-deep: #063747 }"
