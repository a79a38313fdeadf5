"""Every way in which a file can differ from the one that is stored gets its own sentence."""

import datetime
import io
import json

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns import verification
from returns.chain import canonical
from returns.documents import child
from returns.documents.return_ import return_sheet
from returns.models import Version
from returns.verification import Difference, verify

AT = datetime.datetime(2004, 12, 8, 17, 30, tzinfo=datetime.UTC)
CALLED = "version 2 of Wyeborough Borough Council’s IEG4 return, as approved by Cabinet on 3 December 2004"


@pytest.fixture
def version(wyeborough) -> Version:
    version = wyeborough.versions.order_by("-number").first()
    version.pdf = bytes(version.pdf)
    return version


def judged(body: bytes):
    return verify(body, Version.objects.all())


def rewritten(body: bytes, change) -> bytes:
    """The file after `change` did something to the opened PDF."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        change(pdf)
        written = io.BytesIO()
        pdf.save(written)
    return written.getvalue()


def with_data(body: bytes, text: bytes) -> bytes:
    def change(pdf):
        pdf.attachments["return.json"] = pikepdf.AttachedFileSpec(pdf, text, mime_type="application/json")

    return rewritten(body, change)


def with_changed_data(version: Version, change) -> bytes:
    data = json.loads(version.data)
    change(data)
    return with_data(version.pdf, canonical(data).encode())


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


def test_copy_for_cabinet_is_genuine_and_no_longer_stands(wyeborough):
    sent = wyeborough.versions.get(number=1)
    verdict = judged(bytes(sent.pdf))

    assert verdict.kind == "genuine"
    assert verdict.sentence.endswith(
        "It no longer stands: version 2, as approved by Cabinet, took its place on 3 December 2004."
    )


def test_changed_character_in_the_data_names_the_answer(version):
    text = version.data.encode()
    at = text.index(b"Wyeborough is a borough of 58,400") + 24
    changed = text[:at] + b"9" + text[at + 1 :]
    verdict = judged(with_data(version.pdf, changed))

    assert (verdict.kind, verdict.sentence) == (
        "altered",
        f"The data in the file differ from {CALLED} in 1 element.",
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

    verdict = judged(with_changed_data(version, change))

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

    verdict = judged(with_changed_data(version, change))

    assert verdict.differences[-1] == Difference("x Z9 light", "blank", "G")
    assert {each.where.split(":")[0].split(" ")[2] for each in verdict.differences[:-1]} == {"R5"}


def test_changed_page_names_page_and_section(version):
    def change(pdf):
        pdf.pages[9].contents_add(b"\n0 0 100 100 re f\n")

    verdict = judged(rewritten(version.pdf, change))

    assert (verdict.kind, verdict.sentence, verdict.differences) == (
        "altered",
        f"The data in the file are those of {CALLED}, but 1 page is not as stored.",
        (Difference("Page 10", "2 Priority outcomes: self-assessment", "drawn differently"),),
    )


def test_changed_foot_of_a_page_is_a_changed_page(version):
    """Its head and foot, with number and code, are no content of the page itself."""

    def change(pdf):
        foot = pdf.pages[9].Resources.XObject["/Frame"]
        foot.write(foot.read_bytes() + b"\n0 0 100 100 re f\n")

    assert judged(rewritten(version.pdf, change)).differences == (
        Difference("Page 10", "2 Priority outcomes: self-assessment", "drawn differently"),
    )


def test_note_laid_over_a_page_is_a_changed_page(version):
    def change(pdf):
        note = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[0, 0, 9, 9])
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([note])

    assert [each.where for each in judged(rewritten(version.pdf, change)).differences] == ["Page 1"]


def test_missing_page_is_counted(version):
    verdict = judged(rewritten(version.pdf, lambda pdf: pdf.pages.remove(p=3)))
    with pikepdf.open(io.BytesIO(version.pdf)) as pdf:
        count = len(pdf.pages)

    assert verdict.sentence == (
        f"The data in the file are those of {CALLED}, but it has {count - 1} pages where {count} are stored."
    )


def test_changed_spreadsheet_or_typeface_is_told(version):
    def change(pdf):
        pdf.attachments["return.xlsx"] = pikepdf.AttachedFileSpec(pdf, b"other")

    assert judged(rewritten(version.pdf, change)).sentence == (
        f"Data and pages are those of {CALLED}, but typefaces, pictures or the attached spreadsheet are not."
    )


def test_file_saved_by_another_program_is_told(version):
    verdict = judged(rewritten(version.pdf, lambda _: None))

    assert (verdict.kind, verdict.sentence) == (
        "altered",
        f"Data and pages are those of {CALLED}, but the file was written anew by another program. "
        "Use the stored file.",
    )


def test_data_in_another_spelling_are_told(version):
    text = json.dumps(json.loads(version.data), indent=1).encode()

    assert judged(with_data(version.pdf, text)).sentence == (
        f"The data in the file say the same as {CALLED}, but are written differently."
    )


@pytest.mark.parametrize("left", [8, 1000, 200_000, -1])
def test_cut_file_says_how_much_is_left(version, left):
    cut = version.pdf[:left]

    verdict = judged(cut)

    assert (verdict.kind, verdict.sentence.split(":")[0]) == ("altered", "The file is cut short")
    assert f"{len(cut):,} of the {version.pdf_size:,} bytes" in verdict.sentence or left == 8


def test_bytes_after_the_end_are_told(version):
    assert judged(version.pdf + b"\n%%").sentence == f"The file is {CALLED} with 3 bytes added after its end."


def test_file_of_another_council_is_told_and_nothing_of_theirs_is_shown(version, signed_in):
    """Wyeborough's file, altered or not, on Marchshire's page."""
    altered = with_changed_data(version, lambda data: data.update(cabinet_date="2004-12-04"))
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
        version, lambda data: data["authority"].update(slug="elsewhere", name="Elsewhere")
    )

    assert (judged(body).kind, judged(body).sentence) == (
        "foreign",
        "The file says that it is the return of another council, “Elsewhere”. It can only be verified there.",
    )


def test_draft_is_told(marchshire):
    verdict = judged(return_sheet(marchshire, as_at=AT).pdf())

    assert (verdict.kind, verdict.sentence.split(".")[0]) == ("foreign", "The file is a draft")


def without_data(pdf):
    del pdf.attachments["return.json"]


FOREIGN = {
    "empty": lambda _: b"",
    "text": lambda _: b"Dear Sir",
    "word": lambda body: b"PK\x03\x04" + body[:500],
    "only the name": lambda _: b"%PDF-1.7\nnothing",
    "noise": lambda _: b"%PDF-1.7\n" + bytes(range(256)) * 300,
    "zeros in the middle": lambda body: body[:9000] + bytes(len(body) - 18000) + body[-9000:],
    "no data": lambda body: rewritten(body, without_data),
    "data not JSON": lambda body: with_data(body, b"\xff\xfe{"),
    "data a list": lambda body: with_data(body, b"[1]"),
    "data nested": lambda body: with_data(body, b"[" * 100_000),
    "data of another shape": lambda body: with_data(
        body, b'{"authority": {"slug": 1, "name": 2}, "round": 3}'
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_return_is_not_ours_and_nothing_breaks(version, kind):
    verdict = judged(FOREIGN[kind](version.pdf))

    assert verdict.kind == "foreign"
    assert verdict.sentence.endswith(".")
    assert "Traceback" not in verdict.sentence


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
    verdict = judged(with_changed_data(version, lambda data: data.update(part)))

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


def test_reading_a_file_breaks_no_more_than_the_child(version, monkeypatch):
    monkeypatch.setattr(verification, "LIMITS", child.Limits(cpu=20, wall=0))

    verdict = judged(rewritten(version.pdf, lambda _: None))

    assert (verdict.kind, "It was not ready after 0 seconds." in verdict.sentence) == ("foreign", True)


def test_page_asks_for_a_file_and_keeps_none(wyeborough, version, signed_in):
    client = signed_in("wyeborough-clerk")
    address = "/wyeborough/ieg4/verify/"
    assert client.get(address).status_code == 200

    nothing = client.post(address)
    assert nothing.status_code == 422
    assert "Choose the PDF that is to be verified." in nothing.content.decode()
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
            lambda version: with_changed_data(version, lambda data: data.update(cabinet_date="2004-12-04")),
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
