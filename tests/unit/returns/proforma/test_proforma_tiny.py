"""The form of one page is a form like any other, and known only to the tests that ask for it."""

import pytest

from returns.proforma import ProformaError, current, known_keys, load, schema, versions_of
from returns.proforma.checks import check_definitions, misfits
from tests.support.tiny import FOLDER, know_tiny


def test_tiny_reads_and_fits():
    tiny = schema.read(FOLDER / "tiny.json")

    assert list(misfits(tiny)) == []
    assert [
        (section.key, table.shape, [point.key for point in table.points])
        for section in tiny.sections
        for table in section.tables
    ] == [
        ("cover", "record", []),
        ("outcomes", "grid", []),
        ("outcomes", "grid", ["jun04", "sep04"]),
        ("cases", "list", []),
    ]


def test_tiny_is_known_while_a_test_asks_for_it(monkeypatch):
    with monkeypatch.context() as patch:
        tiny = know_tiny(patch)

        assert (load("tiny"), current("tiny"), versions_of("tiny")) == (tiny, tiny, [tiny])
        assert known_keys() == ["ieg4", "ieg4-v2", "tiny"]
        assert check_definitions(None) == []

    assert known_keys() == ["ieg4", "ieg4-v2"]
    with pytest.raises(ProformaError) as unknown:
        load("tiny")
    assert str(unknown.value) == "There is no proforma 'tiny'. Known: ieg4, ieg4-v2."
