"""The pages of the register: what people see, what they send, and what they are told."""

import html
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from efficiency.models import Dismissal, Risk
from efficiency.register.acts import add_risk, close_risk, update_risk, values_of
from efficiency.register.proposals import implied_risks
from returns.checks.completeness import assess
from tests.unit.efficiency.register.test_register import VALUES, dismiss, proposed, set_light

RISKS = "/marchshire/ieg4/risks/"
TYPED = {
    "title": "The bank’s link is late",
    "cause": "The contract is not signed.",
    "likelihood": "3",
    "impact": "5",
    "money_exposed": "£150,000",
    "lines": "r12 and G8",
    "member_sponsor": "Councillor Anne Holroyd",
    "executive_sponsor": "",
    "action": "Sign it.",
    "due": "31 January 2005",
}


def text_of(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def seen_in(response) -> str:
    return re.search(r'name="seen" value="([^"]*)"', response.content.decode())[1]


@pytest.fixture
def lead(signed_in):
    return signed_in("lead")


def test_register_shows_risks_picture_and_proposals(lead, marchshire):
    page = text_of(lead.get(RISKS))

    for words in (
        "2 open funding risks, 2 of them high",
        "£203,000 at risk; 1 risk has no figure.",
        "16 high Risk 1",
        "15 high Risk 2",
        "Member Councillor Anne Holroyd, Cabinet Member, Human Resources and Support Services "
        "Executive Gareth Munn, Director of Policy and Community",
        "e-Procurement: G8 forecast late",
        "Accept : e-Procurement: G8 forecast late",
    ):
        assert words in page, words


def test_picture_is_a_table_of_25_scores_in_figures_and_words(lead):
    page = lead.get(RISKS).content.decode()
    picture = page[page.index('<table class="tbl matrix">') :]
    picture = picture[: picture.index("</table>")]

    cells = re.findall(r'<span class="matrix__score">(\d+) <span class="matrix__band">(\w+)<', picture)

    assert cells == [
        (str(x * y), "high" if x * y >= 15 else "medium" if x * y >= 8 else "low")
        for x in range(5, 0, -1)
        for y in range(1, 6)
    ]
    assert len(re.findall(r'<th scope="col">', picture)) == 6
    assert len(re.findall(r'<th scope="row">', picture)) == 5


def test_cabinet_member_reads_risks_but_no_proposal_and_no_button(signed_in, marchshire, person):
    dismiss(marchshire, person("lead"))

    page = text_of(signed_in("cabinet").get(RISKS))

    assert "Customer service: progress has been slow" in page
    assert "The e-government lead keeps the register." in page
    for words in ("Suggested risks", "Dismissed", "Accept", "Add a risk"):
        assert words not in page


def test_finance_reads_proposals_without_a_door_to_them(signed_in):
    page = text_of(signed_in("finance").get(RISKS))

    assert "e-Procurement: G8 forecast late" in page
    assert "Accept" not in page


def test_whoever_may_only_read_is_told_who_writes(signed_in):
    response = signed_in("finance").post(RISKS + "new/", TYPED)

    assert response.status_code == 403
    assert "The e-government lead keeps the register." in text_of(response)


def test_risk_is_added_as_typed(lead, marchshire):
    response = lead.post(RISKS + "new/", TYPED)

    risk = marchshire.risks.get(number=3)
    assert response.url == RISKS + "3/"
    assert values_of(risk) | {"due": str(risk.due)} == {
        **VALUES, "action": "Sign it.", "due": "2005-01-31", "lines": ["R12", "G8"],
    }  # fmt: skip
    assert "£150,000" in text_of(lead.get(RISKS + "3/"))


@pytest.mark.parametrize(("typed", "kept", "shown"), [
    ("", None, "no figure"), ("0", Decimal(0), "£0"), ("1234.50", Decimal("1234.50"), "£1,234.50"),
])  # fmt: skip
def test_blank_money_is_not_nought(lead, marchshire, typed, kept, shown):
    lead.post(RISKS + "new/", TYPED | {"money_exposed": typed})

    assert marchshire.risks.get(number=3).money_exposed == kept
    assert shown in text_of(lead.get(RISKS + "3/"))


@pytest.mark.parametrize(("field", "typed", "message"), [
    ("title", "", "Risk: say in a few words what may go wrong."),
    ("title", "\u200b", "Risk: say in a few words what may go wrong."),
    ("title", "x" * 121, "Risk has 121 characters; the limit is 120."),
    ("cause", " ", "Cause: write a sentence."),
    ("cause", "word " * 201, "Cause has 201 words; the limit is 200. Shorten it by 1."),
    ("likelihood", "", "Likelihood: choose one of the five."),
    ("likelihood", "6", "Likelihood: choose one of the five offered, from 1 to 5."),
    ("impact", "0", "Impact: choose one of the five offered, from 1 to 5."),
    ("impact", "３", "Impact: choose one of the five offered, from 1 to 5."),
    ("money_exposed", "-1", "“-1” isn’t a sum in pounds. Type pounds in figures, such as 0, 150000 or £150,000."),
    ("money_exposed", "1e9", "“1e9” isn’t a sum in pounds."),
    ("money_exposed", "NaN", "“NaN” isn’t a sum in pounds."),
    ("money_exposed", "1,50", "“1,50” isn’t a sum in pounds."),
    ("lines", "R9, R99", "“R99” is not a priority outcome. Type codes from R1 to E18."),
    ("lines", "<b>", "“<b>” is not a priority outcome."),
    ("due", "tomorrow", "Action due: this isn’t a date. Type it like 16 December 2004 or 16/12/2004."),
    ("due", "1 January 0204", "Action due: enter a date from 2004 to 2020."),
    ("action", "", "Action: say what is done by the date given, or clear the date."),
    ("member_sponsor", "y" * 121, "Member sponsor has 121 characters; the limit is 120."),
])  # fmt: skip
def test_what_no_risk_can_be_is_refused_in_a_sentence(lead, marchshire, field, typed, message):
    response = lead.post(RISKS + "new/", TYPED | {field: typed})

    page = response.content.decode()
    assert response.status_code == 422
    assert message in html.unescape(page)
    assert f'href="#id_{field}"' in page
    assert TYPED["member_sponsor"] in page or field == "member_sponsor"
    assert marchshire.risks.count() == 2


def test_proposal_is_accepted_with_what_it_says_filled_in(lead, marchshire):
    opened = lead.get(RISKS + "accept/late-PRO/")
    assert 'value="e-Procurement: G8 forecast late"' in opened.content.decode()

    response = lead.post(RISKS + "accept/late-PRO/", TYPED | {"seen": seen_in(opened)})

    assert response.url == RISKS + "3/"
    assert Risk.objects.get(number=3, return_record=marchshire).source == "late-PRO"
    assert lead.get(RISKS + "accept/late-PRO/").status_code == 404


def test_proposal_is_dismissed_shown_and_back_when_its_data_change(lead, marchshire):
    opened = lead.get(RISKS + "dismiss/late-PRO/")
    reason = "The region’s tender is out."
    response = lead.post(RISKS + "dismiss/late-PRO/", {"seen": seen_in(opened), "reason": reason})
    assert response.url == RISKS

    dismissed = text_of(lead.get(RISKS))
    set_light(marchshire, "G8", "dec05", "R")
    back = text_of(lead.get(RISKS))

    assert "Accept after all : e-Procurement: G8 forecast late" in dismissed
    assert "Accept : e-Procurement: G8 forecast late" not in dismissed
    assert reason in dismissed
    assert "Accept : e-Procurement: G8 forecast late" in back
    assert "The answers have changed since" in back


def test_dismissing_needs_a_reason(lead):
    response = lead.post(RISKS + "dismiss/late-PRO/", {"seen": "x", "reason": ""})

    assert response.status_code == 422
    assert "Why: write a sentence." in text_of(response)
    assert seen_in(response) == "x"
    assert not Dismissal.objects.exists()


def test_proposal_that_changed_meanwhile_is_shown_anew_with_what_was_typed(lead, marchshire):
    seen = seen_in(lead.get(RISKS + "accept/late-PRO/"))
    set_light(marchshire, "G8", "dec05", "R")

    refused = lead.post(RISKS + "accept/late-PRO/", TYPED | {"seen": seen})

    assert refused.status_code == 409
    assert "The answers behind this suggestion changed after you opened it." in text_of(refused)
    assert TYPED["title"] in refused.content.decode()
    again = lead.post(RISKS + "accept/late-PRO/", TYPED | {"seen": seen_in(refused)})
    assert again.url == RISKS + "3/"


def test_proposal_gone_meanwhile_keeps_what_was_typed(lead, marchshire):
    seen = seen_in(lead.get(RISKS + "accept/late-PRO/"))
    set_light(marchshire, "G8", "mar06", "G")

    refused = lead.post(RISKS + "accept/late-PRO/", TYPED | {"seen": seen})

    assert refused.status_code == 409
    assert "no longer suggest this risk" in text_of(refused)
    assert TYPED["title"] in refused.content.decode()
    assert marchshire.risks.count() == 2


def typed_of(risk: Risk) -> dict:
    values = values_of(risk)
    return {
        name: ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        for name, value in values.items()
    }


def test_who_saves_second_is_shown_both_and_decides(lead, marchshire, person):
    risk = marchshire.risks.get(number=1)
    seen = seen_in(lead.get(RISKS + "1/edit/"))
    update_risk(
        return_=marchshire, by=person("lead"), number=1, seen=1, values=values_of(risk) | {"likelihood": 5}
    )

    refused = lead.post(RISKS + "1/edit/", typed_of(risk) | {"impact": "2", "seen": seen})

    page = text_of(refused)
    assert refused.status_code == 409
    assert "You, in another window, changed this risk while you were writing" in page
    assert "Likelihood 5 almost certain 4 likely Impact 4 serious 2 minor" in page
    assert marchshire.risks.get(number=1).impact == 4
    again = lead.post(RISKS + "1/edit/", typed_of(risk) | {"impact": "2", "seen": seen_in(refused)})
    assert again.url == RISKS + "1/"
    saved = marchshire.risks.get(number=1)
    assert (saved.likelihood, saved.impact, saved.version) == (4, 2, 3)


@pytest.mark.parametrize("seen", ["", "0", "-1", "999999999999", "１", "x"])
def test_form_without_a_true_version_overwrites_nothing(lead, marchshire, seen):
    risk = marchshire.risks.get(number=1)

    response = lead.post(RISKS + "1/edit/", typed_of(risk) | {"impact": "2", "seen": seen})

    assert response.status_code == 409
    assert marchshire.risks.get(number=1).impact == 4


def test_form_with_errors_still_counts_as_written_from_what_was_read(lead, marchshire, person):
    """Or an error in between would let the second writer overwrite the first unseen."""
    risk = marchshire.risks.get(number=1)
    seen = seen_in(lead.get(RISKS + "1/edit/"))
    update_risk(
        return_=marchshire, by=person("lead"), number=1, seen=1, values=values_of(risk) | {"likelihood": 5}
    )

    response = lead.post(RISKS + "1/edit/", typed_of(risk) | {"impact": "", "seen": seen})

    assert (response.status_code, seen_in(response)) == (422, seen)


def test_risk_is_closed_with_a_reason_and_stays_to_be_read(lead, marchshire):
    refused = lead.post(RISKS + "2/close/", {"reason": " "})
    closed = lead.post(RISKS + "2/close/", {"reason": "The ledger is in use."})

    assert refused.status_code == 422
    assert closed.url == RISKS
    register = text_of(lead.get(RISKS))
    assert "1 open funding risk, 1 of them high" in register
    assert "The ledger is in use." in register
    assert "Helen Prosser closed it on 8 December 2004" in text_of(lead.get(RISKS + "2/"))
    late = lead.get(RISKS + "2/edit/")
    assert late.status_code == 403
    assert "Helen Prosser closed this risk on 8 December 2004." in text_of(late)
    too_late = lead.post(RISKS + "2/edit/", TYPED)
    assert too_late.status_code == 409
    assert TYPED["title"] in too_late.content.decode()


def test_history_of_the_return_tells_of_risks_in_words(lead, marchshire, person):
    values = values_of(marchshire.risks.get(number=1))
    update_risk(return_=marchshire, by=person("lead"), number=1, seen=1, values=values | {"likelihood": 5})
    close_risk(return_=marchshire, by=person("lead"), number=2, reason="Done.")

    page = text_of(lead.get("/marchshire/ieg4/history/?kind=risks"))

    assert "Risk 1: likelihood 4 likely 5 almost certain" in page
    assert "Risk 2 closed: e-Procurement: progress has been slow – – Done." in page


def test_what_people_write_is_never_markup(lead, marchshire):
    lead.post(RISKS + "new/", TYPED | {"title": "<script>alert(1)</script>", "action": "<img src=x>"})

    for address in (RISKS, RISKS + "3/", RISKS + "3/edit/", RISKS + "3/close/"):
        page = lead.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page


def test_query_count_does_not_grow_with_risks(lead, marchshire, person):
    def count() -> list[int]:
        found = []
        for address in (RISKS, RISKS + "1/", RISKS + "1/edit/", RISKS + "accept/blockers/"):
            with CaptureQueriesContext(connection) as queries:
                assert lead.get(address).status_code == 200
            found.append(len(queries))
        return found

    dismiss(marchshire, person("lead"))
    close_risk(
        return_=marchshire, by=person("lead"), reason="Done.",
        number=add_risk(return_=marchshire, by=person("lead"), values=VALUES).number,
    )  # fmt: skip
    count()
    few = count()
    for number in range(6):
        values = VALUES | {"title": f"Another, {number}", "lines": ["R1", "R2", "R3"]}
        risk = add_risk(return_=marchshire, by=person("lead"), values=values)
        if number % 2:
            close_risk(return_=marchshire, by=person("lead"), number=risk.number, reason="Done.")
    for light in ("G", "R"):
        set_light(marchshire, "G8", "mar05", light)
        if not proposed(marchshire)["late-PRO"].dismissed:
            dismiss(marchshire, person("lead"))

    assert count() == few
    assert len(implied_risks(assess(marchshire))) == 2
