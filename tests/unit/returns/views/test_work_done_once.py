"""A request reads nothing twice, asks once whether it is allowed, and reads no more where there are more rows."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from returns.acts import raise_query
from returns.answers.reader import read
from returns.models import Department, Return

FIRST_PAGES = {
    "officer-education": "/marchshire/ieg4/my-work/",
    "head-education": "/marchshire/ieg4/my-work/",
    "lead": "/marchshire/ieg4/dashboard/",
    "finance": "/marchshire/ieg4/dashboard/",
    "clerk": "/marchshire/ieg4/dashboard/",
    "cabinet": "/marchshire/ieg4/cabinet/",
    "admin": "/marchshire/people/",
    "wyeborough-lead": "/wyeborough/ieg4/dashboard/",
    "wyeborough-clerk": "/wyeborough/ieg4/dashboard/",
    "wyeborough-cabinet": "/wyeborough/ieg4/cabinet/",
    "wyeborough-head-corporate": "/wyeborough/ieg4/my-work/",
}
PAGES = [
    *FIRST_PAGES.items(),
    ("officer-education", "/marchshire/ieg4/outcomes/G1/"),
    ("officer-education", "/marchshire/ieg4/cases/"),
    ("officer-education", "/marchshire/ieg4/grid/"),
    ("lead", "/marchshire/ieg4/allocation/"),
    ("lead", "/marchshire/ieg4/risks/"),
    ("head-education", "/marchshire/ieg4/signatures/"),
    ("cabinet", "/marchshire/ieg4/documents/"),
    ("cabinet", "/marchshire/ieg4/whole/"),
    ("admin", "/marchshire/ieg4/proforma/"),
    ("admin", "/marchshire/departments/"),
    ("wyeborough-cabinet", "/wyeborough/ieg4/documents/"),
    ("wyeborough-lead", "/wyeborough/ieg4/acts/"),
]


def asked(client, address: str) -> list[str]:
    """What a page asks of the database. It is opened once before, so that what a process keeps is kept."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return [query["sql"] for query in queries.captured_queries]


@pytest.mark.parametrize("username", FIRST_PAGES)
def test_each_person_is_led_to_their_first_page_at_once(signed_in, username):
    answer = signed_in(username).get("/")

    assert (answer.status_code, answer.url) == (302, FIRST_PAGES[username])


@pytest.mark.parametrize(("username", "address"), PAGES)
def test_no_page_asks_the_database_the_same_twice(signed_in, at_nine, username, address):
    questions = Counter(asked(signed_in(username), address))

    assert [sql for sql, times in questions.items() if times > 1] == []


@pytest.mark.parametrize(("username", "address"), PAGES)
def test_a_page_asks_once_whether_it_is_allowed(signed_in, at_nine, monkeypatch, username, address):
    view, calls = resolve(address).func.view_class, []
    rule = view.allowed

    def counted(self) -> bool:
        calls.append(1)
        return rule(self)

    monkeypatch.setattr(view, "allowed", counted)

    assert signed_in(username).get(address).status_code == 200
    assert len(calls) == 1


@pytest.mark.parametrize("username", ["officer-education", "lead", "cabinet"])
def test_first_page_asks_as_much_for_three_queries_and_departments_as_for_one(
    signed_in, person, marchshire, at_nine, username
):
    answers, someone = read(marchshire), person(username)
    places = [answers.place("outcomes", code) for code in ("G1", "G8", "R1")]
    departments = list(
        Department.objects.filter(authority=marchshire.authority).exclude(slug="education")[:3]
    )
    counts = []
    for place, department in zip(places, departments, strict=True):
        raise_query(return_=marchshire, by=person("lead"), place=place, text="Is this so?")
        someone.departments.add(department)
        counts.append(len(asked(signed_in(username), FIRST_PAGES[username])))

    assert counts[0] == counts[2]


def test_the_latest_version_is_read_once_and_anew_after_one_is_stored(wyeborough):
    def read_version(return_: Return):
        with CaptureQueriesContext(connection) as queries:
            versions = [return_.latest_version for _ in range(3)]
        return versions[-1], len(queries)

    first, asked_first = read_version(wyeborough)
    copy = wyeborough.versions.get(pk=first.pk)
    copy.pk, copy.number, copy.event = None, first.number + 1, wyeborough.events.order_by("number").first()
    copy.return_record = wyeborough
    copy.save(force_insert=True)
    latest, asked_again = read_version(wyeborough)

    assert (asked_first, asked_again) == (1, 1)
    assert latest.number == first.number + 1
