"""How long one stays signed in: what pages say of it, and how it is made longer."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from returns.demo import PASSWORD

pytestmark = pytest.mark.django_db
HELP = "/help/"
MORNING = datetime.datetime(2026, 6, 1, 9, 22, tzinfo=datetime.UTC)  # 10:22am in London


def sign_in(person) -> Client:
    client = Client()
    person.set_password(PASSWORD)
    person.save()
    answer = client.post("/sign-in/", {"username": person.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def ends(client: Client) -> datetime.datetime:
    return client.session.get_expiry_date()


def test_a_session_lasts_eight_hours_and_pages_say_until_when(person):
    with time_machine.travel(MORNING, tick=False):
        client = sign_in(person("lead"))
        page = client.get(HELP).content.decode()
        stranger = Client().get(HELP).content.decode()

        assert ends(client) == MORNING + datetime.timedelta(hours=8)
    assert "You are signed in until 6:22pm." in page
    assert 'data-session="28800"' in page
    assert ["signed in until" in stranger, "data-session" in stranger] == [False, False]


def test_reading_pages_leaves_the_end_where_it_is(person):
    with time_machine.travel(MORNING, tick=False) as clock:
        client = sign_in(person("lead"))
        clock.shift(datetime.timedelta(hours=7, minutes=55))
        page = client.get(HELP).content.decode()

        assert ends(client) == MORNING + datetime.timedelta(hours=8)
    assert "You are signed in until 6:22pm." in page
    assert 'data-session="300"' in page


@pytest.mark.parametrize("leads_to", ["/help/", "/marchshire/ieg4/outcomes/?a=1"])
def test_asking_for_longer_begins_eight_hours_anew_and_leads_back(person, leads_to):
    with time_machine.travel(MORNING, tick=False) as clock:
        client = sign_in(person("lead"))
        clock.shift(datetime.timedelta(hours=7, minutes=55))
        answer = client.post("/stay-signed-in/", {"next": leads_to})
        page = client.get(HELP).content.decode()

        assert ends(client) == timezone.now() + datetime.timedelta(hours=8)
    assert (answer.status_code, answer["Location"]) == (302, leads_to)
    assert "You stay signed in until 2:17am." in page
    assert "You are signed in until 2:17am." in page


def test_the_script_is_told_the_new_end(person):
    with time_machine.travel(MORNING, tick=False):
        client = sign_in(person("lead"))
        answer = client.post("/stay-signed-in/", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()) == (200, {"signed_in": {"until": "6:22pm", "seconds": 28800}})


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_it_leads_to_no_other_site(person, elsewhere):
    answer = sign_in(person("lead")).post("/stay-signed-in/", {"next": elsewhere})

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_session_that_has_ended_can_not_be_made_longer(person):
    with time_machine.travel(MORNING, tick=False) as clock:
        client = sign_in(person("lead"))
        clock.shift(datetime.timedelta(hours=8, seconds=1))
        answer = client.post("/stay-signed-in/", {"next": HELP})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_saying_when_it_ends_asks_the_database_nothing_more(person, django_assert_num_queries):
    client = sign_in(person("lead"))

    with django_assert_num_queries(2):  # the session and its person
        client.get(HELP)
