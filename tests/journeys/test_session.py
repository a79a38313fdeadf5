"""A session that is about to end says so, and is kept without leaving the page."""

import pytest

from tests.journeys.browsing import RETURN, axe, sign_in

TYPED = "What was typed before the session was kept."


def test_a_session_about_to_end_says_so_and_is_kept_with_what_is_typed(new_page, server):
    page = new_page(server)
    sign_in(page, "officer-education")
    page.clock.install()
    page.goto(f"{RETURN}/outcomes/G1/")
    page.get_by_label("Comment").fill(TYPED)
    warning = page.locator("form.session [role=status]")

    page.clock.fast_forward("07:45:00")
    before = warning.inner_text()
    page.clock.fast_forward("00:06:00")
    warned = warning.inner_text()
    violations = axe(page)
    with page.expect_response("**/stay-signed-in/") as answered:
        page.get_by_role("button", name="Stay signed in longer").click()
    page.locator("form.session:not(.session--soon)").wait_for()

    assert before == ""
    assert warned.startswith("You will be signed out at ")
    assert warned.endswith("Stay signed in, or save what you typed before then.")
    assert violations == []
    assert answered.value.status == 200
    assert warning.inner_text() == ""
    assert page.get_by_label("Comment").input_value() == TYPED


def test_a_session_that_has_ended_says_so(new_page, server):
    page = new_page(server)
    sign_in(page, "officer-education")
    page.clock.install()
    page.goto(f"{RETURN}/outcomes/G1/")

    page.clock.fast_forward("08:00:30")

    said = page.locator("form.session [role=status]").inner_text()
    assert said.startswith("You were signed out at ")
    assert said.endswith("What you type is kept when you save it and sign in again.")


@pytest.mark.parametrize("javascript", [False], indirect=True)
def test_without_scripts_the_foot_says_until_when_and_keeps_the_session(page):
    sign_in(page, "officer-education")
    page.goto(f"{RETURN}/my-work/")
    foot = page.get_by_role("contentinfo")
    said = foot.get_by_text("You are signed in until ").inner_text()

    foot.get_by_role("button", name="Stay signed in longer").click()

    assert said.startswith("You are signed in until ")
    assert page.url.endswith("/my-work/")
    assert page.get_by_role("status").first.inner_text().startswith("You stay signed in until ")
