"""What is stored of a version is compared with its digest when it is read; what doesn't fit is refused and logged."""

import ast
import logging
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from returns.documents.verification import verify
from returns.models import DamagedCopy, Version
from returns.versions.snapshot import thaw_version
from tests.support.altering import COPIES
from tests.support.tampering import lift_guards

ROOT = Path(__file__).resolve().parents[4]
W = "/wyeborough/ieg4/"
LEAD, CABINET = "wyeborough-lead", "wyeborough-cabinet"
SAID = (
    "The {} of version 2 do not fit the digest that was stored with them. "
    "They have been damaged or changed since, so they are not used."
)
LOGGED = "Version 2 of return {}: the stored {} do not fit the digest stored with it."
PDF, DATA = "bytes of the PDF", "data"

# Every page that reads stored bytes, who reads it, and which part of the version.
PAGES = {
    "the PDF": (LEAD, "versions/2/return.pdf", PDF),
    "the data": (LEAD, "versions/2/return.json", DATA),
    "the version": (LEAD, "versions/2/", DATA),
    "the Cabinet page": (CABINET, "cabinet/", DATA),
    "efficiency, for those who see copies only": (CABINET, "efficiency/", DATA),
    "what changed": (LEAD, "changes/", DATA),
}


@pytest.fixture
def damage(wyeborough):
    """Changes a part of version 2 in the database, as only someone can who takes its guards away."""

    def change(part: str) -> Version:
        lift_guards()
        version = wyeborough.versions.get(number=2)
        if part == PDF:
            Version.objects.filter(pk=version.pk).update(pdf=bytes(version.pdf)[:-1] + b"!")
        else:
            Version.objects.filter(pk=version.pk).update(
                data=version.data.replace("Wyeborough", "Wyeburgh", 1)
            )
        return wyeborough.versions.get(number=2)

    return change


@pytest.mark.parametrize("page", PAGES)
def test_page_that_needs_damaged_bytes_says_so(wyeborough, signed_in, damage, caplog, page):
    who, path, part = PAGES[page]
    client = signed_in(who)
    before = client.get(W + path)
    damage(part)
    with caplog.at_level(logging.ERROR, logger="returns.models.decision"):
        after = client.get(W + path)

    assert (before.status_code, after.status_code) == (200, 500)
    assert "<h1>A stored version is damaged</h1>" in after.content.decode()
    assert SAID.format(part) in after.content.decode()
    assert {
        (each.levelname, each.getMessage()) for each in caplog.records if each.name.startswith("returns")
    } == {("ERROR", LOGGED.format(wyeborough.pk, part))}


def test_stored_bytes_that_fit_are_read_and_nothing_is_logged(wyeborough, caplog):
    version = wyeborough.versions.get(number=2)

    assert (version.stored_pdf(), version.stored_data()) == (bytes(version.pdf), version.data)
    assert caplog.records == []


def test_download_with_a_pass_is_refused_too(signed_in, damage):
    client = signed_in(LEAD)
    client.get(W + "versions/2/")
    damage(PDF)
    answer = client.get(W + "versions/2/return.pdf")

    assert answer.status_code == 500
    assert SAID.format(PDF) in answer.content.decode()


def test_answers_of_a_damaged_version_are_not_read(wyeborough, damage):
    version = damage(DATA)

    with pytest.raises(DamagedCopy, match="The data of version 2 do not fit the digest"):
        thaw_version(wyeborough, version)


def test_copy_is_not_judged_by_a_damaged_version(damage):
    """Neither kept bytes nor kept answers that were changed tell whether a file is genuine."""
    body = COPIES["saved again"](bytes(damage(DATA).pdf))
    damage(PDF)

    with pytest.raises(DamagedCopy):
        verify(body, Version.objects.all())


def test_commands_refuse_damaged_bytes_in_one_line(wyeborough, damage, tmp_path):
    file = tmp_path / "copy.pdf"
    file.write_bytes(COPIES["saved again"](bytes(wyeborough.versions.get(number=2).pdf)))
    damage(PDF)
    said = f"{SAID.format(PDF)} Restore it from a backup."

    with pytest.raises(CommandError) as verifying:
        call_command("verify_return", str(file))
    with pytest.raises(CommandError) as rendering:
        call_command("render_return", "wyeborough", "ieg4", "--output", str(tmp_path / "return.pdf"))

    assert (str(verifying.value), verifying.value.returncode) == (said, 3)
    assert str(rendering.value) == said
    assert not (tmp_path / "return.pdf").exists()


def test_stored_bytes_are_read_in_one_place_alone():
    """The fields themselves are read only where they are compared, or where a version is made."""
    versions = {
        "version",
        "last",
        "latest",
        "seen",
        "now",
        "versions[0]",
        "self.version",
        "found",
        "cut",
        "drawn",
    }
    read = set()
    for app in ("returns", "outcomes", "efficiency", "ieg4"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Attribute)
                    and node.attr in ("pdf", "data")
                    and isinstance(node.ctx, ast.Load)
                ):
                    owner = ast.unparse(node.value)
                    if owner in versions or path.name == "stored.py":
                        read.add((str(path.relative_to(ROOT)), f"{owner}.{node.attr}"))

    assert read == {
        ("returns/models/stored.py", "self.pdf"),
        ("returns/models/stored.py", "self.data"),
        ("returns/history/proof.py", "version.pdf"),  # which names every version that does not fit
        ("returns/history/proof.py", "version.data"),
        ("returns/documents/return_.py", "version.data"),  # of a version that is being made
    }
