"""Pages with bad input: a sentence that says what to type, everything typed offered back, nothing else changed."""

import html
import re

import pytest
from django.test import Client

from returns.models import Authority, Department, Event, Unsaved, User
from tests.unit.returns.answers.test_answers import change, light, read_comment

R1 = "/marchshire/ieg4/outcomes/R1/"
I1 = "/marchshire/ieg4/bvpi157/I1/education/"


def text_of(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"\s+", " ", text))


@pytest.fixture
def officer(signed_in):
    return signed_in("officer-education")


def test_save_keeps_the_answer_and_goes_to_the_next_line(officer, marchshire, form_data):
    data = form_data(marchshire, "outcomes", "G1")
    data["outcome_lights--G1--mar06-light"] = "G"

    response = officer.post("/marchshire/ieg4/outcomes/G1/", data | {"next": ""})

    assert light(marchshire, "G1", "mar06") == "G"
    assert response.status_code == 302
    assert response.url != "/marchshire/ieg4/outcomes/G1/"
    assert officer.get(response.url).status_code == 200


def test_draft_saves_with_blanks(officer, marchshire, form_data):
    data = form_data(marchshire, "outcomes", "R1")
    data["outcome_lights--R1--dec05-light"] = ""

    officer.post(R1, data)

    assert light(marchshire, "R1", "dec05") == ""


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1_000", "“1_000” isn’t a whole number of nought or more. Type a whole number in figures"),
        ("１２", "“１２” isn’t a whole number"),
        ("1e308", "“1e308” isn’t a whole number"),
        ("NaN", "“NaN” isn’t a whole number"),
        ("-3", "“-3” isn’t a whole number"),
        ("<script>alert(1)</script>", "“<script>alert(1)</script>” isn’t a whole number"),
        ("999999999", "Enabled (999,999,999) is more than permissible"),
    ],
)
def test_figure_that_cannot_be_read_is_shown_as_typed(officer, marchshire, form_data, typed, message):
    data = form_data(marchshire, "bvpi157", "I1", "education")
    name = "bvpi157_counts--I1--education--2004-03-31-enabled"
    before = change(
        marchshire, "bvpi157", "I1", "2004-03-31", {}, department="education"
    ).entry.record.enabled

    response = officer.post(I1, data | {name: typed})

    assert response.status_code == 422
    assert message in text_of(response)
    assert f'value="{html.escape(typed)}"' in response.content.decode()
    assert f'href="#id_{name}"' in response.content.decode()
    assert f'id="id_{name}"' in response.content.decode()
    after = change(marchshire, "bvpi157", "I1", "2004-03-31", {}, department="education").entry.record.enabled
    assert after == before


def test_comment_over_its_limit_is_refused_with_how_much_to_cut(officer, marchshire, form_data):
    data = form_data(marchshire, "outcomes", "R1") | {"outcomes--R1-comment": "word " * 112}

    response = officer.post(R1, data)

    assert response.status_code == 422
    assert "Comment has 112 words; the limit is 100. Shorten it by 12." in text_of(response)
    assert "word word word" in text_of(response)


@pytest.mark.parametrize("field", ["outcomes--R1-comment", "outcomes--R1-reason"])
def test_long_text_without_blanks_is_refused(officer, marchshire, form_data, field):
    response = officer.post(R1, form_data(marchshire, "outcomes", "R1") | {field: "x" * 50_000})

    assert response.status_code == 422
    assert "letters on average" in text_of(response)


def test_a_megabyte_is_refused_and_given_back(officer, marchshire, form_data):
    text = "x" * 1_100_000
    data = form_data(marchshire, "outcomes", "R1") | {"outcomes--R1-comment": text}

    response = officer.post(R1, data)

    assert response.status_code == 413
    assert "Not saved: it is too long" in text_of(response)
    assert text in text_of(response)
    assert read_comment(marchshire, "R1") != text


def test_hidden_characters_are_dropped_and_markup_is_text(officer, marchshire, form_data):
    typed = "Safe\x00 \u202etext\u202c <img src=x onerror=alert(1)> & “fine”"

    officer.post(R1, form_data(marchshire, "outcomes", "R1") | {"outcomes--R1-comment": typed})

    kept = "Safe text <img src=x onerror=alert(1)> & “fine”"
    assert read_comment(marchshire, "R1") == kept
    page = officer.get(R1).content.decode()
    assert html.escape(kept) in page
    assert "<img" not in page


def test_extra_fields_change_no_column(officer, marchshire, form_data, person):
    rows = {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (User, Authority, Department, type(marchshire))
    }
    extra = {
        "status": "approved", "department": "highways", "owner": "1", "is_staff": "1", "is_superuser": "1",
        "version": "0", "outcomes--R1-version": "99", "outcomes--R1-return_record": "2", "outcomes--R1-line": "R9",
        "outcomes--R9-comment": "Not mine.", "outcome_lights--R9--dec05-light": "G", "due": "2001-01-01",
    }  # fmt: skip

    response = officer.post(R1, form_data(marchshire, "outcomes", "R1") | extra)

    assert response.status_code == 302
    assert light(marchshire, "R9", "dec05") == ""
    assert read_comment(marchshire, "R9") != "Not mine."
    for model in (User, Authority, Department, type(marchshire)):
        assert list(model.objects.order_by("pk").values()) == rows[model.__name__]
    assert change(marchshire, "outcomes", "R1", "", {}).entry.record.version < 99


def test_fields_that_are_not_sent_are_left_as_they_are(officer, marchshire):
    before = read_comment(marchshire, "R1")

    response = officer.post(R1, {"stay": ""})

    assert response.status_code == 302
    assert read_comment(marchshire, "R1") == before
    assert light(marchshire, "R1", "dec05") == "G"


@pytest.mark.parametrize("value", ["X", "RR", "green", "N", "<b>"])
def test_unknown_light_is_refused(officer, marchshire, form_data, value):
    data = form_data(marchshire, "outcomes", "R1") | {"outcome_lights--R1--dec05-light": value}

    response = officer.post(R1, data)

    assert response.status_code == 422
    assert "Choose one of the answers offered." in text_of(response)
    assert light(marchshire, "R1", "dec05") == "G"


def test_nil_wants_its_reason(officer, marchshire, form_data):
    data = form_data(marchshire, "bvpi157", "I1", "education") | {"bvpi157--I1--education-nil": "on"}

    response = officer.post(I1, data)

    assert response.status_code == 422
    assert "Say in a sentence why there is none" in text_of(response)


def test_mandatory_outcome_set_aside_wants_a_reason(officer, marchshire, form_data):
    data = form_data(marchshire, "outcomes", "R1") | {"outcomes--R1-applicability": "not_applicable"}

    response = officer.post(R1, data)
    assert response.status_code == 422
    assert "The proforma expects otherwise" in text_of(response)

    response = officer.post(R1, data | {"outcomes--R1-reason": "The county trust admits pupils."})
    assert response.status_code == 302


def test_conflict_page_shows_both_and_keeps_what_is_chosen(signed_in, marchshire, form_data):
    mine = form_data(marchshire, "outcomes", "R1") | {"outcomes--R1-comment": "Tested by twelve schools."}
    theirs = mine | {"outcomes--R1-comment": "Tested by twenty schools."}
    signed_in("head-education").post(R1, theirs)
    officer = signed_in("officer-education")

    response = officer.post(R1, mine)

    assert response.status_code == 409
    shown = re.sub(r"\s+", " ", text_of(response))
    assert "Nothing is lost, but your changes are not saved yet" in shown
    assert "Tested by twelve schools." in shown
    assert "Tested by twenty schools." in shown
    assert read_comment(marchshire, "R1") == "Tested by twenty schools."

    pattern = r'<input type="hidden" name="([^"]+)" value="([^"]*)"'
    found = re.findall(pattern, response.content.decode())
    hidden = {html.unescape(name): html.unescape(value) for name, value in found}
    unchosen = officer.post(R1, hidden)
    assert unchosen.status_code == 409
    assert "R1, Comment: choose which version to keep." in text_of(unchosen)

    chosen = hidden | {
        "keep--outcomes--R1-comment": "both",
        "both--outcomes--R1-comment": "Tested by 20 schools.",
    }
    assert officer.post(R1, chosen).status_code == 302
    assert read_comment(marchshire, "R1") == "Tested by 20 schools."


def test_text_typed_into_an_expired_session_is_offered_back(marchshire, form_data, person):
    client = Client()
    client.login(username="officer-education", password="demo-ieg4", request=_request())
    page = client.get(R1).content.decode()
    writer = re.search(r'name="writer" value="([^"]+)"', page)[1]
    typed = form_data(marchshire, "outcomes", "R1") | {
        "outcomes--R1-comment": "Two hours of work.",
        "writer": writer,
    }
    client.session.flush()

    response = client.post(R1, typed)
    assert read_comment(marchshire, "R1") != "Two hours of work."
    assert "What you typed is kept for eight hours" in text_of(client.get(response.url))
    signed = client.post(response.url, {"username": "officer-education", "password": "demo-ieg4"})
    page = client.get(signed.url)

    assert "What you typed is below: check it, then save it." in text_of(page)
    assert "Two hours of work." in text_of(page)
    again = re.search(r'name="writer" value="([^"]+)"', page.content.decode())[1]
    client.post(R1, typed | {"writer": again})
    assert read_comment(marchshire, "R1") == "Two hours of work."
    assert "What you typed is below" not in text_of(client.get(signed.url))
    assert Unsaved.objects.count() == 0


def test_held_text_is_shown_to_its_writer_alone(marchshire, form_data):
    client = Client()
    client.login(username="officer-education", password="demo-ieg4", request=_request())
    writer = re.search(r'name="writer" value="([^"]+)"', client.get(R1).content.decode())[1]
    typed = form_data(marchshire, "outcomes", "R1") | {
        "outcomes--R1-comment": "Secret draft.",
        "writer": writer,
    }
    client.session.flush()
    response = client.post(R1, typed)

    signed = client.post(response.url, {"username": "head-education", "password": "demo-ieg4"})

    assert "Secret draft." not in text_of(client.get(signed.url))
    assert client.get(f"/marchshire/unsaved/{Unsaved.objects.get().key}/").status_code == 404


def _request():
    from django.test import RequestFactory

    return RequestFactory().get("/")


def test_form_without_its_token_is_refused_with_the_text_to_copy(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("officer-education"), backend="django.contrib.auth.backends.ModelBackend")

    response = client.post(R1, {"outcomes--R1-comment": "A comment longer than twenty letters."})

    assert response.status_code == 403
    assert "A comment longer than twenty letters." in text_of(response)


def test_person_who_may_not_answer_is_refused_with_the_text_to_copy(signed_in, marchshire, form_data):
    data = form_data(marchshire, "outcomes", "R1") | {"outcomes--R1-comment": "Finance knows better."}

    response = signed_in("finance").post(R1, data)

    assert response.status_code == 403
    assert "Finance knows better." in text_of(response)
    assert read_comment(marchshire, "R1") != "Finance knows better."


def test_closed_account_is_out_at_the_next_request(officer, person):
    assert officer.get(R1).status_code == 200
    User.objects.filter(username="officer-education").update(is_active=False)

    assert officer.get(R1).status_code == 302


def test_officer_who_moves_department_loses_the_old_one_at_once(officer, person):
    person("officer-education").departments.set([Department.objects.get(slug="highways")])

    assert officer.get(I1).status_code == 404


def test_guessing_makes_one_account_wait(client, db):
    for _ in range(5):
        response = client.post("/sign-in/", {"username": "officer-hr", "password": "wrong"})

    assert response.status_code == 429
    assert "wait one minute" in text_of(response)
    right = client.post("/sign-in/", {"username": "officer-hr", "password": "demo-ieg4"})
    assert right.status_code == 429
    assert client.post("/sign-in/", {"username": "head-hr", "password": "demo-ieg4"}).status_code == 302


def test_unknown_and_known_name_get_the_same_sentence(client, db):
    pages = [
        text_of(client.post("/sign-in/", {"username": name, "password": "wrong"})).replace(name, "")
        for name in ("officer-hr", "nobody-here")
    ]

    strip = [re.sub(r"\s+", " ", page) for page in pages]
    assert strip[0] == strip[1]
    assert "The user name or the password is wrong" in strip[0]


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_nowhere_else(client, db, target):
    response = client.post(f"/sign-in/?next={target}", {"username": "lead", "password": "demo-ieg4"})

    assert response.url == "/"


def test_allocation_page_gives_lines_to_a_person(signed_in, marchshire):
    data = {"lines": ["G8", "E7"], "owner": "officer-procurement@procurement", "due": "30 November 2004"}

    response = signed_in("lead").post("/marchshire/ieg4/allocation/", data)

    assert response.status_code == 302
    assert marchshire.allocations.get(line="G8").owner.username == "officer-procurement"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"owner": "officer-hr@hr", "due": "30 November 2004"}, "No line is ticked. Tick at least one."),
        (
            {"lines": ["R99"], "owner": "officer-hr@hr", "due": "30/11/2004"},
            "There is no line R99 in this return.",
        ),
        ({"lines": ["G8"], "due": "30/11/2004"}, "Choose the owner."),
        (
            {"lines": ["G8"], "owner": "officer-hr@finance", "due": "30/11/2004"},
            "Choose an owner from the list.",
        ),
        (
            {"lines": ["G8"], "owner": "wyeborough-lead@finance", "due": "30/11/2004"},
            "Choose an owner from the list.",
        ),
        ({"lines": ["G8"], "owner": "officer-hr@hr", "due": "soon"}, "This isn’t a date."),
        (
            {"lines": ["G8"], "owner": "officer-hr@hr", "due": "1 May 2030"},
            "within the year before the filing date",
        ),
    ],
)
def test_allocation_page_refuses_and_keeps_what_was_chosen(signed_in, marchshire, data, message):
    response = signed_in("lead").post("/marchshire/ieg4/allocation/", data)

    assert response.status_code == 422
    assert message in text_of(response)
    assert marchshire.allocations.get(line="G8").owner is None


def test_case_study_is_added_written_and_removed(officer, marchshire):
    added = officer.post("/marchshire/ieg4/cases/new/")
    code = added.url.rstrip("/").rsplit("/", 1)[1]
    data = {
        f"cases--{code}-seen": "0",
        f"cases--{code}-title": "A story",
        f"cases--{code}-text": "It went well.",
    }

    assert officer.post(added.url, data).status_code == 302
    assert "A story" in text_of(officer.get("/marchshire/ieg4/cases/"))
    assert officer.post(f"/marchshire/ieg4/cases/{code}/remove/").status_code == 302
    assert "A story" not in text_of(officer.get("/marchshire/ieg4/cases/"))
    removed = Event.objects.get(kind="removed", line=code)
    assert removed.old == "A story\n\nIt went well."
    again = officer.post("/marchshire/ieg4/cases/new/")
    assert again.url != added.url


def test_administrator_adds_a_person_who_can_sign_in(signed_in, client):
    admin = signed_in("admin")
    department = Department.objects.get(authority__slug="marchshire", slug="education")
    data = {
        "username": "new-officer", "first_name": "Ada", "last_name": "Byrne", "job_title": "Schools Officer",
        "email": "ada@marchshire.example", "is_active": "on", "roles": ["officer"], "departments": [department.pk],
        "new_password": "a-long-enough-one",
    }  # fmt: skip

    assert admin.post("/marchshire/people/new/", data).status_code == 302

    client.post("/sign-in/", {"username": "new-officer", "password": "a-long-enough-one"})
    assert client.get("/marchshire/ieg4/my-work/").status_code == 200


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"roles": ["finance", "officer"]}, "checks the figures, so can’t prepare them too"),
        ({"departments": []}, "Tick at least one."),
        ({"username": "lead"}, "already exists"),
        ({"new_password": "short"}, "at least 10 characters"),
        ({"departments": ["999999"]}, "999999"),
    ],
)
def test_administrator_s_form_refuses(signed_in, changed, message):
    department = Department.objects.get(authority__slug="marchshire", slug="education")
    data = {
        "username": "another", "first_name": "Ada", "last_name": "Byrne", "is_active": "on", "roles": ["officer"],
        "departments": [department.pk], "new_password": "a-long-enough-one",
    }  # fmt: skip

    response = signed_in("admin").post("/marchshire/people/new/", data | changed)

    assert message in text_of(response)
    assert not User.objects.filter(username="another").exists()


def test_department_of_another_council_cannot_be_given(signed_in):
    foreign = Department.objects.filter(authority__slug="wyeborough").first()
    data = {
        "username": "another", "first_name": "Ada", "last_name": "Byrne", "is_active": "on", "roles": ["officer"],
        "departments": [foreign.pk], "new_password": "a-long-enough-one",
    }  # fmt: skip

    signed_in("admin").post("/marchshire/people/new/", data)

    assert not User.objects.filter(username="another").exists()


def test_new_department_is_asked_at_once(signed_in, marchshire):
    response = signed_in("admin").post("/marchshire/departments/new/", {"name": "Emergency Planning"})

    assert response.status_code == 302
    page = signed_in("lead").get("/marchshire/ieg4/missing/?department=emergency-planning")
    assert f"{10 * 10 + 6 * 11 + 1} of " in text_of(page)


def test_people_pages_show_no_password_hash(signed_in):
    for address in ("/marchshire/people/", "/marchshire/people/lead/"):
        assert "md5$" not in signed_in("admin").get(address).content.decode()


def test_blocker_leads_to_the_cell_that_is_blank(officer, marchshire):
    from returns.checks.completeness import assess

    blocker = next(
        b for b in assess(marchshire).blockers if b.message.startswith("G1: light at 31 March 2006")
    )

    address, anchor = blocker.link.split("#")
    assert f'id="{anchor}"' in officer.get(address).content.decode()
    assert blocker.link in officer.get("/marchshire/ieg4/my-work/").content.decode()


def test_lights_chosen_in_an_expired_session_are_offered_back(marchshire, person):
    grid = "/marchshire/ieg4/grid/"
    client = Client()
    client.login(username="officer-education", password="demo-ieg4", request=_request())
    writer = re.search(r'name="writer" value="([^"]+)"', client.get(grid).content.decode())[1]
    typed = {"outcome_lights--G1--mar06-seen": "0", "outcome_lights--G1--mar06-light": "A", "writer": writer}
    client.session.flush()

    response = client.post(grid, typed)
    signed = client.post(response.url, {"username": "officer-education", "password": "demo-ieg4"})
    page = client.get(signed.url).content.decode()
    assert "What you typed is below" in page

    row = page[page.index('id="id_outcome_lights--G1--mar06-light"') :].split("</select>")[0]
    assert '<option value="A" selected>' in row
    assert light(marchshire, "G1", "mar06") == ""
