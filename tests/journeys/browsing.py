"""What the journeys do again and again."""

import re
import subprocess
from pathlib import Path

AXE = Path(__file__).resolve().parents[1] / "vendor/axe/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSWORD = "demo-ieg4"
RETURN = "/marchshire/ieg4"


def sign_in(page, user: str, *, goto: bool = True) -> None:
    if goto:
        page.goto("/sign-in/")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.get_by_role("button", name="Sign out").wait_for()


def axe(page) -> list[tuple[str, str]]:
    """What the automatic checker finds: rule and elements. Evaluated, for the policy admits no script tag."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES,
    )
    return [
        (violation["id"], str(node["target"]), node["failureSummary"].replace("\n", " ")[:200])
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def heading(page) -> str:
    return " ".join(page.get_by_role("heading", level=1).inner_text().split())


def notice(page) -> str:
    return page.get_by_role("status").first.inner_text()


def light(page, date: str):
    """The choices of one date on the page of a line."""
    return page.get_by_role("group", name=date)


def press(page, button: str | re.Pattern) -> None:
    """The button is pressed and the page it leads to is there as a whole: a click alone waits for neither."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def save(page, button: str = "Save") -> None:
    press(page, button)


def follow(page, link: str) -> None:
    """The link is followed and the page it leads to is there as a whole."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).click()


def text_of_pdf(body: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True)
    return done.stdout.decode()


def draw(page, server, title: str, *, javascript: bool = True) -> bytes:
    """Requests the document on the documents page, has its PDF made, and opens it.

    With scripts the page that waits reloads by itself; without them the reader does.
    """
    press(page, re.compile(f"Create a PDF.*{title}$"))
    assert heading(page) == f"Making your PDF: {title}"
    server.draw_documents()
    if not javascript:
        follow(page, "Refresh")
    page.get_by_role("heading", level=1, name=f"{title} is ready", exact=True).wait_for()
    answer = page.request.get(page.get_by_role("link", name="Open it").get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()
