"""Every address by every role: what they get, with no address left out."""

import hashlib
import json
import re

import pytest
from django.apps import apps
from django.core import serializers

from tests.support.access_table import named_views

M = "/marchshire/ieg4/"
W = "/wyeborough/ieg4/"
ROLES = ["anonymous", "officer", "head", "lead", "finance", "clerk", "cabinet", "admin", "other-council"]
USERS = {
    "officer": "officer-education", "head": "head-education", "lead": "lead", "finance": "finance",
    "clerk": "clerk", "cabinet": "cabinet", "admin": "admin", "other-council": "wyeborough-lead",
}  # fmt: skip

SIGN_IN, OK, GO, NO, NOT = 302, 200, 302, 403, 404


def row(anonymous, officer, head, lead, finance, clerk, cabinet, admin, other):
    return dict(
        zip(ROLES, (anonymous, officer, head, lead, finance, clerk, cabinet, admin, other), strict=True)
    )


OPEN = row(*[OK] * 9)
READERS = row(SIGN_IN, OK, OK, OK, OK, OK, OK, NO, NOT)
WATCHERS = row(SIGN_IN, NO, NO, OK, OK, OK, NO, NO, NOT)
LEAD = row(SIGN_IN, NO, NO, OK, NO, NO, NO, NO, NOT)
PACK = row(SIGN_IN, NO, NO, OK, OK, OK, OK, NO, NOT)
NO_RISK = row(SIGN_IN, *[NOT] * 6, NO, NOT)
NOWHERE = row(SIGN_IN, *[NOT] * 8)
OTHER_COUNCIL = row(SIGN_IN, *[NOT] * 7, OK)
ADMIN = row(SIGN_IN, NO, NO, NO, NO, NO, NO, OK, NOT)
OWN_LINE = row(SIGN_IN, OK, OK, OK, OK, OK, NOT, NO, NOT)
OTHER_LINE = row(SIGN_IN, NOT, NOT, OK, OK, OK, NOT, NO, NOT)

GET = {
    "home": [("/", row(SIGN_IN, GO, GO, GO, GO, GO, GO, GO, GO))],
    "sign-in": [("/sign-in/", row(OK, *[GO] * 8))],
    "help": [("/help/", OPEN)],
    "accessibility": [("/accessibility/", OPEN)],
    "health": [("/health/", OPEN)],
    "health-ready": [("/health/ready/", OPEN)],
    "session-extend": [("/stay-signed-in/", row(SIGN_IN, *[405] * 8))],
    "sign-out": [("/sign-out/", row(SIGN_IN, *[405] * 8))],
    "dashboard-detail": [(M + "dashboard/", WATCHERS)],
    "blocker-list": [(M + "missing/", WATCHERS), (M + "missing/?department=education&owner=x", WATCHERS)],
    "report-detail": [(M + "cabinet/report/", READERS)],
    "report-copy": [(M + "cabinet/report/stored/1/1/", NOWHERE)],
    "report-copy-pdf": [(M + "cabinet/report/stored/1/1/report.pdf", NOWHERE)],
    "report-edit": [(M + "cabinet/report/purpose/", row(SIGN_IN, NO, NO, NO, NO, OK, NO, NO, NOT))],
    "report-add": [(M + "cabinet/report/risks/add/", row(SIGN_IN, NO, NO, NO, NO, OK, NO, NO, NOT))],
    "document-list": [(M + "documents/", READERS)],
    "document-create": [
        (M + "documents/return/draw/", row(SIGN_IN, *[405] * 6, NO, NOT)),
        (M + "documents/nonsense/draw/", NOWHERE),
    ],
    "drawing-detail": [(M + "drawings/1/", NOWHERE)],
    "drawing-pdf": [(M + "drawings/1/document.pdf", NOWHERE)],
    "cabinet-detail": [(M + "cabinet/", PACK)],
    "outcomes:light-grid": [(M + "grid/", row(SIGN_IN, OK, OK, OK, NO, NO, NO, NO, NOT))],
    "efficiency:gain-list": [(M + "efficiency/", READERS)],
    "efficiency:line-detail": [
        (M + "efficiency/by-line/EF1/", READERS),
        (M + "bvpi157/by-line/I1/", READERS),
    ],
    "efficiency:risk-list": [(M + "risks/", READERS)],
    "efficiency:risk-create": [(M + "risks/new/", LEAD)],
    "efficiency:risk-detail": [(M + "risks/1/", READERS), (f"{M}risks/{10**30}/", NO_RISK)],
    "efficiency:risk-update": [(M + "risks/1/edit/", LEAD)],
    "efficiency:risk-close": [(M + "risks/1/close/", LEAD)],
    "efficiency:risk-accept": [(M + "risks/accept/late-PRO/", LEAD)],
    "efficiency:risk-dismiss": [(M + "risks/dismiss/late-PRO/", LEAD)],
    "returns:council-css": [("/marchshire/colours.css", OPEN)],
    "returns:person-list": [("/marchshire/people/", ADMIN)],
    "returns:person-create": [("/marchshire/people/new/", ADMIN)],
    "returns:person-update": [("/marchshire/people/lead/", ADMIN)],
    "returns:department-list": [("/marchshire/departments/", ADMIN)],
    "returns:department-create": [("/marchshire/departments/new/", ADMIN)],
    "returns:department-update": [("/marchshire/departments/hr/", ADMIN)],
    "returns:return-detail": [(M, row(SIGN_IN, GO, GO, GO, GO, GO, GO, NO, NOT))],
    "returns:work-list": [(M + "my-work/", row(SIGN_IN, OK, OK, OK, NO, NO, NO, NO, NOT))],
    "returns:allocation": [(M + "allocation/", row(SIGN_IN, NO, NO, OK, NO, NO, NO, NO, NOT))],
    "returns:return-whole": [(M + "whole/", READERS)],
    "returns:return-pdf": [(M + "return.pdf", row(SIGN_IN, GO, GO, GO, GO, GO, GO, NO, NOT))],
    "returns:return-verify": [(M + "verify/", READERS)],
    "returns:change-list": [(M + "changes/", READERS)],
    "returns:change-draw": [(M + "changes/draw/", row(SIGN_IN, *[405] * 6, NO, NOT))],
    "returns:rekeying-check": [(M + "rekeying/", WATCHERS)],
    "returns:rekeying-template": [(M + "rekeying.csv", WATCHERS)],
    "returns:proforma-detail": [(M + "proforma/", ADMIN)],
    "returns:form-adopt": [(M + "proforma/adopt/", LEAD)],
    "returns:department-detail": [
        (M + "departments/education/", row(SIGN_IN, OK, OK, OK, OK, OK, NOT, NOT, NOT)),
        (M + "departments/highways/", row(SIGN_IN, NOT, NOT, OK, OK, OK, NOT, NOT, NOT)),
    ],
    "returns:department-sign": [
        (M + "departments/education/sign/", row(SIGN_IN, OK, OK, OK, OK, OK, NOT, NOT, NOT)),
        (M + "departments/highways/sign/", row(SIGN_IN, NOT, NOT, OK, OK, OK, NOT, NOT, NOT)),
    ],
    "returns:statement-draw": [
        (M + "departments/education/statement/", row(SIGN_IN, *[405] * 5, NOT, NOT, NOT)),
        (M + "departments/highways/statement/", row(SIGN_IN, NOT, NOT, 405, 405, 405, NOT, NOT, NOT)),
    ],
    "returns:figures-sign": [(M + "figures/sign/", WATCHERS)],
    "returns:signature-list": [(M + "signatures/", READERS)],
    "returns:query-list": [(M + "queries/", READERS)],
    "returns:query-create": [(M + "queries/new/?section=outcomes&line=R1", LEAD)],
    # Of G11, which the department of education answers.
    "returns:query-detail": [(M + "queries/1/", row(SIGN_IN, OK, OK, OK, OK, OK, NOT, NOT, NOT))],
    "returns:act-list": [(M + "acts/", READERS)],
    "returns:act-perform": [
        (M + "acts/send-back/", LEAD),
        (M + "acts/send/", LEAD),
        (M + "acts/approve/", row(SIGN_IN, *[NO] * 7, NOT)),
    ],
    # Of Marchshire nothing was decided yet.
    "returns:decision-correct": [(M + "acts/decision/correct/", row(SIGN_IN, *[NO] * 7, NOT))],
    "returns:filing-correct": [(M + "acts/filing/correct/", row(SIGN_IN, *[NO] * 7, NOT))],
    # Marchshire has none yet; Wyeborough's are its own.
    "returns:version-detail": [(M + "versions/1/", NOWHERE), (W + "versions/2/", OTHER_COUNCIL)],
    "returns:version-pdf": [
        (M + "versions/1/return.pdf", NOWHERE),
        (W + "versions/2/return.pdf", OTHER_COUNCIL),
    ],
    "returns:version-data": [
        (M + "versions/1/return.json", NOWHERE),
        (W + "versions/2/return.json", OTHER_COUNCIL),
    ],
    "returns:event-list": [(M + "history/", WATCHERS)],
    "returns:notice-list": [(M + "messages/", READERS)],
    "returns:reminder-send": [(M + "reminders/", row(SIGN_IN, NO, NO, 405, NO, NO, NO, NO, NOT))],
    "returns:case-create": [(M + "cases/new/", row(SIGN_IN, 405, 405, NO, NO, NO, NO, NO, NOT))],
    "returns:case-remove": [(M + "cases/C4/remove/", row(SIGN_IN, OK, OK, NO, NO, NO, NOT, NOT, NOT))],
    "returns:section-detail": [
        (M + "outcomes/", row(SIGN_IN, OK, OK, OK, OK, OK, NOT, NO, NOT)),
        (M + "cover/", row(SIGN_IN, OK, OK, OK, OK, OK, NOT, NO, NOT)),
    ],
    "returns:section-answer": [(M + "cover/answer/", row(SIGN_IN, NOT, NOT, OK, OK, OK, NOT, NOT, NOT))],
    "returns:line-answer": [
        (M + "outcomes/R1/", OWN_LINE),
        (M + "outcomes/R16/", OTHER_LINE),
        (M + "bvpi157/I1/education/", OWN_LINE),
        (M + "bvpi157/I1/highways/", OTHER_LINE),
        (M + "efficiency/EF1/education/", OWN_LINE),
        (M + "efficiency/EF1/highways/", OTHER_LINE),
    ],
    "returns:unsaved-list": [("/marchshire/unsaved/", row(SIGN_IN, *[OK] * 7, NOT))],
    "returns:unsaved-detail": [("/marchshire/unsaved/aaaaaaaaaaaaaaaaaaaaaa/", NOWHERE)],
    "returns:unsaved-text": [("/marchshire/unsaved/aaaaaaaaaaaaaaaaaaaaaa/not-saved.txt", NOWHERE)],
    "returns:line-history": [
        (M + "outcomes/R1/history/", OWN_LINE),
        (M + "outcomes/R16/history/", OTHER_LINE),
        (M + "bvpi157/I1/history/?department=highways", OTHER_LINE),
    ],
}
for rows in ("returns:line-answer", "returns:line-history"):
    # Whoever has no part in the answers is not told which lines there are.
    GET[rows] = [(address, expected | {"admin": NOT}) for address, expected in GET[rows]]


def test_no_address_is_left_out():
    assert named_views().keys() == GET.keys()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says_and_nothing_is_written(role, client, signed_in):
    visitor = client if role == "anonymous" else signed_in(USERS[role])
    addresses = {address: expected[role] for rows in GET.values() for address, expected in rows}
    before = fingerprint()

    found = {address: visitor.get(address).status_code for address in addresses}

    assert found == addresses
    assert fingerprint() == before, "GET wrote something"


def fingerprint() -> str:
    tables = [m for m in apps.get_models() if m._meta.app_label not in ("contenttypes", "auth")]
    rows = [serializers.serialize("json", model.objects.order_by("pk")) for model in tables]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere/ieg4/dashboard/", "/marchshire/ieg9/dashboard/", M + "nothing/", M + "outcomes/R99/",
        M + "outcomes/r1/", M + "bvpi157/I1/", M + "bvpi157/I1/nowhere/", M + "outcomes/R1/education/",
        M + "cases/C99/", M + "takeup/answer/", M + "cover/answer/more/", "/marchshire/people/nobody/",
        M + "departments/nowhere/", M + "outcomes/by-line/R1/", M + "efficiency/by-line/EF9/", "/wp-login.php",
        M + "outcomes/R1%00/", M + "outcomes/%F0%9F%98%80/",
    ],
)  # fmt: skip
def test_unknown_address_is_not_found(signed_in, address):
    response = signed_in("lead").get(address)

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_page_of_another_department_looks_like_one_that_is_not_there(signed_in):
    officer = signed_in("officer-education")

    pages = [officer.get(M + address).content.decode() for address in ("outcomes/R16/", "outcomes/R99/")]

    # Each page carries its own address and tokens, for signing out and for staying signed in.
    foreign, missing = (
        re.sub(r'(csrfmiddlewaretoken|writer|next)" value="[^"]+', "", page) for page in pages
    )
    assert foreign == missing


MAY_POST = {
    M + "outcomes/R1/": {"officer", "head", "lead"},
    M + "bvpi157/I1/education/": {"officer", "head"},
    M + "cover/answer/": {"lead"},
    M + "efficiency/answer/": {"lead"},
    M + "grid/": {"officer", "head", "lead"},
    M + "cases/new/": {"officer", "head"},
    M + "cases/C4/remove/": {"officer", "head"},
    M + "allocation/": {"lead"},
    M + "reminders/": {"lead"},
    M + "queries/new/?section=outcomes&line=R1": {
        "lead",
        "cabinet",
    },  # who asks once there is something to ask
    M + "queries/1/": {"officer", "head", "lead"},
    M + "departments/education/sign/": {"head"},
    M + "figures/sign/": {"finance"},
    M + "acts/send-back/": {"lead"},
    M + "acts/send/": {"lead"},
    M + "acts/approve/": {"clerk"},
    M + "risks/new/": {"lead"},
    M + "risks/1/edit/": {"lead"},
    M + "risks/1/close/": {"lead"},
    M + "risks/accept/late-PRO/": {"lead"},
    M + "risks/dismiss/late-PRO/": {"lead"},
    M + "messages/": {"officer", "head", "lead", "finance", "clerk", "cabinet"},
    "/marchshire/people/new/": {"admin"},
    "/marchshire/people/lead/": {"admin"},
    "/marchshire/departments/new/": {"admin"},
    "/marchshire/departments/hr/": {"admin"},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_posts_only_where_it_may(role, client, signed_in):
    """An empty form tells a door that is open (a redirect, or the page with its errors) from one that is shut."""
    visitor = client if role == "anonymous" else signed_in(USERS[role])

    statuses = {address: visitor.post(address).status_code for address in MAY_POST}

    if role == "anonymous":
        assert statuses == dict.fromkeys(MAY_POST, 302)
    else:
        entered = {address for address, status in statuses.items() if status not in (403, 404)}
        assert entered == {address for address, roles in MAY_POST.items() if role in roles}


def test_every_page_forbids_frames_scripts_and_caches(signed_in):
    lead = signed_in("lead")
    for rows in GET.values():
        for address, expected in rows:
            if expected["lead"] != 200 or address.endswith((".css", ".pdf")):
                continue
            response = lead.get(address)
            assert response["X-Frame-Options"] == "DENY", address
            assert "frame-ancestors 'none'" in response["Content-Security-Policy"], address
            assert "unsafe" not in response["Content-Security-Policy"], address
            assert "no-store" in response["Cache-Control"], address
            assert "private" in response["Cache-Control"], address
