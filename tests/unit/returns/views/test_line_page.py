"""The page of a line: where saving leads, and how to answer, said once."""

import html
import re

import pytest

from outcomes.models import InteractionCount
from returns.answers.reader import read
from returns.lifecycle import Action
from returns.models import Return
from tests.support.moving import do

M, W = "/marchshire/ieg4/", "/wyeborough/ieg4/"


def onward(client, data: dict, address: str) -> str:
    """Where "Save and next" leads from that page."""
    response = client.post(address, data | {"next": ""})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def answered(data: dict) -> dict:
    """The form of G1 with its blank filled."""
    return data | {"outcome_lights--G1--mar06-light": "A"}


def test_save_and_next_leads_to_ones_own_next_blank(marchshire, signed_in, form_data):
    """Not to the next line of the department, G11, which is a colleague's."""
    officer = signed_in("officer-education")
    data = answered(form_data(marchshire, "outcomes", "G1"))

    assert onward(officer, data, f"{M}outcomes/G1/") == f"{M}bvpi157/I7/education/"


def test_save_and_next_comes_to_every_blank_that_was_left(marchshire, signed_in, form_data):
    """Nothing is filled in: each press leads to another line, and after the last to the first again."""
    officer = signed_in("officer-education")
    addresses = [f"{M}outcomes/G1/"]
    for section, line, department in [
        ("outcomes", "G1", None), ("bvpi157", "I7", "education"), ("bvpi157", "I9", "education"),
    ]:  # fmt: skip
        data = form_data(marchshire, section, line, department)
        addresses.append(onward(officer, data, addresses[-1]))

    assert addresses == [
        f"{M}outcomes/G1/", f"{M}bvpi157/I7/education/", f"{M}bvpi157/I9/education/", f"{M}outcomes/G1/",
    ]  # fmt: skip


def test_save_and_next_leads_back_to_ones_work_when_nothing_is_blank(marchshire, signed_in, form_data):
    education = marchshire.authority.departments.get(slug="education")
    InteractionCount.objects.filter(department=education).update(permissible=9, enabled=4)
    officer = signed_in("officer-education")
    data = answered(form_data(marchshire, "outcomes", "G1"))

    assert onward(officer, data, f"{M}outcomes/G1/") == f"{M}my-work/"


def test_save_and_next_on_a_colleagues_line_leads_back_to_ones_own_work(marchshire, signed_in, form_data):
    head = signed_in("head-education")
    data = answered(form_data(marchshire, "outcomes", "G1"))

    assert onward(head, data, f"{M}outcomes/G1/") == f"{M}my-work/"


def test_save_and_next_in_an_amendment_leads_to_the_next_blank_of_any_department(
    wyeborough, signed_in, form_data
):
    do(Action.AMEND, wyeborough, "head-corporate", reason="A gain was found.")
    blanked = read(wyeborough, "efficiency").place("efficiency", "EF1", "housing")
    delegate = signed_in("wyeborough-head-corporate")
    data = form_data(fresh(wyeborough), "efficiency", "EF1", "housing")
    blank = next(name for name in data if name.endswith("-basis"))
    saved = delegate.post(blanked.get_absolute_url(), data | {blank: "", "reason": "Anew."})
    data = form_data(fresh(wyeborough), "efficiency", "EF1", "corporate")
    left = onward(delegate, data | {"reason": "Looked at."}, f"{W}efficiency/EF1/corporate/")

    assert saved.status_code == 302
    assert left == f"{W}efficiency/EF1/housing/"


def fresh(return_: Return) -> Return:
    return Return.objects.select_related("authority").get(pk=return_.pk)


def one_of_each(return_: Return) -> list:
    """The first place of each section and tier, and of each kind of place with help of its own."""
    found = {}
    for place in read(return_).places():
        line = place.line
        found.setdefault((place.section.key, bool(line), line and line.tier, bool(line and line.help)), place)
    return list(found.values())


@pytest.mark.parametrize("username", ["lead", "finance"])
def test_how_to_answer_is_said_once(marchshire, signed_in, username):
    """What the form's file says of a section, a tier and a line, on the page to fill in and on the page to read."""
    client = signed_in(username)
    wrong = {}
    for place in one_of_each(marchshire):
        page = client.get(place.get_absolute_url()).content.decode()
        text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
        tier = marchshire.proforma.tier_of(place.line) if place.line else None
        wanted = {
            "How to answer",  # the link at the foot
            place.section.guidance,
            place.line.help if place.line else "",
            tier.meaning if tier else "",
        } - {""}
        counts = {each: text.count(each) for each in wanted}
        if set(counts.values()) != {1}:
            wrong[place.get_absolute_url()] = counts

    assert wrong == {}


@pytest.mark.parametrize(
    ("line", "is_open"), [("EF1", False), ("EF3", True)], ids=["with figures", "declared nil"]
)
def test_why_there_is_none_is_closed_until_it_is_chosen(marchshire, signed_in, line, is_open):
    """The style sheet hides it while nothing is ticked; what was written already is always shown."""
    page = signed_in("officer-education").get(f"{M}efficiency/{line}/education/").content.decode()

    assert re.findall(r'class="block (nil[^"]*)"', page) == ["nil nil--open" if is_open else "nil"]
    assert re.search(r'class="nil__why">.*?name="efficiency--EF\d--education-reason"', page, re.DOTALL)


def test_last_saved_is_when_an_answer_was_saved(marchshire, signed_in):
    """Neither a query nor a signature on the line is a save."""
    lead, saved = signed_in("lead"), re.compile(r"<dt>Last saved</dt>\s*<dd>([^<]*)</dd>")
    before = saved.search(lead.get(f"{M}outcomes/R1/").content.decode())[1]

    asked = lead.post(f"{M}queries/new/?section=outcomes&line=R1", {"text": "Is it so?"})

    assert asked.status_code == 302
    assert saved.search(lead.get(f"{M}outcomes/R1/").content.decode())[1] == before != "not yet"
