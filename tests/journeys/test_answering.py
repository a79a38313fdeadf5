"""Officers answer: in a page of a line, in the quick grid, with the keyboard alone; nothing typed is lost."""

import re

import pytest

from tests.journeys.browsing import RETURN, draw, follow, heading, light, notice, save, sign_in, text_of_pdf

OFFICER, COLLEAGUE = "officer-education", "head-education"


def held(report: dict, username: str = OFFICER) -> list[dict]:
    return [blocker for blocker in report["blockers"] if blocker["owner"] == username]


def test_an_officer_answers_the_next_blank(page, server, at_first):
    before = at_first
    sign_in(page, OFFICER)
    assert heading(page) == f"You hold {len(held(before))} of the {len(before['blockers'])} blockers"

    follow(page, "Answer G1 at 31 March 2006")
    blank = page.locator("fieldset.rowset--blank")
    assert blank.count() == 1
    blank.get_by_label("Amber").check()
    save(page, "Save and next")
    assert "G1 saved." in notice(page)
    assert page.url.endswith("/bvpi157/I7/education/")

    after = server.check_return()
    assert len(after["blockers"]) == len(before["blockers"]) - 1
    assert len(held(after)) == len(held(before)) - 1
    follow(page, "My work")
    assert heading(page) == f"You hold {len(held(after))} of the {len(after['blockers'])} blockers"


def test_an_answer_taken_back_blocks_again_everywhere(page, new_page, server, javascript, at_first):
    lead = new_page(server, javascript=javascript)
    sign_in(lead, "lead")
    before = len(at_first["blockers"])
    assert f"until all {before} blockers are cleared" in heading(lead)

    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/outcomes/R1/")
    light(page, "31 December 2005").get_by_label("blank").check()
    save(page)
    assert "R1 saved." in notice(page)
    assert server.blockers() == before + 1
    lead.goto(f"{RETURN}/dashboard/")
    assert f"until all {before + 1} blockers are cleared" in heading(lead)
    lead.goto(f"{RETURN}/missing/")
    assert lead.get_by_role("link", name="R1: light at 31 December 2005 is blank").count() == 1


def test_an_answer_taken_back_is_missing_in_the_pdf(new_page, server, at_first):
    page = new_page(server)
    sign_in(page, OFFICER)

    def drawn() -> tuple[int, str]:
        """How many blockers the PDF counts, and its list of them."""
        page.goto(f"{RETURN}/documents/")
        text = " ".join(text_of_pdf(draw(page, server, "The return")).split())
        assert "What is still missing" in text
        return int(re.search(r"(\d+) blockers are left", text)[1]), text

    before, text = drawn()
    assert before == len(at_first["blockers"])
    assert "2 Outcomes G1 Janet Whitcombe" in text
    page.goto(f"{RETURN}/outcomes/R1/")
    light(page, "31 December 2005").get_by_label("blank").check()
    save(page)
    after, text = drawn()
    assert after == before + 1
    assert "2 Outcomes R1, G1 Janet Whitcombe" in text


@pytest.mark.parametrize(
    "typed", ["An answer, and a line\n\nbelow a blank one.", "<b>Żółć & 'quotes' \"</b>"]
)
def test_a_comment_comes_back_as_it_was_typed(new_page, server, typed):
    page = new_page(server)
    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/outcomes/R1/")
    page.get_by_label("Comment").fill(typed)
    save(page)
    assert page.get_by_label("Comment").input_value() == typed


def test_of_two_versions_nothing_is_lost(page, new_page, server, javascript):
    other = new_page(server, javascript=javascript)
    for each, user in ((page, OFFICER), (other, COLLEAGUE)):
        sign_in(each, user)
        each.goto(f"{RETURN}/outcomes/R1/")
    first, second, both = (
        "The form is live.",
        "The form is tried out.",
        "The form is live, having been tried out.",
    )
    page.get_by_label("Comment").fill(first)
    save(page)
    other.get_by_label("Comment").fill(second)
    save(other)

    assert "Nothing is lost" in other.get_by_role("alert").inner_text()
    versions = other.locator(".version").all_inner_texts()
    assert second in versions[0]
    assert first in versions[1]
    assert "Janet Whitcombe" in versions[1]
    other.get_by_label("Comment from both").fill(both)
    other.get_by_label("Write it from both").check()
    save(other, "Save what I chose")
    assert other.get_by_label("Comment").input_value() == both

    page.goto(f"{RETURN}/outcomes/R1/")
    assert page.get_by_label("Comment").input_value() == both
    page.goto(f"{RETURN}/outcomes/R1/history/")
    history = page.get_by_role("table").inner_text()
    assert first in history
    assert both in history


@pytest.fixture
def two_versions(new_page, server):
    """The officer's page, saved, and the colleague's, at the choice between both."""
    pages = new_page(server), new_page(server)
    for each, user in zip(pages, (OFFICER, COLLEAGUE), strict=True):
        sign_in(each, user)
        each.goto(f"{RETURN}/outcomes/R1/")
    for each, text in zip(pages, ("The first.", "The second."), strict=True):
        each.get_by_label("Comment").fill(text)
        save(each)
    return pages


def test_without_a_choice_it_is_asked_again_and_nothing_is_lost(two_versions):
    _, other = two_versions
    other.get_by_label("Comment from both").fill("Of both.")
    save(other, "Save what I chose")
    assert "choose which version to keep" in other.get_by_role("alert").inner_text()
    assert "The second." in other.locator(".version").first.inner_text()
    assert other.get_by_label("Comment from both").input_value() == "Of both."


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("Keep yours", "The second."), ("Take", "The first."), ("Write it from both", "Of both.")],
)
def test_whatever_is_chosen_the_saved_version_stays_in_the_history(two_versions, choice, kept):
    page, other = two_versions
    assert "the version that was saved stays in the history" in other.get_by_role("main").inner_text()
    other.get_by_label("Comment from both").fill("Of both.")
    other.get_by_role("radio", name=choice).check()
    save(other, "Save what I chose")
    assert other.get_by_label("Comment").input_value() == kept
    page.goto(f"{RETURN}/outcomes/R1/history/")
    history = page.get_by_role("table").inner_text()
    assert "The first." in history
    assert kept in history


def test_a_third_version_is_asked_about_too(two_versions):
    page, other = two_versions
    page.get_by_label("Comment").fill("The third.")
    save(page)
    other.get_by_label("Comment from both").fill("Of both.")
    other.get_by_label("Write it from both").check()
    save(other, "Save what I chose")
    mine, theirs = other.locator(".version").all_inner_texts()
    assert "Of both." in mine
    assert "The third." in theirs
    other.get_by_label("Keep yours").check()
    save(other, "Save what I chose")
    assert other.get_by_label("Comment").input_value() == "Of both."


@pytest.mark.parametrize(("choice", "kept"), [("Keep yours", "mine"), ("Take", "theirs")])
def test_of_two_lights_one_is_chosen(new_page, server, choice, kept):
    page, other = new_page(server), new_page(server)
    for each, user in ((page, OFFICER), (other, COLLEAGUE)):
        sign_in(each, user)
        each.goto(f"{RETURN}/outcomes/R1/")
    light(page, "31 March 2005").get_by_label("Green").check()
    save(page)
    light(other, "31 March 2005").get_by_label("Red").check()
    save(other)
    other.get_by_role("radio", name=choice).check()
    save(other, "Save what I chose")
    wanted = {"mine": "Red", "theirs": "Green"}[kept]
    assert light(other, "31 March 2005").get_by_label(wanted).is_checked()


def test_what_was_typed_survives_the_end_of_the_session(page, server):
    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/outcomes/R1/")
    typed = "Typed before the session ended.\n\nIn two paragraphs."
    page.get_by_label("Comment").fill(typed)
    page.context.clear_cookies(name="ieg4-session")
    save(page)
    assert heading(page) == "Sign in"
    sign_in(page, OFFICER, goto=False)
    assert "This was not saved. What you typed is below" in notice(page)
    assert page.get_by_label("Comment").input_value() == typed
    save(page)
    assert "R1 saved." in notice(page)
    assert page.get_by_label("Comment").input_value() == typed


def test_what_was_typed_is_offered_to_nobody_else(new_page, server):
    page = new_page(server)
    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/outcomes/R1/")
    page.get_by_label("Comment").fill("For my eyes alone.")
    page.context.clear_cookies(name="ieg4-session")
    save(page)
    sign_in(page, COLLEAGUE, goto=False)
    assert "/outcomes/R1/" in page.url
    assert "For my eyes alone." not in page.content()


def test_a_comment_too_long_is_refused_and_kept(page, server, javascript):
    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/outcomes/R1/")
    typed = " ".join(f"word{number}" for number in range(112))
    page.get_by_label("Comment").fill(typed)
    if javascript:
        page.get_by_text("112 of 100 words: 12 too many").first.wait_for()
    save(page)
    message = "Comment has 112 words; the limit is 100. Shorten it by 12."
    summary = page.locator(".govuk-error-summary")
    assert message in summary.inner_text()
    assert page.title().startswith("Error: ")
    assert page.get_by_label("Comment").input_value() == typed
    if javascript:
        assert summary.evaluate("summary => summary === document.activeElement")
    summary.get_by_role("link").click()
    field = page.get_by_label("Comment")
    assert page.url.endswith("-comment") or javascript
    if javascript:
        assert field.evaluate("field => field === document.activeElement")
    assert field.get_attribute("aria-invalid") == "true"
    field.fill("Short enough.")
    save(page)
    assert "R1 saved." in notice(page)


def test_a_figure_that_cannot_be_read_is_shown_as_typed(page, server, at_first):
    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/bvpi157/I7/education/")
    field = page.get_by_label("Permissible, 31 March 2005")
    before = len(at_first["blockers"])
    field.fill("1_000")
    page.get_by_label("Enabled, 31 March 2005").fill("8")
    save(page)
    summary = page.locator(".govuk-error-summary").inner_text()
    assert "31 March 2005" in summary
    assert "whole number" in summary
    assert field.input_value() == "1_000"
    assert page.get_by_label("Enabled, 31 March 2005").input_value() == "8"
    assert field.get_attribute("aria-invalid") == "true"
    assert server.blockers() == before, "All of a page is kept, or nothing"
    field.fill("1,000")
    save(page)
    assert page.get_by_label("Permissible, 31 March 2005").input_value() == "1,000"
    assert server.blockers() == before - 2


def test_the_keyboard_alone_is_enough(new_page, server, at_first):
    page = new_page(server)

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab does not reach {selector}")

    page.goto("/sign-in/")
    assert page.evaluate("document.activeElement.id") == "id_username"
    page.keyboard.type(OFFICER)
    page.keyboard.press("Tab")
    page.keyboard.type("demo-ieg4")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="You hold").wait_for()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    tab_to("main a.govuk-button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    before = len(at_first["blockers"])
    name = page.locator("fieldset.rowset--blank input").first.get_attribute("name")
    tab_to(f'[name="{name}"]')
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.checked && document.activeElement.value") == "A"
    tab_to("button[name=stay]")
    outline = page.evaluate(
        "(({outlineStyle, boxShadow}) => outlineStyle !== 'none' || boxShadow !== 'none')"
        "(getComputedStyle(document.activeElement))"
    )
    assert outline, "Focus is seen"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "G1 saved." in notice(page)
    assert server.blockers() == before - 1


def test_lights_are_set_in_the_quick_grid(page, server, at_first):
    before = len(at_first["blockers"])
    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/grid/")
    total, blank = map(int, re.fullmatch(r"(\d+) ratings to set, (\d+) blank", heading(page)).groups())
    assert blank == 1
    page.get_by_label("G1 at 31 March 2006").select_option("G")
    page.get_by_label("R1 at 31 March 2005").select_option("R")
    save(page, "Save all changes")
    assert "2 ratings saved." in notice(page)
    assert heading(page) == f"{total} ratings to set, {blank - 1} blank"
    assert page.get_by_label("G1 at 31 March 2006").input_value() == "G"
    assert page.get_by_label("R1 at 31 March 2005").input_value() == "R"
    assert server.blockers() == before - 1
    page.goto(f"{RETURN}/outcomes/R1/")
    assert light(page, "31 March 2005").get_by_label("Red").is_checked()


def test_a_second_press_saves_once(new_page, server):
    page = new_page(server)
    sign_in(page, OFFICER)
    page.goto(f"{RETURN}/outcomes/R1/")
    page.get_by_label("Comment").fill("Pressed twice.")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    page.get_by_text("R1 saved.").wait_for()
    page.goto(f"{RETURN}/outcomes/R1/history/")
    assert page.get_by_role("row").filter(has_text="Pressed twice.").count() == 1
