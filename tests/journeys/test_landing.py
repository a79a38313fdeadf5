"""What each person sees first on a phone, and what opens without a script."""

import pytest

from tests.journeys.browsing import RETURN, axe, heading, sign_in

THIRD = 844 / 3  # of a phone's height
PEOPLE = [
    "lead", "finance", "clerk", "cabinet", "officer-education", "head-education", "head-hr", "admin",
    "wyeborough-lead", "wyeborough-finance", "wyeborough-clerk", "wyeborough-cabinet",
    "wyeborough-officer-corporate", "wyeborough-head-corporate",
]  # fmt: skip


@pytest.mark.parametrize("user", PEOPLE)
def test_the_heading_of_a_landing_page_begins_in_the_first_third_of_a_phone(new_page, server, user):
    page = new_page(server, width=390)
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, user)
    main = page.get_by_role("heading", level=1)

    assert main.count() == 1
    assert main.bounding_box()["y"] < THIRD


def test_more_opens_and_leads_on(page, javascript):
    """By the mouse and by the keyboard, with scripts and without; closed it hides its links from everybody."""
    sign_in(page, "finance")
    more = page.locator("summary", has_text="More")
    risks = page.get_by_role("navigation", name="Main").get_by_role("link", name="Risks")
    assert not risks.is_visible()
    more.focus()
    page.keyboard.press("Enter")
    assert risks.is_visible()
    if javascript:  # which the checker is written in
        assert axe(page) == []
    with page.expect_navigation():
        risks.click()
    assert page.url.endswith("/risks/")
    assert "here: Risks" in more.inner_text()


def test_why_there_is_none_is_asked_once_that_is_said(page):
    sign_in(page, "officer-education")
    page.goto(f"{RETURN}/efficiency/EF1/education/")
    none, why = page.get_by_label("We have none"), page.get_by_label("Why there is none")
    assert not why.is_visible()
    none.check()
    assert why.is_visible()
    none.uncheck()
    assert not why.is_visible()

    page.goto(f"{RETURN}/efficiency/EF3/education/")  # declared nil already
    assert page.get_by_label("Why there is none").is_visible()


def test_a_head_and_an_officer_reach_their_next_act_in_one_click(page):
    sign_in(page, "head-education")
    assert heading(page) == "You hold 1 of the 136 blockers"
    with page.expect_navigation():
        page.get_by_role("link", name="See the blockers of your department").click()
    assert heading(page).startswith("Education and Libraries: ")
