"""What changed since Cabinet saw it: every changed answer and no other: by whom, when, why and on what authority."""

import datetime
import re
import subprocess
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from returns import clock
from returns.documents.changes import changes_document, changes_sheet
from returns.lifecycle import Action, performing
from returns.models import CaseStudy
from returns.versions.comparing import compare
from tests.support.moving import do, fresh, reopen, save, send, sign

AT = datetime.datetime(2004, 12, 17, 17, 30, tzinfo=datetime.UTC)
PAGE = "/wyeborough/ieg4/changes/"
NONE_YET = (
    "Cabinet has not had the return yet, so nothing can have changed since. Once the e-government lead sends it to "
    "Cabinet, every answer that is changed afterwards is listed here."
)
UNCHANGED = (
    "None of the {} answers has changed since Cabinet saw the return. A change made from now on is listed here "
    "with who made it and why."
)
DELEGATED = "Delegated by Cabinet, 2 December 2004, minute 64, until 20 December 2004"


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(performing, "version_pdf", lambda *_: b"%PDF-stand-in")


@pytest.fixture
def amending(wyeborough):
    """A gain and a title amended under the delegation, the gain twice."""
    with clock.stopped_at(AT):
        do(Action.AMEND, wyeborough, "head-corporate", reason="A gain was found.")
        where = {"point": "2005-06", "department": "corporate"}
        for amount, reason in (("41.5", "A contract was let."), ("43", "And a second one.")):
            save(
                wyeborough,
                "head-corporate",
                "efficiency",
                "EF1",
                {"cashable": Decimal(amount)},
                reason=reason,
                **where,
            )
        title = CaseStudy.objects.get(return_record=wyeborough, line="C1").title
        save(wyeborough, "head-corporate", "cases", "C1", {"title": f"{title} again"}, reason="It misled.")
    return fresh(wyeborough)


def listed(comparison) -> list[tuple]:
    """Each altered element in a row, as a reader meets it."""
    return [
        (
            group.section.key,
            each.place.code,
            each.where,
            each.was,
            each.now,
            each.note,
            [(str(hand.by), hand.why, hand.authority) for hand in each.hands],
        )
        for group in comparison.sections
        for each in group.altered
    ]


def test_amended_elements_stand_in_order_with_hand_reason_and_delegation(amending):
    was = CaseStudy.objects.get(return_record=amending, line="C1").title.removesuffix(" again")

    comparison = compare(amending)

    gain = listed(comparison)[0][3]
    assert listed(comparison) == [
        (
            "efficiency",
            "EF1",
            "Cashable for 2005/06 forecast",
            gain,
            "43",
            f"up by {Decimal(43) - Decimal(gain)}",
            [
                ("Margaret Oduya", "And a second one.", DELEGATED),
                ("Margaret Oduya", "A contract was let.", DELEGATED),
            ],
        ),
        ("cases", "C1", "Title", was, f"{was} again", "", [("Margaret Oduya", "It misled.", DELEGATED)]),
    ]


def test_change_taken_back_is_no_change(amending):
    with clock.stopped_at(AT):
        do(Action.ABANDON, amending, "head-corporate", reason="Not needed.")

    assert listed(compare(fresh(amending))) == []


def test_approved_return_differs_in_nothing_and_says_so(wyeborough, signed_in):
    comparison = compare(wyeborough)

    assert (comparison.seen.number, comparison.now.number, comparison.count) == (1, 2, 0)
    page = signed_in("wyeborough-lead").get(PAGE).content.decode()
    assert UNCHANGED.format(f"{comparison.compared:,}") in page


def test_return_cabinet_never_saw_says_what_comes_next(marchshire, signed_in):
    document = changes_document(marchshire, compare(marchshire), AT)

    assert (document.lead, document.facts, document.comparison.sections) == (NONE_YET, (), ())
    assert NONE_YET in signed_in("lead").get("/marchshire/ieg4/changes/").content.decode()


def test_cabinet_member_sees_only_what_is_in_the_copies(amending, signed_in):
    pages = {who: signed_in(f"wyeborough-{who}").get(PAGE).content.decode() for who in ("cabinet", "lead")}

    # The twin: whoever sees what is worked on sees the amendment.
    assert {who: "And a second one." in page for who, page in pages.items()} == {
        "cabinet": False,
        "lead": True,
    }
    assert "None of the " in pages["cabinet"]


def test_copy_sent_anew_is_compared_with_the_one_before(wyeborough, quick):
    reopen(wyeborough, ("outcomes", "R3"), reason="The light was too bright.")
    save(wyeborough, "officer-corporate", "outcomes", "R3", {"light": "R"}, point="submission")
    sign(wyeborough, "head-corporate", "corporate")
    open_ = listed(compare(fresh(wyeborough)))
    unseen = compare(fresh(wyeborough), copies_only=True)
    send(wyeborough)

    comparison = compare(fresh(wyeborough))

    rows = listed(comparison)
    assert (comparison.seen.number, comparison.now.number) == (1, 3)
    assert rows == open_
    assert [(row[1], row[2], row[4], row[5]) for row in rows] == [("R3", rows[0][2], "R", "")]
    ((who, why, authority),) = rows[0][6]
    assert why == "The light was too bright."
    assert (
        re.sub(r", \d+ \w+ \d{4}", "", authority) == "Reopened by Joanna Fairley: The light was too bright."
    )
    assert unseen.count == 0


def test_lines_declared_not_applicable_change_their_lights_too(wyeborough, quick):
    reopen(wyeborough, ("outcomes", "R3"))
    before = {row[2]: row[3] for row in listed(compare(fresh(wyeborough)))}
    save(
        wyeborough,
        "officer-corporate",
        "outcomes",
        "R3",
        {"applicability": "not_applicable", "reason": "It went to the county."},
    )

    rows = listed(compare(fresh(wyeborough)))

    assert before == {}
    assert [row[4] for row in rows] == ["It does not apply", "It went to the county.", "N", "N", "N", "N"]
    # The lights have no change of their own: whoever took the line out is named.
    assert {row[6][0][0] for row in rows} == {"Simon Tranmer"}


def test_marks_are_seen_without_colour_and_heard(amending):
    html = render_to_string("documents/changes/list.html", {"comparison": compare(amending)})
    html = re.sub(r"\s+(aria-hidden|>)", r" \1", html).replace(" >", ">")  # tags may be broken over lines

    assert html.count("<ins>") == 1  # the title; a figure says both in words
    added = re.findall(r"<ins>(.*?)</ins>", html)
    assert added == [
        '<span class="govuk-visually-hidden">added: </span><span aria-hidden="true">[+</span>again'
        '<span aria-hidden="true">]</span>'
    ]


def test_figures_read_was_and_now_with_their_unit(amending):
    html = render_to_string("documents/changes/list.html", {"comparison": compare(amending)})

    [gain] = [each for group in compare(amending).sections for each in group.altered if each.figures]
    assert gain.figures == f"was {gain.was}, now 43 (£ thousand)"
    assert f"Was {gain.was}, now 43 (£ thousand)" in html
    assert re.findall(r"\[[−+]</span>\d", html) == []


def test_texts_of_users_are_escaped(amending):
    with clock.stopped_at(AT):
        save(
            amending,
            "head-corporate",
            "cases",
            "C1",
            {"title": "<b>bold</b> =1+1"},
            reason="<script>x</script>",
        )

    html = render_to_string("documents/changes/list.html", {"comparison": compare(fresh(amending))})

    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "&lt;script&gt;" in html
    assert "<script" not in html


def test_printed_list_says_the_same_as_the_page(amending):
    body = changes_sheet(amending, as_at=AT).pdf()
    text = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=body, capture_output=True, check=True
    ).stdout.decode()
    solid = re.sub(r"\s+", "", text)

    for altered in (each for group in compare(amending).sections for each in group.altered):
        for words in (altered.where, *(hand.why for hand in altered.hands)):
            assert words.replace(" ", "") in solid
    assert "[+again]" in solid
    assert "now43(£thousand)" in solid
    assert "removed:" not in solid  # hidden on paper, where the signs are read
    assert "Page1of1" in solid
    assert changes_sheet(amending, as_at=AT).pdf() == body


def test_page_asks_the_same_number_of_queries_however_much_changed(amending, signed_in):
    from django.db import connection

    client = signed_in("wyeborough-lead")
    client.get(PAGE)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(PAGE)
        return len(found)

    few = count()
    with clock.stopped_at(AT):
        for point in ("2006-07", "2007-08"):
            save(
                amending,
                "head-corporate",
                "efficiency",
                "EF1",
                {"cashable": Decimal("7.5")},
                reason="Found.",
                point=point,
                department="corporate",
            )

    assert compare(fresh(amending)).count == 4
    assert count() == few


def test_asking_for_the_list_leads_to_a_drawing_of_what_one_may_see(amending, signed_in):
    asked = {}
    for who in ("cabinet", "lead"):
        response = signed_in(f"wyeborough-{who}").post(f"{PAGE}draw/")
        drawing = amending.drawings.get(requested_by__username=f"wyeborough-{who}")
        asked[who] = (response.url == drawing.get_absolute_url(), "And a second one." in drawing.html)

    assert asked == {"cabinet": (True, False), "lead": (True, True)}
