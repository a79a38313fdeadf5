"""The commands people script against: output, exit codes, and one readable line for bad input."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from returns.checks.completeness import assess
from returns.demo import FOLDER, load_council
from returns.models import Allocation, Event, User
from returns.proforma import load

ROOT = Path(__file__).resolve().parents[4]


def run(*arguments, code=0) -> str:
    out = StringIO()
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command(*arguments, stdout=out)
        assert ended.value.code == code
    else:
        call_command(*arguments, stdout=out)
    return out.getvalue()


def test_check_return_lists_each_blocker_with_owner_and_address(marchshire):
    assessment = assess(marchshire)

    lines = run("check_return", "marchshire", "ieg4", code=1).splitlines()

    assert lines[0].startswith("Marchshire Council, IEG4: 1,212 of 1,337 required answers given (90%)")
    assert lines[1:-1] == [f"  {b.message}. {b.owner or 'no one yet'}. {b.url}" for b in assessment.blockers]
    assert lines[-1] == f"£150,000 is at risk: {len(assessment.blockers)} blockers left."


def test_check_return_as_json_has_the_published_keys(marchshire):
    found = json.loads(run("check_return", "marchshire", "ieg4", "--json", code=1))

    assert list(found) == [
        "authority", "round", "status", "exposure_gbp", "grant_gbp", "required", "answered", "percent", "blockers",
    ]  # fmt: skip
    assert (found["status"], found["exposure_gbp"], found["grant_gbp"]) == ("preparing", 150_000, 150_000)
    r9 = next(b for b in found["blockers"] if b["line"] == "R9")
    assert r9 == {
        "kind": "blank", "section": "outcomes", "line": "R9", "point": "dec05", "field": "light",
        "department": "procurement", "owner": r9["owner"], "message": "R9: light at 31 December 2005 is blank",
        "url": "/marchshire/ieg4/outcomes/R9/",
    }  # fmt: skip


def test_check_return_of_a_complete_return_says_nought(wyeborough):
    lines = run("check_return", "wyeborough", "ieg4").splitlines()

    assert lines == [
        f"Wyeborough Borough Council, IEG4: {assess(wyeborough).tally.required:,} of "
        f"{assess(wyeborough).tally.required:,} required answers given (100%).",
        "£0 is at risk: 0 blockers left.",
    ]


@pytest.mark.parametrize("command", [("check_return",), ("render_return", "--output", "x.pdf")])
@pytest.mark.parametrize(
    ("authority", "round_", "message"),
    [
        ("nowhere", "ieg4", "There is no council 'nowhere' here. Known: marchshire, wyeborough."),
        ("marchshire", "ieg9", "Marchshire Council has no return 'ieg9'. Known: ieg4."),
        ("march'; --", "ieg4", "There is no council"),
    ],
)
def test_unknown_return_ends_with_two(db, command, authority, round_, message):
    with pytest.raises(CommandError) as error:
        call_command(command[0], authority, round_, *command[1:])

    assert error.value.returncode == 2
    assert message in str(error.value)


def test_load_demo_twice_changes_nothing(marchshire, wyeborough):
    before = (Event.objects.count(), User.objects.count(), Allocation.objects.count())

    written = [
        load_council(json.loads(path.read_text()), complete=False) for path in sorted(FOLDER.glob("*.json"))
    ]

    assert written == [0, 0]
    assert (Event.objects.count(), User.objects.count(), Allocation.objects.count()) == before


def test_load_demo_complete_leaves_nothing_blank(marchshire):
    load_council(json.loads((FOLDER / "marchshire.json").read_text()), complete=True)

    assert run("check_return", "marchshire", "ieg4").splitlines()[-1] == "£0 is at risk: 0 blockers left."


def test_load_demo_is_refused_outside_debug(db):
    with pytest.raises(CommandError, match="loaded only with DEBUG=1"):
        call_command("load_demo")


@pytest.mark.parametrize("name", ["marchshire", "wyeborough"])
def test_demo_says_something_of_its_own_about_each_outcome(name):
    data = json.loads((FOLDER / f"{name}.json").read_text())

    comments = [o["comment"] for o in data["outcomes"].values() if o.get("comment")]
    assert len(set(comments)) == len(comments) >= 45
    assert list(data["outcomes"]) == [line.key for line in load("ieg4").section_by_key["outcomes"].lines]


def test_render_return_writes_the_whole_file(wyeborough, tmp_path):
    target = tmp_path / "return.pdf"

    run("render_return", "wyeborough", "ieg4", "--output", str(target))

    body = target.read_bytes()
    assert (body[:5], body.rstrip()[-5:]) == (b"%PDF-", b"%%EOF")
    assert [path.name for path in tmp_path.iterdir()] == ["return.pdf"]


@pytest.mark.parametrize(
    ("output", "message"), [("missing/return.pdf", "There is no folder"), (".", "is a folder. Name a file.")]
)
def test_render_return_refuses_where_it_cannot_write(wyeborough, tmp_path, output, message):
    with pytest.raises(CommandError, match=message):
        call_command("render_return", "wyeborough", "ieg4", "--output", str(tmp_path / output))


def manage(*arguments, **environment):
    clean = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
    )


def test_bad_input_ends_with_one_line_and_no_traceback(tmp_path):
    database = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    assert manage("migrate", "--verbosity", "0", DEBUG="1", DATABASE_URL=database).returncode == 0

    ended = manage("check_return", "nowhere", "ieg4", DEBUG="1", DATABASE_URL=database)

    assert ended.returncode == 2
    assert ended.stderr.strip() == "CommandError: There is no council 'nowhere' here. Known: none."
