"""The sheet to key from, and what was keyed read back: by meaning, by reference, from files of every kind."""

import csv
import datetime
import io
import subprocess
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from efficiency.models import Gain
from outcomes.models import InteractionCount, Outcome
from returns.answers.cells import CHOICE, COUNT, DATE, LIGHT, MONEY, TEXT, TICK
from returns.answers.reader import read
from returns.documents.rekeying import answers_to_key, rekeying_sheet
from returns.exchange.rekeying import (
    LARGEST,
    SHOWN,
    BadFile,
    Comparison,
    Difference,
    KeyedCell,
    compare,
    escaped,
    keyed_cells,
    meaning,
    read_csv,
    unescaped,
    write_csv,
)
from returns.models import CaseStudy, Context, Declaration
from tests.support.factories import blank_return

AT = datetime.datetime(2004, 12, 17, 17, 30, tzinfo=datetime.UTC)
PAGE = "/wyeborough/ieg4/rekeying/"
FORMULAS = ["=1+1", "+44 1632", "-5", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "'quoted'", "plain", "", "a=b"]


@pytest.fixture
def cells(wyeborough) -> list[KeyedCell]:
    return keyed_cells(answers_to_key(wyeborough)[0])


def cell(kind: str, typed: str = "", **values) -> KeyedCell:
    return KeyedCell("X1.y", None, None, "Y", kind, typed, True, **values)


def by_reference(cells) -> dict[str, str]:
    return {each.reference: each.typed for each in cells}


def test_references_are_each_given_once_and_in_the_order_of_the_proforma(cells, wyeborough):
    references = [each.reference.casefold() for each in cells]
    sections = [each.section.number for each in cells]

    assert len(set(references)) == len(references)
    assert sections == sorted(sections)
    assert set(sections) == set(range(9))
    lines = list(dict.fromkeys(each.line.key for each in cells if each.line and each.section.number == 2))
    assert lines == [line.key for line in wyeborough.proforma.section_by_key["outcomes"].lines]


def test_figures_of_departments_are_keyed_as_the_councils_sum(marchshire):
    typed = by_reference(keyed_cells(read(marchshire)))
    rows = InteractionCount.objects.filter(return_record=marchshire, line="I1", point="2004-03-31")
    nil = Declaration.objects.filter(return_record=marchshire, line="I1", nil=True).values("department")
    gains = Gain.objects.filter(return_record=marchshire, line="EF1", point="2006-07")
    none = Declaration.objects.filter(return_record=marchshire, line="EF1", nil=True).values("department")

    enabled = [row.enabled for row in rows.exclude(department__in=nil)]
    cashable = [row.cashable for row in gains.exclude(department__in=none)]

    wanted = "" if None in enabled else str(sum(enabled))
    assert typed["I1.enabled.2004-03-31"] == wanted
    money = "" if None in cashable else f"{sum(cashable):.1f}".removesuffix(".0")
    assert typed["EF1.cashable.2006-07"] == money
    assert enabled
    assert cashable


def test_sum_with_a_blank_in_it_is_blank_and_all_nil_is_nil(db):
    return_ = blank_return(departments=2)
    mine = {"return_record": return_, "line": "EF1"}
    Gain.objects.filter(**mine).update(cashable=Decimal("1200.5"), non_cashable=0)
    first = Gain.objects.filter(**mine, point="2006-07").first()
    first.cashable = None
    first.save()
    Declaration.objects.filter(return_record=return_, line="EF2").update(nil=True, reason="We buy nothing.")

    typed = by_reference(keyed_cells(read(return_)))

    assert typed["EF1.cashable.2005-06"] == "2401"
    assert typed["EF1.non_cashable.2005-06"] == "0"
    assert typed["EF1.cashable.2006-07"] == ""
    assert typed["EF2.cashable.2005-06"] == "nil"
    slugs = sorted(return_.authority.departments.values_list("slug", flat=True))
    assert {f"EF2.nil.{slug}": "Yes" for slug in slugs}.items() <= typed.items()


def test_line_that_does_not_apply_is_keyed_as_n(db):
    return_ = blank_return(departments=1)
    Outcome.objects.filter(return_record=return_, line="R1").update(applicability="not_applicable")

    typed = by_reference(keyed_cells(read(return_)))

    assert [typed[f"R1.light.{point}"] for point in ("submission", "mar05", "dec05", "mar06")] == ["N"] * 4
    assert typed["R2.light.submission"] == ""


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_escaped_and_understood_back(text):
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_filled_template_read_back_differs_in_nothing(marchshire):
    """The round trip, with texts that begin like formulas; the twin is that one letter less is found."""
    study = CaseStudy.objects.get(return_record=marchshire, line="C1")
    Context.objects.filter(return_record=marchshire).update(text='=HYPERLINK("x")\n\n-1; "quoted", ünd £')
    study.title = "@home"
    study.save()
    cells = keyed_cells(read(marchshire))

    keyed = read_csv(write_csv(cells, filled=True))

    assert compare(cells, keyed) == Comparison((), {})
    assert keyed["context.text"] == '=HYPERLINK("x")\n\n-1; "quoted", ünd £'
    keyed["c1.title"] = "@hom"
    wanted = next(each for each in cells if each.reference == "C1.title")
    assert compare(cells, keyed) == Comparison(
        (Difference("different", "C1.title", wanted.what, "@home", "@hom"),), {"different": 1}
    )


def test_empty_template_has_all_references_and_no_answer(cells):
    rows = list(csv.reader(io.StringIO(write_csv(cells, filled=False).decode("utf-8-sig"))))

    assert rows[0] == ["Reference", "Section", "What", "Keyed"]
    assert [row[0] for row in rows[1:]] == [each.reference for each in cells]
    assert {row[3] for row in rows[1:]} == {""}
    found = compare(cells, read_csv(write_csv(cells, filled=False)))
    typed = [each.reference for each in cells if each.typed]
    assert [each.reference for each in found.first] == typed[:SHOWN]
    assert found.counts == {"missing": len(typed)}


CHOICES = (("applies", "It applies"), ("not_applicable", "It does not apply"))


@pytest.mark.parametrize(
    ("kind", "typed", "keyed", "same"),
    [
        (COUNT, "1200", "1,200", True),
        (COUNT, "1200", "1200.0", True),
        (COUNT, "1200", "1201", False),
        (COUNT, "0", "", False),
        (COUNT, "nil", "Nil", True),
        (COUNT, "nil", "0", False),
        (COUNT, "0", "nil", False),
        (MONEY, "1200.5", "£1,200.50", True),
        (MONEY, "1200", "1200.00", True),
        (MONEY, "1200.5", "1200.55", False),
        (MONEY, "1200", "about 1200", False),
        (DATE, "20 December 2004", "2004-12-20", True),
        (DATE, "20 December 2004", "20/12/2004", True),
        (DATE, "20 December 2004", "20 Dec 2004", True),
        (DATE, "12 January 2004", "01/12/2004", False),
        (TICK, "Yes", "y", True),
        (TICK, "Yes", "TRUE", True),
        (TICK, "Yes", "no", False),
        (LIGHT, "R", "Red", True),
        (LIGHT, "G", "g", True),
        (LIGHT, "N", "n/a", True),
        (LIGHT, "N", "", False),
        (LIGHT, "A", "R", False),
        (CHOICE, "It applies", "it  applies", True),
        (CHOICE, "It applies", "applies", True),
        (CHOICE, "It applies", "It does not apply", False),
        (TEXT, "One\n\ntwo", "One\r\n\r\ntwo\r\n", True),
        (TEXT, "One\ntwo", "One\rtwo", True),
        (TEXT, "Café", "Cafe\u0301", True),
        (TEXT, "One\n\ntwo", "One two", False),
        (TEXT, "Yes", "yes", False),
        (TEXT, "0123", "123", False),
    ],
)
def test_what_was_keyed_is_compared_by_what_it_means(kind, typed, keyed, same):
    asked = cell(kind, typed, choices=CHOICES if kind == CHOICE else ())

    assert (meaning(asked, typed) == meaning(asked, keyed)) is same


def test_missing_extra_and_different_are_told_apart():
    cells = [
        KeyedCell(f"X{n}.y", None, None, "Y", COUNT, typed, True)
        for n, typed in enumerate(["1", "2", "", "4", ""])
    ]

    found = compare(cells, {"x1.y": "3", "x2.y": "7", "x3.y": " ", "z9.y": "5", "z8.y": ""})

    assert [(each.kind, each.reference, each.wanted, each.keyed) for each in found.first] == [
        ("missing", "X0.y", "1", ""),
        ("different", "X1.y", "2", "3"),
        ("extra", "X2.y", "", "7"),
        ("missing", "X3.y", "4", " "),
        ("extra", "z9.y", "", "5"),
    ]
    assert found.counts == {"missing": 2, "extra": 2, "different": 1}


HEAD = "Reference,Section,What,Keyed\r\n"
GOOD = HEAD + "R1.comment,2,Comment,Zoë\r\n"


@pytest.mark.parametrize(
    "body",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),  # as a spreadsheet's “Unicode text” has it
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode("utf-16"),
        GOOD.replace("\r\n", "\n").encode(),
        GOOD.replace("\r\n", "\r").encode(),
        ("\r\n" + GOOD + ",,,\r\n").encode(),
        "keyed,REFERENCE\nZoë,r1.COMMENT\n".encode(),
    ],
)
def test_file_is_read_however_a_spreadsheet_saved_it(body):
    assert read_csv(body) == {"r1.comment": "Zoë"}


SAVE = "Choose the filled-in template, saved as CSV."


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "The file is empty. Fill in the template and choose that file."),
        (b" \r\n ", "The file is empty. Fill in the template and choose that file."),
        (
            HEAD.encode(),
            "The file has no rows below the first. Fill in the template and choose that file.",
        ),
        (
            b"PK\x03\x04rest",
            "The file is a workbook. In the spreadsheet choose “Save as”, then CSV, and choose that file.",
        ),
        (b"%PDF-1.7", f"The file is a PDF. {SAVE}"),
        (b"x" * (LARGEST + 1), f"The file is 2.0 MB; the limit is 2 MB. {SAVE}"),
        (
            GOOD.encode("latin-1"),
            "The file’s characters can’t be read. Save it again as “CSV UTF-8” and choose that file.",
        ),
        (
            b"\xff\xfe\x00",
            "The file’s characters can’t be read. Save it again as “CSV UTF-8” and choose that file.",
        ),
        (GOOD.encode() + b"\x00", f"The file isn’t text. {SAVE}"),
        (
            b"some,words\nof,mine\n",
            "The first row says some, words. It needs one column Reference and one column Keyed: use the template, "
            "and leave its first row as it is.",
        ),
        (
            b"Reference,Keyed,Keyed\n",
            "The first row says Reference, Keyed, Keyed. It needs one column Reference and one column Keyed: use the "
            "template, and leave its first row as it is.",
        ),
        (
            b"Reference,What,Keyed\nR1.comment,x\n",
            "Row 2 ends before the column Keyed. Save the sheet as CSV again, with every column.",
        ),
        (
            b"Reference,Keyed\n,x\n",
            "Row 2 has no reference, so what was keyed can’t be compared. Take it from the template.",
        ),
        (
            b"Reference,Keyed\nR1.comment,x\nr1.Comment,y\n",
            "r1.Comment is in the file twice, again in row 3. Remove one of the two rows.",
        ),
        (
            b'Reference,Keyed\nR1.comment,"x\n',
            "The file isn’t valid CSV: a quotation mark is opened and not closed, or closed too early. Save it from "
            "the spreadsheet again, as CSV.",
        ),
    ],
)
def test_bad_file_is_refused_with_a_sentence(body, told, wyeborough, signed_in):
    with pytest.raises(BadFile) as caught:
        read_csv(body)
    response = signed_in("wyeborough-lead").post(PAGE, {"file": SimpleUploadedFile("keyed.csv", body)})

    assert str(caught.value) == told
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [told]


def test_page_lists_differences_and_keeps_nothing(wyeborough, cells, signed_in):
    client = signed_in("wyeborough-lead")
    body = write_csv(cells, filled=True)
    first = next(each for each in cells if each.kind == LIGHT and each.typed == "G")
    wrong = body.replace(f"{first.reference},".encode(), b"Z1.light,")

    with CaptureQueriesContext(connection) as found:
        right = client.post(PAGE, {"file": SimpleUploadedFile("keyed.csv", body)})
    listed = client.post(PAGE, {"file": SimpleUploadedFile("keyed.csv", wrong)})

    assert right.context["differences"] == []
    assert f"All {len(cells)} answers agree" in right.content.decode()
    assert [(words, each.reference) for words, each in listed.context["differences"]] == [
        ("in the return, but not keyed", first.reference),
        ("keyed, but not in the return", "z1.light"),
    ]
    assert [row["sql"] for row in found if not row["sql"].lstrip("(").startswith("SELECT")] == []
    assert len(found) < 40


def test_of_very_many_differences_all_are_counted_and_the_first_are_shown(wyeborough, cells, signed_in):
    lines = "".join(f"z{number}.x,1\r\n" for number in range(150_000))
    body = f"Reference,Keyed\r\n{lines}".encode()
    answered = sum(bool(each.typed) for each in cells)

    response = signed_in("wyeborough-lead").post(PAGE, {"file": SimpleUploadedFile("keyed.csv", body)})

    comparison = response.context["comparison"]
    assert comparison.counts == {"missing": answered, "extra": 150_000}
    assert (len(comparison.first), comparison.unshown) == (SHOWN, 150_000 + answered - SHOWN)
    page = " ".join(response.content.decode().split())
    assert page.count('<th scope="row">') == SHOWN
    assert f"{150_000 + answered:,} differences from the {len(cells):,} answers of the return" in page
    assert f"The first {SHOWN} are listed" in page
    assert len(response.content) < 500_000


def test_keyed_text_is_shown_escaped(wyeborough, signed_in):
    body = b"Reference,Keyed\nR3.comment,<script>alert(1)</script>\n"

    page = (
        signed_in("wyeborough-lead").post(PAGE, {"file": SimpleUploadedFile("k.csv", body)}).content.decode()
    )

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_template_is_downloaded_empty_or_filled(wyeborough, cells, signed_in):
    client = signed_in("wyeborough-clerk")

    empty, filled = (client.get(f"/wyeborough/ieg4/rekeying.csv{query}") for query in ("", "?filled=1"))

    assert (empty.content, filled.content) == (write_csv(cells, filled=False), write_csv(cells, filled=True))
    assert empty["Content-Disposition"] == 'attachment; filename="ieg4-wyeborough-keyed.csv"'
    assert filled["Content-Disposition"] == 'attachment; filename="ieg4-wyeborough-answers.csv"'


def test_printed_sheet_has_every_reference_beside_what_is_typed(wyeborough, cells):
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"],
        input=rekeying_sheet(wyeborough, as_at=AT).pdf(),
        capture_output=True,
        check=True,
    )
    solid = "".join(done.stdout.decode().split())

    short = [each for each in cells if len(each.typed) < 20]
    missing = [
        each.reference
        for each in short
        if "".join(f"{each.reference}{each.where}{each.typed}".split()) not in solid
    ]
    assert len(short) > 600
    assert missing == []
    assert "DRAFT" not in solid


def test_sheet_before_approval_says_draft(marchshire):
    sheet = rekeying_sheet(marchshire, as_at=AT)

    assert '<p class="state"><b>DRAFT</b></p>' in sheet.html
    assert "Draft, not approved by Cabinet: not for keying." in sheet.html


@pytest.mark.parametrize(
    ("css", "together"), [("", True), (".tbl--keying tr.long { break-inside: avoid }", False)]
)
def test_long_text_begins_under_its_heading_and_breaks(db, css, together):
    """A thousand long words need more than a page. The twin: a row kept whole leaves its heading behind."""
    return_ = blank_return(departments=1)
    words = [f"electronicgovernment{n}" for n in range(1000)]
    Context.objects.filter(return_record=return_).update(text=" ".join(words))
    sheet = rekeying_sheet(return_, as_at=AT)

    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"],
        input=replace(sheet, css=sheet.css + css).pdf(),
        capture_output=True,
        check=True,
    )

    pages = [page.split() for page in done.stdout.decode().split("\f")[:-1]]
    first = next(page for page in pages if words[0] in page)
    assert ("cover.email" in first and "context.text" in first) is together
    assert set(words) <= {word for page in pages for word in page}
