"""What is kept of forms that were refused: for whom, how much, how long, and how it comes back."""

import datetime
import re
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import OperationalError
from django.test import Client

from returns.forms import unsaved
from returns.models import Department, Unsaved, User
from returns.views.answering import AnswerView
from tests.support.moving import at
from tests.support.staging import BACKEND, set_status
from tests.unit.returns.views.test_bad_input import R1, text_of

M, W = "/marchshire/ieg4/", "/wyeborough/ieg4/"
R5 = W + "outcomes/R5/"
COMMENT = "outcomes--R1-comment"


@pytest.fixture
def officer(signed_in):
    return signed_in("officer-education")


def form_of(client: Client, page: str = R1, **typed) -> dict:
    """What that page's form would post: its token and what was typed."""
    writer = re.search(r'name="writer" value="([^"]+)"', client.get(page).content.decode())[1]
    return {"writer": writer} | typed


def sign_out(client: Client) -> None:
    client.session.flush()


def sign_in(client: Client, answer, username: str = "officer-education"):
    """The page that the sign-in after that answer leads to."""
    onward = client.post(answer.url, {"username": username, "password": "demo-ieg4"})
    return client.get(onward.url, follow=True)


def given(answer) -> list[tuple[str, str]]:
    """The labels of the page that gives back, each with what was typed."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", answer.content.decode(), re.S)
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in pair] for pair in pairs]
    return [tuple(pair) for pair in plain]


def test_a_line_that_went_to_another_department_gives_back_all_that_was_typed(officer, marchshire, form_data):
    typed = form_data(marchshire, "outcomes", "R1") | form_of(officer) | {COMMENT: "Two hours of work."}
    typed["outcome_lights--R1--dec05-light"] = "A"
    other = User.objects.get(username="officer-highways")
    marchshire.allocations.filter(line="R1").update(owner=other, department=other.departments.get())

    answer = officer.post(R1, typed)

    assert answer.status_code == 404
    assert "Not saved: you can no longer change it" in text_of(answer)
    assert "What you typed for R1" in text_of(answer)
    shown = given(answer)
    assert ("Light at 31 December 2005, forecast", "A amber") in shown
    assert ("Comment", "Two hours of work.") in shown
    assert "Parents" not in re.sub(r"(?s)<dl.*?</dl>|<textarea.*?</textarea>", "", answer.content.decode())
    row = Unsaved.objects.get()
    assert (row.writer.username, row.path, row.why) == ("officer-education", R1, "not_yours")
    text = officer.get(f"/marchshire/unsaved/{row.key}/not-saved.txt")
    assert "Comment: Two hours of work." in text.content.decode()
    assert "Light at 31 December 2005, forecast: Amber" in text.content.decode()


def test_it_reads_the_same_whether_the_place_is_forbidden_or_gone(signed_in, marchshire):
    finance = signed_in("finance")
    officer = signed_in("officer-education")

    forbidden = finance.post(R1, form_of(finance) | {COMMENT: "Mine."})
    foreign = officer.post(M + "outcomes/G8/", form_of(officer) | {"outcomes--G8-comment": "Mine."})
    gone = officer.post(M + "cases/C99/", form_of(officer) | {"cases--C99-text": "Mine."})

    assert [each.status_code for each in (forbidden, foreign, gone)] == [403, 404, 404]
    said = [
        re.search(r'(?s)<p class="lede">(.*?)</p>', each.content.decode())[1]
        for each in (forbidden, foreign, gone)
    ]
    assert len(set(said)) == 1
    headings = {re.search(r"<h1>(.*?)</h1>", each.content.decode())[1] for each in (forbidden, foreign, gone)}
    assert headings == {"Not saved: you can no longer change it"}


@pytest.mark.parametrize(
    ("page", "name"), [("context/answer/", "context-text"), ("cover/answer/", "cover-contact_name")]
)
def test_context_and_cover_are_given_back_when_the_return_was_locked(signed_in, wyeborough, page, name):
    lead = signed_in("wyeborough-lead")
    set_status(wyeborough, "preparing")
    typed = form_of(lead, W + page) | {name: "Helen Prosser, in words"}
    set_status(wyeborough, "approved")

    answer = lead.post(W + page, typed)

    assert answer.status_code == 409
    assert "Helen Prosser, in words" in [text for _, text in given(answer)]


def test_the_reason_of_an_amendment_comes_back_after_the_delegate_s_last_day(
    signed_in, wyeborough, form_data
):
    from returns.lifecycle import Action
    from tests.support.moving import do

    do(Action.AMEND, wyeborough, "head-corporate", reason="A gain was found.")
    delegate = signed_in("wyeborough-head-corporate")
    pages = {
        "efficiency/EF1/corporate/": {
            "gains--EF1--corporate--2004-05-cashable": "77",
            "reason": "The ledger shows more.",
        },
        "efficiency/answer/": {"efficiency_note-note": "A note of mine.", "reason": "The ledger shows more."},
    }
    forms = {page: form_of(delegate, f"/wyeborough/ieg4/{page}") | typed for page, typed in pages.items()}

    with at("2004-12-21 00:10"):
        answers = {page: delegate.post(f"/wyeborough/ieg4/{page}", typed) for page, typed in forms.items()}

    for page, typed in pages.items():
        assert answers[page].status_code in (404, 409), page
        assert set(typed.values()) <= {text for _, text in given(answers[page])}, page
    assert ("Why you amend this", "The ledger shows more.") in given(answers["efficiency/EF1/corporate/"])


def test_each_tab_gets_its_own_form_back(officer, marchshire):
    first = form_of(officer) | {COMMENT: "First tab."}
    second = form_of(officer) | {COMMENT: "Second tab."}
    sign_out(officer)

    answers = [officer.post(R1, first), officer.post(R1, second)]

    shown = sign_in(officer, answers[0])
    assert "First tab." in text_of(shown)
    assert "Second tab." not in text_of(shown)
    other = parse_qs(urlsplit(answers[1].url).query)["next"][0]
    assert "Second tab." in text_of(officer.get(other))
    assert text_of(officer.get("/marchshire/unsaved/")).count("Not saved: you were signed out") == 2


def test_a_form_that_is_saved_at_last_is_forgotten_and_another_tab_s_is_not(officer, marchshire, form_data):
    typed = form_data(marchshire, "outcomes", "R1") | {COMMENT: "First tab."}
    tokens = [form_of(officer), form_of(officer)]
    sign_out(officer)
    answers = [officer.post(R1, typed | token) for token in tokens]
    page = sign_in(officer, answers[0])
    again = re.search(r'name="writer" value="([^"]+)"', page.content.decode())[1]

    assert officer.post(R1, typed | {"writer": again}).status_code == 302

    assert [row.key for row in Unsaved.objects.all()] == [key_in(answers[1].url)]


def key_in(address: str) -> str:
    return parse_qs(urlsplit(parse_qs(urlsplit(address).query)["next"][0]).query)["unsaved"][0]


def test_a_form_refused_twice_is_kept_once(signed_in, wyeborough):
    officer = signed_in("wyeborough-officer-corporate")
    set_status(wyeborough, "preparing")
    typed = form_of(officer, R5) | {"outcomes--R5-comment": "Once."}
    sign_out(officer)
    page = sign_in(officer, officer.post(R5, typed), "wyeborough-officer-corporate")
    again = {"writer": re.search(r'name="writer" value="([^"]+)"', page.content.decode())[1]}
    set_status(wyeborough, "approved")

    officer.post(R5, again | {"outcomes--R5-comment": "Twice."})

    assert [row.posted["outcomes--R5-comment"] for row in Unsaved.objects.all()] == ["Twice."]


def test_what_was_kept_of_a_page_that_is_locked_by_now_is_shown_on_a_page_of_its_own(signed_in, wyeborough):
    officer = signed_in("wyeborough-officer-corporate")
    set_status(wyeborough, "preparing")
    typed = form_of(officer, R5) | {"outcomes--R5-comment": "Too late."}
    sign_out(officer)
    answer = officer.post(R5, typed)
    set_status(wyeborough, "approved")

    shown = sign_in(officer, answer, "wyeborough-officer-corporate")

    assert shown.redirect_chain[-1][0].startswith("/wyeborough/unsaved/")
    assert ("Comment", "Too late.") in given(shown)


def test_ten_forms_of_200_000_characters_are_kept(officer):
    token = form_of(officer)
    sign_out(officer)
    texts = [f"{number}" + "x" * 199_999 for number in range(10)]

    for text in texts:
        officer.post(R1, token | {COMMENT: text})

    assert sorted(row.posted[COMMENT] for row in Unsaved.objects.all()) == texts


def test_what_is_kept_of_one_person_has_a_limit_and_the_oldest_goes_first(signed_in):
    finance, other = signed_in("finance"), signed_in("head-education")
    others, token = form_of(other), form_of(finance)
    sign_out(other)
    other.post(R1, others | {COMMENT: "Not the finance officer’s."})

    for number in range(unsaved.store.MOST + 3):
        finance.post(R1, token | {COMMENT: f"Form {number}"})

    mine = Unsaved.objects.filter(writer__username="finance")
    kept = [f"Form {number}" for number in range(3, unsaved.store.MOST + 3)]
    assert [row.posted[COMMENT] for row in mine.order_by("pk")] == kept
    assert Unsaved.objects.filter(writer__username="head-education").count() == 1


def test_what_is_posted_signed_out_takes_no_other_form_s_place(officer):
    token = form_of(officer)
    sign_out(officer)

    for number in range(unsaved.store.MOST + 3):
        answer = officer.post(R1, token | {COMMENT: f"Form {number}"})

    kept = [f"Form {number}" for number in range(unsaved.store.MOST)]
    assert [row.posted[COMMENT] for row in Unsaved.objects.order_by("pk")] == kept
    assert "is kept" not in text_of(officer.get(answer.url))


def test_a_token_ends_with_the_password(officer, person):
    token = form_of(officer)
    someone = person("officer-education")
    someone.set_password("another-long-one")
    someone.save()

    officer.post(R1, token | {COMMENT: "With the old password’s token."})

    assert Unsaved.objects.count() == 0


def test_names_of_fields_count_like_what_is_in_them(officer, signed_in):
    token = form_of(officer)
    name = "n" * (unsaved.LIMIT + 1)
    encoded = "application/x-www-form-urlencoded"
    assert officer.post(R1, urlencode(token | {name: "x"}), encoded).status_code == 413
    sign_out(officer)

    officer.post(R1, urlencode(token | {name: "x", COMMENT: "Short."}), encoded)

    row = Unsaved.objects.order_by("pk").last()
    assert (row.posted.dict(), row.missing) == ({COMMENT: "Short."}, ["n" * 100])


@pytest.mark.parametrize("odd", ["%00", "a" * 22 + "%00", "%F0%9F%98%80" * 22, "", "x" * 3000])
def test_an_odd_key_shows_the_page_as_ever(officer, odd):
    assert officer.get(f"{R1}?unsaved={odd}").status_code == 200


@pytest.mark.parametrize("path", ["/marchshire/people/a%00b/", "/nosuch%00/", "/marchshire/ieg4/%00/R1/"])
def test_an_odd_address_is_kept_without_a_fault(officer, path):
    token = form_of(officer)

    assert officer.post(path, token | {COMMENT: "Odd."}).status_code == 404
    assert Unsaved.objects.get().posted[COMMENT] == "Odd."


def test_half_a_character_spoils_no_page(officer):
    token = form_of(officer)
    sign_out(officer)
    body = "\r\n".join(
        ["--b", 'Content-Disposition: form-data; name="writer"', "", token["writer"],
         "--b", f'Content-Disposition: form-data; name="{COMMENT}"', "", "half \\ud800.", "--b--", ""]
    )  # fmt: skip
    content_type = "multipart/form-data; boundary=b; charset=unicode_escape"

    answer = officer.generic("POST", R1, body, content_type)

    assert "half ?." in text_of(sign_in(officer, answer))


def test_two_tabs_that_show_one_kept_form_are_kept_apart(officer):
    token = form_of(officer)
    sign_out(officer)
    page = sign_in(officer, officer.post(R1, token | {COMMENT: "At first."}))
    again = {"writer": re.search(r'name="writer" value="([^"]+)"', page.content.decode())[1]}
    sign_out(officer)

    for text in ("In one tab.", "In the other."):
        officer.post(R1, again | {COMMENT: text})

    assert sorted(row.posted[COMMENT] for row in Unsaved.objects.all()) == ["In one tab.", "In the other."]


def test_other_forms_of_the_page_forget_nothing(officer, signed_in, marchshire):
    """Neither the button that keeps one signed in, nor closing a query beside a reply that was kept."""
    token = form_of(officer)
    sign_out(officer)
    page = sign_in(officer, officer.post(R1, token | {COMMENT: "Still here."}))
    again = {"writer": re.search(r'name="writer" value="([^"]+)"', page.content.decode())[1]}

    assert officer.post("/stay-signed-in/", again | {"next": R1}).status_code == 302
    assert Unsaved.objects.count() == 1

    lead, query = signed_in("lead"), M + "queries/1/"
    token = form_of(lead, query)
    sign_out(lead)
    page = sign_in(lead, lead.post(query, token | {"text": "A reply.", "reply": "1"}), "lead")
    again = {"writer": re.search(r'name="writer" value="([^"]+)"', page.content.decode())[1]}
    assert lead.post(query, again | {"close": "1"}).status_code == 302
    assert Unsaved.objects.filter(writer__username="lead").count() == 1


def test_a_rating_of_the_grid_that_went_to_others_is_given_back_and_not_dropped(officer, marchshire):
    grid = M + "grid/"
    typed = {"outcome_lights--G1--mar06-seen": "0", "outcome_lights--G1--mar06-light": "A"}
    token = form_of(officer, grid)
    sign_out(officer)
    answer = officer.post(grid, token | typed)
    other = User.objects.get(username="officer-highways")
    marchshire.allocations.filter(line="G1").update(owner=other, department=other.departments.get())

    shown = sign_in(officer, answer)

    assert shown.redirect_chain[-1][0].startswith("/marchshire/unsaved/")
    assert ("G1: Light at 31 March 2006, forecast", "A amber") in given(shown)
    assert "Open the form" not in text_of(shown)


def test_an_answer_that_was_emptied_is_given_back_as_blank(signed_in):
    finance = signed_in("finance")

    answer = finance.post(R1, form_of(finance) | {COMMENT: "", "outcome_lights--R1--dec05-light": "G"})

    assert ("Comment", "blank") in given(answer)


def test_a_text_that_is_too_long_to_keep_is_named(officer):
    token = form_of(officer)
    sign_out(officer)

    answer = officer.post(R1, token | {COMMENT: "x" * (unsaved.LIMIT + 1), "outcomes--R1-reason": "Short."})

    assert "Part of it was too long to keep" in text_of(officer.get(answer.url))
    sign_in(officer, answer)
    shown = officer.get(f"/marchshire/unsaved/{Unsaved.objects.get().key}/")
    assert (
        "Comment",
        "was too long to keep here. Your browser may still have it: go back to that page.",
    ) in given(shown)
    assert "Short." in text_of(shown)


def test_nothing_is_kept_of_a_stranger_s_post(client, db):
    for writer in ("", "1", "not-a-token", "WzEsICIvIiwgIiJd:1rU:abc"):
        answer = client.post(R1, {"writer": writer, COMMENT: "Spam."})
        assert (
            answer.url == f"/sign-in/?next={R1.replace('/', '%2F')}" or answer.url == f"/sign-in/?next={R1}"
        )

    assert Unsaved.objects.count() == 0


def test_a_token_of_last_week_keeps_nothing(officer):
    token = form_of(officer)
    sign_out(officer)

    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=8)):
        officer.post(R1, token | {COMMENT: "Old."})

    assert Unsaved.objects.count() == 0


def test_it_is_kept_for_eight_hours_by_the_real_clock(officer):
    token = form_of(officer)
    sign_out(officer)
    answer = officer.post(R1, token | {COMMENT: "Kept."})
    row = Unsaved.objects.get()

    for hours, there in ((7.9, True), (8.1, False)):
        with time_machine.travel(row.kept_at + datetime.timedelta(hours=hours)):
            assert unsaved.of(row.writer).exists() is there
            assert (unsaved.named_in(f"{R1}?unsaved={key_in(answer.url)}") is not None) is there


def test_two_people_in_one_browser_never_see_each_other_s_words(officer, person):
    typed = form_of(officer) | {COMMENT: "The officer’s own words."}
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person("head-education"), backend=BACKEND)

    answer = browser.post(R1, typed)

    assert answer.status_code == 403
    assert "someone else wrote this form" in text_of(answer)
    assert "The officer’s own words." not in text_of(answer)
    assert browser.get(f"/marchshire/unsaved/{Unsaved.objects.get().key}/").status_code == 404
    assert "The officer’s own words." in text_of(
        officer.get(f"/marchshire/unsaved/{Unsaved.objects.get().key}/")
    )


@contextmanager
def failing(monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(AnswerView, "post", fail)
        yield


def test_an_unexpected_error_gives_back_what_was_typed(officer, monkeypatch):
    officer.raise_request_exception = False
    typed = form_of(officer) | {COMMENT: "Before the fault."}

    with failing(monkeypatch, RuntimeError("a fault of ours")):
        answer = officer.post(R1, typed)

    assert answer.status_code == 500
    assert "Not saved: something went wrong on our side" in text_of(answer)
    assert ("Comment", "Before the fault.") in given(answer)
    again = re.search(r'class="govuk-button" href="([^"]+)"', answer.content.decode())[1]
    assert "Before the fault." in text_of(officer.get(again))


def test_a_busy_database_gives_back_what_was_typed(officer, monkeypatch):
    officer.raise_request_exception = False
    typed = form_of(officer) | {COMMENT: "Before the wait."}

    with failing(monkeypatch, OperationalError("database is locked")):
        answer = officer.post(R1, typed)

    assert answer.status_code == 503
    assert "Not saved: the service is busy" in text_of(answer)
    assert ("Comment", "Before the wait.") in given(answer)


def test_while_the_database_is_away_all_is_given_back_without_a_copy(officer, monkeypatch):
    officer.raise_request_exception = False
    typed = form_of(officer) | {COMMENT: "Nothing answers.", "outcome_lights--R1--dec05-light": "G"}

    def away(*args, **kwargs):
        raise OperationalError("could not connect to server")

    with monkeypatch.context() as patch:
        patch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
        answer = officer.post(R1, typed)

    assert answer.status_code == 503
    assert given(answer) == [
        ("Comment", "Nothing answers."),
        ("Light at 31 December 2005, forecast", "G green"),
    ]


@pytest.mark.parametrize(
    ("username", "page", "action", "posted"),
    [
        ("lead", "dashboard/", "reminders/", {"person": "officer-hr"}),
        ("clerk", "documents/", "documents/return/draw/", {}),
        ("officer-education", "cases/", "cases/new/", {}),
    ],
)
def test_a_button_pressed_after_the_session_ended_leads_back_to_its_page(
    signed_in, username, page, action, posted
):
    client = signed_in(username)
    token = form_of(client, M + page)
    sign_out(client)

    shown = sign_in(client, client.post(M + action, token | posted), username)

    assert shown.status_code == 200
    assert shown.request["PATH_INFO"] == M + page


def test_a_kept_form_is_listed_and_deleted_by_its_writer(officer, signed_in):
    token = form_of(officer)
    sign_out(officer)
    sign_in(officer, officer.post(R1, token | {COMMENT: "Delete me."}))
    address = f"/marchshire/unsaved/{Unsaved.objects.get().key}/"

    assert signed_in("head-education").post(address).status_code == 404
    assert officer.post(address).url == "/marchshire/unsaved/"
    assert "You have no unsaved forms" in text_of(officer.get("/marchshire/unsaved/"))
    assert Unsaved.objects.count() == 0


def test_a_new_person_s_form_comes_back_without_the_password(signed_in, person):
    admin = signed_in("admin")
    typed = form_of(admin, "/marchshire/people/new/") | {
        "username": "ada", "first_name": "Ada", "roles": ["officer", "head"], "new_password": "never-keep-this",
        "departments": [Department.objects.get(authority__slug="marchshire", slug="hr").pk],
    }  # fmt: skip
    person("admin").groups.clear()

    answer = admin.post("/marchshire/people/new/", typed)

    assert answer.status_code == 403
    assert given(answer) == [
        ("User name", "ada"),
        ("First name", "Ada"),
        ("Roles", "Officer, Head of department"),
        ("Departments", Department.objects.get(authority__slug="marchshire", slug="hr").name),
    ]
    assert "never-keep-this" not in answer.content.decode() + Unsaved.objects.get().fields
    person("admin").groups.add(Group.objects.get(name="administrator"))
    again = admin.get(f"/marchshire/people/new/?unsaved={Unsaved.objects.get().key}").content.decode()
    assert 'value="ada"' in again


def test_whatever_is_posted_is_kept_as_it_was(officer):
    token = form_of(officer)
    sign_out(officer)
    text = "NUL \x00, Привет, 漢字, \u202e and 😀"

    officer.post(R1, token | {COMMENT: text})

    assert Unsaved.objects.get().posted[COMMENT] == text


def test_an_address_that_names_another_page_s_form_shows_nothing_of_it(officer):
    token = form_of(officer)
    sign_out(officer)
    sign_in(officer, officer.post(R1, token | {COMMENT: "For R1 alone."}))
    key = Unsaved.objects.get().key

    answer = officer.get(f"{M}outcomes/G1/?unsaved={key}")

    assert answer.url == f"/marchshire/unsaved/{key}/?closed=1"


def test_pages_carry_the_token_in_each_form_that_is_posted(signed_in):
    page = signed_in("lead").get(M + "dashboard/").content.decode()

    forms = re.findall(r'(?s)<form[^>]*method="post".*?</form>', page)
    assert len(forms) > 2
    assert [form for form in forms if 'name="writer"' not in form] == []


def test_sessions_hold_nothing_of_it(officer):
    token = form_of(officer)
    sign_out(officer)

    officer.post(R1, token | {COMMENT: "Not in the session."})

    assert "Not in the session." not in str(dict(officer.session.items()))


def test_a_closed_account_keeps_nothing(officer, person):
    token = form_of(officer)
    User.objects.filter(username="officer-education").update(is_active=False)

    officer.post(R1, token | {COMMENT: "Closed."})

    assert Unsaved.objects.count() == 0
