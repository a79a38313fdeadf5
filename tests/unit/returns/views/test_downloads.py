"""A download asks like every page, and reads the stored bytes only for a person who may have them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns.models import User, Version

W = "/wyeborough/ieg4/"
STORED = {"the PDF": "versions/2/return.pdf", "its data": "versions/2/return.json"}


def columns_read(client, path: str) -> tuple[int, set[str]]:
    """The status of that address, and which of the large columns of versions were asked for."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        status = client.get(path).status_code
    large = {"pdf", "data"}
    return status, {
        name for name in large for query in queries if f'"returns_version"."{name}"' in query["sql"]
    }


@pytest.mark.parametrize(("what", "column"), [("the PDF", "pdf"), ("its data", "data")])
def test_reader_gets_what_was_stored_and_nothing_else_is_read(signed_in, wyeborough, what, column):
    client = signed_in("wyeborough-clerk")
    version = Version.objects.get(return_record=wyeborough, number=2)
    stored = {"pdf": bytes(version.pdf), "data": version.data.encode()}

    assert client.get(W + STORED[what]).content == stored[column]
    assert columns_read(client, W + STORED[what]) == (200, {column})


@pytest.mark.parametrize("what", STORED)
@pytest.mark.parametrize(("username", "status"), [("lead", 404), ("wyeborough-admin", 403)])
def test_nothing_is_read_for_a_person_who_may_not_have_it(signed_in, wyeborough, what, username, status):
    assert columns_read(signed_in(username), W + STORED[what]) == (status, set())


@pytest.mark.parametrize("what", STORED)
def test_a_right_that_is_lost_is_lost_at_once(signed_in, wyeborough, what):
    client = signed_in("wyeborough-clerk")
    client.get(W + "versions/2/")
    assert client.get(W + STORED[what]).status_code == 200

    User.objects.get(username="wyeborough-clerk").groups.clear()

    assert columns_read(client, W + STORED[what]) == (403, set())
