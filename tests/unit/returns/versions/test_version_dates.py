"""A version is dated by what it records: Cabinet's decision of 2 December, not its recording on the 3rd."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns import clock
from returns.documents.changes import changes_document
from returns.documents.rekeying import answers_to_key
from returns.models import Event, Version
from returns.versions.comparing import compare

W = "/wyeborough/ieg4/"
APPROVED = "as approved by Cabinet on 2 December 2004"
SENT = "as sent to Cabinet on 24 November 2004"


def test_each_kind_of_version_has_its_day(wyeborough):
    sent, approved = wyeborough.versions.order_by("number")
    event = Event.objects.filter(return_record=wyeborough).exclude(version_made__isnull=False).last()
    amended = Version.objects.create(
        return_record=wyeborough, number=3, kind=Version.Kind.AMENDED, event=event, pdf=b"", pdf_size=0
    )

    assert clock.day_of(approved.event.at) == datetime.date(2004, 12, 3)
    assert [sent.called, approved.called] == [f"version 1, {SENT}", f"version 2, {APPROVED}"]
    assert wyeborough.versions.get(pk=amended.pk).day == clock.day_of(event.at)


@pytest.mark.parametrize(
    ("who", "path", "said"),
    [
        ("wyeborough-lead", "versions/2/", f"<h1>The return {APPROVED}</h1>"),
        ("wyeborough-lead", "versions/1/", f">version 2, {APPROVED}</a>"),
        ("wyeborough-lead", "acts/", f">A{APPROVED[1:]}</a>"),
        ("wyeborough-lead", "documents/", f">The return {APPROVED} (PDF"),
        ("wyeborough-cabinet", "cabinet/", f">The return {APPROVED}</a>"),
        ("wyeborough-lead", "changes/", f"ersion 2, {APPROVED}; code"),
    ],
)
def test_page_dates_an_approved_version_by_the_decision(signed_in, wyeborough, who, path, said):
    page = signed_in(who).get(W + path)

    assert page.status_code == 200
    assert page.content.decode().count(said) == 1


def test_documents_date_an_approved_version_by_the_decision(wyeborough):
    facts = dict(changes_document(wyeborough, compare(wyeborough), clock.now()).facts)
    _, keyed = answers_to_key(wyeborough)

    assert facts["Cabinet saw"].startswith(f"version 1, {SENT}; code ")
    assert facts["Compared with"].startswith(f"version 2, {APPROVED}; code ")
    assert keyed.startswith(f"Version 2, {APPROVED}, code ")


def test_dates_of_versions_take_no_query_each(wyeborough):
    with CaptureQueriesContext(connection) as queries:
        days = [each.day for each in wyeborough.versions.defer("pdf", "data").select_related("event")]

    assert (len(days), len(queries)) == (2, 1)
