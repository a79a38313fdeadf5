"""A database of before the modules moved, brought to the code of now: what it stored verifies as it did then."""

import base64
import contextlib
import hashlib
import json
import lzma
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demonstration import AS_ONE_TRIES_IT, ROOT, manage

STORED = Path(__file__).with_name("before-rooms.sql.xz")
DRAWN = "/marchshire/ieg4/drawings/1/document.pdf"
COUNCIL = "Wyeborough Borough Council’s IEG4 return"

# Number and kind of each version, or number and edition of its report; the digests of the data and of the PDF.
DIGESTS = [
    (
        1,
        "cabinet",
        "c9d8aafee23b4226651c83cd78eaa4aacab8229483642c9748e12975cf6dbc90",
        "fdd2213dd93d6e18473b0218f92fa2ed26cc182295afeae2ea8fb9db203837aa",
    ),
    (
        2,
        "cabinet",
        "03b3c98ae5a52a5700609b4a9f10c7bcb3b1e2f5a2b1497bca373dffb475ee8b",
        "66d7fa5db5473b242f2cf9ba2f0be40ce7077433d5c4e0de349b5bc3df945066",
    ),
    (
        3,
        "approved",
        "03b3c98ae5a52a5700609b4a9f10c7bcb3b1e2f5a2b1497bca373dffb475ee8b",
        "15d1685c2853b5884d44d583dd0e8f9df3143415e4102ead9ad839e0d981695c",
    ),
    (
        4,
        "amended",
        "2233e02fea3681a9f27a2f65b6786a204f90365d073d8283c6780f913c93f70b",
        "4c649ed3c84d62e0ea3959fff837112bed9af0ce24bd346a870a0201d6a54e3a",
    ),
    (
        1,
        1,
        "46aaff722ebf4cdddf6a61fcaf4fe483929fb7b73eb1ff0131ae5d20de75456e",
        "9866132350d2d0b91747f54e0d4dbbffa7730286e1d523d38af549cc62108f99",
    ),
    (
        2,
        1,
        "8db15f12f97b518662c946318ee4322e0cfc49a1a38184eb7a66291992ae5499",
        "3f9dd0d6fc50f25d20b83bfc673a860ba2f52d75037dab87231285ea0641b247",
    ),
    (
        2,
        2,
        "fb01dac0bc7ca7f673da6cdefd068476fac1632080f06eee9619c8d4ff93022d",
        "b857df517aa266d917d7bae4be05199ccaf982a687d50236062466c732e8ad4a",
    ),
]
FILES = {
    address: stored
    for number, name, data, body in DIGESTS
    for address, stored in (
        {f"cabinet/report/stored/{number}/{name}/report.pdf": ["application/pdf", body]}
        if isinstance(name, int)
        else {
            f"versions/{number}/return.pdf": ["application/pdf", body],
            f"versions/{number}/return.json": ["application/json", data],
        }
    ).items()
}

# Pages of Wyeborough's return, each with somebody who reads it.
PAGES = {
    "": "cabinet",
    "versions/1/": "cabinet",
    "versions/2/": "cabinet",
    "versions/3/": "cabinet",
    "versions/4/": "cabinet",
    "cabinet/report/stored/1/1/": "cabinet",
    "cabinet/report/stored/2/1/": "cabinet",
    "cabinet/report/stored/2/2/": "cabinet",
    "history/": "lead",
    "signatures/": "lead",
    "queries/2/": "head-leisure",
    "changes/": "cabinet",
    "risks/": "finance",
}

HISTORIES = {
    "marchshire": (
        "Marchshire Council, IEG4: 1,567 events, whole. "
        "The last digest is 549358159c915a650335fde9cf6e1b2f438266389ab7056c92042be65e3773e0.\n"
    ),
    "wyeborough": (
        "Wyeborough Borough Council, IEG4: 1,322 events, whole. "
        "The last digest is d85b4e9a83710b2bb1e1e77b6f2645102c4d929d1f4d3055cbe5fc1582abb76a.\n"
    ),
}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def fetch(path: Path, statement: str) -> list[tuple]:
    with opened(path) as connection:
        return connection.execute(statement).fetchall()


def ask(path: Path, questions: list[tuple]) -> dict[tuple, list]:
    """What the application says of that database, by question; see `asking`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.upgrades.asking"],
        cwd=ROOT,
        env=os.environ | AS_ONE_TRIES_IT | {"DATABASE_URL": f"sqlite:///{path}", "TODAY": ""},
        input=json.dumps(questions),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(questions, json.loads(done.stdout), strict=True))


def check_history(council: str) -> tuple:
    return "command", "check_history", council, "ieg4"


def wyeborough(reader: str, address: str) -> tuple:
    return "get", f"wyeborough-{reader}", f"/wyeborough/ieg4/{address}"


def check_return(council: str) -> tuple:
    return "command", "check_return", council, "ieg4", "--json"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("before-rooms") / "upgraded.sqlite3"
    with opened(path) as connection:
        connection.executescript(lzma.decompress(STORED.read_bytes()).decode())
    manage(f"sqlite:///{path}", "migrate", "--verbosity", "0")
    return path


@pytest.fixture(scope="module")
def files(upgraded) -> dict[str, Path]:
    """The stored PDFs, written out: the return's by number of version, the report's by version and edition."""
    found = {}
    rows = fetch(upgraded, "SELECT number, pdf FROM returns_version") + fetch(
        upgraded,
        "SELECT v.number || '-' || c.edition, c.pdf FROM returns_reportcopy c "
        "JOIN returns_version v ON v.id = c.version_id",
    )
    for name, body in rows:
        found[str(name)] = upgraded.with_name(f"{name}.pdf")
        found[str(name)].write_bytes(body)
    return found


@pytest.fixture(scope="module")
def unsaved_text(upgraded) -> str:
    [(key,)] = fetch(upgraded, "SELECT key FROM returns_unsaved")
    return f"/marchshire/unsaved/{key}/not-saved.txt"


@pytest.fixture(scope="module")
def said(upgraded, files, unsaved_text) -> dict[tuple, list]:
    """All that these tests ask, asked at once: starting the application takes longest."""
    return ask(
        upgraded,
        [
            *map(check_history, HISTORIES),
            *map(check_return, HISTORIES),
            *(("command", "verify_return", str(path)) for path in files.values()),
            ("command", "draw_documents"),
            ("get", "lead", DRAWN),
            ("get", "officer-education", unsaved_text),
            *(wyeborough(reader, address) for address, reader in PAGES.items()),
            *(wyeborough("cabinet", address) for address in FILES),
        ],
    )


def test_every_history_is_whole(said):
    assert {council: said[check_history(council)] for council in HISTORIES} == {
        council: [0, line] for council, line in HISTORIES.items()
    }


def test_every_stored_pdf_is_genuine(said, files):
    assert {name: said["command", "verify_return", str(path)] for name, path in files.items()} == {
        name: [0, f"Genuine. The file is {sentence}\n"] for name, sentence in GENUINE.items()
    }


LATEST = "version 4, as amended under delegation on 9 December 2004"
REPORT = "the covering report of version"
GENUINE = {
    "1": (
        f"version 1 of {COUNCIL}, as sent to Cabinet on 24 November 2004, to the last byte. It is not the latest: "
        f"{LATEST}, replaced it."
    ),
    "2": (
        f"version 2 of {COUNCIL}, as sent to Cabinet on 26 November 2004, to the last byte. It is not the latest: "
        f"{LATEST}, replaced it."
    ),
    "3": (
        f"version 3 of {COUNCIL}, as approved by Cabinet on 2 December 2004, to the last byte. It is not the latest: "
        f"{LATEST}, replaced it. Cabinet’s decision, as that version prints it, was corrected since. Corrected on "
        "6 December 2004 by Angela Rudge from 2 December 2004, minute 64 to 2 December 2004, minute 46. Why: The "
        "digits were changed round."
    ),
    "4": f"version 4 of {COUNCIL}, as amended under delegation on 9 December 2004, to the last byte.",
    "1-1": f"{REPORT} 1 of {COUNCIL}, as sent to Cabinet on 24 November 2004, edition 1, to the last byte.",
    "2-1": (
        f"{REPORT} 2 of {COUNCIL}, as sent to Cabinet on 26 November 2004, edition 1, to the last byte. "
        "It is not the latest: edition 2 replaced it."
    ),
    "2-2": f"{REPORT} 2 of {COUNCIL}, as sent to Cabinet on 26 November 2004, edition 2, to the last byte.",
}


def digests(data: str, body: bytes) -> tuple[str, str]:
    return hashlib.sha256(data.encode()).hexdigest(), hashlib.sha256(body).hexdigest()


def test_versions_and_report_copies_have_the_digests_of_then(upgraded):
    versions = fetch(upgraded, "SELECT number, kind, data, pdf, digest, pdf_digest FROM returns_version")
    copies = fetch(
        upgraded,
        "SELECT v.number, c.edition, c.data, c.pdf, c.digest, c.pdf_digest FROM returns_reportcopy c "
        "JOIN returns_version v ON v.id = c.version_id",
    )
    rows = versions + copies

    assert [(*row[:2], *digests(*row[2:4])) for row in rows] == DIGESTS
    assert [(*row[:2], *row[4:]) for row in rows] == DIGESTS


def test_signatures_stand_or_are_cancelled_as_then(upgraded):
    place = "coalesce(nullif({0}.line, ''), {0}.section) || coalesce('/' || d.slug, '')"
    standing = fetch(
        upgraded,
        f"SELECT u.username, {place.format('s')} FROM returns_signoff s "  # noqa: S608
        "JOIN returns_event e ON e.id = s.event_id JOIN returns_user u ON u.id = e.by_id "
        "LEFT JOIN returns_department d ON d.id = s.department_id ORDER BY e.number",
    )
    cancelled = fetch(
        upgraded,
        f"SELECT a.slug, e.number, {place.format('e')}, e.reason, "  # noqa: S608
        "EXISTS (SELECT 1 FROM returns_signoff s WHERE s.return_record_id = e.return_record_id "
        "AND s.section = e.section AND s.line IS nullif(e.line, '') AND s.department_id IS e.department_id) "
        "FROM returns_event e JOIN returns_return r ON r.id = e.return_record_id "
        "JOIN returns_authority a ON a.id = r.authority_id "
        "LEFT JOIN returns_department d ON d.id = e.department_id WHERE e.kind = 'voided' ORDER BY 1, 2",
    )
    by_signer: dict[str, list[str]] = {}
    for username, name in standing:
        by_signer.setdefault(username, []).append(name)

    assert by_signer == {signer: names.split() for signer, names in STANDING.items()}
    assert cancelled == CANCELLED


# By whom, in the order of signing.
STANDING = {
    "wyeborough-head-corporate": (
        "cover context R5 R6 R9 R10 R20 R21 R22 R23 R24 R25 R26 R27 R28 R29 G3 G4 G8 G18 G19 G20 G21 "
        "G22 G23 G24 G25 E3 E7 E15 E17 CM1 CM2 CM3 CM4 CM8 CM9 CM10 CM11 CM12 CM13 CM14 "
        "I1/corporate I2/corporate I3/corporate I4/corporate I5/corporate "
        "I6/corporate I7/corporate I8/corporate I9/corporate I10/corporate "
        "W1 W2 W4 T1 F1 R3"
    ),
    "wyeborough-head-finance": (
        "R11 R12 R17 R18 G9 G10 G14 E12 CM5 "
        "I1/finance I2/finance I3/finance I4/finance I5/finance "
        "I6/finance I7/finance I8/finance I9/finance I10/finance "
        "W3 T2 X1 C2/finance"
    ),
    "wyeborough-head-housing": (
        "R4 G2 CM6 CM7 "
        "I1/housing I2/housing I3/housing I4/housing I5/housing "
        "I6/housing I7/housing I8/housing I9/housing I10/housing "
        "C3/housing"
    ),
    "wyeborough-head-leisure": (
        "R14 "
        "I1/leisure I2/leisure I3/leisure I4/leisure I5/leisure "
        "I6/leisure I7/leisure I8/leisure I9/leisure I10/leisure "
        "X2 G11"
    ),
    "wyeborough-head-planning": (
        "R7 R8 G5 G7 G12 E4 E5 "
        "I1/planning I2/planning I3/planning I4/planning I5/planning "
        "I6/planning I7/planning I8/planning I9/planning I10/planning "
        "C1/planning"
    ),
    "wyeborough-finance": (
        "RS1 RS2 RS3 RS4 RS5 RS6 efficiency EF1/finance EF1/housing EF1/leisure EF1/planning "
        "EF2/corporate EF2/finance EF2/housing EF2/leisure EF2/planning "
        "EF3/corporate EF3/finance EF3/housing EF3/leisure EF3/planning "
        "EF4/corporate EF4/finance EF4/housing EF4/leisure EF4/planning "
        "EF5/corporate EF5/finance EF5/housing EF5/leisure EF5/planning "
        "EF6/corporate EF6/finance EF6/housing EF6/leisure EF6/planning "
        "EF1/corporate"
    ),
    "head-hr": ("R22 G18 E15 CM9 I1/hr I2/hr I3/hr I4/hr I5/hr I6/hr I7/hr I8/hr I9/hr I10/hr"),
    "head-policy": (
        "cover context R4 R5 R6 G3 G4 G19 E3 CM1 CM2 CM3 CM4 CM5 CM6 CM7 CM11 CM13 "
        "I1/policy I2/policy I3/policy I4/policy I5/policy "
        "I6/policy I7/policy I8/policy I9/policy I10/policy"
    ),
}
# Council, number of the event, place, why, and whether it was signed anew.
CANCELLED = [
    ("marchshire", 1561, "R20", "R20 changed after you signed.", 0),
    ("marchshire", 1562, "R21", "Sent back. Why: Say which grades.", 0),
    ("wyeborough", 1274, "R3", "R3 changed after you signed.", 1),
    ("wyeborough", 1276, "C3/housing", "Sent back. Why: Name the villages.", 1),
    ("wyeborough", 1277, "G11", "Sent back. Why: Name the villages.", 1),
    ("wyeborough", 1292, "G11", "Sent back. Why: Cabinet asks when.", 1),
    ("wyeborough", 1308, "EF1/corporate", "EF1 changed after you signed.", 1),
    ("wyeborough", 1314, "EF1/corporate", "EF1 changed after you signed.", 1),
    ("wyeborough", 1316, "C1/planning", "C1 changed after you signed.", 1),
]


def test_the_same_blocks_as_then(said):
    found = {}
    for council in HISTORIES:
        code, text = said[check_return(council)]
        answer = json.loads(text)
        kinds = Counter(blocker["kind"] for blocker in answer.pop("blockers"))
        found[council] = (code, answer, dict(kinds))

    assert found == BLOCKING


RETURN = {"round": "ieg4", "grant_gbp": 150_000}
BLOCKING = {
    "marchshire": (
        1,
        RETURN
        | {"authority": "marchshire", "status": "preparing", "exposure_gbp": 150_000}
        | {"required": 1337, "answered": 1212, "percent": 90},
        {"blank": 125, "owner": 2, "query": 1, "signature": 8, "figures": 1},
    ),
    "wyeborough": (
        0,
        RETURN
        | {"authority": "wyeborough", "status": "submitted", "exposure_gbp": 0}
        | {"required": 870, "answered": 870, "percent": 100},
        {},
    ),
}


def test_no_row_is_lost(upgraded):
    assert {name: fetch(upgraded, f"SELECT count(*) FROM {name}")[0][0] for name in ROWS} == ROWS  # noqa: S608


ROWS = {
    "efficiency_dismissal": 1,
    "efficiency_efficiencynote": 2,
    "efficiency_gain": 420,
    "efficiency_resource": 84,
    "efficiency_risk": 3,
    "efficiency_riskline": 5,
    "outcomes_channelcount": 90,
    "outcomes_interactioncount": 700,
    "outcomes_outcome": 172,
    "outcomes_outcomestatus": 688,
    "returns_allocation": 202,
    "returns_authority": 2,
    "returns_casestudy": 7,
    "returns_context": 2,
    "returns_correction": 2,
    "returns_cover": 2,
    "returns_decision": 2,
    "returns_declaration": 254,
    "returns_department": 14,
    "returns_event": 2889,
    "returns_filing": 1,
    "returns_notice": 172,
    "returns_query": 3,
    "returns_reportcopy": 3,
    "returns_reportparagraph": 3,
    "returns_return": 2,
    "returns_sentback": 1,
    "returns_signoff": 206,
    "returns_user": 40,
    "returns_user_departments": 32,
    "returns_user_groups": 40,
    "returns_version": 4,
}


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (
            "UPDATE returns_event SET reason = 'Another.' WHERE number = 1",
            "returns_event is only ever added to; nothing in it is changed or removed.",
        ),
        (
            "DELETE FROM returns_version",
            "returns_version is only ever added to; nothing in it is changed or removed.",
        ),
        (
            "UPDATE returns_reportcopy SET data = '{}'",
            "returns_reportcopy is only ever added to; nothing in it is changed or removed.",
        ),
        (
            "UPDATE outcomes_outcome SET comment = 'Other words.'",
            "outcomes_outcome can't change while the return is locked.",
        ),
    ],
)
def test_guards_refuse_as_then(upgraded, statement, refusal):
    with opened(upgraded) as connection, pytest.raises(sqlite3.IntegrityError) as caught:
        connection.execute(statement)

    assert str(caught.value) == refusal


def test_pages_open_for_their_readers(said):
    answers = {page: said[wyeborough(reader, page)][:2] for page, reader in PAGES.items()}

    assert answers == dict.fromkeys(PAGES, [200, "text/html; charset=utf-8"])


def test_stored_files_are_downloaded_to_the_last_byte(said):
    found = {}
    for address in FILES:
        status, kind, body = said[wyeborough("cabinet", address)]
        found[address] = [status, kind, hashlib.sha256(base64.b64decode(body)).hexdigest()]

    assert found == {address: [200, *stored] for address, stored in FILES.items()}


def test_form_kept_then_is_given_back(said, unsaved_text):
    status, kind, body = said["get", "officer-education", unsaved_text]

    assert [status, kind, base64.b64decode(body).decode()] == [
        200,
        "text/plain; charset=utf-8",
        "R1, typed by Janet Whitcombe, not saved, 14 December 2004, 10:00am\n\nComment: Two hours of work.\n",
    ]


def test_document_asked_for_then_is_drawn_now(said):
    status, kind, body = said["get", "lead", DRAWN]

    assert said["command", "draw_documents"] == [0, "1 attempt made.\n"]
    assert [status, kind, base64.b64decode(body)[:5]] == [200, "application/pdf", b"%PDF-"]


@pytest.fixture
def copy(upgraded, tmp_path) -> Path:
    """A copy whose owner has taken the guards away."""
    path = tmp_path / "altered.sqlite3"
    with opened(upgraded) as source, contextlib.closing(sqlite3.connect(path)) as target:
        source.backup(target)
        for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            target.execute(f"DROP TRIGGER {name}")
        target.commit()
    return path


BROKEN = "Wyeborough Borough Council, IEG4: the history is broken, or the return differs from it.\n"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE returns_event SET reason = 'Name the villages,' WHERE reason = 'Name the villages.' "
            "AND line = 'C3'",
            "Event 1,278 (sent back, C3) does not fit the digest that it carries: it, or the order of events, was "
            "altered.",
        ),
        (
            "UPDATE returns_casestudy SET title = 'Plans at homE' WHERE title = 'Plans at home'",
            "C1, Planning and Environment, Title: the history says “Plans at home”, "
            "the return says “Plans at homE”.\n"
            "C1, planning differs from version 4, which is the one that stands.",
        ),
    ],
)
def test_one_altered_byte_is_told(copy, statement, told):
    with opened(copy) as connection:
        assert connection.execute(statement).rowcount == 1

    asked = check_history("wyeborough")
    assert ask(copy, [asked]) == {asked: [1, f"{told}\n{BROKEN}"]}


def test_one_altered_byte_of_a_stored_pdf_is_told(copy, files):
    body = bytearray(files["4"].read_bytes())
    body[1000] ^= 1
    with opened(copy) as connection:
        assert connection.execute("UPDATE returns_version SET pdf = ? WHERE number = 4", [body]).rowcount == 1
    asked, downloaded = check_history("wyeborough"), wyeborough("cabinet", "versions/4/return.pdf")

    found = ask(copy, [asked, downloaded])

    assert found[asked] == [1, f"Version 4: its PDF does not fit its digest.\n{BROKEN}"]
    assert found[downloaded][:2] == [500, "text/html; charset=utf-8"]
