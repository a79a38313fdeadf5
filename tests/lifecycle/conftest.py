"""The demonstration councils at each station of a return's way.

Once a test that took one of them is over, the history of that return must be whole.
"""

import json

import pytest

from ieg4.cabinet import report
from returns import history
from returns.demo import FOLDER, load_council
from returns.lifecycle import Action, performing
from returns.models import Return
from tests.support.again import Written, all_rows, write_again, written_since
from tests.support.moving import do, filing, fresh, reopen, save, send, sign


@pytest.fixture
def quick_drawing(monkeypatch):
    """Versions are stored with a few bytes that name them instead of a PDF, drawn in no time.

    To draw one takes two seconds, which hundreds of acts can't each wait for; test_decision draws for real.
    """

    def draw(answers, version, event, decision, parts) -> bytes:
        return f"%PDF-stand-in {version.kind} {version.digest} {event.number} {event.digest}".encode()

    monkeypatch.setattr(performing, "version_pdf", draw)
    monkeypatch.setattr(report, "copy_pdf", lambda sheet: f"%PDF-stand-in {sheet.html}".encode())


def kept_whole(return_: Return):
    yield return_
    assert history.check(fresh(return_)) == []


@pytest.fixture(scope="session")
def completing() -> dict[str, Written]:
    """What it writes to complete Marchshire, once a test has done it."""
    return {}


@pytest.fixture
def complete(marchshire, completing):
    """Marchshire, in preparation: nothing blank, everything signed, no query open.

    By the acts that people would use the first time, which takes seconds; then by the rows that those wrote.
    """
    if completing:
        write_again(completing)
    else:
        before = all_rows()
        load_council(json.loads((FOLDER / "marchshire.json").read_text()), complete=True)
        completing |= written_since(before)
    yield from kept_whole(fresh(marchshire))


@pytest.fixture
def approved(wyeborough):
    """Wyeborough, approved, with a delegation to the head of corporate services until 20 December 2004."""
    yield from kept_whole(wyeborough)


@pytest.fixture
def amending(approved):
    do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
    return fresh(approved)


@pytest.fixture
def submitted(approved):
    do(Action.SUBMIT, approved, "lead", filing=filing())
    return fresh(approved)


@pytest.fixture
def referred_back(approved):
    """Wyeborough with R3, its officer's figures for EF1 and its first case study open again."""
    reopen(approved, ("outcomes", "R3"), ("efficiency", "EF1", "corporate"), ("cases", "C1"))
    return fresh(approved)


@pytest.fixture
def with_cabinet(approved, quick_drawing):
    """Wyeborough sent to Cabinet anew, after R3 was looked at again."""
    reopen(approved, ("outcomes", "R3"))
    save(approved, "officer-corporate", "outcomes", "R3", {"comment": "Looked at again in December."})
    sign(approved, "head-corporate", "corporate")
    send(approved)
    return fresh(approved)
