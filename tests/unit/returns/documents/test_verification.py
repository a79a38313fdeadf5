"""Every way in which a file can differ from the one that is stored gets its own sentence."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns.documents.engine import child
from returns.documents.verification import Difference, Verdict, verify
from returns.models import Version
from tests.support.altering import rewritten, with_changed_data, with_data, without_data

CALLED = "version 2 of Wyeborough Borough Council’s IEG4 return, as approved by Cabinet on 2 December 2004"


@pytest.fixture
def version(wyeborough) -> Version:
    version = wyeborough.versions.order_by("-number").first()
    version.pdf = bytes(version.pdf)
    return version


def judged(body: bytes):
    return verify(body, Version.objects.all())


def row_of(data: dict, table: str, line: str, point: str = "", department: str = "") -> dict:
    key = {"table": table, "line": line, "point": point, "department": department}
    (row,) = [row for row in data["answers"] if {name: row[name] for name in key} == key]
    return row["answers"]


def test_stored_file_is_genuine(version):
    verdict = judged(version.pdf)

    assert (verdict.kind, verdict.sentence, verdict.version, verdict.differences) == (
        "genuine",
        f"The file is {CALLED}, to the last byte.",
        version,
        (),
    )


def test_changed_character_in_the_data_names_the_answer(version):
    text = version.data.encode()
    at = text.index(b"Wyeborough is a borough of 58,400") + 24
    changed = text[:at] + b"9" + text[at + 1 :]
    verdict = judged(with_data(version.pdf, changed))

    assert (verdict.kind, verdict.sentence) == (
        "altered",
        f"The answers attached to the file differ from {CALLED} in 1 place. "
        "Everything else that was compared is as stored.",
    )
    (found,) = verdict.differences
    assert found.where.startswith("Section 1, ")
    assert (found.stored[:38], found.found[:38]) == (
        "Wyeborough is a borough of 58,400 peop",
        "Wyeborough is a borough 9f 58,400 peop",
    )


def test_every_element_that_differs_is_named(version):
    lines = json.loads(version.data)
    first = next(
        row for row in lines["answers"] if "light" in row["answers"] and row["answers"]["light"] == "G"
    )

    def change(data):
        data["cabinet_date"] = "2004-12-04"
        data["owners"]["R3"]["owner"]["name"] = "Somebody Else"
        row_of(data, first["table"], first["line"], first["point"], first["department"])["light"] = "R"
        data["extra"] = 1

    verdict = judged(with_changed_data(version.pdf, change))

    assert [each.where for each in verdict.differences][0::3] == [
        "Day on which Cabinet meets",
        "“extra”, which no return has",
    ]
    stored = json.loads(version.data)
    owner = stored["owners"]["R3"]
    light = verdict.differences[2]
    assert verdict.differences[0] == Difference(
        "Day on which Cabinet meets", stored["cabinet_date"], "2004-12-04"
    )
    assert verdict.differences[1].where == "Owner of R3"
    assert owner["owner"]["name"] in verdict.differences[1].stored
    assert "Somebody Else" in verdict.differences[1].found
    assert light.where.startswith(f"Section 2, {first['line']} ")
    assert (light.stored, light.found) == ("Green", "Red")


def test_answer_taken_out_and_answer_made_up_are_both_named(version):
    def change(data):
        data["answers"] = [row for row in data["answers"] if row["line"] != "R5"]
        data["answers"].append(
            {"table": "x", "line": "Z9", "department": "", "point": "", "answers": {"light": "G"}}
        )

    verdict = judged(with_changed_data(version.pdf, change))

    assert verdict.differences[-1] == Difference("x Z9 light", "blank", "G")
    assert {each.where.split(":")[0].split(" ")[2] for each in verdict.differences[:-1]} == {"R5"}


@pytest.mark.parametrize("left", [1024, 200_000, -1])
def test_cut_file_says_how_much_is_left(version, left):
    cut = version.pdf[:left]

    verdict = judged(cut)

    assert (verdict.kind, verdict.sentence.split(":")[0]) == ("altered", "The file is cut short")
    assert f"{len(cut):,} of the {version.pdf_size:,} bytes" in verdict.sentence


def test_few_bytes_are_no_copy_of_anything(version):
    """All our PDFs begin alike, so these might be the beginning of another file."""
    assert judged(version.pdf[:1023]) == Verdict("foreign", "The file can’t be read as a PDF.")


def test_file_of_another_council_is_told_and_nothing_of_theirs_is_shown(version, signed_in):
    """Wyeborough's file, altered or not, on Marchshire's page."""
    altered = with_changed_data(version.pdf, lambda data: data.update(cabinet_date="2004-12-04"))
    for body in (version.pdf, altered):
        page = signed_in("lead").post(
            "/marchshire/ieg4/verify/", {"file": SimpleUploadedFile("theirs.pdf", body, "application/pdf")}
        )
        text = page.content.decode()

        assert page.status_code == 200
        assert "return of another council, “Wyeborough Borough Council”" in text
        assert "2004-12-02" not in text
        assert "wyeborough" not in text.replace("Wyeborough Borough Council", "")


def test_file_of_a_council_that_is_not_here(version):
    body = with_changed_data(
        version.pdf, lambda data: data["authority"].update(slug="elsewhere", name="Elsewhere")
    )

    assert (judged(body).kind, judged(body).sentence) == (
        "foreign",
        "The file says that it is the return of another council, “Elsewhere”. It can only be verified there.",
    )


FOREIGN = {
    "empty": lambda _: b"",
    "text": lambda _: b"Dear Sir",
    "word": lambda body: b"PK\x03\x04" + body[:500],
    "only the name": lambda _: b"%PDF-1.7\nnothing",
    "noise": lambda _: b"%PDF-1.7\n" + bytes(range(256)) * 300,
    "zeros in the middle": lambda body: body[:9000] + bytes(len(body) - 18000) + body[-9000:],
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_return_is_not_ours_and_nothing_breaks(version, kind):
    verdict = judged(FOREIGN[kind](version.pdf))

    assert verdict.kind == "foreign"
    assert verdict.sentence.endswith(".")
    assert "Traceback" not in verdict.sentence


def of_another_day(pdf):
    pdf.docinfo["/CreationDate"] = "D:20041203093001Z"


SPOILT = {
    "no data": without_data,
    "data not JSON": b"\xff\xfe{",
    "data a list": b"[1]",
    "data nested": b"[" * 100_000,
    "data of another shape": b'{"authority": {"slug": 1, "name": 2}, "round": 3}',
}


@pytest.mark.parametrize("kind", SPOILT)
def test_spoilt_answers_leave_the_pages_to_be_compared(version, kind):
    """The pages of a file that was made at the second of a stored version tell that it is a copy of that one."""
    change = SPOILT[kind]
    body = with_data(version.pdf, change) if isinstance(change, bytes) else rewritten(version.pdf, change)
    verdict = judged(body)
    of_no_version = judged(rewritten(body, of_another_day))

    assert (verdict.kind, verdict.version) == ("altered", version)
    assert f"pages of it are as in {CALLED}, but " in verdict.sentence
    assert of_no_version == Verdict(
        "foreign",
        "No answers of a return are attached to the file, so it can’t be compared with one."
        if kind == "no data"
        else "The data in the file are not those of a return as this application writes them.",
    )


def test_text_that_no_page_can_show_is_shown_without_it(wyeborough, version, signed_in):
    """Half a character, which JSON can hold and no page: as a value, as a name and as the council."""

    def change(data):
        data["extra\ud800"] = "\ud800x"
        data["owners"]["R\udfff"] = {"\ud800": 1}

    text = json.loads(version.data)
    change(text)
    body = with_data(version.pdf, json.dumps(text).encode())
    page = signed_in("wyeborough-lead").post(
        "/wyeborough/ieg4/verify/", {"file": SimpleUploadedFile("r.pdf", body, "application/pdf")}
    )

    assert page.status_code == 200
    assert [(each.where, each.stored, each.found) for each in page.context["verdict"].differences] == [
        ("Owner of R", "blank", '{"": 1}'),
        ("“extra”, which no return has", "blank", "x"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        # A second row for the same cell: which of the two counts is up to whoever reads them.
        (
            lambda text: json.dumps({**json.loads(text), "answers": json.loads(text)["answers"] * 2}),
            f"The answers attached to the file are not those of {CALLED}: entries are repeated or reordered.",
        ),
        (
            lambda text: text.replace('"cabinet_date":', '"cabinet_date":"2004-12-04","cabinet_date":', 1),
            "The answers attached to the file can’t be read.",
        ),
    ],
    ids=["row", "name"],
)
def test_answers_said_twice_are_never_told_to_say_the_same(version, change, said):
    verdict = judged(with_data(version.pdf, change(version.data).encode()))

    assert verdict.kind == "altered"
    assert verdict.sentence.startswith(said)


def test_difference_in_unseen_characters_is_told(version):
    def change(data):
        data["lead"]["name"] += "\u200b"

    (found,) = judged(with_changed_data(version.pdf, change)).differences

    assert found.found == f"{found.stored}; its content differs"


HOLLOW = [
    {"owners": None},
    {"owners": {"R3": 5}},
    {"answers": None},
    {"answers": [1, {"table": {}}, {"table": 1, "answers": {"light": ["x"]}}]},
    {"lead": [[[]]]},
    {"departments": "none"},
    {"proforma": 7},
]


@pytest.mark.parametrize("part", HOLLOW, ids=str)
def test_data_of_the_wrong_shape_are_compared_all_the_same(version, part):
    verdict = judged(with_changed_data(version.pdf, lambda data: data.update(part)))

    assert verdict.kind == "altered"
    assert verdict.differences


def test_every_hundredth_byte_changed_is_never_genuine(version):
    """A byte changed anywhere: altered, or so broken that it is not ours."""
    size = len(version.pdf)
    kinds = set()
    for at in range(64, size, size // 12):
        body = bytearray(version.pdf)
        body[at] ^= 1
        kinds.add(judged(bytes(body)).kind)

    assert kinds <= {"altered", "foreign"}
    assert "altered" in kinds


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            lambda pdf: rewritten(pdf),
            ("foreign", "The file can’t be read. It was not ready after 0 seconds. No return is like that."),
        ),
        (
            lambda pdf: pdf + b"\n",
            (
                "altered",
                f"The file is {CALLED} with 1 byte added after its end. The rest could not be compared. "
                "It was not ready after 0 seconds. Use the stored file.",
            ),
        ),
    ],
)
def test_file_that_takes_too_long_is_not_judged_by_what_is_left(version, monkeypatch, body, expected):
    monkeypatch.setattr("returns.documents.verification.verdict.LIMITS", child.Limits(cpu=20, wall=0))

    verdict = judged(body(version.pdf))

    assert (verdict.kind, verdict.sentence) == expected


def test_page_asks_for_a_file_and_keeps_none(wyeborough, version, signed_in):
    client = signed_in("wyeborough-clerk")
    address = "/wyeborough/ieg4/verify/"
    assert client.get(address).status_code == 200

    nothing = client.post(address)
    assert nothing.status_code == 422
    assert "Choose the PDF to verify." in nothing.content.decode()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.post(address, {"file": SimpleUploadedFile("r.pdf", version.pdf, "application/pdf")})
    assert f"The file is {CALLED}, to the last byte." in page.content.decode()
    writes = [each["sql"] for each in queries if each["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert [sql for sql in writes if "session" not in sql] == []


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda version: version.pdf, 0, "Genuine. The file is version 2"),
        (lambda version: version.pdf[:-9], 1, "Altered. The file is cut short"),
        (
            lambda version: with_changed_data(
                version.pdf, lambda data: data.update(cabinet_date="2004-12-04")
            ),
            1,
            "Day on which Cabinet meets: stored 2004-12-02; in the file 2004-12-04",
        ),
        (lambda _: b"x", 2, "Not ours. The file is not a PDF"),
    ],
)
def test_command_answers_by_its_exit_code(version, tmp_path, capsys, change, code, said):
    file = tmp_path / "return.pdf"
    file.write_bytes(change(version))

    with pytest.raises(SystemExit) as ended:
        call_command("verify_return", str(file))

    assert ended.value.code == code
    assert said in capsys.readouterr().out
