"""The covering report: drafted from what is stored, edited by the clerk, locked once Cabinet has decided."""

import io
import subprocess

import pikepdf
import pytest
from pikepdf import pdfa

from efficiency.register.acts import close_risk
from efficiency.register.proposals import open_risks
from ieg4.cabinet.report import covering_report_sheet, report_of
from returns import clock, history
from returns.acts import ActionRefused, ParagraphConflict, add_paragraph, edit_paragraph
from returns.models import Context, Event, Version
from tests.support.moving import fresh

# In the order of the council's standing orders, as in the report of December 2004.
ORDER = [
    "Programme area responsibility",
    "Wards Affected",
    "Purpose",
    "Key Decision",
    "Recommendation",
    "Reasons",
    "Considerations",
    "Risk Management",
    "Consultees",
    "Background Papers",
]
URL = "/marchshire/ieg4/cabinet/report/"
SIGNED = "2 of 10 parts of the return are signed and complete."


def text_on(client, address: str) -> str:
    """The page with every run of white space as one space."""
    return " ".join(client.get(address).content.decode().split())


def text_of(return_, key: str) -> str:
    return report_of(return_).paragraph(key).text


@pytest.fixture
def clerk(person):
    return person("clerk")


@pytest.fixture
def edit(marchshire, clerk):
    def edits(text, key="reasons", seen=None, by=clerk):
        paragraph = report_of(marchshire).paragraph(key)
        seen = paragraph.version if seen is None else seen
        return edit_paragraph(
            return_=marchshire, by=by, key=key, text=text, drafted=paragraph.drafted, seen=seen
        )

    return edits


def test_headings_stand_in_their_order_on_page_and_paper(marchshire, signed_in):
    page = signed_in("clerk").get(URL).content.decode()
    body = covering_report_sheet(marchshire, as_at=clock.now()).pdf()
    paper = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True)
    lines = [line.strip() for line in paper.stdout.decode().splitlines()]
    first = [next(at for at, line in enumerate(lines) if line.startswith(heading)) for heading in ORDER]
    at = [page.index(f">{heading}<") for heading in ORDER[1:]]

    assert first == sorted(first)
    assert at == sorted(at)
    assert lines.index("CABINET") > first[0]
    assert lines[lines.index("CABINET") + 1 :][:3].count("16 December 2004") == 1
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert pdfa.check(pdf, "3b").findings == []


def test_draft_says_what_is_stored(marchshire):
    report = report_of(marchshire)
    assessment = report.facts.assessment
    tally = assessment.tally
    said = {each.key: each.text for each in report.paragraphs}

    assert "£150,000" in said["reasons"]
    assert "2005/06" in said["reasons"]
    assert (
        said["considerations--complete"]
        == f"The draft contains {tally.answered:,} of {tally.required:,} required answers ({tally.percent}%). "
        f"{SIGNED} It can be sent to Cabinet only when it is complete, every department has signed its part and the "
        "section 151 officer has signed the figures."
    )
    assert (
        f"The whole £{assessment.exposure_gbp:,} grant is at risk until all {len(assessment.blockers)} blockers are "
        "cleared." in said["risks--grant"]
    )
    assert "2.5% a year" in said["considerations--target"]
    assert "Of the 72 priority outcomes, " in said["considerations--lights"]
    assert "20 December 2004" in said["purpose"]
    for risk in open_risks(marchshire):
        assert said[f"risks--{risk.number}"].startswith(risk.title)
        assert risk.executive_sponsor in said[f"risks--{risk.number}"]
    assert "Education and Libraries" in said["consultees"]
    assert said["consultees"].endswith(SIGNED)


def test_lights_are_counted_by_tier_and_date(marchshire):
    counts = report_of(marchshire).appendix.lights

    assert {row.date for row in counts} == {
        point.name for point in marchshire.proforma.section_by_key["outcomes"].points
    }
    assert sum(sum(row.counts) for row in counts) == 72 * len({row.date for row in counts})


def test_draft_contradicts_nothing_that_is_stored(marchshire, wyeborough):
    assert report_of(marchshire).contradictions == []
    assert report_of(wyeborough).contradictions == []


def test_risk_that_is_closed_leaves_the_report(marchshire, person):
    first = open_risks(marchshire)[0]
    assert report_of(marchshire).paragraph(f"risks--{first.number}")
    close_risk(return_=marchshire, by=person("lead"), number=first.number, reason="Done.")

    assert report_of(marchshire).paragraph(f"risks--{first.number}") is None


def test_edited_paragraph_is_marked_and_the_history_tells_of_it(marchshire, edit, signed_in, clerk):
    edit("In our own words.")
    paragraph = report_of(marchshire).paragraph("reasons")
    event = marchshire.events.get(kind=Event.Kind.REPORT)
    page = signed_in("lead").get(URL).content.decode()

    assert (paragraph.text, paragraph.edited, paragraph.moved) == ("In our own words.", True, False)
    assert (event.by, event.field, event.old, event.new) == (clerk, "reasons", "", "In our own words.")
    assert "In our own words." in page
    assert "Edited by" in page
    assert history.check(fresh(marchshire)) == []


def test_clerk_is_told_when_the_facts_have_moved(marchshire, edit, signed_in):
    edit("Nine tenths are answered.", "considerations--complete")
    assert "The draft has changed" not in signed_in("clerk").get(URL).content.decode()
    Context.objects.filter(return_record=marchshire).update(text="")

    paragraph = report_of(marchshire).paragraph("considerations--complete")
    assert (paragraph.text, paragraph.moved) == ("Nine tenths are answered.", True)
    assert "The draft has changed since" in signed_in("clerk").get(URL).content.decode()
    page = signed_in("clerk").get(f"{URL}considerations--complete/").content.decode()
    assert paragraph.drafted in page
    assert paragraph.row.drafted in page


def test_facts_that_move_while_the_clerk_writes_are_told_afterwards(marchshire, signed_in):
    """The page was opened before, and is saved after."""
    client, address = signed_in("clerk"), f"{URL}considerations--complete/"
    seen = report_of(marchshire).paragraph("considerations--complete").drafted
    Context.objects.filter(return_record=marchshire).update(text="")
    client.post(address, {"text": "Nine tenths are answered.", "seen": "0", "drafted": seen})

    paragraph = report_of(marchshire).paragraph("considerations--complete")
    assert (paragraph.text, paragraph.moved, paragraph.row.drafted) == (
        "Nine tenths are answered.",
        True,
        seen,
    )


def test_keeping_ones_words_over_the_new_draft_settles_it(marchshire, edit):
    edit("Nine tenths are answered.", "considerations--complete")
    Context.objects.filter(return_record=marchshire).update(text="")
    edit("Nine tenths are answered.", "considerations--complete")

    paragraph = report_of(marchshire).paragraph("considerations--complete")
    assert (paragraph.edited, paragraph.moved, paragraph.version) == (True, False, 2)


def test_blank_takes_the_draft_again(marchshire, edit):
    drafted = text_of(marchshire, "reasons")
    edit("In our own words.")
    edit("")

    paragraph = report_of(marchshire).paragraph("reasons")
    assert (paragraph.text, paragraph.edited, paragraph.version) == (drafted, False, 2)


def test_second_of_two_who_edit_is_told_what_the_first_wrote(marchshire, edit, signed_in):
    edit("The first words.", seen=0)
    with pytest.raises(ParagraphConflict) as caught:
        edit("The second words.", seen=0)
    assert caught.value.present.text == "The first words."

    drafted = report_of(marchshire).paragraph("reasons").drafted
    page = signed_in("clerk").post(
        f"{URL}reasons/", {"text": "The second words.", "seen": "0", "drafted": drafted}
    )
    assert page.status_code == 409
    said = page.content.decode()
    assert "The first words." in said
    assert "The second words." in said
    assert text_of(marchshire, "reasons") == "The first words."


def test_who_has_seen_the_first_words_may_replace_them(marchshire, edit):
    edit("The first words.", seen=0)
    edit("The second words.", seen=1)

    assert text_of(marchshire, "reasons") == "The second words."


def test_paragraphs_of_ones_own_are_numbered_after_the_drafted_ones(marchshire, clerk):
    drafted = [each.key for each in report_of(marchshire).paragraphs if each.heading.key == "considerations"]
    add_paragraph(return_=marchshire, by=clerk, heading="considerations", text="One more thing.")
    add_paragraph(return_=marchshire, by=clerk, heading="considerations", text="One more thing.")
    add_paragraph(return_=marchshire, by=clerk, heading="considerations", text="And another.")
    found = [each for each in report_of(marchshire).paragraphs if each.heading.key == "considerations"]

    assert [each.number for each in found] == list(range(1, len(drafted) + 3))
    assert [each.text for each in found[-2:]] == ["One more thing.", "And another."]
    edit_paragraph(
        return_=marchshire, by=clerk, key=found[-2].key, text="", drafted="", seen=found[-2].version
    )
    assert [each.text for each in report_of(marchshire).paragraphs if each.is_own] == ["And another."]
    assert history.check(fresh(marchshire)) == []


def test_paragraph_is_added_on_the_page(marchshire, signed_in):
    client = signed_in("clerk")
    assert client.post(f"{URL}risks/add/", {"text": ""}).status_code == 422
    assert client.post(f"{URL}purpose/add/", {"text": "x"}).status_code == 404
    assert client.post(f"{URL}risks/add/", {"text": "word " * 401}).status_code == 422
    answer = client.post(f"{URL}risks/add/", {"text": "A further risk.", "save": ""})

    assert (answer.status_code, answer.headers["Location"]) == (302, URL)
    assert "A further risk." in client.get(URL).content.decode()


@pytest.mark.parametrize("username", ["lead", "finance", "cabinet", "officer-hr", "head-hr"])
def test_only_the_clerk_edits(marchshire, edit, person, username):
    with pytest.raises(ActionRefused):
        edit("Mine.", by=person(username))

    assert text_of(marchshire, "reasons") != "Mine."


def test_once_cabinet_has_decided_nothing_is_edited(wyeborough, person):
    with pytest.raises(ActionRefused, match="locked|decided"):
        edit_paragraph(
            return_=wyeborough, by=person("wyeborough-clerk"), key="reasons", text="x", drafted="", seen=0
        )


def test_facts_are_those_of_the_copy_that_cabinet_was_sent(wyeborough):
    report = report_of(wyeborough)

    assert (report.version.kind, report.answers.frozen) == (Version.Kind.CABINET, True)
    assert "As sent to Cabinet" not in report.paragraph("considerations--complete").text
    assert "sent to Cabinet on 24 November 2004" in report.paragraph("considerations--complete").text


REAL = (
    "Should any part of the proforma be left empty, the ODPM may withhold a further £150,000 of capital funding in "
    "2006/07, and so each deliverable has an owner."
)


def test_contradiction_in_the_report_is_listed_with_its_place(marchshire, edit, signed_in):
    edit(REAL, "risks--grant")
    page = text_on(signed_in("clerk"), URL)
    (found,) = report_of(marchshire).contradictions

    assert (found.passage.where, found.fact, found.found, found.stored) == (
        "Covering report, Risk Management, paragraph 1",
        "Grant year",
        "2006/07",
        "2005/06",
    )
    assert "1 place names a fact that differs from the stored one." in page
    assert "1 place</a>" in text_on(signed_in("lead"), "/marchshire/ieg4/dashboard/")
    assert "1 place that contradicts a stored fact" in text_on(
        signed_in("clerk"), "/marchshire/ieg4/cabinet/"
    )
    assert "contradict" not in text_on(signed_in("cabinet"), URL)


def test_contradiction_in_the_local_context_is_listed_with_its_page(marchshire):
    Context.objects.filter(return_record=marchshire).update(text=REAL)
    (found,) = report_of(marchshire).contradictions

    assert found.passage.where.startswith("Section 1, ")
    assert found.passage.url == "/marchshire/ieg4/context/answer/" or found.passage.url.startswith(
        "/marchshire/"
    )


def test_hostile_words_are_only_words(marchshire, edit, signed_in):
    edit("<script>alert(1)</script> & <b>bold</b>")
    page = signed_in("clerk").get(URL).content.decode()
    body = covering_report_sheet(marchshire, as_at=clock.now()).pdf()
    paper = subprocess.run(
        ["pdftotext", "-", "-"], input=body, capture_output=True, check=True
    ).stdout.decode()

    assert "<script>alert" not in page
    assert "<script>alert(1)</script>" in paper


def test_queries_do_not_grow_with_paragraphs(marchshire, clerk, signed_in, django_assert_max_num_queries):
    client = signed_in("clerk")
    client.get(URL)
    with django_assert_max_num_queries(60) as before:
        client.get(URL)
    for number in range(12):
        add_paragraph(return_=marchshire, by=clerk, heading="considerations", text=f"Paragraph {number}.")
    with django_assert_max_num_queries(len(before)):
        client.get(URL)
