"""The child process that draws and opens files: what it may not do, and where it is stopped."""

import os

import pytest

from returns.documents.engine import child
from returns.documents.engine.child import ChildFailed, LimitBroken, Limits
from returns.documents.engine.pdf import RenderFailed
from returns.documents.engine.sheet import LimitReached
from tests.support import mischief
from tests.support.poison import ENDLESS, GOOD, GREEDY, NESTED


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (mischief.read_a_file, "It asks for the file /etc/passwd; only packaged files may be read."),
        (
            mischief.read_the_database_folder,
            "It asks for the file /etc/hosts; only packaged files may be read.",
        ),
        (mischief.climb_out_of_the_packaged_files, "README.md; only packaged files may be read."),
        (mischief.write_a_file, "only packaged files may be read."),
        (mischief.open_a_connection, "It tries what no document may (socket.__new__)."),
        (mischief.start_a_program, "It tries what no document may (subprocess.Popen)."),
        (mischief.end_another_process, "It tries what no document may (os.kill)."),
        (mischief.fail, "It failed with KeyError: 'unforeseen'."),
    ],
)
def test_child_does_nothing_but_think(work, why):
    with pytest.raises(ChildFailed) as caught:
        child.run(work)

    assert str(caught.value).endswith(why)


@pytest.mark.parametrize(
    "work",
    [
        mischief.read_a_file,
        mischief.start_a_program,
        mischief.open_a_connection,
        mischief.tell_the_environment,
    ],
)
def test_outside_the_child_the_same_is_done(work):
    assert work()


def test_child_thinks_and_knows_no_environment():
    os.environ["MISCHIEF"] = "secret"
    try:
        assert (child.run(mischief.think), child.run(mischief.tell_the_environment)) == (b"thought", b"[]")
    finally:
        del os.environ["MISCHIEF"]


@pytest.mark.parametrize(
    ("work", "limits", "why"),
    [
        (mischief.never_end, Limits(cpu=1, wall=20), "It took more than 1 seconds of processor time."),
        (mischief.sleep_for_ever, Limits(wall=0.2), "It was not ready after 0.2 seconds."),
        (mischief.take_all_memory, Limits(memory=1024), "It needs more than 1,024 megabytes of memory."),
        (mischief.return_too_much, Limits(size=2), "It is larger than 2 megabytes."),
        (mischief.die, Limits(), "It ended without a message (exit code 3)."),
    ],
)
def test_child_is_stopped_at_each_limit(work, limits, why):
    with pytest.raises(LimitBroken) as caught:
        child.run(work, limits=limits)

    assert str(caught.value) == why


def test_child_that_can_not_be_started_is_told(monkeypatch):
    class Gone:
        def __init__(self, **_):
            pass

        def start(self):
            raise ConnectionRefusedError

    monkeypatch.setattr(child._processes, "Process", Gone, raising=False)

    with pytest.raises(ChildFailed, match="No process could be started"):
        child.run(mischief.think)


@pytest.mark.parametrize("work", [mischief.return_too_much])
def test_within_its_limits_the_same_comes_back(work):
    assert len(child.run(work)) == 3 * 1024**2


@pytest.mark.parametrize(("sheet", "limits"), [(ENDLESS, Limits(cpu=1)), (GREEDY, Limits(memory=700))])
def test_poison_document_ends_at_a_limit(sheet, limits):
    with pytest.raises(LimitReached):
        sheet.pdf(limits)


def test_document_nested_too_deeply_is_refused():
    with pytest.raises(RenderFailed, match="Its parts are nested too deeply"):
        NESTED.pdf()


def test_document_after_a_poison_one_is_drawn():
    with pytest.raises(LimitReached):
        ENDLESS.pdf(Limits(cpu=1))

    assert GOOD.pdf().startswith(b"%PDF-1.7")
    assert GOOD.pdf() == GOOD.pdf()
