"""From blockers to the approved return in a Cabinet member's hands, and an amendment after it."""

import re

from tests.journeys.browsing import RETURN, follow, heading, light, notice, save, sign_in, text_of_pdf

DECISION = "That the return be approved, with power to complete case studies and efficiency figures."


def words_of(page) -> str:
    return " ".join(page.get_by_role("main").inner_text().split())


def act(page, action: str, button: str) -> None:
    """Open the page of an act and do it, with what is filled in already."""
    if f"/acts/{action}/" not in page.url:
        page.goto(f"{RETURN}/acts/{action}/")
    save(page, button)


def gain(page, version: int) -> str:
    """The cashable gain of procurement on EF1 in 2005/06 as that version's data hold it."""
    data = page.request.get(f"{RETURN}/versions/{version}/return.json").json()
    wanted = {"table": "gains", "line": "EF1", "department": "procurement", "point": "2005-06"}
    (row,) = [row for row in data["answers"] if wanted.items() <= row.items()]
    return row["answers"]["cashable"]


def test_seven_people_bring_a_return_from_blockers_to_an_amended_approval(new_page, completed, javascript):
    server = completed

    def person(username: str):
        page = new_page(server, javascript=javascript)
        sign_in(page, username)
        return page

    officer, head, lead = person("officer-education"), person("head-education"), person("lead")
    clerk, cabinet = person("clerk"), person("cabinet")

    # An officer takes a signed light back: the page warns, only the signature on that line is cancelled.
    officer.goto(f"{RETURN}/outcomes/G1/")
    assert "Saving a change cancels this signature on G1, and Alan Frith is told." in words_of(officer)
    light(officer, "31 March 2006").get_by_label("blank").check()
    save(officer)
    assert notice(officer) == "G1 saved. This cancels the signature of Alan Frith. We’ve told them."
    assert [b["kind"] for b in server.check_return()["blockers"]] == ["blank", "signature"]
    lead.goto(f"{RETURN}/acts/send/")
    assert "2 blockers are left. The first: G1: light at 31 March 2006 is blank." in words_of(lead)
    assert lead.get_by_role("button", name="Send to Cabinet").count() == 0

    # The lead asks; the owner sees it first, answers and replies; the lead closes.
    lead.goto(f"{RETURN}/outcomes/G1/")
    follow(lead, "Raise a query")
    lead.get_by_label("Query", exact=True).fill("What is the light at the last date?")
    save(lead, "Raise this query")
    officer.goto(f"{RETURN}/my-work/")
    assert heading(officer) == "You hold 2 of the 3 blockers"
    asked = officer.get_by_role("listitem").filter(has_text="What is the light at the last date?")
    with officer.expect_navigation():
        asked.get_by_role("link").click()
    assert "What is the light at the last date?" in words_of(officer)
    officer.goto(f"{RETURN}/outcomes/G1/")
    light(officer, "31 March 2006").get_by_label("Green").check()
    save(officer)
    officer.goto(f"{RETURN}/queries/2/")
    officer.get_by_label("Reply", exact=True).fill("Green, once the search is linked to the form.")
    save(officer, "Send the reply")
    assert [b["kind"] for b in server.check_return()["blockers"]] == ["query", "signature"]
    lead.goto(f"{RETURN}/queries/2/")
    save(lead, "Close the query")

    # The head signs exactly that one line again.
    head.goto(f"{RETURN}/messages/")
    assert "Your signature on G1 is cancelled" in words_of(head)
    head.goto(f"{RETURN}/departments/education/sign/")
    save(head, "Sign this 1 line")
    assert server.check_return()["exposure_gbp"] == 0

    # The lead sends the return to Cabinet; from then on nobody changes it, and everyone is told why.
    officer.goto(f"{RETURN}/outcomes/R1/")
    act(lead, "send", "Send to Cabinet")
    assert server.check_return()["status"] == "with_cabinet"
    light(officer, "31 December 2005").get_by_label("Red").check()
    save(officer)
    assert heading(officer) == "Not saved: it can’t be done now"
    assert "R1 is locked." in words_of(officer)
    assert "Light at 31 December 2005, forecast: Red" in officer.locator("#plain").input_value()
    assert re.search(
        r"Helen Prosser sent the return to Cabinet on 8 December 2004, .*Helen Prosser can reopen chosen lines",
        words_of(officer),
    )

    # A Cabinet member reads the copy and asks; the owner's reply stands in the pack.
    cabinet.goto(f"{RETURN}/cabinet/")
    cabinet.get_by_label("Ask about an outcome").select_option("R1")
    save(cabinet, "Write a question")
    cabinet.get_by_label("Question", exact=True).fill("Will it be ready for the 2006 intake?")
    save(cabinet, "Ask this question")
    officer.goto(f"{RETURN}/my-work/")
    follow(officer, "Answer the question on R1")
    officer.get_by_label("Reply", exact=True).fill("Yes: it opens in autumn 2005.")
    save(officer, "Send the reply")
    cabinet.goto(f"{RETURN}/cabinet/")
    assert "Will it be ready for the 2006 intake?" in words_of(cabinet)
    assert "Yes: it opens in autumn 2005." in words_of(cabinet)

    # The clerk records what Cabinet decided, and whom it gave power to amend.
    clerk.goto(f"{RETURN}/acts/approve/")
    save(clerk, "Continue")
    assert clerk.get_by_role("alert").get_by_role("link").count() >= 2
    clerk.get_by_label("Date of the meeting").fill("8 December 2004")
    clerk.get_by_label("Minute number").fill("87")
    clerk.get_by_label("Decision", exact=True).fill(DECISION)
    clerk.get_by_label("Who may amend").select_option(label="Gareth Munn, Director of Policy and Community")
    clerk.get_by_label("Until the end of").fill("19 December 2004")
    save(clerk, "Continue")
    assert "Sunday 19 December 2004" in words_of(clerk)
    save(clerk, "Change")
    assert clerk.get_by_label("Decision", exact=True).input_value() == DECISION
    clerk.get_by_label("Until the end of").fill("20 December 2004")
    save(clerk, "Continue")
    save(clerk, "Record Cabinet’s approval")
    assert server.check_return()["status"] == "approved"

    # The Cabinet member downloads the approved return: the bytes that are stored.
    cabinet.goto(f"{RETURN}/cabinet/")
    link = cabinet.get_by_role("link", name=re.compile("Download the return as approved by Cabinet"))
    approved = cabinet.request.get(link.get_attribute("href")).body()
    text = " ".join(text_of_pdf(approved).split())
    assert "APPROVED BY CABINET" in text
    assert "DRAFT" not in text
    assert "by Cabinet on 8 December 2004, minute 87, recorded by Philip Askew" in text
    assert (
        "Cabinet allowed Gareth Munn to amend efficiency gains and local case studies until 20 December 2004."
        in text
    )
    number, digest = re.search(r"event ([\d,]+), digest ([0-9a-f]{64})", text).groups()
    assert "whole" in server.check_history("marchshire", "--head", f"{number}:{digest}")
    assert cabinet.request.get(link.get_attribute("href")).body() == approved

    # The delegate amends a figure, with a reason; the section 151 officer signs it; a new version stands.
    delegate, finance = person("head-policy"), person("finance")
    act_page = f"{RETURN}/acts/amend/"
    assert officer.request.get(act_page).status == 403
    delegate.goto(act_page)
    delegate.get_by_label("Why", exact=True).fill("The ledger closed after Cabinet met.")
    save(delegate, "Begin an amendment")
    delegate.goto(f"{RETURN}/outcomes/R4/")
    assert delegate.get_by_role("button", name="Save").count() == 0
    delegate.goto(f"{RETURN}/efficiency/EF1/procurement/")
    figure = delegate.get_by_label(re.compile("^Cashable.*2005/06"))
    figure.fill("285")
    save(delegate)
    assert "Why you amend this: write a sentence." in words_of(delegate)
    assert delegate.get_by_label(re.compile("^Cashable.*2005/06")).input_value() == "285"
    delegate.get_by_label("Why you amend this").fill("Two contracts start in July, not April.")
    save(delegate)
    assert notice(delegate) == "EF1 saved. This cancels the signature of Meena Thakur. We’ve told them."
    finance.goto(f"{RETURN}/figures/sign/")
    save(finance, "Sign this 1 line")
    act(delegate, "finish", "Finish the amendment")
    assert server.check_return()["status"] == "approved"

    cabinet.goto(f"{RETURN}/cabinet/")
    amended = cabinet.request.get(f"{RETURN}/versions/3/return.pdf").body()
    assert cabinet.request.get(f"{RETURN}/versions/2/return.pdf").body() == approved
    assert amended != approved
    assert "amended under delegation" in " ".join(text_of_pdf(amended).split())
    assert [gain(cabinet, number) for number in (1, 2, 3)] == ["165.0", "165.0", "285.0"]
    cabinet.goto(f"{RETURN}/versions/3/")
    assert "as amended under delegation" in words_of(cabinet)

    # The lead records the filing; the history of all this is whole.
    lead.goto(f"{RETURN}/acts/submit/")
    lead.get_by_label("Date of filing").fill("8 December 2004")
    lead.get_by_label("Reference").fill("ESD-IEG4-0417")
    save(lead, "Continue")
    save(lead, "Record the filing")
    assert server.check_return()["status"] == "submitted"
    assert "whole" in server.check_history()
