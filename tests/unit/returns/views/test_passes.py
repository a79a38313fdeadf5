"""The pass to the PDFs of a return: for a minute and one session it opens them unasked, and nothing else."""

import time
from urllib.parse import urljoin

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client

from returns import passes
from returns.models import User, Version
from returns.values.digests import sha256_of_bytes
from tests.unit.returns.views.test_access import USERS, W

PDF = W + "versions/2/return.pdf"
PAGES = {
    "the version": W + "versions/2/",
    "the PDF itself": PDF,
    "its way": W + "acts/",
    "documents": W + "documents/",
    "the Cabinet page": W + "cabinet/",
}
READER = "wyeborough-clerk"
PASS = settings.PASS_COOKIE_NAME
UNASKED, ASKED = "handed out unasked", "asked as any other"


@pytest.fixture
def reader(signed_in) -> Client:
    """A reader who was just shown the page of the version."""
    client = signed_in(READER)
    client.get(PAGES["the version"])
    assert client.cookies[PASS].value
    return client


@pytest.fixture
def way():
    """Which way a page was answered, and with what code: only what is asked comes as far as a session."""

    def ask(client: Client, path: str = PDF, method: str = "GET") -> tuple[str, int]:
        response = client.generic(method, path)
        return (ASKED if hasattr(response.wsgi_request, "session") else UNASKED), response.status_code

    return ask


def stored(return_, body: bytes) -> Version:
    """A third version, with that PDF."""
    last = return_.latest_version
    return Version.objects.create(
        return_record=return_,
        number=3,
        kind=Version.Kind.AMENDED,
        data=last.data,
        digest=last.digest,
        pdf=body,
        pdf_digest=sha256_of_bytes(body),
        pdf_size=len(body),
        event=return_.events.last(),
    )


def test_it_opens_the_very_bytes_of_the_version_with_one_query_and_then_none(
    reader, signed_in, django_assert_num_queries
):
    before = signed_in(READER).get(PDF)  # another session, which has no pass yet
    passes.kept.cache_clear()

    with django_assert_num_queries(1):
        first = reader.get(PDF)
    with django_assert_num_queries(0):
        second = reader.get(PDF)

    assert before.content.startswith(b"%PDF-")
    own = {"Set-Cookie", "Vary"}  # of the session alone
    for response in (first, second):
        assert (response.status_code, response.content) == (200, before.content)
        assert {**response.headers} == {k: v for k, v in before.headers.items() if k not in own}
    assert before["Cache-Control"] == "no-store, private"
    assert before["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_each_page_that_leads_to_a_version_gives_one(signed_in, way, page):
    client = signed_in(READER)
    assert client.get(page).status_code == 200

    assert way(client) == (UNASKED, 200)


def test_it_is_kept_from_scripts_and_other_sites_and_sent_to_versions_of_this_return_alone(reader):
    given = reader.cookies[PASS]

    assert given["path"] == W + "versions/" == urljoin(PDF, "..")
    assert (given["max-age"], given["httponly"], given["samesite"]) == (60, True, "Strict")


def test_it_is_sent_over_https_alone_where_the_session_is(signed_in, settings):
    settings.SESSION_COOKIE_SECURE = True
    client = signed_in(READER)
    client.get(PDF, secure=True)

    assert client.cookies[PASS]["secure"] is True


def test_after_a_minute_it_is_asked_again(signed_in, way):
    with time_machine.travel(int(time.time()), tick=False) as clock:
        client = signed_in(READER)
        client.get(PAGES["the version"])
        clock.shift(60)
        on_time = way(client)
        clock.shift(1)
        late = way(client)

    assert (on_time, late) == ((UNASKED, 200), (ASKED, 200))


def test_an_account_that_is_closed_is_let_in_for_that_minute_at_most(signed_in, way):
    """What the minute costs: they could have kept a copy of it a moment before."""
    with time_machine.travel(time.time(), tick=False) as clock:
        client = signed_in(READER)
        client.get(PAGES["the version"])
        User.objects.filter(username=READER).update(is_active=False)
        within = way(client)
        elsewhere = way(client, W + "versions/2/")
        clock.shift(61)
        after = way(client)

    assert (within, elsewhere, after) == ((UNASKED, 200), (ASKED, 302), (ASKED, 302))


def test_other_versions_of_the_same_numbers_are_read_anew(signed_in, wyeborough, way):
    """A backup is restored under a server that runs on, and the return is amended once more."""
    opened = []
    for body in (b"%PDF-1.7 of the first", b"%PDF-1.7 of the second"):
        with transaction.atomic():
            version = stored(wyeborough, body)
            client = signed_in(READER)
            for path in (W + "acts/", version.pdf_url):
                assert client.get(path).status_code == 200
            assert way(client, version.pdf_url) == (UNASKED, 200)
            opened.append(client.get(version.pdf_url).content)
            transaction.set_rollback(True)

    assert opened == [b"%PDF-1.7 of the first", b"%PDF-1.7 of the second"]


def test_a_version_later_than_the_pass_is_asked_for(reader, wyeborough, way):
    version = stored(wyeborough, b"%PDF-1.7")

    assert way(reader, version.pdf_url) == (ASKED, 200)
    assert way(reader, version.pdf_url) == (UNASKED, 200)  # with the pass that came with it


@pytest.mark.parametrize("forged", ["", "1", "1:nonsense", "{other}", "{pk}:{stamp}:{signature}x"])
def test_a_forged_one_is_none(reader, way, forged):
    pk, stamp, signature = reader.cookies[PASS].value.split(":")
    other = f"9{pk}:{stamp}:{signature}"
    reader.cookies[PASS] = forged.format(other=other, pk=pk, stamp=stamp, signature=signature)

    assert way(reader) == (ASKED, 200)


def test_in_another_session_it_is_none(reader, signed_in, way):
    stolen = reader.cookies[PASS].value
    colleague, stranger, nobody = signed_in("wyeborough-lead"), signed_in("lead"), Client()
    for client in (colleague, stranger, nobody):
        client.cookies[PASS] = stolen

    assert [way(client) for client in (colleague, stranger, nobody)] == [
        (ASKED, 200),
        (ASKED, 404),
        (ASKED, 302),
    ]


def test_bound_to_no_session_it_would_open_the_version_to_anyone(signed_in, way, monkeypatch):
    """The twin of the test above: it is the session in the salt that keeps strangers out."""
    monkeypatch.setattr(passes, "_salt", lambda _: "the same for all")
    reader, stranger = signed_in(READER), signed_in("lead")
    reader.get(PAGES["the version"])
    stranger.cookies[PASS] = reader.cookies[PASS].value

    assert way(stranger) == (UNASKED, 200)


def test_signing_out_ends_it(reader, way):
    given = reader.cookies[PASS].value
    reader.post("/sign-out/")
    reader.cookies[PASS] = given  # browsers send it until it is late

    assert way(reader) == (ASKED, 302)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (W + "versions/2/return.json", 200),
        (W + "versions/2/", 200),
        (W + "versions/99/return.pdf", 404),
        (W + "versions/2/nonsense.pdf", 404),
        ("/wyeborough/ieg9/versions/2/return.pdf", 404),
        ("/marchshire/ieg4/versions/2/return.pdf", 404),
    ],
)
def test_it_opens_no_other_page(reader, way, path, code):
    assert way(reader, path) == (ASKED, code)


@pytest.mark.parametrize(("method", "code"), [("HEAD", 200), ("POST", 405)])
def test_it_is_for_reading_alone(reader, way, method, code):
    assert way(reader, method=method) == (ASKED, code)


@pytest.mark.parametrize("role", [*USERS, "anonymous"])
def test_whoever_may_not_read_the_return_is_given_none(signed_in, role):
    """`USERS` are Marchshire's, but for the lead of Wyeborough; the administrator reads no answers."""
    clients = {"anonymous": Client()} if role == "anonymous" else {role: signed_in(USERS[role])}
    clients |= {"admin": signed_in("wyeborough-admin")} if role == "admin" else {}
    for role_, client in clients.items():
        codes = {client.get(page).status_code for page in PAGES.values()}
        assert (PASS in client.cookies, 200 in codes) == ((role_ == "other-council"),) * 2
